"""From any kind to any other, with audio from a zip file, a folder or a parquet file."""

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from clips import make_clip, write_lines, write_wav
from mullama.data.files import read_pairs
from mullama.data.formats.published import PARTS, write_published
from mullama.data.records import Pair
from mullama.errors import UsageError
from mullama.musicqa.build.build import build
from mullama.musicqa.build.plan import Build
from mullama.musicqa.read import Reading, read

pytestmark = pytest.mark.usefixtures("_no_histogram")
REAL = Path(os.environ.get("MULLAMA_DATA", "")) / PARTS["eval"]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A set of two clips."""
    sounds = [write_wav(tmp_path / f"{n}.wav", hz=99 + n) for n in range(2)]
    clips = [make_clip(f"c{n}", sound) for n, sound in enumerate(sounds)]
    build(Build({"eval": (write_lines(tmp_path / "w.jsonl", clips),)}, tmp_path / "set"))
    return tmp_path / "set"


def test_the_published_layout_with_its_zip_file(built: Path, tmp_path: Path) -> None:
    """Read without unpacking more than is named; the set is the one that was packed."""
    with zipfile.ZipFile(tmp_path / "audios.zip", "w") as file:
        for path in (built / "audios").iterdir():
            file.write(path, f"audios/{path.name}")
        file.writestr("audios/other.wav", b"not asked for")
        file.writestr("../evil.wav", b"not wanted")
    job = Reading((built / PARTS["eval"],), tmp_path / "ours", audio=tmp_path / "audios.zip")
    done = read(job)
    assert (done.clips, done.pairs) == (2, 18)
    pairs = read_pairs(job.out / "EvalMusicQA.jsonl")
    assert [pair.audio for pair in pairs[::9]] == ["audios/000000.wav", "audios/000001.wav"]
    for name in ("000000.wav", "000001.wav"):
        assert (job.out / "audios" / name).read_bytes() == (built / "audios" / name).read_bytes()
    assert sorted(path.name for path in (job.out / "audios").iterdir()) == [
        "000000.wav",
        "000001.wav",
    ]
    assert not (tmp_path / "evil.wav").exists()


def test_through_parquet_and_back(built: Path, tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    assert read(Reading((built,), tmp_path / "a.parquet")).clips == 2
    shutil.move(built, tmp_path / "away")
    read(Reading((tmp_path / "a.parquet",), tmp_path / "back"))
    assert read_pairs(tmp_path / "back" / "a.jsonl") == read_pairs(tmp_path / "away" / "eval.jsonl")
    for path in (tmp_path / "away" / "audios").iterdir():
        assert (tmp_path / "back" / "audios" / path.name).read_bytes() == path.read_bytes()


def test_text_alone_needs_no_audio(built: Path, tmp_path: Path) -> None:
    shutil.rmtree(built / "audios")
    for form in ("json", "jsonl", "csv"):
        assert read(Reading((built,), tmp_path / f"a.{form}")).pairs == 18
    assert (tmp_path / "a.jsonl").read_bytes() == (built / "eval.jsonl").read_bytes()
    published = read_pairs(tmp_path / "a.json")
    assert [pair.answer for pair in published] == [
        pair.answer for pair in read_pairs(built / "eval.jsonl")
    ]


def test_absent_audio_is_counted_or_kept(built: Path, tmp_path: Path) -> None:
    (built / "audios" / "000000.wav").unlink()
    done = read(Reading((built,), tmp_path / "one"))
    assert (done.clips, done.tally.left_out) == (1, {"without audio": 1})
    done = read(Reading((built,), tmp_path / "two", include_missing_audio=True))
    assert (done.clips, done.pairs) == (2, 18)


def test_a_folder_gets_the_cleaned_set_beside_the_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    items = [("1.wav", "Who is the artist?", "A band."), ("1.wav", "Describe it.", "Rock.")]
    write_published(file, [*items, ("1.wav", "What tags are given?", "The tags are rock.")])
    job = Reading((file,), tmp_path / "ours", cleaned=True, include_missing_audio=True)
    done = read(job)
    assert len(read_pairs(job.out / "a.jsonl")) == done.pairs == 3
    assert read_pairs(job.out / "a.cleaned.jsonl") == [Pair("Describe it.", "Rock.", "1.wav")]
    assert done.unwanted.total() == 2
    done = read(Reading((file,), tmp_path / "b.jsonl", cleaned=True))
    assert (done.pairs, done.unwanted.total()) == (1, 2)


def test_failed_interviews_are_counted(tmp_path: Path) -> None:
    clips = [make_clip("f", failed="no answer"), make_clip("a"), make_clip("b")]
    done = read(Reading((write_lines(tmp_path / "w.jsonl", clips),), tmp_path / "a.jsonl"))
    assert done.clips == 2
    assert done.tally.left_out == {"with a failed interview": 1}


def test_instructions_without_audio(tmp_path: Path) -> None:
    (tmp_path / "alpaca.json").write_text('[{"instruction": "Hi.", "input": "", "output": "Ho."}]')
    done = read(Reading((tmp_path / "alpaca.json",), tmp_path / "ours"))
    assert done.pairs == 1
    expected = [Pair("Hi.", "Ho.", source="alpaca")]
    assert read_pairs(tmp_path / "ours" / "alpaca.jsonl") == expected


def test_names_from_outside_stay_below_the_folder(tmp_path: Path) -> None:
    """Audio comes along under whatever name; it is put below `audios/`, or nowhere."""
    pytest.importorskip("datasets")
    from mullama.data.formats.parquet import write_parquet
    from mullama.data.records import Clip

    names = ["../../evil.wav", "/etc/evil2.wav", "deep/1.wav", "audios"]
    clips = [Clip(audio=name, pairs=(("Q", "A"),), sound=name.encode()) for name in names]
    write_parquet(tmp_path / "a.parquet", clips)
    read(Reading((tmp_path / "a.parquet",), tmp_path / "x" / "ours"))
    written = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    below = Path("x/ours/audios")
    assert written == {
        Path("a.parquet"),
        Path("x/ours/a.jsonl"),
        below / "evil.wav",
        below / "evil2.wav",
        below / "deep" / "1.wav",
        below / "audios",
    }


def test_two_clips_of_one_name_are_not_mixed_up(tmp_path: Path) -> None:
    for folder, hz in (("one", 100), ("two", 200)):
        write_wav(tmp_path / folder / "1.wav", hz=hz)
        write_published(tmp_path / folder / f"{folder}.json", [("1.wav", "Q", "A")])
    files = (tmp_path / "one" / "one.json", tmp_path / "two" / "two.json")
    with pytest.raises(UsageError, match=r"1\.wav is another clip of this name"):
        read(Reading(files, tmp_path / "ours"))
    shutil.copy(files[0], tmp_path / "one.json")
    with pytest.raises(UsageError, match="two files have one name"):
        read(Reading((files[0], tmp_path / "one.json"), tmp_path / "theirs"))


def test_a_table_has_room_for_whole_clips_only(tmp_path: Path) -> None:
    items = [("1.wav", "Describe the audio", "Rock.")]
    write_published(tmp_path / "a.json", items)
    done = read(Reading((tmp_path / "a.json",), tmp_path / "a.csv"))
    assert (done.clips, done.pairs) == (0, 0)
    assert done.tally.left_out == {"without the fixed questions": 1}


def test_places_that_make_no_sense(built: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected a folder, or a file ending"):
        read(Reading((built,), tmp_path / "a.txt"))
    with pytest.raises(UsageError, match="one of the files to read"):
        read(Reading((built / "eval.jsonl",), built / "eval.jsonl"))
    with pytest.raises(UsageError, match=r"is where eval\.jsonl lies"):
        read(Reading((built,), built))


@pytest.mark.skipif(not REAL.is_file(), reason="MULLAMA_DATA has no EvalMusicQA.json")
def test_the_published_evaluation(tmp_path: Path) -> None:
    done = read(Reading((REAL,), tmp_path / "ours", cleaned=True, include_missing_audio=True))
    assert (done.clips, done.pairs) == (560, 5040)
    cleaned = read_pairs(tmp_path / "ours" / "EvalMusicQA.cleaned.jsonl")
    assert len(cleaned) == 5040 - done.unwanted.total()
    assert done.unwanted.total() > 400
