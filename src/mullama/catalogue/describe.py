"""Songs and questions -> what was heard: each song is listened to once, all are answered in one batch.

Where the model's probabilities are calibrated, a second batch tells those of the facts; see closed.py.

Does not know catalogues; a service that describes one file uses the same functions.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from mullama.answer.answer import Answer
from mullama.answer.sampling import SamplingKeywords
from mullama.catalogue.closed import closed_questions, with_chosen
from mullama.catalogue.failures import cause_without_place
from mullama.catalogue.sound_answers import DIGITS, Said, SoundAnswers
from mullama.engine import Engine
from mullama.errors import AudioError
from mullama.song import MuLlama, Song

GREEDY: SamplingKeywords = {
    "temperature": 0.0,
    "repetition_penalty": 1.0,
    "max_new_tokens": 256,
}
"""Captions are the most likely ones, whatever is stored with the model."""


NEGLIGIBLE = 1e-9
"""Choices that are no more probable are not read to their ends. All of them together do not show in DIGITS."""


def describe(
    engine: Engine, sounds: Sequence[tuple[Path, str]], questions: Mapping[str, str]
) -> list[SoundAnswers]:
    """Ask every question about each (file, digest), in one batch; a file that is no music fails alone."""
    found = [_listen(engine, path, digest) for path, digest in sounds]
    songs = [song for song in found if isinstance(song, Song)]
    answers = iter(_answers(engine.mu, songs, questions))
    return [
        entry if isinstance(entry, SoundAnswers) else sound_answers(digest, entry, next(answers))
        for entry, (_, digest) in zip(found, sounds, strict=True)
    ]


def sound_answers(digest: str, song: Song, answers: Mapping[str, Said]) -> SoundAnswers:
    """What was said about one song."""
    total = song.seconds_total
    seconds = None if total is None else round(total, 3)
    return SoundAnswers(digest, seconds, round(song.seconds_heard, 3), answers)


def said(answer: Answer) -> Said:
    """Its text, and the probability that the model says just this, as far as it got."""
    return Said(answer.text, round(math.exp(math.fsum(answer.token_logprobs)), DIGITS))


def _answers(
    mu: MuLlama, songs: Sequence[Song], questions: Mapping[str, str]
) -> list[dict[str, Said]]:
    """For each song, by the question's name."""
    texts = list(questions.values())
    told = mu.ask([song for song in songs for _ in texts], texts * len(songs), **GREEDY)
    coming = map(said, told)
    found = [{name: next(coming) for name in questions} for _ in songs]
    if not mu.calibration.fitted:
        return found
    closed = [closed_questions(answers, mu.calibration.forms) for answers in found]
    pairs = [(song, one) for song, some in zip(songs, closed, strict=True) for one in some]
    choices = iter(
        mu.ask(
            [song for song, _ in pairs],
            [one.question for _, one in pairs],
            choices=[one.choices for _, one in pairs],
            negligible=NEGLIGIBLE,
        )
    )
    return [
        with_chosen(answers, some, [next(choices) for _ in some])
        for answers, some in zip(found, closed, strict=True)
    ]


def _listen(engine: Engine, path: Path, digest: str) -> Song | SoundAnswers:
    try:
        return engine.song(path)
    except AudioError as error:
        return SoundAnswers(digest, failed=cause_without_place(error, path))
