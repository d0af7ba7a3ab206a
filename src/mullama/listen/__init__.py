"""Listen: a music file becomes a waveform, a waveform becomes a Listening."""
