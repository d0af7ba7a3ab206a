"""Texts to score, a tiny dictionary and a tiny BERT; the real references where MULLAMA_DATA has them."""

import json
import os
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizer

REAL = Path(os.environ.get("MULLAMA_DATA", "")) / "EvalMusicQA.json"

REFERENCES = (
    "The piece is a slow piano ballad with soft strings.",
    "A fast rock song with drums, electric guitar and bass.",
    "The key is A minor and the tempo is about 120 BPM.",
    "An ambient track.",
)
CANDIDATES = (
    "A slow ballad for piano and strings.",
    "The song is fast rock; drums and guitars are loud.",
    "",
    "An ambient track.",
)


@pytest.fixture
def texts() -> tuple[list[str], list[str]]:
    """Four references and as many candidates: near, near, empty, equal."""
    return list(REFERENCES), list(CANDIDATES)


@pytest.fixture(scope="session")
def real_references() -> list[str]:
    """The 5,040 answers of the published evaluation set, in its order."""
    if not REAL.is_file():
        pytest.skip("MULLAMA_DATA has no EvalMusicQA.json")
    rows = json.loads(REAL.read_text(encoding="utf-8"))
    return [row["conversation"][1]["value"] for row in rows]


SYNSETS = (  # part of speech, words
    ("noun", ("car", "auto", "motor_car")),
    ("noun", ("machine",)),
    ("noun", ("child", "kid")),
    ("verb", ("play", "perform")),
    ("adj", ("quick", "fast", "galore(ip)")),
    ("adv", ("quickly",)),
)
LETTERS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}


@pytest.fixture
def dictionary(tmp_path: Path) -> Path:
    """A folder of six synsets in the files of WordNet's database."""
    folder = tmp_path / "dict"
    folder.mkdir()
    for part, letter in LETTERS.items():
        data = "  1 WordNet 3.9 Copyright nobody\n"
        lines: dict[str, list[int]] = {}
        for owner, words in SYNSETS:
            if owner != part:
                continue
            offset = len(data)
            listed = " ".join(f"{word} 0" for word in words)
            data += f"{offset:08d} 00 {letter} {len(words):02x} {listed} 000 | gloss  \n"
            for word in words:
                lines.setdefault(word.partition("(")[0].lower(), []).append(offset)
        index = [
            f"{word} {letter} {len(at)} 1 @ {len(at)} 0 {' '.join(f'{o:08d}' for o in at)}  "
            for word, at in sorted(lines.items())
        ]
        (folder / f"data.{part}").write_text(data)
        (folder / f"index.{part}").write_text("  1 licence\n" + "\n".join(index) + "\n")
        (folder / f"{part}.exc").write_text("children child\n" if part == "noun" else "")
    return folder


@pytest.fixture(scope="session")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of four layers with the words of the texts above."""
    folder = tmp_path_factory.mktemp("bert")
    words = {w for text in (*REFERENCES, *CANDIDATES) for w in text.lower().split()}
    pieces = sorted({w.strip(".,;") for w in words} | {".", ",", ";"})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *pieces]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    BertTokenizer(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture
def no_wordnet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on a machine without any dictionary."""
    from mullama.evaluation.metrics import wordnet

    monkeypatch.setattr(wordnet, "DEBIAN", tmp_path / "none")
    monkeypatch.setattr(wordnet, "_nltk_folders", list)
    monkeypatch.delenv("WNSEARCHDIR", raising=False)
