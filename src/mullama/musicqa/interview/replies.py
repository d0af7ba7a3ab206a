"""A language model's reply -> the answers or the pairs that are in it, however it wrote them down.

Numbered lists with or without blank lines, an opening and a closing remark, answers over several
lines, `Q:`/`A:`, `Question:`/`Answer:`, markdown, JSON with or without a fence; thoughts before
the reply are passed over. Does not judge what is said.
"""

import re
from dataclasses import dataclass, field

from mullama.musicqa.interview.json_replies import json_answers, json_pairs
from mullama.musicqa.interview.normalise_text import clean, letters, same_question

MAX_REPLY = 65_536
"""Characters that are read; the nine pairs have a few thousand."""
MAX_QUESTION, MAX_ANSWER = 500, 4000

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(r"\(?(?P<number>\d{1,2})\s?[.):]\s+(?P<rest>.*)")
_ANSWER_NUMBER = re.compile(r"^a(?:nswer)?\s*#?(?=\d)", re.IGNORECASE)
_LABEL = re.compile(
    r"(?P<label>q(?:uestion)?|a(?:nswer)?)\s*#?\s*(?P<number>\d{1,2})?\s*(?:[:.)]|-\s|$)\s*(?P<rest>.*)",
    re.IGNORECASE,
)
_ANSWER_WITHIN = re.compile(r"\s+a(?:nswer)?\s*:\s*", re.IGNORECASE)
_MARKDOWN = re.compile(r"^(?:#{1,6}|[-*+>•])\s+|\*\*|__|`")
_CLOSING = re.compile(
    r"(?:I hope|Hope this|(?:Please )?let me know|(?:Please )?feel free|Is there anything|"
    r"Would you like|Do you want me|These (?:answers|questions)|Note(?: that|:))(?!\w)",
    re.IGNORECASE,
)


class UnusableReplyError(ValueError):
    """What a reply lacks, in words that its writer can act upon."""


def read_answers(text: str, questions: tuple[str, ...]) -> tuple[str, ...]:
    """One answer for each question, in their order.

    Raises UnusableReplyError where there are fewer or one is empty.
    """
    text = _readable(text)
    found = json_answers(text, questions) or _listed_answers(text, questions)
    answers = tuple(_without_echo(clean(answer), questions) for answer in found)
    if len(answers) != len(questions):
        raise UnusableReplyError(f"it holds {len(answers)} answers, not {len(questions)}")
    _require_text(answers, MAX_ANSWER)
    return answers


def read_pairs(text: str, count: int, taken: tuple[str, ...] = ()) -> tuple[tuple[str, str], ...]:
    """The first `count` pairs (question, answer); a question that repeats one is passed over.

    `taken` are questions that were asked already. Raises UnusableReplyError where too few remain.
    """
    text = _readable(text)
    found = json_pairs(text) or _listed_pairs(text)
    pairs: list[tuple[str, str]] = []
    asked = set(map(letters, taken))
    for question, answer in found:
        if letters(question) not in asked:
            asked.add(letters(question))
            pairs.append((clean(question), clean(answer)))
    if len(pairs) < count:
        repeated = ", as some questions repeat others" if len(found) >= count else ""
        raise UnusableReplyError(f"it holds {len(pairs)} pairs, not {count}{repeated}")
    _require_text([question for question, _ in pairs[:count]], MAX_QUESTION)
    _require_text([answer for _, answer in pairs[:count]], MAX_ANSWER)
    return tuple(pairs[:count])


@dataclass
class _Item:
    """One entry of a list, as it grows."""

    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(self.lines)


def _listed_answers(text: str, questions: tuple[str, ...]) -> list[str]:
    """Entries numbered in order; or the answers of pairs; or what follows each question."""
    items = _numbered(text)
    for item, question in zip(items, questions, strict=False):
        if len(item.lines) > 1 and same_question(item.lines[0], question):
            del item.lines[0]
    if len(items) == len(questions):
        return [item.text for item in items]
    pairs = _listed_pairs(text)
    if len(pairs) == len(questions):
        return [answer for _, answer in pairs]
    below = _below_questions(text, questions)
    return below if len(below) == len(questions) else [item.text for item in items]


def _numbered(text: str) -> list[_Item]:
    """Entries "1. ...", "2. ..."; every number is the one before it and one, or all are 1."""
    items: list[_Item] = []
    lazy = len(re.findall(r"^\W*1[.)] ", text, re.MULTILINE)) > 1
    for line in _lines(text):
        match = _NUMBER.match(_ANSWER_NUMBER.sub("", line, count=1))
        if match and (lazy or int(match["number"]) == len(items) + 1):
            items.append(_Item([match["rest"]]))
        elif items:
            items[-1].lines.append(_unlabelled(line))
    return items


def _below_questions(text: str, questions: tuple[str, ...]) -> list[str]:
    """What stands below each question, where a reply repeats them as headings."""
    items: list[_Item] = []
    for line in _lines(text):
        if len(items) < len(questions) and same_question(line, questions[len(items)]):
            items.append(_Item())
        elif items:
            items[-1].lines.append(_unlabelled(line))
    return [item.text for item in items]


def _listed_pairs(text: str) -> list[tuple[str, str]]:
    """Questions and answers in turn, told apart by label, number and question mark."""
    pairs: list[tuple[_Item, _Item]] = []
    for line in _lines(text):
        match = _NUMBER.match(line)
        rest = match["rest"] if match else line
        label = _LABEL.match(rest)
        if label and label["label"].lower().startswith("q"):
            pairs.append(_question_line(label["rest"]))
        elif label and pairs:
            pairs[-1][1].lines.append(label["rest"])
        elif match and _begins_pair(int(match["number"]), rest, pairs):
            pairs.append(_question_line(rest))
        elif pairs and not pairs[-1][0].lines:
            pairs[-1][0].lines.append(rest)
        elif pairs:
            pairs[-1][1].lines.append(rest)
    return [(question.text, answer.text) for question, answer in pairs if answer.text]


def _begins_pair(number: int, rest: str, pairs: list[tuple[_Item, _Item]]) -> bool:
    """Whether a numbered line without a label is a question, not a part of an answer."""
    if pairs and not pairs[-1][1].lines:
        return False
    return number == len(pairs) + 1 or rest.rstrip().endswith("?")


def _question_line(line: str) -> tuple[_Item, _Item]:
    """A question; its answer may stand in the same line, after a label or the question mark."""
    parts = _ANSWER_WITHIN.split(line, maxsplit=1)
    if len(parts) == 1 and "?" in line:
        end = line.index("?") + 1
        parts = [line[:end], line[end:]]
    question, *answers = (part.strip() for part in parts)
    return _Item([question] if question else []), _Item([text for text in answers if text])


def _readable(text: str) -> str:
    """Without thoughts, and without a remark after the last entry."""
    text = _THOUGHTS.sub("", text).rpartition("</think>")[2][:MAX_REPLY].strip()
    body, gap, last = text.rpartition("\n\n")
    return body if gap and _CLOSING.match(last.strip()) else text


def _lines(text: str) -> list[str]:
    """The lines that say something, without markdown."""
    stripped = (_MARKDOWN.sub("", line.strip()).strip() for line in text.splitlines())
    return [line for line in stripped if line]


def _unlabelled(line: str) -> str:
    match = _LABEL.match(line)
    return match["rest"] if match and ":" in line[: match.start("rest")] else line


def _without_echo(answer: str, questions: tuple[str, ...]) -> str:
    """An answer that does not begin with its question again."""
    for question in sorted(questions, key=len, reverse=True):
        bare = re.escape(question.rstrip("?"))
        match = re.match(rf"{bare}\s*(?:\?\s*[:-]?|[:-])\s*(?=\S)", answer, re.IGNORECASE)
        if match:
            return clean(_unlabelled(answer[match.end() :]))
    return clean(_unlabelled(answer))


def _require_text(texts: tuple[str, ...] | list[str], max_characters: int) -> None:
    for number, text in enumerate(texts, start=1):
        if not re.search(r"\w", text) or re.fullmatch(r"[<\[{].*[>\]}]", text):
            raise UnusableReplyError(f"number {number} is empty")
        if len(text) > max_characters:
            raise UnusableReplyError(f"number {number} is longer than {max_characters} characters")
