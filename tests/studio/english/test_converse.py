import random
import re
from collections import Counter, defaultdict

import pytest

from mullama.studio.english.as_typed import as_typed
from mullama.studio.english.checks import claims, contradictions, verdict
from mullama.studio.english.converse import KINDS, SHARES, ask, converse
from mullama.studio.english.declines import SUBJECTS
from mullama.studio.silence import NOTHING
from mullama.studio.truth import Truth
from mullama.studio.words.parsing import (
    parse_cannot_tell,
    parse_instruments,
    parse_key,
    parse_metre,
    parse_style,
    parse_tempo,
    parse_yes_no,
)

DRUMS_ALONE = Truth(("drums",), None, 118, "4/4", None, None, None)
HARDLY_ANYTHING = Truth(("synth pad",), None, None, None, None, None, None)


@pytest.fixture(scope="module")
def answered(truths: list[Truth]) -> list[tuple[Truth, str, str, str]]:
    rng = random.Random(1)
    every = [*truths[:60], DRUMS_ALONE, HARDLY_ANYTHING]
    pairs = [(truth, ask(truth, kind, rng)) for truth in every for kind in KINDS]
    return [(truth, pair.topic, pair.question, pair.answer) for truth, pair in pairs]


def test_no_answer_denies_its_truth_or_tells_what_is_not_known(
    answered: list[tuple[Truth, str, str, str]],
) -> None:
    for truth, kind, question, answer in answered:
        said = [(claim, verdict(claim, truth)) for claim in claims(answer)]
        wrong = [
            claim
            for claim, found in said
            if found == "false" or (claim.holds and found == "unknown")
        ]
        assert not wrong, (kind, question, answer)


def test_answers_are_sentences(answered: list[tuple[Truth, str, str, str]]) -> None:
    for _, kind, question, answer in answered:
        assert answer[0].isupper() or answer[0] == '"', (kind, answer)
        assert re.search(r'[.!?]"?$', answer), (kind, answer)
        assert len(answer.split()) >= 2, (kind, answer)
        assert not re.search(r"[{}\[\]|]|  |None|\ba [aeio]|,,|\.\.", answer), (kind, answer)
        assert not re.search(r"[{}\[\]|]|  |None", question), (kind, question)


def test_nothing_is_said_twice(answered: list[tuple[Truth, str, str, str]]) -> None:
    for _, kind, _, answer in answered:
        sentences = re.split(r"(?<=[.!?]) ", answer)
        assert len(set(sentences)) == len(sentences), answer
        assert not re.search(r"\b(\w+) \1\b", answer), answer
        if kind in ("long", "caption", "infer"):
            for fact in (r"\d+ BPM", r"[A-G][#b]? (?:major|minor)", r"\d/\d"):
                assert len(re.findall(fact, answer)) <= 1, answer


def test_answers_keep_one_spelling_of_each_fact(truths: list[Truth]) -> None:
    rng = random.Random(2)
    for truth in truths[:200]:
        read = {
            "tempo": (parse_tempo, truth.tempo_bpm),
            "key": (parse_key, truth.key),
            "metre": (parse_metre, truth.metre),
            "style": (parse_style, truth.style),
        }
        for topic, (parse, value) in read.items():
            answer = ask(truth, topic, rng).answer
            assert parse(answer) == value if value is not None else parse_cannot_tell(answer), (
                answer
            )
        assert parse_instruments(ask(truth, "instruments", rng).answer) == truth.instruments


def test_yes_and_no_fit_the_truth(truths: list[Truth]) -> None:
    rng = random.Random(3)
    for truth in truths[:100]:
        for name in ("piano", "flute", "drums", *truth.instruments):
            pair = ask(truth, "presence", rng, name)
            said = parse_yes_no(pair.answer)
            assert said in (None, name in truth.instruments), pair
            assert pair.subject == name
            if name != "drums":
                assert said is not None, pair


def test_silence_has_no_music_whatever_is_asked() -> None:
    rng = random.Random(4)
    for kind in KINDS:
        for _ in range(30):
            pair = ask(NOTHING, kind, rng)
            if kind == "unknowable":
                assert not contradictions(pair.answer, NOTHING), pair
            else:
                assert "music" in pair.answer, pair
                assert re.search(r"\b(no|not|nothing|can't)\b", pair.answer, re.IGNORECASE), pair


def test_what_sound_does_not_tell_is_declined_by_name(truths: list[Truth]) -> None:
    rng = random.Random(5)
    seen = Counter(
        (pair.subject, any(part in pair.answer.lower() for part in SUBJECTS[str(pair.subject)]))
        for truth in truths[:300]
        for pair in [ask(truth, "unknowable", rng)]
    )
    assert all(named for _, named in seen)
    assert {subject for subject, _ in seen} == set(SUBJECTS)


def test_both_parts_of_a_compound_question_are_answered() -> None:
    truth = Truth(("piano", "drums"), "jazz", 150, "4/4", "C minor", "energetic", "piano")
    rng = random.Random(6)
    for _ in range(300):
        pair = ask(truth, "compound", rng)
        asked = sum(
            word in pair.question.lower() for word in ("tempo", "bpm", "speed", "fast", "slow")
        )
        assert len(re.split(r"(?<=[.!?]) ", pair.answer)) >= 2, pair
        if asked:
            assert re.search(r"BPM|fast|dance|snap|swing", pair.answer, re.IGNORECASE), pair


def test_answers_come_in_many_wordings(truths: list[Truth]) -> None:
    rng, truth = random.Random(7), truths[0]
    said = defaultdict(set)
    for kind in KINDS:
        said[kind] |= {ask(truth, kind, rng).answer for _ in range(60)}
    assert not {kind: answers for kind, answers in said.items() if len(answers) < 6}


def test_the_same_seed_gives_the_same_conversation(truths: list[Truth]) -> None:
    one, two, other = (
        converse(truths[3], random.Random(seed), ("piano", "flute"), pairs=5) for seed in (1, 1, 2)
    )
    assert one == two != other
    assert len(one) == 7
    assert [pair.subject for pair in one[-2:]] == ["piano", "flute"]
    assert all(pair.topic in SHARES for pair in one)


def test_an_unknown_kind_is_refused(truths: list[Truth]) -> None:
    with pytest.raises(ValueError, match="no kind of question is called 'smell'; there are: "):
        ask(truths[0], "smell", random.Random(0))


def test_questions_are_typed_in_many_ways_and_keep_their_numbers() -> None:
    rng = random.Random(8)
    typed = {
        as_typed("Is the key of this song F# minor or 3/4 at 120 BPM?", rng) for _ in range(300)
    }
    assert len(typed) > 40
    assert all("f#" in text.lower() and "3/4" in text and "120" in text for text in typed)
