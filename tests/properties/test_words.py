"""Whatever is said: patterns, facts in words and back, and judges that take any text."""

import random
import re

from hypothesis import given
from hypothesis import strategies as st

from mullama.evaluation.speaking.held_out import HELD_OUT, TOPICS
from mullama.evaluation.speaking.on_topic import is_fragment, on_topic
from mullama.studio.compose.composer import STYLES
from mullama.studio.compose.harmony import all_keys
from mullama.studio.compose.piece import METRES
from mullama.studio.english.checks import claims, contradictions
from mullama.studio.english.converse import KINDS, ask
from mullama.studio.english.facts_as_text import facts_as_text
from mullama.studio.english.patterns import bare, expression, filled, tidy
from mullama.studio.instruments import INSTRUMENTS, in_listing_order
from mullama.studio.truth import MOODS, Truth
from mullama.studio.words.parsing import parse_instruments, parse_key, parse_metre, parse_tempo
from mullama.training.talk.own_answers import whole_sentences

WORDS = st.text("abc XY.,?'", max_size=8)
PATTERNS = st.recursive(
    WORDS,
    lambda inner: st.tuples(WORDS, st.lists(inner, min_size=1, max_size=3), WORDS).map(
        lambda parts: f"{parts[0]}[{'|'.join(parts[1])}]{parts[2]}"
    ),
    max_leaves=6,
)


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    names = in_listing_order(
        draw(st.sets(st.sampled_from(list(INSTRUMENTS)), min_size=1, max_size=5))
    )
    melodic = [name for name in names if name != "drums"]
    return Truth(
        names,
        draw(st.none() | st.sampled_from(sorted(STYLES))),
        draw(st.none() | st.integers(40, 220)),
        draw(st.none() | st.sampled_from(METRES)),
        draw(st.none() | st.sampled_from(all_keys())),
        draw(st.none() | st.sampled_from(MOODS)),
        draw(st.none() | st.sampled_from(melodic)) if melodic else None,
    )


@given(PATTERNS, st.integers(0, 2**31))
def test_what_a_pattern_says_fits_its_expression(pattern: str, seed: int) -> None:
    said = filled(pattern, random.Random(seed), {})
    assert re.fullmatch(expression(pattern, {}), bare(said).replace(" ", "")) or re.fullmatch(
        expression(pattern, {}), bare(said)
    )
    assert tidy(said) == said


@given(truths())
def test_facts_in_words_are_read_back(truth: Truth) -> None:
    text = facts_as_text(truth)
    assert parse_tempo(text) == truth.tempo_bpm
    assert parse_key(text) == truth.key
    assert parse_metre(text) == truth.metre
    assert set(parse_instruments(text)) == set(truth.instruments)
    assert not contradictions(text, truth)


@given(truths(), st.sampled_from(KINDS), st.integers(0, 2**31))
def test_no_answer_denies_its_truth(truth: Truth, kind: str, seed: int) -> None:
    said = ask(truth, kind, random.Random(seed))
    assert not contradictions(said.answer, truth), said
    assert not is_fragment(said.answer), said


@given(st.text(max_size=80), truths(), st.sampled_from(TOPICS))
def test_judges_take_any_text(text: str, truth: Truth, topic: str) -> None:
    assert len(contradictions(text, truth)) <= len(claims(text))
    assert on_topic(topic, HELD_OUT[topic][0], text) in (True, False)


@given(st.text('abc. !?\n12)"', max_size=60))
def test_whole_sentences_begin_a_text_and_end_with_a_mark(text: str) -> None:
    whole = whole_sentences(text)
    assert text.lstrip().startswith(whole)
    assert not whole or re.search(r"[.!?][\"')]*$", whole)
