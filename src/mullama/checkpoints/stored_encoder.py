"""What holds an encoder, ours or somebody else's, becomes that encoder.

A whole model's folder gives the encoder in it; a bare encoder of ours, MERT, HuBERT, wav2vec 2.0, WavLM
and CLAP are known by the `model_type` of their config.json; ImageBind is a file. No remote code is run,
sizes are held against limits, and the network against the stored tensors, before it is built. Knows
no hub names.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import torch
from transformers import PreTrainedConfig

from mullama.checkpoints.convert.imagebind import read_imagebind
from mullama.checkpoints.convert.mert import KINDS as MERT_KINDS
from mullama.checkpoints.convert.mert import current_name, mert_config
from mullama.checkpoints.json_file import INVALID, invalid_config, read_json, reason
from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.model_folder import load_config
from mullama.checkpoints.tensor_file import TensorFile
from mullama.checkpoints.weight_files import weight_files
from mullama.config import ENCODERS, MuLlamaConfig
from mullama.errors import CheckpointError, UsageError
from mullama.listen.encoders.encoder import EncoderModel
from mullama.options import Bounds, Options, from_mapping
from mullama.stored_part import check_frames, check_sizes, network_only

Stored = Mapping[str, Any]
PREPROCESSOR = "preprocessor_config.json"
UNNEEDED = ("relative_position_index", "num_batches_tracked", "masked_spec_embed")
"""Tensors that follow from the configuration, or serve training alone: some published files lack them."""


@dataclass(frozen=True)
class StoredEncoder:
    """What a folder or file says of its encoder."""

    path: Path
    kind: type[EncoderModel]
    config: PreTrainedConfig
    tensors: Callable[[], Mapping[str, LazyTensor]]
    """What is stored, by its name in the encoder; others may be among them."""

    def fresh(self, seed: int) -> EncoderModel:
        """The encoder as it was before any training, its weights drawn by `seed`."""
        with torch.random.fork_rng(devices=()):
            torch.manual_seed(seed)
            return self.kind(self.config).eval().requires_grad_(False)

    def trained(self) -> EncoderModel:
        """The encoder with the stored weights, on the CPU; raises CheckpointError."""
        found = self.tensors()
        if not found:
            raise CheckpointError(f"{self.path} holds no model.safetensors or pytorch_model.bin")
        self._check(found)
        encoder = self.fresh(seed=0)
        state = {name: found[name].make() for name in encoder.state_dict() if name in found}
        encoder.load_state_dict(state, strict=False)
        return encoder

    def _check(self, found: Mapping[str, LazyTensor]) -> None:
        """Compare names and shapes with those of an encoder without memory."""
        for name, shape in self.shapes().items():
            if name not in found and not name.endswith(UNNEEDED):
                raise CheckpointError(f"{self.path}: the tensor {name} is missing")
            if name in found and found[name].shape != shape:
                raise CheckpointError(
                    f"{self.path}: {found[name].origin} has shape {found[name].shape}, where its "
                    f"config.json asks for {shape}"
                )

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of every tensor of the network. Raises CheckpointError."""
        try:
            with torch.device("meta"):
                state = self.kind(self.config).state_dict()
        except INVALID as cause:
            raise CheckpointError(
                f"{self.path}: no encoder has this configuration: {reason(cause)}"
            ) from cause
        return {name: tuple(tensor.shape) for name, tensor in state.items()}


def read_encoder_folder(folder: Path) -> StoredEncoder:
    """What a folder says of its encoder; no weight is read. Raises CheckpointError."""
    path = folder / "config.json"
    stored = read_json(path)
    kind = stored.get("model_type")
    if kind == MuLlamaConfig.model_type:
        config = load_config(folder).audio_config
        kind_of_encoder = ENCODERS.load(config.model_type)
        return StoredEncoder(folder, kind_of_encoder, config, _in_folder(folder, "encoder."))
    reader = READERS.get(kind) if kind is None or isinstance(kind, str) else None
    if reader is None and not (isinstance(kind, str) and kind in ENCODERS):
        known = ", ".join([MuLlamaConfig.model_type, *ENCODERS.names(), *filter(None, READERS)])
        raise CheckpointError(f"{path} describes a {kind}, which is no encoder; known: {known}")
    try:
        found = _bare(folder, stored) if reader is None else reader(folder, stored)
        check_sizes(found.config, str(path))
        check_frames(found.config, str(path))
    except UsageError as cause:
        raise CheckpointError(str(cause)) from cause
    except INVALID as cause:
        raise invalid_config(path, cause) from cause
    return found


def read_encoder_file(path: Path) -> StoredEncoder:
    """What ImageBind's published file says of its audio branch. Raises CheckpointError."""
    from mullama.listen.encoders.imagebind import ImageBindEncoder

    source = read_imagebind(path, {})
    return StoredEncoder(path, ImageBindEncoder, source.config, lambda: source.state)


def _in_folder(folder: Path, *prefixes: str) -> Callable[[], Mapping[str, LazyTensor]]:
    """The tensors of a folder's weight files, their names without the first prefix that they have."""

    def current(name: str) -> str:
        found = next((prefix for prefix in prefixes if name.startswith(prefix)), "")
        return current_name(name.removeprefix(found))

    return lambda: {
        current(name): tensor
        for path in weight_files(folder)
        for name, tensor in TensorFile(path).plan().items()
    }


def _bare(folder: Path, stored: Stored) -> StoredEncoder:
    """One of ours as `save_pretrained` leaves it."""
    kind = ENCODERS.load(stored["model_type"])
    config = kind.config_class(**network_only(kind.config_class, stored))
    return StoredEncoder(folder, kind, config, _in_folder(folder))


def _mert(folder: Path, stored: Stored) -> StoredEncoder:
    from mullama.listen.encoders.mert import MertEncoder

    return StoredEncoder(folder, MertEncoder, mert_config(folder), _in_folder(folder))


@dataclass(frozen=True, kw_only=True)
class SpeechSettings(Options):
    """What a preprocessor_config.json says of the sound that a speech encoder is given."""

    sampling_rate: Annotated[int, Bounds(1000, 768_000)] = 16_000
    do_normalize: bool = True


def _wav2vec2(folder: Path, stored: Stored) -> StoredEncoder:
    from mullama.listen.encoders.speech import Wav2Vec2Encoder

    return _speech(folder, stored, Wav2Vec2Encoder)


def _wavlm(folder: Path, stored: Stored) -> StoredEncoder:
    from mullama.listen.encoders.speech import WavLMEncoder

    return _speech(folder, stored, WavLMEncoder)


def _speech(folder: Path, stored: Stored, kind: Any) -> StoredEncoder:
    # An adapter would follow the hidden states that are wanted, at another rate.
    network = {**network_only(kind.config_class, stored), "add_adapter": False}
    config = kind.config_class(**{**network, **_sound(folder, SpeechSettings)})
    return StoredEncoder(folder, kind, config, _in_folder(folder, "wav2vec2.", "wavlm."))


@dataclass(frozen=True, kw_only=True)
class ClapSettings(Options):
    """What a preprocessor_config.json says of the spectrogram that CLAP is given."""

    sampling_rate: Annotated[int, Bounds(1000, 768_000)] = 48_000
    hop_length: Annotated[int, Bounds(1, 2**16)] = 480
    fft_window_size: Annotated[int, Bounds(16, 2**16)] = 1024
    frequency_min: Annotated[float, Bounds(0, 384_000)] = 0.0
    frequency_max: Annotated[float, Bounds(1, 384_000)] = 14_000.0
    truncation: str = "fusion"


def _clap(folder: Path, stored: Stored) -> StoredEncoder:
    from mullama.listen.encoders.clap import ClapEncoder, ClapEncoderConfig

    audio = stored.get("audio_config", {}) if stored["model_type"] == "clap" else stored
    network = network_only(ClapEncoderConfig, audio)
    config = ClapEncoderConfig(**{**network, **_sound(folder, ClapSettings)})
    check_sizes(config, str(folder / "config.json"))
    frames = round(config.sampling_rate * config.window_seconds) // config.hop_length + 1
    room = config.spec_size * (config.spec_size // config.num_mel_bins)
    if frames > room:
        raise CheckpointError(
            f"{folder}: a window of {config.window_seconds:g} s has {frames} frames by hop_length, "
            f"more than the {room} that spec_size leaves room for"
        )
    return StoredEncoder(folder, ClapEncoder, config, _in_folder(folder, "audio_model."))


def _sound(folder: Path, kind: type[SpeechSettings | ClapSettings]) -> dict[str, Any]:
    """Those settings of the folder's preprocessor that `kind` knows, checked."""
    path = folder / PREPROCESSOR
    stored = read_json(path) if path.is_file() else {}
    known = {field.name for field in fields(kind)}
    given = {key: value for key, value in stored.items() if key in known and value is not None}
    return asdict(from_mapping(kind, given, str(path)))


READERS: Mapping[str | None, Callable[[Path, Stored], StoredEncoder]] = {
    **dict.fromkeys(MERT_KINDS, _mert),
    "wav2vec2": _wav2vec2,
    "wavlm": _wavlm,
    "clap": _clap,
    "clap_audio_model": _clap,
}
"""`model_type` of a folder of transformers -> what it says of its encoder."""
