"""Music with known truth: composed, rendered, mixed and described from nothing but a seed.

A seed becomes a `Piece` (composer), its `Stems` (render), a `Clip` with its `Truth` (mixing), and
the truth becomes questions and answers (describe). `clips` goes the whole way.
"""
