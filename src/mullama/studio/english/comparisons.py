"""Comparisons with other kinds of music, and between two styles, by what is known of the music."""

from mullama.studio.english import facts
from mullama.studio.english.lore import LORE
from mullama.studio.english.opinions import not_known
from mullama.studio.english.others import OTHERS, Other
from mullama.studio.english.speaker import Speaker
from mullama.studio.words.describe import listed

DIFFERENT = (
    "Unlike {other}, which is {typical}, {this} is {what}[|, with {list}].",
    "Where {other} is {typical}, this is {what}[|, played by {articled}].",
    "While {other} is {typical}, {this} is {what}.",
    "They differ: where {other} is {typical}, here I hear {list}, and it is {what}.",
)
ALIKE = (
    "[They are close|They are much alike|It comes close]: it is {what}, [played by {articled}|with {list}].",
    "It is {what} itself, [played by {articled}|with {list}].",
)
SHARED = (
    "Like {other}, it is {shared}; it is played by {articled}.",
    "It shares with {other} that it is {shared}[|, and here I hear {list}].",
    "Both are {shared}; this one is played by {articled}.",
)
EITHER = (
    "It is {called}[|, not {other}].",
    "[I would say|I'd say|To me] it is {called}[|, not {other}].",
    "{Called}, [I would say|by the sound of it|if you ask me].",
    "It is [closer to|more like] {called}[|, played by {articled}].",
)
NEITHER = (
    "Neither[|, really]: it is {called}.",
    "It is neither of [them|the two]; I hear {called}.",
    "[I would call it neither|I'd say neither]: it is {called}[|, played by {articled}].",
)

NEAREST = (
    "It is [closest to|most like|nearest to] {called}[|, played by {articled}].",
    "[I would|I'd] [put it beside|compare it with|liken it to] {called}[|: it is {what}].",
    "{Called} [is its nearest relative|comes closest|is what it resembles most][|, as it is {what}].",
)


def compare(speaker: Speaker, other: Other) -> str:
    """How it differs from another kind of music, or what they share."""
    words = listed(speaker.character()) if speaker.character() else None
    blanks = {"other": other.name, "typical": listed(other.character), "list": speaker.either}
    blanks["articled"] = speaker.articled
    if speaker.truth.style is not None and other.style == speaker.truth.style:
        return speaker.say(ALIKE, what=speaker.phrase, **blanks)
    shared = [word for word in speaker.character() if word in other.character]
    if shared:
        return speaker.say(SHARED, shared=listed(shared), **blanks)
    described = speaker.rng.choice([words, speaker.phrase]) if words else speaker.phrase
    if speaker.lore is None and words is None:  # without words there is no mood either
        return not_known(speaker)
    this = speaker.rng.choice(["this", "this piece", "it"])
    return speaker.say(DIFFERENT, what=described, this=this, **blanks)


def either(speaker: Speaker, styles: tuple[str, str]) -> str:
    """Which of two styles it is, if it is one of them."""
    lore = speaker.lore
    if lore is None:
        return facts.style(speaker)
    others = [LORE[name].called for name in styles if name != speaker.truth.style]
    called = lore.called
    return speaker.say(
        EITHER if len(others) == 1 else NEITHER,
        called=called,
        Called=called[0].upper() + called[1:],
        other=others[0],
        articled=speaker.articled,
    )


def nearest(speaker: Speaker) -> str:
    """Which kind of music it is most like: its own style, if that is known."""
    lore = speaker.lore
    if lore is None:
        return facts.style(speaker)
    called = lore.called
    blanks = {"called": called, "Called": called[0].upper() + called[1:]}
    return speaker.say(NEAREST, articled=speaker.articled, what=speaker.phrase, **blanks)


def any_other(speaker: Speaker) -> Other:
    """A kind of music to compare with."""
    return speaker.rng.choice(OTHERS)
