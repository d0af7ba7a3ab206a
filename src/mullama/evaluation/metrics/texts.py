"""References and candidates of a text metric, validated: one candidate text an item, one or more references."""

from collections.abc import Sequence

from mullama.errors import UsageError

MAX_CHARACTERS = 20_000
"""Of one text. Alignment takes time that grows with the product of two lengths."""

Text = str | Sequence[str]
"""One reference, or several of the same item."""


def validate(references: Sequence[Text], candidates: Sequence[str]) -> list[tuple[str, ...]]:
    """The references of each item, one or more.

    An empty candidate is an answer, and scores nothing; an empty reference is an error. Raises
    UsageError for empty sets, sets that do not pair up, wrong types, and texts that are too long.
    """
    check_pairs(references, candidates)
    grouped = [_group(reference, i) for i, reference in enumerate(references)]
    for i, (group, candidate) in enumerate(zip(grouped, candidates, strict=True)):
        for reference in group:
            check_text(reference, f"reference {i}")
            if not reference.strip():
                raise UsageError(f"reference {i} is empty; leave out items without a reference")
        check_text(candidate, f"candidate {i}")
    return grouped


def check_pairs(references: Sequence[object], candidates: Sequence[object]) -> None:
    """Raise UsageError unless there is one candidate for each reference, and at least one."""
    for what, given in (("references", references), ("candidates", candidates)):
        if isinstance(given, str | bytes) or not isinstance(given, Sequence):
            raise UsageError(f"{what} are a list, not {_kind(given)}")
    if not references:
        raise UsageError("there are no references to score against")
    if len(references) != len(candidates):
        raise UsageError(
            f"{len(references)} references and {len(candidates)} candidates do not pair up"
        )


def _group(reference: Text, i: int) -> tuple[str, ...]:
    if isinstance(reference, list | tuple):
        if not reference:
            raise UsageError(f"reference {i} is missing")
        return tuple(reference)
    return (reference,)  # type: ignore[return-value]  # its type is checked next


def check_text(text: object, which: str) -> None:
    """Raise UsageError unless `text` is one, and not too long; `which` names it."""
    if text is None:
        raise UsageError(f"{which} is missing")
    if not isinstance(text, str):
        raise UsageError(f"{which} is not a text but {_kind(text)}")
    if len(text) > MAX_CHARACTERS:
        raise UsageError(
            f"{which} has {len(text):,} characters; texts up to {MAX_CHARACTERS:,} can be scored"
        )


def _kind(value: object) -> str:
    return f"of type {type(value).__name__}"
