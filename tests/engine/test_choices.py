"""Questions with choices among others: each has the probabilities that it has alone, and disturbs nobody."""

import random
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import soundfile

from mullama.engine import Engine, Question, Refusal, Ticket
from mullama.errors import AudioError, Cancelled, TimeLimit, UsageError
from mullama.song import MuLlama
from tiny import RATE, clip

TEXTS = ["Key?", "What plays, and how loud is it?"]
CHOICES = [["yes", "no"], ["D", "D major", "E minor"], [f"{bpm} BPM" for bpm in range(60, 160)]]
SLOW = 120.0


@pytest.fixture
def songs(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.wav" for number in range(4)]
    for number, path in enumerate(paths):
        soundfile.write(path, clip(number, 1 + number / 4), RATE)
    return paths


def test_in_company_all_answers_are_their_own(mu: MuLlama, songs: list[Path]) -> None:
    heard = {str(path): mu.listen(path) for path in songs} | {None: mu.no_song()}
    engine = Engine(mu, batch_size=5)
    wrong: list[object] = []

    def call(number: int) -> None:
        some = random.Random(number)
        for _ in range(6):
            question = Question(some.choice([None, *map(str, songs)]), some.choice(TEXTS))
            song = heard[question.audio]
            if some.random() < 0.5:
                written = engine.submit(question, caller=f"{number}", max_new_tokens=30)
                alone = song.ask(question.text, max_new_tokens=30)
                if written.result(SLOW).token_ids != alone.token_ids:
                    wrong.append(question)
                continue
            choices = some.choice(CHOICES)
            ticket = engine.submit(question, caller=f"{number}", choices=choices)
            if some.random() < 0.15:
                ticket.cancel()
                continue
            chosen = song.ask(question.text, choices=choices)
            found = ticket.choice(SLOW)
            same = (found.answer, found.audio) == (chosen.answer, question.audio or "no audio")
            if not same or found.probabilities != pytest.approx(chosen.probabilities, abs=1e-4):
                wrong.append(question)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.close()
    assert not wrong
    state = engine.state
    assert (state.waiting, state.running, state.hearing) == (0, 0, 0)
    assert sum(state.outcomes.values()) == 4 * 6
    assert state.outcomes["choice"] > 5


def test_it_joins_while_an_answer_is_made(mu: MuLlama) -> None:
    mu.stop = frozenset()
    engine = Engine(mu)
    long = engine.submit(Question(None, "Key?"), max_new_tokens=150)
    next(long.pieces())
    found = engine.submit(Question(None, "Key?"), choices=CHOICES[1]).choice(SLOW)
    assert not long.done
    assert list(found.probabilities) == CHOICES[1]
    assert len(long.result(SLOW).token_ids) == 150
    engine.close()


def passes(mu: MuLlama, monkeypatch: pytest.MonkeyPatch, told: Callable[[], None]) -> None:
    """Have each pass that reads choices told."""
    branch = mu.decoder.branch

    def counted(*arguments: Any) -> Any:
        told()
        return branch(*arguments)

    monkeypatch.setattr(mu.decoder, "branch", counted)


def test_answers_go_on_while_many_choices_are_read(
    mu: MuLlama, monkeypatch: pytest.MonkeyPatch
) -> None:
    mu.stop = frozenset()
    engine = Engine(mu)
    made: list[int] = []
    passes(mu, monkeypatch, lambda: made.append(engine.state.tokens))
    long = engine.submit(Question(None, "Key?"), max_new_tokens=150)
    next(long.pieces())
    choices = [f"{n} beats in every minute" for n in range(256)]
    many = engine.submit(Question(None, "Key?"), choices=choices)
    many.choice(SLOW)
    assert len(made) >= 4
    assert all(after > before for before, after in pairwise(made))
    assert len(long.result(SLOW).token_ids) == 150
    engine.close()


def test_a_choice_that_nobody_waits_for_is_read_no_further(
    mu: MuLlama, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(mu)
    tickets: list[Ticket] = []
    made: list[int] = []
    there = threading.Event()

    def leave() -> None:
        made.append(1)
        there.wait(SLOW)
        tickets[0].cancel()

    passes(mu, monkeypatch, leave)
    choices = [f"{n} beats in every minute" for n in range(256)]
    tickets.append(engine.submit(Question(None, "Key?"), choices=choices))
    there.set()
    with pytest.raises(Cancelled):
        tickets[0].choice(SLOW)
    engine.close()
    assert len(made) == 1


def test_callers_take_turns_with_their_choices(mu: MuLlama) -> None:
    engine = Engine(mu)
    ended: list[str] = []
    many = [f"{n} BPM" for n in range(256)]
    tickets = []
    for caller in [*"aaaa", "b"]:
        ticket = engine.submit(Question(None, "Key?"), caller=caller, choices=many)
        ticket.add_listener(lambda event, who=caller: event.done and ended.append(who))
        tickets.append(ticket)
    for ticket in tickets:
        ticket.choice(SLOW)
    engine.close()
    assert ended.index("b") <= 2


def test_errors_and_cancelling_are_its_own(
    mu: MuLlama, songs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(mu)
    with monkeypatch.context() as patched:
        patched.setattr(mu.decoder, "branch", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            engine.submit(Question(None, "Key?"), choices=CHOICES[1]).choice(SLOW)
    with pytest.raises(AudioError, match="such"):
        engine.submit(Question("/no/such.wav", "Key?"), choices=CHOICES[0]).choice(SLOW)
    with pytest.raises(TimeLimit):
        engine.submit(Question(str(songs[0]), "Key?"), choices=CHOICES[2], timeout=0).choice(SLOW)
    left = engine.submit(Question(str(songs[1]), "Key?"), choices=CHOICES[2])
    left.cancel()
    with pytest.raises(Cancelled):
        left.choice(SLOW)
    assert engine.submit(Question(None, "Key?"), choices=CHOICES[0]).choice(SLOW)
    engine.close()


def test_what_is_refused_at_once(mu: MuLlama) -> None:
    engine = Engine(mu)
    for wrong, words in (
        ({"choices": ["yes"]}, "1 choices"),
        ({"choices": ["yes", "la " * 40]}, "64 are read"),
        ({"choices": ["yes", "no"], "min_probability": 2.0}, "min_probability"),
        ({"choices": ["yes", "no"], "temperature": 1.0}, "leave out temperature"),
        ({"min_probability": 0.5}, "min_probability is for choices"),
    ):
        with pytest.raises(UsageError, match=words):
            engine.submit(Question(None, "Key?"), **wrong)
    ticket = engine.submit(Question(None, "Key?"), choices=["yes", "no"])
    ticket.choice(SLOW)
    with pytest.raises(UsageError, match="ask the ticket for its choice"):
        ticket.result()
    with pytest.raises(UsageError, match="ask the ticket for its result"):
        engine.submit(Question(None, "Key?"), max_new_tokens=2).choice(SLOW)
    engine.close()


def test_one_caller_with_many_questions(mu: MuLlama, songs: list[Path]) -> None:
    engine = Engine(mu, batch_size=2)
    asked = [Question(str(path), "Key?") for path in (*songs, Path("/no/such.wav"))]
    found = list(engine.answer(asked, choices=CHOICES[1], min_probability=0.2))
    assert isinstance(found[-1], Refusal)
    for path, choice in zip(songs, found, strict=False):
        alone = mu.listen(path).ask("Key?", choices=CHOICES[1])
        assert not isinstance(choice, Refusal)
        assert choice.probabilities == pytest.approx(alone.probabilities, abs=1e-4)
        assert choice.audio == str(path)
    with pytest.raises(UsageError, match="1 choices"):
        next(engine.answer(asked, choices=["yes"]))
