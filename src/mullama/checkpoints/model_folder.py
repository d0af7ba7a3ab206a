"""A model's folder from outside becomes a checked record: what it says, and what it holds.

Everything that is opened, described or trained comes through here. JSON files are bounded, sizes and
options are within limits, weights are known by their headers. Nothing is built and no weight is read;
the tokenizer stands in tokenizer.py.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated, Any

from transformers import GenerationConfig

from mullama.answer.forms import Trust
from mullama.checkpoints.json_file import INVALID, invalid_config, read_json
from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.tensor_file import TensorFile
from mullama.checkpoints.weight_files import StoredTensor, read_headers, weight_files
from mullama.config import MuLlamaConfig
from mullama.errors import CheckpointError, UsageError
from mullama.options import Bounds, Options, from_mapping

BASE = "base.json"
"""Names the language model of a folder that holds an adapter alone; see base.py."""
MAX_TOKENS = 2**31
Probability = Annotated[float | None, Bounds(0, 1)]


@dataclass(frozen=True, kw_only=True)
class StoredGeneration(Options):
    """What a generation_config.json may say; None leaves it to transformers."""

    do_sample: bool | None = None
    temperature: Annotated[float | None, Bounds(0, 100)] = None
    top_p: Probability = None
    min_p: Probability = None
    typical_p: Probability = None
    top_k: Annotated[int | None, Bounds(0, 1_000_000)] = None
    repetition_penalty: Annotated[float | None, Bounds(0.01, 100)] = None
    no_repeat_ngram_size: Annotated[int | None, Bounds(0, MAX_TOKENS)] = None
    num_beams: Annotated[int | None, Bounds(1, 64)] = None
    length_penalty: float | None = None
    max_new_tokens: Annotated[int | None, Bounds(1, 1_000_000)] = None
    min_new_tokens: Annotated[int | None, Bounds(0, MAX_TOKENS)] = None
    max_length: Annotated[int | None, Bounds(1, MAX_TOKENS)] = None
    bos_token_id: Annotated[int | None, Bounds(0, MAX_TOKENS)] = None
    pad_token_id: Annotated[int | None, Bounds(0, MAX_TOKENS)] = None
    eos_token_id: Annotated[int | tuple[int, ...] | None, Bounds(0, MAX_TOKENS)] = None
    choice_forms: dict[str, Trust | None] | None = None
    choice_prior: Annotated[float | None, Bounds(0, 2)] = None


@dataclass(frozen=True)
class Source:
    """Tensors that are read when they are needed."""

    plan: Mapping[str, LazyTensor]
    files: tuple[TensorFile, ...]

    def release(self) -> None:
        """Forget what was read so far."""
        for file in self.files:
            file.release()


@dataclass(frozen=True)
class ModelFolder:
    """What a model's folder says and holds."""

    path: Path
    config: MuLlamaConfig
    tensors: Mapping[str, StoredTensor]
    generation: GenerationConfig | None
    """None where the folder does not say how to sample."""
    base: Source | None = None
    """The language model of a folder that holds an adapter alone, by this model's names."""

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of every stored tensor."""
        return {name: tensor.shape for name, tensor in self.tensors.items()}

    @property
    def files(self) -> list[Path]:
        """The weight files in it, each once."""
        base = {} if self.base is None else self.base.plan
        return sorted({tensor.path for name, tensor in self.tensors.items() if name not in base})

    def open(self) -> Source:
        """Every stored tensor, to be read one by one, the base's too."""
        files = tuple(TensorFile(path) for path in self.files)
        plan = {name: one for file in files for name, one in file.plan().items()}
        base = self.base or Source({}, ())
        return Source({**plan, **base.plan}, (*files, *base.files))


def read_model_folder(path: Path) -> ModelFolder:
    """Read what a folder says and the headers of what it holds. Raises CheckpointError."""
    config = load_config(path)
    tensors = read_headers(_safetensors(path))
    rows = config.text_config.vocab_size
    return ModelFolder(path, config, tensors, _generation(path / "generation_config.json", rows))


def load_config(folder: Path) -> MuLlamaConfig:
    """The configuration of a model's folder. Raises CheckpointError."""
    path = folder / "config.json"
    stored = read_json(path)
    if stored.get("model_type") != MuLlamaConfig.model_type:
        raise CheckpointError(
            f"{folder} holds a {stored.get('model_type')}, not a model of ours: see mullama convert"
        )
    try:
        return MuLlamaConfig.from_dict(stored)
    except CheckpointError as cause:
        raise CheckpointError(f"{path}: {cause}") from cause
    except INVALID as cause:
        raise invalid_config(path, cause) from cause


def is_model_folder(folder: Path) -> bool:
    """Whether a folder holds a model of ours, whole or not."""
    try:
        return read_json(folder / "config.json").get("model_type") == MuLlamaConfig.model_type
    except CheckpointError:
        return False


def _safetensors(folder: Path) -> list[Path]:
    files = [path for path in weight_files(folder) if path.suffix == ".safetensors"]
    if not files:
        raise CheckpointError(f"{folder} holds no model.safetensors: is it a whole model's folder?")
    return files


def _generation(path: Path, rows: int) -> GenerationConfig | None:
    """How to sample, as far as the options above go; what else the file says is passed over.

    Padding is read by the language model, which has as many `rows` of embeddings.
    """
    if not path.exists() and not path.is_symlink():
        return None
    stored = read_json(path)
    known = {field.name for field in fields(StoredGeneration)}
    chosen = {key: value for key, value in stored.items() if key in known}
    try:
        checked = from_mapping(StoredGeneration, chosen, str(path))
        if checked.pad_token_id is not None and checked.pad_token_id >= rows:
            raise CheckpointError(
                f"{path}: pad_token_id {checked.pad_token_id} is not in the vocabulary"
            )
        given = {key: _plain(value) for key, value in asdict(checked).items() if value is not None}
        return GenerationConfig(**given)
    except UsageError as cause:
        raise CheckpointError(str(cause)) from cause
    except INVALID as cause:
        raise invalid_config(path, cause) from cause


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
