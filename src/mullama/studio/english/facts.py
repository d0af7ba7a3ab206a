"""What is heard, said in a sentence or two: answers to questions after one thing.

Numbers, keys, metres, styles, moods and instruments keep one spelling ("120 BPM", "Eb major",
"3/4"), so that answers can be compared; everything around them varies.
"""

from collections.abc import Callable

from mullama.studio.english.speaker import ELECTRIC, Speaker, be, the
from mullama.studio.instruments import DRUMS
from mullama.studio.words.describe import listed, with_article

UNCLEAR = (
    "{What} is not clear [to me|from this clip|here|].",
    "I can't tell {what} [for sure|with any certainty|from this].",
    "It is hard to tell {what} [here|from this|].",
    "I am not sure [about|of] {what} [here|].",
    "[Sorry, |I'm afraid ]I cannot tell {what} [here|from what I hear|].",
    "[As far as I can hear|To my ears], {what} is not clear [enough to say|].",
)
"""That something cannot be made out."""

TEMPO = (
    "{It} [runs|goes|moves along|is played] at [about|around|roughly] {bpm} BPM.",
    "The tempo is [about|around|roughly] {bpm} BPM[|, which is {speed}|, so it is {speed}].",
    "[I'd say|I would say|I count|My estimate is] [about|around] {bpm} BPM.",
    "[I'd put|I would put] the tempo at [about|around|roughly] {bpm} BPM.",
    "[There are|You can count] [about|around|roughly] {bpm} beats per minute, so {bpm} BPM.",
    "A metronome [set to|at] {bpm} BPM would [fit|match] {it}.",
    "{It} is {speed}, at [about|around|roughly] {bpm} BPM.",
    "It [is|comes to] [about|around|roughly] {bpm} BPM[|, and that is {speed}].",
)
PACE = (
    "{It} is {speed}[|, at about {bpm} BPM|, with about {bpm} BPM].",
    "The pace is {pace}[|: about {bpm} BPM|, around {bpm} BPM].",
    "[I would call|I'd call] {it} {speed}[|, as it runs at about {bpm} BPM].",
    "With [about|around|roughly] {bpm} BPM, {it} is {speed}.",
    "It has a {pace} tempo[| of about {bpm} BPM].",
    "The tempo is {pace}[|, about {bpm} BPM].",
    "{Pace}, I would say[|: it runs at about {bpm} BPM].",
)
METRE = (
    "The [time signature|metre] is {metre}[|, so you count {count}].",
    "{It} is in {metre}[|, so you count {count}|: count {count}].",
    "[I hear|I count] {metre}[|, that is, {count}].",
    "[You can|You should] count {count}, as it is in {metre}.",
    "It [is counted|goes] in {metre}.",
    "[I'd write|I would write] it in {metre}.",
    "It has {beats} in each bar: {metre}.",
)
KEY = (
    "The key is {key}.",
    "{It} is in {key}.",
    "It [sounds like|seems to be in|is written in|is played in] {key}.",
    "[I hear|I'd say it is in|I would say it is in] {key}.",
    "The [home key|tonality] is {key}.",
    (
        "[The tonic is {tonic} and the mode is {mode}|The root is {tonic} and the mode is {mode}], "
        "so the key is {key}."
    ),
    "[You can play along|Play along|To play along, take your notes] in {key}.",
)
MODE = (
    "{It} is in {mode}, [in {key}|namely {key}].",
    "[It is {mode}|The mode is {mode}|It is in a {mode} key]: {key}.",
    "[I hear {mode}|It sounds {mode} to me]; the key is {key}.",
    "{Mode}, I would say: the key is {key}.",
    "It is in a {mode} key[|, {key}|, namely {key}].",
    "The key is {key}, so it is in {mode}.",
)
INSTRUMENTS = (
    "I [can |]hear {list}.",
    "[The instruments are|There are|You can hear|It is made of] {instruments}.",
    "{It} is played [on|by] {articled}.",
    "{It} [features|uses|has] {list}.",
    "[What I hear is|What plays is] {list}.",
    "The [line-up|instrumentation|band] [consists of|is made up of] {list}.",
    "[In the mix I hear|Listening closely, I hear|To my ears there is] {list}.",
)
SOLO = (
    "I [can |]hear {one} [alone|on its own|and nothing else].",
    "There is [only|just] {one}.",
    "{It} is played [on|by] {one} [alone|on its own].",
    "[Only|Just] {one} [is playing|can be heard].",
    "It is {one} [alone|on its own|and nothing more].",
)
NUMBER = (
    "I [hear|count] {number}: {list}.",
    "There are {number}: {list}.",
    "{Number} [play|are playing|can be heard]: {list}.",
    "It is a {size} of {number}[|: {list}|, with {list}].",
    "[I make out|I can tell apart] {number}, namely {list}.",
)
YES_THERE = (
    "Yes, there {be} {thing}.",
    "Yes, I [can |clearly |]hear {thing}.",
    "Yes, {the} {be} [there|playing|part of it|in the mix].",
    "Yes, {it} [has|features|includes|uses] {thing}.",
    "Yes, {thing} can be heard[| in {it}].",
    "Yes, {thing} {verb} [here|along|].",
    "Yes, {it} [has|features] {thing}[|; in all I hear {list}].",
)
NOT_THERE = (
    "No, there {be} no {bare}.",
    "No, I [hear|can hear] no {bare}.",
    "No, I [don't|do not|can't] hear {thing}[|; I hear {list}].",
    "No, there {be} no {bare} in [it|the mix|the band].",
    "No, {it} [has|uses|contains] no {bare}[|; it is played by {articled}].",
    "No, there {be} no {bare}; [what I hear is|the instruments are|I hear] {list}.",
)
DRUMS_PLAIN = {
    True: ("There are drums in it.", "It has drums.", "I hear drums.", "Drums are playing."),
    False: (
        "There are no drums in it.",
        "It has no drums.",
        "I hear no drums.",
        "It is without drums.",
    ),
}
NO_VOICE = (
    "[I hear no|There is no] [singing|singer|voice]; {it} is [purely |]instrumental.",
    "{It} is [purely |]instrumental[|, without any singing|: I hear no voice].",
    "[Nobody|No one] [sings|is singing][|, I hear instruments only].",
    "There are no vocals[|, only {list}| in it].",
    "I [hear|can hear] no vocals, only {list}.",
)
A_CHOIR = (
    "[I hear a choir|There is a choir|A choir can be heard], but no solo singer.",
    "The only voices [I hear|in it] are those of a choir.",
    "The voices [that I hear|in it] are a choir.",
)
LEAD = (
    "The [melody|lead|tune] is played by {lead}.",
    "[It is {lead} that|{Lead}] [plays|has|carries] the [melody|tune|lead].",
    "The lead instrument is {lead}.",
    "{Lead} [leads|is in front|takes the lead|stands out], with the [melody|tune].",
    "[Listen to|Follow] {lead}, [which|as it] plays the melody.",
    "You can hear the melody on {lead}.",
)
STYLE = (
    "It is {called}.",
    "The [style|genre] is {style}.",
    "[I would call it|I'd call it|This sounds like|It sounds like] {called}.",
    "{It} [is a|sounds like a] {noun}.",
    "[I'd file it under|I would put it under|It belongs to|It falls under] {style}.",
    "By the sound of it, [the genre is {style}|this is {called}].",
    "What I hear is {called}.",
)
MOOD = (
    "The mood is {mood}.",
    "{It} [sounds|feels] {mood}[| and {near}|, even {near}].",
    "It has a {mood}[|, {near}] [feel|mood|character|air].",
    "{It} is {mood}; it [makes you|may make you] {effect}.",
    "It [brings out|calls up|conveys|stirs up] {feeling}; the mood is {mood}.",
    "[I would call it|I'd call it|To me it is] {mood}[| and {near}].",
    "The [feeling|atmosphere|tone] is {mood}[|, and you may {effect}].",
)
NO_BASS = (
    "I hear no bass [instrument|line][|; what plays is {list}].",
    "There is no bass instrument in it[|; the instruments are {list}].",
)
UNPLUGGED = (
    "{It} [sounds|is] acoustic[|: I hear {list}|, with {list}].",
    "I hear no electric instruments[|, only {list}].",
    "It is acoustic, with {list}.",
    "[Acoustic, I would say|It sounds unplugged]: the instruments are {list}.",
)
PLUGGED = (
    "{It} is electric[|: I hear {plugged}].",
    "It is made with [electric|electric or electronic] instruments, namely {plugged}.",
    "[Electric, I would say|It needs electricity]: there is {plugged}.",
)
MIXED = (
    "It is a mixture of both: {plugged} on the electric side, {others} on the acoustic side.",
    "[Not only electric|Electric in part], I would say: I hear {plugged}, and also {others}.",
    "[Partly electric|Both, I would say]: there is {plugged}, but also {others}.",
    "It mixes [electric and acoustic|plugged and unplugged] sounds: {plugged} with {others}.",
)
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNTS = {
    "3/4": ("one, two, three", "three beats"),
    "4/4": ("one, two, three, four", "four beats"),
    "6/8": ("one to six, in two groups of three", "two beats of three eighths"),
}


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
    count, beats = _COUNTS[value]
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
    amount = f"{_NUMBERS[len(names)] if len(names) <= 10 else len(names)} instruments"
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
    """Whether anybody sings; a choir is the only voice there is a word for."""
    if "choir" in speaker.truth.instruments:
        return speaker.say(A_CHOIR)
    return speaker.say(NO_VOICE, list=speaker.instruments)


def lead(speaker: Speaker) -> str:
    """Which instrument has the melody."""
    name = speaker.truth.lead
    if name is None:
        return unclear(speaker, "the lead instrument")
    return speaker.say(LEAD, lead=the(name), Lead=_capital(the(name)))


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
    tuned = [name for name in speaker.truth.instruments if name not in (DRUMS, "organ")]
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
