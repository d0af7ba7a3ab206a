"""Descriptions -> pairs by fixed sentences, without any language model; the same ones every time.

Where the studio knows the truth of a clip, its own questions and answers are used; from a caption
or tags, only words that stand in them. Good for tests, for trying the whole way from a collection
to a data set, and as the yardstick that a language model has to beat.
"""

import hashlib
import random
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mullama.data.formats.published import FIXED_QUESTIONS, OPEN_QUESTIONS
from mullama.data.records import Clip
from mullama.errors import UsageError
from mullama.musicqa.descriptions import Description
from mullama.musicqa.interview.interview import Pairs, to_record
from mullama.musicqa.interview.normalise_text import letters
from mullama.musicqa.writers.sentences import text_answers, text_pairs
from mullama.musicqa.writers.usage import Usage
from mullama.musicqa.writers.writer_options import WriterOptions

if TYPE_CHECKING:
    from mullama.studio.truth import Truth


class TemplateWriter:
    """Needs nothing and costs nothing."""

    name = "template"

    def __init__(self, argument: str = "", options: WriterOptions | None = None) -> None:
        if argument:
            raise UsageError(f"the template writer is called 'template', not 'template:{argument}'")
        self.usage = Usage()

    def write(self, descriptions: Iterable[Description]) -> Iterator[Clip]:
        """In the order of the descriptions."""
        return map(template_interview, descriptions)


def template_interview(description: Description) -> Clip:
    """One clip's pairs; fails where the description has no words."""
    rng = random.Random(_seed(description))
    if description.facts:
        from mullama.studio.truth import Truth

        truth = Truth.from_dict(description.facts)
        answers, candidates = _truth_answers(truth), _truth_pairs(truth, rng)
    elif description.text.strip():
        answers, candidates = text_answers(description), text_pairs(description, rng)
    else:
        return to_record(description, TemplateWriter.name, failed="the description is empty")
    fixed = tuple(zip(FIXED_QUESTIONS, answers, strict=True))
    return to_record(description, TemplateWriter.name, pairs=fixed + _first_different(candidates))


def _truth_answers(truth: "Truth") -> tuple[str, ...]:
    """To the fixed questions, from what is known."""
    from mullama.studio.words.describe import fact, long_caption, short_caption

    known = [fact(truth, topic) for topic in ("style", "mood") if getattr(truth, topic)]
    return (
        short_caption(truth),
        long_caption(truth),
        fact(truth, "instruments"),
        " ".join(known) or short_caption(truth),
    )


def _truth_pairs(truth: "Truth", rng: random.Random) -> Iterator[tuple[str, str]]:
    """Known facts in random order; then whether instruments play, one of two that does not."""
    from mullama.studio.instruments import INSTRUMENTS
    from mullama.studio.words.describe import ask, ask_presence

    known = {
        "instruments": truth.instruments,
        "style": truth.style,
        "mood": truth.mood,
        "tempo": truth.tempo_bpm,
        "metre": truth.metre,
        "key": truth.key,
        "lead": truth.lead,
    }
    topics = [topic for topic, value in known.items() if value]
    for topic in rng.sample(topics, len(topics)):
        pair = ask(truth, topic, rng)
        yield pair.question, pair.answer
    absent = [name for name in INSTRUMENTS if name not in truth.instruments]
    while True:
        pool = absent if rng.random() < 0.5 else truth.instruments
        pair = ask_presence(truth, rng.choice(pool), rng)
        yield pair.question, pair.answer


def _first_different(candidates: Iterable[tuple[str, str]]) -> Pairs:
    """As many as are wanted, no question twice."""
    chosen: list[tuple[str, str]] = []
    asked = set(map(letters, FIXED_QUESTIONS))
    for question, answer in candidates:
        if letters(question) not in asked:
            asked.add(letters(question))
            chosen.append((question, answer))
        if len(chosen) == OPEN_QUESTIONS:
            break
    return tuple(chosen)


def _seed(description: Description) -> int:
    key = f"{description.source}\0{description.id}"
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
