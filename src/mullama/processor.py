"""Text and waveforms become what the model's `forward` and `generate` take: the transformers way in.

For files, streaming and the whole length of a piece, see `song.py`; here a waveform is a tensor.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from transformers import (
    BatchFeature,
    PreTrainedTokenizerBase,
    ProcessorMixin,
    Wav2Vec2FeatureExtractor,
)

from mullama.answer import prompt as prompts
from mullama.config import MuLlamaConfig
from mullama.errors import UsageError


class MuLlamaProcessor(ProcessorMixin):
    """Fills the prompt that the weights know, tokenises it, and lines waveforms up."""

    def __init__(
        self,
        feature_extractor: Wav2Vec2FeatureExtractor | None = None,
        tokenizer: PreTrainedTokenizerBase | None = None,
        prompt: str = "clean",
    ) -> None:
        super().__init__(feature_extractor, tokenizer)
        self.prompt = prompt

    @classmethod
    def of(cls, config: MuLlamaConfig, tokenizer: PreTrainedTokenizerBase) -> "MuLlamaProcessor":
        """The processor of a model with this configuration."""
        rate = config.audio_config.sampling_rate
        # The encoder normalises its windows itself.
        extractor = Wav2Vec2FeatureExtractor(sampling_rate=rate, do_normalize=False)
        return cls(extractor, tokenizer, prompt=config.prompt)

    def __call__(
        self,
        text: str | Sequence[str],
        audio: Any = None,
        *,
        sampling_rate: int | None = None,
        images: None = None,
        videos: None = None,
        **options: Any,
    ) -> BatchFeature:
        """Questions, and one waveform (samples,) for each -> `input_ids`, `attention_mask`,
        `input_values` (clip, samples) padded on the right, and `input_lengths` (clip,) in samples.

        Lengths travel with the waveforms because padding must not be encoded.
        """
        if images is not None or videos is not None:
            raise UsageError("this model takes audio, not images or videos")
        questions = [text] if isinstance(text, str) else list(text)
        filled = [prompts.fill(self.prompt, question) for question in questions]
        batch = dict(self.tokenizer(filled, padding=True, padding_side="left", return_tensors="pt"))
        if audio is not None:
            batch |= self._waveforms(audio, len(questions), sampling_rate)
        return BatchFeature(batch)

    def _waveforms(self, audio: Any, count: int, rate: int | None) -> dict[str, torch.Tensor]:
        own = self.feature_extractor.sampling_rate
        if rate not in (None, own):
            raise UsageError(f"waveforms are expected at {own} Hz, not {rate}: resample them first")
        single = isinstance(audio, (np.ndarray, torch.Tensor)) and audio.ndim == 1
        clips = [
            torch.as_tensor(clip, dtype=torch.float32) for clip in ([audio] if single else audio)
        ]
        if len(clips) != count or any(clip.ndim != 1 for clip in clips):
            raise UsageError(f"{count} questions need as many mono waveforms of shape (samples,)")
        return {
            "input_values": torch.nn.utils.rnn.pad_sequence(clips, batch_first=True),
            "input_lengths": torch.tensor([len(clip) for clip in clips]),
        }

    @property
    def model_input_names(self) -> list[str]:
        """What `__call__` can return."""
        return ["input_ids", "attention_mask", "input_values", "input_lengths"]
