"""What is counted of a set, from its files."""

from collections import Counter
from pathlib import Path

import pytest

from clips import make_clip, write_lines, write_wav
from mullama.musicqa.build.build import build
from mullama.musicqa.build.plan import BuildOptions
from mullama.musicqa.build.stats import count, quantile, topic_of


@pytest.mark.usefixtures("_no_histogram")
def test_counts_of_a_part(tmp_path: Path) -> None:
    clips = [make_clip(f"c{n}", write_wav(tmp_path / f"{n}.wav", hz=99 + n)) for n in range(2)]
    cut = write_wav(tmp_path / "cut.wav", seconds=4).read_bytes()
    (tmp_path / "cut.wav").write_bytes(cut[: len(cut) // 2])
    clips += [make_clip("cut", tmp_path / "cut.wav"), make_clip("x", failed="no answer: 42")]
    lines = write_lines(tmp_path / "w.jsonl", [*clips, make_clip("gone")])
    out = tmp_path / "set"
    build(BuildOptions(out=out, pretrain=(lines,), include_missing_audio=True))
    stats = count(out)["pretrain"]
    assert (stats.clips, stats.pairs, stats.without_audio, stats.damaged) == (4, 36, 1, 1)
    assert stats.seconds == pytest.approx(5.0, abs=0.01)
    assert stats.lengths == {2: 3}
    assert stats.failed == {"the interview failed": 1}
    assert stats.topics == {"fixed": 16, "other": 20}
    assert stats.words == {2: 16, 3: 20}
    assert stats.writers == {"template": 36}


def test_quantile() -> None:
    assert [quantile(Counter({1: 5, 7: 5}), share) for share in (0.1, 0.5, 0.6, 1)] == [1, 1, 7, 7]
    assert quantile(Counter(), 0.5) == 0


def test_topics() -> None:
    asked = [
        "Describe the audio",
        "What is the tempo?",
        "Which instruments are used?",
        "How does it make you feel?",
        "Is there a female voice?",
        "In which key is it?",
        "What genre is it?",
        "Where could it be used?",
        "Huh?",
    ]
    assert Counter(map(topic_of, asked)) == {
        "fixed": 1,
        "tempo and rhythm": 1,
        "instruments": 1,
        "mood": 1,
        "vocals": 1,
        "key and harmony": 1,
        "genre and style": 1,
        "use and inference": 1,
        "other": 1,
    }
