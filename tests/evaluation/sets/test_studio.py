"""Rendered clips become questions whose references are the truth beside them."""

import json
import shutil
from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.evaluation.sets.studio import TOPICS
from paths import EXAMPLES
from set_files import Read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two takes of one piece, and another piece; of the last the sound is missing."""
    audios = tmp_path / "rendered" / "audios"
    audios.mkdir(parents=True)
    for number, name in ((8, "waltz"), (9, "waltz"), (40, "jig")):
        shutil.copy(EXAMPLES / f"{name}.json", audios / f"{number}.json")
        if number != 40:
            shutil.copy(EXAMPLES / f"{name}.flac", audios / f"{number}.wav")
    return audios.parent


def test_every_topic_is_asked_and_the_truth_is_the_reference(read: Read, folder: Path) -> None:
    found = read("studio", folder)
    of_first = {item.topic: item for item in found.items if item.source_id == "8"}
    assert set(TOPICS) <= set(of_first)
    assert "129" in of_first["tempo"].references[0]
    assert "D major" in of_first["key"].references[0]
    assert "cello" in of_first["lead"].references[0]
    for item in found.items:
        if item.topic == "presence" and item.source_id == "8":
            plays = any(name in item.question for name in ("guitar", "bass", "cello", "harp"))
            assert item.references[0].lower().startswith("yes" if plays else "no")
    assert len({item.id for item in found.items}) == len(found.items)


def test_takes_are_one_track_and_missing_sound_is_told(read: Read, folder: Path) -> None:
    found = read("studio", folder)
    assert len(found.tracks()) == 2
    assert {item.source_id for item in found.items if item.missing} == {"40"}


def test_wordings_do_not_depend_on_the_other_clips(read: Read, folder: Path) -> None:
    before = {i.id: i.question for i in read("studio", folder).items if i.topic != "presence"}
    (folder / "audios" / "40.json").unlink()
    after = {i.id: i.question for i in read("studio", folder).items if i.topic != "presence"}
    assert after.items() <= before.items()


def test_what_is_no_such_folder(read: Read, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"no audios/SEED\.json there"):
        read("studio", tmp_path / "empty")
    (folder / "audios" / "8.json").write_text(json.dumps({"truth": {"key": 3}}))
    with pytest.raises(UsageError, match=r"8\.json: not the facts of a clip"):
        read("studio", folder)
