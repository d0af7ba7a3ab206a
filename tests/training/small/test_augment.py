"""Augmented spectra: what moves, by how much, and what must stay."""

import pytest
import torch

from mullama.listen.encoders.pitches import PITCHES
from mullama.listen.encoders.spectra import BANDS, ONSET_GROUPS, Spectra
from mullama.training.small.augment import NOTES_EVERY, augment, overlay


def with_notes(bands: torch.Tensor, onsets: torch.Tensor) -> Spectra:
    """Spectra whose notes are those of the loud bands."""
    notes = bands[:, :PITCHES, ::NOTES_EVERY]
    return Spectra(bands, onsets, torch.where(notes > 8, 5.0, 0.0))


def some_spectra(clips: int = 64, frames: int = 200) -> Spectra:
    random = torch.Generator().manual_seed(0)
    bands = 1.0 + torch.rand(clips, BANDS, frames, generator=random)
    bands[:, 50] = 14.0
    return with_notes(bands, torch.rand(clips, ONSET_GROUPS, 2 * frames, generator=random))


def test_the_same_generator_gives_the_same() -> None:
    results = [augment(some_spectra(), torch.Generator().manual_seed(5)) for _ in range(2)]
    assert torch.equal(results[0][0].bands, results[1][0].bands)
    assert torch.equal(results[0][1].semitones, results[1][1].semitones)


def test_a_loud_band_moves_by_the_semitones_told() -> None:
    found, change = augment(some_spectra(), torch.Generator().manual_seed(1))
    assert len(change.semitones.unique()) > 4
    assert torch.equal(found.bands.mean(-1).argmax(1), 50 + change.semitones)
    assert torch.equal(found.pitches.mean(-1).argmax(1), 50 + change.semitones)


def test_without_transposition_pitch_and_speed_stay() -> None:
    found, change = augment(some_spectra(), torch.Generator().manual_seed(1), transpose=False)
    assert not change.semitones.any()
    assert (change.speed == 1).all()
    assert (found.bands.mean(-1).argmax(1) == 50).all()


@pytest.mark.parametrize("moved", [0.0, 0.5, 1.0])
def test_so_many_clips_move(moved: float) -> None:
    random = torch.Generator().manual_seed(2)
    _, change = augment(some_spectra(256, 60), random, moved=moved)
    assert (change.speed != 1).float().mean().item() == pytest.approx(moved, abs=0.1)
    # Of those that are transposed, some are so by nothing.
    assert 0.7 * moved - 0.1 < (change.semitones != 0).float().mean().item() <= moved


def test_events_follow_the_speed_told() -> None:
    frames = 400
    quiet = with_notes(torch.ones(32, BANDS, frames), torch.zeros(32, ONSET_GROUPS, 2 * frames))
    quiet.onsets[:, :, ::40] = 1.0
    found, change = augment(quiet, torch.Generator().manual_seed(3))
    for clip in range(32):
        row = found.onsets[clip, 0]
        places = torch.nonzero(row > row.max() / 4).flatten().float()
        events = [places[0].item()]
        for place in places.tolist():
            if place - events[-1] > 5:
                events.append(place)
        distance = (events[-1] - events[0]) / (len(events) - 1)
        assert distance == pytest.approx(40 / change.speed[clip].item(), rel=0.03)


def test_onsets_stay_twice_as_many_as_bands_and_all_is_finite() -> None:
    for seed in range(5):
        found, _ = augment(some_spectra(8), torch.Generator().manual_seed(seed))
        assert found.onsets.shape[-1] == 2 * found.bands.shape[-1]
        assert found.pitches.shape[-1] == found.bands.shape[-1] // NOTES_EVERY
        assert found.bands.isfinite().all()
        assert (found.bands >= 0).all()
        assert (found.onsets >= 0).all()


def test_silence_survives() -> None:
    empty = with_notes(torch.zeros(4, BANDS, 100), torch.zeros(4, ONSET_GROUPS, 200))
    found, _ = augment(empty, torch.Generator().manual_seed(0))
    assert found.bands.isfinite().all()


def test_clips_overlaid_hold_both_and_the_others_stay() -> None:
    bands = torch.zeros(8, BANDS, 50)
    bands[torch.arange(8), 10 + torch.arange(8)] = 12.0
    clips = with_notes(bands, torch.zeros(8, ONSET_GROUPS, 100))
    found, mixed = overlay(clips, 0.5, torch.Generator().manual_seed(0))
    assert 0 < mixed.sum() < 8
    for clip, both in enumerate(mixed.tolist()):
        loud = torch.nonzero(found.bands[clip, :, 0] > 8).flatten().tolist()
        assert loud == sorted({10 + clip, 10 + (clip + 1) % 8} if both else {10 + clip})
        assert torch.nonzero(found.pitches[clip, :, 0]).flatten().tolist() == loud


def test_nothing_overlaid_is_the_same() -> None:
    clips = some_spectra(4)
    found, mixed = overlay(clips, 0.0, torch.Generator().manual_seed(0))
    assert not mixed.any()
    assert torch.equal(found.bands, clips.bands)


def test_a_piece_is_changed_as_a_whole_and_up_to_six_semitones() -> None:
    piece = torch.arange(64) // 3 * 3
    moved = set()
    for seed in range(6):
        random = torch.Generator().manual_seed(seed)
        found, change = augment(some_spectra(), random, piece=piece)
        assert torch.equal(change.semitones, change.semitones[piece])
        assert torch.equal(change.speed, change.speed[piece])
        assert torch.equal(found.bands.mean(-1).argmax(1), 50 + change.semitones)
        moved |= set(change.semitones.tolist())
    assert {-6, 6} & moved
    assert max(map(abs, moved)) <= 6
