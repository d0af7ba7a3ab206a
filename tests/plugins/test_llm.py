"""The `llm` command itself asks the small model about real files."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from mullama.errors import AudioError, UsageError
from mullama.song import MuLlama
from paths import ROOT

pytest.importorskip("llm", reason="needs the llm extra")
import llm

from mullama.plugins.llm import MAX_ATTACHED_BYTES, MuLlamaModel

WALTZ, JIG = ROOT / "examples" / "waltz.flac", ROOT / "examples" / "jig.flac"
QUESTION = "Which instruments play?"
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `llm` in a folder of its own for what it remembers, without network or keys."""

    def run(*words: object, sound: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [sys.executable, "-m", "llm", *map(str, words)],
            input=sound,
            capture_output=True,
            cwd=tmp_path,
            env=os.environ | {"LLM_USER_PATH": str(tmp_path), "CUDA_VISIBLE_DEVICES": ""},
            timeout=200,
            check=False,
        )

    return run


def attached(file: Path) -> Any:
    return llm.Attachment(type="audio/flac", path=str(file))


def test_the_entry_point_is_the_module() -> None:
    (found,) = entry_points(group="llm", name="mullama")
    assert found.load().MuLlamaModel is MuLlamaModel


def test_torch_comes_with_the_first_question() -> None:
    code = "import sys, mullama.plugins.llm; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.slow
def test_the_documents_commands(run: Run, small: MuLlama, tmp_path: Path) -> None:
    """A question, another one about the same file, and a file that comes by a pipe."""
    document = (ROOT / "docs" / "plugins.md").read_text().partition("## lmms-eval")[0]
    lines = re.findall(r"^(?:llm|cat) .*$", document, re.MULTILINE)
    shutil.copy(WALTZ, tmp_path / "song.flac")
    song = small.listen(WALTZ)
    wanted = [
        song.ask(QUESTION),
        song.ask("What is the tempo?", temperature=0.7, seed=1),
        song.caption(),
    ]
    for line, expected in zip(lines, wanted, strict=True):
        command, piped = line.removeprefix("cat song.flac | "), line.startswith("cat")
        done = run(*shlex.split(command)[1:], sound=WALTZ.read_bytes() if piped else b"")
        assert done.returncode == 0, done.stderr.decode()
        assert done.stdout.decode().strip() == expected.text


@pytest.mark.slow
def test_what_the_command_refuses(run: Run) -> None:
    for words, told in (
        ((QUESTION,), "Error: no music is attached"),
        ((QUESTION, "-a", WALTZ, "-o", "top_p", 2), "Error: top_p: expected float from 0 to 1"),
        ((QUESTION, "--at", ROOT / "README.md", "audio/mpeg"), "README.md"),
    ):
        done = run("-m", "mullama", *words)
        error = done.stderr.decode()
        assert done.returncode != 0
        assert told in error
        assert "Traceback" not in error


def test_answers_are_the_models_own(small: MuLlama) -> None:
    """Streamed or not, with our options, as a file or as bytes."""
    model, song = MuLlamaModel(), small.listen(WALTZ)
    asked = {"temperature": 0.9, "seed": 3, "device": "cpu"}
    wanted = song.ask(QUESTION, temperature=0.9, seed=3)
    for stream in (True, False):
        response = model.prompt(QUESTION, attachments=[attached(WALTZ)], stream=stream, **asked)
        assert response.text().strip() == wanted.text
    assert response.usage().output == len(wanted.token_ids)
    sent = llm.Attachment(type="audio/flac", content=WALTZ.read_bytes())
    assert model.prompt("", attachments=[sent]).text() == song.caption().text
    pieces = list(model.prompt(QUESTION, attachments=[attached(WALTZ)]))
    assert len(pieces) > 3
    assert "".join(pieces) == song.ask(QUESTION).text


def test_a_conversation_keeps_its_last_file(small: MuLlama) -> None:
    chat = MuLlamaModel().conversation()
    for files, heard in (([WALTZ], WALTZ), ([], WALTZ), ([JIG], JIG), ([], JIG)):
        response = chat.prompt(QUESTION, attachments=[attached(file) for file in files])
        assert response.text() == small.listen(heard).ask(QUESTION).text


def test_what_is_refused(tmp_path: Path) -> None:
    model = MuLlamaModel()
    flac, url = attached(WALTZ), "http://127.0.0.1:9/a.mp3"
    large = llm.Attachment(type="audio/wav", content=bytes(MAX_ATTACHED_BYTES + 1))
    broken = llm.Attachment(type="audio/wav", content=b"RIFF")
    for kind, words, more in (
        (UsageError, "no music is attached", {}),
        (UsageError, "2 files are attached", {"attachments": [flac, flac]}),
        (UsageError, "not fetched", {"attachments": [llm.Attachment("audio/mpeg", url=url)]}),
        (UsageError, "MiB are attached", {"attachments": [large]}),
        (UsageError, "system prompt", {"attachments": [flac], "system": "Be brief."}),
        (AudioError, "attachment", {"attachments": [broken]}),
    ):
        with pytest.raises(kind, match=words):
            model.prompt(QUESTION, **more).text()
    with pytest.raises(ValueError, match="audio/flac"):
        model.prompt(QUESTION, attachments=[llm.Attachment(type="image/png", content=b"x")])
    with pytest.raises(ValueError, match="temperatur"):
        model.prompt(QUESTION, attachments=[flac], temperatur=1)
