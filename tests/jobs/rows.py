"""The simplest record: an item's name with a value, or why it failed."""

from dataclasses import dataclass
from typing import Any

from mullama.errors import UsageError
from mullama.jobs.records import RecordFormat


@dataclass(frozen=True)
class Row:
    name: str
    value: int = 0
    failed: str = ""


def encode(row: Row) -> dict[str, Any]:
    return {"name": row.name, "failed": row.failed} if row.failed else vars(row).copy()


def decode(values: dict[str, Any], where: str) -> Row:
    if not isinstance(values["name"], str):
        raise UsageError(f"{where}: 'name' is {values['name']!r}, expected text")
    return Row(values["name"], int(values.get("value", 0)), values.get("failed", ""))


ROWS = RecordFormat(encode, decode, key=lambda row: ("test", row.name), failure=lambda r: r.failed)
