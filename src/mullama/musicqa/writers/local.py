"""Descriptions -> interviews by a chat model of transformers on this machine, in batches.

As soon as one clip of a batch is done another takes its place. What a clip gets does not depend on
the others: each reply is generated under its own attention mask, its own limit and its own seed.
Runs no code that comes with a model, and unpickles nothing. Does not know what is asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mullama.answer.sampling import GREEDY_BELOW
from mullama.data.records import Clip
from mullama.errors import UsageError
from mullama.musicqa.descriptions import Description
from mullama.musicqa.interview.interview import Interview, Reply, Request
from mullama.musicqa.writers.usage import Usage
from mullama.musicqa.writers.writer_options import WriterOptions

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


class LocalWriter:
    """`model` is a folder or a hub name of an instruction-tuned model with a chat template."""

    def __init__(self, model: str, options: WriterOptions) -> None:
        if not model:
            raise UsageError("expected local:MODEL, a folder or a hub name")
        # A folder's path belongs to this machine; what is recorded is its name.
        self.name = f"local:{Path(model).resolve().name if Path(model).is_dir() else model}"
        self.usage = Usage()
        self._options = options
        self._tokenizer, self._model = _load(model)

    def write(self, descriptions: Iterable[Description]) -> Iterator[Clip]:
        """As they are finished."""
        source = iter(descriptions)
        under_way: list[Interview] = []
        while True:
            for description in islice(source, self._options.batch_size - len(under_way)):
                under_way.append(Interview(description, self.name, attempts=self._options.attempts))
            if not under_way:
                return
            replies = self.replies([talk.request for talk in under_way])
            for talk, reply in zip(under_way, replies, strict=True):
                talk.receive(reply)
            yield from (talk.result for talk in under_way if talk.result is not None)
            under_way = [talk for talk in under_way if talk.result is None]

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        """One reply for each request, in one batch."""
        import torch
        from transformers import LogitsProcessorList

        prompts = [self._prompt_ids(request) for request in requests]
        limits = [self._max_new_tokens(len(ids)) for ids in prompts]
        inputs = _pad_left(prompts, self._tokenizer.pad_token_id, self._model.device)
        processors = LogitsProcessorList()
        if self._options.temperature >= GREEDY_BELOW:
            seeds = [request.seed for request in requests]
            processors.append(SeededGumbel(seeds, self._options.temperature))
        try:
            generated = self._generate(inputs, max(limits), processors)
        except torch.OutOfMemoryError as error:
            raise UsageError(
                f"{len(requests)} clips at once do not fit into the memory of"
                f" {self._model.device}: give a smaller --batch-size"
            ) from error
        width = inputs["input_ids"].shape[1]
        rows = [
            row[:limit] for row, limit in zip(generated[:, width:].tolist(), limits, strict=True)
        ]
        self.usage.requests += len(requests)
        self.usage.add(sum(map(len, prompts)), 0)
        return [self._reply(row) for row in rows]

    def _generate(
        self, inputs: dict[str, "Tensor"], max_new_tokens: int, processors: Any
    ) -> "Tensor":
        """(rows, tokens) ids: the prompts and what follows them."""
        import torch

        with torch.inference_mode():
            return self._model.generate(
                **inputs,
                do_sample=False,
                max_new_tokens=max_new_tokens,
                pad_token_id=self._tokenizer.pad_token_id,
                logits_processor=processors,
            )

    def _prompt_ids(self, request: Request) -> list[int]:
        # enable_thinking: models that think aloud before they reply need not; others ignore it.
        return self._tokenizer.apply_chat_template(
            list(request.messages),
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            enable_thinking=False,
        )["input_ids"]

    def _max_new_tokens(self, prompt_length: int) -> int:
        """How many tokens a reply may have."""
        max_positions = getattr(self._model.config, "max_position_embeddings", None)
        if max_positions is None:
            return self._options.max_tokens
        return max(1, min(self._options.max_tokens, max_positions - prompt_length))

    def _reply(self, row: list[int]) -> Reply:
        end = next((place for place, token in enumerate(row) if token in self._ends), None)
        tokens = row if end is None else row[:end]
        self.usage.add(0, len(tokens))
        text = self._tokenizer.decode(tokens, skip_special_tokens=True)
        return Reply(text.strip(), truncated=end is None)

    @property
    def _ends(self) -> set[int]:
        """Tokens that end a reply."""
        ends = self._model.generation_config.eos_token_id
        return set(ends) if isinstance(ends, list) else {ends, self._tokenizer.eos_token_id}


class SeededGumbel:
    """Makes the likeliest token a draw at a temperature, of every row by its own seed.

    The largest of the scores with Gumbel noise is a draw from their softmax; so a row's draws do
    not depend on its neighbours, as those of one generator for all would.
    """

    def __init__(self, seeds: Sequence[int], temperature: float) -> None:
        import torch

        self._temperature = temperature
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]

    def __call__(self, input_ids: "Tensor", scores: "Tensor") -> "Tensor":
        """(rows, tokens) scores -> the same with noise."""
        import torch

        width = scores.shape[1]
        uniform = torch.stack([torch.rand(width, generator=each) for each in self._generators])
        noise = -torch.log(-torch.log(uniform.clamp(1e-20, 1 - 1e-7)))
        return scores.float() / self._temperature + noise.to(scores.device)


def _pad_left(rows: Sequence[list[int]], pad: int, device: Any) -> dict[str, "Tensor"]:
    """Token ids of different lengths -> (rows, longest) ids and mask, ending together."""
    import torch

    longest = max(map(len, rows))
    ids = [[pad] * (longest - len(row)) + row for row in rows]
    mask = [[0] * (longest - len(row)) + [1] * len(row) for row in rows]
    return {
        "input_ids": torch.tensor(ids, device=device),
        "attention_mask": torch.tensor(mask, device=device),
    }


def _load(name: str) -> tuple["PreTrainedTokenizerBase", "PreTrainedModel"]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # the job's own says more, and nothing where there is no terminal
    safe = {"trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, **safe)
        if not tokenizer.chat_template:
            raise UsageError(f"{name} has no chat template; give an instruction-tuned model")
        model = AutoModelForCausalLM.from_pretrained(
            name, dtype="auto", use_safetensors=True, **safe
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise UsageError(f"the chat model {name} cannot be loaded: {lines[0]}") from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return tokenizer, model.to(device).eval()
