"""Songs and questions -> what was heard: each song is listened to once, all are answered in one batch.

Does not know catalogues; a service that describes one file uses the same functions.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from mullama.answer.answer import Answer
from mullama.answer.sampling import SamplingKeywords
from mullama.catalogue.failures import cause_without_place
from mullama.catalogue.heard import DIGITS, Heard, Said
from mullama.engine import Engine
from mullama.errors import AudioError
from mullama.song import Song

GREEDY: SamplingKeywords = {
    "temperature": 0.0,
    "repetition_penalty": 1.0,
    "max_new_tokens": 256,
}
"""Captions are the most likely ones, whatever is stored with the model."""


def describe(
    engine: Engine, sounds: Sequence[tuple[Path, str]], questions: Mapping[str, str]
) -> list[Heard]:
    """Ask every question about each (file, digest), in one batch; a file that is no music fails alone."""
    found = [_listen(engine, path, digest) for path, digest in sounds]
    songs = [song for song in found if isinstance(song, Song)]
    texts = list(questions.values())
    asked = [song for song in songs for _ in texts]
    answers = engine.mu.ask(asked, texts * len(songs), **GREEDY)
    coming = iter(answers)
    return [
        entry
        if isinstance(entry, Heard)
        else heard(digest, {name: next(coming) for name in questions})
        for entry, (_, digest) in zip(found, sounds, strict=True)
    ]


def heard(digest: str, answers: Mapping[str, Answer]) -> Heard:
    """What the answers about one song tell."""
    first = next(iter(answers.values()))
    return Heard(
        digest,
        None if first.seconds_total is None else round(first.seconds_total, 3),
        round(first.seconds_heard, 3),
        {name: Said(answer.text, confidence(answer)) for name, answer in answers.items()},
    )


def confidence(answer: Answer) -> float:
    """The probability that the model says just this, as far as it got."""
    return round(math.exp(math.fsum(answer.token_logprobs)), DIGITS)


def _listen(engine: Engine, path: Path, digest: str) -> Song | Heard:
    try:
        return engine.song(path)
    except AudioError as error:
        return Heard(digest, failed=cause_without_place(error, path))
