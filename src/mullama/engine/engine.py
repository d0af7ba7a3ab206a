"""One model, many questions: each song is encoded once, and questions are answered in batches.

Callers name music by its file; what a file holds decides whether it is known already, whatever its
name. There are two ways in. `answer` is for one caller with many questions: in order, in batches that
are the same each time, so that its figures repeat to the last bit. `submit` is for many callers at
once: whoever comes joins the running batch at its next step. How a batch is decoded is in
answer/rolling.py.
"""

import threading
import wave
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Unpack, overload

from torch import Tensor

from mullama.answer.answer import Answer
from mullama.answer.choice import Choice, check_choices
from mullama.answer.sampling import SamplingKeywords
from mullama.choosing import check_choosing
from mullama.engine.answering import Answering, AnswersTickets
from mullama.engine.desk import Desk
from mullama.engine.hearing import Hearing
from mullama.engine.state import EngineState
from mullama.engine.ticket import Choices, Question, Ticket
from mullama.errors import AudioError, Cancelled, UsageError
from mullama.jobs.digest import file_digest
from mullama.listen.audio.containers import audio_decoders
from mullama.listen.audio.open_audio import regular_file
from mullama.listen.joint_encoding import JointEncoding
from mullama.listen.listening import EncodeWindows, encode_windows
from mullama.song import MuLlama, Song
from mullama.song_cache import SongCache, UnreadableError

CACHE_BYTES = 256 << 20
"""Of encoded songs: about 600 of the published model's, thousands of the small one's."""
BATCH_SIZE = 8
"""Answers that are decoded at a time."""
MAX_WAITING = 256
"""Requests that may wait; one more is refused."""
WARM_UP_RATE, WARM_UP_SECONDS = 44_100, 10
"""Of the silence that is heard beforehand: it is resampled and fills a window, as most music does."""
OpenAnswering = Callable[[int, Callable[[Ticket], None]], AnswersTickets]
"""How many at a time, and who is told that a ticket's turn has come -> what answers."""


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
        answering: OpenAnswering | None = None,
        joint: bool = True,
    ) -> None:
        """Nothing runs until the first `submit`.

        Up to `batch_size` answers are made at a time, `max_waiting` more questions may wait, and a
        file of more than `max_seconds` is refused. `on_listened` is given each song when it is
        encoded, with its warnings. `answering` makes what answers tickets (default: a batch here).
        Songs that are heard at the same time are encoded together, unless they are not `joint`: alone, what
        is heard of each is the same to the last bit.
        """
        self.mu, self.batch_size, self.as_published = mu, batch_size, as_published
        self.max_seconds = max_seconds
        self._on_listened, self._open_answering = on_listened, answering
        self._songs = SongCache(cache_bytes)
        encoder = mu.model.encoder
        self._encoding: EncodeWindows = (
            JointEncoding(encoder) if joint else partial(encode_windows, encoder)
        )
        self._desk = Desk(max_waiting)
        self._lock = threading.Lock()
        self._started: tuple[Hearing, AnswersTickets] | None = None
        self._seconds_heard = 0.0

    def song(self, audio: str | Path | None) -> Song:
        """The encoded song of a file, under the name it was asked for by; none at all for None.

        Raises AudioError for what cannot be read as music, each time.
        """
        if audio is None:
            return self.mu.no_song()
        name = str(audio)
        digest = self._digest(name)
        while True:
            try:
                song = self._songs.get(digest, lambda: self._listen(name, self._encoding))
            except UnreadableError as error:
                raise error.under(name) from error
            except Cancelled:  # whoever was listening to it is gone
                continue
            return _under(song, name)

    @overload
    def answer(
        self, questions: Iterable[Question], *, choices: Sequence[str], min_probability: float = 0.0
    ) -> Iterator[Choice | Refusal]: ...
    @overload
    def answer(
        self, questions: Iterable[Question], **sampling: Unpack[SamplingKeywords]
    ) -> Iterator[Answer | Refusal]: ...
    def answer(
        self,
        questions: Iterable[Question],
        *,
        choices: Sequence[str] | None = None,
        **options: Any,
    ) -> Iterator[Any]:
        """An answer or a refusal for each question, in order, `batch_size` answers at a time.

        With `choices` it is one of them; see `Song.ask`.
        """
        # Refused before an hour of listening, not after.
        if choices is None:
            self.mu.sampling(**options)
        else:
            check_choices(choices, options.get("min_probability", 0.0))
        waiting: list[tuple[Question, Song] | Refusal] = []
        for question in questions:
            waiting.append(self._prepare(question))
            if sum(not isinstance(entry, Refusal) for entry in waiting) == self.batch_size:
                yield from self._answer_batch(waiting, choices, options)
                waiting = []
        yield from self._answer_batch(waiting, choices, options)

    def stream(self, question: Question, **sampling: Unpack[SamplingKeywords]) -> Iterator[str]:
        """One answer in pieces, as soon as each is certain. Raises AudioError."""
        return self.song(question.audio).stream(question.text, **sampling)

    def submit(
        self,
        question: Question,
        *,
        caller: str = "",
        timeout: float | None = None,
        choices: Sequence[str] | None = None,
        min_probability: float | None = None,
        top_logprobs: int = 0,
        **sampling: Unpack[SamplingKeywords],
    ) -> Ticket:
        """Ask without waiting. The file is read later: it has to stay until the ticket is done.

        Callers are served in turn, however much each asks. `timeout` (seconds) is for waiting,
        listening and answering together; each token comes with the `top_logprobs` likeliest. With
        `choices` the answer is one of them, and the ticket's `choice()` gives it. Raises Overloaded,
        Closed, and UsageError for a question that is too long and for choices and options out of bounds.
        """
        row = self.mu.row(question.text, self.mu.sampling(**sampling), top_logprobs=top_logprobs)
        ticket = Ticket(question, caller, row, self.mu.text, self._leave)
        if choices is not None:
            if sampling:
                raise UsageError(
                    f"choices are not sampled: leave out {', '.join(sorted(sampling))}"
                )
            least = min_probability or 0.0
            texts = check_choosing(self.mu, question.text, choices, least)
            ticket.choices = Choices(tuple(texts), least)
        elif min_probability is not None:
            raise UsageError("min_probability is for choices: give them too")
        self._desk.accept(ticket, timeout)
        hearing, answering = self._threads
        if question.audio is None:
            ticket.song = self.mu.no_song()
            row.shifts = ticket.song.shifts
            answering.put(ticket)
        else:
            hearing.put(ticket)
        return ticket

    def warm_up(self) -> None:
        """Pay what a first question would wait for: libraries that are loaded, and weights that are read, when
        they are used.

        Nothing of it is counted or kept. What answers elsewhere is not asked.
        """
        audio_decoders()
        with TemporaryDirectory() as folder:
            silence = Path(folder) / "silence.wav"
            with wave.open(str(silence), "wb") as file:
                file.setparams((1, 2, WARM_UP_RATE, 0, "NONE", ""))
                file.writeframes(bytes(2 * WARM_UP_RATE * WARM_UP_SECONDS))
            song = self.mu.listen(silence, as_published=self.as_published)
        if self._open_answering is None:
            song.ask("?", max_new_tokens=1)

    def close(self, *, drain: bool = True, timeout: float | None = None) -> None:
        """Take no more questions; finish those that are here, in `timeout` seconds, or refuse them.

        Those that are refused raise Closed. The engine's threads end.
        """
        self._desk.close(drain=drain, timeout=timeout)
        for part in self._started or ():
            part.close()

    @property
    def state(self) -> EngineState:
        """What it is doing right now."""
        hearing, answering = self._started or (None, None)
        return EngineState(
            waiting=self._desk.waiting,
            hearing=hearing.hearing if hearing else 0,
            running=answering.running if answering else 0,
            songs=self._songs.count,
            song_bytes=self._songs.nbytes,
            hits=hearing.hits if hearing else 0,
            misses=hearing.misses if hearing else 0,
            tokens=answering.tokens if answering else 0,
            seconds_heard=self._seconds_heard,
            outcomes=self._desk.outcomes.copy(),
            closed=self._desk.closed,
        )

    def _prepare(self, question: Question) -> tuple[Question, Song] | Refusal:
        try:
            return question, self.song(question.audio)
        except AudioError as error:
            return Refusal(str(question.audio), question.text, error)

    def _answer_batch(
        self,
        waiting: list[tuple[Question, Song] | Refusal],
        choices: Sequence[str] | None,
        options: dict[str, Any],
    ) -> Iterator[Answer | Choice | Refusal]:
        asked = [entry for entry in waiting if not isinstance(entry, Refusal)]
        songs, texts = [song for _, song in asked], [question.text for question, _ in asked]
        answers: Iterator[Answer | Choice]
        if choices is None:
            answers = iter(self.mu.ask(songs, texts, **options))
        else:
            answers = iter(self.mu.ask(songs, texts, choices=[choices] * len(songs), **options))
        for entry in waiting:
            yield entry if isinstance(entry, Refusal) else next(answers)

    @property
    def _threads(self) -> tuple[Hearing, AnswersTickets]:
        with self._lock:
            if self._started is None:
                answering = self._answering()
                hearing = Hearing(
                    self._songs,
                    self._encoding,
                    digest=self._digest,
                    listen=self._listen,
                    heard=self._heard,
                )
                self._started = hearing, answering
            return self._started

    def _answering(self) -> AnswersTickets:
        if self._open_answering is not None:
            return self._open_answering(self.batch_size, self._desk.begin)
        return Answering(self.mu, self.batch_size, self._desk.begin)

    def _heard(self, ticket: Ticket, song: Song) -> None:
        ticket.song = _under(song, str(ticket.question.audio))
        ticket.row.shifts = ticket.song.shifts
        self._threads[1].put(ticket)

    def _leave(self, ticket: Ticket) -> None:
        """A ticket is done, wherever it was."""
        for part in self._started or ():
            part.leave(ticket)
        self._desk.leave(ticket)

    def _listen(self, name: str, encode: Callable[[Tensor], Tensor]) -> Song:
        try:
            song = self.mu.listen(
                name, as_published=self.as_published, max_seconds=self.max_seconds, encode=encode
            )
        except AudioError as error:
            if not Path(name).exists():  # which says nothing about what was in it
                raise Cancelled(f"{name} went away while it was listened to") from error
            raise UnreadableError(name, error) from error
        with self._lock:
            self._seconds_heard += song.seconds_heard
        self._on_listened(song)
        return song

    def _digest(self, name: str) -> str:
        path = Path(name)
        regular_file(path)
        return file_digest(path, error_type=AudioError)


def _under(song: Song, name: str) -> Song:
    """The same content, perhaps under another name."""
    if song.name == name:
        return song
    warnings = tuple(w.replace(f"{song.name}:", f"{name}:", 1) for w in song.warnings)
    return replace(song, name=name, warnings=warnings)
