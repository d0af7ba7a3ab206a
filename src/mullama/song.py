"""The short way in: listen to a song once, ask it as often as you like.

    mu = mullama.load()
    song = mu.listen("song.mp3")
    print(song.ask("Which instruments play?"))

`MuLlama.steps` is the one path on which every question is answered: alone, in a batch or streamed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from os import PathLike
from typing import Any, Literal, Unpack, overload

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import ArrayLike
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from mullama.adapt.retrieval import Retrieval
from mullama.answer import prompt
from mullama.answer.answer import CAPTIONS, Answer
from mullama.answer.choice import Calibration, Choice
from mullama.answer.decoder import Decoder
from mullama.answer.decoding import Token
from mullama.answer.likelihood import go_on, loglikelihoods
from mullama.answer.pieces import Pieces
from mullama.answer.rolling import RollingBatch, Row, decode
from mullama.answer.sampling import Sampling, SamplingKeywords, stored_sampling
from mullama.choose_decoder import choose_decoder
from mullama.choosing import choose
from mullama.errors import UsageError
from mullama.given_answers import GivenAnswer, likelihoods
from mullama.listen.audio.reader import AudioReader, from_array
from mullama.listen.listening import EncodeWindows, encode_sound
from mullama.model import MuLlamaForConditionalGeneration
from mullama.options import given

SHORT, KNOWN = 256, 4096
"""Characters of prompts with answers whose tokens are remembered, and how many: songs are asked the same."""


@dataclass(frozen=True, eq=False)
class Song:
    """A piece of music that a model has listened to."""

    listener: "MuLlama" = field(repr=False)
    name: str
    listening: Float[Tensor, "states features"] = field(repr=False)
    seconds_heard: float
    seconds_total: float | None
    """None where the container does not tell and not all of it was read."""
    warnings: tuple[str, ...] = ()
    """What was heard with reservations, one line each."""

    @cached_property
    def shifts(self) -> Float[Tensor, "layers width"]:
        """What the language model is given: a vector for each adapted layer."""
        with torch.inference_mode():
            mu = self.listener
            return mu.model.adapt(self.listening[None].to(mu.device), mu.retrieval)[0]

    @property
    def nbytes(self) -> int:
        """Memory of the song with its shifts, whether they are computed yet or not."""
        gates = self.listener.model.shifts.gates
        width = gates.shape[1] * self.listener.model.config.head_dim
        return self.listening.nbytes + gates.shape[0] * width * gates.element_size()

    @overload
    def ask(
        self,
        question: str,
        *,
        choices: Sequence[str],
        min_probability: float = 0.0,
        negligible: float = 0.0,
    ) -> Choice: ...
    @overload
    def ask(self, question: str, **sampling: Unpack[SamplingKeywords]) -> Answer: ...
    def ask(
        self, question: str, *, choices: Sequence[str] | None = None, **options: Any
    ) -> Answer | Choice:
        """Answer one question; the options are those of `Sampling`, by default the model's own.

        With `choices` the answer is one of them, with the probability of each, and None where the most
        probable one is less so than `min_probability`; see `Choice`.
        """
        mu = self.listener
        if choices is None:
            return mu.ask([self], [question], **options)[0]
        return mu.ask([self], [question], choices=[choices], **options)[0]

    def stream(self, question: str, **sampling: Unpack[SamplingKeywords]) -> Iterator[str]:
        """The same answer in pieces, as soon as each is certain."""
        mu = self.listener
        pieces = Pieces(mu.text)
        for (token,) in mu.steps([self], [question], mu.sampling(**sampling)):
            if token is None:
                break
            if piece := pieces.add(token.id):
                yield piece
        if rest := pieces.rest():
            yield rest

    def caption(
        self, length: Literal["short", "long"] = "short", **sampling: Unpack[SamplingKeywords]
    ) -> Answer:
        """Describe the music."""
        if length not in CAPTIONS:
            raise UsageError(f"a caption is one of {', '.join(CAPTIONS)}, not {length!r}")
        return self.ask(CAPTIONS[length], **sampling)


class NoSong(Song):
    """No music at all: it shifts nothing, so that the language model answers by itself."""

    @cached_property
    def shifts(self) -> Float[Tensor, "layers width"]:
        """Zeros."""
        model = self.listener.model
        width = model.shifts.gates.shape[1] * model.config.head_dim
        return torch.zeros(model.config.adapted_layers, width, device=model.device).to(
            model.shifts.gates.dtype
        )


class MuLlama:
    """A loaded model: listens to songs and answers questions about them. Threads may share it."""

    def __init__(
        self,
        model: MuLlamaForConditionalGeneration,
        tokenizer: PreTrainedTokenizerBase,
        *,
        name: str,
        prompt_name: str | None = None,
        retrieval: Retrieval | None = None,
        decoder: Decoder | None = None,
    ) -> None:
        """`decoder` reads the model's weights (default: the quickest that can)."""
        self.model = model
        self.tokenizer = tokenizer
        self.name = name
        self.retrieval = retrieval
        self.prompt_name = prompt_name or model.config.prompt
        prompt.fill(self.prompt_name, "")  # an unknown name is refused before any listening
        stop = model.generation_config.eos_token_id
        self.stop = frozenset(stop if isinstance(stop, list) else [stop])
        self.calibration = Calibration.stored(vars(model.generation_config))
        self.decoder = choose_decoder(model) if decoder is None else decoder
        self._token_texts: dict[int, str] = {}
        self._known_ids = lru_cache(maxsize=KNOWN)(self._ids)

    @property
    def device(self) -> torch.device:
        """Where the model lives."""
        return self.model.device

    def listen(
        self,
        source: "str | PathLike[str] | ArrayLike | Tensor",
        *,
        sample_rate: int | None = None,
        name: str | None = None,
        as_published: bool = False,
        max_seconds: float | None = None,
        encode: EncodeWindows | None = None,
    ) -> Song:
        """Listen to a file, or to samples ((samples,) or (channels, samples)) at `sample_rate` hertz.

        The whole piece is encoded, in windows, unless the encoder has its own way. `as_published`
        goes through the published code's resampler and takes as much as that does: for MERT the first
        minute. `encode` is for threads that share the encoder; see `JointEncoding`. Raises AudioError for
        what cannot be read as music, or is longer than `max_seconds`.
        """
        encoder = self.model.encoder
        limit = encoder.published_seconds if as_published else None
        if isinstance(source, (str, PathLike)):
            name = name or str(source)
            reader = AudioReader(
                source,
                encoder.sample_rate,
                as_published=as_published,
                limit_seconds=limit,
                max_seconds=max_seconds,
            )
        else:
            if sample_rate is None:
                raise UsageError("samples need their sample_rate")
            name = name or "samples"
            samples = np.asarray(source)
            reader = from_array(
                samples,
                sample_rate,
                encoder.sample_rate,
                name=name,
                as_published=as_published,
                limit_seconds=limit,
                max_seconds=max_seconds,
            )
        listening = encode_sound(encoder, reader, encode)
        return Song(
            self,
            name,
            listening,
            reader.seconds_heard,
            reader.seconds_total,
            tuple(reader.warnings),
        )

    def no_song(self) -> Song:
        """What is asked about when there is no music; see `NoSong`."""
        encoder = self.model.encoder
        silent = torch.zeros(encoder.states, encoder.features, device=encoder.device)
        return NoSong(self, "no audio", silent, 0.0, 0.0)

    @overload
    def ask(
        self,
        songs: Sequence[Song],
        questions: Sequence[str],
        *,
        choices: Sequence[Sequence[str]],
        min_probability: float = 0.0,
        negligible: float = 0.0,
    ) -> list[Choice]: ...
    @overload
    def ask(
        self,
        songs: Sequence[Song],
        questions: Sequence[str],
        **sampling: Unpack[SamplingKeywords],
    ) -> list[Answer]: ...
    def ask(
        self,
        songs: Sequence[Song],
        questions: Sequence[str],
        *,
        choices: Sequence[Sequence[str]] | None = None,
        **options: Any,
    ) -> list[Answer] | list[Choice]:
        """Answer `questions[i]` about `songs[i]`, all in one batch; with `choices` by one of `choices[i]`.

        Of a choice whose probability is at most `negligible` the log-probability may be that of its beginning.
        """
        if isinstance(songs, Song) or isinstance(questions, str):
            raise UsageError(
                "ask takes lists of songs and of questions; one song is asked by song.ask(question)"
            )
        if choices is not None:
            if unused := options.keys() - {"min_probability", "negligible"}:
                raise UsageError(f"choices are not sampled: leave out {', '.join(sorted(unused))}")
            return choose(self, songs, questions, choices, **options)
        for name in ("min_probability", "negligible"):
            if name in options:
                raise UsageError(f"{name} is for choices: give them too")
        steps = list(self.steps(songs, questions, self.sampling(**options)))
        return [
            self.answer(song, question, [token for token in row if token], cut=row[-1] is not None)
            for song, question, row in zip(songs, questions, zip(*steps, strict=True), strict=True)
        ]

    def steps(
        self, songs: Sequence[Song], questions: Sequence[str], sampling: Sampling
    ) -> Iterator[list[Token | None]]:
        """One token for each song and question per step; None once an answer has ended."""
        if len(songs) != len(questions):
            raise UsageError(f"{len(songs)} songs and {len(questions)} questions do not pair up")
        if not songs:
            return
        rows = [self.row(question, sampling) for question in questions]
        for row, song in zip(rows, songs, strict=True):
            row.shifts = song.shifts
        yield from decode(self.batch(), rows)

    def row(self, question: str, sampling: Sampling, *, top_logprobs: int = 0) -> Row:
        """A question as a row for `batch()`, still without its song's shifts.

        Raises UsageError for a question that is too long.
        """
        prompt = self.tokens(question)
        room = self.model.config.text_config.max_position_embeddings - len(prompt)
        if room < 1:
            raise UsageError("the question is longer than the language model can read")
        fitting = replace(sampling, max_new_tokens=min(room, sampling.max_new_tokens))
        return Row(prompt, fitting, top_logprobs=top_logprobs)

    def batch(self) -> RollingBatch:
        """An empty batch, for rows that come and go."""
        return RollingBatch(self.decoder, stop=self.stop, device=self.device)

    def loglikelihoods(
        self, songs: Sequence[Song], questions: Sequence[str], answers: Sequence[str]
    ) -> list[float]:
        """The natural logarithm of the probability of `answers[i]` to `questions[i]`, without its end.

        Tokens are those that training would give it. Raises UsageError for an answer without any, and
        for texts that are longer than the language model can read.
        """
        rows = zip(songs, questions, answers, strict=True)
        return likelihoods(self, [GivenAnswer(*row, ends=False) for row in rows])

    def score(
        self,
        songs: Sequence[Song],
        prompts: Sequence[Sequence[int]],
        answers: Sequence[tuple[int, Sequence[int]]],
        *,
        margins: Sequence[float] | None = None,
        between: Callable[[], None] = go_on,
    ) -> list[float]:
        """The natural logarithm of the probability of each answer's tokens behind one of the prompts.

        `songs[i]` is what `prompts[i]` is about; an answer comes with the place of its prompt. For `margins`
        see `loglikelihoods` in likelihood.py. `between` is called before each pass through the language model.
        """
        shifts = torch.stack([song.shifts for song in songs])
        return loglikelihoods(
            self.decoder,
            prompts,
            answers,
            shifts,
            device=self.device,
            margins=margins,
            between=between,
        )

    def sampling(self, **options: Unpack[SamplingKeywords]) -> Sampling:
        """The model's own sampling, with these options changed; None leaves one as it is."""
        asked = given(Sampling, {name: v for name, v in options.items() if v is not None})
        return Sampling(**{**stored_sampling(vars(self.model.generation_config)), **asked})

    def text(self, ids: Sequence[int]) -> str:
        """Generated tokens as text, without the white space around it."""
        return str(self.tokenizer.decode(list(ids), skip_special_tokens=True)).strip()

    def token_text(self, token_id: int) -> str:
        """What one token says in the middle of a text; special ones by their name.

        Ends with a replacement character where it is part of a character only.
        """
        if token_id not in self._token_texts:
            before = self.tokens("")[-1:]
            both, first = (str(self.tokenizer.decode(ids)) for ids in ([*before, token_id], before))
            self._token_texts[token_id] = both.removeprefix(first)
        return self._token_texts[token_id]

    def tokens(self, question: str, answer: str = "") -> list[int]:
        """The prompt of a question, and what follows it, as the language model reads it."""
        filled = prompt.fill(self.prompt_name, question) + answer
        return list(self._known_ids(filled) if len(filled) <= SHORT else self._ids(filled))

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer(text)["input_ids"]
        return ids

    def answer(self, song: Song, question: str, tokens: Sequence[Token], *, cut: bool) -> Answer:
        """What the tokens of a row say; `cut` where the model had not stopped by itself."""
        ids = [token.id for token in tokens]
        return Answer(
            text=self.text(ids),
            question=question,
            audio=song.name,
            token_ids=ids,
            token_logprobs=[token.logprob for token in tokens],
            finish_reason="length" if cut else "stop",
            seconds_heard=song.seconds_heard,
            seconds_total=song.seconds_total,
            model=self.name,
        )
