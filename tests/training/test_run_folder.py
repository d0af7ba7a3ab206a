"""A run's folder is one run's alone, and says what the run was made by."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mullama.errors import UsageError
from mullama.training.parallel import World
from mullama.training.recipe import Phase, Recipe
from mullama.training.run_folder import ENVIRONMENT, RECIPE, describe_run, open_run_folder

HOLD = """
import sys, time
from pathlib import Path
from mullama.training.parallel import World
from mullama.training.run_folder import open_run_folder
with open_run_folder(Path(sys.argv[1]), World()):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_refused_by_name_until_the_first_ends(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "run"
    with open_run_folder(folder, World()):
        said = rf"new/run is being trained by process {os.getpid()} on .*: wait for it, or choose"
        with pytest.raises(UsageError, match=said), open_run_folder(folder, World()):
            pass
    with open_run_folder(folder, World()):
        pass


def test_the_lock_goes_with_a_killed_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with (
            pytest.raises(UsageError, match=f"trained by process {process.pid}"),
            open_run_folder(tmp_path, World()),
        ):
            pass
        process.kill()
        process.wait()
        with open_run_folder(tmp_path, World()):
            pass


@pytest.mark.parametrize("name", ["a file", "a file/run"])
def test_what_cannot_be_a_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a file").write_text("")
    with (
        pytest.raises(UsageError, match=f"{name} cannot be written: "),
        open_run_folder(tmp_path / name, World()),
    ):
        pass


@pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="needs /proc, where nothing can be written"
)
def test_a_folder_that_cannot_be_written_is_refused() -> None:
    with (
        pytest.raises(UsageError, match=r"^/proc/self cannot be written: "),
        open_run_folder(Path("/proc/self"), World()),
    ):
        pass


def test_a_run_describes_itself(tmp_path: Path) -> None:
    recipe = Recipe("tiny", (Phase("one", "pairs", ("finetune",), steps=3),), start="small")
    describe_run(tmp_path, recipe, World())
    assert yaml.safe_load((tmp_path / RECIPE).read_text())["phases"][0]["trains"] == ["finetune"]
    stored = json.loads((tmp_path / ENVIRONMENT).read_text())
    assert stored["processes"] == 1
    assert stored["packages"]["torch"]
