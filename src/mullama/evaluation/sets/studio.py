"""Rendered music with known truth -> items: what the studio's own words ask about it.

The folder is what `mullama musicqa write studio FOLDER --purpose held-out` renders: `audios/SEED.wav`
beside `audios/SEED.json`. Two takes of one piece are one track.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from mullama.data.audio import AudioResolver
from mullama.errors import UsageError
from mullama.evaluation.items import EvaluationSet, Item, check_items
from mullama.evaluation.sets.locate import Locator
from mullama.jobs.digest import file_digest
from mullama.studio.clips import TAKES
from mullama.studio.truth import Truth
from mullama.studio.words.balance import balanced_presences
from mullama.studio.words.describe import QuestionAnswer, ask, ask_presence

TOPICS = ("short", "long", "drums", "tempo", "metre", "key", "instruments", "style", "mood", "lead")
SEED = 12345
"""Of wordings, and of the instruments that are asked after."""
PRESENCES_AN_INSTRUMENT = 5
"""Clips with an instrument, and as many without, that are asked whether it plays."""


def read(path: Path, audio: AudioResolver) -> EvaluationSet:
    """The questions about every clip of a folder. Raises UsageError for a folder without any."""
    files = sorted((path / "audios").glob("*.json"))
    truths = [_truth(file) for file in files]
    if not files:
        raise UsageError(
            f"{path}: no audios/SEED.json there; `mullama musicqa write studio {path}` renders clips"
        )
    locate = Locator(path / "audios", audio)
    presences = balanced_presences(truths, SEED, PRESENCES_AN_INSTRUMENT)
    items = (
        item
        for file, truth, instruments in zip(files, truths, presences, strict=True)
        for item in _items(file, truth, instruments, locate)
    )
    sources = tuple((str(file), file_digest(file)) for file in files)
    return EvaluationSet("studio", check_items(items, str(path)), "Apache-2.0", sources)


def _items(file: Path, truth: Truth, instruments: list[str], locate: Locator) -> Iterator[Item]:
    # Each clip has wordings of its own, whichever others are in the folder.
    rng = random.Random(f"{SEED} {file.stem}")
    asked = [ask(truth, topic, rng) for topic in TOPICS]
    asked += [ask_presence(truth, name, rng) for name in instruments]
    for pair in asked:
        yield Item(
            id=_id(file.stem, pair),
            question=pair.question,
            references=(pair.answer,),
            track=f"piece {int(file.stem) // TAKES}" if file.stem.isdecimal() else file.stem,
            topic=pair.topic,
            source="studio",
            source_id=file.stem,
            **locate(f"{file.stem}.wav"),
        )


def _id(seed: str, pair: QuestionAnswer) -> str:
    return f"{seed}#{pair.topic}{f' of {pair.subject}' if pair.topic == 'presence' else ''}"


def _truth(file: Path) -> Truth:
    try:
        return Truth.from_dict(json.loads(file.read_text(encoding="utf-8"))["truth"])
    except (OSError, ValueError, KeyError, TypeError, UsageError) as error:
        raise UsageError(f"{file}: not the facts of a clip: {error}") from error
