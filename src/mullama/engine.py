"""One model, many questions: each song is encoded once, and questions are answered in batches.

Callers name music by its file; what a file holds decides whether it is known already, whatever its
name. Threads may share an engine. How one batch is decoded is in song.py.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack

from mullama.answer.answer import Answer
from mullama.answer.sampling import SamplingKeywords
from mullama.errors import AudioError
from mullama.jobs.digest import file_digest
from mullama.listen.audio.open_audio import regular_file
from mullama.song import MuLlama, Song
from mullama.song_cache import SongCache

CACHE_BYTES = 256 << 20
"""Of encoded songs: about 600 of the published model's, thousands of the small one's."""
BATCH_SIZE = 8
"""Answers that are decoded at a time."""


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
        on_listened: Callable[[Song], None] = lambda song: None,
    ) -> None:
        """`on_listened` is given each song when it is encoded, with its warnings."""
        self.mu, self.batch_size, self.as_published = mu, batch_size, as_published
        self._on_listened = on_listened
        self._songs = SongCache(cache_bytes)

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
