from collections import Counter

import pytest

from mullama.errors import UsageError
from mullama.studio.compose.composer import SPARE_SECONDS, STYLES, compose
from mullama.studio.compose.harmony import MAJOR_SCALE
from mullama.studio.compose.piece import METRES, Piece
from mullama.studio.instruments import DRUMS, INSTRUMENTS, SINGERS


def test_the_same_seed_gives_the_same_piece() -> None:
    assert compose(7) == compose(7)
    assert compose(7) != compose(8)


def test_there_are_fifteen_styles_and_one_can_be_asked_for() -> None:
    assert len(STYLES) == 15
    for name in STYLES:
        piece = compose(3, style=name)
        assert piece.style == name
        assert STYLES[name].tempos[piece.metre][0] <= piece.tempo_bpm
        assert piece.tempo_bpm <= STYLES[name].tempos[piece.metre][1]


def test_bad_requests_are_refused() -> None:
    with pytest.raises(UsageError, match=r"no style is called 'polka'; there are: rock"):
        compose(0, style="polka")
    with pytest.raises(UsageError, match="positive"):
        compose(0, seconds=0)


def test_every_instrument_plays_within_its_range(pieces: list[Piece]) -> None:
    for piece in pieces:
        names = [part.instrument for part in piece.parts]
        assert len(set(names)) == len(names)
        for part in piece.parts:
            instrument = INSTRUMENTS[part.instrument]
            assert part.notes
            assert part.program in instrument.programs or part.instrument == DRUMS
            margin = 14 if part.role in ("bass", "chords", "pad") else 0
            for note in part.notes:
                assert instrument.low <= note.pitch <= instrument.high + margin
                assert 0 <= note.start < piece.seconds + 0.1
                assert note.duration > 0
                assert 1 <= note.velocity <= 127


def test_music_goes_on_for_the_time_asked() -> None:
    for seed in range(20):
        piece = compose(seed, seconds=14.0)
        assert piece.seconds == 14.0 + SPARE_SECONDS
        last = max(note.start + note.duration for part in piece.parts for note in part.notes)
        assert last > 13.0


def test_labels_are_spread_as_training_needs(pieces: list[Piece]) -> None:
    count = len(pieces)
    metres = Counter(piece.metre for piece in pieces)
    assert set(metres) == set(METRES)
    assert metres["4/4"] < 0.8 * count
    assert min(metres.values()) > 0.1 * count
    assert len({(piece.tonic, piece.minor) for piece in pieces}) == 24
    assert 0.4 < sum(piece.minor for piece in pieces) / count < 0.6
    assert all(60 <= piece.tempo_bpm <= 180 for piece in pieces)
    playing = Counter(part.instrument for piece in pieces for part in piece.parts)
    assert min(playing[name] for name in INSTRUMENTS if name not in SINGERS) >= 0.04 * count
    small = sum(len(piece.parts) <= 2 for piece in pieces)
    assert 0.13 * count < small < 0.35 * count
    assert 0.3 * count < sum(DRUMS not in {p.instrument for p in x.parts} for x in pieces)


def test_somebody_sings_in_most_songs_and_the_rest_is_as_it_was() -> None:
    songs = [compose(seed, song=True) for seed in range(60)]
    sung = [{part.instrument for part in song.parts} & set(SINGERS) for song in songs]
    assert 0.6 < sum(map(bool, sung)) / len(songs) < 0.9
    assert all(some in sung for some in ({"female singer"}, {"male singer"}, set(SINGERS)))
    for song in songs:
        for part in song.parts:
            if part.instrument in SINGERS:
                low, high = INSTRUMENTS[part.instrument].low, INSTRUMENTS[part.instrument].high
                assert all(low <= note.pitch <= high for note in part.notes)
        assert (song.tempo_bpm, song.tonic) == (
            compose(song.seed).tempo_bpm,
            compose(song.seed).tonic,
        )


def test_the_bass_gives_the_key_note_at_the_beginning(pieces: list[Piece]) -> None:
    for piece in pieces:
        for part in piece.parts:
            if part.role == "bass" and part.notes[0].start < 0.1:
                assert part.notes[0].pitch % 12 == piece.tonic


def test_pitches_belong_to_the_key(pieces: list[Piece]) -> None:
    """A key profile by counting: the scale of the key holds most of what sounds."""
    shares = []
    for piece in pieces:
        steps = MAJOR_SCALE if not piece.minor else (0, 2, 3, 5, 7, 8, 10, 11)
        inside = [
            (note.pitch - piece.tonic) % 12 in steps
            for part in piece.parts
            if part.role != "drums"
            for note in part.notes
        ]
        if inside:
            shares.append(sum(inside) / len(inside))
    assert min(shares) > 0.6
    assert sum(shares) / len(shares) > 0.93


def test_onsets_lie_on_the_beat_of_the_stated_tempo(pieces: list[Piece]) -> None:
    for piece in pieces[:60]:
        drums = [part for part in piece.parts if part.role == "drums"]
        kicks = [n.start for part in drums for n in part.notes if n.pitch in (35, 36)]
        beat = 60 / piece.tempo_bpm
        off = [abs(start / beat - round(start / beat)) * beat for start in kicks[:1]]
        assert all(value < 0.06 for value in off)
