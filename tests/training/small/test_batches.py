"""Draws are fair and repeatable; padding has no loss."""

import torch

from mullama.training.small.batches import IGNORED, POOL, TextRow, draw_clips, pad, place_in_pool


def test_every_clip_comes_once_in_each_turn() -> None:
    drawn = torch.cat([draw_clips(step, 4, 10, seed=3) for step in range(5)])
    assert sorted(drawn[:10].tolist()) == list(range(10))
    assert sorted(drawn[10:].tolist()) == list(range(10))
    assert drawn[:10].tolist() != drawn[10:].tolist()


def test_a_batch_larger_than_the_set_goes_round() -> None:
    assert sorted(draw_clips(0, 6, 3, seed=0).tolist()) == [0, 0, 1, 1, 2, 2]


def test_the_same_step_gives_the_same_batch() -> None:
    assert draw_clips(7, 4, 100, seed=1).tolist() == draw_clips(7, 4, 100, seed=1).tolist()
    assert draw_clips(7, 4, 100, seed=1).tolist() != draw_clips(7, 4, 100, seed=2).tolist()


def test_each_place_of_a_pool_is_taken_once() -> None:
    places = [place_in_pool(step, seed=0) for step in range(2 * POOL)]
    assert sorted(places) == [(pool, place) for pool in range(2) for place in range(POOL)]


def test_only_answers_have_a_loss() -> None:
    batch = pad(
        [TextRow(5, [1, 2, 3], [4, 9], [4.0, 1.0]), TextRow(6, [1], [2, 9], [1.0, 1.0])], padding=0
    )
    assert batch.clips.tolist() == [5, 6]
    assert batch.input_ids.tolist() == [[1, 2, 3, 4, 9], [1, 2, 9, 0, 0]]
    assert batch.labels.tolist() == [
        [IGNORED, IGNORED, IGNORED, 4, 9],
        [IGNORED, 2, 9, IGNORED, IGNORED],
    ]
    assert batch.counts.tolist() == [[0, 0, 0, 4, 1], [0, 1, 1, 0, 0]]
