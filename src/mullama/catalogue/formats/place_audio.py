"""A record's sound -> a file in a format's folder: a link to it, or a copy."""

import os
import shutil
from pathlib import Path

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.record import CaptionRecord
from mullama.errors import AudioError, UsageError
from mullama.jobs.atomic import atomic_file, part_name, reason, told_as
from mullama.jobs.digest import file_digest


def place_audio(record: CaptionRecord, place: Path, to: Destination) -> None:
    """Put the sound there, as `to.options.sounds` says; one that is there already stays.

    A sound inside an archive has no file to link to, and is copied. Raises AudioError where it is gone,
    UsageError where the disk refuses.
    """
    if to.options.sounds == "none":
        return
    own = to.audio.file(record) if to.options.sounds == "link" else None
    if own is not None:
        if not own.is_file():
            raise AudioError(f"{own}: is not there any more")
        _link(own.resolve(), place)
    elif place.is_symlink() or not _is_there(record, place):
        with to.audio.open(record) as source:
            _copy(source, place)


def _is_there(record: CaptionRecord, place: Path) -> bool:
    return place.is_file() and file_digest(place) == record.digest


def _link(own: Path, place: Path) -> None:
    if place.is_symlink() and os.readlink(place) == str(own):  # noqa: PTH115  a Path is no string
        return
    part = place.with_name(part_name(place))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part.symlink_to(own)
        part.replace(place)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UsageError(
            f"{place} cannot be linked to the sound: {reason(error)}; try --sounds copy"
        ) from error


def _copy(source: Path, place: Path) -> None:
    with told_as(place, UsageError):
        if place.is_symlink():  # else what it names would be replaced, which is the user's own
            place.unlink()
    with atomic_file(place, parents=True) as part:
        shutil.copyfile(source, part)
