"""What stands beside exported weights: a record for programs, and a README for people.

Says what the weights are, how music enters them, and whose licences go with them. Writes no tensors.
"""

import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mullama.answer.prompt import fill
from mullama.checkpoints.json_file import read_json
from mullama.config import MuLlamaConfig
from mullama.errors import CheckpointError
from mullama.jobs.digest import file_digest, stable_digest

RECORD, README = "mullama_export.json", "README.md"
SLOT = "{question}"
"""Where the question goes in the prompt of the record."""
LICENCES = """\
## Licences

These weights are a changed copy of the language model that they were made from, and its licence goes
with them; mullama's own, Apache-2.0, is about the program. Whoever passes on weights made from LLaMA 2
adds a copy of the Llama 2 Community License Agreement and the notice "Llama 2 is licensed under the
LLAMA 2 Community License, Copyright (c) Meta Platforms, Inc. All Rights Reserved." No encoder is in this
folder; songs that MERT (CC-BY-NC-4.0) has heard were made with it. What the weights were made from:

"""


@dataclass(frozen=True)
class ExportRecord:
    """What a program has to know of an export."""

    target: str
    prompt: str
    """The text that the weights were trained with, a question in place of `{question}`."""
    adapted_layers: tuple[int, ...]
    channel: int | None
    """Which input of the output projections is one; None where no head was added."""
    song: str | None
    """Digest of the song inside; None where songs are adapters."""
    provenance: dict[str, Any]


def write_card(folder: Path, record: ExportRecord, how: str) -> str:
    """Write the record and the README of a folder that is otherwise whole; returns its digest.

    `how` says how it is used. The digest is that of all files but these two.
    """
    files = {path.name: file_digest(path, error_type=CheckpointError) for path in _weights(folder)}
    digest = stable_digest(files)
    stored = {"mullama": version("mullama"), "digest": digest, **asdict(record), "files": files}
    (folder / RECORD).write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    facts = json.dumps(record.provenance, indent=2, sort_keys=True)
    text = (
        f"# A language model that music enters\n\nWritten by `mullama export`; digest `{digest}`.\n\n"
        f"{how}\n\n{LICENCES}```json\n{facts}\n```\n"
    )
    (folder / README).write_text(text, encoding="utf-8")
    return digest


def prompt_of(config: MuLlamaConfig) -> str:
    """The model's prompt as a text that holds `{question}`."""
    return fill(config.prompt, SLOT)


def is_export(folder: Path) -> bool:
    """Whether a folder is what `mullama export` wrote."""
    try:
        return "digest" in read_json(folder / RECORD)
    except CheckpointError:
        return False


def _weights(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_file() and p.name not in (RECORD, README))
