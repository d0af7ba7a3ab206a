"""Ids of a SentencePiece vocabulary become text exactly as SentencePiece makes it.

The decoder of tokenizers gives up a whole run of byte pieces when one byte of it is out of place;
SentencePiece only that byte. Knows nothing of models.
"""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from transformers import PreTrainedTokenizerFast

SPACE = "\N{LOWER ONE EIGHTH BLOCK}"
"""What SentencePiece writes for a space."""
UNKNOWN = " \N{DOUBLE QUESTION MARK} "
"""What it shows for the unknown piece."""
MISPLACED = "\N{REPLACEMENT CHARACTER}"
"""What it shows for a byte that is no part of a character."""
BYTE = re.compile(r"<0x([0-9A-F]{2})>")


class PieceTokenizer(PreTrainedTokenizerFast):
    """A tokenizer of transformers whose `decode` is SentencePiece's."""

    def _decode(self, token_ids: Any, skip_special_tokens: bool = False, **_: Any) -> str:
        ids = [token_ids] if isinstance(token_ids, int) else [int(token) for token in token_ids]
        hidden = {self.bos_token, self.eos_token} if skip_special_tokens else set()
        pieces = [self._tokenizer.id_to_token(token) or "" for token in ids]
        return text_of(["" if piece in hidden else piece for piece in pieces], self.unk_token)


# Saved files name the stock class: whoever does not have this one can open them too.
PieceTokenizer.__name__ = PreTrainedTokenizerFast.__name__


def text_of(pieces: Sequence[str], unknown: str | None = None) -> str:
    """Pieces put together; the first space is the one that SentencePiece puts before every text.

    An empty piece, a hidden one, shows nothing but keeps the bytes before it from those behind it.
    """
    text, begun = "", False
    for are_bytes, run in groupby(pieces, key=lambda piece: BYTE.fullmatch(piece) is not None):
        if are_bytes:
            text += _characters(bytes(int(piece[3:5], 16) for piece in run))
            begun = True
            continue
        for piece in run:
            if piece == unknown:
                text += UNKNOWN
            else:
                text += (piece if begun else piece.removeprefix(SPACE)).replace(SPACE, " ")
            begun = begun or piece != ""
    return text


def _characters(raw: bytes) -> str:
    text = ""
    while True:
        try:
            return text + raw.decode()
        except UnicodeDecodeError as error:
            text += raw[: error.start].decode() + MISPLACED
            raw = raw[error.start + 1 :]
