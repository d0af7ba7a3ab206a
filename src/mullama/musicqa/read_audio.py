"""A clip's audio, wherever it lies -> below a set's folder, or into the clip, if it is sound.

A file of pairs from outside may name any file: what does not decode is not taken along. Does not know
pairs.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePath

from mullama.data.archive import MAX_BYTES
from mullama.data.audio import AudioResolver
from mullama.data.formats.parquet import MAX_SOUND_BYTES
from mullama.data.records import Clip
from mullama.data.tally import NO_AUDIO, LeftOut
from mullama.errors import AudioError, UsageError
from mullama.jobs.atomic import atomic_file
from mullama.jobs.digest import file_digest
from mullama.jobs.safe_paths import safe_name
from mullama.musicqa.build.copy_audio import Stored, look_at
from mullama.musicqa.build.plan import AUDIOS

NOT_SOUND = "with audio that cannot be decoded"
TOO_LARGE = "with audio that is too large"


def embed(clip: Clip, file: Path, audio: AudioResolver) -> Clip:
    """The clip with its sound in memory, as `file` names or holds it.

    Raises LeftOut where there is none, it is too large for parquet, or it does not decode.
    """
    with _sound(clip, file, audio, MAX_SOUND_BYTES) as (path, _):
        try:
            return replace(clip, sound=path.read_bytes())
        except OSError as error:
            raise LeftOut(NO_AUDIO, f"{path}: cannot be read ({error.strerror})") from error


def copy(clip: Clip, file: Path, audio: AudioResolver, out: Path) -> Clip:
    """Put the clip's sound below `out`; the clip, which is named so.

    Raises LeftOut like `embed`, UsageError where the disk refuses or another clip has the name.
    """
    name = f"{AUDIOS}/{_name_below(clip.audio or '')}"
    target = out / name
    with _sound(clip, file, audio, MAX_BYTES) as (path, stored):
        if not target.exists():
            with atomic_file(target, parents=True) as part:
                shutil.copyfile(path, part)
        elif file_digest(target) != stored.sha256:
            raise UsageError(f"{target} is another clip of this name: choose another --out")
    return replace(clip, audio=name, sound=None)


@contextmanager
def _sound(
    clip: Clip, file: Path, audio: AudioResolver, max_bytes: int
) -> Iterator[tuple[Path, Stored]]:
    """The clip's file while it is needed, decoded once."""
    try:
        path = audio.find(clip, file)
    except AudioError as error:
        raise LeftOut(NO_AUDIO, str(error)) from error
    try:
        yield path, _looked_at(path, max_bytes)
    finally:
        audio.release(path)


def _looked_at(path: Path, max_bytes: int) -> Stored:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise LeftOut(NO_AUDIO, f"{path}: cannot be read ({error.strerror})") from error
    if size > max_bytes:
        raise LeftOut(TOO_LARGE, f"{path}: has more than {max_bytes:,} bytes")
    try:
        return look_at(path)
    except AudioError as error:
        raise LeftOut(NOT_SOUND, str(error)) from error


def _name_below(audio: str) -> str:
    """A clip's name without the folder that all audio is in; only its last part if it leads elsewhere."""
    safe = safe_name(audio)
    if safe is None:
        return PurePath(audio).name
    return str(
        safe.relative_to(AUDIOS) if safe.parts[0] == AUDIOS and len(safe.parts) > 1 else safe
    )
