"""`mullama catalogue`, end to end with the small model."""

import io
import json
import os
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from mullama.catalogue.record import TOPICS, CaptionRecord, read_records
from mullama.cli import main
from mullama.engine import Engine
from mullama.jobs.digest import file_digest
from paths import ROOT


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """Two short pieces."""
    folder = tmp_path / "music"
    (folder / "inner").mkdir(parents=True)
    shutil.copy(ROOT / "examples" / "jig.flac", folder / "b.flac")
    shutil.copy(ROOT / "examples" / "waltz.flac", folder / "inner" / "a.flac")
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "captions"


def catalogue(*arguments: str | Path, code: int = 0) -> list[CaptionRecord]:
    """Run the command; what captions.jsonl then holds."""
    assert main(["catalogue", *map(str, arguments)]) == code
    written = Path(arguments[arguments.index("--out") + 1]) / "captions.jsonl"
    return list(read_records(written)) if written.exists() else []


def heard_now(capsys: pytest.CaptureFixture[str]) -> int:
    """How many songs the last run listened to."""
    return int(capsys.readouterr().err.split(" heard now")[0].rsplit(" ", 1)[1])


def test_records_hold_captions_facts_and_where_from(music: Path, out: Path) -> None:
    waltz, jig = catalogue(music, "--out", out, "--ask", "writer=Who composed it?")[::-1]
    assert (jig.path, waltz.path) == ("b.flac", "inner/a.flac")
    assert tuple(jig.fields) == (*TOPICS, "writer")
    assert "folk" in jig.caption
    assert (jig.metre, jig.keyscale) == ("6/8", "E major")
    assert waltz.fields["drums"].value == "no"
    assert jig.bpm == pytest.approx(117, abs=3)
    assert "acoustic guitar" in jig.instruments
    assert jig.fields["writer"].value is None  # "I cannot tell the composer from the music."
    assert 0.9 < jig.fields["writer"].probability <= 1
    assert not jig.fields["writer"].calibrated
    told = [name for name in TOPICS if jig.fields[name].value is not None]
    assert len(told) >= len(TOPICS) - 1  # whether somebody sings may be open
    assert all(jig.fields[name].calibrated for name in told)
    assert waltz.metre == "3/4"
    assert (jig.seconds, jig.seconds_heard) == (10.0, 10.0)
    assert jig.model.startswith("small sha256:")


def test_nothing_of_a_row_changes_from_run_to_run(music: Path, tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        catalogue(music, "--out", tmp_path / name, "--variants", "3", "--trigger", "vibe")
        files.append((tmp_path / name / "captions.jsonl").read_bytes())
    assert files[0] == files[1]
    assert str(tmp_path).encode() not in files[0]


def test_renamed_and_doubled_files_are_not_heard_again(
    music: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = catalogue(music, "--out", out)
    assert heard_now(capsys) == 2
    (music / "b.flac").rename(music / "z.flac")
    shutil.copy(music / "z.flac", music / "copy.flac")
    after = catalogue(music, "--out", out)
    assert heard_now(capsys) == 0
    assert [record.path for record in after] == ["copy.flac", "z.flac", "inner/a.flac"]
    assert after[0].fields == after[1].fields == before[0].fields


def test_a_changed_file_is_heard_anew_and_a_lost_one_has_no_row(
    music: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue(music, "--out", out)
    heard_now(capsys)
    shutil.copy(ROOT / "examples" / "rock.mp3", music / "b.flac")
    (music / "inner" / "a.flac").unlink()
    (record,) = catalogue(music, "--out", out)
    assert heard_now(capsys) == 1
    assert "rock" in record.caption


def test_what_is_no_music_is_told_and_the_rest_goes_on(
    music: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (music / "empty.mp3").touch()
    (music / "text.wav").write_text("no sound\n" * 100)
    (music / "broken.flac").write_bytes((music / "b.flac").read_bytes()[:300])
    (music / "gone.mp3").symlink_to(music / "nowhere.mp3")
    (music / "loop").symlink_to(music, target_is_directory=True)
    found = catalogue(music, "--out", out, code=1)
    assert [record.path for record in found] == ["b.flac", "inner/a.flac"]
    errors = [json.loads(line) for line in (out / "errors.jsonl").read_text().splitlines()]
    assert [error["path"] for error in errors] == [
        "broken.flac", "empty.mp3", "gone.mp3", "text.wav",
    ]  # fmt: skip
    assert all(error["cause"] and error["todo"] for error in errors)
    assert str(music) not in json.dumps(errors)
    told = capsys.readouterr().err
    assert "4 without" in told
    assert told.count("mullama: error: ") == 4
    assert all(told.count(f"mullama: error: {error['path']}: ") == 1 for error in errors)
    for name in ("empty.mp3", "text.wav", "broken.flac", "gone.mp3"):
        (music / name).unlink()
    catalogue(music, "--out", out)
    assert not (out / "errors.jsonl").exists()


def test_nothing_but_rubbish_is_refused_as_a_whole(tmp_path: Path, out: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(b"x" * 1000)
    assert catalogue(tmp_path / "a.mp3", "--out", out, code=2) == []
    (tmp_path / "nothing").mkdir()
    catalogue(tmp_path / "nothing", "--out", tmp_path / "other", code=2)
    catalogue(tmp_path / "not there", "--out", out, code=2)


def test_another_fingerprint_is_refused_in_one_line(
    music: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue(music, "--out", out)
    before = (out / "captions.jsonl").read_bytes()
    capsys.readouterr()
    catalogue(music, "--out", out, "--ask", "singer=Who sings?", code=2)
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "another questions" in error
    assert "take another --out" in error
    catalogue(music, "--out", out, "--trigger", "vibe", code=2)
    assert "another trigger" in capsys.readouterr().err
    assert (out / "captions.jsonl").read_bytes() == before
    found = catalogue(music, "--out", out, "--trigger", "vibe", "--reword")
    assert heard_now(capsys) == 0
    assert found[0].text.startswith("vibe, ")


def test_shards_join_to_the_rows_of_one_run(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(ROOT / "examples" / "rock.mp3", music)
    catalogue(music, "--out", tmp_path / "whole", "--songs", "1")
    for number in (1, 2):
        code = main(
            ["catalogue", str(music), "--out", str(tmp_path / "parts"), "--songs", "1",
             "--shard", f"{number}/2"]
        )  # fmt: skip
        assert code in (0, 2)
    capsys.readouterr()
    catalogue(music, "--out", tmp_path / "parts", "--songs", "1")
    assert heard_now(capsys) == 0
    names = [tmp_path / name / "captions.jsonl" for name in ("whole", "parts")]
    assert names[0].read_bytes() == names[1].read_bytes()


@pytest.mark.parametrize("kind", ["zip", "tar", "parquet"])
def test_files_of_many_give_what_their_members_give(kind: str, music: Path, tmp_path: Path) -> None:
    plain = {record.digest: record for record in catalogue(music, "--out", tmp_path / "plain")}
    path = tmp_path / f"set.{kind}"
    files = {"b.flac": music / "b.flac", "inner/a.flac": music / "inner" / "a.flac"}
    _pack(path, files)
    found = catalogue(path, "--out", tmp_path / kind)
    assert [record.path for record in found] == list(files)
    for record in found:
        assert record.fields == plain[record.digest].fields


def _pack(path: Path, files: dict[str, Path]) -> None:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, file in files.items():
                archive.write(file, name)
            archive.writestr("../outside.mp3", b"x")
            archive.writestr("notes.txt", b"x")
    elif path.suffix == ".tar":
        with tarfile.open(path, "w") as tar:
            for name, file in files.items():
                tar.add(file, name)
                info = tarfile.TarInfo(f"{name[:-5]}.json")
                tar.addfile(info, io.BytesIO())
            link = tarfile.TarInfo("link.mp3")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(link)
    else:
        arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        rows = [{"audio": {"bytes": f.read_bytes(), "path": n}} for n, f in files.items()]
        parquet.write_table(arrow.Table.from_pylist(rows), path)


@pytest.mark.parametrize("kind", ["txt", "m3u", "jsonl", "csv"])
def test_a_list_names_files_beside_it_or_below_what_is_named(
    kind: str, music: Path, out: Path, tmp_path: Path
) -> None:
    names = ["b.flac", "inner/a.flac", "lost.mp3", "../../etc/passwd"]
    path = music / f"list.{kind}"
    lines = [json.dumps({"path": name}) for name in names] if kind == "jsonl" else names
    if kind == "csv":
        lines = ["text,file_name", *(f'"a, b",{name}' for name in names)]
    path.write_text("\n".join(lines if kind == "csv" else ["", *lines]))
    found = catalogue(path, "--out", out, code=1)
    assert [record.path for record in found] == names[:2]
    elsewhere = tmp_path / "elsewhere" / f"list.{kind}"
    elsewhere.parent.mkdir()
    elsewhere.write_text("\n".join(lines[: 3 if kind == "csv" else 2]))
    catalogue(elsewhere, "--out", tmp_path / "refused", code=2)
    catalogue(elsewhere, "--out", tmp_path / "named", "--audio", music)


@pytest.mark.slow
def test_processes_give_the_rows_of_one(music: Path, tmp_path: Path) -> None:
    names = []
    for engine in ("here", "threads", "processes"):
        out = tmp_path / engine
        catalogue(music, "--out", out, "--engine", engine, "--workers", "2", "--songs", "1")
        names.append((out / "captions.jsonl").read_bytes())
    assert names[0] == names[1] == names[2]


def test_hostile_files_are_heard_or_told_and_end_nothing(tmp_path: Path, out: Path) -> None:
    folder = Path(os.environ.get("MULLAMA_DATA", "no data")) / "hostile"
    if not folder.is_dir():
        pytest.skip("MULLAMA_DATA names no folder with hostile files")
    music = tmp_path / "hostile"
    music.mkdir()
    for path in folder.glob("*.ogg"):  # the beginnings, which are cut
        (music / path.name).write_bytes(path.read_bytes()[:300_000])
    shutil.copy(ROOT / "examples" / "jig.flac", music / "-rf\n\x1b[2J\udcff.flac")
    found = catalogue(music, "--out", out)
    assert len(found) == 3
    assert any("\x1b" in record.path for record in found)


def test_archives_that_are_none_or_bombs_cost_their_members(tmp_path: Path, out: Path) -> None:
    music = tmp_path / "music"
    music.mkdir()
    (music / "broken.tar").write_bytes(b"no tar" * 1000)
    with tarfile.open(music / "cut.tar", "w") as tar:
        tar.add(ROOT / "examples" / "jig.flac", "a.flac")
        tar.add(ROOT / "examples" / "waltz.flac", "b.flac")
    data = (music / "cut.tar").read_bytes()
    (music / "cut.tar").write_bytes(data[: -len(data) // 3])
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.wav", b"\0" * (64 << 20))
        archive.write(ROOT / "examples" / "jig.flac", "good.flac")
    found = catalogue(music, tmp_path / "bomb.zip", "--out", out, code=1)
    assert [record.path for record in found] == ["music/cut.tar/a.flac", "bomb.zip/good.flac"]
    errors = [json.loads(line)["path"] for line in (out / "errors.jsonl").read_text().splitlines()]
    assert "bomb.zip/bomb.wav" in errors
    assert "music/broken.tar" in errors


@pytest.mark.parametrize("name", ["x.wav", "x.tar", "x.parquet"])
def test_what_never_ends_is_told_and_not_waited_for(
    name: str, music: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(music / name)
    assert len(catalogue(music, "--out", out, code=1)) == 2
    assert f"{name}: is not a regular file" in capsys.readouterr().err


def test_captions_may_lie_above_the_music_but_not_among_it(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue(music, "--out", music, code=2)
    assert "is where the music lies: choose another --out" in capsys.readouterr().err
    assert not (music / "captions.jsonl").exists()
    assert len(catalogue(music, "--out", music.parent)) == 2


def test_a_limit_takes_the_first_and_the_rest_comes_later(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the rows that a run without a limit gives them."""
    shutil.copy(ROOT / "examples" / "rock.mp3", music / "a.mp3")
    whole = catalogue(music, "--out", tmp_path / "whole", "--songs", "2")
    assert catalogue(music, "--out", tmp_path / "out", "--songs", "2", "--limit", "1") == whole[:1]
    assert heard_now(capsys) in (1, 3)
    capsys.readouterr()
    assert catalogue(music, "--out", tmp_path / "out", "--songs", "2") == whole
    assert heard_now(capsys) == 2


def test_compressed_tars_are_told_with_what_to_do(music: Path, out: Path) -> None:
    with tarfile.open(music / "set.tar.gz", "w:gz") as tar:
        tar.add(music / "b.flac", "a.flac")
    (music / "notes.json.gz").write_bytes(b"x")
    assert len(catalogue(music, "--out", out, code=1)) == 2
    (error,) = [json.loads(line) for line in (out / "errors.jsonl").read_text().splitlines()]
    assert error["path"] == "set.tar.gz"
    assert "gunzip" in error["todo"]


def test_a_file_that_changes_while_it_is_heard_has_no_row(
    music: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its digest and the end of listening: at both places, and in a run afterwards it is itself."""
    listen = Engine.song

    def changed_before(engine: Engine, audio: str) -> Any:
        if Path(audio).name == "b.flac":
            shutil.copy(ROOT / "examples" / "rock.mp3", audio)
        return listen(engine, audio)

    def changed_after(engine: Engine, audio: str) -> Any:
        song = listen(engine, audio)
        if Path(audio).name == "b.flac":
            shutil.copy(ROOT / "examples" / "jig.flac", audio)
        return song

    for change in (changed_before, changed_after):
        with monkeypatch.context() as patch:
            patch.setattr(Engine, "song", change)
            found = catalogue(music, "--out", out, code=1)
        assert [record.path for record in found] == ["inner/a.flac"]
        assert "run again" in (out / "errors.jsonl").read_text()
    found = catalogue(music, "--out", out)
    assert found[0].digest == file_digest(music / "b.flac")
    assert "folk" in found[0].caption


@pytest.mark.parametrize("kind", ["parquet", "audiofolder"])
def test_what_the_datasets_package_writes_and_reads(kind: str, music: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    files = [music / "b.flac", music / "inner" / "a.flac"]
    given = tmp_path / "set"
    if kind == "parquet":
        rows = datasets.Dataset.from_dict({"audio": [str(path) for path in files], "n": [1, 2]})
        (given / "data").mkdir(parents=True)
        rows = rows.cast_column("audio", datasets.Audio(decode=False))
        embedded = rows.map(
            lambda row: {"audio": {"bytes": Path(row["audio"]["path"]).read_bytes(), "path": None}},
            features=rows.features,
        )
        embedded.to_parquet(given / "data" / "train-00000-of-00001.parquet")
    else:
        (given / "train").mkdir(parents=True)
        for path in files:
            shutil.copy(path, given / "train")
        (given / "train" / "metadata.jsonl").write_text('{"file_name": "a.flac", "text": "x"}\n')
    found = catalogue(given, "--out", tmp_path / "out")
    assert {record.digest for record in found} == {file_digest(path) for path in files}
    if kind == "audiofolder":
        named = catalogue(given / "train" / "metadata.jsonl", "--out", tmp_path / "named")
        assert [record.path for record in named] == ["a.flac"]
