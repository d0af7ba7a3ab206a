"""What earlier versions wrote: their own code, from this repository's history, writes it again.

    python tests/upgrading/write_files.py 0.1.0    # into tests/upgrading/0.1.0

checks out the version's commit beside the repository, and runs that commit's `mullama` on a tiny random
model and a clip of tests/golden. The present environment serves both versions: they ran with transformers 5.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
CLIP = HERE.parent / "golden" / "audio" / "clip_3s.flac"
COMMITS = {
    "0.1.0": "236761d456f09254d281eea2f950052066531c39",
    "0.2.0": "d35573bbc6d848750dd4b9d0b971125e81e1792e",
}
"""Where the changelog dates the version."""
QUESTIONS = ("Describe the audio", "What instruments play?")
PAIRS = (
    '{"audio": "clip.flac", "question": "Give it a title.", "answer": "Last Train Uptown"}\n'
    '{"audio": "clip.flac", "question": "Who would dance to it?", "answer": "Nobody."}\n'
)
METADATA = '{"file_name": "clip.flac", "caption": "A slow piece for piano and drums in A minor."}\n'
MODEL = """
import sys

import conftest
from tiny import tiny_config, tiny_model

audio = tiny_config().audio_config.to_dict() | {
    "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16,
    "conv_dim": [8] * 7, "num_conv_pos_embeddings": 4, "num_conv_pos_embedding_groups": 2,
}
text = tiny_config().text_config.to_dict() | {
    "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
    "num_key_value_heads": 1, "head_dim": 8,
}
model = tiny_model(audio_config=audio, text_config=text, adapted_layers=2, lora_rank=2)
tokenizer = conftest.tokenizer._get_wrapped_function()()
from mullama.processor import MuLlamaProcessor

model.save_pretrained("model")
MuLlamaProcessor.of(model.config, tokenizer).save_pretrained("model")
"""
STEPS = {"0.1.0": [], "0.2.0": [
    "listen pairs.jsonl --model model --store store",
    "train own.yaml --data pairs.jsonl --out run --store store --set start=model --set phases.own.steps=4"
    " --set phases.own.batch=2 --set validation=0 --max-steps 2 --device cpu",
    "musicqa write folder music --writer template --out written.jsonl",
    "musicqa build --pretrain written.jsonl --audio music --out set",
]}  # fmt: skip
"""The version's own commands, in their order."""
VERBS = {
    "0.1.0": ("ask", "caption", "convert", "info", "train"),
    "0.2.0": ("ask", "caption", "convert", "info", "listen", "train", "musicqa build",
              "musicqa read", "musicqa write"),
}  # fmt: skip
"""What has a help of its own."""
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")


def write_files(version: str) -> Path:
    """Write the version's files anew; returns their folder."""
    work = Path(tempfile.gettempdir()) / f"mullama-{version}"
    shutil.rmtree(work, ignore_errors=True)
    with tempfile.TemporaryDirectory() as there:
        archive = subprocess.run(
            ["git", "archive", COMMITS[version], "src", "tests", "recipes"],
            cwd=HERE.parents[1], check=True, stdout=subprocess.PIPE,
        ).stdout  # fmt: skip
        subprocess.run(["tar", "-x", "-C", there], input=archive, check=True)
        _prepare(work, Path(there))
        paths = [f"{there}/src", f"{there}/tests"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "HF_HUB_OFFLINE": "1"}
        _python(["-c", MODEL], work, environment)
        for step in STEPS[version]:
            _python(["-m", "mullama", *step.split()], work, environment)
        _python(["-m", "mullama", *_ask()], work, environment, out=work / "answers.jsonl")
        _write_options(VERBS[version], work, environment)
    shutil.rmtree(HERE / version, ignore_errors=True)
    shutil.rmtree(work / "music")
    (work / "clip.flac").unlink()
    shutil.copytree(work, HERE / version)
    shutil.rmtree(work)
    return HERE / version


def _prepare(work: Path, there: Path) -> None:
    """A folder with a clip, pairs about it, and a collection of one described piece."""
    (work / "music").mkdir(parents=True)
    shutil.copy(CLIP, work / "clip.flac")
    shutil.copy(CLIP, work / "music" / "clip.flac")
    (work / "music" / "metadata.jsonl").write_text(METADATA)
    (work / "pairs.jsonl").write_text(PAIRS)
    if (there / "recipes" / "own.yaml").exists():
        shutil.copy(there / "recipes" / "own.yaml", work)


def _write_options(verbs: Sequence[str], work: Path, environment: dict[str, str]) -> None:
    """Verb -> the names of its options, as its help has them."""
    help_of = {
        verb: _python(["-m", "mullama", *verb.split(), "--help"], work, environment).decode()
        for verb in verbs
    }
    flags = {verb: sorted(set(FLAG.findall(text))) for verb, text in help_of.items()}
    (work / "options.json").write_text(json.dumps(flags, indent=1) + "\n")


def _ask() -> list[str]:
    words = ["ask", "clip.flac", "--model", "model", "--json"]
    return words + [word for question in QUESTIONS for word in ("--question", question)]


def _python(
    words: list[str], work: Path, environment: dict[str, str], out: Path | None = None
) -> bytes:
    done = subprocess.run(
        [sys.executable, *words], cwd=work, env=environment, check=True, stdout=subprocess.PIPE
    )
    if out is not None:
        out.write_bytes(done.stdout)
    return done.stdout


if __name__ == "__main__":
    print(write_files(sys.argv[1]))
