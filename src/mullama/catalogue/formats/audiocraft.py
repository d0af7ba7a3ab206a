"""AudioCraft: x.json beside x.mp3, and a manifest data.jsonl that names the sounds.

Read by `load_audio_meta` of audiocraft/data/audio_dataset.py and `MusicInfo.from_dict` of
audiocraft/data/music_dataset.py in https://github.com/facebookresearch/audiocraft. Every field but
`keywords` must be there; null is its own form of unknown. The manifest's paths are absolute, since others
would be taken from wherever the trainer was started.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.formats.sidecars import Sidecars, number, stem
from mullama.catalogue.record import SEPARATOR, CaptionRecord
from mullama.errors import AudioError
from mullama.jobs.atomic import atomic_file
from mullama.jobs.jsonl import to_line

NAME, FACTS, MANIFEST = "audiocraft", ".json", "data.jsonl"


def write_audiocraft(records: Iterable[CaptionRecord], to: Destination) -> list[Path]:
    """A file a sound and the manifest, in the format's folder; its header is read for rate and length."""
    files = Sidecars(NAME, to, (FACTS,))
    with atomic_file(files.folder / MANIFEST, parents=True) as part, part.open("wb") as manifest:
        for record, sound in files.placed(records):
            files.write(sound, FACTS, json.dumps(facts(record), ensure_ascii=False))
            try:
                with to.audio.open(record) as own:
                    manifest.write(to_line(entry(record, own, sound)))
            except AudioError:
                files.note("not in the manifest, as they cannot be read", record)
    return [files.folder]


def facts(record: CaptionRecord) -> dict[str, Any]:
    """What x.json holds, under the names of `MusicInfo`."""
    mood = record.sure("mood")
    return {
        "name": Path(stem(record.path)).name,
        "title": None,
        "artist": None,
        "description": record.text,
        "key": record.keyscale,
        "bpm": None if record.bpm is None else number(record.bpm),
        "genre": record.sure("style"),
        "moods": mood.split(SEPARATOR) if mood else None,
        "instrument": SEPARATOR.join(record.instruments) or None,
    }


def entry(record: CaptionRecord, own: Path, sound: Path) -> dict[str, Any]:
    """A line of the manifest. Raises AudioError for what cannot be read."""
    from mullama.listen.audio.open_audio import open_audio

    source = open_audio(own)
    try:
        pieces = ((len(samples), rate) for samples, rate in source.pieces())
        first = next(pieces, None)
        if first is None:
            raise AudioError(f"{own}: holds no sound")
        frames, rate = first
        known = record.seconds or source.seconds
        seconds = known or (frames + sum(more for more, _ in pieces)) / rate
    finally:
        source.close()
    about = {"path": str(sound.absolute()), "duration": seconds, "sample_rate": rate}
    return {**about, "amplitude": None, "weight": None, "info_path": None}
