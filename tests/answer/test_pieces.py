"""Pieces together are the whole text, and none holds half a character or white space that may be the end."""

from collections.abc import Sequence

from mullama.answer.pieces import Pieces


def text(token_ids: Sequence[int]) -> str:
    """Each token is a byte; as tokenizers have it, broken characters are replaced, and ends are stripped."""
    return bytes(token_ids).decode(errors="replace").strip()


def pieces_of(said: str) -> list[str]:
    pieces = Pieces(text)
    return [*(pieces.add(byte) for byte in said.encode()), pieces.rest()]


def test_together_they_are_the_text() -> None:
    for said in ("A waltz.", "Ein Stück für Flöte, 日本の音楽 🎻.", "", "x"):
        assert "".join(pieces_of(said)) == said


def test_half_a_character_is_not_shown() -> None:
    assert pieces_of("aü!") == ["a", "", "ü", "!", ""]


def test_white_space_waits_for_what_follows() -> None:
    assert pieces_of("a b ") == ["a", "", " b", "", ""]


def test_what_stays_broken_is_shown_at_the_end() -> None:
    pieces = Pieces(text)
    assert [pieces.add(byte) for byte in b"a\xc3"] == ["a", ""]
    assert pieces.rest() == "\N{REPLACEMENT CHARACTER}"
