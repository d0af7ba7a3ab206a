"""Real files of every kind are tagged and untagged; their sound, and what the user has put there, stays."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import soundfile

pytest.importorskip("mutagen", reason="needs the tags extra")
import mutagen
from mutagen import id3
from mutagen.flac import FLAC, Picture
from mutagen.mp4 import MP4

from catalogue.songs import CAPTION, FIELDS, UNSURE, FolderAudio, record
from mullama.catalogue.record import CaptionRecord, Field
from mullama.catalogue.tags import containers, replace_file
from mullama.catalogue.tags.containers import MODEL, OURS, opener
from mullama.catalogue.tags.tag_writer import TagWriter
from mullama.catalogue.tags.wanted import FIELDS as TAG_FIELDS
from mullama.catalogue.tags.wanted import short_key
from mullama.errors import AudioError
from mullama.jobs.digest import file_digest
from sound_files import tone, write_container

SOUNDFILES = {"wav": ("WAV", "PCM_16"), "flac": ("FLAC", "PCM_16"), "ogg": ("OGG", "VORBIS")}
KINDS = ("mp3", "m4a", "opus", *SOUNDFILES)
WANTED = {
    "tempo": "120",
    "key": "F#m",
    "mood": "calm, happy",
    "genre": "jazz",
    "comment": " ".join(CAPTION.split()),
}
NS = 1_234_567_890_123_456_000


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str], Path]:
    def make(kind: str) -> Path:
        path = tmp_path / f"song.{kind}"
        if kind in SOUNDFILES:
            container, coding = SOUNDFILES[kind]
            soundfile.write(path, tone(48_000), 48_000, format=container, subtype=coding)
        else:
            codec = {"mp3": "libmp3lame", "m4a": "aac", "opus": "libopus"}[kind]
            container = {"m4a": "ipod", "opus": "ogg"}.get(kind)
            write_container(path, codec, tone(48_000), 48_000, container=container)
        return path

    return make


def about(path: Path, **changes: object) -> CaptionRecord:
    return record(path.parent, path.name, **changes)


def tag(path: Path, one: CaptionRecord, **options: Any) -> TagWriter:
    failures: list[str] = []
    writer = TagWriter(on_failure=failures.append, **options)
    writer.write_all([one], FolderAudio(path.parent))
    assert not failures
    return writer


def tags_of(path: Path) -> dict[str, list[str]]:
    tags = opener(path)(path)
    return {name: tags.read(name) for name in TAG_FIELDS if tags.read(name)}


def everything(path: Path) -> Any:
    """All of a file's tags as mutagen prints them, with what `str` leaves out."""
    found = mutagen.File(path).tags
    return sorted(map(repr, found.items())) if found else []


@pytest.mark.parametrize("kind", KINDS)
def test_tags_come_and_go_and_the_sound_stays(kind: str, make: Callable[[str], Path]) -> None:
    path = make(kind)
    path.chmod(0o640)
    os.utime(path, ns=(NS, NS))
    before, sound, one = everything(path), replace_file.sound_digest(path), about(path)
    content = path.read_bytes()
    lines: list[str] = []
    dry = tag(path, one, show=lines.append)
    assert path.read_bytes() == content
    assert "nothing is written" in dry.report.line()
    assert [line.split("\t")[1:4] for line in lines][:2] == [
        ["tempo", "-", "120"],
        ["key", "-", "F#m"],
    ]
    told: list[tuple[str, str]] = []
    tag(path, one, apply=True, on_tagged=lambda *digests: told.append(digests))
    assert tags_of(path) == {name: [text] for name, text in WANTED.items()}
    assert opener(path)(path).read(MODEL) == ["small-0123"]
    assert told == [(one.digest, file_digest(path))]
    assert replace_file.sound_digest(path) == sound
    status = path.stat()
    assert (status.st_mtime_ns, status.st_mode & 0o777) == (NS, 0o640)
    again = tag(path, one, apply=True)
    assert (again.report.changed, again.report.unchanged) == (0, 1)
    new = tag(
        path, replace(one, digest=file_digest(path)), apply=True
    )  # as the next listing has it
    assert (new.report.changed, new.report.unchanged) == (0, 1)
    TagWriter(apply=True).undo_all([path])
    assert everything(path) == before
    assert replace_file.sound_digest(path) == sound
    assert path.stat().st_mtime_ns == NS
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_user_has_put_there_stays(kind: str, make: Callable[[str], Path]) -> None:
    path = make(kind)
    own = opener(path)(path)
    own.write("genre", "Rock")
    own.write("comment", "mine")
    own.save()
    before, one = everything(path), about(path)
    lines: list[str] = []
    tag(path, one, apply=True, show=lines.append)
    assert tags_of(path)["genre"] == ["Rock"]
    assert tags_of(path)["comment"] == ["mine"]
    assert tags_of(path)["tempo"] == ["120"]
    assert ["genre", "Rock", "jazz", "yours, kept"] in [line.split("\t")[1:] for line in lines]
    edited = opener(path)(path)
    edited.write("mood", "sad")  # which makes it the user's
    edited.save()
    changed = replace(one, fields={**FIELDS, "tempo": Field("90", 0.9, ""), "key": UNSURE["key"]})
    tag(path, changed, apply=True)
    assert tags_of(path) == {
        "tempo": ["90"],
        "mood": ["sad"],
        "genre": ["Rock"],
        "comment": ["mine"],
    }
    TagWriter(apply=True).undo_all([path])
    last = opener(path)(path)
    assert last.read("mood") == ["sad"]
    last.remove("mood")
    last.save()
    assert everything(path) == before


def test_mid3v2_shows_them(make: Callable[[str], Path]) -> None:
    path = make("mp3")
    tag(path, about(path), apply=True)
    shown = subprocess.run(
        [Path(sys.executable).with_name("mid3v2"), "-l", path],
        capture_output=True, text=True, check=True, encoding="utf-8",
    ).stdout  # fmt: skip
    for line in ("TBPM=120", "TKEY=F#m", "TMOO=calm, happy", "TCON=jazz", f"{MODEL}=small-0123"):
        assert line in shown
    assert f"COMM==eng={WANTED['comment']}" in shown


def test_old_id3_stays_what_it_is(make: Callable[[str], Path]) -> None:
    path = make("mp3")
    tags = id3.ID3()
    tags.add(id3.TYER(encoding=0, text="1999"))
    tags.add(id3.TIT2(encoding=1, text=["Lied", "Song"]))
    tags.add(id3.APIC(encoding=0, mime="image/png", type=3, desc="x", data=b"\x89PNG" * 50))
    tags.add(id3.COMM(encoding=0, lang="eng", desc="iTunNORM", text="0001"))
    tags.add(id3.PRIV(owner="me", data=b"\0\1"))
    tags.save(path, v2_version=3, v23_sep=None)
    v1 = b"TAG" + b"Other title".ljust(30, b"\0") + bytes(30 * 2 + 4 + 30) + b"\x11"
    path.write_bytes(path.read_bytes() + v1)

    def raw() -> tuple[Any, list[str]]:
        read = id3.ID3(path, translate=False, load_v1=False)
        return read.version, sorted(map(repr, read.items()))

    before = raw()
    assert before[0] == (2, 3, 0)
    tag(path, about(path), apply=True)
    assert path.read_bytes().endswith(v1)
    assert raw()[0] == (2, 3, 0)
    assert set(before[1]) <= set(raw()[1])
    assert tags_of(path)["comment"] == [WANTED["comment"]]
    assert tags_of(path)["genre"] == ["Rock"]  # number 17 of ID3v1, which players show
    TagWriter(apply=True).undo_all([path])
    assert raw() == before
    assert path.read_bytes().endswith(v1)


def test_pictures_and_own_atoms_stay(make: Callable[[str], Path]) -> None:
    flac, m4a = make("flac"), make("m4a")
    one = FLAC(flac)
    picture = Picture()
    picture.data, picture.mime = b"\xff\xd8" * 99, "image/jpeg"
    one.add_picture(picture)
    one["Artist"] = ["A", "B"]
    one.save()
    other = MP4(m4a)
    other["\xa9nam"] = ["Lied"]
    other["tmpo"] = [0]  # as iTunes has it where it knows none
    other["----:com.apple.iTunes:X"] = [b"\0\1"]
    other.save()
    for path in (flac, m4a):
        tag(path, about(path), apply=True)
        assert tags_of(path)["tempo"] == ["120"]
        TagWriter(apply=True).undo_all([path])
    assert FLAC(flac)["artist"] == ["A", "B"]
    assert FLAC(flac).pictures[0].data == picture.data
    assert MP4(m4a)["\xa9nam"] == ["Lied"]
    assert MP4(m4a)["----:com.apple.iTunes:X"] == [b"\0\1"]


def test_broken_foreign_and_read_only_files_are_told_and_passed_over(
    make: Callable[[str], Path], tmp_path: Path
) -> None:
    good, locked, other = make("flac"), make("mp3"), make("ogg")
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + b"\xff" * 500)
    foreign = tmp_path / "film.mkv"
    write_container(foreign, "ac3", tone(48_000), 48_000, container="matroska")
    locked.chmod(0o444)
    records = [about(path) for path in (broken, foreign, locked, other, good)]
    records.append(replace(records[-1], path="gone.mp3"))
    records.append(replace(records[-1], path="../../etc/hosts"))
    soundfile.write(other, tone(48_000, 1.5), 48_000, format="OGG", subtype="VORBIS")  # since heard
    before = {path: path.read_bytes() for path in (broken, foreign, locked, other)}
    failures: list[str] = []
    report = TagWriter(apply=True, on_failure=failures.append).write_all(
        records, FolderAudio(tmp_path)
    )
    assert (report.changed, report.failed, report.exit_code) == (1, 6, 1)
    assert all("\n" not in line for line in failures)
    for line, why in zip(
        failures,
        ("broken.mp3", "no tags that are", "read-only", "hear it again", "gone", "hosts"),
        strict=True,
    ):
        assert why in line
    assert {path: path.read_bytes() for path in before} == before
    assert not list(tmp_path.glob("*.part"))


def test_a_file_whose_sound_would_change_stays(
    make: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make("wav")
    content, one = path.read_bytes(), about(path)
    save = containers.Id3Tags.save

    def spoil(self: Any) -> None:
        save(self)
        with self._path.open("rb+") as file:
            file.seek(5_000)
            file.write(b"\x55" * 64)

    monkeypatch.setattr(containers.Id3Tags, "save", spoil)
    with pytest.raises(AudioError, match="sound would have changed"):
        TagWriter(apply=True).write(path, one)
    assert path.read_bytes() == content
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_file_that_changes_meanwhile_stays_as_it_is_then(
    make: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make("wav")
    one, save = about(path), containers.Id3Tags.save

    def meanwhile(self: Any) -> None:
        save(self)
        with path.open("ab") as file:
            file.write(b"x")

    monkeypatch.setattr(containers.Id3Tags, "save", meanwhile)
    with pytest.raises(AudioError, match="changed meanwhile"):
        TagWriter(apply=True).write(path, one)
    assert path.read_bytes().endswith(b"x")


def test_a_link_is_followed(make: Callable[[str], Path], tmp_path: Path) -> None:
    path = make("mp3")
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "song.mp3"
    link.symlink_to(path)
    tag(link, about(link), apply=True)
    assert link.is_symlink()
    assert tags_of(path)["tempo"] == ["120"]


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "{}", '{"sound": 1, "fields": {}}', "[" * 60_000, "1" * 70_000]
)
def test_a_false_memory_counts_for_nothing(text: str, make: Callable[[str], Path]) -> None:
    path = make("flac")
    own = opener(path)(path)
    own.write("genre", "Rock")
    own.write(OURS, text)
    own.save()
    tag(path, about(path), apply=True)
    assert tags_of(path)["genre"] == ["Rock"]


def test_what_is_not_sure_is_not_written(make: Callable[[str], Path]) -> None:
    path = make("mp3")
    tag(path, about(path, fields=UNSURE), apply=True)
    assert tags_of(path) == {"comment": [WANTED["comment"]]}


def test_keys_are_id3s() -> None:
    assert [short_key(key) for key in ("D major", "Bb minor", "C# major", "major", "H dur")] == [
        *("D", "Bbm", "C#", None, None),
    ]


def test_truncated_files_never_raise_anything_else(make: Callable[[str], Path]) -> None:
    for kind in KINDS:
        path = make(kind)
        tag(path, about(path), apply=True)
        content = path.read_bytes()
        for cut in (0, 4, 11, 40, 100, 333, len(content) // 2):
            path.write_bytes(content[:cut])
            report = TagWriter(apply=True).undo_all([path])
            assert report.failed + report.changed + report.unchanged == 1
        shutil.rmtree(path, ignore_errors=True)
