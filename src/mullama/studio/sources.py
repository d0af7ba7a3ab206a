"""A split becomes clips with what is true of them, a shard at a time, wherever its music comes from.

Does not know how clips are stored.
"""

import importlib.util
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from mullama.errors import AudioError
from mullama.studio.clips import Studio, composed, seeds_for, song
from mullama.studio.compose.piece import Piece
from mullama.studio.recorded import labels, packages
from mullama.studio.recorded.instrumental import instrumental
from mullama.studio.recorded.labels import Excerpt
from mullama.studio.scores import read as scores
from mullama.studio.scores.play import can_be_played, play
from mullama.studio.scores.score import Score
from mullama.studio.silence import NOTHING
from mullama.studio.sound import voices
from mullama.studio.sound.effects import Waveform
from mullama.studio.sound.render import RATE, Sung, nobody
from mullama.studio.sound.singers import Singers
from mullama.studio.sound.wear import worn
from mullama.studio.split import Split
from mullama.studio.truth import Truth

CLIPS_A_SHARD = 200
CLIP_SECONDS = 10.0
CLIPS_AN_EXCERPT = 3
RECORDED, SCORES, VOICES = "recorded", "scores", "voices"
"""Folders beside the splits, for what they share."""


class Heard(NamedTuple):
    """A clip's sound at the studio's rate, and what is true of it."""

    waveform: Waveform
    truth: Truth
    continues: bool = False
    """Whether it goes on with the piece of the one before."""


class Source(Protocol):
    """Where the clips of a split come from."""

    @property
    def clips(self) -> int:
        """How many there are."""

    def some(self, first: int, last: int) -> Iterator[Heard]:
        """The clips from `first` up to `last`, without it."""


def fetch(
    split: Split, folder: Path, *, workers: int = 1, report: Callable[[str], None] = print
) -> None:
    """See to it that the scores or recordings of a split are in `folder`, read and labelled.

    Where what that needs is not installed, a line to `report` says what is left out of the split.
    Raises UsageError for a disk that refuses.
    """
    if split.source == "recordings":
        places = labels.PLACES if split.purpose == "held-out" else labels.MORE_PLACES
        found = _packages(split)
        labels.label(found, folder / RECORDED, places=places, workers=workers, report=report)
    elif split.source == "songs":
        singers = _singers(split, folder)
        if singers.hint is not None:
            report(f"{split.name!r}: {singers.hint}")
        singers.rehearse()
    elif split.source == "scores" and importlib.util.find_spec("music21") is None:
        report(
            f"scores are left out of {split.name!r}, for music21 is not installed: {labels.HINT}"
        )
    elif split.source == "scores":
        scores.read(_composers(split), folder / SCORES, workers=workers, report=report)


def open_source(split: Split, folder: Path) -> Source:
    """The music of a split, which `fetch` has brought into `folder`."""
    if split.source == "recordings":
        found = labels.load(_packages(split), folder / RECORDED)
        return Recordings(split, folder / RECORDED, found)
    if split.source == "scores":
        shelf = _Shelf(scores.load(_composers(split), folder / SCORES))
        return Rendered(split, partial(_play_one, shelf)) if shelf.works else Nothing()
    if split.source == "songs":
        singers = _singers(split, folder)
        return Rendered(split, song, singers.sing) if singers.complete else Nothing()
    return Rendered(split, composed)


def _packages(split: Split) -> Sequence[str]:
    return packages.HELD_OUT if split.purpose == "held-out" else packages.TRAINING


def _singers(split: Split, folder: Path) -> Singers:
    who = voices.HELD_OUT if split.purpose == "held-out" else voices.TRAINING
    return Singers(who, folder / VOICES)


def _composers(split: Split) -> Sequence[str]:
    return [*(scores.HELD_OUT if split.purpose == "held-out" else scores.TRAINING)]


class Nothing:
    """The source of a split whose music cannot be had."""

    clips = 0

    def some(self, first: int, last: int) -> Iterator[Heard]:
        """See Source."""
        return iter(())


@dataclass(frozen=True)
class Rendered:
    """Pieces of the studio's composer, or of others, played by its banks."""

    split: Split
    piece: Callable[[int, float], Piece]
    """(seed, seconds) -> what is played."""
    sung: Sung = nobody
    """Who sings in it."""

    @property
    def clips(self) -> int:
        """See Source; further takes of a seed come with it."""
        return self.split.clips

    def some(self, first: int, last: int) -> Iterator[Heard]:
        """See Source."""
        split = self.split
        seeds = seeds_for(split.purpose, split.clips)
        with Studio(compose=self.piece, sung=self.sung) as studio:
            for seed in seeds[first:last]:
                for take in range(split.takes):
                    clip = studio.clip(seed, split.bank, take=take - 1 if take else None)
                    yield _on_its_way(Heard(clip.waveform, clip.truth), split.worn, seed, take)


@dataclass(frozen=True)
class Recordings:
    """Recorded music, with what tools agree on as its truth."""

    split: Split
    folder: Path
    excerpts: Sequence[Excerpt]

    @property
    def clips(self) -> int:
        """See Source; an excerpt of which nothing is known counts, and gives none."""
        return min(self.split.clips, CLIPS_AN_EXCERPT * len(self.excerpts))

    def some(self, first: int, last: int) -> Iterator[Heard]:
        """See Source."""
        length = round(CLIP_SECONDS * RATE)
        begin, end = (-(-clip // CLIPS_AN_EXCERPT) for clip in (first, min(last, self.clips)))
        for number, excerpt in enumerate(self.excerpts[begin:end], begin):
            truth = truth_of_readings(excerpt)
            if truth.tempo_bpm is None and truth.key is None:
                continue
            try:
                sound = excerpt.sound(self.folder, RATE)
            except AudioError:
                continue
            for place in range(min(CLIPS_AN_EXCERPT, len(sound) // length)):
                clip = Heard(sound[place * length : (place + 1) * length], truth, place > 0)
                # All of an excerpt went the same way.
                yield _on_its_way(clip, self.split.worn, number, 0)


def truth_of_readings(excerpt: Excerpt) -> Truth:
    """What the tools agree on; of instruments it is known at most that there is no singer."""
    tempo, key = excerpt.readings.tempo(), excerpt.readings.key()
    known = None if tempo is None else round(tempo)
    sure = excerpt.name in instrumental()
    return replace(NOTHING, tempo_bpm=known, key=key, listed=False, instrumental=sure)


def _on_its_way(heard: Heard, share: float, seed: int, take: int) -> Heard:
    """A share of the clips wears; the seed decides."""
    rng = np.random.default_rng((seed, take, 11))
    if rng.random() >= share:
        return heard
    waveform, speed = worn(heard.waveform, RATE, rng)
    tempo = heard.truth.tempo_bpm
    truth = replace(heard.truth, tempo_bpm=None if tempo is None else round(tempo * speed))
    return heard._replace(waveform=waveform, truth=truth)


class _Shelf:
    """Works by composer, drawn so that a large collection does not drown a small one."""

    def __init__(self, works: dict[str, list[Score]]) -> None:
        playable = {c: [w for w in some if can_be_played(w)] for c, some in works.items()}
        self.works = {composer: some for composer, some in playable.items() if some}
        self._weights = list(accumulate(len(some) ** 0.5 for some in self.works.values()))

    def draw(self, seed: int) -> Score:
        rng = random.Random(f"work {seed}")
        [composer] = rng.choices(list(self.works), cum_weights=self._weights)
        return rng.choice(self.works[composer])


def _play_one(shelf: _Shelf, seed: int, seconds: float) -> Piece:
    return play(shelf.draw(seed), seed, seconds)
