"""What cannot be scored -> one line each, and the rest without it.

A text that is longer than metrics take, a reference without a word, a line of a file of answers that is
none: one of them says nothing about the others.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from mullama.errors import UsageError
from mullama.evaluation.asking.answers import AnswerRecord, read_answers
from mullama.evaluation.items import Item
from mullama.evaluation.metrics.texts import check_text
from mullama.evaluation.scoring.judge import Answered


def scorable_items(items: Sequence[Item]) -> tuple[list[Item], list[str]]:
    """The items whose references a metric takes, and why not the others."""
    kept, left = [], []
    for item in items:
        try:
            _check_references(item)
        except UsageError as error:
            left.append(f"item {item.id}: {error}")
        else:
            kept.append(item)
    return kept, left


def _check_references(item: Item) -> None:
    check_text(" ".join(item.references), "its reference")  # metrics of facts read all at once
    if not all(reference.strip() for reference in item.references):
        raise UsageError("its reference is empty")


def drop_unscorable(answered: Answered) -> list[str]:
    """Take out the answers that no metric takes; why, one line each."""
    left = []
    for condition, records in answered.by_condition.items():
        for item, record in list(records.items()):
            try:
                check_text(record.answer, "the answer")
            except UsageError as error:
                del records[item]
                left.append(f"item {item}{f' under {condition}' if condition else ''}: {error}")
    return left


def stored_answers(path: Path, unreadable: list[str]) -> Iterator[AnswerRecord]:
    """The answers of a system, none where it has no file; what cannot be read goes into `unreadable`."""
    if not path.is_file():
        return
    try:
        yield from read_answers(path, unreadable)
    except UsageError as error:
        unreadable.append(str(error))
