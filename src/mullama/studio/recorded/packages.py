"""Debian's packages with free music: which to train on, which are held out, and how their tracks are had.

Fetched with apt-get, unpacked beside the rest of the music, never installed and never part of this
package; each has its licences in `usr/share/doc/*/copyright`. Packages whose terms forbid to
sell or to change are left out. Does not know what is done with a track.
"""

import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from mullama.jobs.atomic_folder import atomic_folder

TRAINING = (
    "a7xpg-data", "amoebax-data", "angrydd", "ardentryst", "berusky2-data", "boswars-data",
    "caveexpress-data", "cavepacker-data", "colobot-common-sounds", "cube2-data", "davegnukem-data",
    "endless-sky-data", "enigma-data", "flare-game", "freecol", "freedroidrpg-data", "freeorion-data",
    "gigalomania-data", "gunroar-data", "hannah-data", "hex-a-hop-data", "lordsawar-data", "lugaru-data",
    "manaplus-data", "marsshooter-data", "megaglest-data", "mu-cade-data", "naev-data", "openclonk-data",
    "pathological", "pax-britannica-data", "pinball-table-gnu-data", "pink-pony-data",
    "planetblupi-music-ogg", "plee-the-bear-data", "powermanga-data", "pushover-data", "raincat-data",
    "scorched3d-data", "sdl-ball-data", "seahorse-adventures", "solarwolf", "starfighter-data",
    "supertux-data", "titanion-data", "tomatoes-data", "torcs-data", "torus-trooper-data",
    "trackballs-data", "trigger-rally-data", "triplea", "val-and-rick-data", "warmux-data", "wizznic-data",
    "zaz-data",
)  # fmt: skip
"""Packages to train on."""
HELD_OUT = ("0ad-data", "btanks-data", "redeclipse-data", "supertuxkart-data", "widelands-data")
"""Packages that no training uses."""
SUFFIXES = (".ogg", ".oga", ".opus", ".mp3", ".flac")
MUSIC = ("music", "song", "bgm", "tunes", "themes", "anthem", "/mus")
"""Words of which one stands in the path of music, as noises are not called."""
FEWEST_BYTES = 200_000
"""A smaller file is a sound, not a piece."""


def tracks(package: str, folder: Path, report: Callable[[str], None] = print) -> list[Path]:
    """The music of a package, fetched and unpacked into `folder` where it is not there yet.

    Empty, with a line to `report`, where this system cannot get the package.
    """
    home = folder / package
    if not home.exists():
        try:
            _fetch(package, home)
        except (OSError, subprocess.CalledProcessError, BadZipFile) as error:
            report(f"{package} cannot be had ({_why(error)}): its music is left out")
            return []
    found = (path for path in home.rglob("*") if path.suffix.lower() in SUFFIXES)
    return sorted(path for path in found if path.is_file() and _is_music(path, home))


def _is_music(path: Path, home: Path) -> bool:
    named = path.relative_to(home).as_posix().lower()
    return path.stat().st_size >= FEWEST_BYTES and any(word in named for word in MUSIC)


def _fetch(package: str, home: Path) -> None:
    """Download a package and keep its music; raises OSError, CalledProcessError or BadZipFile."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise OSError("apt-get and dpkg-deb are Debian's")
    with atomic_folder(home, is_ours=lambda _: True) as part:
        _run(["apt-get", "download", package], part)
        for archive in part.glob("*.deb"):
            _run(["dpkg-deb", "--extract", archive.name, "."], part)
            archive.unlink()
        for path in sorted(part.rglob("*.zip")):
            _unpack_music(path)
        for path in sorted(part.rglob("*"), reverse=True):
            if path.is_dir():
                _remove_empty(path)
            elif path.suffix.lower() not in SUFFIXES and path.name != "copyright":
                path.unlink()


def _unpack_music(archive: Path) -> None:
    with ZipFile(archive) as file:
        for name in file.namelist():
            if Path(name).suffix.lower() in SUFFIXES:
                file.extract(name, archive.parent)


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)


def _why(error: Exception) -> str:
    said = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error)
    return (said.strip().splitlines() or [type(error).__name__])[-1]
