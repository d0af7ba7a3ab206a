"""A small data set of real sounds, and recipes for the tiny model of tiny.py."""

import json
from pathlib import Path
from typing import Any

import soundfile
import yaml

from tiny import RATE, clip

WORDS = (
    "drums",
    "a flute",
    "two violins",
    "a slow waltz in D",
    "nothing but a very long organ chord",
)


def write_data(folder: Path, clips: int = 6) -> Path:
    """Clips as wav, questions about each and some about silence; the file of the pairs."""
    folder.mkdir(parents=True, exist_ok=True)
    pairs: list[dict[str, str]] = []
    for number in range(clips):
        name = f"{number:06d}.wav"
        soundfile.write(folder / name, clip(number, 0.6 + 0.1 * number), RATE)
        for turn in range(3):
            word = WORDS[(number + turn) % len(WORDS)]
            question = f"What is it{' then' * turn}?"
            pairs.append({"audio": name, "question": question, "answer": f"I hear {word}."})
    pairs += [{"question": f"Say {word}.", "answer": word} for word in WORDS]
    path = folder / "pairs.jsonl"
    path.write_text("".join(json.dumps(pair) + "\n" for pair in pairs), encoding="utf-8")
    return path


def write_recipe(path: Path, start: Path, **changes: Any) -> Path:
    """Finetuning of the tiny model on such data."""
    phase = {
        "name": "finetune",
        "objective": "pairs",
        "trains": ["finetune"],
        "epochs": 3,
        "batch": 6,
        "learning_rate": 3e-3,
        "warmup_epochs": 1,
        "max_length": 96,
        "micro_tokens": 200,
    }
    recipe = {
        "name": "tiny",
        "start": str(start),
        "log_steps": 1,
        "threads": 1,
        "checkpoint_seconds": 0,
        "phases": [{**phase, **changes.pop("phase", {})}],
        **changes,
    }
    path.write_text(yaml.safe_dump(recipe), encoding="utf-8")
    return path
