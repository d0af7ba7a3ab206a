"""Long work that a kill cannot spoil: files, logs, shards, workers and runs. Knows no music."""
