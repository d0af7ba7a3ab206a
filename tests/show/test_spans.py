"""Stretches of a stream are those of the whole sound; parts reach from its start to its end."""

from itertools import pairwise

import numpy as np
import pytest

from mullama.show.spans import MAX_PARTS, cut, part_spans, stretch_spans

RATE = 100


@pytest.mark.parametrize("block", [1, 7, 250, 5000])
def test_cut_is_slicing(block: int) -> None:
    sound = np.arange(1000, dtype=np.float32)
    spans = [(-20, 130), (100, 300), (150, 151), (420, 900), (880, 2000), (1500, 1600)]
    blocks = [sound[start : start + block] for start in range(0, 1000, block)]
    for (start, end), found in zip(spans, cut(blocks, spans), strict=True):
        np.testing.assert_array_equal(found, sound[max(start, 0) : end])


@pytest.mark.parametrize("length", [1, 999, 1000, 1001, 1499, 1501, 6000, 60_000])
def test_parts_reach_from_the_start_to_the_end(length: int) -> None:
    spans = part_spans(length, RATE, 10.0, 5.0)
    assert spans[0][0] == 0
    assert length - 1 <= spans[-1][1] <= length  # see `spread_spans`
    starts = [start for start, _ in spans]
    assert all(later - start <= 500 for start, later in pairwise(starts))
    assert {end - start for start, end in spans} <= {min(length, 1000)}


def test_there_are_never_too_many_parts() -> None:
    spans = part_spans(36_000 * RATE, RATE, 10.0, 5.0)
    assert len(spans) == MAX_PARTS
    assert spans[-1][1] == 36_000 * RATE


@pytest.mark.parametrize("length", [1, 90, 149, 150, 151, 1000])
def test_the_cores_of_stretches_are_the_sound(length: int) -> None:
    core, margin = 100, 20
    sound = np.arange(length, dtype=np.float32)
    spans = stretch_spans(length, core, margin)
    found = []
    for number, samples in enumerate(cut([sound], spans)):
        own = samples[margin if number else 0 :]
        found.append(own[:core] if number < len(spans) - 1 else own)
    np.testing.assert_array_equal(np.concatenate(found), sound)
