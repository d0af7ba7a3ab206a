"""A bank to render with, and the truths of composed pieces, which need none."""

from collections.abc import Iterator

import pytest

from installed import skip_without_fluidsynth
from mullama.studio.compose.composer import compose
from mullama.studio.compose.piece import Piece
from mullama.studio.sound.banks import BANKS
from mullama.studio.sound.mixing import truth_of
from mullama.studio.sound.synth import Synth
from mullama.studio.truth import Truth


@pytest.fixture(scope="session")
def pieces() -> list[Piece]:
    return [compose(seed) for seed in range(400)]


@pytest.fixture(scope="session")
def truths(pieces: list[Piece]) -> list[Truth]:
    return [truth_of(piece, list(piece.parts)) for piece in pieces]


@pytest.fixture(scope="session")
def synth() -> Iterator[Synth]:
    skip_without_fluidsynth("timgm6mb")
    with Synth(BANKS["timgm6mb"]) as synth:
        yield synth
