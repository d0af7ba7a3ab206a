"""The sound banks: which exist, where they lie on this system, and what each may be used for.

None is part of this package. Four free General MIDI banks of Debian are used, in three families:

- FluidR3 and MuseScore General (which grew out of FluidR3 and has replaced many of its sounds),
- OPL-3, an FM chip whose sounds are far from any recording: variety for training,
- TimGM6mb, ordinary in quality and unrelated to the others: held out, never used in training.

Debian's csound-soundfont (sf_GMbank) is left out on purpose: most of its samples are those of
TimGM6mb, so training on it would spoil the held-out bank.
"""

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from mullama.errors import UsageError

_FOLDERS = (
    Path("/usr/share/sounds/sf2"),
    Path("/usr/share/sounds/sf3"),
    Path("/usr/share/soundfonts"),
)
FOLDER_VARIABLE = "MULLAMA_SOUNDFONTS"
"""Environment variable with further folders to look for banks in, as in PATH."""


@dataclass(frozen=True)
class Bank:
    """A soundfont with General MIDI programs."""

    name: str
    files: tuple[str, ...]
    """File names under which it is installed; the first one found is taken."""
    package: str
    """The Debian package that installs it."""
    licence: str
    """What Debian states for the sounds."""

    def path(self) -> Path:
        """Where it lies on this system; raises `UsageError` with the package if it does not."""
        folders = [Path(f) for f in os.environ.get(FOLDER_VARIABLE, "").split(os.pathsep) if f]
        for folder in (*folders, *_FOLDERS, *_inside_pretty_midi()):
            for name in self.files:
                if (folder / name).is_file():
                    return folder / name
        raise UsageError(
            f"the sound bank {self.name} ({self.files[0]}) is not on this system: "
            f"apt-get install {self.package}, or name its folder in {FOLDER_VARIABLE}"
        )


def _inside_pretty_midi() -> tuple[Path, ...]:
    spec = importlib.util.find_spec("pretty_midi")
    return (Path(spec.origin).parent,) if spec is not None and spec.origin else ()


_TABLE = (
    Bank("fluidr3", ("FluidR3_GM.sf2",), "fluid-soundfont-gm", "MIT"),
    Bank(
        "musescore",
        ("MuseScore_General.sf3", "MuseScore_General.sf2"),
        "musescore-general-soundfont-small",
        "MIT, parts CC0 or public domain",
    ),
    Bank("opl3", ("OPL-3_FM_128M.sf2",), "opl3-soundfont", "CC-BY-SA-4.0"),
    Bank("timgm6mb", ("TimGM6mb.sf2",), "timgm6mb-soundfont", "GPL-2"),
)

BANKS: dict[str, Bank] = {bank.name: bank for bank in _TABLE}
TRAINING_BANKS: dict[str, float] = {"fluidr3": 0.42, "musescore": 0.38, "opl3": 0.2}
"""The banks that training may use, with their shares."""
HELD_OUT_BANK = "timgm6mb"
"""The bank that no training ever uses."""


def bank_named(name: str) -> Bank:
    """The bank of a name in `BANKS`; raises `UsageError` with the names there are."""
    if name not in BANKS:
        raise UsageError(f"no sound bank is called {name!r}; there are: {', '.join(BANKS)}")
    return BANKS[name]
