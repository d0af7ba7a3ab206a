"""A score that is played keeps its notes, and its truth is what was asked of the players."""

import random

import pytest

from mullama.studio.compose.composer import SPARE_SECONDS
from mullama.studio.compose.harmony import key_name
from mullama.studio.instruments import DRUMS, INSTRUMENTS
from mullama.studio.scores.play import MAX_VOICES, TEMPOS_BPM, can_be_played, play
from mullama.studio.scores.score import Score, Written


def score(bars: int = 40, metre: str = "4/4") -> Score:
    """A tune in D major over a bass, quarters."""
    tune = [(0, 2, 4, 7), (9, 7, 4, 2), (0, 4, 7, 12), (7, 5, 4, 2)]
    top = [Written(4 * b + i, 1.0, 62 + tune[b % 4][i]) for b in range(bars) for i in range(4)]
    low = [Written(4 * b, 4.0, 38 + (0, 7, 0, 7)[b % 4]) for b in range(bars)]
    return Score("tune#0", "nobody", (tuple(top), tuple(low)), ((0.0, metre),), 2)


PIECES = [play(score(), seed) for seed in range(60)]


def test_the_same_seed_plays_in_the_same_way() -> None:
    assert play(score(), 7) == PIECES[7]
    assert len({piece.tempo_bpm for piece in PIECES}) > 20


def test_every_note_can_be_played() -> None:
    for piece in PIECES:
        assert TEMPOS_BPM[0] <= piece.tempo_bpm <= TEMPOS_BPM[1]
        assert len(piece.parts) <= MAX_VOICES + 1
        for part in piece.parts:
            instrument = INSTRUMENTS[part.instrument]
            for note in part.notes:
                assert 0 <= note.start < piece.seconds + 1
                assert note.duration > 0
                assert 20 <= note.velocity <= 127
                if part.instrument != DRUMS:
                    assert instrument.low <= note.pitch <= instrument.high


def test_the_tempo_is_that_of_the_notes() -> None:
    for piece in PIECES:
        notes = sum(len(part.notes) for part in piece.parts if part.instrument != DRUMS)
        beats = piece.seconds * piece.tempo_bpm / 60
        assert notes == pytest.approx(
            beats + beats / 4, abs=3
        )  # a tune in quarters over whole notes


def test_the_key_moves_with_the_notes() -> None:
    known = [piece for piece in PIECES if piece.keyed]  # a short stretch may be of another key
    assert len(known) > 40
    for piece in known:
        assert not piece.minor
        classes = {n.pitch % 12 for p in piece.parts if p.instrument != DRUMS for n in p.notes}
        scale = {(piece.tonic + step) % 12 for step in (0, 2, 4, 5, 7, 9, 11)}
        assert classes <= scale, key_name(piece.tonic, piece.minor)


def test_a_short_work_begins_again() -> None:
    piece = play(score(bars=2), 1)
    last = max(note.start for part in piece.parts for note in part.notes)
    assert last > 10


def test_players_differ() -> None:
    names = {part.instrument for piece in PIECES for part in piece.parts}
    assert len(names) > 15
    with_drums = [any(p.instrument == DRUMS for p in piece.parts) for piece in PIECES]
    assert 10 < sum(with_drums) < 40


def test_many_voices_are_thinned() -> None:
    rng = random.Random(0)
    voices = tuple(
        tuple(Written(b, 1.0, 40 + 5 * v + rng.randrange(4)) for b in range(100)) for v in range(9)
    )
    piece = play(Score("many", "x", voices, ((0.0, "3/4"),), 0), 3)
    assert len([p for p in piece.parts if p.instrument != DRUMS]) <= MAX_VOICES
    assert piece.seconds == 10 + SPARE_SECONDS


def test_what_has_no_metre_of_ours_is_not_played() -> None:
    assert can_be_played(score(metre="6/8"))
    assert not can_be_played(score(metre="5/4"))
