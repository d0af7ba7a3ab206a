"""What is heard, said in a sentence or two: answers to questions after one thing.

The wordings stand in fact_patterns.py; here is decided which of them is true.
"""

from collections.abc import Callable

from mullama.studio.english.fact_patterns import (
    A_CHOIR,
    COUNTS,
    DRUMS_PLAIN,
    INSTRUMENTS,
    KEY,
    LEAD,
    LEAD_SUNG,
    METRE,
    MIXED,
    MODE,
    MOOD,
    NO_BASS,
    NO_VOICE,
    NOT_THERE,
    NUMBER,
    NUMBERS,
    PACE,
    PLUGGED,
    SOLO,
    STYLE,
    TEMPO,
    UNCLEAR,
    UNPLUGGED,
    VOICES,
    YES_THERE,
)
from mullama.studio.english.speaker import ELECTRIC, Speaker, be, the
from mullama.studio.instruments import CHOIR, DRUMS, SINGERS
from mullama.studio.words.describe import listed, with_article


def unclear(speaker: Speaker, what: str) -> str:
    """That `what` cannot be made out."""
    return speaker.say(UNCLEAR, what=what, What=_capital(what))


def tempo(speaker: Speaker) -> str:
    """The tempo in BPM."""
    return _paced(speaker, TEMPO)


def pace(speaker: Speaker) -> str:
    """Whether it is slow, moderate or fast."""
    return _paced(speaker, PACE)


def speed(pace: str) -> str:
    """A pace as what something is: "slow", "of moderate speed", "fast"."""
    return "moderate in tempo" if pace == "moderate" else pace


def _paced(speaker: Speaker, patterns: tuple[str, ...]) -> str:
    word = speaker.pace
    if word is None:
        return unclear(speaker, "the tempo")
    blanks = {"pace": word, "Pace": _capital(word), "speed": speed(word)}
    return speaker.say(patterns, bpm=str(speaker.truth.tempo_bpm), **blanks)


def dance(speaker: Speaker) -> str:
    """Whether and how one would dance to it."""
    lore, truth = speaker.lore, speaker.truth
    if lore is not None and truth.style in ("ambient",):
        return speaker.say(
            (
                "[Not really|Hardly]: you would {dance}.",
                "It is not made for dancing; you would {dance}.",
            ),
            dance=lore.dance,
        )
    if lore is not None:
        return speaker.say(
            (
                "[You could|You can|People would] {dance}[|; it is {called}, after all].",
                "As it is {called}, you [could|can|might] {dance}.",
                "{It} [invites you to|makes you want to] {dance}.",
                "With {called} you [can|could] {dance}.",
            ),
            dance=lore.dance,
            called=lore.called,
        )
    if speaker.pace is None:
        return speaker.say("It is hard to say, because the tempo is not clear [to me|].")
    lively = {
        "slow": ("It is too slow for much dancing[|; a slow sway would do].",),
        "moderate": ("You could [step|sway] along easily, as the tempo is moderate.",),
        "fast": ("You could dance to it with quick feet, as the tempo is fast.",),
    }
    beat = "[| The drums help.]" if truth.drums and speaker.pace != "slow" else ""
    return speaker.say(lively[speaker.pace]) + speaker.say(beat)


def metre(speaker: Speaker) -> str:
    """The time signature."""
    value = speaker.truth.metre
    if value is None:
        return unclear(speaker, speaker.say("[the time signature|the metre]").lower())
    count, beats = COUNTS[value]
    return speaker.say(METRE, metre=value, count=count, beats=beats)


def key(speaker: Speaker) -> str:
    """The key."""
    return _keyed(speaker, KEY)


def mode(speaker: Speaker) -> str:
    """Major or minor."""
    return _keyed(speaker, MODE)


def _keyed(speaker: Speaker, patterns: tuple[str, ...]) -> str:
    value = speaker.truth.key
    if value is None:
        return unclear(speaker, "the key")
    tonic, word = value.split()
    return speaker.say(patterns, key=value, tonic=tonic, mode=word, Mode=_capital(word))


def instruments(speaker: Speaker) -> str:
    """What plays."""
    names = speaker.truth.instruments
    if not names:
        return speaker.say("I cannot tell the instruments [for sure|here|apart].")
    if len(names) == 1:
        one = with_article(names[0])
        if names[0] == DRUMS:
            return speaker.say(("I hear drums [alone|and nothing else].", "There are only drums."))
        return speaker.say(SOLO, one=one)
    return speaker.say(
        INSTRUMENTS,
        list=speaker.either,
        instruments=speaker.instruments,
        articled=speaker.articled,
    )


def number(speaker: Speaker) -> str:
    """How many instruments play."""
    names = speaker.truth.instruments
    if len(names) < 2:
        return instruments(speaker)
    amount = f"{NUMBERS[len(names)] if len(names) <= 10 else len(names)} instruments"
    size = "duo" if len(names) == 2 else "group"
    return speaker.say(
        NUMBER, number=amount, Number=_capital(amount), list=speaker.instruments, size=size
    )


def presence(speaker: Speaker, instrument: str) -> str:
    """Whether an instrument plays, beginning with Yes or No."""
    there = instrument in speaker.truth.instruments
    patterns: tuple[str, ...] = YES_THERE if there else NOT_THERE
    if not speaker.truth.instruments:
        patterns = NOT_THERE[:2]
    return speaker.say(
        patterns,
        thing=with_article(instrument),
        bare=instrument,
        be=be(instrument),
        verb="play" if instrument == DRUMS else "plays",
        the=instrument if instrument == DRUMS else the(instrument),
        list=speaker.either,
        articled=speaker.articled,
    )


def drums(speaker: Speaker) -> str:
    """Whether there are drums, beginning with Yes or No."""
    return presence(speaker, DRUMS)


def drums_plainly(speaker: Speaker) -> str:
    """The same without Yes or No, for questions that are put in the negative."""
    return speaker.say(DRUMS_PLAIN[speaker.truth.drums])


def vocals(speaker: Speaker) -> str:
    """Whether anybody sings, and who."""
    singers = speaker.truth.singers
    if singers == (CHOIR,):
        return speaker.say(A_CHOIR)
    if singers:
        return speaker.say(VOICES, singers=listed([with_article(name) for name in singers]))
    if speaker.truth.maybe_sung:
        return unclear(speaker, speaker.say("whether [anybody|somebody] sings"))
    return speaker.say(NO_VOICE, list=speaker.instruments)


def lead(speaker: Speaker) -> str:
    """Which instrument has the melody."""
    name = speaker.truth.lead
    if name is None:
        return unclear(speaker, "the lead instrument")
    return speaker.say(
        LEAD_SUNG if name in SINGERS else LEAD, lead=the(name), Lead=_capital(the(name))
    )


def style(speaker: Speaker) -> str:
    """The style."""
    lore = speaker.lore
    if lore is None:
        return unclear(speaker, speaker.say("[the style|the genre]").lower())
    blanks = {"called": lore.called, "noun": speaker.noun}
    return speaker.say(STYLE, style=str(speaker.truth.style), **blanks)


def mood(speaker: Speaker) -> str:
    """The mood and what it does to one."""
    lore = speaker.mood_lore
    if lore is None:
        return unclear(speaker, "the mood")
    return speaker.say(
        MOOD,
        mood=str(speaker.truth.mood),
        near=speaker.rng.choice(lore.adjectives),
        feeling=speaker.rng.choice(lore.feelings),
        effect=speaker.rng.choice(lore.effects),
    )


def rhythm_section(speaker: Speaker) -> str:
    """Bass and drums."""
    bass, has_drums = speaker.bass, speaker.truth.drums
    if bass is not None and has_drums:
        return speaker.say(
            (
                "[The rhythm section is|The rhythm rests on|The rhythm comes from] {bass} and drums.",
                (
                    "[The bass part is played by|On the bass part I hear] {bass}, [together with|"
                    "along with] drums."
                ),
                "There is a {name} for the low notes, and [there are drums|drums play as well].",
                "[Bass and drums|The rhythm section]: there is {bass}, and there are drums.",
                "{Bass} and drums [keep the rhythm going|carry the rhythm|make up the rhythm section].",
            ),
            bass=with_article(bass),
            name=bass,
            Bass=_capital(with_article(bass)),
        )
    if bass is not None:
        return speaker.say(
            (
                "[The bass line is played by|I hear] {bass}, but [there are no drums|no drums].",
                "There is {bass} [at the bottom|for the low part|for the bass line], [without|but no] drums.",
                "On the bass line [I hear|there is] {bass}; there are no drums.",
            ),
            bass=with_article(bass),
        )
    end = " The rhythm comes from the drums." if has_drums else " There are no drums either."
    return speaker.say(NO_BASS, list=speaker.instruments) + end


def acoustic(speaker: Speaker) -> str:
    """Whether its instruments need a plug."""
    tuned = [name for name in speaker.truth.instruments if name not in (*SINGERS, DRUMS, "organ")]
    plugged = [name for name in tuned if name in ELECTRIC]
    others = [name for name in tuned if name not in ELECTRIC]
    if not tuned:
        return speaker.say("It is hard to say [whether it is acoustic|with these instruments].")
    patterns = MIXED if plugged and others else PLUGGED if plugged else UNPLUGGED
    return speaker.say(
        patterns,
        list=speaker.instruments,
        plugged=listed(plugged) if plugged else "",
        others=listed(others) if others else "",
    )


FACTS: dict[str, Callable[[Speaker], str]] = {
    "tempo": tempo,
    "pace": pace,
    "dance": dance,
    "metre": metre,
    "key": key,
    "mode": mode,
    "instruments": instruments,
    "number": number,
    "drums": drums,
    "vocals": vocals,
    "lead": lead,
    "style": style,
    "mood": mood,
    "rhythm section": rhythm_section,
    "acoustic": acoustic,
}
"""Topic -> what answers it."""


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
