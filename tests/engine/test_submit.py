"""Many callers at once: each gets the answer that it would get alone, or is told why not."""

import asyncio
import gc
import random
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from torch import Tensor

import mullama
from mullama.answer.answer import Answer
from mullama.engine import Engine, Question, Ticket, TicketEvent
from mullama.errors import (
    AudioError,
    Cancelled,
    Closed,
    MuLlamaError,
    Overloaded,
    TimeLimit,
    UsageError,
)
from mullama.song import MuLlama
from tiny import RATE, clip

TEXTS = ["Key?", "What plays, and how loud is it?", "Describe the audio"]
LONG = {"max_new_tokens": 150}
SLOW = 120.0
"""Seconds that nothing here takes."""


@pytest.fixture
def songs(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.wav" for number in range(5)]
    for number, path in enumerate(paths):
        soundfile.write(path, clip(number, 1 + number / 4), RATE)
    return paths


@pytest.fixture
def endless(mu: MuLlama) -> MuLlama:
    """Its answers go on as long as they may."""
    mu.stop = frozenset()
    return mu


@pytest.fixture
def engine(mu: MuLlama) -> Iterator[Engine]:
    engine = Engine(mu)
    yield engine
    engine.close(drain=False)


class Gate:
    """Holds an engine's listening up until it is opened."""

    def __init__(self, mu: MuLlama, monkeypatch: pytest.MonkeyPatch, held: Path) -> None:
        self.opened, self.reached = threading.Event(), threading.Event()
        listen = mu.listen

        def wait(source: str, **options: object) -> object:
            if source == str(held):
                self.reached.set()
                assert self.opened.wait(SLOW)
            return listen(source, **options)

        monkeypatch.setattr(mu, "listen", wait)


def ids(answer: Answer) -> list[int]:
    return answer.token_ids


# --------------------------------------------------------------------- the right answers


def some_asking(some: random.Random, songs: list[Path]) -> tuple[Question, dict[str, float]]:
    audio = some.choice([None, *map(str, songs)])
    sampling: dict[str, float] = {"max_new_tokens": some.choice([1, 3, 12, 40])}
    if some.random() < 0.5:
        sampling |= {"temperature": some.choice([0.6, 1.2]), "seed": some.randrange(99)}
    if some.random() < 0.3:
        sampling["repetition_penalty"] = 1.3
    return Question(audio, some.choice(TEXTS)), sampling


def ask_under_load(
    mu: MuLlama, songs: list[Path], *, callers: int, each: int, batch_size: int
) -> None:
    """Threads submit, cancel, read along; every answer is compared with the one given alone."""
    heard = {str(path): mu.listen(path) for path in songs} | {None: mu.no_song()}
    engine = Engine(mu, batch_size=batch_size, max_waiting=callers * each)
    wrong: list[object] = []

    def call(number: int) -> None:
        some = random.Random(number)
        asked = [some_asking(some, songs) for _ in range(each)]
        tickets = [engine.submit(q, caller=f"{number}", **sampling) for q, sampling in asked]
        for (question, sampling), ticket in zip(asked, tickets, strict=True):
            chance = some.random()
            if chance < 0.1:
                ticket.cancel()
                continue
            streamed = "".join(ticket.pieces()) if chance < 0.5 else None
            found = ticket.result(SLOW)
            alone = heard[question.audio].ask(question.text, **sampling)
            same = (ids(found), found.text) == (ids(alone), alone.text)
            same &= found.finish_reason == alone.finish_reason
            same &= streamed in (None, alone.text)
            same &= found.audio == (question.audio or "no audio")
            if not same or found.token_logprobs != pytest.approx(alone.token_logprobs, abs=1e-3):
                wrong.append((question, sampling, found, alone))

    threads = [threading.Thread(target=call, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.close()
    assert not wrong
    state = engine.state
    assert (state.waiting, state.running, state.hearing) == (0, 0, 0)
    assert sum(state.outcomes.values()) == callers * each


def test_no_answer_is_about_anothers_song(mu: MuLlama, songs: list[Path]) -> None:
    ask_under_load(mu, songs, callers=6, each=8, batch_size=7)


@pytest.mark.slow
@pytest.mark.parametrize("batch_size", [1, 16, 64])
def test_no_answer_of_the_small_model_is_about_anothers_song(
    batch_size: int, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{number}.wav" for number in range(12)]
    for number, path in enumerate(paths):
        soundfile.write(path, clip(number, 2 + number / 4), RATE)
    ask_under_load(mullama.load(), paths, callers=24, each=10, batch_size=batch_size)


def test_a_song_is_heard_once_for_all(mu: MuLlama, songs: list[Path]) -> None:
    listened: list[str] = []
    engine = Engine(mu, on_listened=lambda song: listened.append(song.name))
    copy = songs[0].with_name("copy.wav")
    copy.write_bytes(songs[0].read_bytes())
    tickets = [engine.submit(Question(str(path), "Key?")) for path in (songs[0], copy) * 3]
    answers = [ticket.result(SLOW) for ticket in tickets]
    assert [answer.audio for answer in answers] == [str(songs[0]), str(copy)] * 3
    assert len({tuple(ids(answer)) for answer in answers}) == len(listened) == 1
    assert sorted(ticket.song_known for ticket in tickets) == [False] + [True] * 5
    assert engine.submit(Question(None, "Key?")).song_known is None
    engine.close()
    state = engine.state
    assert (state.hits, state.misses, state.songs) == (5, 1, 1)
    assert state.seconds_heard == pytest.approx(1.0)
    assert state.song_bytes == engine.song(songs[0]).nbytes
    assert state.tokens == sum(map(len, map(ids, answers))) + len(ids(mu.no_song().ask("Key?")))


def test_what_is_answered_is_forgotten(engine: Engine, songs: list[Path]) -> None:
    """But for the song."""
    ticket = engine.submit(Question(str(songs[0]), "Key?"), timeout=SLOW)
    ticket.result(SLOW)
    trace = weakref.ref(ticket)
    del ticket
    engine.submit(Question(None, "Key?")).result(SLOW)
    gc.collect()
    assert trace() is None
    assert engine.state.songs == 1


# ------------------------------------------------------------------- nobody waits long


def test_a_question_joins_while_another_is_answered(endless: MuLlama, songs: list[Path]) -> None:
    engine = Engine(endless)
    long = engine.submit(Question(None, "Key?"), **LONG)
    next(long.pieces())
    short = engine.submit(Question(str(songs[0]), "Key?"), max_new_tokens=2)
    assert len(ids(short.result(SLOW))) == 2
    assert not long.done
    assert len(ids(long.result(SLOW))) == 150
    engine.close()


def test_a_long_file_holds_nobody_up(
    mu: MuLlama, songs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even when more ask about it than there are threads that listen."""
    engine = Engine(mu)
    gate = Gate(mu, monkeypatch, songs[0])
    held = [engine.submit(Question(str(songs[0]), text), caller="slow") for text in TEXTS * 4]
    assert gate.reached.wait(SLOW)
    for path in songs[1:]:
        assert engine.submit(Question(str(path), "Key?"), caller="slow").result(SLOW)
    assert not any(ticket.done for ticket in held)
    assert engine.state.hearing == 1
    gate.opened.set()
    assert all(ticket.result(SLOW) for ticket in held)
    engine.close()


def test_callers_take_turns(endless: MuLlama) -> None:
    """One who asks much comes no more often than one who asks once."""
    engine = Engine(endless, batch_size=2)
    done: list[str] = []
    first = engine.submit(Question(None, "Key?"), caller="many", **LONG)
    next(first.pieces())
    tickets = [
        engine.submit(Question(None, "Key?"), caller="many", max_new_tokens=20) for _ in range(9)
    ]
    tickets += [
        engine.submit(Question(None, "Key?"), caller=f"{n}", max_new_tokens=20) for n in range(3)
    ]
    for ticket in tickets:
        ticket.add_listener(lambda event: event.done and done.append(event.ticket.caller))
    engine.close()
    assert set(done[:5]) >= {"0", "1", "2"}
    assert done.count("many") == 9


# ------------------------------------------------------------------------- what ends it


def test_errors_go_to_their_own_ticket(engine: Engine, songs: list[Path]) -> None:
    bad, again = (songs[0].with_name(name) for name in ("bad.wav", "again.wav"))
    bad.write_bytes(b"RIFF, but no more")
    again.write_bytes(bad.read_bytes())
    tickets = [
        engine.submit(Question(str(path), "Key?"))
        for path in (bad, songs[0], again, songs[1], Path("/no/such/file.wav"))
    ]
    for ticket, name in ((tickets[0], bad), (tickets[2], again), (tickets[4], "/no/such")):
        with pytest.raises(AudioError, match=str(name)):
            ticket.result(SLOW)
    for ticket in (tickets[1], tickets[3]):
        assert ticket.result(SLOW)


def test_a_failing_prompt_fails_alone(mu: MuLlama, monkeypatch: pytest.MonkeyPatch) -> None:
    start = mu.decoder.start

    def fragile(tokens: Tensor, *args: object, **options: object) -> object:
        if (tokens == mu.tokenizer("~")["input_ids"][0]).any():
            raise MemoryError("too much")
        return start(tokens, *args, **options)

    monkeypatch.setattr(mu.decoder, "start", fragile)
    engine = Engine(mu)
    texts = ["Key?", "~", "Describe", "~~", "Tempo?"]
    tickets = [engine.submit(Question(None, text)) for text in texts]
    for text, ticket in zip(texts, tickets, strict=True):
        if "~" in text:
            with pytest.raises(MemoryError):
                ticket.result(SLOW)
        else:
            assert ids(ticket.result(SLOW)) == ids(mu.no_song().ask(text))
    engine.close()


def test_a_failing_step_is_told_and_the_engine_goes_on(
    endless: MuLlama, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(endless)
    ticket = engine.submit(Question(None, "Key?"), **LONG)
    next(ticket.pieces())
    with monkeypatch.context() as patched:
        patched.setattr(endless.decoder, "step", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ticket.result(SLOW)
    assert engine.submit(Question(None, "Key?"), max_new_tokens=3).result(SLOW)
    engine.close()


def test_who_leaves_is_answered_no_further(endless: MuLlama) -> None:
    engine = Engine(endless, batch_size=1)
    left = engine.submit(Question(None, "Key?"), **LONG)
    next(left.pieces())
    left.cancel()
    made = len(left.tokens)
    with pytest.raises(Cancelled):
        list(left.pieces())
    assert engine.submit(Question(None, "Key?"), max_new_tokens=2).result(SLOW)
    assert engine.state.tokens <= made + 1 + 2
    engine.close()
    assert engine.state.outcomes == {"Cancelled": 1, "length": 1}


def test_a_song_that_nobody_wants_is_given_up(mu: MuLlama, tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, np.tile(clip(0), 300), RATE)
    engine, encoded = Engine(mu), threading.Event()
    encode = engine._encoding

    def slow(windows: Tensor) -> Tensor:
        encoded.set()
        time.sleep(0.05)
        return encode(windows)

    engine._encoding = slow
    waiting = engine.submit(Question(str(path), "Key?"))
    waiting.cancel()
    again = engine.submit(Question(str(path), "Key?"))
    assert again.result(SLOW)
    engine.close()
    assert engine.state.seconds_heard in (300, 600)


def test_time_is_limited(
    endless: MuLlama, songs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(endless, batch_size=1)
    gate = Gate(endless, monkeypatch, songs[0])
    hearing = engine.submit(Question(str(songs[0]), "Key?"), timeout=0.2)
    running = engine.submit(Question(None, "Key?"), **LONG)
    next(running.pieces())
    waiting = engine.submit(Question(None, "Key?"), timeout=0.05)
    with pytest.raises(TimeLimit):
        waiting.result(SLOW)
    with pytest.raises(TimeLimit):
        hearing.result(SLOW)
    with pytest.raises(TimeLimit, match="no answer yet"):
        engine.submit(Question(str(songs[0]), "Key?"), timeout=SLOW).result(0.01)
    gate.opened.set()
    engine.close()
    assert engine.state.outcomes["TimeLimit"] == 2


def test_the_queue_is_bounded(endless: MuLlama) -> None:
    engine = Engine(endless, batch_size=1, max_waiting=3)
    running = engine.submit(Question(None, "Key?"), **LONG)
    next(running.pieces())
    waiting = [engine.submit(Question(None, "Key?"), max_new_tokens=2) for _ in range(3)]
    with pytest.raises(Overloaded, match="3 questions"):
        engine.submit(Question(None, "Key?"))
    waiting[0].cancel()  # makes room at once
    waiting.append(engine.submit(Question(None, "Key?"), max_new_tokens=2))
    engine.close()
    assert all(ticket.result(0) for ticket in (running, *waiting[1:]))


def test_what_makes_no_sense_is_refused_at_once(engine: Engine) -> None:
    with pytest.raises(UsageError, match="temperature"):
        engine.submit(Question(None, "Key?"), temperature=-1.0)
    with pytest.raises(UsageError, match="longer than"):
        engine.submit(Question(None, "Key? " * 500))
    assert engine.state.waiting == 0


# ------------------------------------------------------------------------------- the end


@pytest.mark.parametrize("drain", [True, False])
def test_closing_finishes_or_refuses_everyone(
    endless: MuLlama, songs: list[Path], drain: bool
) -> None:
    engine = Engine(endless, batch_size=2)
    tickets = [
        engine.submit(Question(audio, "Key?"), max_new_tokens=30)
        for audio in [None, *map(str, songs)] * 4
    ]
    before = threading.active_count()
    engine.close(drain=drain)
    with pytest.raises(Closed):
        engine.submit(Question(None, "Key?"))
    refused = 0
    for ticket in tickets:
        assert ticket.done
        try:
            ticket.result(0)
        except Closed:
            refused += 1
    assert (refused > 0) != drain
    deadline = time.monotonic() + SLOW
    while threading.active_count() > before - 6 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before - 6


def test_closing_waits_no_longer_than_it_may(endless: MuLlama) -> None:
    engine = Engine(endless)
    ticket = engine.submit(Question(None, "Key?"), **LONG)
    next(ticket.pieces())
    engine.close(timeout=0.01)
    with pytest.raises(Closed):
        ticket.result(0)


def test_an_engine_that_was_never_asked_closes(mu: MuLlama) -> None:
    before = threading.active_count()
    Engine(mu).close()
    assert threading.active_count() == before


# ---------------------------------------------------------------------------- listening


def test_asyncio_hears_every_piece_in_order(engine: Engine, songs: list[Path]) -> None:
    async def ask(path: Path, text: str) -> str:
        loop, events = asyncio.get_running_loop(), asyncio.Queue[TicketEvent]()
        ticket = engine.submit(Question(str(path), text))
        ticket.add_listener(lambda event: loop.call_soon_threadsafe(events.put_nowait, event))
        said, count = "", 0
        while True:
            event = await events.get()
            said += event.piece
            assert event.tokens >= count
            count = event.tokens
            if event.done:
                assert event.ticket.result(0).text == said
                return said

    async def everybody() -> list[str]:
        return await asyncio.gather(*(ask(path, text) for path in songs for text in TEXTS))

    said = asyncio.run(everybody())
    assert said == [engine.mu.listen(path).ask(text).text for path in songs for text in TEXTS]


def test_a_listener_that_is_gone_cancels(endless: MuLlama) -> None:
    engine = Engine(endless)
    ticket = engine.submit(Question(None, "Key?"), **LONG)
    seen: list[Ticket] = []

    def gone(event: TicketEvent) -> None:
        seen.append(event.ticket)
        if event.tokens:
            raise RuntimeError("Event loop is closed")

    ticket.add_listener(gone)
    with pytest.raises(MuLlamaError):
        ticket.result(SLOW)
    engine.close()
    assert len(seen) <= 3


def test_late_listeners_and_readers_get_everything(engine: Engine) -> None:
    ticket = engine.submit(Question(None, "Key?"))
    text = ticket.result(SLOW).text
    events: list[TicketEvent] = []
    ticket.add_listener(events.append)
    assert [(event.piece, event.done) for event in events] == [(text, True)]
    assert "".join(ticket.pieces()) == "".join(ticket.pieces()) == text
