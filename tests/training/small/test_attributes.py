"""Facts as targets, as vectors, and read back by probes."""

import math
from dataclasses import replace

import pytest
import torch

from mullama.studio.compose.harmony import all_keys
from mullama.studio.instruments import INSTRUMENTS, SINGERS
from mullama.studio.silence import NOTHING
from mullama.studio.truth import Truth
from mullama.training.small.attributes import (
    FACTS_WIDTH,
    TEMPO_BINS,
    UNKNOWN,
    AttributeProbes,
    scores,
    targets,
    tempo_centres,
    tempo_shares,
)
from mullama.training.small.augment import Change

WALTZ = Truth(("piano", "violin"), "waltz", 90, "3/4", "B minor", "sad", "violin")
BEAT = Truth(("drums",), None, 120, "4/4", None, None, None)


def test_unknown_facts_have_no_target() -> None:
    facts = targets([WALTZ, BEAT, NOTHING])
    assert facts.choices["key"].tolist() == [all_keys().index("B minor"), UNKNOWN, UNKNOWN]
    assert facts.choices["metre"].tolist()[2] == UNKNOWN
    assert facts.tempo[0] == pytest.approx(math.log2(90))
    assert facts.tempo[2].isnan()
    assert facts.instruments.sum(1).tolist() == [2, 1, 0]


def test_transposition_goes_round_and_keeps_the_mode() -> None:
    change = Change(torch.tensor([2, 2, 2]), torch.tensor([2.0, 1.0, 1.0]))
    facts = targets([WALTZ, BEAT, NOTHING]).changed(change)
    assert all_keys()[facts.choices["key"][0]].split() == ["C#", "minor"]
    assert facts.choices["key"].tolist()[1:] == [UNKNOWN, UNKNOWN]
    assert facts.tempo[0] == pytest.approx(math.log2(180))


def test_the_vector_holds_each_fact_once() -> None:
    vector = targets([WALTZ, BEAT, NOTHING]).vector()
    assert vector.shape == (3, FACTS_WIDTH)
    # Waltz: five choices, one tempo, two instruments. Beat: metre, tempo, drums. Nothing: that.
    torch.testing.assert_close(vector.sum(1), torch.tensor([8.0, 3.0, 1.0]))
    assert vector[:, -1].tolist() == [0, 0, 1]


def test_a_recording_teaches_what_is_known_of_it_and_no_instrument() -> None:
    recording = replace(NOTHING, key="D major", tempo_bpm=100, listed=False)
    facts = targets([recording, WALTZ])
    assert facts.vector()[:, -1].tolist() == [0, 0]  # neither is silence
    probes = AttributeProbes(8)
    feature = torch.nn.functional.normalize(torch.randn(2, 8), dim=1)
    with_recording = probes.loss(feature, facts)
    probes.loss(feature[:1], facts[torch.tensor([0])]).backward()
    learnt = {
        name: bool(probe.weight.grad.any())
        for name, probe in probes.probes.items()
        if probe.weight.grad is not None
    }
    assert learnt["key"]
    assert learnt["tempo"]
    assert not learnt.get("instruments", False)
    assert with_recording.isfinite()
    both = facts.together(facts[torch.tensor([1, 0])], torch.tensor([True, False]))
    assert both.listed.tolist() == [False, True]


def test_where_nobody_sings_singers_are_learnt_and_nothing_else() -> None:
    recording = replace(NOTHING, key="D major", listed=False, instrumental=True)
    facts = targets([recording, WALTZ])
    assert facts.known.sum(1).tolist() == [len(SINGERS), len(INSTRUMENTS)]
    probes = AttributeProbes(8)
    feature = torch.nn.functional.normalize(torch.randn(2, 8), dim=1)
    probes.loss(feature[:1], facts[torch.tensor([0])]).backward()
    learnt = probes.probes["instruments"].weight.grad.any(1)
    assert [name for name, moved in zip(INSTRUMENTS, learnt, strict=True) if moved] == [*SINGERS]
    # A song over it is somebody who sings to a recording; its instruments are not known.
    song = targets([replace(WALTZ, instruments=("female singer", "piano"))] * 2)
    over = facts.together(song, torch.tensor([True, False]))
    heard = dict(
        zip(
            INSTRUMENTS,
            zip(over.known[0].tolist(), over.instruments[0].tolist(), strict=True),
            strict=True,
        )
    )
    assert heard["female singer"] == (True, 1.0)
    assert heard["male singer"] == (True, 0.0)
    assert not heard["piano"][0]
    # Overlaid with what is not known, nothing is known any more, but who sings.
    unknown = targets([replace(recording, instrumental=False)] * 2)
    assert not facts.together(unknown, torch.tensor([True, True])).known.any()
    heard = unknown.together(song, torch.tensor([True, True])).known[0]
    assert [name for name, is_known in zip(INSTRUMENTS, heard, strict=True) if is_known] == [
        "female singer"
    ]


def test_tempo_shares_peak_at_the_tempo() -> None:
    shares = tempo_shares(torch.tensor([math.log2(100), math.nan]))
    assert shares.shape == (2, TEMPO_BINS)
    assert shares[0].sum() == pytest.approx(1.0)
    assert 2 ** tempo_centres()[shares[0].argmax()].item() == pytest.approx(100, rel=0.02)
    assert not shares[1].any()


def test_probes_learn_and_score_what_they_are_shown() -> None:
    torch.manual_seed(0)
    facts = targets([WALTZ, BEAT] * 4)
    feature = torch.nn.functional.normalize(torch.randn(2, 16), dim=1).repeat(4, 1)
    probes = AttributeProbes(16)
    optimiser = torch.optim.Adam(probes.parameters(), lr=0.05)
    for _ in range(60):
        optimiser.zero_grad()
        probes.loss(feature, facts).backward()
        optimiser.step()
    found = scores(probes(feature), facts)
    assert set(found.values()) == {1.0}


def test_a_batch_without_any_known_fact_has_a_finite_loss() -> None:
    probes = AttributeProbes(8)
    loss = probes.loss(torch.randn(2, 8), targets([NOTHING, NOTHING]))
    loss.backward()
    assert loss.isfinite()
    assert all(p.grad is None or p.grad.isfinite().all() for p in probes.parameters())
    assert probes.probes["instruments"].out_features == len(INSTRUMENTS)


def test_of_two_clips_together_only_the_instruments_are_known() -> None:
    facts = targets([WALTZ, BEAT])
    both = facts.together(facts[torch.tensor([1, 0])], torch.tensor([True, False]))
    assert both.instruments.sum(1).tolist() == [3, 1]
    assert both.choices["metre"].tolist() == [UNKNOWN, facts.choices["metre"][1].item()]
    assert both.tempo.isnan().tolist() == [True, False]
