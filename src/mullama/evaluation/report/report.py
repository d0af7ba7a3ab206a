"""The folder of a scored evaluation -> report.html, .md, .json and .tex in it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from jinja2 import UndefinedError

from mullama.errors import UsageError
from mullama.evaluation.report.latex import latex
from mullama.evaluation.report.markdown import markdown
from mullama.evaluation.report.page import page
from mullama.evaluation.report.scored_folder import malformed, read_scored
from mullama.evaluation.report.view import View, view_of
from mullama.jobs.atomic import write_text
from mullama.jobs.records import UNREADABLE
from mullama.nearest import did_you_mean


def as_json(view: View) -> str:
    """The scores as they were read, the examples, every warning, and the digests of the audio."""
    examples = asdict(view.examples)
    for shown in examples["topics"].values():
        for example in shown:
            example["item"] = example["item"] | {"file": str(example["item"]["file"] or "")}
            del example["player"]
    report = {
        "scores": view.scores,
        "cautions": list(view.cautions),
        "examples": examples,
        "audio": [list(one) for one in view.audio],
    }
    return json.dumps(report, indent=1, allow_nan=False) + "\n"


FORMATS: Mapping[str, Callable[[View], str]] = {
    "html": page,
    "md": markdown,
    "json": as_json,
    "tex": latex,
}
"""Ending -> what makes the file's text."""


def report(
    folder: Path,
    formats: Sequence[str] = tuple(FORMATS),
    *,
    embed_bytes: int = 0,
) -> list[Path]:
    """Write the report of an evaluation into its folder; the files, in the order of `formats`.

    Audio files of up to `embed_bytes` become part of the page; others are linked. Raises UsageError
    for an unknown format, and for a folder without scores that can be read; what was written before
    stays as it was.
    """
    for name in formats:
        if name not in FORMATS:
            raise UsageError(
                f"no report has the format {name!r}; there are: {', '.join(FORMATS)}"
                f"{did_you_mean(name, FORMATS)}"
            )
    texts = _texts(folder, formats, embed_bytes)
    written = []
    for name, text in texts.items():
        path = folder / f"report.{name}"
        write_text(path, text)
        written.append(path)
    return written


def _texts(folder: Path, formats: Sequence[str], embed_bytes: int) -> dict[str, str]:
    try:
        scored = read_scored(folder)
        view = view_of(scored, embed_bytes=embed_bytes)
        return {name: FORMATS[name](view) for name in formats}
    except (*UNREADABLE, RecursionError, UndefinedError) as cause:
        raise malformed(folder, cause) from cause
