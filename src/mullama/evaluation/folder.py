"""An evaluation's folder: the set and how it is asked, the systems with their answers, the scores.

    evaluation.json     what is asked, and how          items.jsonl         the items
    answers/NAME.json   a system                        answers/NAME.jsonl  its answers
    scores.json         all figures                     scores/NAME.jsonl   those of each item
    report.html .md .json .tex

Every step reads what the ones before it wrote, and nothing else.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mullama.errors import UsageError
from mullama.evaluation.asking.controls import Sound
from mullama.evaluation.asking.sounds import write_noise, write_silence
from mullama.evaluation.asking.tasks import Asking
from mullama.evaluation.items import EvaluationSet, Item
from mullama.jobs.atomic import write_text
from mullama.jobs.digest import file_digest
from mullama.jobs.jsonl import to_line
from mullama.jobs.records import RecordFormat
from mullama.options import from_mapping

ITEM_LINES = RecordFormat[Item](
    encode=Item.as_dict, decode=Item.from_dict, key=lambda item: item.id
)
AUDIO_FIELDS = ("audio", "file", "sha256", "missing")
"""Of an item: what may change when audio is found later."""


@dataclass(frozen=True)
class StoredSystem:
    """A system as an evaluation's folder describes it."""

    name: str
    kind: str
    file_name: str
    fingerprint: str
    description: dict[str, Any]
    hears: bool
    trained_on: tuple[str, ...] = ()
    """Files of what it was trained on, where that is known."""


class EvaluationFolder:
    """The files of one evaluation. Methods raise UsageError for what is not there or not of its form."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.scores, self.scores_folder = path / "scores.json", path / "scores"
        self.items, self.about = path / "items.jsonl", path / "evaluation.json"
        self.sounds, self.unpacked = path / "sounds", path / "audio"

    def answers(self, system: str) -> Path:
        """A system's answers, by its file name."""
        return self.path / "answers" / f"{system}.jsonl"

    def write_set(self, found: EvaluationSet, asking: Asking) -> None:
        """Say what is asked and how; refuses to change that, but for audio that is found later."""
        about = {
            "set": {**asdict(replace(found, items=())), "items": len(found.items)},
            "asking": asdict(asking),
        }
        text = json.dumps(about, indent=1, ensure_ascii=False) + "\n"
        if self.about.exists():
            self._refuse_another(found, asking)
        lines = b"".join(to_line(item.as_dict()) for item in found.items).decode()
        for path, content in ((self.items, lines), (self.about, text)):
            if not path.exists() or path.read_text(encoding="utf-8") != content:
                write_text(path, content, parents=True)

    def _refuse_another(self, found: EvaluationSet, asking: Asking) -> None:
        name, stored = self.read_about()
        why = ""
        if name["name"] != found.name or _asked(self.read_items()) != _asked(found.items):
            why = "asks other questions"
        elif stored != asking:
            names = [n for n, value in asdict(stored).items() if getattr(asking, n) != value]
            why = f"is asked with another {names[0].replace('_', '-')}"
        if why:
            raise UsageError(f"{self.path} holds an evaluation that {why}: take another --out")

    def read_about(self) -> tuple[dict[str, Any], Asking]:
        """What the set says of itself, and how it is asked."""
        stored = _read_json(self.about)
        try:
            return stored["set"], from_mapping(Asking, stored["asking"], str(self.about))
        except (KeyError, TypeError) as error:
            raise UsageError(f"{self.about}: not the description of an evaluation") from error

    def read_items(self) -> list[Item]:
        """The items, in the set's order."""
        return list(ITEM_LINES.read(self.items))

    def write_system(self, system: StoredSystem) -> None:
        """Say who answers; a system of the same name with other options is refused."""
        path = self.answers(system.file_name).with_suffix(".json")
        if path.exists():
            other = self._read_system(path)
            if other.name != system.name or other.fingerprint != system.fingerprint:
                changed = difference(other.description, system.description)
                raise UsageError(
                    f"{path} describes another {other.kind} called {other.name!r}"
                    f"{f', with another {changed}' if changed else ''}: give this one another name"
                )
        text = json.dumps(asdict(system), indent=1, ensure_ascii=False) + "\n"
        write_text(path, text, parents=True)

    def read_systems(self) -> list[StoredSystem]:
        """Every system that was asked, by name."""
        found = [self._read_system(path) for path in sorted((self.path / "answers").glob("*.json"))]
        if not found:
            raise UsageError(f"{self.path} holds no answers: see mullama evaluate answer")
        return found

    def _read_system(self, path: Path) -> StoredSystem:
        return from_mapping(StoredSystem, _read_json(path), str(path))

    def control_sounds(self, asking: Asking) -> dict[str, Sound]:
        """Silence and noise, made where they are not there."""
        silence, noise = self.sounds / "silence.wav", self.sounds / f"noise-{asking.seed}.wav"
        self.sounds.mkdir(parents=True, exist_ok=True)
        if not silence.exists():
            write_silence(silence)
        if not noise.exists():
            write_noise(noise, asking.seed)
        found = {"silence": silence, "noise": noise}
        return {name: Sound(path.absolute(), file_digest(path)) for name, path in found.items()}


def difference(one: dict[str, Any], other: dict[str, Any]) -> str:
    """The first key in which two descriptions differ; empty where none does."""
    keys = [*one, *(key for key in other if key not in one)]
    return next((key for key in keys if one.get(key) != other.get(key)), "")


def _asked(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Items without what may change when audio is found later."""
    return [
        {key: value for key, value in item.as_dict().items() if key not in AUDIO_FIELDS}
        for item in items
    ]


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(
            f"{path}: no such file; is {path.parent} an evaluation's folder?"
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
