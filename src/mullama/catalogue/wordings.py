"""Facts -> a caption in one of many wordings, as people who tag and describe music write them.

Only what the facts say is said. Does not know where they come from.
"""

import random
from collections.abc import Mapping

from mullama.catalogue.record import SEPARATOR
from mullama.studio.words.describe import listed

Facts = Mapping[str, str | None]

OPENINGS = (
    "{kind} with {who}.",
    "{kind}, played by {who}.",
    "{who} in {kind_low}.",
    "{kind}: {who}.",
)
SENTENCES = {
    "tempo": (
        "The tempo is about {v} BPM.",
        "It moves at {v} BPM.",
        "Around {v} beats per minute.",
    ),
    "key": ("The key is {v}.", "It is in {v}.", "Played in {v}."),
    "metre": ("The time signature is {v}.", "It is in {v} time.", "Counted in {v}."),
}
TAGS = {"tempo": ("{v} BPM", "{v} bpm"), "key": ("{v}", "key of {v}"), "metre": ("{v}", "{v} time")}


def plain_caption(facts: Facts) -> str:
    """One sentence of mood, style and instruments, as far as they are known."""
    return f"{_kind(facts)} with {_who(facts)}." if facts.get("instruments") else f"{_kind(facts)}."


def wording(facts: Facts, rng: random.Random) -> str:
    """One wording: sentences or a list of tags, in one order, with some of the details; none of nothing."""
    if not any(facts.get(name) for name in ("style", "mood", "instruments")):
        return ""
    details = [name for name in SENTENCES if facts.get(name)]
    chosen = rng.sample(details, rng.randint(0, len(details)))
    if rng.random() < 0.4:
        return _tags(facts, chosen, rng)
    told = [rng.choice(SENTENCES[name]).format(v=facts[name]) for name in chosen]
    told.insert(rng.choice((0, 0, 0, len(told))), _opening(facts, rng))
    return " ".join(told)


def _opening(facts: Facts, rng: random.Random) -> str:
    if not facts.get("instruments"):
        return plain_caption(facts)
    kind = _kind(facts)
    text = rng.choice(OPENINGS).format(
        kind=kind, kind_low=kind[0].lower() + kind[1:], who=_who(facts, rng)
    )
    return text[0].upper() + text[1:]


def _tags(facts: Facts, details: list[str], rng: random.Random) -> str:
    tags = [value for name in ("style", "mood") if (value := facts.get(name))]
    tags += [one for one in (facts.get("instruments") or "").split(SEPARATOR) if one]
    tags += [rng.choice(TAGS[name]).format(v=facts[name]) for name in details]
    rng.shuffle(tags)
    return ", ".join(tags)


def _kind(facts: Facts) -> str:
    words = [value for name in ("mood", "style") if (value := facts.get(name))]
    noun = " ".join([*words, "piece"])
    return f"{'An' if noun[0] in 'aeiou' else 'A'} {noun}"


def _who(facts: Facts, rng: random.Random | None = None) -> str:
    names = (facts.get("instruments") or "").split(SEPARATOR)
    if rng is not None:
        rng.shuffle(names)
    return listed(names)
