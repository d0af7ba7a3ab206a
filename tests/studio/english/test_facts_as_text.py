from mullama.studio.english.checks import claims, contradictions, verdict
from mullama.studio.english.facts_as_text import facts_as_text
from mullama.studio.silence import NOTHING
from mullama.studio.truth import Truth


def test_every_known_fact_is_told_and_nothing_else(truths: list[Truth]) -> None:
    for truth in truths[:150]:
        text = facts_as_text(truth)
        assert not contradictions(text, truth), text
        told = [claim for claim in claims(text) if verdict(claim, truth) == "true"]
        topics = {claim.topic for claim in told}
        known = {
            "tempo": truth.tempo_bpm,
            "metre": truth.metre,
            "key": truth.key,
            "style": truth.style,
        }
        assert all((value is not None) == (topic in topics) for topic, value in known.items()), text
        named = {claim.value for claim in told if claim.topic == "instrument" and claim.holds}
        assert named == set(truth.instruments), text


def test_silence_is_said_to_be_silent() -> None:
    assert facts_as_text(NOTHING) == "There is no music in the recording."
