"""Sizes become a fresh model, and a trained one a folder. Does not know how anything is trained.

What only training needs (probes, FactsProjection) stays behind when the model is exported.
"""

import json
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mullama.checkpoints.save import save_model
from mullama.checkpoints.skeleton import HEAD
from mullama.checkpoints.store import open_model
from mullama.config import MuLlamaConfig
from mullama.model import MuLlamaForConditionalGeneration
from mullama.studio.words.forms import TOPIC
from mullama.training.export import export_folder
from mullama.training.precision import cast
from mullama.training.recipe import ModelSizes
from mullama.training.small.attributes import FACTS_WIDTH, AttributeProbes
from mullama.training.small.tokens import BOS, EOS, PAD, as_transformers
from mullama.training.trainable import TrainableModel

HEARING = ("encoder.", "bridge.mix.")
"""How the names of parameters begin from which a Listening's feature comes."""


class FactsProjection(nn.Module):
    """Stands in for encoder and bridge while the language model learns to write about facts."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.inner = nn.Linear(FACTS_WIDTH, 2 * hidden)
        self.out = nn.Linear(2 * hidden, hidden)
        self.norm = nn.RMSNorm(hidden, eps=1e-6)

    def forward(self, facts: Float[Tensor, "clip facts"]) -> Float[Tensor, "clip hidden"]:
        """Facts as vectors -> what the bridge's output would be."""
        return self.norm(self.out(nn.functional.silu(self.inner(facts))))


def with_noise(carried: Float[Tensor, "clip hidden"], noise: float) -> Float[Tensor, "clip hidden"]:
    """What carries the music, or the facts, with noise; see Phase.noise."""
    size = carried.detach().square().mean().sqrt()
    return carried + noise * size * torch.randn_like(carried)


class SmallTrainableModel(TrainableModel):
    """A model that hears with the small encoder, with its probes and the projection of facts."""

    def __init__(self, model: MuLlamaForConditionalGeneration) -> None:
        super().__init__(model)
        self.probes = AttributeProbes(model.config.audio_config.hidden_size)
        self.facts = FactsProjection(model.config.text_config.hidden_size)


def fresh_model(sizes: ModelSizes, tokenizer: Any, seed: int) -> MuLlamaForConditionalGeneration:
    """A small model of these sizes with random weights, the gates a little open."""
    torch.manual_seed(seed)
    config = MuLlamaConfig(
        audio_config={"model_type": "mullama_filterbank", **sizes.encoder},
        text_config={
            "model_type": "llama",
            "vocab_size": tokenizer.get_vocab_size(),
            "hidden_size": sizes.hidden,
            "num_hidden_layers": sizes.layers,
            "num_attention_heads": sizes.heads,
            "num_key_value_heads": sizes.heads,
            "intermediate_size": sizes.inner,
            "max_position_embeddings": sizes.positions,
            "tie_word_embeddings": True,
            "pad_token_id": tokenizer.token_to_id(PAD),
            "bos_token_id": tokenizer.token_to_id(BOS),
            "eos_token_id": tokenizer.token_to_id(EOS),
        },
        adapted_layers=sizes.adapted_layers,
        bridge_width=sizes.bridge_width,
        prompt=sizes.prompt,
    )
    model = MuLlamaForConditionalGeneration(config)
    with torch.no_grad():
        # Unit vectors come in; the queries beside which the bridge's output stands are of size one.
        nn.init.normal_(model.bridge.proj.weight)
        nn.init.constant_(model.bridge.mix.weight, 1 / config.states)
        nn.init.zeros_(model.bridge.mix.bias)
        nn.init.constant_(model.shifts.gates, 0.5)
    return model


def started_model(
    folder: Path, sizes: ModelSizes, seed: int, ears: Path | None = None
) -> MuLlamaForConditionalGeneration:
    """The stored small model, with what `sizes.encoder` adds to its encoder; that is silent at first.

    `ears` is another such model, whose encoder takes the place of its own.
    """
    stored = _stored(folder)
    before = stored.state_dict()
    if ears is not None:
        heard = _stored(ears).state_dict().items()
        before |= {name: tensor for name, tensor in heard if name.startswith(HEARING)}
    config = MuLlamaConfig.from_dict(stored.config.to_dict())
    for name, value in sizes.encoder.items():
        setattr(config.audio_config, name, value)
    torch.manual_seed(seed)
    model = MuLlamaForConditionalGeneration(config)
    model.load_state_dict(
        {n: _grown(before[n], t) if n in before else t for n, t in model.state_dict().items()}
    )
    return model


def _stored(folder: Path) -> MuLlamaForConditionalGeneration:
    model, _ = open_model(folder, dtype="float32", device="cpu")
    return model


def _grown(stored: Tensor, wanted: Tensor) -> Tensor:
    """A stored parameter in the shape that is wanted, with zeros where nothing is stored."""
    grown = torch.zeros_like(wanted)
    grown[tuple(slice(size) for size in stored.shape)] = stored
    return grown


def export(
    model: MuLlamaForConditionalGeneration,
    tokenizer: Any,
    folder: Path,
    provenance: dict[str, Any] | None = None,
) -> None:
    """Write the model as `mullama.load` reads it, in half precision; the one in memory stays.

    `provenance` is stored with the configuration: where the weights came from. How choices are worded is
    stored as well, without temperatures, which are those of certain weights. Raises TrainingError.
    """
    model.config.provenance = provenance or {}
    model.generation_config.update(
        do_sample=False,
        max_new_tokens=160,
        pad_token_id=tokenizer.token_to_id(PAD),
        bos_token_id=tokenizer.token_to_id(BOS),
        eos_token_id=tokenizer.token_to_id(EOS),
    )
    # `update` passes over what transformers does not know.
    vars(model.generation_config)["choice_forms"] = dict.fromkeys(TOPIC)
    half = {
        name: cast(tensor, "float16")
        for name, tensor in model.state_dict().items()
        if name != HEAD  # tied to the embedding
    }
    with export_folder(folder, half) as part:
        save_model(model, as_transformers(tokenizer), part, half)
        _compute_in_float32(part / "config.json")


def _compute_in_float32(path: Path) -> None:
    """Say in a stored configuration that the parts compute in float32, however they are stored."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    for part in ("text_config", "audio_config"):
        stored[part]["dtype"] = "float32"
    path.write_text(json.dumps(stored, indent=2, sort_keys=True) + "\n", encoding="utf-8")
