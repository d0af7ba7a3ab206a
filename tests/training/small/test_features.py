"""Listenings are computed once, and each comes with the facts that are true of it."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mullama.config import FilterbankConfig
from mullama.listen.encoders.filterbank import FilterbankEncoder
from mullama.listen.encoders.pitches import PITCHES
from mullama.listen.encoders.spectra import BANDS, ONSET_GROUPS
from mullama.studio.silence import NOTHING
from mullama.studio.spectra_set import SpectraSet
from mullama.studio.truth import Truth
from mullama.training.checkpoints import TrainingError
from mullama.training.small.augment import Change
from mullama.training.small.features import changed, compute_features, with_mixtures

WALTZ = Truth(("piano",), "waltz", 90, "3/4", "B minor", "sad", "piano")


@pytest.fixture(scope="module")
def encoder() -> FilterbankEncoder:
    torch.manual_seed(0)
    return FilterbankEncoder(FilterbankConfig(hidden_size=32, intermediate_size=32))


@pytest.fixture(scope="module")
def music() -> SpectraSet:
    random = torch.Generator().manual_seed(0)
    bands = torch.randint(0, 200, (5, BANDS, 100), generator=random, dtype=torch.uint8)
    onsets = torch.randint(0, 60, (5, ONSET_GROUPS, 200), generator=random, dtype=torch.uint8)
    pitches = torch.randint(0, 200, (5, PITCHES, 10), generator=random, dtype=torch.uint8)
    alone = torch.zeros(5, dtype=torch.bool)
    return SpectraSet(bands, onsets, pitches, (WALTZ,) * 4 + (NOTHING,), alone)


def test_the_first_variant_is_the_clip_itself(
    encoder: FilterbankEncoder, music: SpectraSet, tmp_path: Path
) -> None:
    found = compute_features(encoder, music, 3, 0, tmp_path)
    assert found.listenings.shape == (15, encoder.config.num_hidden_layers + 1, 32)
    assert len(found.truths) == 15
    with torch.no_grad():
        plain = encoder.eval().attend(music.spectra(slice(0, 5)))
    torch.testing.assert_close(found.listenings[:5].float(), plain, rtol=2e-3, atol=2e-3)
    assert not torch.allclose(found.listenings[5:10], found.listenings[:5], atol=1e-2)
    assert found.truths[:5] == music.truths
    assert found.truths[4] == found.truths[9] == NOTHING
    assert any(truth.key != WALTZ.key for truth in found.truths[5:9])


def test_clips_of_one_piece_change_alike_and_are_heard_together_once_more(
    encoder: FilterbankEncoder, music: SpectraSet, tmp_path: Path
) -> None:
    continues = torch.tensor([False, True, True, False, False])
    found = compute_features(encoder, replace(music, continues=continues), 3, 0, tmp_path)
    assert len(found.listenings) == len(found.truths) == 3 * (5 + 1)
    for start in (0, 6, 12):
        clips, mean = found.listenings[start : start + 3].float(), found.listenings[start + 5]
        torch.testing.assert_close(clips.mean(0), mean.float(), rtol=2e-3, atol=2e-3)
        facts = {(t.key, t.tempo_bpm) for t in found.truths[start : start + 3]}
        assert facts == {(found.truths[start + 5].key, found.truths[start + 5].tempo_bpm)}
    assert len({truth.key for truth in found.truths if not truth.silent}) > 1


def test_no_piece_is_cut_where_a_batch_ends(
    encoder: FilterbankEncoder, music: SpectraSet, tmp_path: Path
) -> None:
    many = SpectraSet(
        *(spectra.repeat(8, 1, 1) for spectra in (music.bands, music.onsets, music.pitches)),
        (WALTZ,) * 40,
        torch.arange(40) % 3 > 0,
    )
    listenings = compute_features(encoder, many, 1, 0, tmp_path).listenings.float()
    batches = [listenings[:30], listenings[30:40], listenings[40:50], listenings[50:]]
    for clips, means in (batches[:2], batches[2:]):
        pieces = clips[: 3 * len(means)].unflatten(0, (-1, 3)).mean(1)
        torch.testing.assert_close(pieces[: len(means)], means, rtol=2e-3, atol=2e-3)


def test_they_are_cached_until_the_encoder_changes(music: SpectraSet, tmp_path: Path) -> None:
    encoder = FilterbankEncoder(FilterbankConfig(hidden_size=32, intermediate_size=32))
    first = compute_features(encoder, music, 2, 0, tmp_path)
    (cached,) = tmp_path.glob("features-*.pt")
    stamp = cached.stat().st_mtime_ns
    again = compute_features(encoder, music, 2, 0, tmp_path)
    assert cached.stat().st_mtime_ns == stamp
    assert torch.equal(first.listenings, again.listenings)
    assert first.truths == again.truths
    with torch.no_grad():
        encoder.feature_extractor.rhythm.out.bias.add_(1)
    compute_features(encoder, music, 2, 0, tmp_path)
    assert len(list(tmp_path.glob("features-*.pt"))) == 2


def test_mixtures_stay_nearer_to_what_they_began_as(
    encoder: FilterbankEncoder, music: SpectraSet, tmp_path: Path
) -> None:
    plain = compute_features(encoder, music, 2, 0, tmp_path)
    mixed = with_mixtures(plain, 3, 0)
    count = len(plain.listenings)
    assert len(mixed.listenings) == len(mixed.truths) == 4 * count
    assert torch.equal(mixed.listenings[:count], plain.listenings)
    assert mixed.truths[count : 2 * count] == plain.truths
    for turn in (1, 2, 3):
        part = mixed.listenings[turn * count : (turn + 1) * count].float()
        away = torch.cdist(part.flatten(1), plain.listenings.float().flatten(1))
        assert torch.equal(away.argmin(1), torch.arange(count))
        silent = torch.tensor([truth.silent for truth in plain.truths])
        assert torch.equal(part[silent].half(), plain.listenings[silent])
        assert (away.diag()[~silent] > 0).any()
    assert torch.equal(with_mixtures(plain, 3, 0).listenings, mixed.listenings)


def test_damaged_ones_are_named(
    encoder: FilterbankEncoder, music: SpectraSet, tmp_path: Path
) -> None:
    compute_features(encoder, music, 1, 0, tmp_path)
    (path,) = tmp_path.glob("features-*.pt")
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(TrainingError, match=r"features-.*\.pt is damaged: remove it"):
        compute_features(encoder, music, 1, 0, tmp_path)


def test_facts_move_with_the_music() -> None:
    change = Change(torch.tensor([2, 0]), torch.tensor([1.1, 1.0]))
    moved, same = changed([WALTZ, NOTHING], change)
    assert (moved.key, moved.tempo_bpm, moved.instruments) == ("C# minor", 99, ("piano",))
    assert same == NOTHING
