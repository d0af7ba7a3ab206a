"""Tokens, as they come, -> the pieces of text that they make certain."""

from collections.abc import Callable, Sequence


class Pieces:
    """Together the pieces are the text of all tokens."""

    def __init__(self, text: Callable[[Sequence[int]], str]) -> None:
        """`text` is what tokens say, without the white space around it."""
        self._text = text
        self._ids: list[int] = []
        self._shown = ""

    def add(self, token_id: int) -> str:
        """What one token more makes certain: often nothing."""
        self._ids.append(token_id)
        certain = self._text(self._ids)
        # A character may still lack bytes, and white space may turn out to be the end.
        if certain.endswith("\N{REPLACEMENT CHARACTER}") or len(certain) <= len(self._shown):
            return ""
        return self._show(certain)

    def rest(self) -> str:
        """What remains once no more tokens come."""
        return self._show(self._text(self._ids))

    def _show(self, text: str) -> str:
        piece, self._shown = text[len(self._shown) :], text
        return piece
