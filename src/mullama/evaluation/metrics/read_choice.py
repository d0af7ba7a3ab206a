"""A written answer to a multiple-choice question -> the option that it names, by letter or by text.

Nothing is guessed: an answer that names no option, or several, is not read.
"""

import re
from collections.abc import Iterator, Sequence

from mullama.evaluation.metrics.negation import denied
from mullama.evaluation.metrics.signs import plain_signs

_NO_WORD_FOLLOWS = r"(?!\s+(?!(?:because|since|as|and|or|is|for)\b)[a-z])"
_ENDS = r"(?=[)\]}*_\"'`]*\s*(?:$|[.,;:!?](?=\s|$)|<|(?:because|since|as|and|or|is|for)\b))"
"""After a letter that is no word: the clause ends."""
_OPENS = r"[\s:*_(\[\"'`>]*(?:\$?\\boxed\{)?"
_LETTER = rf"{_OPENS}\b([A-Z](?!\.\w)(?=\b{_NO_WORD_FOLLOWS})|[a-z]{_ENDS})\b"
"""A capital that is no word ("A" in "A quiet song" is one), or a small letter at the end of a clause."""
_LONE = rf"{_OPENS}\b([A-Za-z]){_ENDS}"
_IS = (
    r"(?:'s|\s+(?:is|(?:would|should|must|will|has\s+to|seems\s+to|appears\s+to)(?:\s+be)?))?"
    r"(?:\s+(?:most\s+likely|likely|probably|clearly|definitely|therefore|thus))?(?:\s*:)?"
)
_WHOLE = re.compile(r"\W*([A-Za-z])\W*")
_LEADING = re.compile(r"\W*([A-Z])(?:\*{0,2}[).:\]]|\s+-)(?=\W|$)")
_ANSWER = re.compile(rf"(?i:\banswer{_IS}(?:\s+(?:option|choice|letter))?){_LETTER}")
_CHOSEN = re.compile(
    r"(?i:\b(?:choose|chose|pick|select|go\s+with|going\s+with|went\s+with|it\s+is|it's"
    r"|it\s+(?:would|must|should)\s+be)(?:\s+(?:option|choice|letter|answer))?)"
    rf"{_LONE}"
)
_BOXED = re.compile(r"\\boxed\{\s*(?:\\text\w*\{\s*)?\(?([A-Za-z])\)?\s*\}")
_CORRECTED = re.compile(
    r"(?i:\b(?:wait|actually|correction|sorry|on\s+second\s+thought|scratch\s+that|no(?=,))\b"
    rf"(?:[\s,:.-]|\b(?:no|actually|it\s+is|it's|make\s+that|i\s+mean)\b){{0,9}}){_LONE}"
)
_OPTION = re.compile(rf"(?i:\b(?:option|choice|letter){_IS}){_LETTER}")
_BRACKETED = re.compile(r"[(\[]([A-Z])[)\]]")
_ANOTHER = re.compile(
    rf"[)\]*]*\s*(?:,?\s*(?:and|or)\b|,|/)\s*[(\[*]*(?:option\s+)?([A-Z](?=\b(?!\s+[a-z]))|[a-z]{_ENDS})\b"
)


def read_choice(answer: str, options: Sequence[str]) -> int | None:
    """The number of the option that an answer names; None where it names none, or more than one.

    The letter counts before the text; the letter of one option with the text of another is not read.
    """
    letters = {i for i in map(_number, _letters(answer)) if i < len(options)}
    texts = _by_text(answer, options)
    if letters and texts and letters.isdisjoint(texts):
        return None
    named = letters or texts
    return named.pop() if len(named) == 1 else None


def _letters(answer: str) -> set[str]:
    """The letters that an answer states: in the plainest of the ways in which it states any."""
    whole = _WHOLE.fullmatch(answer)
    if whole:
        return {whole.group(1).upper()}
    leading = _LEADING.match(plain_signs(answer))
    corrected = list(_each(_CORRECTED, answer))
    ways = (
        [
            *(letter for way in (_ANSWER, _BOXED, _CHOSEN) for letter in _each(way, answer)),
            *([leading.group(1)] if leading else []),
        ],
        list(_each(_OPTION, answer)),
        _BRACKETED.findall(answer),
    )
    return {letter.upper() for letter in [*next(filter(None, ways), []), *corrected]}


def _each(pattern: re.Pattern[str], answer: str) -> Iterator[str]:
    """The stated letters, and those joined to them: "the answer is A or B" states two."""
    lower = answer.lower()
    for stated in pattern.finditer(answer):
        if denied(lower[: stated.start()].rpartition(",")[2]):
            continue
        yield stated.group(1)
        another = _ANOTHER.match(answer, stated.end())
        if another:
            yield another.group(1)


def _number(letter: str) -> int:
    return ord(letter) - ord("A")


def _by_text(answer: str, options: Sequence[str]) -> set[int]:
    """Options whose texts stand in the answer and are not denied; a longer text hides a shorter."""
    rest, found = plain(answer), set()
    texts = [plain(option) for option in options]
    for i, text in sorted(enumerate(texts), key=lambda row: -len(row[1])):
        if not text or texts.count(text) > 1:
            continue  # only its letter tells it apart
        pattern = re.compile(rf"(?<![\w#/.]){re.escape(text)}(?![\w#/])(?!\.\d)")
        if any(
            not denied(rest[: place.start()], rest[place.end() :])
            for place in pattern.finditer(rest)
        ):
            found.add(i)
        rest = pattern.sub("|", rest)
    return found


def plain(text: str) -> str:
    """Lower-cased words, with | between clauses; signs that tell options apart (F#, 3/4, 6.5) stay."""
    text = plain_signs(text).lower()
    text = re.sub(r"[.!?;,:](?=\s|$)", " | ", text)
    text = re.sub(r"(?<!\d)\.|\.(?!\d)|[^\w#/%&'.|]", " ", text)
    return " ".join(text.split()).strip("| ")
