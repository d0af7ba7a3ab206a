"""What a model heard, written into the music files' own tags, and taken out again."""
