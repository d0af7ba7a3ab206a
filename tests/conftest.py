"""Fixtures: the tiny model of tiny.py, loaded and saved; and the table of equality."""

import shapes  # noqa: F401, I001  first, for it changes how modules are imported

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import settings
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from mullama.checkpoints.shipped import VARIABLE
from mullama.model import MuLlamaForConditionalGeneration
from mullama.processor import MuLlamaProcessor
from mullama.song import MuLlama
from paths import ROOT
from tiny import tiny_model

os.environ.pop(VARIABLE, None)
# The same examples each time, and no time limit of its own: tests run side by side on slow machines.
settings.register_profile(
    "mullama", derandomize=True, deadline=None, max_examples=60, database=None
)
settings.load_profile("mullama")
# What a shell runs in the background ignores Ctrl-C, and so would the processes that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
torch.set_num_threads(1)  # tiny products gain nothing from more, and tests run side by side


@pytest.fixture(autouse=True)
def _quiet_and_repeatable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    torch.manual_seed(0)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerFast:
    """Byte-level, so that any text goes in."""
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<unk>", "<s>", "</s>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    core.train_from_iterator(["Describe the audio", "What instruments play?"] * 4, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<unk>",
    )


@pytest.fixture
def model() -> MuLlamaForConditionalGeneration:
    return tiny_model()


@pytest.fixture
def mu(model: MuLlamaForConditionalGeneration, tokenizer: PreTrainedTokenizerFast) -> MuLlama:
    return MuLlama(model, tokenizer, name="tiny")


@pytest.fixture
def folder(
    model: MuLlamaForConditionalGeneration, tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> Path:
    """The tiny model as `save_pretrained` leaves it."""
    model.save_pretrained(tmp_path / "tiny")
    MuLlamaProcessor.of(model.config, tokenizer).save_pretrained(tmp_path / "tiny")
    return tmp_path / "tiny"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--equality", type=Path, help="write the table of docs/equality.md here")
    parser.addoption(
        "--write-outputs", action="store_true", help="write what snippets print into the pages"
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With `--equality FILE`: how near each parity test came to the published code's numbers."""
    target = session.config.getoption("--equality")
    if target is None:
        return
    from goldens import HELD_OUT

    rows = [
        f"| `{file}` | `{test}` | {max(shares):.1e} |"
        for (file, test), shares in sorted(HELD_OUT.items())
    ]
    head = (ROOT / "docs" / "equality.head.md").read_text()
    target.write_text(head + "\n".join(["| file | test | worst |", "|---|---|---|", *rows]) + "\n")
