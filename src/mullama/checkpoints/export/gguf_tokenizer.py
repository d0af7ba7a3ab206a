"""A model's tokenizer.json becomes the vocabulary of a GGUF file.

llama.cpp knows two kinds: `gpt2`, byte-level merges behind a named way of cutting text into words, and
`llama`, SentencePiece's pieces by their scores. What is neither is refused, since another cut gives
other tokens without a word. Keys: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import json
from dataclasses import dataclass
from typing import Any

from transformers import PreTrainedTokenizerFast

from mullama.checkpoints.sentencepiece_text import BYTE, SPACE
from mullama.errors import CheckpointError

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTES = 1, 2, 3, 4, 5, 6
"""Kinds of tokens in GGUF."""
CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
WORDS = r"[^\r\n\p{L}\p{N}]?\p{L}+"
REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CUTS = {
    f"{CONTRACTIONS}|{WORDS}|\\p{{N}}{{1,3}}|{REST}": "llama-bpe",
    f"{CONTRACTIONS}|{WORDS}|\\p{{N}}|{REST}": "qwen2",
}
"""Regular expressions that cut a text into words, by llama.cpp's name for each."""


@dataclass(frozen=True)
class GgufVocabulary:
    """What a GGUF file says of a tokenizer."""

    kind: str
    cut: str
    """How text is cut into words before merging; `default` where it is not."""
    tokens: list[str]
    types: list[int]
    scores: list[float] | None
    """Of pieces; the highest is merged first."""
    merges: list[str] | None
    special: dict[str, int]
    """`bos`, `eos`, `unk` and `pad`, as far as there are any."""
    begins: bool
    """Whether a text starts with the begin-of-text token."""
    space_first: bool
    """Whether a space is put before a text."""


def gguf_vocabulary(tokenizer: PreTrainedTokenizerFast, rows: int) -> GgufVocabulary:
    """The vocabulary for a language model with as many `rows` of embeddings. Raises CheckpointError."""
    stored = json.loads(tokenizer.backend_tokenizer.to_str())
    model = stored["model"]
    if model.get("type") != "BPE":
        raise CheckpointError(f"a tokenizer of {model.get('type')} cannot be written as GGUF")
    pieces = bool(model.get("byte_fallback"))
    tokens, types = _tokens(stored, rows, pieces)
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]]
    special = {
        name: int(tokenizer.vocab[token])
        for name in ("bos", "eos", "unk", "pad")
        if (token := getattr(tokenizer, f"{name}_token")) is not None
    }
    return GgufVocabulary(
        kind="llama" if pieces else "gpt2",
        cut="default" if pieces else _cut(stored.get("pre_tokenizer")),
        tokens=tokens,
        types=types,
        scores=_scores(tokens, merges) if pieces else None,
        merges=None if pieces else merges,
        special=special,
        begins=tokenizer("a")["input_ids"][0] == special.get("bos"),
        space_first=pieces and tokenizer.backend_tokenizer.encode("a").tokens[-1].startswith(SPACE),
    )


def _tokens(stored: dict[str, Any], rows: int, pieces: bool) -> tuple[list[str], list[int]]:
    """Every row's token and its kind; rows without a token are unused."""
    tokens = [f"[UNUSED{row}]" for row in range(rows)]
    types = [UNUSED] * rows
    for token, row in stored["model"]["vocab"].items():
        tokens[row] = token
        types[row] = BYTES if pieces and BYTE.fullmatch(token) else NORMAL
    unknown = stored["model"].get("unk_token")
    for added in stored["added_tokens"]:
        row, token = added["id"], added["content"]
        tokens[row] = token
        types[row] = CONTROL if added["special"] else USER_DEFINED
        if token == unknown:
            types[row] = UNKNOWN
    return tokens, types


def _scores(tokens: list[str], merges: list[str]) -> list[float]:
    """Pieces by the place of the first merge that makes them; those that no merge makes come last."""
    first: dict[str, int] = {}
    for place, pair in enumerate(merges):
        first.setdefault(pair.replace(" ", ""), place)
    return [-float(first.get(token, len(merges))) for token in tokens]


def _cut(stored: Any) -> str:
    """llama.cpp's name for a stored pre-tokenizer. Raises CheckpointError."""
    steps = stored.get("pretokenizers", [stored]) if isinstance(stored, dict) else []
    kinds = [step.get("type") for step in steps]
    regex = bool(steps) and steps[-1].get("use_regex", True)
    prefix = bool(steps) and steps[-1].get("add_prefix_space", True)
    if kinds == ["ByteLevel"] and regex and not prefix:
        return "gpt-2"
    if kinds == ["Digits", "ByteLevel"] and regex and not prefix and steps[0]["individual_digits"]:
        return "smollm"
    if kinds == ["Split", "ByteLevel"] and not regex and not prefix:
        pattern = steps[0].get("pattern", {}).get("Regex")
        if pattern in CUTS:
            return CUTS[pattern]
    raise CheckpointError(
        f"llama.cpp has no name for how this tokenizer cuts text ({', '.join(map(str, kinds))}): it cannot be "
        "written as GGUF"
    )
