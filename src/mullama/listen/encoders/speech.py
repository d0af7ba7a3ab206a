"""A waveform window becomes the mean over time of each hidden state: encoders made for speech.

wav2vec 2.0 (Baevski et al. 2020, arXiv 2006.11477) and WavLM (Chen et al. 2022, arXiv 2110.13900), as
transformers has them; HuBERT's weights go into `MertEncoder`. They are compared with encoders of
music, and no model here listens by them. Does not know files, window lengths or songs.
"""

from huggingface_hub.dataclasses import strict
from transformers import Wav2Vec2Config, Wav2Vec2Model, WavLMConfig, WavLMModel

from mullama.listen.encoders.waveform import WaveformEncoder


@strict
class Wav2Vec2EncoderConfig(Wav2Vec2Config):
    """wav2vec 2.0's network and how it is given sound."""

    model_type = "mullama_wav2vec2"

    sampling_rate: int = 16_000
    """Samples per second that the encoder expects."""
    do_normalize: bool = True
    """Bring each window to zero mean and unit variance first (from preprocessor_config.json)."""
    window_seconds: float = 10.0
    """A longer piece is cut into windows of this length; they were trained on sentences."""


@strict
class WavLMEncoderConfig(WavLMConfig):
    """WavLM's network and how it is given sound."""

    model_type = "mullama_wavlm"

    sampling_rate: int = 16_000
    """Samples per second that the encoder expects."""
    do_normalize: bool = True
    """Bring each window to zero mean and unit variance first (from preprocessor_config.json)."""
    window_seconds: float = 10.0
    """A longer piece is cut into windows of this length; they were trained on sentences."""


class Wav2Vec2Encoder(WaveformEncoder, Wav2Vec2Model):
    """Encodes windows of equal length."""

    config_class = Wav2Vec2EncoderConfig
    main_input_name = "windows"


class WavLMEncoder(WaveformEncoder, WavLMModel):
    """Encodes windows of equal length."""

    config_class = WavLMEncoderConfig
    main_input_name = "windows"
