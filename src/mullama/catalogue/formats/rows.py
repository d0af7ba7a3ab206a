"""A caption record -> one row of plain columns, for tables and for readers of tables."""

from typing import Any

from mullama.catalogue.record import CaptionRecord

ABOUT = ("path", "digest", "seconds", "seconds_heard", "text", "caption", "long_caption")
ORIGIN = ("model", "prompt", "version")
PROBABILITY = "_probability"
NUMBERS = ("seconds", "seconds_heard", "tempo")
"""Columns of numbers, beside those of probabilities; all others are text, `variants` a list of it."""


def columns(record: CaptionRecord) -> list[str]:
    """The names, in order, for this record and for all others of its run."""
    return list(row(record))


def row(record: CaptionRecord) -> dict[str, Any]:
    """Column -> value. A fact that the model is not sure of is None, its probability is there."""
    values: dict[str, Any] = {name: getattr(record, name) for name in ABOUT}
    values["variants"] = list(record.variants)
    for name, field in record.fields.items():
        column = f"asked_{name}" if name in _TAKEN else name
        values[column] = record.bpm if name == "tempo" else record.sure(name)
        values[column + PROBABILITY] = field.probability
    return values | {name: getattr(record, name) for name in ORIGIN}


def is_number(column: str) -> bool:
    """Whether a column's values are numbers."""
    return column in NUMBERS or column.endswith(PROBABILITY)


_TAKEN = {*ABOUT, *ORIGIN, "variants"}
