"""A tokenizer.model of SentencePiece, or a tokenizer.json, becomes a model's tokenizer files.

The same ids as SentencePiece itself (Kudo and Richardson 2018, arXiv 1808.06226) for every text, a
leading space or the literal text "</s>" included, read afterwards without sentencepiece. Knows
nothing of prompts.
"""

import json
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, normalizers
from tokenizers.models import BPE
from tokenizers.processors import Sequence, TemplateProcessing

from mullama.checkpoints.convert.gguf_merges import gguf_merges, has_merges
from mullama.checkpoints.convert.gguf_pieces import gguf_pieces
from mullama.checkpoints.gguf_header import read_header
from mullama.checkpoints.json_file import read_json
from mullama.checkpoints.sentencepiece_text import SPACE
from mullama.checkpoints.tokenizer import SPECIAL, open_tokenizer, tokenizer_errors
from mullama.errors import CheckpointError

NORMAL, UNKNOWN, CONTROL, USER_DEFINED = 1, 2, 3, 4
"""Kinds of pieces in sentencepiece_model.proto."""
MAX_MODEL_BYTES, MAX_PIECE = 2**26, 1000
"""Bytes of a tokenizer.model, of which published ones have a tenth; characters of a piece (published: 16)."""
BYTE_PAIRS = 2
"""Byte-pair encoding among the model types of sentencepiece_model.proto."""


def write_tokenizer(
    folder: Path, out: Path, *, rows: int, exact: bool, begin: bool, chat: bool = False
) -> Path:
    """Write `folder`'s tokenizer into `out`; return the file that it was read from.

    `folder` may also be a GGUF file with its tokenizer inside. `rows` of embeddings must suffice
    for the vocabulary, and match it where `exact`. `begin` sees to it that every text starts with the
    begin-of-text token. `chat`: a text brings its own special tokens, spelt out, and none is added;
    otherwise no text can smuggle one in.
    """
    model, ready = folder / "tokenizer.model", folder / "tokenizer.json"
    if folder.is_file():
        with tokenizer_errors(_unsuitable(folder, "holds a tokenizer that cannot be used")):
            tokenizer, special = _from_gguf(folder)
        source = folder
    elif model.is_file() and _takes_sentencepiece(model, ready):
        with tokenizer_errors(_unsuitable(model, "cannot be used")):
            tokenizer, special = _from_sentencepiece(model, _stored_pieces(model))
        source = model
    else:
        tokenizer, special = _from_json(ready)
        source = ready
    if begin and special.get("bos_token"):
        _begin_with(tokenizer, special["bos_token"])
    if chat:
        tokenizer.post_processor = Sequence([])
    pieces = tokenizer.get_vocab_size(with_added_tokens=True)
    if pieces > rows or (exact and pieces != rows):
        raise CheckpointError(
            f"{source} has {pieces} pieces, but the language model has embeddings for {rows}: take "
            "the tokenizer that came with these weights"
        )
    # tokenizers' own `save` raises errors that have no class of their own.
    (out / "tokenizer.json").write_text(tokenizer.to_str(pretty=True), encoding="utf-8")
    settings: dict[str, Any] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "padding_side": "left",
        **special,
    }
    settings |= {"clean_up_tokenization_spaces": False, "split_special_tokens": not chat}
    text = json.dumps(settings, indent=2, ensure_ascii=False)
    (out / "tokenizer_config.json").write_text(text + "\n", encoding="utf-8")
    return source


def _from_gguf(path: Path) -> tuple[Tokenizer, dict[str, str]]:
    header = read_header(path)
    if not has_merges(header):
        return _from_sentencepiece(path, gguf_pieces(path))
    tokenizer, special, begins = gguf_merges(header)
    if begins:
        _begin_with(tokenizer, special["bos_token"])
    return tokenizer, special


def _takes_sentencepiece(model: Path, ready: Path) -> bool:
    """The original goes first, unless the tokenizer.json beside it has more pieces."""
    if not ready.is_file():
        return True
    try:
        pieces = len(_stored_pieces(model).pieces)
    except CheckpointError:
        return False
    return bool(open_tokenizer(ready).get_vocab_size(with_added_tokens=True) == pieces)


def _stored_pieces(path: Path) -> Any:
    """The ModelProto in a tokenizer.model, checked."""
    from google.protobuf.message import DecodeError
    from sentencepiece import sentencepiece_model_pb2 as protocol

    found = protocol.ModelProto()
    try:
        if path.stat().st_size <= MAX_MODEL_BYTES:
            found.ParseFromString(path.read_bytes())
    except (DecodeError, OSError) as cause:
        raise CheckpointError(_unsuitable(path, "is not a file of SentencePiece")) from cause
    _check_pieces(path, found)
    return found


def _check_pieces(path: Path, found: Any) -> None:
    if found.trainer_spec.model_type != BYTE_PAIRS or not found.pieces:
        raise CheckpointError(_unsuitable(path, "is not a byte-pair encoding"))
    if any(len(piece.piece) > MAX_PIECE for piece in found.pieces):
        raise CheckpointError(_unsuitable(path, f"has pieces of more than {MAX_PIECE} characters"))
    rules = found.normalizer_spec
    if rules.precompiled_charsmap or rules.remove_extra_whitespaces:
        raise CheckpointError(_unsuitable(path, "changes texts before it cuts them"))


def _unsuitable(path: Path, why: str) -> str:
    return f"{path} {why}: put the tokenizer.json of the transformers release beside it"


def _from_sentencepiece(path: Path, found: Any) -> tuple[Tokenizer, dict[str, str]]:
    """The tokenizer of a ModelProto that came from `path`."""
    _check_pieces(path, found)
    pieces = found.pieces
    vocabulary = {piece.piece: number for number, piece in enumerate(pieces)}
    specs = found.trainer_spec
    unknown, begin, end = (pieces[i].piece for i in (specs.unk_id, specs.bos_id, specs.eos_id))
    model = BPE(
        vocab=vocabulary,
        merges=_merges(found, vocabulary),
        unk_token=unknown,
        fuse_unk=True,
        byte_fallback=specs.byte_fallback,
    )
    tokenizer = Tokenizer(model)
    steps: list[Any] = [normalizers.Replace(" ", SPACE)]
    undo: list[Any] = [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
    if found.normalizer_spec.add_dummy_prefix:
        steps.insert(0, normalizers.Prepend(SPACE))
        undo.append(decoders.Strip(content=" ", left=1))
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.decoder = decoders.Sequence(undo)
    special = [p.piece for p in pieces if p.type in (UNKNOWN, CONTROL)]
    tokenizer.add_special_tokens([AddedToken(p, normalized=False, special=True) for p in special])
    defined = [p.piece for p in pieces if p.type == USER_DEFINED]
    tokenizer.add_tokens([AddedToken(p, normalized=False) for p in defined])
    _begin_with(tokenizer, begin)
    # Nothing is ever padded with a token that the model could be asked to read.
    names = {"bos_token": begin, "eos_token": end, "unk_token": unknown, "pad_token": unknown}
    return tokenizer, names


def _merges(found: Any, vocabulary: dict[str, int]) -> list[tuple[str, str]]:
    """Every way to put a piece together from two others, the best piece first."""
    normal = [(-p.score, n, p.piece) for n, p in enumerate(found.pieces) if p.type == NORMAL]
    return [
        (piece[:cut], piece[cut:])
        for _, _, piece in sorted(normal)
        for cut in range(1, len(piece))
        if piece[:cut] in vocabulary and piece[cut:] in vocabulary
    ]


def _begin_with(tokenizer: Tokenizer, begin: str) -> None:
    token = (begin, tokenizer.token_to_id(begin))
    tokenizer.post_processor = TemplateProcessing(
        single=f"{begin}:0 $A:0", pair=f"{begin}:0 $A:0 {begin}:1 $B:1", special_tokens=[token]
    )


def _from_json(path: Path) -> tuple[Tokenizer, dict[str, str]]:
    tokenizer = open_tokenizer(path)
    beside = path.with_name("tokenizer_config.json")
    stored = read_json(beside) if beside.is_file() else {}
    special = {}
    for name in SPECIAL:
        token = stored.get(name)
        text = token.get("content") if isinstance(token, dict) else token
        if isinstance(text, str) and tokenizer.token_to_id(text) is not None:
            special[name] = text
    filler = special.get("unk_token") or special.get("eos_token")
    if "pad_token" not in special and filler:
        special["pad_token"] = filler
    return tokenizer, special
