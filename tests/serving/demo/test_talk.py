"""Visits with the model that ships: heard, asked, given up."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mullama.engine import Engine
from mullama.serving.demo.talk import Talk
from mullama.serving.demo.visit import Visit
from paths import EXAMPLES
from waiting import wait_until

ROCK, WALTZ = str(EXAMPLES / "rock.mp3"), str(EXAMPLES / "waltz.flac")
LONG = "Describe the audio in detail"


@pytest.fixture
def patient(engine: Engine) -> Iterator[Engine]:
    """One that listens to files of any length."""
    opened = Engine(engine.mu)
    yield opened
    opened.close(drain=False)


@pytest.fixture
def long_file(tmp_path: Path) -> str:
    """Which nobody has heard of yet, and takes seconds to listen to."""
    path = tmp_path / "long.wav"
    noise = np.random.default_rng(0).uniform(-0.1, 0.1, 16_000 * 3000)
    soundfile.write(path, noise, 16_000)
    return str(path)


def heard(talk: Talk, path: str) -> Visit:
    visit = Visit()
    assert len(list(talk.hear(visit, "tab", path, "mine"))) == 2
    return visit


def test_an_answer_grows_to_the_one_given_alone(engine: Engine) -> None:
    talk = Talk(engine)
    visit = heard(talk, ROCK)
    shown = [turn.answer for turn in talk.ask(visit, "tab", LONG, {}) if turn]
    assert shown == sorted(shown, key=len)
    assert len(set(shown)) > 5
    assert shown[-1] == engine.mu.listen(ROCK).ask(LONG).text
    (turn,) = visit.conversations["1"].turns
    assert (turn.ended, turn.known) == ("stop", True)
    assert turn.tokens > 10
    assert turn.seconds > 0


def test_a_known_song_is_not_heard_again(engine: Engine) -> None:
    talk = Talk(engine)
    visit = heard(talk, WALTZ)
    seconds = engine.state.seconds_heard
    for question in ("What is the tempo?", "Which instruments play?"):
        list(talk.ask(visit, "tab", question, {}))
    assert engine.state.seconds_heard == seconds


def test_what_is_no_music_is_named_without_its_path(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "bad.mp3").write_text("no music")
    visit = heard(Talk(engine), str(tmp_path / "bad.mp3"))
    assert visit.notice.startswith("mine:")
    assert str(tmp_path) not in visit.notice
    assert (visit.current, visit.listening) == (None, "")


def test_listening_ends_in_time(patient: Engine, long_file: str) -> None:
    visit = heard(Talk(patient, timeout=0.2), long_file)
    assert "time" in visit.notice
    assert visit.current is None


def test_listening_for_a_visitor_who_left_is_given_up(patient: Engine, long_file: str) -> None:
    talk, visit = Talk(patient), Visit()
    listening = talk.hear(visit, "tab", long_file, "mine")
    next(listening)
    threading.Timer(0.5, talk.stop, ["tab"]).start()
    begun = time.monotonic()
    list(listening)
    assert time.monotonic() - begun < 5
    assert (visit.current, visit.listening) == (None, "")
    assert "stopped" in visit.notice
    wait_until(lambda: patient.state.hearing == 0)


def test_what_cannot_be_asked_is_noted(engine: Engine) -> None:
    talk = Talk(engine)
    nothing, visit = Visit(), heard(talk, ROCK)
    assert list(talk.ask(nothing, "tab", "What?", {})) == [None]
    assert "Choose music first" in nothing.notice
    for question, options, said in (
        ("  ", {}, "question"),
        ("音" * 1900, {}, "longer"),
        ("word " * 2000, {}, "characters"),
        ("What?", {"temperature": -1.0}, "temperature"),
    ):
        assert list(talk.ask(visit, "tab", question, options)) == [None]
        assert said in visit.notice
    assert visit.conversations["1"].turns == []


def test_a_file_that_went_away_fails_its_question(engine: Engine, tmp_path: Path) -> None:
    talk = Talk(engine)
    path = tmp_path / "gone.mp3"
    path.write_bytes(Path(ROCK).read_bytes())
    visit = heard(talk, str(path))
    path.unlink()
    *_, last = talk.ask(visit, "tab", "What?", {})
    assert last is not None
    assert last.ended == "failed"
    assert visit.notice.startswith("mine:")


def test_a_reader_who_leaves_gives_the_answer_up(engine: Engine) -> None:
    talk = Talk(engine)
    visit = heard(talk, ROCK)
    asking = talk.ask(visit, "tab", LONG, {})
    next(asking)
    asking.close()
    assert visit.conversations["1"].turns[0].ended == "cancelled"
    assert talk._running == {}


def test_a_new_question_takes_the_old_ones_place(engine: Engine) -> None:
    talk = Talk(engine)
    visit, other = heard(talk, ROCK), heard(talk, WALTZ)
    old, others = talk.ask(visit, "tab", LONG, {}), talk.ask(other, "other tab", LONG, {})
    next(old), next(others)
    list(talk.ask(visit, "tab", "What is the tempo?", {}))
    list(old), list(others)
    first, second = visit.conversations["1"].turns
    assert second.ended == other.conversations["1"].turns[0].ended == "stop"
    assert first.ended in ("cancelled", "stop")  # it may have been made before anybody read it
    assert other.conversations["1"].turns[0].answer == engine.mu.listen(WALTZ).ask(LONG).text
