"""A text in anybody's typography -> the quotes, dashes and accidentals that a keyboard has."""

_PLAIN = str.maketrans(
    {"\u2019": "'", "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2014": "-", "♯": "#", "♭": "b"}
)


def plain_signs(text: str) -> str:
    """The text with those signs replaced, one for one."""
    return text.translate(_PLAIN)
