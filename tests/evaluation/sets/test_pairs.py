"""Files of pairs as sets: topics, tracks and audio; MusicQA's evaluation part as published."""

import os
from pathlib import Path

import pytest

from clips import make_clip, write_wav
from mullama.data.files import write_clips
from mullama.data.records import Clip
from mullama.errors import UsageError
from mullama.evaluation.sets.registry import SETS, split_spec
from set_files import Read

REAL = Path(os.environ.get("MULLAMA_DATA", "")) / "EvalMusicQA.json"


def test_pairs(read: Read, tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "audios" / "a.wav")
    path = tmp_path / "eval.jsonl"
    write_clips(path, [make_clip("a", "audios/a.wav"), make_clip("b", "b.wav")], form="clips")
    found = read("pairs", path)
    assert len(found.items) == 18
    assert found.tracks() == ["folder/a", "folder/b"]
    assert found.items[0].file == wav
    assert found.items[9].missing
    assert [item.topic for item in found.items[:5]] == [
        "Describe the audio",
        "Describe the audio in detail",
        "What do you hear in the audio?",
        "What can be inferred from the audio?",
        "open question",
    ]


def test_studio_pairs_have_the_topics_of_the_studio(read: Read, tmp_path: Path) -> None:
    asked = ("what tempo does it have", "Is there a piano in the song?", "Which way?")
    pairs = tuple((question, "An answer.") for question in ("Describe the audio", *asked))
    path = tmp_path / "studio.jsonl"
    write_clips(path, [Clip(id="1", source="studio", audio="1.wav", pairs=pairs)], form="clips")
    topics = [item.topic for item in read("pairs", path).items]
    assert topics == ["Describe the audio", "tempo", "presence", "open question"]


@pytest.mark.skipif(not REAL.is_file(), reason="MULLAMA_DATA has no EvalMusicQA.json")
def test_musicqa_as_published(read: Read) -> None:
    found = read("musicqa", REAL.parent)
    assert (len(found.items), len(found.tracks())) == (5040, 560)
    assert len({item.id for item in found.items}) == 5040
    assert any("speaks of tags" in note for note in found.notes)


def test_specs(tmp_path: Path) -> None:
    assert split_spec("mmau:x.json") == ("mmau", Path("x.json"))
    (tmp_path / "mmau:x").touch()
    with pytest.raises(UsageError, match="muchomusic"):
        split_spec("mmua:x.json")
    for name in SETS.names():
        assert callable(SETS.load(name))
