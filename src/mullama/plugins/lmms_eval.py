"""mullama in lmms-eval: `lmms-eval --model mullama --model_args pretrained=DIR --tasks muchomusic`.

`MANIFEST` is what the entry point group `lmms_eval.models` asks for. A request is an `Instance` with the
arguments (context, generation options, doc -> sounds, doc's number, task, split), or for likelihoods
(context, continuation, doc -> sounds, doc's number, task, split), as in lmms-eval 0.7.3.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from os import PathLike
from typing import Annotated, Any

import numpy as np
import torch
from lmms_eval.api.instance import GenerationResult, Instance
from lmms_eval.api.model import lmms
from lmms_eval.models.registry_v2 import ModelManifest
from tqdm import tqdm

from mullama.answer.sampling import Sampling
from mullama.engine import CACHE_BYTES, Engine
from mullama.errors import AudioError, UsageError
from mullama.jobs.digest import chunks_digest
from mullama.load_options import LoadOptions
from mullama.open_model import open_model
from mullama.options import Bounds, from_mapping, given, options_of
from mullama.options.values import shown
from mullama.song import MuLlama, Song
from mullama.song_cache import SongCache

MANIFEST = ModelManifest(model_id="mullama", simple_class_path=f"{__name__}.MuLlamaModel")


@dataclass(frozen=True, kw_only=True)
class ModelOptions(LoadOptions):
    """What `--model_args` may say, with `pretrained` for `model`, and `--batch_size`."""

    batch_size: Annotated[int, Bounds(1, 4096)] = 8
    """Answers at a time."""
    as_published: bool = False
    """Listen as the published code does: for MERT's model to the first minute."""


@dataclass(frozen=True)
class Generation:
    """How a task wants its answers made."""

    sampling: Sampling
    until: tuple[str, ...]
    """An answer ends before the first of these."""

    def cut(self, text: str) -> str:
        """The text as far as it counts."""
        return text[: min((at for end in self.until if (at := text.find(end)) >= 0), default=None)]


class Likelihood(tuple[float, bool], GenerationResult):  # type: ignore[misc]
    """(how likely, whether greedy): the tuple of the interface, which reaches the task as it is.

    Of a tuple that is no `GenerationResult` too, the evaluator of 0.7.3 makes a string.
    """


class MuLlamaModel(lmms):  # type: ignore[misc]
    """One of our models behind the interface that lmms-eval asks all of its models by."""

    is_simple = True

    def __init__(
        self,
        pretrained: str | None = None,
        batch_size: int | str = 1,
        max_batch_size: int | None = None,
        **options: Any,
    ) -> None:
        """`pretrained` is a folder or a hub name (default: the small model), the rest as `ModelOptions`.

        `max_batch_size` belongs to `batch_size=auto`, which is refused. Raises UsageError,
        CheckpointError.
        """
        super().__init__()
        if isinstance(batch_size, str) and batch_size.isdecimal():
            batch_size = int(batch_size)
        named = {"model": pretrained, "batch_size": batch_size, **options}
        self.options = from_mapping(ModelOptions, named, "--model_args")
        self.engine = Engine(open_model(self.options), as_published=self.options.as_published)
        self._samples = SongCache(CACHE_BYTES)

    @property
    def mu(self) -> MuLlama:
        """The model itself."""
        return self.engine.mu

    @property
    def device(self) -> torch.device:
        """Where it lives."""
        return self.mu.device

    def generate_until(self, requests: Sequence[Instance]) -> list[str]:
        """An answer for each request; empty, with a line on standard error, where a sound is broken.

        Raises UsageError for options that would change the answers and are not ours, before any of
        them is made.
        """
        known = [generation(self.mu, request.args[1]) for request in requests]
        answers: list[str] = []
        for how, group in groupby(zip(known, requests, strict=True), key=lambda pair: pair[0]):
            for batch in self._batches([request for _, request in group], "answer"):
                answers += self._answers(batch, how)
        return answers

    def loglikelihood(self, requests: Sequence[Instance]) -> list[Likelihood]:
        """For each request (how likely its continuation is, whether it is the greedy answer).

        The first is the log-probability where a task wants it as it is (its continuation comes from the
        doc), and the negative one for the options of a choice: of these lmms-eval takes the smallest as
        the model's, as what its own models return is a loss. White space around a continuation is
        dropped, since our models were trained without any. Raises AudioError, as no number would say
        that there is none.
        """
        found = []
        for batch in self._batches(requests, "likelihood"):
            found += self._likelihoods(batch)
        return found

    def generate_until_multi_round(self, requests: Sequence[Instance]) -> list[str]:
        """Refused."""
        raise UsageError(
            "mullama answers each question for itself: it takes no task of several rounds"
        )

    def _batches(self, requests: Sequence[Instance], unit: str) -> Iterator[Sequence[Instance]]:
        size = self.options.batch_size
        with tqdm(total=len(requests), unit=unit, disable=self.rank != 0) as progress:
            for start in range(0, len(requests), size):
                batch = requests[start : start + size]
                yield batch
                progress.update(len(batch))

    def _answers(self, requests: Sequence[Instance], how: Generation) -> list[str]:
        songs = [self._song_or_none(request) for request in requests]
        heard = [(song, r) for song, r in zip(songs, requests, strict=True) if song is not None]
        answers = self.mu.ask(
            [song for song, _ in heard],
            [request.args[0] for _, request in heard],
            **{name: getattr(how.sampling, name) for name in options_of(Sampling)},
        )
        texts = iter([how.cut(answer.text) for answer in answers])
        found = ["" if song is None else next(texts) for song in songs]
        for request, text in zip(requests, found, strict=True):
            self.cache_hook.add_partial("generate_until", request.args[:2], text)
        return found

    def _likelihoods(self, requests: Sequence[Instance]) -> list[Likelihood]:
        songs = [self._song(request) for request in requests]
        questions = [request.args[0] for request in requests]
        wanted = [self._continuation(request) for request in requests]
        totals = self.mu.loglikelihoods(songs, questions, wanted)
        greedy = self._are_greedy(songs, questions, wanted)
        found = []
        for request, total, same in zip(requests, totals, greedy, strict=True):
            value = total if callable(request.args[1]) else -total
            found.append(Likelihood((value, same)))
            self.cache_hook.add_partial("loglikelihood", request.args[:2], found[-1])
        return found

    def _are_greedy(
        self, songs: Sequence[Song], questions: Sequence[str], wanted: Sequence[str]
    ) -> list[bool]:
        """Whether the most likely tokens spell `wanted`; each question is asked once.

        Texts are compared: the same words may be other tokens behind a space that does not count.
        """
        keys = [(id(song), question) for song, question in zip(songs, questions, strict=True)]
        first = {key: place for place, key in reversed(list(enumerate(keys)))}
        answers = self.mu.ask(
            [songs[place] for place in first.values()],
            [questions[place] for place in first.values()],
            temperature=0.0,
            repetition_penalty=1.0,
            max_new_tokens=1 + max(len(text.encode()) for text in wanted),
        )
        said = {
            key: {
                self.mu.text(answer.token_ids[:end]) for end in range(1, 1 + len(answer.token_ids))
            }
            for key, answer in zip(first, answers, strict=True)
        }
        return [text in said[key] for key, text in zip(keys, wanted, strict=True)]

    def _continuation(self, request: Instance) -> str:
        wanted = request.args[1]
        return str(wanted(self._doc(request)) if callable(wanted) else wanted).strip()

    def _doc(self, request: Instance) -> Any:
        *_, number, task, split = request.args
        return self.task_dict[task][split][number]

    def _song_or_none(self, request: Instance) -> Song | None:
        try:
            return self._song(request)
        except AudioError as error:
            print(f"mullama: error: {_name(request)}: {error}", file=sys.stderr)
            return None

    def _song(self, request: Instance) -> Song:
        """What a request is about; no song where its doc has no sound. Raises UsageError for several."""
        if len(request.args) < 6:
            raise UsageError("lmms-eval's acc_mutual_info is not to be had: it asks about no doc")
        to_sounds: Callable[[Any], Any] = request.args[2]
        sounds = list(to_sounds(self._doc(request)) or [])
        if len(sounds) > 1:
            raise UsageError(f"{_name(request)} has {len(sounds)} sounds: mullama listens to one")
        if not sounds:
            return self.mu.no_song()
        if isinstance(sounds[0], (str, PathLike)):
            return self.engine.song(str(sounds[0]))
        samples, rate = _samples(sounds[0], _name(request))
        form = f"{rate} {samples.dtype} {samples.shape} ".encode()
        return self._samples.get(
            chunks_digest([form, samples.tobytes()]),
            lambda: self.mu.listen(
                samples,
                sample_rate=rate,
                name=_name(request),
                as_published=self.options.as_published,
            ),
        )


def generation(mu: MuLlama, wanted: dict[str, Any]) -> Generation:
    """A task's generation options as ours: greedily unless it says otherwise.

    Those are `until`, `do_sample` (False takes the most likely token, whatever the temperature) and
    the fields of `Sampling`. Raises UsageError for others, and for more than one beam.
    """
    known = {name: value for name, value in wanted.items() if value is not None}
    until = known.pop("until", ())
    until = (until,) if isinstance(until, str) else tuple(until)
    if known.pop("num_beams", 1) != 1:
        raise UsageError(f"{wanted['num_beams']} beams: mullama answers in lmms-eval with one")
    sample = known.pop("do_sample", None)
    known.setdefault("temperature", 1.0 if sample else 0.0)
    if sample is False:
        known["temperature"] = 0.0
    asked: Any = given(Sampling, known, "generation_kwargs")
    return Generation(mu.sampling(**asked), tuple(end for end in until if end))


def _samples(sound: Any, name: str) -> tuple[np.ndarray, int]:
    """A sound as `datasets` decodes it, and any other with `array` and `sampling_rate`."""
    try:
        return np.asarray(sound["array"]), int(sound["sampling_rate"])
    except (KeyError, IndexError, TypeError, ValueError):
        raise UsageError(
            f"{name}: expected a sound as a path, or as array and sampling_rate, got {shown(sound)}"
        ) from None


def _name(request: Instance) -> str:
    *_, number, task, split = request.args
    return f"{task}, {split} {number}"
