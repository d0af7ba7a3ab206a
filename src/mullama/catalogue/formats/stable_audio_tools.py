"""stable-audio-tools: x.json beside x.mp3, a module that reads it, and the data set's configuration.

The format: docs/datasets.md of https://github.com/Stability-AI/stable-audio-tools. Its loader pickles the
function `get_custom_metadata` and unpickles it for every sample, so that the module keeps nothing: it reads
the one small file beside the sound. Of a pre-encoded set, `info` still names the sound that it was made of.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.formats.sidecars import Sidecars, number
from mullama.catalogue.record import CaptionRecord
from mullama.errors import UsageError
from mullama.jobs.atomic import write_text

NAME, FACTS = "stable-audio-tools", ".json"
MODULE, CONFIGURATION = "custom_metadata.py", "dataset.json"
SOURCE = '''"""The captions of a sound for stable-audio-tools, from the .json file beside it."""


def get_custom_metadata(info, audio):
    import json
    import os
    import random

    try:
        with open(os.path.splitext(info["path"])[0] + ".json", encoding="utf-8") as file:
            known = json.load(file)
    except (KeyError, OSError, ValueError):
        # Of a pre-encoded set `info` may hold the prompt already; a sound without any is passed over.
        return {} if "prompt" in info else {"__reject__": True}
    return {**known["facts"], "prompt": random.choice(known["prompts"])}
'''


def write_stable_audio_tools(records: Iterable[CaptionRecord], to: Destination) -> list[Path]:
    """A file a sound, the module and the configuration, which names the folder where it lies now.

    Raises UsageError for `beside`: the configuration has to name a folder with all of the sounds.
    """
    if to.options.beside:
        raise UsageError("stable-audio-tools reads one folder of sounds: leave --beside away")
    files = Sidecars(NAME, to, (FACTS,))
    for record, sound in files.placed(records):
        known = {"prompts": [record.text, *record.variants], "facts": facts(record)}
        files.write(sound, FACTS, json.dumps(known, ensure_ascii=False))
    folder = files.folder.absolute()
    write_text(folder / MODULE, SOURCE, parents=True)
    one = {"id": NAME, "path": str(folder), "custom_metadata_module": str(folder / MODULE)}
    configuration = {"dataset_type": "audio_dir", "datasets": [one], "random_crop": True}
    write_text(folder / CONFIGURATION, json.dumps(configuration, indent=2) + "\n")
    return [files.folder]


def facts(record: CaptionRecord) -> dict[str, Any]:
    """What is sure, for conditioners of one's own."""
    known: dict[str, Any] = {name: record.sure(name) for name in record.fields}
    if record.bpm is not None:
        known["tempo"] = number(record.bpm)
    return {name: value for name, value in known.items() if value is not None and name != "prompt"}
