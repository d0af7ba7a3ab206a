"""Uses, listeners, scenes, reasons: answers that follow from style, mood and tempo.

Where neither is known they say so and name what is heard instead.
"""

from collections.abc import Callable
from operator import attrgetter

from mullama.studio.english import captions, facts
from mullama.studio.english.lore import OCCASIONS, MoodLore, Occasion, StyleLore
from mullama.studio.english.speaker import Speaker, the
from mullama.studio.words.describe import listed

PLACE = (
    "[You might|You could|One might|I could imagine you would] hear it {place}[|, as it is {what}].",
    "It would [fit|be at home|work well] {place}[|, since it is {what}].",
    "[Being {what}, it|It] [could|might] be played {place}[| or {place2}].",
    "I picture it {place}[|: it is {what}].",
)
FILM = (
    "It would [suit|fit|go well with] {scene}[|, since it is {what}].",
    "I [imagine|picture|see] {scene}[|, because it is {what}].",
    "[You could|I would] use it for {scene}[| or {scene2}].",
    "[Think of|It makes me think of] {scene}[|; it is {what}].",
    "A film could use it for {scene}[|, as it is {what}].",
)
LISTENERS = (
    "[It is for|It would please|I think it would please] {people}[|, as it is {what}].",
    "{People} would [like|enjoy] it[|, because it is {what}].",
    "[It should|It might|It would] appeal to {people}[| and to {people2}].",
    "[I would|I'd] play it to {people}[|: it is {what}].",
)
ACTIVITY = (
    "It [is good|would be good|is made|is fine] for {doing}[|, as it is {what}].",
    "[You could|I would] put it on for {doing}[| or {doing2}].",
    "It goes well with {doing}[|, because it is {what}].",
    "{Doing} would go well with it[|, as it is {what}].",
)
NOT_KNOWN = (
    "It is hard to say, as neither style nor mood is clear; I hear {list}.",
    "I can't tell [for sure|], because style and mood are not clear; what I hear is {list}.",
)
FITS = (
    "Yes, it would [suit|be right for|be fine for] {occasion}: it is {what}.",
    "Yes, [it is {what}, so] it would [work|do] [well |]for {occasion}.",
    "[I think so|I would say so|Good idea]: it is {what}, and that [suits|fits] {occasion}.",
)
FITS_NOT = (
    "No, it is too {mood} for {occasion}.",
    (
        "[Not really|I don't think so|Rather not]: it is {what}, and {occasion} [asks for|calls for] "
        "something else."
    ),
    "I would choose something else for {occasion}, as this is {what}.",
    "[It would|That would] be an odd choice: it is {what}, and too {mood} for {occasion}.",
)
FITS_PERHAPS = (
    "It could [work|do] for {occasion}, if you want {what}.",
    "Perhaps: it is {what}, so for {occasion} it depends on your taste.",
    "[It depends|Maybe]: {occasion} can take {what} if the people like it.",
)
WHY = (
    "It is {reasons} that [make it what it is|give it its character].",
    "[That comes from|It owes its sound to|Its character comes from] {reasons}.",
    "[Above all|Mostly], I hear {reasons}[|, and so it comes across as {mood}].",
    "The {mood} [mood|feel|character] comes from {reasons}.",
)
ENERGY = {
    "high": (
        "The energy is high[|: it is {character}|, as it is {character}].",
        "It has [a lot of|plenty of] energy[|, since it is {character}|: it is {character}].",
        "It will [wake you up|get you going], as it is {character}.",
        "[I'd call it|I would call it] high in energy, because it is {character}.",
    ),
    "middle": (
        "It has [a fair amount of|some] energy[|: it is {character}|, as it is {character}].",
        "It has some energy, but it does not push; it is {character}.",
        "The energy lies in the middle[|: it is {character}].",
        "Neither very high nor very low in energy, I would say: it is {character}.",
    ),
    "low": (
        "The energy is low[|: it is {character}|, as it is {character}].",
        "It is not a piece to wake you up: it is {character}.",
        "It will [slow you down|settle you], as it is {character}.",
        "[I'd call it|I would call it] low in energy, because it is {character}.",
        "[It has little energy|There is not much energy in it][|, since it is {character}].",
    ),
}
_ENERGIES = {
    "aggressive": "high", "energetic": "high", "triumphant": "high", "happy": "middle",
    "dark": "middle", "relaxed": "low", "calm": "low", "sad": "low",
}  # fmt: skip
INFER = (
    (
        "[From the sound|Listening to it|By the sound of it], [one can tell|you can tell|I can tell] "
        "that it is {phrase}, played by {articled}."
    ),
    "[It can be inferred|The sound suggests|What I hear suggests] that this is {phrase} [with|for] {list}.",
    "[One can hear|You can hear] that {articled} play {phrase}.",
)
TITLE = (
    'I would call it "{title}".',
    'How about "{title}"?',
    '"{title}" would [suit|fit] it[|, as it is {what}].',
    '[My suggestion|An invented title] [is|would be] "{title}".',
    'You could name it "{title}"[|, because it is {what}].',
)
PLAYLIST = (
    "[I would put it|It belongs] on a playlist of {what} music.",
    'It would fit a playlist called "{title}"[|, as it is {character}].',
    'It should go on [the playlist|a playlist by the name of] "{title}"[|, because it is {character}].',
    "[Put|I'd put] it among other {what} pieces.",
)
ANNOUNCE = (
    "[Ladies and gentlemen|Listen now|Stay tuned]: here is {phrase} with {list}.",
    "[Coming up is|Next up is|Here comes|Next comes] {phrase} with {list}.",
    "[Now|Next], {phrase} with {list} [for you|is coming].",
    "[Lean in|Stay with us]: here comes {phrase}, played by {articled}.",
)


def what(speaker: Speaker) -> str:
    """Mood and noun, to give as a reason: "a sad waltz"."""
    return speaker.phrase


def _knows(speaker: Speaker) -> bool:
    return speaker.lore is not None or speaker.mood_lore is not None


def not_known(speaker: Speaker) -> str:
    return speaker.say(NOT_KNOWN, list=speaker.articled)


def _two(
    speaker: Speaker, phrases_of: Callable[[StyleLore | MoodLore], tuple[str, ...]]
) -> tuple[str, str]:
    """Two different phrases of those that the style and the mood have."""
    tables = [phrases_of(lore) for lore in (speaker.lore, speaker.mood_lore) if lore is not None]
    phrases = list(dict.fromkeys(phrase for table in tables for phrase in table))
    first, second = speaker.rng.sample(phrases, 2)
    return first, second


def place(speaker: Speaker) -> str:
    """Where it would be heard."""
    if not _knows(speaker):
        return not_known(speaker)
    one, two = _two(speaker, attrgetter("places"))
    return speaker.say(PLACE, place=one, place2=two, what=what(speaker))


def film(speaker: Speaker) -> str:
    """Which scene it would suit."""
    if not _knows(speaker):
        return not_known(speaker)
    one, two = _two(speaker, attrgetter("scenes"))
    return speaker.say(FILM, scene=one, scene2=two, what=what(speaker))


def listeners(speaker: Speaker) -> str:
    """Who would enjoy it."""
    if not _knows(speaker):
        return not_known(speaker)
    one, two = _two(speaker, attrgetter("listeners"))
    people = one[0].upper() + one[1:]
    return speaker.say(LISTENERS, people=one, people2=two, People=people, what=what(speaker))


def activity(speaker: Speaker) -> str:
    """What it is good for."""
    lore = speaker.mood_lore
    if lore is None:
        return dance_or_not(speaker)
    one, two = speaker.rng.sample(lore.activities, 2)
    doing = one[0].upper() + one[1:]
    return speaker.say(ACTIVITY, doing=one, doing2=two, Doing=doing, what=what(speaker))


def dance_or_not(speaker: Speaker) -> str:
    """What one could do to it where no mood is clear."""
    return facts.dance(speaker) if speaker.lore is not None else not_known(speaker)


def fit(speaker: Speaker, occasion: Occasion) -> str:
    """Whether it fits an occasion, with the reason."""
    mood = speaker.truth.mood
    if mood is None:
        return speaker.say(
            (
                "It is hard to say, because the mood is not clear; I hear {list}.",
                "I am not sure, as the mood is not clear [to me|].",
            ),
            list=speaker.articled,
        )
    table = FITS if mood in occasion.good else FITS_NOT if mood in occasion.bad else FITS_PERHAPS
    return speaker.say(table, occasion=occasion.name, what=what(speaker), mood=mood)


def why(speaker: Speaker) -> str:
    """What gives it its character, as far as it can be heard."""
    rng, truth = speaker.rng, speaker.truth
    reasons = _reasons(speaker)
    if len(truth.instruments) > 1:
        names = rng.sample(truth.instruments, min(2, len(truth.instruments)))
        ordered = [name for name in truth.instruments if name in names]
        reasons.append(f"the sound of {listed([the(name) for name in ordered])}")
    elif truth.instruments:
        reasons.append(f"the sound of {the(truth.instruments[0])} alone")
    if not reasons:
        return not_known(speaker)
    moods = [p for p in WHY if "{mood}" not in p] if truth.mood is None else list(WHY)
    return speaker.say(moods, reasons=listed(reasons), mood=str(truth.mood))


def _reasons(speaker: Speaker) -> list[str]:
    """Tempo and mode, where they go with the mood."""
    truth, reasons = speaker.truth, []
    mood = truth.mood
    paces = {"slow": ("sad", "calm", "dark", "relaxed"),
             "fast": ("energetic", "happy", "aggressive", "triumphant")}  # fmt: skip
    modes = {"minor": ("sad", "dark", "aggressive", "energetic"),
             "major": ("happy", "triumphant", "calm", "relaxed")}  # fmt: skip
    if mood in paces.get(speaker.pace or "", ()):
        bpm = f" of about {speaker.truth.tempo_bpm} BPM" if speaker.rng.random() < 0.4 else ""
        reasons.append(f"the {speaker.pace} tempo{bpm}")
    if mood in modes.get(speaker.mode or "", ()):
        reasons.append(speaker.rng.choice([f"the {speaker.mode} key", f"the key of {truth.key}"]))
    return reasons


def energy(speaker: Speaker) -> str:
    """How much energy it has."""
    mood = speaker.truth.mood
    if mood is None and speaker.pace is None:
        return facts.unclear(speaker, "the energy")
    by_pace = {"slow": "low", "moderate": "middle", "fast": "high"}
    level = _ENERGIES[mood] if mood is not None else by_pace[speaker.pace or ""]
    return speaker.say(ENERGY[level], character=listed(speaker.character()))


def infer(speaker: Speaker) -> str:
    """What can be concluded, in two to four sentences."""
    if len(speaker.truth.instruments) < 2:
        return captions.long(speaker)
    first = speaker.say(
        INFER, phrase=speaker.phrase, list=speaker.either, articled=speaker.articled
    )
    rest = captions.remarks(speaker)
    speaker.rng.shuffle(rest)
    return " ".join([first, *rest[: speaker.rng.randint(1, 3)]])


def title(speaker: Speaker) -> str:
    """An invented title."""
    return speaker.say(TITLE, title=_title(speaker), what=what(speaker))


def _title(speaker: Speaker) -> str:
    lores = [lore for lore in (speaker.lore, speaker.mood_lore) if lore is not None]
    titles = [word for lore in lores for word in lore.titles] or [
        "Untitled Sketch",
        "Study One",
        "A Moment",
    ]
    return speaker.rng.choice(titles)


def playlist(speaker: Speaker) -> str:
    """A playlist for it."""
    words = " ".join(word for word in (speaker.truth.mood, speaker.truth.style) if word)
    character = speaker.character()
    if not words:
        return not_known(speaker)
    patterns = [
        pattern
        for pattern in PLAYLIST
        if ("{what}" not in pattern or words) and ("{character}" not in pattern or character)
    ]
    return speaker.say(
        patterns,
        what=words,
        title=_title(speaker),
        character=listed(character) if character else "",
    )


def announce(speaker: Speaker) -> str:
    """A line that presents it."""
    return speaker.say(
        ANNOUNCE,
        phrase=speaker.phrase,
        list=speaker.either,
        articled=speaker.articled,
    )


def any_occasion(speaker: Speaker) -> Occasion:
    """One to ask after."""
    return speaker.rng.choice(OCCASIONS)
