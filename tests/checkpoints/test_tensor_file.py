"""Reading weight files: lazily, in every format, and without running what a pickle holds."""

import argparse
import os
import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from mullama.checkpoints.json_file import read_json
from mullama.checkpoints.lazy_tensor import concat, lazy_full
from mullama.checkpoints.tensor_file import TensorFile
from mullama.checkpoints.weight_files import weight_files
from mullama.errors import CheckpointError


class Malice:
    """Runs a command when it is unpickled."""

    def __init__(self, touched: Path) -> None:
        self.touched = touched

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.touched}",)


def test_formats_read_alike(tmp_path: Path) -> None:
    state = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.ones(4, dtype=torch.bfloat16)}
    torch.save(state, tmp_path / "zip.pth")
    torch.save(state, tmp_path / "old.bin", _use_new_zipfile_serialization=False)
    torch.save({"model": state, "epoch": 3}, tmp_path / "nested.pth")
    save_file(state, tmp_path / "x.safetensors")
    for name in ("zip.pth", "old.bin", "nested.pth", "x.safetensors"):
        file = TensorFile(tmp_path / name)
        assert set(file.names) == {"a", "b"}
        for key, tensor in state.items():
            assert torch.equal(file.read(key), tensor)
        file.release()
        planned = file.plan()["b"]
        assert (planned.shape, planned.dtype, planned.bytes) == ((4,), torch.bfloat16, 8)
        assert torch.equal(planned.make(), state["b"])


def test_optimiser_state_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pth"
    moments = torch.ones(1_000_000)
    stored = {"model": {"a": torch.zeros(3)}, "optimizer": {"state": {0: {"exp_avg": moments}}}}
    torch.save({**stored, "args": argparse.Namespace(lr=1.0)}, path)
    with zipfile.ZipFile(path) as archive:  # what is never read may be anything
        biggest = max(archive.infolist(), key=lambda info: info.file_size)
    assert biggest.file_size == 4_000_000
    assert TensorFile(path).names == ("a",)


@pytest.mark.parametrize("name", ["checkpoint.pth", "old.bin", "bare.pth"])
def test_nothing_in_a_pickle_runs(tmp_path: Path, name: str) -> None:
    touched, path = tmp_path / "touched", tmp_path / name
    stored = {"args": Malice(touched), "model": {"a": torch.zeros(3)}}
    if name == "bare.pth":
        path.write_bytes(pickle.dumps(stored, protocol=2))
    else:
        torch.save(stored, path, _use_new_zipfile_serialization=name != "old.bin")
    with pytest.raises(CheckpointError, match=r"nothing in it was run") as caught:
        _ = TensorFile(path).names
    assert "system" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not touched.exists()


@pytest.mark.parametrize("suffix", [".pth", ".bin", ".safetensors"])
def test_unreadable_files_say_so(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    with pytest.raises(CheckpointError, match="does not exist"):
        _ = TensorFile(path).names
    if suffix == ".safetensors":
        save_file({"a": torch.ones(1000)}, path)
    else:
        torch.save({"a": torch.ones(1000)}, path)
    whole = path.read_bytes()
    for broken in (whole[: len(whole) // 2], b"", b"\x80random bytes\xff" * 9, b"plain text\n"):
        path.write_bytes(broken)
        with pytest.raises(CheckpointError, match="truncated or not a file of weights"):
            _ = TensorFile(path).names
    path.unlink()
    path.mkdir()
    with pytest.raises(CheckpointError, match="is a folder"):
        _ = TensorFile(path).names


def test_files_without_tensors_are_refused(tmp_path: Path) -> None:
    torch.save({"epoch": 1}, tmp_path / "none.pth")
    with pytest.raises(CheckpointError, match="holds no tensors"):
        _ = TensorFile(tmp_path / "none.pth").names
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(CheckpointError, match="not named tensors"):
        _ = TensorFile(tmp_path / "list.pth").names


def test_a_plan_knows_its_shape_before_it_is_made() -> None:
    ones = lazy_full((2, 4), "ones", lambda empty: empty.fill_(1))
    turned = ones.then(lambda t: t.T.half())
    assert (turned.shape, turned.dtype, turned.bytes) == ((4, 2), torch.float16, 16)
    both = concat([ones, ones], lambda parts: torch.cat(parts, dim=1))
    assert both.shape == (2, 8)
    assert torch.equal(both.make(), torch.ones(2, 8))


def test_weight_files_of_a_folder(tmp_path: Path) -> None:
    assert weight_files(tmp_path) == []
    (tmp_path / "pytorch_model.bin").touch()
    assert [path.name for path in weight_files(tmp_path)] == ["pytorch_model.bin"]
    (tmp_path / "model.safetensors.index.json").write_text(
        '{"weight_map": {"a": "m-1.safetensors"}}'
    )
    with pytest.raises(CheckpointError, match=r"m-1\.safetensors is missing"):
        weight_files(tmp_path)
    (tmp_path / "m-1.safetensors").touch()
    assert [path.name for path in weight_files(tmp_path)] == ["m-1.safetensors"]


def test_broken_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="does not exist"):
        read_json(tmp_path / "params.json")
    for text in ("{", "[]", "\xff"):
        (tmp_path / "params.json").write_bytes(text.encode("latin-1"))
        with pytest.raises(CheckpointError, match=r"params\.json"):
            read_json(tmp_path / "params.json")
