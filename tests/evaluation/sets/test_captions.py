"""Captions as sets: MusicCaps' evaluation part, Song Describer's tracks with all their captions."""

import os
from pathlib import Path

import pytest

from clips import write_wav
from mullama.errors import UsageError
from set_files import Read, Write

REAL = Path(os.environ.get("MULLAMA_DATA", "")) / "musiccaps-public.csv"
HEAD = (
    "ytid,start_s,end_s,audioset_positive_labels,aspect_list,caption,author_id,"
    "is_balanced_subset,is_audioset_eval\n"
)


def test_musiccaps(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "musiccaps-public.csv"
    path.write_text(
        f'{HEAD}-0Gj8-vB1q4,30,40,/m/0,"[\'sad\']","Sad, slow.",4,False,True\n'
        "0000000000x,0,10,/m/0,[],A train passes.,4,False,False\n"
    )
    wav = write_wav(tmp_path / "audios" / "[-0Gj8-vB1q4]-[30-40].wav")
    found = read("musiccaps", tmp_path)
    (item,) = found.items
    assert (item.id, item.references, item.file) == ("-0Gj8-vB1q4", ("Sad, slow.",), wav)
    assert (item.question, item.topic) == ("Describe the audio", "caption")
    assert (item.source, item.source_id) == ("musiccaps", "-0Gj8-vB1q4")
    assert found.notes == ("1 left out: in MusicCaps' training part",)
    assert found.licence == "CC-BY-SA-4.0"


@pytest.mark.skipif(not REAL.is_file(), reason="MULLAMA_DATA has no musiccaps-public.csv")
def test_musiccaps_as_published(read: Read) -> None:
    found = read("musiccaps", REAL)
    assert len(found.items) == len(found.tracks()) == 2858
    assert found.notes == ("2663 left out: in MusicCaps' training part",)
    assert all(item.missing and item.references[0].strip() for item in found.items)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("id!,0,10,,,Calm.,4,False,True", "line 2, column 'ytid'"),
        ("abc,x,10,,,Calm.,4,False,True", "line 2, column 'start_s'"),
        ("abc,0,10,,,,4,False,True", "line 2, column 'caption': is empty"),
        ("abc,0,10", "line 2: 3 columns, expected 9"),
    ],
)
def test_bad_rows_of_musiccaps(read: Read, tmp_path: Path, row: str, words: str) -> None:
    (tmp_path / "m.csv").write_text(f"{HEAD}{row}\n")
    with pytest.raises(UsageError, match=words):
        read("musiccaps", tmp_path / "m.csv")


def described(caption: int, track: int, text: str, valid: bool = True) -> dict[str, object]:
    return {
        "caption_id": caption,
        "track_id": track,
        "caption": text,
        "is_valid_subset": valid,
        "familiarity": 0,
        "artist_id": 1,
        "album_id": 2,
        "path": f"{track % 100:02d}/{track}.mp3",
        "duration": 200.5,
    }


def test_song_describer(read: Read, write: Write) -> None:
    rows = [
        described(1, 1004034, "A calm song."),
        described(2, 7, "Noise."),
        described(3, 1004034, "A slow, calm ballad.", valid=False),
        described(4, 1004034, "A calm song."),
    ]
    path = write("song_describer.csv", rows)
    wav = write_wav(path.parent / "audio" / "34" / "1004034.2min.mp3")
    found = read("songdescriber", path.parent)
    first, second = found.items
    assert first.references == ("A calm song.", "A slow, calm ballad.")
    assert (first.file, first.track) == (wav, "jamendo/track_1004034")
    assert (second.source_id, second.audio) == ("track_0000007", "07/7.2min.mp3")
    assert found.notes == ("captions outside of its validated subset: 1",)


def test_bad_rows_of_song_describer(read: Read, write: Write) -> None:
    good = described(1, 7, "Noise.")
    for rows, words in (
        ([{**good, "caption": " "}], "line 2: 'caption' is missing"),
        ([good, {**good, "path": "08/8.mp3"}], "line 3: track 7 is two files"),
        ([{"track_id": 1}], "no column 'caption', 'path'"),
    ):
        with pytest.raises(UsageError, match=words):
            read("songdescriber", write("song_describer.csv", rows))
