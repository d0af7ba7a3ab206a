"""The command line as a person uses it: real processes, real files, exit codes and one line for each fault."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mullama import __version__
from mullama.cli import SUMMARIES, main
from tiny import RATE, clip

ENVIRONMENT = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}


def mullama(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run `mullama` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "mullama", *map(str, words)],
        capture_output=True, text=True, env=ENVIRONMENT, timeout=120, **options,
    )  # fmt: skip


@pytest.fixture
def songs(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "a.wav", tmp_path / "b.flac", tmp_path / "c.ogg"]
    for seed, path in enumerate(paths):
        soundfile.write(path, clip(seed), RATE)
    return paths


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, list[str], list[str]]:
    """Run a verb in this process: exit code, lines of standard output, lines of standard error."""
    capsys.readouterr()
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out.splitlines(), err.splitlines()


def test_help_is_quick_and_complete() -> None:
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        done = mullama("--help")
        seconds.append(time.perf_counter() - start)
    assert done.returncode == 0
    assert all(verb in done.stdout for verb in SUMMARIES)
    assert min(seconds) < 0.5


def test_importing_loads_nothing_heavy() -> None:
    heavy = "torch", "transformers", "numpy", "soundfile", "av"
    code = f"import mullama, mullama.cli, sys; sys.exit(any(m in sys.modules for m in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version") == (0, [f"mullama {__version__}"], [])


@pytest.mark.parametrize("verb", SUMMARIES)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([verb, "--help"])
    assert stopped.value.code == 0
    assert "usage: mullama" in capsys.readouterr().out


def test_json_rows_are_complete_and_in_the_order_asked(
    folder: Path, songs: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["What plays?", "Describe it.", "Key?"]
    words = [word for question in asked for word in ("--question", question)]
    code, out, err = run(
        capsys, "ask", *songs, *words, "--model", folder, "--json", "--batch-size", 2
    )
    rows = [json.loads(line) for line in out]
    assert (code, err) == (0, [])
    assert [(row["audio"], row["question"]) for row in rows] == list(
        zip(map(str, songs), asked, strict=True)
    )
    for row in rows:
        assert len(row["token_ids"]) == len(row["token_logprobs"]) == 12
        assert row["finish_reason"] == "length"
        assert row["seconds_heard"] == row["seconds_total"] == pytest.approx(1.0, abs=0.01)
        assert row["model"] == str(folder)
        assert isinstance(row["answer"], str)


def test_one_of_either_serves_all(
    folder: Path, songs: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "ask", *songs, "-q", "Key?", "--model", folder, "--json")
    assert [json.loads(line)["audio"] for line in out] == [str(song) for song in songs]
    _, out, _ = run(
        capsys, "ask", songs[0], "-q", "Key?", "-q", "Why?", "--model", folder, "--json"
    )
    assert [json.loads(line)["question"] for line in out] == ["Key?", "Why?"]
    code, out, err = run(capsys, "ask", *songs, "-q", "a", "-q", "b", "--model", folder)
    assert (code, out) == (2, [])
    assert err == ["mullama: error: 3 files and 2 questions do not pair up: give as many questions as "
                   "files, or one of either"]  # fmt: skip
    code, out, err = run(capsys, "ask", "", "-q", "a", "--model", folder)
    assert (code, out) == (2, [])
    assert err == [
        "mullama: error: an empty text names no music file: is a variable of the shell not set?"
    ]


@pytest.mark.parametrize("flags", [(), ("--stream",)])
def test_names_from_elsewhere_command_no_terminal(
    folder: Path, songs: list[Path], capsys: pytest.CaptureFixture[str], flags: tuple[str, ...]
) -> None:
    red = songs[0].with_name("\x1b[31m\nred.wav")
    red.write_bytes(songs[0].read_bytes())
    _, out, _ = run(capsys, "ask", red, songs[1], "-q", "Key?", "--model", folder, *flags)
    assert out[0] == f"{red.parent}/\\x1b[31m\\nred.wav: Key?"


@pytest.mark.parametrize("extra", [[], ["--temperature", "0.8", "--top-p", "0.9", "--seed", "3"]])
def test_batched_alone_and_streamed_agree(
    folder: Path, songs: list[Path], extra: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    common = ["-q", "Key?", "--model", folder, *extra]
    _, together, _ = run(capsys, "ask", *songs, *common, "--json")
    for song, line in zip(songs, together, strict=True):
        _, alone, _ = run(capsys, "ask", song, *common, "--json")
        assert json.loads(alone[0])["token_ids"] == json.loads(line)["token_ids"]
        _, streamed, _ = run(capsys, "ask", song, *common, "--stream")
        assert "\n".join(streamed) == "\n".join(json.loads(line)["answer"].splitlines())


def test_captions(folder: Path, songs: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    rows = {}
    for length in ("short", "long"):
        code, out, _ = run(
            capsys, "caption", songs[0], "--length", length, "--model", folder, "--json"
        )
        rows[length] = json.loads(out[0])
        assert code == 0
    assert rows["short"]["question"] == "Describe the audio"
    assert rows["long"]["question"] == "Describe the audio in detail"


def bad_files(place: Path) -> dict[str, Path]:
    """One of each kind, and a word of the line that names it."""
    made = {
        "no such file": place / "missing.wav",
        "folder": place / "folder.wav",
        "empty": place / "empty.mp3",
        "text.mp3": place / "text.mp3",
        "random.wav": place / "random.wav",
        "too short": place / "short.wav",
        "nan.wav": place / "nan.wav",
    }
    made["folder"].mkdir()
    made["empty"].touch()
    made["text.mp3"].write_text("This is not music.\n" * 40)
    made["random.wav"].write_bytes(np.random.default_rng(0).bytes(5000))
    soundfile.write(made["too short"], clip(0)[:300], RATE)
    broken = clip(0).copy()
    broken[1000] = np.nan
    soundfile.write(made["nan.wav"], broken, RATE, subtype="FLOAT")
    return made


def test_bad_files_get_one_line_each_and_the_others_their_answers(
    folder: Path, songs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = bad_files(tmp_path)
    mixed = [songs[0], *bad.values(), songs[1]]
    code, out, err = run(capsys, "ask", *mixed, "-q", "Key?", "--model", folder, "--json")
    assert code == 1
    assert [json.loads(line)["audio"] for line in out] == [str(songs[0]), str(songs[1])]
    assert len(err) == len(bad)
    for line, (word, path) in zip(err, bad.items(), strict=True):
        assert line.startswith(f"mullama: error: {path}: ")
        assert word in line
    code, out, err = run(capsys, "ask", *bad.values(), "--model", folder)
    assert (code, out, len(err)) == (2, [], len(bad))


def test_silence_is_answered_with_a_warning(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros(RATE), RATE)
    code, out, err = run(capsys, "ask", tmp_path / "silence.wav", "--model", folder)
    assert (code, len(out)) == (0, 1)
    assert len(err) == 1
    assert "warning" in err[0]
    assert "silen" in err[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--temperature", "-1"], "--temperature"),
        (["--top-p", "1.5"], "--top-p"),
        (["--max-new-tokens", "0"], "--max-new-tokens"),
        (["--max-new-tokens", "1.5"], "--max-new-tokens"),
        (["--max-new-tokens", "nan"], "--max-new-tokens"),
        (["--seed", str(2**64)], "--seed"),
        (["--seed", "9" * 5000], "--seed"),
        (["--retrieval-k", "0"], "--retrieval-k"),
        (["--decoder", "quick"], "--decoder"),
        (["--batch-size", "0"], "--batch-size"),
        (["--min-p", "2"], "--min-p"),
        (["--top-k", "-1"], "--top-k"),
        (["--prompt", "nonsense"], "published"),
        (["--retrieval", "nowhere"], "nowhere"),
        (["--device", "warp"], "warp"),
    ],
)
def test_bad_options_get_one_line(
    folder: Path, songs: list[Path], words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "ask", songs[0], "--model", folder, *words)
    assert (code, out, len(err)) == (2, [], 1)
    assert said in err[0]


def test_a_model_that_is_none(
    songs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for model in (tmp_path / "nowhere", tmp_path, "nobody/nothing-of-that-name"):
        code, out, err = run(capsys, "ask", songs[0], "--model", model)
        assert (code, out, len(err)) == (2, [], 1), err
        assert str(model) in err[0]


def test_faults_in_a_process_of_its_own(folder: Path, songs: list[Path], tmp_path: Path) -> None:
    done = mullama("ask", tmp_path / "missing.wav", "--model", folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    done = mullama("ask", songs[0], "--model", folder, "--json")
    assert done.returncode == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)["audio"] == str(songs[0])


def test_a_name_that_is_no_text_is_read_and_shown(
    folder: Path, songs: list[Path], tmp_path: Path
) -> None:
    """Names of files are bytes; output is ASCII here, which lacks them."""
    strange = []
    for number, ending in enumerate((".wav", ".flac", ".ogg")):
        path = os.fsencode(tmp_path) + b"/caf\xe9" + ending.encode()
        Path(os.fsdecode(path)).write_bytes(songs[number].read_bytes())
        strange.append(path)
    for options in (["--json"], []):
        done = subprocess.run(
            [sys.executable, "-m", "mullama", "ask", *strange, "-q", "Key?", "--model", folder, *options],
            capture_output=True, env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii"}, timeout=120,
            check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.count(b"caf\\udce9") == 3


def test_a_question_that_is_no_text_is_refused(folder: Path, songs: list[Path]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mullama", "ask", songs[0], "-q", b"caf\xe9?", "--model", folder],
        capture_output=True, text=True, env=ENVIRONMENT, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "is not UTF-8 text" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written(folder: Path, songs: list[Path]) -> None:
    command = [sys.executable, "-m", "mullama", "ask", songs[0], "-q", "Key?", "--model", folder]
    with open("/dev/full", "w") as full:  # noqa: PTH123  a device
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, timeout=120,
            check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "mullama: error: standard output: No space left on device\n"
    closed = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *map(str, command)],
        capture_output=True, text=True, env=ENVIRONMENT, timeout=120, check=False,
    )  # fmt: skip
    assert closed.returncode == 2
    assert "standard output is closed" in closed.stderr
    assert "Traceback" not in closed.stderr


VERB = """
def add_arguments(parser):
    parser.add_argument("--loud", action="store_true")

def run(arguments):
    print("HUM" if arguments.loud else "hum")
    return 0
"""


def test_another_package_adds_a_verb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "humming.py").write_text(VERB)
    about = tmp_path / "humming-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: humming\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[mullama.verbs]\nhum = humming\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert run(capsys, "hum", "--loud") == (0, ["HUM"], [])
    code, out, _ = run(capsys)
    assert code == 0
    assert any("hum" in line and "another package" in line for line in out)


def test_info(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "info", folder, "--json")
    facts = json.loads(out[0])
    assert (code, err) == (0, [])
    assert facts["adapted_layers"] == 3
    assert facts["prompt"] == "clean"
    code, out, _ = run(capsys, "info", folder)
    assert code == 0
    assert len(out) == len(facts)


def test_choices(folder: Path, songs: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    common = ("ask", *songs, "-q", "Key?", "--model", folder)
    code, out, err = run(capsys, *common, "--choices", "D, D major ,ré", "--json")
    rows = [json.loads(line) for line in out]
    assert (code, err) == (0, [])
    assert [row["audio"] for row in rows] == list(map(str, songs))
    for row in rows:
        assert list(row["probabilities"]) == ["D", "D major", "ré"]
        assert row["answer"] == max(row["probabilities"], key=row["probabilities"].__getitem__)
        assert row["calibrated"] is False
    _, again, _ = run(
        capsys, *common, "--choices", "D", "--choices", "D major", "--choices", "ré", "--json"
    )
    assert again == out
    _, out, _ = run(capsys, *common[:2], *common[4:], "--choices", "D,ré")
    assert re.fullmatch(r"(D|ré) \(\d+ %, uncalibrated\)", out[0])
    _, out, _ = run(
        capsys, *common[:2], *common[4:], "--choices", "D,D", "--min-probability", "0.5"
    )
    assert out == []
    for words, told in (
        (["--choices", "D"], "1 choices: give 2 to 256"),
        (["--choices", "D,D"], "'D' is there twice"),
        (["--choices", "D,E", "--temperature", "1"], "leave out --temperature"),
        (["--choices", "D,E", "--stream"], "leave out --stream"),
        (["--choices", "D,E", "--min-probability", "7"], "from 0 to 1"),
        (["--min-probability", "0.5"], "--min-probability is for --choices"),
    ):
        code, out, (line,) = run(capsys, *common, *words)
        assert (code, out) == (2, [])
        assert told in line
