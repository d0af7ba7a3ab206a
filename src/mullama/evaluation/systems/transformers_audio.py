"""Audio-text models of transformers: Qwen2-Audio, Audio Flamingo 3, Music Flamingo, and those like them.

Asked by the model's chat template, greedily and in batches; what an item gets does not depend on its
neighbours. Options of choices are also compared by their likelihoods.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from mullama.errors import AudioError
from mullama.evaluation.systems.audio_text_model import AudioTextModel, Prompt
from mullama.evaluation.systems.system import (
    Reply,
    Request,
    System,
    as_json,
    attempt,
    checked,
)
from mullama.evaluation.systems.transformers_folder import find_folder, folder_digests, load
from mullama.jobs.workers.work import cause_of
from mullama.listen.audio.reader import AudioReader
from mullama.options import Bounds, Flag, Options

HOW = ("model", "revision", "batch_size", "local_files_only")
"""Options that change no answer, or are told by the files' digests."""


@dataclass(frozen=True, kw_only=True)
class TransformersOptions(Options):
    """Which model, and how it answers; always greedily."""

    model: Annotated[str, Flag("MODEL")]
    """A folder or a hub name."""
    revision: str | None = None
    """Of a hub name: branch, tag or commit."""
    model_class: str | None = None
    """Of transformers, such as Qwen2AudioForConditionalGeneration (default: what the model says)."""
    dtype: Literal["float32", "bfloat16", "float16"] | None = None
    """Of all weights (default: as stored)."""
    device: str | None = None
    """As in torch (default: a GPU where there is one)."""
    batch_size: Annotated[int, Bounds(1, 4096)] = 4
    """Answers at a time."""
    max_new_tokens: Annotated[int, Bounds(1, 1_000_000)] = 512
    """Stop here if the model has not stopped by itself."""
    audio_first: bool = True
    """Whether the audio stands before the question in the message."""
    system_prompt: str = ""
    """What a system message says; none where it is empty."""
    seconds: Annotated[float, Bounds(0.1, 86_400)] | None = None
    """Listen only to so much of the beginning (default: as much as the model takes)."""
    likelihoods: bool = True
    """Also compare the likelihoods of options, where there are any."""
    local_files_only: bool = False
    """Fetch nothing."""


class TransformersAudio(System):
    """One model on this machine."""

    options_type: ClassVar[type[Options]] = TransformersOptions

    def __init__(self, options: Any = None, items: Sequence[Any] = ()) -> None:
        super().__init__(options, items)
        self.batch_size = self.options.batch_size

    def describe(self) -> dict[str, Any]:
        """The options, and the digests of the model's files. Raises CheckpointError."""
        options = as_json(self.options)
        kept = {key: value for key, value in options.items() if key not in HOW}
        return {**kept, "files": folder_digests(self._folder)}

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        """All in one batch, but those without audio in another. Raises CheckpointError, UsageError."""
        prompts = [self._prompt(request) for request in requests]
        replies = [prompt if isinstance(prompt, Reply) else Reply() for prompt in prompts]
        for with_audio in (True, False):
            group = {
                place: prompt
                for place, prompt in enumerate(prompts)
                if isinstance(prompt, Prompt) and (prompt.samples is not None) == with_audio
            }
            for place, reply in zip(group, self._replies([*group.values()]), strict=True):
                replies[place] = self._with_logprobs(requests[place], group[place], reply)
        return replies

    def _replies(self, prompts: list[Prompt]) -> list[Reply]:
        """A batch that the model refuses is put again one by one, so that a prompt fails alone."""
        if not prompts:
            return []
        try:
            texts = self._loaded.generate(prompts, self.options.max_new_tokens)
        except (
            ValueError,
            IndexError,
            RuntimeError,
        ) as error:  # also what does not fit into memory
            if len(prompts) > 1:
                return [reply for prompt in prompts for reply in self._replies([prompt])]
            return [Reply(failed=cause_of(error))]
        return [
            attempt(partial(_reply, text, prompt))
            for text, prompt in zip(texts, prompts, strict=True)
        ]

    def _with_logprobs(self, request: Request, prompt: Prompt, reply: Reply) -> Reply:
        """Of each option as the answer to the bare question."""
        options = request.item.options
        if reply.failed or not options or not self.options.likelihoods:
            return reply
        bare = self._put(request.item.question, prompt.samples, prompt.seconds)
        try:
            found = self._loaded.logprobs(bare, options, batch_size=self.batch_size)
        except (ValueError, IndexError, RuntimeError) as error:
            return Reply(failed=cause_of(error))
        return replace(reply, logprobs=tuple(found))

    def _prompt(self, request: Request) -> Prompt | Reply:
        """With the sound that is heard, or why there is none."""
        if request.audio is None:
            return self._put(request.question, None, 0.0)
        limits = [self.options.seconds, self._loaded.max_seconds]
        limit = min((each for each in limits if each is not None), default=None)
        try:
            with AudioReader(request.audio, self._loaded.rate, limit_seconds=limit) as reader:
                samples = reader.waveform()
        except AudioError as error:
            return Reply(failed=cause_of(error))
        # Where the model does not say how much it hears, nothing is claimed.
        heard = None if limit is None else reader.seconds_heard
        return self._put(request.question, samples, heard)

    def _put(self, question: str, samples: Any, seconds: float | None) -> Prompt:
        text = self._loaded.text(
            question,
            with_audio=samples is not None,
            audio_first=self.options.audio_first,
            system_prompt=self.options.system_prompt,
        )
        return Prompt(text, samples, seconds)

    @cached_property
    def _folder(self) -> Path:
        return find_folder(
            self.options.model,
            self.options.revision,
            local_files_only=self.options.local_files_only,
        )

    @cached_property
    def _loaded(self) -> AudioTextModel:
        from mullama.checkpoints.placement import usable_device

        device = usable_device(self.options.device)
        return load(self._folder, self.options.model_class, self.options.dtype, device)


def _reply(text: str, prompt: Prompt) -> Reply:
    return Reply(checked(text), seconds_heard=prompt.seconds)
