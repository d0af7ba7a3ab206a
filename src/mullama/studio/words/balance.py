"""Which instruments to ask after in which clip, so that Yes and No are equally often right.

The balance holds for every instrument by itself, and clips without an instrument are taken more
often where a listener would expect it or could mistake another one for it.
"""

import random
from collections import Counter
from collections.abc import Sequence

from mullama.studio.instruments import INSTRUMENTS
from mullama.studio.truth import Truth

LOOKALIKES: tuple[frozenset[str], ...] = (
    frozenset({"piano", "electric piano", "harpsichord"}),
    frozenset({"vibraphone", "marimba", "harp", "electric piano"}),
    frozenset({"organ", "accordion", "harmonica"}),
    frozenset({"acoustic guitar", "electric guitar", "distorted guitar", "harp"}),
    frozenset({"double bass", "electric bass", "synth bass"}),
    frozenset({"violin", "cello", "string section"}),
    frozenset({"string section", "choir", "synth pad"}),
    frozenset({"trumpet", "trombone", "brass section", "saxophone"}),
    frozenset({"saxophone", "clarinet", "flute"}),
    frozenset({"synth lead", "synth pad", "synth bass"}),
)
"""Instruments that are easily taken for each other."""


def balanced_presences(
    truths: Sequence[Truth], seed: int, per_instrument: int | None = None
) -> list[list[str]]:
    """For each clip the instruments to ask after.

    For every instrument as many clips have it as do not have it. `per_instrument` limits how many
    clips of each kind are asked; by default all clips with the rarer answer are.
    """
    rng = random.Random(seed)
    asked: list[list[str]] = [[] for _ in truths]
    common = _shares_by_style(truths)
    for instrument in INSTRUMENTS:
        having = [i for i, truth in enumerate(truths) if instrument in truth.instruments]
        lacking = [i for i, truth in enumerate(truths) if instrument not in truth.instruments]
        count = min(len(having), len(lacking), per_instrument or len(truths))
        weights = [_temptation(truths[i], instrument, common) for i in lacking]
        chosen = [*rng.sample(having, count), *_weighted_sample(rng, lacking, weights, count)]
        for index in chosen:
            asked[index].append(instrument)
    for instruments in asked:
        rng.shuffle(instruments)
    return asked


def _shares_by_style(truths: Sequence[Truth]) -> dict[tuple[str | None, str], float]:
    clips = Counter(truth.style for truth in truths)
    pairs = Counter((truth.style, name) for truth in truths for name in truth.instruments)
    return {pair: count / clips[pair[0]] for pair, count in pairs.items()}


def _temptation(
    truth: Truth, instrument: str, common: dict[tuple[str | None, str], float]
) -> float:
    """How easily one would wrongly say that the clip has the instrument."""
    similar = any(
        instrument in group and not group.isdisjoint(truth.instruments) for group in LOOKALIKES
    )
    return 0.3 + 2.0 * common.get((truth.style, instrument), 0.0) + 0.5 * similar


def _weighted_sample(
    rng: random.Random, items: list[int], weights: list[float], count: int
) -> list[int]:
    """Draw without replacement; an item's chance grows with its weight."""
    keys = [
        (rng.random() ** (1.0 / weight), item) for item, weight in zip(items, weights, strict=True)
    ]
    return [item for _, item in sorted(keys, reverse=True)[:count]]
