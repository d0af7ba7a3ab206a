"""The snippets of a document, as a reader would run them: one folder, from top to bottom."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import soundfile

from goldens import LLAMA, MERT, write_released
from mullama.cli import PARTLY, main
from paths import ROOT
from tiny import RATE, clip

BLOCK = re.compile(
    r"^```(python|sh)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE
)
"""A snippet, and what it prints where that stands right behind it."""
SHOWING = ("cat", "head", "ls", "grep")
"""Programs that show what there is; they are run as they stand."""
ELSEWHERE = ("make", "pip", "torchrun")
"""They install, or want a machine of their own."""
HOURS = "mullama train recipes/small.yaml"
"""It takes hours; its parts are tested in tests/training."""
FETCHED = re.compile("bertscore is left out: the model '[^']+' of BERTScore is missing")
"""Said of the one thing that has to be fetched, as a dry run says what is not there: with code 1."""
SHORTLY = ["--max-steps", "2", "--store", "store", "--set", "validation=0", "--device", "cpu"]


@dataclass(frozen=True)
class Snippet:
    """A block of a document."""

    language: str
    text: str
    output: str | None
    """What the document says that it prints; None where it says nothing of it."""

    @property
    def lines(self) -> list[str]:
        """Commands, each in one line, without comments."""
        joined = self.text.replace("\\\n", " ")
        return [line for line in joined.splitlines() if shlex.split(line, comments=True)]


def snippets(document: Path) -> list[Snippet]:
    """All of them, in their order."""
    return [Snippet(*found.groups()) for found in BLOCK.finditer(document.read_text())]


def set_desk() -> None:
    """Fill this folder as documents imagine it: songs, and checkpoints (tiny ones) in their places."""
    shutil.copy(ROOT / "examples" / "rock.mp3", "song.mp3")
    shutil.copy(ROOT / "examples" / "waltz.flac", "other.flac")
    shutil.copytree(LLAMA, "ckpts/LLaMA/7B")
    shutil.copytree(MERT, "ckpts/MERT-v1-330M")
    write_released(Path("ckpts/checkpoint.pth"))
    for name in ("examples", "recipes"):
        shutil.copytree(ROOT / name, name)
    write_musicqa(Path("MusicQA"))


def write_musicqa(folder: Path) -> None:
    """Two parts of a data set as published, a clip each."""
    (folder / "audios").mkdir(parents=True)
    for number, part in enumerate(("Pretrain", "Finetune")):
        name = f"{number:06d}.wav"
        soundfile.write(folder / "audios" / name, clip(number), RATE)
        turns = [{"from": "human", "value": "Describe"}, {"from": "gpt", "value": "A tune."}]
        item = {"audio_name": name, "conversation": turns}
        (folder / f"{part}MusicQA.json").write_text(json.dumps([item] * 9))


def add_music() -> None:
    """Music of one's own, as the pages on catalogues, tags and training imagine it."""
    for folder in ("music", "my-music"):
        Path(folder).mkdir()
        shutil.copy(ROOT / "examples" / "jig.flac", f"{folder}/song.flac")
        shutil.copy(ROOT / "examples" / "jazz.mp3", f"{folder}/song.mp3")
    row = {"audio": "song.mp3", "question": "Where would you play this?", "answer": "In a club."}
    Path("my-music/pairs.jsonl").write_text(json.dumps(row) + "\n")
    with zipfile.ZipFile("more.zip", "w") as archive:
        archive.write(ROOT / "examples" / "waltz.flac", "waltz.flac")
    with tarfile.open("set.tar", "w") as archive:
        archive.add(ROOT / "examples" / "rock.mp3", "000000000.mp3")


def add_evaluation() -> None:
    """MusicQA's evaluation part as published, of two clips, and the converted model that is asked."""
    items = []
    with zipfile.ZipFile("audios.zip", "w") as archive:
        for number, colour in enumerate(("red", "blue")):
            name = f"{number:07d}.wav"
            soundfile.write(name, clip(number), RATE)
            archive.write(name)
            Path(name).unlink()
            turns = [{"from": "human", "value": "Which colour is it?"}]
            turns.append({"from": "gpt", "value": f"It is {colour}."})
            items.append({"audio_name": name, "conversation": turns})
    Path("EvalMusicQA.json").write_text(json.dumps(items))
    parts = ("--llama", "ckpts/LLaMA/7B", "--adapter", "ckpts/checkpoint.pth")
    parts += ("--mert", "ckpts/MERT-v1-330M")
    assert main(["convert", *parts, "--out", "mu-llama-7b"]) == 0


def run(snippet: Snippet, capsys: pytest.CaptureFixture[str]) -> str:
    """What it prints on standard output; fails where a command does."""
    if snippet.language == "python":
        return started([sys.executable, "-c", snippet.text])
    return "".join(run_line(line, capsys) for line in snippet.lines)


def run_line(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What a line of a shell prints."""
    program, *words = shlex.split(line, comments=True)
    if program in SHOWING:
        return started(["sh", "-c", line])
    if program in ELSEWHERE or line.startswith(HOURS):
        return ""
    assert program == "mullama", f"nobody runs this: {line}"
    capsys.readouterr()
    code = main(adapted(words))
    out, err = capsys.readouterr()
    told = "--dry-run" in words or FETCHED.search(err)
    assert code == 0 or (code == PARTLY and told), (line, err)
    assert out.strip(), line
    return out


def adapted(words: list[str]) -> list[str]:
    """The same, made short where weights are tiny and random, or training would take long."""
    if words[0] == "ask" and "mu-llama-7b" in words:
        return [*words, "--max-new-tokens", "24"]
    if words[0] == "train":
        return [*words, *SHORTLY]
    if words[0] == "listen" and "--workers" in words:
        return [*words[: words.index("--workers")], "--store", "store"]
    return words


def started(command: list[str]) -> str:
    """What a process of its own prints."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
