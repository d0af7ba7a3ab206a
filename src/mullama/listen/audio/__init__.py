"""A sound file becomes a mono waveform at the encoder's rate."""
