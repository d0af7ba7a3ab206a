import random
from collections import defaultdict

from mullama.studio.instruments import INSTRUMENTS
from mullama.studio.words.describe import with_article
from mullama.studio.words.questions import OFF_TOPIC, QUESTIONS, UNKNOWABLE, wording

PUBLISHED = (
    "Describe the audio",
    "Describe the audio in detail",
    "What do you hear in the audio?",
    "What can be inferred from the audio?",
)


def test_common_questions_have_many_wordings() -> None:
    for topic, templates in QUESTIONS.items():
        assert len(set(templates)) == len(templates)
        assert len(templates) >= (12 if topic == "lead" else 20), topic


def test_the_published_questions_ask_for_descriptions() -> None:
    described = {*QUESTIONS["short"], *QUESTIONS["long"]}
    assert set(PUBLISHED) <= described


def test_no_wording_belongs_to_two_topics() -> None:
    topics = defaultdict(set)
    for topic, templates in {**QUESTIONS, **UNKNOWABLE, "off topic": OFF_TOPIC}.items():
        for template in templates:
            topics[template.lower().rstrip("?.")].add(topic)
    assert {t: found for t, found in topics.items() if len(found) > 1} == {}


def test_wordings_are_filled_and_vary() -> None:
    rng = random.Random(0)
    for topic, templates in QUESTIONS.items():
        asked = {wording(rng, templates, thing="a harp", bare="harp") for _ in range(200)}
        assert len(asked) > 40, topic
        assert not any("{" in text or text != text.strip() for text in asked)
        assert any(text == text.lower() for text in asked)
        assert any(text[-1].isalpha() for text in asked)


def test_articles_fit() -> None:
    assert {with_article(name).split()[0] for name in INSTRUMENTS} == {"a", "an", "drums"}
