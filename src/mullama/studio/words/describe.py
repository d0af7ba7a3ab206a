"""Truth into words: questions about a clip and the answers that its truth gives.

There is one wording for every fact, in single answers as in descriptions, so that answers can be
compared. It knows truths only, no sound.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from mullama.studio.compose.composer import STYLES
from mullama.studio.compose.harmony import all_keys
from mullama.studio.compose.piece import METRES
from mullama.studio.instruments import DRUMS, INSTRUMENTS, SINGERS
from mullama.studio.truth import MOODS, Truth
from mullama.studio.words.questions import CHECKS, OFF_TOPIC, QUESTIONS, UNKNOWABLE, wording

NO_MUSIC = "I hear no music."
NO_SINGER = "I hear no singer."
OFF_TOPIC_ANSWER = (
    "I can only talk about the music: its instruments, tempo, time signature, key, style and mood."
)

FACT_TOPICS = ("drums", "tempo", "metre", "key", "instruments", "style", "mood", "lead", "vocals")
DESCRIPTION_TOPICS = ("short", "long")


@dataclass(frozen=True)
class QuestionAnswer:
    """One question with its answer."""

    question: str
    answer: str
    topic: str
    """In `FACT_TOPICS` or `DESCRIPTION_TOPICS`; or presence, check, unknowable, off topic, opinion, in kind."""
    subject: str | None = None
    """What is asked after: an instrument for "presence", the claim for "check"."""


def listed(words: Sequence[str]) -> str:
    """Words as a list in a sentence: "a female singer, piano, cello and drums"."""
    words = [with_article(word) if word in SINGERS else word for word in words]
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def with_article(instrument: str) -> str:
    """An instrument as one asks after it: "a piano", "an organ", "drums"."""
    if instrument == DRUMS:
        return instrument
    return f"{'an' if instrument[0] in 'aeiou' else 'a'} {instrument}"


def fact(truth: Truth, topic: str) -> str:
    """The sentence that answers a question of one of `FACT_TOPICS`."""
    if topic == "drums":
        return presence(truth, DRUMS)
    if topic == "tempo":
        if truth.tempo_bpm is None:
            return "The tempo is not clear."
        return f"The tempo is about {truth.tempo_bpm} BPM."
    if topic == "metre":
        if truth.metre is None:
            return "The time signature is not clear."
        return f"The time signature is {truth.metre}."
    if topic == "key":
        return "There is no clear key." if truth.key is None else f"The key is {truth.key}."
    if topic == "instruments":
        return f"I hear {listed(truth.instruments)}."
    if topic == "style":
        return "The style is not clear." if truth.style is None else f"The style is {truth.style}."
    if topic == "mood":
        return "The mood is not clear." if truth.mood is None else f"The mood is {truth.mood}."
    if topic == "lead":
        if truth.lead is None:
            return "There is no clear lead instrument."
        verb = "sung" if truth.lead in SINGERS else "played"
        return f"The melody is {verb} by {with_article(truth.lead)}."
    if topic == "vocals":
        there = listed([with_article(name) for name in truth.singers]) if truth.singers else ""
        if not there and truth.maybe_sung:
            return "Whether somebody sings is not clear."
        return f"There is {there}." if there else NO_SINGER
    raise ValueError(f"no fact is called {topic!r}")


def presence(truth: Truth, instrument: str) -> str:
    """Whether an instrument can be heard, beginning with Yes or No."""
    yes, no = presence_answers(instrument)
    return yes if instrument in truth.instruments else no


@cache
def presence_answers(instrument: str) -> tuple[str, str]:
    """That an instrument can be heard, and that it cannot."""
    verb = "are" if instrument == DRUMS else "is"
    return f"Yes, there {verb} {with_article(instrument)}.", f"No, there {verb} no {instrument}."


def short_caption(truth: Truth) -> str:
    """One sentence: mood, style and instruments."""
    words = [word for word in (truth.mood, truth.style) if word is not None]
    noun = " ".join([*words, "piece"])
    article = "An" if noun[0] in "aeiou" else "A"
    return f"{article} {noun} with {listed(truth.instruments)}."


def long_caption(truth: Truth) -> str:
    """A sentence for each fact that is known, always in the same order."""
    known = {
        "style": truth.style,
        "mood": truth.mood,
        "tempo": truth.tempo_bpm,
        "metre": truth.metre,
        "key": truth.key,
    }
    sentences = [fact(truth, topic) for topic, value in known.items() if value is not None]
    return " ".join([*sentences, fact(truth, "instruments")])


def ask(truth: Truth, topic: str, rng: random.Random) -> QuestionAnswer:
    """A question of one of `FACT_TOPICS` or `DESCRIPTION_TOPICS` with its answer."""
    subject = DRUMS if topic == "drums" else None
    question = wording(rng, QUESTIONS[topic])
    return QuestionAnswer(question, answer_about(truth, topic), topic, subject)


def answer_about(truth: Truth, topic: str) -> str:
    """The sentence of one of `FACT_TOPICS`, or the description of one of `DESCRIPTION_TOPICS`."""
    answers = {"short": short_caption, "long": long_caption}
    return answers[topic](truth) if topic in answers else fact(truth, topic)


def ask_presence(truth: Truth, instrument: str, rng: random.Random) -> QuestionAnswer:
    """A question whether an instrument plays, with its answer."""
    if instrument == DRUMS:
        return QuestionAnswer(
            wording(rng, QUESTIONS["drums"]), presence(truth, DRUMS), "presence", DRUMS
        )
    question = wording(rng, QUESTIONS["presence"], thing=with_article(instrument), bare=instrument)
    return QuestionAnswer(question, presence(truth, instrument), "presence", instrument)


def ask_check(truth: Truth, rng: random.Random) -> QuestionAnswer | None:
    """A question whether style, mood, metre or key is such; half of the answers are Yes.

    None when no such fact of the clip is known.
    """
    values: dict[str, tuple[str | None, tuple[str, ...]]] = {
        "style": (truth.style, tuple(STYLES)),
        "mood": (truth.mood, MOODS),
        "metre": (truth.metre, METRES),
        "key": (truth.key, all_keys()),
    }
    known = [topic for topic, (value, _) in values.items() if value is not None]
    if not known:
        return None
    topic = rng.choice(known)
    value, others = values[topic]
    holds = rng.random() < 0.5
    claim = value if holds else rng.choice([other for other in others if other != value])
    sentence = fact(truth, topic)
    answer = f"{'Yes' if holds else 'No'}, {sentence[0].lower()}{sentence[1:]}"
    return QuestionAnswer(wording(rng, CHECKS[topic], thing=str(claim)), answer, "check", claim)


def ask_unknowable(rng: random.Random) -> QuestionAnswer:
    """A question that sound does not answer, or one that has nothing to do with music."""
    if rng.random() < 0.3:
        return QuestionAnswer(wording(rng, OFF_TOPIC), OFF_TOPIC_ANSWER, "off topic")
    subject = rng.choice(list(UNKNOWABLE))
    answer = f"I cannot tell {subject} from the music."
    return QuestionAnswer(wording(rng, UNKNOWABLE[subject]), answer, "unknowable", subject)


def ask_of_silence(rng: random.Random) -> QuestionAnswer:
    """Any question, asked of a clip without music."""
    topic = rng.choice([*FACT_TOPICS, *DESCRIPTION_TOPICS, "presence"])
    if topic in ("presence", "drums"):
        instrument = rng.choice(list(INSTRUMENTS)) if topic == "presence" else DRUMS
        thing, bare = with_article(instrument), instrument
        question = wording(rng, QUESTIONS[topic], thing=thing, bare=bare)
        return QuestionAnswer(question, "No, I hear no music.", topic, instrument)
    return QuestionAnswer(wording(rng, QUESTIONS[topic]), NO_MUSIC, topic)


def interview(truth: Truth, seed: int, presences: Sequence[str] = ()) -> list[QuestionAnswer]:
    """One question of every kind about a clip, and one for each instrument in `presences`.

    The same truth and seed give the same questions. Which instruments to ask after is chosen for
    a whole set of clips by `balance.balanced_presences`, so that guessing does not pay.
    """
    rng = random.Random(seed)
    pairs = [ask(truth, topic, rng) for topic in (*FACT_TOPICS, *DESCRIPTION_TOPICS)]
    pairs += [ask_presence(truth, instrument, rng) for instrument in presences]
    check = ask_check(truth, rng)
    pairs += [check] if check is not None else []
    return [*pairs, ask_unknowable(rng)]
