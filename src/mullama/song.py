"""The short way in: load a model, hear a song once, ask it as often as you like.

    mu = mullama.load()
    song = mu.listen("song.mp3")
    print(song.ask("Which instruments play?"))

`MuLlama.steps` is the one path on which every question is answered: alone, in a batch or streamed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import LlamaForCausalLM, PreTrainedTokenizerBase

from mullama.adapt.retrieval import Retrieval
from mullama.adapt.retrieval_index import load_vectors
from mullama.answer import prompt
from mullama.answer.decoder import Decoder, StockDecoder
from mullama.answer.decoding import Sampling, Token, decode
from mullama.answer.fast import FastLlama
from mullama.answer.packed_linear import supported
from mullama.checkpoints.store import load_model
from mullama.errors import UsageError
from mullama.listen.audio.reader import AudioReader, from_array
from mullama.listen.listening import encode_sound
from mullama.model import MuLlamaForConditionalGeneration

CAPTIONS = {"short": "Describe the audio", "long": "Describe the audio in detail"}
"""The questions whose answers are captions, by length: the first two of MusicQA's fixed four."""


@dataclass(frozen=True)
class Answer:
    """What came out, and how. `str()` of it is its text."""

    text: str
    question: str
    audio: str
    """The file that was heard, or what the caller named the sound."""
    token_ids: list[int]
    """Without the final end-of-sequence token."""
    token_logprobs: list[float]
    """Natural logarithms under the model itself, whatever the sampling."""
    finish_reason: str
    """`stop` when the model ended by itself, `length` when it was cut."""
    seconds_heard: float
    seconds_total: float | None
    """None where the container does not tell and not all of it was read."""
    model: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, eq=False)
class Song:
    """A piece of music, heard once."""

    heard_by: "MuLlama" = field(repr=False)
    name: str
    listening: Tensor = field(repr=False)
    """(states, features), float32."""
    seconds_heard: float
    seconds_total: float | None
    warnings: tuple[str, ...] = ()

    @cached_property
    def shifts(self) -> Tensor:
        """What the language model is given: (adapted layers, heads * head_dim)."""
        with torch.inference_mode():
            mu = self.heard_by
            return mu.model.adapt(self.listening[None].to(mu.device), mu.retrieval)[0]

    def ask(self, question: str, **sampling: Any) -> Answer:
        """Answer one question; the options are those of `Sampling`, by default the model's own."""
        return self.heard_by.ask([self], [question], **sampling)[0]

    def stream(self, question: str, **sampling: Any) -> Iterator[str]:
        """The same answer in pieces, as soon as each is certain."""
        ids: list[int] = []
        shown = ""
        for (token,) in self.heard_by.steps([self], [question], self.heard_by.sampling(**sampling)):
            if token is None:
                break
            ids.append(token.id)
            certain = self.heard_by.text(ids)
            # A character may still lack bytes, and white space may turn out to be the end.
            if not certain.endswith("\N{REPLACEMENT CHARACTER}") and len(certain) > len(shown):
                yield certain[len(shown) :]
                shown = certain
        if rest := self.heard_by.text(ids)[len(shown) :]:
            yield rest

    def caption(self, length: str = "short", **sampling: Any) -> Answer:
        """Describe the music, `short` or `long`."""
        if length not in CAPTIONS:
            raise UsageError(f"a caption is one of {', '.join(CAPTIONS)}, not {length!r}")
        return self.ask(CAPTIONS[length], **sampling)


class MuLlama:
    """A loaded model: hears songs and answers questions about them. Safe to share between threads."""

    def __init__(
        self,
        model: MuLlamaForConditionalGeneration,
        tokenizer: PreTrainedTokenizerBase,
        *,
        name: str,
        prompt_name: str | None = None,
        retrieval: Retrieval | None = None,
    ) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.name = name
        self.retrieval = retrieval
        self.prompt_name = prompt_name or model.config.prompt
        prompt.fill(self.prompt_name, "")  # an unknown name is refused before anything is heard
        stop = model.generation_config.eos_token_id
        self._stop = frozenset(stop if isinstance(stop, list) else [stop])
        self.reader = _reader(model)

    @property
    def device(self) -> torch.device:
        """Where the model lives."""
        return self.model.device

    def listen(
        self,
        source: "str | Path | np.ndarray | Tensor",
        *,
        sample_rate: int | None = None,
        name: str | None = None,
        as_published: bool = False,
    ) -> Song:
        """Hear a file, or samples ((samples,) or (channels, samples)) at `sample_rate` hertz.

        The whole piece is heard, in windows. `as_published` hears the first minute only, through the
        published code's resampler. Raises AudioError for what cannot be heard.
        """
        rate = self.model.config.audio_config.sampling_rate
        if isinstance(source, (str, Path)):
            name = name or str(source)
            reader = AudioReader(source, rate, as_published=as_published)
        else:
            if sample_rate is None:
                raise UsageError("samples need their sample_rate")
            name = name or "samples"
            samples = np.asarray(source)
            reader = from_array(samples, sample_rate, rate, name=name, as_published=as_published)
        listening = encode_sound(self.model.encoder, reader)
        return Song(self, name, listening, reader.seconds_heard, reader.seconds_total,
                    tuple(reader.warnings))  # fmt: skip

    def ask(self, songs: Sequence[Song], questions: Sequence[str], **sampling: Any) -> list[Answer]:
        """Answer `questions[i]` about `songs[i]`, all in one batch."""
        steps = list(self.steps(songs, questions, self.sampling(**sampling)))
        return [
            self._answer(song, question, list(row))
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
        shifts = torch.stack([song.shifts for song in songs])
        filled = [
            self.tokenizer(prompt.fill(self.prompt_name, question))["input_ids"]
            for question in questions
        ]
        room = self.model.config.text_config.max_position_embeddings - max(map(len, filled))
        if room < 1:
            raise UsageError("the question is longer than the language model can read")
        sampling = replace(sampling, max_new_tokens=min(room, sampling.max_new_tokens))
        yield from decode(
            self.reader, filled, shifts, sampling=sampling, stop=self._stop, device=self.device
        )

    def sampling(self, **options: Any) -> Sampling:
        """The model's own sampling, with these options changed; None leaves one as it is."""
        own = self.model.generation_config
        stored = {
            "temperature": own.temperature if own.do_sample else 0.0,
            "top_p": own.top_p,
            "max_new_tokens": own.max_new_tokens,
        }
        given = {key: value for key, value in options.items() if value is not None}
        known = {key: value for key, value in stored.items() if value is not None}
        try:
            return Sampling(**{**known, **given})
        except TypeError as cause:
            raise UsageError(f"unknown option of an answer: {cause}") from cause

    def text(self, ids: Sequence[int]) -> str:
        """Generated tokens as text, without the white space around it."""
        return self.tokenizer.decode(ids, skip_special_tokens=True).strip()

    def _answer(self, song: Song, question: str, row: list[Token | None]) -> Answer:
        tokens = [token for token in row if token is not None]
        ids = [token.id for token in tokens]
        return Answer(
            text=self.text(ids),
            question=question,
            audio=song.name,
            token_ids=ids,
            token_logprobs=[token.logprob for token in tokens],
            finish_reason="stop" if row[-1] is None else "length",
            seconds_heard=song.seconds_heard,
            seconds_total=song.seconds_total,
            model=self.name,
        )


def _reader(model: MuLlamaForConditionalGeneration) -> Decoder:
    """The quick reader on a CPU, in the weights' own precision; the stock one everywhere else.

    Half-precision projections are packed for it in place of the model's own, since torch's products
    of that precision are slower than reading the weights by two orders of magnitude on many CPUs.
    """
    language_model = model.language_model
    quick = isinstance(language_model, LlamaForCausalLM) and not model.config.lora_rank
    if not quick or language_model.device.type != "cpu":
        return StockDecoder(language_model)
    if language_model.dtype == torch.float32:
        return FastLlama(language_model)
    if not supported("float16"):
        return StockDecoder(language_model)
    model.keep_values()
    return FastLlama(language_model, "float16", consume=True)


def load(
    name: str | Path | None = None,
    *,
    dtype: str | None = None,
    device: str | None = None,
    prompt: str | None = None,
    retrieval: str | Path | None = None,
    retrieval_k: int = 100,
    retrieval_weight: float = 0.0,
) -> MuLlama:
    """Open a model: the small one that ships, a folder that `mullama convert` wrote, or a hub name.

    `dtype` is float32, bfloat16 or float16 (by default each tensor's own); `device` as in torch (by
    default a GPU where there is one); `prompt` overrides the template that the weights were trained
    with; `retrieval` is a folder with vectors.npy or knn.index. Raises CheckpointError.
    """
    kept = None
    if retrieval is not None:
        kept = Retrieval(load_vectors(retrieval), retrieval_k, retrieval_weight)
    model, tokenizer = load_model(name, dtype=dtype, device=device)
    shown = "small" if name is None else str(name)
    return MuLlama(model, tokenizer, name=shown, prompt_name=prompt, retrieval=kept)
