"""Real sounds and real encoders: separated, the same clips for all, nothing done twice, killed and resumed."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from mullama.errors import CheckpointError, UsageError
from mullama.evaluation.probe import compare as module
from mullama.evaluation.probe.compare import LOG, Comparison, compare
from mullama.evaluation.probe.encoders import Named, named
from mullama.evaluation.probe.features import Features, Hearing, common, encode
from mullama.evaluation.probe.options import TrainingOptions
from mullama.evaluation.probe.scores import MEAN
from mullama.evaluation.probe.tag_sets import read_tags
from mullama.evaluation.probe.tags import TagSet
from paths import GOLDEN, RECIPES, TESTS

OPTIONS = TrainingOptions(hidden=128, batch=8, epochs=60, patience=15)
RANDOM_MERT = f"random:{GOLDEN / 'mert'}"


def features_of(name: str, tags: TagSet, store: Path, errors: list[str]) -> Features:
    return encode(Named(name), tags.clips, Hearing(store=store), on_error=errors.append)


def means(comparison: Comparison) -> list[float]:
    return [one.values["roc_auc"][MEAN].value for one in comparison.results]


def test_tones_and_noise_are_told_apart(
    tagged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags, errors = read_tags(tagged), list[str]()
    features = [
        features_of(name, tags, tmp_path / "store", errors) for name in ("log-mel", RANDOM_MERT)
    ]
    found = compare(tags, features, OPTIONS, tmp_path / "out")
    assert not errors
    assert means(found)[0] > 0.95
    assert found.clips == {"train": 36, "validation": 12, "test": 12}
    assert set(found.tags) == {"noise", "tone", "high", "low"}
    assert [(one.encoder, one.kind) for one in found.results] == [
        ("log-mel", "log-mel"),
        ("random:mert", "mert"),
    ]
    assert found.results[0].parameters == 0 < found.results[1].parameters

    # Again: the same figures, and no probe is trained; with another seed both are.
    with monkeypatch.context() as patched:
        patched.delattr(module, "train_probe")
        assert compare(tags, features, OPTIONS, tmp_path / "out") == found
    other = compare(tags, features, replace(OPTIONS, seed=1), tmp_path / "out")
    assert other != found
    assert len((tmp_path / "out" / LOG).read_text().splitlines()) == 4


def test_all_encoders_are_measured_on_the_same_clips(tagged: Path, tmp_path: Path) -> None:
    """The small encoder needs half a second; a clip of less is lost for all."""
    samples, rate = soundfile.read(tagged.parent / "audio" / "4.wav")
    soundfile.write(tagged.parent / "audio" / "4.wav", samples[: rate // 3], rate)
    (tagged.parent / "audio" / "9.wav").write_text("no sound")
    tags, errors = read_tags(tagged), list[str]()
    features = [features_of(name, tags, tmp_path, errors) for name in ("log-mel", "small")]
    assert [line.partition(":")[0] for line in errors] == ["log-mel", "small", "small"]
    assert [len(one.digests) for one in features] == [59, 58]
    clips = common(tags.clips, features)
    assert {clip.name for clip in tags.clips} - {clip.name for clip in clips} == {"4.wav", "9.wav"}
    found = compare(tags, features, OPTIONS, tmp_path / "out", top=2)
    assert found.clips["test"] == 10
    assert len(found.tags) == 2


def test_encoders_are_checked_before_anything_is_done(tmp_path: Path) -> None:
    good = ("small", "random:small", "log-mel", RANDOM_MERT, str(RECIPES / "mert-small"))
    assert [one.label for one in named(good)] == [
        "small", "random:small", "log-mel", "random:mert", "mert-small",
    ]  # fmt: skip
    for bad in ("nowhere", "random:log-mel", str(tmp_path), ""):
        with pytest.raises(CheckpointError):
            named(("small", bad))
    with pytest.raises(UsageError, match="two encoders are called 'small'"):
        named(("small", "somewhere/small"))


PROGRAM = """
import sys, time
from pathlib import Path
from mullama.evaluation.probe.encoders import Named
from mullama.evaluation.probe.features import Hearing, encode
from mullama.evaluation.probe.tag_sets import read_tags
from mullama.listen.encoders.log_mel import LogMelEncoder
plain = LogMelEncoder.forward
def slowly(self, windows):
    time.sleep(0.05)
    return plain(self, windows)
LogMelEncoder.forward = slowly
encode(Named("log-mel"), read_tags(Path(sys.argv[1])).clips, Hearing(store=Path(sys.argv[2])), on_error=print)
"""


@pytest.mark.slow
def test_killed_while_encoding_it_goes_on(
    tagged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(TESTS)])}
    command = [sys.executable, "-c", PROGRAM, str(tagged), str(store)]
    with subprocess.Popen(command, env=environment) as process:
        while len(list(store.glob("*/*/*.npy"))) < 5:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    there = {path: path.stat().st_mtime_ns for path in store.glob("*/*/*.npy")}
    assert 5 <= len(there) < 60
    tags, errors = read_tags(tagged), list[str]()
    features = features_of("log-mel", tags, store, errors)
    assert not errors
    assert len(features.digests) == 60
    assert all(path.stat().st_mtime_ns == before for path, before in there.items())
