"""MagnaTagATune: tags are the columns that are 1, and clip_id is none of them."""

from pathlib import Path

import pytest

from mullama.data.tally import FEW_TAGS, MALFORMED
from mullama.errors import UsageError
from mullama.musicqa.sources import Selection, SourceOptions

TAGS = ("no voice", "singer", "slow", "violin", "rock", "fast")


def table(path: Path, rows: list[tuple[str, str, str]]) -> Path:
    """Quoted and separated by tabs: (clip_id, marks, mp3_path)."""
    lines = [("clip_id", *TAGS, "mp3_path")]
    lines += [(clip, *marks, file) for clip, marks, file in rows]
    text = "\n".join("\t".join(f'"{cell}"' for cell in line) for line in lines)
    path.write_text(text + "\n")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    table(
        tmp_path / "annotations_final.csv",
        [
            ("1", "111110", "f/one-30-59.mp3"),
            ("2", "111101", "c/two-0-29.mp3"),
            ("3", "111100", "c/three-0-29.mp3"),
            ("4", "1111x1", "c/four-0-29.mp3"),
            ("5", "111111", "../five.mp3"),
            ("six", "111111", "c/six.mp3"),
        ],
    )
    for name in ("audios/one-30-59.mp3", "c/two-0-29.mp3"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_tags_and_files_flattened_or_not(folder: Path) -> None:
    selection = Selection("magnatagatune", folder)
    one, two = selection
    assert (one.id, one.text, one.kind) == ("1", "no voice, singer, slow, violin, rock", "tags")
    assert two.text == "no voice, singer, slow, violin, fast"
    assert one.audio == folder / "audios" / "one-30-59.mp3"
    assert two.audio == folder / "c" / "two-0-29.mp3"
    assert selection.tally.left_out == {FEW_TAGS: 1, MALFORMED: 3}


def test_clip_id_one_is_not_a_tag(folder: Path) -> None:
    options = SourceOptions(include_missing_audio=True)
    assert all("clip_id" not in clip.text for clip in Selection("magnatagatune", folder, options))


def test_a_comma_separated_file_is_another_one(tmp_path: Path) -> None:
    (tmp_path / "annotations_final.csv").write_text("clip_id,rock,mp3_path\n1,1,a.mp3\n")
    with pytest.raises(UsageError, match=r"no column 'clip_id', 'mp3_path'"):
        Selection("magnatagatune", tmp_path)
