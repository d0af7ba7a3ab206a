"""A folder that is whole or not there."""

import json
from pathlib import Path

import pytest

from mullama.checkpoints.convert.folder import atomic_folder
from mullama.errors import CheckpointError


def write(out: Path, text: str = "new", *, overwrite: bool = False, **options: object) -> None:
    settings = {"needed_bytes": 10, "keep": [], **options}
    with atomic_folder(out, overwrite=overwrite, **settings) as folder:
        assert not (out / "config.json").exists() or overwrite
        (folder / "config.json").write_text(json.dumps({"model_type": "mullama", "text": text}))


def text(out: Path) -> str:
    return json.loads((out / "config.json").read_text())["text"]


def test_it_appears_when_it_is_whole(tmp_path: Path) -> None:
    write(tmp_path / "deep" / "out")
    assert text(tmp_path / "deep" / "out") == "new"
    assert (tmp_path / "deep" / "out").stat().st_mode & 0o077  # as any new folder, not private
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


@pytest.mark.parametrize(
    "error", [CheckpointError("misfit"), KeyboardInterrupt(), OSError(28, "full")]
)
def test_nothing_is_left_of_a_failure(tmp_path: Path, error: BaseException) -> None:
    def fail() -> None:
        with atomic_folder(tmp_path / "out", overwrite=False, needed_bytes=1, keep=[]) as folder:
            (folder / "half").write_text("x")
            raise error

    with pytest.raises((CheckpointError, KeyboardInterrupt)) as caught:
        fail()
    assert not list(tmp_path.iterdir())
    if isinstance(error, OSError):
        assert "out was not written: full" in str(caught.value)


def test_only_a_model_is_replaced_and_only_when_asked(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "old")
    with pytest.raises(
        CheckpointError, match="not empty: choose another --out, or give --overwrite"
    ):
        write(out)
    assert text(out) == "old"
    write(out, overwrite=True)
    assert text(out) == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    (out / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(CheckpointError, match="something else than a model of ours"):
        write(out, overwrite=True)


def test_sources_are_not_overwritten(tmp_path: Path) -> None:
    write(tmp_path / "out", "old")
    with pytest.raises(CheckpointError, match="holds files that are to be read"):
        write(tmp_path / "out", overwrite=True, keep=[tmp_path / "out" / "checkpoint.pth"])
    assert text(tmp_path / "out") == "old"


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write(tmp_path / "out")
    assert text(tmp_path / "out") == "new"


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CheckpointError, match="is not a folder"):
        write(tmp_path / "file")
    with pytest.raises(CheckpointError, match="cannot be written"):
        write(tmp_path / "file" / "out")
    with pytest.raises(CheckpointError, match="GB are free there"):
        write(tmp_path / "out", needed_bytes=10**18)
