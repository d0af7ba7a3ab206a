"""Held-out questions are not trained on: no pattern can say one of them."""

import re
from collections import Counter

from mullama.evaluation.speaking.held_out import HELD_OUT
from mullama.evaluation.speaking.open_requests import OPEN_REQUESTS
from mullama.evaluation.speaking.second import SECOND
from mullama.studio.compose.composer import STYLES
from mullama.studio.english.compound import ASKED, CLAUSES, NOUNS
from mullama.studio.english.lore import LORE, OCCASIONS
from mullama.studio.english.others import OTHERS
from mullama.studio.english.patterns import bare, expression
from mullama.studio.english.plain_requests import SONG_REQUESTS, WORLD_REQUESTS
from mullama.studio.english.settings import HEDGES
from mullama.studio.english.wordings import ASKED as FOLDERS
from mullama.studio.english.wordings import NAMES
from mullama.studio.english.world import NUMBERS, PEOPLE, PLACES, STUFFS, THINGS, TOPICS
from mullama.studio.instruments import INSTRUMENTS
from mullama.studio.truth import MOODS
from mullama.studio.words.describe import with_article
from mullama.studio.words.questions import CHECKS, OFF_TOPIC, QUESTIONS, UNKNOWABLE
from mullama.studio.words.questions import NAMES as PLAIN_NAMES

_JUDGED = [q for table in (HELD_OUT, SECOND) for some in table.values() for q in some]
_ASIDES = re.compile(rf", (?:{'|'.join(HEDGES)})(?=\\?)")
_ALL = [bare(_ASIDES.sub("", question)) for question in (*_JUDGED, *OPEN_REQUESTS)]
"""Without what `settings.py` may put around a question."""


def test_there_are_a_dozen_questions_or_more_of_each_topic() -> None:
    assert len(HELD_OUT) >= 20
    assert min(map(len, HELD_OUT.values())) >= 12
    assert max(Counter(map(bare, _JUDGED)).values()) == 1
    assert len(set(OPEN_REQUESTS)) >= 40


def test_no_pattern_says_a_held_out_question() -> None:
    patterns = [line for path in FOLDERS.glob("*/*") for line in path.read_text().splitlines()]
    assert len(patterns) > 2000
    things = [*THINGS, *map(with_article, INSTRUMENTS), *STYLES, *MOODS, "a waltz", "a march"]
    blanks = {
        "it": NAMES,
        "thing": things,
        "bare": INSTRUMENTS,
        "Bare": INSTRUMENTS,
        "mood": MOODS,
        "occasion": [occasion.name for occasion in OCCASIONS],
        "Occasion": [occasion.name for occasion in OCCASIONS],
        "other": [*(other.name for other in OTHERS), *THINGS],
        **{blank: [lore.called for lore in LORE.values()] for blank in ("one", "One", "two")},
        "stuff": STUFFS,
        "place": PLACES,
        "person": PEOPLE,
        "topic": TOPICS,
        "number": NUMBERS,
        "number_two": NUMBERS,
    }
    for pattern in patterns:
        fits = re.compile(expression(pattern, blanks))
        said = [question for question in _ALL if fits.fullmatch(question)]
        assert not said, (pattern, said)


def test_no_plain_wording_is_held_out() -> None:
    tables = [*QUESTIONS.values(), *UNKNOWABLE.values(), *CHECKS.values(), OFF_TOPIC]
    things = [*STYLES, *MOODS, *map(with_article, INSTRUMENTS)]
    blanks = {"it": PLAIN_NAMES, "thing": things, "bare": INSTRUMENTS}
    for template in (template for table in tables for template in table):
        fits = re.compile(expression(template, blanks))
        said = [question for question in _ALL if fits.fullmatch(question)]
        assert not said, (template, said)


def test_no_compound_or_plain_request_is_held_out() -> None:
    parts = [part for table in (NOUNS, CLAUSES) for row in table.values() for part in row]
    several = [f"{one}{join}{two}" for one in parts for join in (" and ", ", ") for two in parts]
    blanks = {"parts": several, "Parts": several}
    for pattern in (*ASKED[True], *ASKED[False]):
        fits = re.compile(expression(pattern, blanks))
        assert not [question for question in _ALL if fits.fullmatch(question)], pattern
    assert not {bare(request) for request in (*WORLD_REQUESTS, *SONG_REQUESTS)} & set(_ALL)
