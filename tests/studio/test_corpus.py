from pathlib import Path

import numpy as np
import pytest

from mullama.errors import UsageError
from mullama.studio import corpus
from mullama.studio.banks import HELD_OUT_BANK
from mullama.studio.corpus import Corpus, CorpusPlan, render_corpus

PLAN = CorpusPlan(first_seed=40, count=5, bank=HELD_OUT_BANK, seconds=1.0)

pytestmark = pytest.mark.usefixtures("synth")


def test_a_corpus_is_rendered_resumed_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "SHARD", 2)
    steps: list[tuple[int, int]] = []
    made = render_corpus(tmp_path, PLAN, progress=lambda done, count: steps.append((done, count)))
    assert steps == [(2, 5), (4, 5), (5, 5)]
    assert len(made) == len(list(made)) == 5
    assert [entry["seed"] for entry in made.entries] == [40, 41, 42, 43, 44]
    waveform = made.waveform(4)
    assert waveform.shape == (24000,)
    assert 0.1 < np.abs(waveform).max() <= 1.0

    (tmp_path / "00001.npy").unlink()
    with pytest.raises(UsageError, match="not complete"):
        Corpus(tmp_path)
    resumed = render_corpus(
        tmp_path, PLAN, progress=lambda done, count: steps.append((done, count))
    )
    assert steps[3:] == [(5, 5)]
    np.testing.assert_array_equal(resumed.waveform(4), waveform)
    assert resumed.truths == made.truths
    assert not list(tmp_path.glob("*.partial"))


def test_a_folder_holds_one_corpus(tmp_path: Path) -> None:
    render_corpus(tmp_path, CorpusPlan(40, 1, HELD_OUT_BANK, seconds=0.5))
    with pytest.raises(UsageError, match="other settings"):
        render_corpus(tmp_path, CorpusPlan(41, 1, HELD_OUT_BANK, seconds=0.5))
    with pytest.raises(UsageError, match="holds no rendered corpus"):
        Corpus(tmp_path / "elsewhere")
