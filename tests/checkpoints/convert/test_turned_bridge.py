"""A bridge in a wider space: the same vectors, turned."""

from pathlib import Path
from typing import Any

import pytest
import torch

from goldens import FINETUNED, LLAMA
from mullama.adapt.bridge import Bridge
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.convert.turned_bridge import orthonormal, turned
from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.model_folder import read_model_folder
from mullama.checkpoints.store import load_model, resolve
from mullama.errors import CheckpointError, UsageError

WIDE = 320


def bridge_of(plan: dict[str, LazyTensor], width: int) -> Bridge:
    config = read_model_folder(resolve(None)).config
    bridge = Bridge(
        states=config.states,
        features=config.audio_config.hidden_size,
        hidden=width,
        width=config.bridge_width,
        blocks=config.bridge_blocks,
    )
    bridge.load_state_dict({n.removeprefix("bridge."): t.make().float() for n, t in plan.items()})
    return bridge


def test_lengths_and_angles_stay() -> None:
    folder = read_model_folder(resolve(None))
    narrow = folder.config.text_config.hidden_size
    own = {name: t for name, t in folder.open().plan.items() if name.startswith("bridge.")}
    one, other = bridge_of(own, narrow), bridge_of(turned(folder, WIDE, seed=3), WIDE)
    heard = torch.randn(5, folder.config.states, folder.config.audio_config.hidden_size)
    with torch.no_grad():
        expected = one(heard) @ orthonormal(WIDE, narrow, seed=3).T
        torch.testing.assert_close(other(heard), expected, rtol=1e-3, atol=1e-3)


def test_it_needs_room(tmp_path: Path) -> None:
    """The golden LLaMA is narrower than the small model."""
    with pytest.raises(CheckpointError, match=r"more than the .* leave --bridge out"):
        convert(ConvertOptions(llama=LLAMA, encoder="small", bridge="small", out=tmp_path / "out"))


def test_any_encoder_with_a_fresh_adapter(tmp_path: Path) -> None:
    small = resolve(None)
    sizes: dict[str, Any] = {"gate": 0.25, "bridge_width": 24, "prompt": "Q {question} A"}
    out = convert(ConvertOptions(llama=LLAMA, encoder="small", out=tmp_path / "out", **sizes))
    model, _ = load_model(out, device="cpu")
    assert model.config.audio_config.model_type == "mullama_filterbank"
    assert (model.config.bridge_width, model.config.prompt) == (24, "Q {question} A")
    assert (model.shifts.gates == 0.25).all()
    theirs, _ = load_model(small, device="cpu")
    for name, tensor in theirs.encoder.state_dict().items():
        torch.testing.assert_close(model.encoder.state_dict()[name], tensor)


def test_an_encoder_is_for_a_fresh_adapter(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--encoder is for a fresh adapter"):
        convert(ConvertOptions(llama=LLAMA, encoder="small", adapter=FINETUNED, out=tmp_path / "o"))
    with pytest.raises(UsageError, match="one of --mert, --imagebind and --encoder"):
        convert(ConvertOptions(llama=LLAMA, encoder="small", mert=Path("m"), out=tmp_path / "o"))
    with pytest.raises(UsageError, match=r"--gate 0\.5 is for a fresh adapter"):
        convert(ConvertOptions(llama=LLAMA, gate=0.5, adapter=FINETUNED, out=tmp_path / "o"))
