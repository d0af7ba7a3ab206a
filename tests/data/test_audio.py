"""Where clips lie, and what a table cannot make us open."""

import os
import zipfile
from pathlib import Path

import pytest

from mullama.data.audio import AudioResolver
from mullama.data.records import Clip
from mullama.errors import AudioError, UsageError


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A file of pairs with clips around it; `here/` is its folder."""
    for name in ("here/a.wav", "here/audios/b.wav", "else/a.wav", "else/deep/c.wav", "out.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path / "here" / "pairs.jsonl"


def find(name: str, table: Path, *audio: Path) -> Path | None:
    """The file that is found; None where it is absent or refused."""
    with AudioResolver(audio) as resolver:
        try:
            return resolver.find(Clip(audio=name), table)
        except AudioError:
            return None


def test_beside_the_table(table: Path) -> None:
    assert find("a.wav", table) == table.parent / "a.wav"
    assert find("b.wav", table) == table.parent / "audios" / "b.wav"
    assert find("audios/b.wav", table) == table.parent / "audios" / "b.wav"
    assert find("c.wav", table) is None
    assert find("audios", table) is None


def test_in_the_folder_that_was_named_then_beside(table: Path) -> None:
    audio = table.parents[1] / "else"
    assert find("a.wav", table, audio) == audio / "a.wav"
    assert find("deep/c.wav", table, audio) == audio / "deep" / "c.wav"
    assert find("b.wav", table, audio) == table.parent / "audios" / "b.wav"
    assert find("b.wav", table, audio, table.parent / "audios") is not None
    with pytest.raises(UsageError, match="no such folder"):
        AudioResolver([table.parent / "none"])


@pytest.mark.parametrize("name", ["../out.wav", "audios/../../out.wav", "..\\out.wav", "",
                                  "a\0.wav", "x" * 5000, "/" + "x" * 5000, "/", "C:/a.wav"])  # fmt: skip
def test_no_name_leads_astray(name: str, table: Path) -> None:
    for audio in ([], [table.parents[1] / "else"]):
        assert find(name, table, *audio) is None


@pytest.mark.parametrize("name", ["../else/b.wav", "..\\out.wav", "a\0.wav"])
def test_a_name_that_is_not_followed_is_told_from_one_that_is_not_there(
    name: str, table: Path
) -> None:
    with AudioResolver([table.parents[1] / "else"]) as resolver:
        with pytest.raises(AudioError, match=r"a name with `\.\.`.* is not followed"):
            resolver.find(Clip(audio=name), table)
        with pytest.raises(AudioError, match="no such file"):
            resolver.find(Clip(audio="nothing.wav"), table)


def test_an_absolute_name_counts_below_what_was_named(table: Path) -> None:
    """Fault 1: it counted anywhere. A set that names its clips where they lie says --audio."""
    outside = table.parents[1] / "out.wav"
    inside = table.parent / "audios" / "b.wav"
    with AudioResolver() as resolver, pytest.raises(AudioError, match="allow for that by --audio"):
        resolver.find(Clip(audio=str(outside)), table)
    assert find(str(outside), table, table.parents[1] / "else") is None
    assert find(str(inside), table) == inside
    for named in (outside.parent, Path("/")):
        assert find(str(outside), table, named) == outside
    assert find(str(outside.parent), table, outside.parent) is None


def test_a_name_from_the_working_folder_counts_there_too(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`musicqa write folder music` leaves names such as music/deep/c.wav."""
    (table.parents[1] / "work").mkdir()
    monkeypatch.chdir(table.parents[1])
    assert find("else/deep/c.wav", table) is None
    assert find("else/deep/c.wav", table, Path("else")) == Path("else/deep/c.wav")
    monkeypatch.chdir("work")
    assert find("../else/deep/c.wav", table) is None
    assert find("../else/deep/c.wav", table, Path("../else")) == Path("../else/deep/c.wav")
    assert find("../out.wav", table, Path("../else")) is None


def test_a_link_leads_no_further_than_a_name(table: Path) -> None:
    """Fault 1: through a link any file of the machine was taken."""
    outside = table.parents[1] / "out.wav"
    (table.parent / "link.wav").symlink_to(outside)
    (table.parent / "folder").symlink_to(outside.parent)
    (table.parent / "near.wav").symlink_to("a.wav")
    with AudioResolver() as resolver, pytest.raises(AudioError, match=r"link that leads to .*out"):
        resolver.find(Clip(audio="link.wav"), table)
    assert find("folder/out.wav", table) is None
    assert find(str(table.parent / "folder" / "out.wav"), table) is None
    assert find("near.wav", table) == table.parent / "near.wav"
    assert find("link.wav", table, outside.parent) == table.parent / "link.wav"


def test_a_folder_of_the_users_own_may_itself_be_a_link(table: Path) -> None:
    linked = table.parents[1] / "linked"
    linked.symlink_to(table.parents[1] / "else")
    assert find("deep/c.wav", table, linked) == linked / "deep" / "c.wav"


def test_pipes_and_devices_are_no_clips(table: Path) -> None:
    os.mkfifo(table.parent / "pipe.wav")
    assert find("pipe.wav", table) is None
    assert find("/dev/zero", table, Path("/")) is None


def test_what_lies_flat_is_found_by_the_last_part_of_its_name(table: Path) -> None:
    audio = table.parents[1] / "else"
    assert find("14/a.wav", table, audio) == audio / "a.wav"
    assert find("/gone/music/b.wav", table) == table.parent / "audios" / "b.wav"
    with AudioResolver() as resolver:
        resolver.find(Clip(audio="1/b.wav"), table)
        resolver.find(Clip(audio="1/b.wav"), table)
        with pytest.raises(
            AudioError, match=r"2/b\.wav: .* would be taken for it, as for 1/b\.wav"
        ):
            resolver.find(Clip(audio="2/b.wav"), table)
        resolver.find(Clip(audio="2/b.wav"), table.with_name("other.jsonl"))


def test_messages_are_one_line(table: Path) -> None:
    for name in ("a\nb.wav", "/\x1b[31m.wav", "x" * 5000):
        with AudioResolver() as resolver, pytest.raises(AudioError) as refused:
            resolver.find(Clip(audio=name), table)
        assert str(refused.value).isprintable()
        assert len(str(refused.value)) < 500


@pytest.fixture
def packed(table: Path) -> Path:
    """A zip file with `1.wav` and what leads astray."""
    path = table.parents[1] / "audios.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name in ("audios/1.wav", "flac/deep/2.wav", "../3.wav", "a.wav"):
            file.writestr(name, f"zip {name}")
    return path


def test_in_a_zip_file(table: Path, packed: Path) -> None:
    with AudioResolver([packed]) as audio:
        for name in ("1.wav", "audios/1.wav", "x/2.wav", "a.wav", "b.wav"):
            found = audio.find(Clip(audio=name), table)
            assert found.name == Path(name).name
            assert found.read_text().startswith("zip") == (name != "b.wav")
        with pytest.raises(
            AudioError, match=r"3\.wav: .* no such file beside it or in .*audios\.zip"
        ):
            audio.find(Clip(audio="3.wav"), table)
        with pytest.raises(AudioError, match="nothing can refer to it"):
            audio.lasting(audio.find(Clip(audio="1.wav"), table))
        assert audio.lasting(table) == table
    assert not found.parent.joinpath("1.wav").exists()


def test_what_was_unpacked_stays_where_that_was_asked_for(table: Path, packed: Path) -> None:
    place = table.parent / "unpacked"
    with AudioResolver([packed], unpack_to=place) as audio:
        found = audio.find(Clip(audio="1.wav"), table)
        assert found.is_relative_to(place)
        audio.release(found)
    state = found.stat()
    with AudioResolver([packed], unpack_to=place) as audio:
        assert audio.find(Clip(audio="1.wav"), table) == found
    assert found.stat() == state
    assert not list(place.rglob("*.part"))


def test_what_is_not_asked_for_any_more_is_removed(table: Path, packed: Path) -> None:
    with AudioResolver([packed]) as audio:
        found = audio.find(Clip(audio="1.wav"), table)
        audio.release(found)
        assert not found.exists()
        beside = audio.find(Clip(audio="b.wav"), table)
        audio.release(beside)
        assert beside.exists()


def test_sound_that_the_file_of_pairs_holds(table: Path) -> None:
    names = ["audios/1.wav", "../../evil.wav", "/etc/passwd", "x.raw", "..", None]
    with AudioResolver(unpack_to=table.parent / "unpacked") as audio:
        found = [audio.find(Clip(audio=n, sound=str(n).encode()), table) for n in names]
        assert audio.find(Clip(audio="other.wav", sound=b"audios/1.wav"), table) != found[0]
    assert [path.read_text() for path in found] == [str(name) for name in names]
    assert [path.name for path in found[:2]] == ["1.wav", "evil.wav"]
    assert all(len(path.name) == 64 for path in found[2:])  # what decides is its content
    assert all(path.is_relative_to(table.parent / "unpacked") for path in found)
