"""Tempi in words -> in digits: "one hundred twenty BPM" becomes "120 BPM"."""

import re

_SMALL = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {
    "a": 1,
    **{word: value for value, word in enumerate(_SMALL.split(), start=1)},
    **{word: 10 * value for value, word in enumerate(_TENS.split(), start=2)},
}
_WORD = f"(?:{'|'.join(sorted(_VALUES, key=len, reverse=True))})"
_SPELT = re.compile(
    rf"\b{_WORD}[ -]hundred(?:(?:[ -]and)?[ -]{_WORD}){{0,2}}(?= BPM\b)"
    rf"|\b{_WORD}(?:[ -]{_WORD}){{0,2}}(?= BPM\b)",
    re.IGNORECASE,
)


def with_digits(text: str) -> str:
    """The text with its spelt numbers before "BPM" in digits."""
    return _SPELT.sub(lambda match: str(_value(match.group(0))), text)


def _value(spelt: str) -> int:
    total = 0
    for word in re.split("[ -]", spelt.lower()):
        if word == "hundred":
            total *= 100
        elif word != "and":
            # "One twenty" is a hundred and twenty, "ninety five" ninety-five.
            spoken_short = 1 <= total < 10 <= _VALUES[word]
            total = (100 * total if spoken_short else total) + _VALUES[word]
    return total
