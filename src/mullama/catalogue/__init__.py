"""Music, however much of it -> one record a file: captions, facts with their probability, where from."""
