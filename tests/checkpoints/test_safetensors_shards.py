"""Writing safetensors by hand: what safetensors and transformers read back."""

import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.safetensors_shards import write_shards
from mullama.checkpoints.weight_files import CODES
from mullama.errors import CheckpointError


def planned(tensor: torch.Tensor) -> LazyTensor:
    return LazyTensor(tuple(tensor.shape), tensor.dtype, "test", lambda: tensor)


def test_every_type_and_shape_comes_back(tmp_path: Path) -> None:
    state = {f"t.{n}": (torch.rand(3, 5) * 9).to(dtype) for n, dtype in enumerate(CODES)}
    state |= {"scalar": torch.tensor(2.5), "turned": torch.rand(4, 3).T, "none": torch.zeros(0, 2)}
    write_shards(
        tmp_path,
        {name: planned(tensor) for name, tensor in state.items()},
        release=lambda: None,
        progress=lambda _: None,
    )
    assert [path.name for path in tmp_path.iterdir()] == ["model.safetensors"]
    with safe_open(tmp_path / "model.safetensors", framework="pt") as file:
        assert file.metadata() == {"format": "pt"}
        assert set(file.keys()) == set(state)
        for name, tensor in state.items():
            assert torch.equal(file.get_tensor(name), tensor)


def test_shards_stay_below_the_limit(tmp_path: Path) -> None:
    state = {f"t.{n}": torch.full((100,), float(n)) for n in range(7)}
    sizes: list[int] = []
    write_shards(
        tmp_path,
        {name: planned(tensor) for name, tensor in state.items()},
        release=lambda: None,
        progress=sizes.append,
        limit=1000,
    )
    index = json.loads((tmp_path / "model.safetensors.index.json").read_text())
    assert index["metadata"] == {"total_size": 2800}
    assert sizes == [400] * 7
    assert index["weight_map"]["t.0"] == "model-00001-of-00004.safetensors"
    assert set(index["weight_map"].values()) == {p.name for p in tmp_path.glob("*.safetensors")}
    for name, home in index["weight_map"].items():
        with safe_open(tmp_path / home, framework="pt") as file:
            assert torch.equal(file.get_tensor(name), state[name])


def test_a_source_that_changed_is_noticed(tmp_path: Path) -> None:
    plan = {"a": LazyTensor((3,), torch.float32, "a of x.pth", lambda: torch.ones(4))}
    with pytest.raises(CheckpointError, match=r"a of x\.pth changed"):
        write_shards(tmp_path, plan, release=lambda: None, progress=lambda _: None)
