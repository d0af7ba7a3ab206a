"""A piece becomes sound: banks, synthesizer, effects and mixing."""
