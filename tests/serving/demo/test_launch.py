"""The page by its verb, as a Space, and below another application's path."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from urllib.request import urlopen

import pytest
import yaml
from packaging.requirements import Requirement

from mullama.cli import main
from mullama.engine import Engine
from mullama.serving.demo.demo_options import DemoOptions
from paths import RECIPES, ROOT
from test_dependencies import EXTRAS

gradio = pytest.importorskip("gradio")
fastapi = pytest.importorskip("fastapi")
from fastapi.testclient import TestClient  # noqa: E402

from mullama.serving.demo.launch import mount  # noqa: E402
from mullama.serving.demo.page import MUSIC, Page  # noqa: E402
from mullama.serving.demo.talk import Talk  # noqa: E402
from mullama.serving.demo.visit import Visit  # noqa: E402

SPACE = RECIPES / "space"


@contextmanager
def running(*words: str, **variables: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A process that shows a page, and its address once it is there."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **variables}
    process = subprocess.Popen(
        [sys.executable, *words], stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if found := re.search(r"the demo is at (\S+)", line):
                yield found[1], process
                break
        else:
            raise AssertionError("it ended without a page")
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.mark.slow
def test_the_verb_shows_the_page_until_it_is_told_to_end() -> None:
    with running("-m", "mullama", "demo", "--port", "0") as (url, process):
        assert "mullama" in urlopen(url).read().decode()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


@pytest.mark.slow
def test_the_space_runs_as_it_is() -> None:
    port = str(free_port())
    with running(str(SPACE / "app.py"), GRADIO_SERVER_PORT=port) as (url, _):
        assert f":{port}" in url
        assert urlopen(f"http://127.0.0.1:{port}").status == 200


def test_the_spaces_card_fits_the_extra() -> None:
    card = yaml.safe_load((SPACE / "README.md").read_text().split("---")[1])
    (bound,) = map(Requirement, EXTRAS["demo"])
    assert bound.specifier.contains(card["sdk_version"])
    assert (SPACE / card["app_file"]).is_file()
    assert "mullama[demo]" in (SPACE / "requirements.txt").read_text()


def test_it_is_mounted_in_another_application(engine: Engine) -> None:
    app = mount(fastapi.FastAPI(), engine, DemoOptions(), "/demo")
    with TestClient(app) as client:
        assert "mullama" in client.get("/demo/").text
        assert client.get("/").status_code == 404


def test_only_what_a_page_shows_is_served(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "private.txt").write_text("private")
    with TestClient(mount(fastapi.FastAPI(), engine, DemoOptions(), "/demo")) as client:
        for path in (Path(__file__), MUSIC.parent / "page.py", tmp_path / "private.txt"):
            assert client.get(f"/demo/gradio_api/file={path}").status_code == 403


def test_a_saved_conversation_names_the_model_and_not_where_it_lies(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.mu, "name", "/srv/models/7b")
    assert Page(Talk(engine)).as_json(Visit())["model"] == "7b"


def test_the_examples_are_music(engine: Engine) -> None:
    assert len(list(MUSIC.iterdir())) == 4
    for path in MUSIC.iterdir():
        assert engine.song(path).seconds_heard >= 10


@pytest.mark.slow
def test_a_taken_port_is_one_line() -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = [sys.executable, "-m", "mullama", "demo", "--port", port]
        done = subprocess.run(words, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 2
    assert f":{port} cannot be listened on" in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_users_are_refused_before_a_model_is_loaded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["demo", "--auth", "nobody", "--model", "/nowhere"]) == 2
    assert "USER:PASSWORD" in capsys.readouterr().err
