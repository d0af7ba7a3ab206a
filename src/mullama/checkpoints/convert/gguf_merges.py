"""The vocabulary in a GGUF file, where it is a byte-level BPE, becomes a tokenizer of `tokenizers`.

GPT-2's kind (Radford et al. 2019): texts are cut into words by a pattern that `tokenizer.ggml.pre` names, and
the bytes of each word are merged pair by pair. Patterns are those of the tokenizer.json that the models came
with.
"""

from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE

from mullama.checkpoints.gguf_header import GgufHeader
from mullama.errors import CheckpointError

KEY = "tokenizer.ggml."
KIND = "gpt2"
"""GGUF's name for byte-level BPE."""
CONTROL, USER_DEFINED = 3, 4
"""Kinds of tokens that are no words."""
LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = {"bos": "bos_token", "eos": "eos_token", "unknown": "unk_token", "padding": "pad_token"}
"""GGUF's names of special tokens -> transformers'."""


def has_merges(header: GgufHeader) -> bool:
    """Whether a GGUF file holds a byte-level BPE."""
    return header.values.get(f"{KEY}model") == KIND


def gguf_merges(header: GgufHeader) -> tuple[Tokenizer, dict[str, str], bool]:
    """The tokenizer in a GGUF file, its special tokens, and whether a text begins with one of them.

    Raises CheckpointError.
    """
    path = header.path
    tokens, types = header.items(f"{KEY}tokens", str), header.items(f"{KEY}token_type", int)
    merges = [tuple(one.split(" ")) for one in header.items(f"{KEY}merges", str)]
    if len(tokens) != len(types) or len(set(tokens)) != len(tokens):
        raise CheckpointError(f"{path} has not one kind for each token, or a token twice")
    if any(len(pair) != 2 for pair in merges):
        raise CheckpointError(f"{path} holds a merge that is not of two")
    pre = header.values.get(f"{KEY}pre")
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(BPE(vocabulary, merges, ignore_merges=pre == "llama-bpe"))
    tokenizer.pre_tokenizer = _words(path, pre)
    tokenizer.decoder = decoders.ByteLevel()
    for kind, special in ((CONTROL, True), (USER_DEFINED, False)):
        added = [token for token, of in zip(tokens, types, strict=True) if of == kind]
        tokenizer.add_tokens([AddedToken(t, normalized=False, special=special) for t in added])
    named = _special(header, tokens)
    begins = header.values.get(f"{KEY}add_bos_token") is True and "bos_token" in named
    return tokenizer, named, begins


def _words(path: Path, pre: Any) -> Any:
    byte_level = pre_tokenizers.ByteLevel
    if pre == "smollm":
        digits = pre_tokenizers.Digits(individual_digits=True)
        return pre_tokenizers.Sequence([digits, byte_level(add_prefix_space=False)])
    if pre == "llama-bpe":
        words = pre_tokenizers.Split(Regex(LLAMA_3), "isolated")
        return pre_tokenizers.Sequence([words, byte_level(add_prefix_space=False, use_regex=False)])
    if pre in ("gpt-2", "default"):
        return byte_level(add_prefix_space=False)
    raise CheckpointError(
        f"{path} cuts texts into words as {pre!r:.40} does, which is not known: put the tokenizer.json of "
        "the transformers release beside it"
    )


def _special(header: GgufHeader, tokens: list[str]) -> dict[str, str]:
    found = {}
    for name, ours in SPECIAL.items():
        number = int(header.number(f"{KEY}{name}_token_id", -1))
        if not -1 <= number < len(tokens):
            raise CheckpointError(f"{header.path}: {name}_token_id {number} is no token")
        if number >= 0:
            found[ours] = tokens[number]
    filler = found.get("unk_token") or found.get("eos_token")
    return {**found, "pad_token": found.get("pad_token") or filler or tokens[0]}
