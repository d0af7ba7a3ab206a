"""Clips by number: a seed is all it takes to have the same music with the same truth again.

Two neighbouring seeds are two takes of one piece: the same notes, mixed anew. Which seeds serve
which purpose is fixed here, so that no clip is ever used for two.
"""

from collections.abc import Callable

from mullama.errors import UsageError
from mullama.studio.compose.composer import compose
from mullama.studio.compose.piece import Piece
from mullama.studio.sound.banks import HELD_OUT_BANK, TRAINING_BANKS, bank_named
from mullama.studio.sound.mixing import Clip, mix
from mullama.studio.sound.render import RATE, Stems, Sung, nobody, render_stems
from mullama.studio.sound.synth import Synth

TAKES = 2
"""How many clips share one piece."""

SEEDS: dict[str, range] = {
    "encoder": range(0, 2_000_000),
    "answers": range(2_000_000, 4_000_000),
    "validation": range(4_000_000, 4_100_000),
    "held-out": range(5_000_000, 5_100_000),
    "examples": range(9_000_000, 9_000_100),
}
"""Purpose -> seeds: encoder training, question-answer training, choosing between runs, the
figures that are published, and the example files. The held-out seeds serve the training banks and
the held-out bank alike."""


def bank_of(seed: int) -> str:
    """The training bank that plays a seed when no bank is named; takes of a piece share it."""
    point = (seed // TAKES * 0x9E3779B97F4A7C15 % 2**64) / 2**64
    for name, share in TRAINING_BANKS.items():
        point -= share
        if point < 0:
            return name
    return next(iter(TRAINING_BANKS))


def seeds_for(purpose: str, count: int) -> range:
    """The first `count` seeds of a purpose in `SEEDS`."""
    if purpose not in SEEDS:
        raise UsageError(f"no seeds are set aside for {purpose!r}; there are: {', '.join(SEEDS)}")
    seeds = SEEDS[purpose][:count]
    if len(seeds) < count:
        raise UsageError(f"{count} clips asked for {purpose!r}, which has {len(seeds)} seeds")
    return seeds


def composed(seed: int, seconds: float) -> Piece:
    """A piece of the studio's own composer."""
    return compose(seed, seconds=seconds)


def song(seed: int, seconds: float) -> Piece:
    """The same piece with a singer, as a rule."""
    return compose(seed, seconds=seconds, song=True)


class Studio:
    """Keeps the banks that were used open, and the stems of the last piece for its next take."""

    def __init__(
        self,
        *,
        seconds: float = 10.0,
        rate: int = RATE,
        compose: Callable[[int, float], Piece] = composed,
        sung: Sung = nobody,
    ) -> None:
        """`compose` makes a piece of a seed and a length in seconds; `sung` sings what singers have in it."""
        self.seconds = seconds
        self.rate = rate
        self._compose = compose
        self._sung = sung
        self._synths: dict[str, Synth] = {}
        self._last: tuple[tuple[int, str], Stems] | None = None

    def stems(self, piece_seed: int, bank: str) -> Stems:
        """Compose and render a piece, unless it is the one that was rendered last."""
        if self._last is None or self._last[0] != (piece_seed, bank):
            piece = self._compose(piece_seed, self.seconds)
            self._last = (piece_seed, bank), render_stems(piece, self._synth(bank), self._sung)
        return self._last[1]

    def clip(
        self, seed: int, bank: str | None = None, *, take: int | None = None, strength: float = 1.0
    ) -> Clip:
        """The clip of a seed; another `take` is another mix of the same notes.

        `bank` is a name in `BANKS` (`bank_of` chooses one by default), `strength` scales effects.
        """
        stems = self.stems(seed // TAKES, bank if bank is not None else bank_of(seed))
        mixed_as = seed if take is None else (take + 1) * 2**32 + seed
        found = mix(stems, mixed_as, seconds=self.seconds, strength=strength)
        return Clip(found.waveform, found.rate, found.truth, seed, found.bank)

    def close(self) -> None:
        """Free all banks."""
        for synth in self._synths.values():
            synth.close()
        self._synths.clear()
        self._last = None

    def __enter__(self) -> "Studio":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _synth(self, bank: str) -> Synth:
        if bank not in self._synths:
            self._synths[bank] = Synth(bank_named(bank), self.rate)
        return self._synths[bank]


def clip(seed: int, bank: str | None = None) -> Clip:
    """One clip of ten seconds by its seed; for many of them, keep a `Studio` open."""
    with Studio() as studio:
        return studio.clip(seed, bank)


__all__ = ["HELD_OUT_BANK", "SEEDS", "TAKES", "Studio", "bank_of", "clip", "seeds_for"]
