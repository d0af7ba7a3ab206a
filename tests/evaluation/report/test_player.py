import base64
from pathlib import Path

from mullama.evaluation.items import Item
from mullama.evaluation.report.player import player


def item(file: Path | None, **more: object) -> Item:
    return Item("i", "q", audio="name.wav", file=file, **more)  # type: ignore[arg-type]


def test_audio_beside_the_page_is_a_quoted_relative_link(tmp_path: Path) -> None:
    file = tmp_path / 'odd "name" #1?.wav'
    file.write_bytes(b"sound")
    assert player(tmp_path / "page", item(file)).source == "../odd%20%22name%22%20%231%3F.wav"


def test_a_name_with_a_colon_is_no_scheme(tmp_path: Path) -> None:
    file = tmp_path / "javascript:alert(1).wav"
    file.write_bytes(b"sound")
    assert player(tmp_path, item(file)).source == "javascript%3Aalert%281%29.wav"


def test_an_excerpt_is_played_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(b"sound")
    assert player(tmp_path, item(file, excerpt=(1.5, 30.0))).source == "a.wav#t=1.5,30"


def test_small_audio_is_embedded_where_asked_and_nothing_else_is(tmp_path: Path) -> None:
    file, other = tmp_path / "a.wav", tmp_path / "passwd"
    file.write_bytes(b"sound")
    other.write_bytes(b"root")
    data = base64.b64encode(b"sound").decode()
    assert player(tmp_path, item(file), embed_bytes=5).source.endswith(f";base64,{data}")
    assert player(tmp_path, item(file), embed_bytes=4).source == "a.wav"
    assert player(tmp_path, item(other), embed_bytes=99).source == "passwd"


def test_what_is_not_at_hand_says_why(tmp_path: Path) -> None:
    assert player(tmp_path, item(tmp_path / "gone.wav")).missing == "name.wav is not at hand"
    assert player(tmp_path, item(None, missing="not in the zip")).missing == "not in the zip"
    assert player(tmp_path, Item("i", "q")).missing == "this question has no audio"
