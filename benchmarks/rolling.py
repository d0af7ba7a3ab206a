"""Many callers, one model: rolling batches beside one answer at a time, and beside static batches.

    python benchmarks/rolling.py

The small model, whose answers take from 4 to some 40 tokens; every song is known already. First all
questions wait at once: a mixture, whose longest answer all the others leave alone at the end, and
long captions alone. Then they arrive by chance, at a share of the rate that static batches can
keep up with, at the same moments for both: a static batch starts with those who wait and takes nobody
in before its longest answer is done.
"""

import argparse
import queue
import random
import threading
import time
from collections.abc import Callable

import numpy as np
import torch
from machine import keep, machine, seconds

import mullama
from mullama.answer.rolling import decode
from mullama.engine import Engine, Question
from mullama.song import MuLlama, Song

QUESTIONS = (
    "Key?", "How fast is it?", "Which instruments play?", "Describe the audio", "Describe the audio in detail",
)  # fmt: skip
WAITING = (1, 4, 16, 64)
GOAL = {"waiting": 16, "ratio": 4.0}
STATIC_BATCH = 8
Asked = tuple[Song, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="runs, of which the best counts")
    parser.add_argument("--arrivals", type=int, default=300, help="questions that come by chance")
    parser.add_argument("--load", type=float, default=0.6, help="share of the static rate")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    mu, figures = mullama.load("small"), {"machine": machine(), "goal": GOAL, "load": options.load}
    asked = some_asking(mu, max(WAITING))
    alike = [(song, QUESTIONS[-1]) for song, _ in asked]
    kinds = figures["waiting"] = {
        kind: [waiting(mu, some[:count], options.repeats) for count in WAITING]
        for kind, some in (("mixed", asked), ("long", alike))
    }
    figures["arriving"] = arriving(mu, some_asking(mu, options.arrivals), options)
    for kind, rows in kinds.items():
        for row in rows:
            print(f"{row['waiting']:3} waiting, {kind}: {row['ratio']:.1f} times one at a time")
    for way, row in figures["arriving"].items():
        print(
            f"{way:8}", ", ".join(f"{name} {figure * 1000:.0f} ms" for name, figure in row.items())
        )
    keep("rolling", figures)


def some_asking(mu: MuLlama, count: int) -> list[Asked]:
    """Songs of tones, and questions whose answers are short and long."""
    some, rate = random.Random(0), mu.model.encoder.sample_rate
    t = np.arange(4 * rate) / rate
    songs = [
        mu.listen(np.sin(2 * np.pi * pitch * t) / 2, sample_rate=rate) for pitch in (110, 220, 330)
    ]
    return [(some.choice([*songs, mu.no_song()]), some.choice(QUESTIONS)) for _ in range(count)]


class Known(Engine):
    """An engine whose files are songs that were heard before."""

    def __init__(self, mu: MuLlama, songs: dict[str, Song], batch_size: int) -> None:
        super().__init__(mu, batch_size=batch_size, max_waiting=100_000)
        for name, song in songs.items():
            future, _ = self._songs.claim(name)
            self._songs.fill(name, future, lambda song=song: song)

    def _digest(self, name: str) -> str:
        return name


def rolling(mu: MuLlama, asked: list[Asked], batch_size: int) -> tuple[Engine, list[Question]]:
    names = {id(song): f"{number}" for number, (song, _) in enumerate(asked)}
    engine = Known(mu, {names[id(song)]: song for song, _ in asked}, batch_size)
    return engine, [Question(names[id(song)], text) for song, text in asked]


def waiting(mu: MuLlama, asked: list[Asked], repeats: int) -> dict[str, float]:
    """All at once: seconds until the last answer."""
    engine, questions = rolling(mu, asked, max(WAITING))

    def together() -> None:
        for ticket in [engine.submit(question) for question in questions]:
            ticket.result()

    def alone() -> None:
        for song, text in asked:
            song.ask(text)

    ours, plain = seconds(together, repeats), seconds(alone, repeats)
    engine.close()
    return {
        "waiting": len(asked),
        "one_at_a_time_seconds": plain,
        "rolling_seconds": ours,
        "ratio": plain / ours,
    }


Report = Callable[[int, bool], None]
"""Told of a question's number when it has its first token, and (True) when it is answered."""


def arriving(
    mu: MuLlama, asked: list[Asked], options: argparse.Namespace
) -> dict[str, dict[str, float]]:
    """Seconds to the first token and to the end, for questions that come one by one."""
    some = asked[:64]
    batches = [some[start : start + STATIC_BATCH] for start in range(0, len(some), STATIC_BATCH)]
    begun = time.perf_counter()  # by the wall clock, as arrivals are
    for batch in batches * 2:
        mu.ask(*zip(*batch, strict=True))
    keeps_up = 2 * len(some) / (time.perf_counter() - begun)
    chance = random.Random(1)
    gaps = [chance.expovariate(options.load * keeps_up) for _ in asked]

    engine, questions = rolling(mu, asked, STATIC_BATCH)

    def submit(number: int, report: Report) -> None:
        ticket = engine.submit(questions[number])
        ticket.add_listener(lambda event: event.tokens and report(number, event.done))

    found = {"rolling": times(gaps, submit)}
    engine.close()
    static = Static(mu, asked)
    found["static"] = times(gaps, static.submit)
    static.waiting.put(None)
    return found


class Static:
    """Batches that nobody joins; a thread of its own decodes them."""

    def __init__(self, mu: MuLlama, asked: list[Asked]) -> None:
        self.mu, self.asked = mu, asked
        self.waiting: queue.Queue[tuple[int, Report] | None] = queue.Queue()
        threading.Thread(target=self.work, daemon=True).start()

    def submit(self, number: int, report: Report) -> None:
        self.waiting.put((number, report))

    def work(self) -> None:
        while (first := self.waiting.get()) is not None:
            batch = [first]
            while len(batch) < STATIC_BATCH and not self.waiting.empty():
                if (one := self.waiting.get()) is not None:
                    batch.append(one)
            self.answer(batch)

    def answer(self, batch: list[tuple[int, Report]]) -> None:
        rows = []
        for number, _ in batch:
            song, text = self.asked[number]
            rows.append(self.mu.row(text, self.mu.sampling()))
            rows[-1].shifts = song.shifts
        ended = [False] * len(rows)
        for _ in decode(self.mu.batch(), rows):
            for place, (number, report) in enumerate(batch):
                if not ended[place]:
                    ended[place] = rows[place].finished is not None
                    report(number, ended[place])


def times(gaps: list[float], submit: Callable[[int, Report], None]) -> dict[str, float]:
    """Submit by the clock; the middle and the 95th percentile of what each had to wait."""
    begun, first, ended = ([0.0] * len(gaps) for _ in range(3))
    rest = threading.Semaphore(0)

    def report(number: int, done: bool) -> None:
        now = time.perf_counter()
        first[number] = first[number] or now
        if done and not ended[number]:
            ended[number] = now
            rest.release()

    due = time.perf_counter()
    for number, gap in enumerate(gaps):
        due += gap
        time.sleep(max(0.0, due - time.perf_counter()))
        begun[number] = due
        submit(number, report)
    for _ in gaps:
        rest.acquire()
    figures = {}
    for name, moments in (("first_token", first), ("end", ended)):
        waited = np.array(moments) - np.array(begun)
        figures |= {f"{name}_p{p}_seconds": float(np.percentile(waited, p)) for p in (50, 95)}
    return figures


if __name__ == "__main__":
    main()
