"""A system's name -> its class. Nothing heavy is imported before it is named."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mullama.errors import UsageError
from mullama.evaluation.items import Item
from mullama.evaluation.systems.system import System
from mullama.jobs.digest import stable_digest
from mullama.options import from_mapping
from mullama.options.values import fit
from mullama.registry import Registry

_HERE = "mullama.evaluation.systems"

SYSTEMS = Registry[type[System]](
    "system",
    {
        "mullama": f"{_HERE}.mullama:MuLlamaSystem",
        "transformers": f"{_HERE}.transformers_audio:TransformersAudio",
        "openai": f"{_HERE}.openai_audio:OpenAIAudio",
        "gradio": f"{_HERE}.gradio:GradioApp",
        "recorded": f"{_HERE}.recorded:Recorded",
        "constant": f"{_HERE}.trivial:Constant",
        "echo": f"{_HERE}.trivial:Echo",
        "other-answer": f"{_HERE}.trivial:OtherAnswer",
        "two-answers": f"{_HERE}.trivial:TwoAnswers",
        "first-option": f"{_HERE}.trivial:FirstOption",
        "random-option": f"{_HERE}.trivial:RandomOption",
    },
    entry_points="mullama.systems",
)
"""Kind -> class; other packages add rows by "mullama.systems"."""
OPTION = re.compile(r",(?=[a-z_]+=)")
"""Between two options; a comma elsewhere belongs to a value."""
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
"""What no file's name should hold."""
MAX_FILE_NAME = 100
"""Characters; what a job makes beside such a file has longer names."""


@dataclass(frozen=True)
class SystemSpec:
    """Which system is asked: what a recipe or `--system` says."""

    kind: str
    """As in the registry."""
    name: str = ""
    """What tables call it, and its files; by default the kind."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of its class."""
    trained_on: tuple[str, ...] = ()
    """Files of what it was trained on, where that is known."""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.kind)

    @property
    def file_name(self) -> str:
        """Of its files, without an ending; a digest stands for what cannot be spelt in Latin letters."""
        plain = UNSAFE.sub("-", self.name).strip("-.")
        if self.name.isascii() and 0 < len(plain) <= MAX_FILE_NAME:
            return plain
        short = plain[: MAX_FILE_NAME - 9].strip("-.") or "system"
        return f"{short}-{stable_digest(self.name)[:8]}"

    def open(self, items: Sequence[Item] = ()) -> System:
        """The system; cheap. Raises UsageError for an unknown kind and options that do not fit."""
        kind = SYSTEMS.load(self.kind)
        return kind(from_mapping(kind.options_type, self.options, f"system {self.name}"), items)

    def fingerprint(self, system: System) -> str:
        """What tells it from every other system that may answer otherwise: 64 hexadecimal digits."""
        return stable_digest([self.kind, system.describe()])

    @classmethod
    def from_text(cls, text: str) -> "SystemSpec":
        """`KIND`, or `KIND:key=value,key=value`, where `name=` gives the name in tables.

        Raises UsageError for another form.
        """
        kind, _, rest = text.partition(":")
        options: dict[str, Any] = {}
        for part in OPTION.split(rest) if rest else ():
            key, separator, value = part.partition("=")
            if not separator or not key:
                raise UsageError(f"--system {text}: expected KIND:key=value,..., got {part!r}")
            options[key] = value_of(value)
        name = str(options.pop("name", ""))
        return cls(kind, name, options)

    @classmethod
    def from_stored(cls, stored: Any, where: str) -> "SystemSpec":
        """What a recipe says: `kind`, `name`, and the options of that kind."""
        if isinstance(stored, str):
            return cls.from_text(stored)
        if not isinstance(stored, dict) or not isinstance(stored.get("kind"), str):
            raise UsageError(f"{where}: expected a system's kind, with its name and options")
        about = {key: stored.get(key) for key in ("kind", "name", "trained_on")}
        trained_on = fit(tuple[str, ...], about["trained_on"] or [], f"{where}: trained_on")
        options = {key: value for key, value in stored.items() if key not in about}
        return cls(stored["kind"], str(about["name"] or ""), options, trained_on)


def value_of(text: str) -> Any:
    """true, 1 and 1.5 mean what they say in YAML; all else is text."""
    import yaml

    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    return value if isinstance(value, bool | int | float) else text
