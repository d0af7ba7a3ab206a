"""Questions as people put them, answered in the few sentences that the small model speaks.

Thousands of wordings go in (`wordings`), some dozens of sentences come out: a model of two million parameters
can learn to understand more than it can say. What it cannot do, it answers by what it can.
"""

import random
from dataclasses import replace

from mullama.studio.english.as_typed import as_typed
from mullama.studio.english.comparisons import any_other
from mullama.studio.english.declines import SUBJECTS
from mullama.studio.english.in_kind import request_in_kind
from mullama.studio.english.inventions import can_invent
from mullama.studio.english.lore import LORE
from mullama.studio.english.opinions import any_occasion
from mullama.studio.english.settings import in_setting
from mullama.studio.english.speaker import Speaker
from mullama.studio.english.wordings import asks_whether, patterns_for, worded
from mullama.studio.english.world import world_request
from mullama.studio.instruments import INSTRUMENTS
from mullama.studio.truth import Truth
from mullama.studio.words.describe import (
    NO_MUSIC,
    OFF_TOPIC_ANSWER,
    QuestionAnswer,
    answer_about,
    ask_check,
    presence,
    with_article,
)

SAME: dict[str, tuple[str, ...]] = {
    "tempo": ("tempo", "tempo", "pace"),
    "metre": ("metre",),
    "key": ("key", "key", "mode"),
    "instruments": (
        "instruments",
        "instruments",
        "instruments",
        "number",
        "rhythm section",
        "acoustic",
    ),
    "style": ("style",),
    "mood": ("mood", "mood", "mood", "energy"),
    "lead": ("lead",),
    "vocals": ("vocals",),
    "drums": ("drums",),
    "short": ("short", "short", "friend", "one word", "adjectives", "tags"),
    "long": ("long", "long", "caption", "infer", "why"),
}
"""Topic of the small model's answers -> kinds of questions that they answer."""
OPINIONS = (
    "listeners",
    "place",
    "film",
    "playlist",
    "fit",
    "activity",
    "dance",
    "compare",
    "nearest",
)
"""Kinds of questions that are answered from style and mood."""
ACTIVITIES = {
    "aggressive": "training",
    "calm": "relaxing",
    "dark": "driving at night",
    "energetic": "dancing or running",
    "happy": "dancing",
    "relaxed": "relaxing",
    "sad": "resting in the evening",
    "triumphant": "marching",
}
"""Mood -> what one does to such music."""
_ANY = Truth(("piano",), None, None, None, None, None, None)
NEGATIVE = ("without", "no drums", "free of")
"""Words of questions that Yes and No would answer the wrong way round."""
UNTOLD, IN_KIND = 0.36, 0.26
"""Shares of what is unknowable that ask for what sound does not tell, and for something made up."""


def ask(truth: Truth, topic: str, rng: random.Random, subject: str = "") -> QuestionAnswer:
    """A loosely worded question of a topic: those of SAME, presence (of `subject`), check, unknowable, opinion.

    The truth is that of music, not of silence.
    """
    return _as_put(_plain(truth, topic, rng, subject), rng)


def ask_of_silence(rng: random.Random) -> QuestionAnswer:
    """A loosely worded question about a clip without music."""
    topic = rng.choice([*SAME, "presence"])
    question = _plain(_ANY, topic, rng, rng.choice(list(INSTRUMENTS))).question
    whether = asks_whether(question)
    answer = "No, I hear no music." if whether else NO_MUSIC
    return _as_put(QuestionAnswer(question, answer, topic), rng)


def _plain(truth: Truth, topic: str, rng: random.Random, subject: str) -> QuestionAnswer:
    """See `ask`; as one would write it, with nothing around it."""
    speaker = Speaker(truth, rng)
    if topic == "presence" and subject != "drums":
        blanks = {"thing": with_article(subject), "bare": subject, "Bare": subject.capitalize()}
        question = worded(rng, patterns_for("presence"), **blanks)
        return QuestionAnswer(question, presence(truth, subject), topic, subject)
    if topic == "check":
        return _check(truth, rng)
    if topic == "unknowable":
        return _unknowable(speaker)
    if topic == "opinion":
        return _opinion(speaker, rng.choice(OPINIONS))
    topic = "drums" if topic == "presence" else topic
    kind = rng.choice(SAME[topic])
    question = worded(rng, [p for p in patterns_for(kind) if "{mood}" not in p])
    if topic == "drums" and any(word in question.lower() for word in NEGATIVE):
        question = "Are there drums?"
    return QuestionAnswer(question, answer_about(truth, topic), topic, subject or None)


def _check(truth: Truth, rng: random.Random) -> QuestionAnswer:
    """As `describe.ask_check`, loosely worded; its mood where nothing is known to be checked."""
    plain = ask_check(truth, rng)
    if plain is None or plain.subject is None:
        return _plain(truth, "mood", rng, "")
    topic = plain.answer.split(", the ", 1)[1].split(" is ", 1)[0]
    named = {"time signature": "metre"}.get(topic, topic)
    thing = LORE[plain.subject].called if named == "style" else plain.subject
    question = worded(rng, patterns_for(named, "check"), thing=thing)
    return QuestionAnswer(question, plain.answer, "check", plain.subject)


def _unknowable(speaker: Speaker) -> QuestionAnswer:
    """What sound does not tell; what has nothing to do with it; what is to be made up."""
    rng = speaker.rng
    draw = rng.random()
    if draw < UNTOLD:
        subject = rng.choice(list(SUBJECTS))
        name = SUBJECTS[subject][0]
        question = worded(rng, patterns_for(subject, "untold"))
        return QuestionAnswer(question, f"I cannot tell {name} from the music.", "unknowable", name)
    if draw < UNTOLD + IN_KIND and can_invent(speaker):
        patterns, answer = request_in_kind(speaker)
        return QuestionAnswer(worded(rng, patterns), answer, "in kind")
    return QuestionAnswer(world_request(rng), OFF_TOPIC_ANSWER, "off topic")


def _opinion(speaker: Speaker, kind: str) -> QuestionAnswer:
    truth, rng = speaker.truth, speaker.rng
    blanks = {"mood": truth.mood or "calm", "other": any_other(speaker).name}
    blanks["occasion"] = any_occasion(speaker).name
    blanks["Occasion"] = blanks["occasion"][0].upper() + blanks["occasion"][1:]
    question = worded(rng, patterns_for(kind), **blanks)
    music = " ".join(word for word in (truth.mood, truth.style) if word)
    if kind in ("compare", "nearest"):
        answer = (
            f"It is more like {truth.style} than like anything else."
            if truth.style
            else ("It is not much like any style that I know.")
        )
    elif kind == "listeners":
        answer = (
            f"People who like {music} music would like it."
            if music
            else (f"People who like {truth.instruments[0]} would like it.")
        )
    elif kind in ("activity", "dance"):
        answer = (
            f"It suits {ACTIVITIES[truth.mood]}."
            if truth.mood
            else ("It suits listening, for its mood is not clear.")
        )
    else:
        answer = f"It would fit {music} scenes." if music else "It would fit many scenes."
    return QuestionAnswer(question, answer, "opinion", kind)


def _as_put(pair: QuestionAnswer, rng: random.Random) -> QuestionAnswer:
    """The question in a setting and as somebody types it."""
    return replace(pair, question=as_typed(in_setting(pair.question, rng), rng))
