"""A waveform window becomes the mean over time of each hidden state: the encoders."""
