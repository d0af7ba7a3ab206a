"""An audio-text model of transformers with its processor: prompts in, texts or likelihoods out."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mullama.listen.audio.samples import Waveform

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Prompt:
    """What is put to a model."""

    text: str
    """By its chat template, up to where the answer begins."""
    samples: Waveform | None
    """(samples,) at the model's rate."""
    seconds: float | None
    """How much of a sound that is; None where the model may hear less."""


@dataclass(frozen=True)
class AudioTextModel:
    """What is asked; transformers leaves both untyped."""

    processor: Any
    """With a tokenizer that pads at the left, a feature extractor and a chat template."""
    model: Any

    @property
    def rate(self) -> int:
        """Hz at which it hears."""
        return int(self.processor.feature_extractor.sampling_rate)

    @property
    def max_seconds(self) -> float | None:
        """How much of a sound is heard; None where the processor does not say."""
        stated = getattr(self.processor, "max_audio_len", None)
        if stated is None and type(self.processor).__name__ == "Qwen2AudioProcessor":
            # It hears one window of the feature extractor and says so nowhere else.
            stated = self.processor.feature_extractor.chunk_length
        return None if stated is None else float(stated)

    def text(
        self, question: str, *, with_audio: bool, audio_first: bool = True, system_prompt: str = ""
    ) -> str:
        """A question by the model's chat template."""
        parts: list[dict[str, str]] = [{"type": "text", "text": question}]
        if with_audio:
            parts.insert(0 if audio_first else 1, {"type": "audio", "audio": ""})
        system = {"role": "system", "content": [{"type": "text", "text": system_prompt}]}
        messages = [*([system] if system_prompt else ()), {"role": "user", "content": parts}]
        found: str = self.processor.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True
        )
        return found

    def generate(self, prompts: Sequence[Prompt], max_new_tokens: int) -> list[str]:
        """The likeliest answer to each; all have a sound, or none has."""
        import torch

        inputs = self._inputs(prompts)
        with torch.inference_mode():
            found = self.model.generate(**inputs, max_new_tokens=max_new_tokens)
        answers = found[:, inputs["input_ids"].shape[1] :]
        texts = self.processor.tokenizer.batch_decode(answers, skip_special_tokens=True)
        return [text.strip() for text in texts]

    def logprobs(
        self, prompt: Prompt, answers: Sequence[str], *, batch_size: int = 1
    ) -> list[float]:
        """The natural logarithm of the probability of each answer, without its end.

        Raises ValueError for an answer without tokens.
        """
        tokenizer = self.processor.tokenizer
        tokens = [tokenizer(each, add_special_tokens=False)["input_ids"] for each in answers]
        if not all(tokens):
            raise ValueError("an empty answer has no likelihood")
        inputs = self._inputs([prompt])
        groups = [tokens[i : i + batch_size] for i in range(0, len(tokens), batch_size)]
        return [logprob for group in groups for logprob in self._logprobs(inputs, group)]

    def _logprobs(self, inputs: Any, answers: Sequence[Sequence[int]]) -> list[float]:
        """One forward pass over the prompt with each answer behind it, padded at the right."""
        import torch

        count, longest = len(answers), max(map(len, answers))
        rows = {name: torch.cat([value] * count) for name, value in inputs.items()}
        # What is padded is masked; which token stands there makes no difference.
        padded = [[*answer, *[answer[-1]] * (longest - len(answer))] for answer in answers]
        mask = [[1] * len(answer) + [0] * (longest - len(answer)) for answer in answers]
        for name, added in (("input_ids", padded), ("attention_mask", mask)):
            new = torch.tensor(added, dtype=rows[name].dtype, device=rows[name].device)
            rows[name] = torch.cat([rows[name], new], dim=1)
        with torch.inference_mode():
            logits = self.model(**rows, use_cache=False, **self._last_logits(longest + 1)).logits
        logprobs = logits[:, -longest - 1 : -1].float().log_softmax(-1)
        wanted = torch.tensor(padded, device=logprobs.device).unsqueeze(-1)
        found: Tensor = logprobs.gather(-1, wanted).squeeze(-1)
        return [float(row[: len(answer)].sum()) for row, answer in zip(found, answers, strict=True)]

    def _last_logits(self, count: int) -> dict[str, int]:
        """For models that can leave out the logits of a prompt, which take gigabytes."""
        known = inspect.signature(self.model.forward).parameters
        return {"logits_to_keep": count} if "logits_to_keep" in known else {}

    def _inputs(self, prompts: Sequence[Prompt]) -> Any:
        """Tensors on the model's device, sounds in its type."""
        sounds = [prompt.samples for prompt in prompts if prompt.samples is not None]
        heard: dict[str, Any] = {}
        if sounds:
            heard = {"audio": sounds, "audio_kwargs": {"sampling_rate": self.rate}}
        found = self.processor(
            text=[prompt.text for prompt in prompts],
            text_kwargs={"padding": True},  # sounds are padded as the processor itself would
            return_tensors="pt",
            **heard,
        )
        return found.to(self.model.device, dtype=self.model.dtype)
