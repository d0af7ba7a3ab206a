"""MagnaTagATune's layout with its customary split, tables of ours, and what is wrong with some."""

import json
import zipfile
from pathlib import Path

import pytest

from installed import skip_without_fluidsynth
from mullama.errors import UsageError
from mullama.evaluation.probe.tag_sets import read_tags, studio_tags, truth_tags
from mullama.studio.truth import Truth

MTT = (
    ("2", "rock", "0/band-album-01-song-0-29.mp3"),
    ("6", "rock piano", "b/band-album-02-song-30-59.mp3"),
    ("10", "", "c/other-album-01-song-0-29.mp3"),
    ("11", "piano", "d/third-album-01-song-0-29.mp3"),
    ("12", "rock", "f/third-album-02-song-59-88.mp3"),
    ("13", "rock", "f/third-album-02-song-88-117.mp3"),
)


def write_mtt(folder: Path, rows: tuple[tuple[str, str, str], ...] = MTT) -> Path:
    """The published form: tabs, quotes, a column for each tag."""
    tags = ("rock", "piano", "singing")
    cells = [["clip_id", *tags, "mp3_path"]]
    for clip, has, path in rows:
        cells.append([clip, *(str(int(tag in has.split())) for tag in tags), path])
    table = folder / "annotations_final.csv"
    table.parent.mkdir(parents=True, exist_ok=True)
    table.write_text("".join("\t".join(f'"{c}"' for c in row) + "\n" for row in cells))
    return table


def test_magnatagatune(tmp_path: Path) -> None:
    write_mtt(tmp_path)
    for number, (_, _, path) in enumerate(MTT[:-1]):
        # As published, and flattened into one folder.
        file = tmp_path / (path if number % 2 else f"audios/{Path(path).name}")
        file.parent.mkdir(exist_ok=True)
        file.touch()
    found = read_tags(tmp_path)
    assert found == read_tags(tmp_path / "annotations_final.csv")
    assert found.name == "MagnaTagATune"
    assert found.tags == ("rock", "piano")  # counted over all rows, also those without audio
    assert [clip.part for clip in found.clips] == [
        "train", "train", "validation", "test", "test",
    ]  # fmt: skip
    assert found.clips[1].tags == {"rock", "piano"}
    assert found.clips[4].track == "f/third-album-02-song"
    (lost,) = found.lost
    assert lost.startswith("without audio: f/third-album-02-song-88-117.mp3")


def test_rows_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    bad = (("1", "rock", "g/song-0-29.mp3"), ("2", "rock", "../../etc/passwd"))
    write_mtt(tmp_path, bad)
    found = read_tags(tmp_path)
    assert not found.clips
    assert ["'g' is none of the folders" in line for line in found.lost] == [True, False]
    assert "'..' is none of the folders" in found.lost[1]


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_a_table_of_ours(form: str, tmp_path: Path) -> None:
    rows = [
        ("one.wav", ["rock", "loud guitar"], "train"),
        ("two.wav", [], "valid"),
        ("three.wav", ["rock"], "test"),
    ]
    mark = "\t" if form == "tsv" else ","
    if form == "jsonl":
        lines = [json.dumps({"audio": a, "tags": t, "split": s}) for a, t, s in rows]
    else:
        lines = [mark.join(("audio", "tags", "split"))]
        lines += [mark.join((a, " | ".join(t), s)) for a, t, s in rows]
    (tmp_path / f"tags.{form}").write_text("\n".join(lines))
    with zipfile.ZipFile(tmp_path / "sound.zip", "w") as archive:
        for name, _, _ in rows:
            archive.writestr(name, name)
    found = read_tags(
        tmp_path / f"tags.{form}", [tmp_path / "sound.zip"], unpack_to=tmp_path / "unpacked"
    )
    assert not found.lost
    assert found.tags == ("rock", "loud guitar")
    assert [clip.part for clip in found.clips] == ["train", "validation", "test"]
    assert found.clips[0].tags == {"rock", "loud guitar"}
    assert found.clips[1].tags == frozenset()
    assert all(clip.audio.read_text() == clip.name for clip in found.clips)


def test_malformed_rows_cost_themselves_alone(tmp_path: Path) -> None:
    (tmp_path / "good.wav").touch()
    (tmp_path / "also.wav").touch()
    good = {"audio": "good.wav", "tags": ["rock"], "split": "train"}
    bad = [
        {**good, "audio": None},
        {**good, "tags": 3},
        {**good, "tags": ["rock", 3]},
        {**good, "split": "dress rehearsal"},
        {**good, "audio": "none.wav"},
        {**good, "audio": "../good.wav"},
        good,
    ]
    table = tmp_path / "tags.jsonl"
    table.write_text(
        "\n".join(map(json.dumps, [good, *bad])) + '\n{"audio": \n'
        '{"audio": "also.wav", "tags": "rock", "split": "test", "track": "good.wav"}\n'
    )
    found = read_tags(table)
    assert [clip.name for clip in found.clips] == ["good.wav", "also.wav"]
    assert found.clips[1].track == "good.wav"
    assert len(found.lost) == len(bad) + 1
    for line, said in zip(
        found.lost,
        ["no file is named", "expected text", "expected text", "is none of: train", "without audio",
         "without audio", "is there twice", "line 9"],
        strict=True,
    ):  # fmt: skip
        assert said in line
        assert "\n" not in line


def test_what_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such table of tags; or say 'studio'"):
        read_tags(tmp_path / "tags.csv")
    (tmp_path / "tags.csv").write_text("file,genre\n")
    with pytest.raises(UsageError, match="no column 'audio', 'tags', 'split'"):
        read_tags(tmp_path / "tags.csv")
    (tmp_path / "tags.txt").touch()
    with pytest.raises(UsageError, match=r"is a \.csv, \.tsv or \.jsonl file"):
        read_tags(tmp_path / "tags.txt")


def test_truths_become_tags() -> None:
    truth = Truth(("piano", "drums"), "jazz", 140, "4/4", "F# minor", "energetic", "piano")
    assert truth_tags(truth) == {
        "instrument: piano", "instrument: drums", "style: jazz", "mood: energetic",
        "metre: 4/4", "mode: minor", "tempo: fast",
    }  # fmt: skip
    assert truth_tags(Truth((), None, None, None, None, None, None)) == frozenset()
    assert "tempo: slow" in truth_tags(Truth((), None, 89, None, None, None, None))
    assert "tempo: medium" in truth_tags(Truth((), None, 90, None, None, None, None))


def test_studio_clips_of_one_piece_stay_together(tmp_path: Path) -> None:
    skip_without_fluidsynth()
    found = studio_tags(tmp_path, clips=10, seconds=0.5)
    assert [clip.part for clip in found.clips] == [
        *("train",) * 6, "validation", "validation", "test", "test",
    ]  # fmt: skip
    assert [clip.track for clip in found.clips] == [
        str(n // 2) for n in range(5_000_000, 5_000_010)
    ]
    assert all(clip.audio.is_file() and clip.tags for clip in found.clips)
    again = studio_tags(tmp_path, clips=10, seconds=0.5)
    assert again == found
