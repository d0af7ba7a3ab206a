"""A part is asked about as a sound of its own, and stands for the seconds around its middle."""

from pathlib import Path

import pytest

from mullama.listen.audio.reader import AudioReader
from mullama.show.answers import ask
from mullama.show.parts import drawn, parts
from mullama.show.show_options import ShowOptions
from mullama.show.view import View
from mullama.song import MuLlama


def test_parts_are_heard_alone(small: MuLlama, pieces: Path) -> None:
    options = ShowOptions(out=Path("x.html"), window=8.0, hop=6.0, topics=("key", "mood"))
    told: list[tuple[int, int]] = []
    song = small.listen(pieces)
    found = parts(small, pieces, song, options, lambda *done: told.append(done))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    rate = small.model.encoder.sample_rate
    sound = AudioReader(pieces, rate).waveform()
    for part in (found[0], found[-1]):
        start, end = (round(second * rate) for second in part.heard)
        alone = ask(small, small.listen(sound[start:end], sample_rate=rate), ["mood", "key"])
        for one, other in zip(part.answers, alone, strict=True):
            assert one.choice.probabilities == pytest.approx(other.choice.probabilities, abs=1e-4)
    assert found[0].heard == (0.0, 8.0)
    assert found[-1].heard[1] == pytest.approx(song.seconds_heard)


def test_what_changes_is_seen(view: View) -> None:
    """Jazz in G# minor with drums, then a waltz in D major without."""
    first, last = view.parts[0], view.parts[-1]
    said = [{one.name: one.best for one in part.answers} for part in (first, last)]
    assert said[0]["style"] == "jazz"
    assert [one["metre"] for one in said] == ["4/4", "3/4"]
    assert [one["drums"] for one in said] == ["yes", "no"]
    assert said[1]["key"] == "D major"


def test_what_parts_stand_for_joins_up() -> None:
    assert list(drawn([(0, 10), (5, 15), (10, 20)])) == [(0, 7.5), (7.5, 12.5), (12.5, 20)]
    assert list(drawn([(0, 3)])) == [(0, 3)]
