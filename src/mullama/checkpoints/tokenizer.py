"""The tokenizer files of a model's folder become a tokenizer, without a search through classes.

What could make it fetch, fill or multiply text is left out or refused; its ids stay below the number
of rows that the language model has. Knows nothing of prompts.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from mullama.checkpoints.json_file import INVALID, read_json, reason
from mullama.checkpoints.sentencepiece_text import PieceTokenizer
from mullama.errors import CheckpointError

SPECIAL = ("bos_token", "eos_token", "unk_token", "pad_token")
SWITCHES = (
    "split_special_tokens",
    "clean_up_tokenization_spaces",
    "add_bos_token",
    "add_eos_token",
)
MAX_GROWTH = 1000
"""How many times longer than itself the replacements of a tokenizer may make a text, all together."""


def load_tokenizer(folder: Path, rows: int | None = None) -> PreTrainedTokenizerFast:
    """The tokenizer of a model's folder, for a language model with as many `rows` of embeddings.

    Raises CheckpointError.
    """
    path = folder / "tokenizer.json"
    settings = _settings(folder / "tokenizer_config.json")
    model = _stored(path)["model"]
    pieces = isinstance(model, dict) and model.get("byte_fallback")
    kind = PieceTokenizer if pieces else PreTrainedTokenizerFast
    with tokenizer_errors(f"{path} is not a file of tokenizers"):
        tokenizer: PreTrainedTokenizerFast = kind(tokenizer_file=str(path), **settings)
        _take_texts_whole(tokenizer.backend_tokenizer)
        # What is put before and behind a text need not be in the vocabulary.
        highest = max(*tokenizer.get_vocab().values(), *tokenizer("a")["input_ids"], 0)
    if rows is not None and highest >= rows:
        raise CheckpointError(
            f"{path} has the id {highest}, but the language model has embeddings for {rows}: take the "
            "tokenizer that came with these weights"
        )
    return tokenizer


def open_tokenizer(path: Path) -> Tokenizer:
    """The bare tokenizer of a tokenizer.json. Raises CheckpointError."""
    _stored(path)
    with tokenizer_errors(f"{path} is not a file of tokenizers"):
        tokenizer = Tokenizer.from_file(str(path))
        _take_texts_whole(tokenizer)
    return tokenizer


@contextmanager
def tokenizer_errors(what: str) -> Iterator[None]:
    """Tell what tokenizers raises as a CheckpointError beginning with `what`."""
    try:
        yield
    except (*INVALID, OSError) as cause:
        raise CheckpointError(f"{what}: {reason(cause)}") from cause
    except BaseException as cause:
        # Its errors are bare Exceptions, its panics a BaseException that cannot be imported.
        if type(cause) is not Exception and type(cause).__name__ != "PanicException":
            raise
        raise CheckpointError(f"{what}: {reason(cause)}") from cause


def _stored(path: Path) -> dict[str, Any]:
    stored = read_json(path)
    if "model" not in stored:
        raise CheckpointError(f"{path} is not a file of tokenizers: it has no model")
    if max(_growth(stored.get(part)) for part in ("normalizer", "decoder")) > MAX_GROWTH:
        raise CheckpointError(f"{path} makes texts more than {MAX_GROWTH} times longer")
    return stored


def _take_texts_whole(tokenizer: Tokenizer) -> None:
    """Neither pad nor cut: a file may say to fill each text up to any length."""
    tokenizer.no_padding()
    tokenizer.no_truncation()


def _settings(path: Path) -> dict[str, Any]:
    """What the model's texts need; other settings may name files, classes and templates."""
    stored = read_json(path)
    found: dict[str, Any] = {}
    for name in SPECIAL:
        token = stored.get(name)
        text = token.get("content") if isinstance(token, dict) else token
        if text is not None and not isinstance(text, str):
            raise CheckpointError(f"{path}: {name} should be a text, not {type(text).__name__}")
        if text is not None:
            found[name] = text
    for name in SWITCHES:
        if isinstance(value := stored.get(name), bool):
            found[name] = value
        elif value is not None:
            raise CheckpointError(f"{path}: {name} should be true or false")
    side = stored.get("padding_side", "right")
    if side not in ("left", "right"):
        raise CheckpointError(f"{path}: padding_side should be left or right")
    return {**found, "padding_side": side}


def _growth(step: Any) -> float:
    """How many times longer a normalizer or decoder, as it is stored, can make a text."""
    if not isinstance(step, dict):
        return 1
    inner = step.get("normalizers") or step.get("decoders") or []
    growth = math.prod(map(_growth, inner)) if isinstance(inner, list) else 1
    content = step.get("content")
    return growth * max(1, len(content)) if isinstance(content, str) else growth
