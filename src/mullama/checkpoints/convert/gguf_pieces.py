"""The vocabulary in a GGUF file, where it is SentencePiece's, becomes SentencePiece's own record of it."""

from pathlib import Path
from typing import Any

from mullama.checkpoints.gguf_header import read_header
from mullama.errors import CheckpointError

KEY = "tokenizer.ggml."
BYTE_PAIRS = 2
"""Byte-pair encoding among the model types of sentencepiece_model.proto."""
TYPES = range(1, 7)
"""Kinds of pieces: GGUF counts them as sentencepiece_model.proto does."""


def gguf_pieces(path: Path) -> Any:
    """A ModelProto with the pieces, scores and kinds of a GGUF file. Raises CheckpointError."""
    from sentencepiece import sentencepiece_model_pb2 as protocol

    header = read_header(path)
    kind = header.values.get(f"{KEY}model")
    if kind != "llama":
        raise CheckpointError(
            f"{path} holds a tokenizer of kind {kind!r:.40}: put the tokenizer.json of the transformers "
            "release beside it"
        )
    tokens = header.items(f"{KEY}tokens", str)
    scores, types = header.items(f"{KEY}scores", float), header.items(f"{KEY}token_type", int)
    if not len(tokens) == len(scores) == len(types) or not set(types) <= set(TYPES):
        raise CheckpointError(f"{path} has not one score and one kind for each token")
    found = protocol.ModelProto()
    for token, score, piece_type in zip(tokens, scores, types, strict=True):
        found.pieces.add(piece=token, score=score, type=piece_type)
    specs = found.trainer_spec
    specs.model_type = BYTE_PAIRS
    specs.byte_fallback = True
    for name, default in (("unknown", 0), ("bos", 1), ("eos", 2)):
        number = int(header.number(f"{KEY}{name}_token_id", default))
        if not 0 <= number < len(tokens):
            raise CheckpointError(f"{path}: {name}_token_id {number} is no token")
        setattr(specs, {"unknown": "unk_id"}.get(name, f"{name}_id"), number)
    found.normalizer_spec.add_dummy_prefix = bool(header.values.get(f"{KEY}add_space_prefix", True))
    found.normalizer_spec.remove_extra_whitespaces = False
    return found
