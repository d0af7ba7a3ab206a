"""One model, many questions: each song is encoded once, and questions are answered in batches.

Callers name music by its file; what a file holds decides whether it is known already, whatever its
name. Threads may share an engine. How one batch is decoded is in song.py.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack

from mullama.answer.answer import Answer
from mullama.answer.sampling import SamplingKeywords
from mullama.engine.state import EngineState
from mullama.engine.ticket import Ticket
from mullama.errors import AudioError, Closed, Overloaded, TimeLimit
from mullama.jobs.digest import file_digest
from mullama.listen.audio.open_audio import regular_file
from mullama.song import MuLlama, Song
from mullama.song_cache import SongCache

CACHE_BYTES = 256 << 20
"""Of encoded songs: about 600 of the published model's, thousands of the small one's."""
BATCH_SIZE = 8
"""Answers that are decoded at a time."""
MAX_WAITING = 256
"""Requests that may wait; one more is refused."""


@dataclass(frozen=True)
class Question:
    """What is asked, and of which file."""

    audio: str | None
    """None where no music is given, and the language model answers by itself."""
    text: str


@dataclass(frozen=True)
class Refusal:
    """A question without an answer, because its file cannot be read as music."""

    audio: str
    question: str
    error: AudioError


class Engine:
    """Answers questions about files with one model."""

    def __init__(
        self,
        mu: MuLlama,
        *,
        batch_size: int = BATCH_SIZE,
        cache_bytes: int = CACHE_BYTES,
        as_published: bool = False,
        max_waiting: int = MAX_WAITING,
        max_seconds: float | None = None,
        on_listened: Callable[[Song], None] = lambda song: None,
    ) -> None:
        """`on_listened` is given each song when it is encoded, with its warnings."""
        self.mu, self.batch_size, self.as_published = mu, batch_size, as_published
        self._on_listened = on_listened
        self._songs = SongCache(cache_bytes)
        self.max_waiting, self.max_seconds = max_waiting, max_seconds
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Ticket, Question, SamplingKeywords, float | None]] = deque()
        self._running = 0
        self._closed = False
        self._worker: threading.Thread | None = None
        self._totals: Counter[str] = Counter()
        self._outcomes: Counter[str] = Counter()

    def song(self, audio: str | Path | None) -> Song:
        """The encoded song of a file, under the name it was asked for by; none at all for None.

        Raises AudioError for what cannot be read as music, each time.
        """
        if audio is None:
            return self.mu.no_song()
        path, name = Path(audio), str(audio)
        song = self._songs.get(self._digest(path), lambda: self._listen(path, name))
        if song.name == name:
            return song
        # The same content under another name.
        warnings = tuple(w.replace(f"{song.name}:", f"{name}:", 1) for w in song.warnings)
        return replace(song, name=name, warnings=warnings)

    def answer(
        self, questions: Iterable[Question], **sampling: Unpack[SamplingKeywords]
    ) -> Iterator[Answer | Refusal]:
        """An answer or a refusal for each question, in order, `batch_size` answers at a time."""
        self.mu.sampling(**sampling)  # refused before an hour of listening, not after
        waiting: list[tuple[Question, Song] | Refusal] = []
        for question in questions:
            waiting.append(self._prepare(question))
            if sum(not isinstance(entry, Refusal) for entry in waiting) == self.batch_size:
                yield from self._answer_batch(waiting, sampling)
                waiting = []
        yield from self._answer_batch(waiting, sampling)

    def stream(self, question: Question, **sampling: Unpack[SamplingKeywords]) -> Iterator[str]:
        """One answer in pieces, as soon as each is certain. Raises AudioError."""
        return self.song(question.audio).stream(question.text, **sampling)

    def submit(
        self,
        question: Question,
        *,
        caller: str = "",
        timeout: float | None = None,
        **sampling: Unpack[SamplingKeywords],
    ) -> Ticket:
        """Ask without waiting. The file is read later: it has to stay until the ticket is done.

        Callers are served in turn, however much each asks. `timeout` (seconds) covers waiting,
        listening and answering. Raises Overloaded, Closed, and UsageError for options out of bounds.
        """
        self.mu.sampling(**sampling)
        deadline = None if timeout is None else time.monotonic() + timeout
        ticket = Ticket(self.mu.text, caller=caller)
        with self._changed:
            if self._closed:
                raise Closed("no more questions are taken")
            if len(self._waiting) >= self.max_waiting:
                raise Overloaded(f"{self.max_waiting} questions wait already: ask again later")
            self._waiting.append((ticket, question, sampling, deadline))
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, daemon=True)
                self._worker.start()
            self._changed.notify_all()
        return ticket

    def close(self, *, drain: bool = True, timeout: float | None = None) -> None:
        """Take no more questions; finish those that wait, or refuse them with Closed."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            if drain:
                self._changed.wait_for(lambda: not self._waiting and not self._running, timeout)
            refused, self._waiting = list(self._waiting), deque()
        for ticket, *_ in refused:
            ticket.finish(Closed("the engine was closed before this question's turn"))

    @property
    def state(self) -> EngineState:
        """What it is doing right now."""
        with self._changed:
            return EngineState(
                waiting=len(self._waiting),
                hearing=0,
                running=self._running,
                songs=0,
                song_bytes=0,
                hits=0,
                misses=0,
                tokens=self._totals["tokens"],
                seconds_heard=float(self._totals["seconds_heard"]),
                outcomes=dict(self._outcomes),
                closed=self._closed,
            )

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                ticket, question, sampling, deadline = self._waiting.popleft()
                self._running = 1
            try:
                self._decode(ticket, question, sampling, deadline)
            except Exception as error:  # noqa: BLE001  whatever it is, its caller is told
                ticket.finish(error)
            with self._changed:
                self._running = 0
                self._changed.notify_all()

    def _decode(
        self,
        ticket: Ticket,
        question: Question,
        sampling: SamplingKeywords,
        deadline: float | None,
    ) -> None:
        song = ticket.song = self.song(question.audio)
        row = []
        for (token,) in self.mu.steps([song], [question.text], self.mu.sampling(**sampling)):
            if ticket.done:
                return
            if deadline is not None and time.monotonic() > deadline:
                raise TimeLimit("not answered in time")
            row.append(token)
            if token is not None:
                ticket.add(token)
        ticket.finish(self.mu._answer(song, question.text, row))

    def _prepare(self, question: Question) -> tuple[Question, Song] | Refusal:
        try:
            return question, self.song(question.audio)
        except AudioError as error:
            return Refusal(str(question.audio), question.text, error)

    def _answer_batch(
        self, waiting: list[tuple[Question, Song] | Refusal], sampling: SamplingKeywords
    ) -> Iterator[Answer | Refusal]:
        asked = [entry for entry in waiting if not isinstance(entry, Refusal)]
        songs, texts = [song for _, song in asked], [question.text for question, _ in asked]
        answers = iter(self.mu.ask(songs, texts, **sampling))
        for entry in waiting:
            yield entry if isinstance(entry, Refusal) else next(answers)

    def _listen(self, path: Path, name: str) -> Song:
        song = self.mu.listen(path, name=name, as_published=self.as_published)
        self._on_listened(song)
        return song

    def _digest(self, path: Path) -> str:
        regular_file(path)
        return file_digest(path, error_type=AudioError)
