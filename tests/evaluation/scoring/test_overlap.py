"""Tracks that a model was trained on are known again, by whatever tells them; others are not."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from clips import make_clip, write_lines
from mullama.data.files import write_clips
from mullama.data.records import Clip
from mullama.errors import UsageError
from mullama.evaluation.items import EvaluationSet, Item
from mullama.evaluation.scoring.overlap import REASONS, find_overlap
from mullama.evaluation.sets.registry import read_set
from mullama.jobs.digest import file_digest

CAPTION = "A slow ballad with a piano, a female voice and a low, sustained string melody."
QUESTION = "Describe the audio"
REAL = Path(os.environ.get("MULLAMA_DATA", ""))


def a_set(**values: Any) -> EvaluationSet:
    """Two tracks; of the first something is known, of the second nothing that could be anywhere."""
    other = Item(id="2", question=QUESTION, references=("Other.",), track="two", audio="other.wav")
    return EvaluationSet(
        "x", (Item(**{"id": "1", "question": QUESTION, "track": "one", **values}), other)
    )


def trained(path: Path, *clips: Clip) -> Path:
    write_clips(path, clips, form="clips")
    return path


def clip(**values: Any) -> Clip:
    return Clip(**{"id": "7", "source": "folder", "pairs": ((QUESTION, "A song."),), **values})


CASES = {
    "same audio": ({"sha256": "ab" * 32}, {"sha256": "ab" * 32}),
    "same id in the same collection": (
        {"source": "jamendo", "source_id": "track_0000214"},
        {"source": "jamendo", "id": "track_0000214"},
    ),
    "same YouTube id": ({"audio": "[-0Gj8-vB1q4]-[30-40].wav"}, {"audio": "clips/-0Gj8-vB1q4.mp3"}),
    "same name of file or id": ({"audio": "14/1004034.2min.mp3"}, {"audio": "mtg/1004034.low.mp3"}),
    "same text": ({"references": (CAPTION,)}, {"pairs": (("What is it?", f"{CAPTION.upper()} "),)}),
}


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason(reason: str, tmp_path: Path) -> None:
    asked, known = CASES[reason]
    path = trained(tmp_path / "train.jsonl", make_clip("x"), clip(**known))
    found = find_overlap(a_set(**asked), [path])
    assert (found.tracks, found.of, found.examples) == (1, 2, ("one",))
    assert found.reasons[reason] == 1
    assert found.files == ((str(path), file_digest(path)),)
    assert json.loads(json.dumps(found.as_dict()))["reasons"] == found.reasons


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ({"sha256": ""}, {"sha256": ""}),
        ({"source": "jamendo", "source_id": "1"}, {"source": "magnatagatune", "id": "1"}),
        ({"audio": "01/214.mp3"}, {"audio": "mtt/214.mp3"}),
        ({"audio": "121400.mp3", "source": "jamendo"}, {"audio": "121400.mp3"}),
        ({"references": ("The tempo is 120 BPM.",)}, {"pairs": (("?", "The tempo is 120 BPM."),)}),
        (
            {"source": "folder", "source_id": "8", "references": (CAPTION,)},
            {"pairs": (("?", CAPTION),)},
        ),
    ],
)
def test_what_tells_nothing(asked: dict[str, Any], known: dict[str, Any], tmp_path: Path) -> None:
    found = find_overlap(a_set(**asked), [trained(tmp_path / "train.jsonl", clip(**known))])
    assert (found.tracks, found.reasons, found.examples) == (0, {}, ())


def test_a_set_overlaps_with_its_own_items(tmp_path: Path) -> None:
    options = ("a rock song", "a calm waltz", "a slow march")
    evaluated = a_set(options=options, right=1, sha256="cd" * 32, audio="a_song.wav")
    path = tmp_path / "items.jsonl"
    write_lines(path, evaluated.items)
    found = find_overlap(evaluated, [path])
    assert found.tracks == 2
    assert found.reasons == {"same audio": 1, "same name of file or id": 2, "same text": 1}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ids.txt", "nothing\n\n-0Gj8-vB1q4\n"),
        ("musiccaps.csv", f'ytid,start_s,caption\n-0Gj8-vB1q4,30,"{CAPTION}"\n'),
        ("t.tsv", "TRACK_ID\tPATH\tTAGS\ntrack_1\t00/-0Gj8-vB1q4.mp3\tgenre---rock\tmood---sad\n"),
        ("annotations.csv", '"clip_id"\t"rock"\t"mp3_path"\n"2"\t"1"\t"f/-0Gj8-vB1q4.mp3"\n'),
    ],
)
def test_tables_and_lists(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    asked = a_set(audio="[-0Gj8-vB1q4]-[30-40].wav")
    assert find_overlap(asked, [tmp_path / name]).tracks == 1


def test_published_files_of_pairs(tmp_path: Path) -> None:
    for name in ("PretrainMusicQA.json", "FinetuneMusicQA.json"):
        write_clips(tmp_path / name, [make_clip("x", f"{name[:3]}00017.wav")])
    csv = tmp_path / "MTG_AQA.csv"
    write_clips(csv, [make_clip("x", "14/1004034.mp3", source="jamendo")])
    found = find_overlap(a_set(audio="Fin00017.wav"), [tmp_path, csv])
    assert found.reasons == {"same name of file or id": 1}
    assert len(found.files) == 3
    jamendo = a_set(source="jamendo", source_id="track_1004034")
    assert find_overlap(jamendo, [csv]).reasons["same id in the same collection"] == 1


def test_bad_files(tmp_path: Path) -> None:
    for name, text, words in (
        ("gone.jsonl", None, "No such file"),
        ("x.doc", "?", "expected a file of pairs"),
        ("x.tsv", "a\tb\n", "none of its columns"),
        ("x.jsonl", "{", "line 1"),
        ("y.jsonl", '{"id": "1", "question": "?", "other": 2}', "not an item"),
    ):
        if text is not None:
            (tmp_path / name).write_text(text)
        with pytest.raises(UsageError, match=words):
            find_overlap(a_set(), [tmp_path / name])


@pytest.mark.skipif(
    not (REAL / "musiccaps-public.csv").is_file(), reason="MULLAMA_DATA has no MusicCaps"
)
def test_musiccaps_is_all_in_its_own_table(tmp_path: Path) -> None:
    table = REAL / "musiccaps-public.csv"
    evaluated = read_set(f"musiccaps:{table}", unpack_to=tmp_path)
    found = find_overlap(evaluated, [table])
    assert found.tracks == found.of == 2858
    assert found.reasons["same YouTube id"] == 2858
    assert find_overlap(evaluated, [REAL / "EvalMusicQA.json"]).tracks == 0


@pytest.mark.slow
def test_a_hundred_thousand_rows_take_seconds(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    lines = (
        json.dumps({"question": QUESTION, "answer": f"{CAPTION} {n}", "audio": f"{n}.wav"})
        for n in range(100_000)
    )
    path.write_text("\n".join(lines))
    began = time.process_time()
    found = find_overlap(a_set(references=(f"{CAPTION} 99999",)), [path])
    assert found.reasons == {"same text": 1}
    assert time.process_time() - began < 30
