"""Tiny random audio-text models of transformers, as the folders that their publishers would offer."""

from pathlib import Path
from typing import Any

import torch
from tokenizers import pre_tokenizers
from transformers import (
    AudioFlamingo3Config,
    AudioFlamingo3EncoderConfig,
    AudioFlamingo3ForConditionalGeneration,
    AudioFlamingo3Processor,
    MusicFlamingoConfig,
    MusicFlamingoForConditionalGeneration,
    MusicFlamingoProcessor,
    Qwen2AudioConfig,
    Qwen2AudioEncoderConfig,
    Qwen2AudioForConditionalGeneration,
    Qwen2AudioProcessor,
    Qwen2Config,
    Qwen2Tokenizer,
    WhisperFeatureExtractor,
)

WINDOW_SECONDS = 1
"""Instead of the 30 of the published models."""
MEL_BINS = 8
SPECIAL = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|AUDIO|>", "<|audio_bos|>"),
    *("<|audio_eos|>", "<sound>", "<|sound_bos|>", "<|sound_eos|>"),
)
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'audio' %}<sound>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def save_audio_text_model(folder: Path, kind: str) -> Path:
    """`kind` is qwen2-audio, audio-flamingo-3 or music-flamingo; weights in float32."""
    torch.manual_seed(7)
    tokenizer = _tokenizer()
    features = WhisperFeatureExtractor(
        feature_size=MEL_BINS, chunk_length=WINDOW_SECONDS, sampling_rate=16_000
    )
    model, processor = BUILD[kind](tokenizer, features)
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.3)
    # As Qwen2-Audio's publishers do: what is stored is not how contestants are compared.
    model.generation_config.update(
        do_sample=True, top_k=20, temperature=0.7, repetition_penalty=1.1, eos_token_id=[0, 2]
    )
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _tokenizer() -> Qwen2Tokenizer:
    """One token a byte."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate([*SPECIAL, *alphabet])}
    return Qwen2Tokenizer(vocabulary, [], additional_special_tokens=list(SPECIAL[1:]))


def _text_config() -> Qwen2Config:
    return Qwen2Config(
        vocab_size=len(SPECIAL) + 256,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        pad_token_id=0,
        eos_token_id=2,
        bos_token_id=0,
    )


def _qwen2_audio(tokenizer: Any, features: Any) -> tuple[Any, Any]:
    encoder = Qwen2AudioEncoderConfig(
        num_mel_bins=MEL_BINS,
        encoder_layers=1,
        encoder_attention_heads=2,
        encoder_ffn_dim=24,
        d_model=16,
        max_source_positions=50 * WINDOW_SECONDS,
    )
    config = Qwen2AudioConfig(
        audio_config=encoder,
        text_config=_text_config(),
        audio_token_index=SPECIAL.index("<|AUDIO|>"),
    )
    return (
        Qwen2AudioForConditionalGeneration(config),
        Qwen2AudioProcessor(features, tokenizer),
    )


def _flamingo(model: Any, config: Any, processor: Any, seconds: int, **more: Any) -> Any:
    def build(tokenizer: Any, features: Any) -> tuple[Any, Any]:
        encoder = AudioFlamingo3EncoderConfig(
            num_mel_bins=MEL_BINS,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=24,
            hidden_size=16,
            max_source_positions=50 * WINDOW_SECONDS,
        )
        made = config(
            audio_config=encoder,
            text_config=_text_config(),
            audio_token_id=SPECIAL.index("<sound>"),
            **more,
        )
        return (
            model(made),
            processor(features, tokenizer, chat_template=TEMPLATE, max_audio_len=seconds),
        )

    return build


BUILD = {
    "qwen2-audio": _qwen2_audio,
    "audio-flamingo-3": _flamingo(
        AudioFlamingo3ForConditionalGeneration, AudioFlamingo3Config, AudioFlamingo3Processor, 3
    ),
    "music-flamingo": _flamingo(
        MusicFlamingoForConditionalGeneration,
        MusicFlamingoConfig,
        MusicFlamingoProcessor,
        4,
        audio_bos_token_id=SPECIAL.index("<|sound_bos|>"),
        audio_eos_token_id=SPECIAL.index("<|sound_eos|>"),
    ),
}
HEARD = {"qwen2-audio": 1, "audio-flamingo-3": 3, "music-flamingo": 4}
"""Seconds of a long sound."""
