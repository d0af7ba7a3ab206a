"""A transformers citizen: Auto classes, processor and pipeline over a saved folder."""

from pathlib import Path

import numpy as np
import torch
from transformers import (
    AutoConfig,
    AutoModelForMultimodalLM,
    AutoProcessor,
    TextIteratorStreamer,
    pipeline,
)

import mullama.auto  # noqa: F401
from mullama.config import MertConfig, MuLlamaConfig
from mullama.model import MuLlamaForConditionalGeneration
from mullama.processor import MuLlamaProcessor
from mullama.song import MuLlama
from tiny import RATE, clip

QUESTIONS = ["Describe the audio", "Key?"]


def test_auto_classes_open_a_saved_folder(folder: Path) -> None:
    config = AutoConfig.from_pretrained(folder)
    assert isinstance(config, MuLlamaConfig)
    assert isinstance(config.audio_config, MertConfig)
    assert isinstance(
        AutoModelForMultimodalLM.from_pretrained(folder), MuLlamaForConditionalGeneration
    )
    processor = AutoProcessor.from_pretrained(folder)
    assert isinstance(processor, MuLlamaProcessor)
    assert processor.prompt == "clean"


def test_generate_from_the_processor_is_the_short_ways_answer(folder: Path, mu: MuLlama) -> None:
    model = AutoModelForMultimodalLM.from_pretrained(folder)
    processor = AutoProcessor.from_pretrained(folder)
    clips = [clip(0, 1.0), clip(1, 0.8)]
    inputs = processor(QUESTIONS, audio=clips, sampling_rate=RATE)
    out = model.generate(**inputs)[:, inputs["input_ids"].shape[1] :]
    songs = [mu.listen(wave, sample_rate=RATE) for wave in clips]
    for row, answer in zip(out.tolist(), mu.ask(songs, QUESTIONS), strict=True):
        assert row[: len(answer.token_ids)] == answer.token_ids


def test_pipeline(folder: Path, mu: MuLlama) -> None:
    pipe = pipeline("any-to-any", model=str(folder), device="cpu")
    out = pipe(text="Key?", audio=clip(0), return_full_text=False)
    expected = mu.listen(clip(0), sample_rate=RATE).ask("Key?")
    assert out[0]["generated_text"].strip() == expected.text


def test_streamer(folder: Path) -> None:
    model = AutoModelForMultimodalLM.from_pretrained(folder)
    processor = AutoProcessor.from_pretrained(folder)
    inputs = processor("Key?", audio=np.asarray(clip(0)))
    streamer = TextIteratorStreamer(processor.tokenizer, skip_prompt=True, skip_special_tokens=True)
    out = model.generate(**inputs, streamer=streamer)
    text = processor.tokenizer.decode(
        out[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True
    )
    assert "".join(streamer) == text


def test_bfloat16_is_close(folder: Path) -> None:
    waves = torch.from_numpy(clip(0))[None]
    tokens = torch.arange(3, 12)[None]
    full, half = (
        AutoModelForMultimodalLM.from_pretrained(folder, dtype=kind)(
            tokens, input_values=waves
        ).logits
        for kind in (torch.float32, torch.bfloat16)
    )
    assert half.dtype == torch.bfloat16
    assert (
        torch.nn.functional.cosine_similarity(full.flatten(), half.float().flatten(), dim=0) > 0.99
    )
