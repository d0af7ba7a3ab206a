"""Several facts in one breath: descriptions from a word to a paragraph, and tags.

Only what is known is mentioned; what is not clear is left out.
"""

from mullama.studio.english import facts
from mullama.studio.english.speaker import Speaker, the
from mullama.studio.words.describe import listed

OPENING = (
    "This is {phrase}.",
    "[It is|We hear|I hear|What we have here is] {phrase}.",
    "[The recording|The clip|This recording] [presents|is] {phrase}.",
)
OPENING_WITH = (
    "This is {phrase} [with {list}|for {list}|played by {articled}|played on {articled}].",
    "[It is|I hear|What I hear is|You are listening to] {phrase} [with {list}|played by {articled}].",
    "{Articled} [play|perform] {phrase}.",
    "[Here|In this clip] {articled} play {phrase}.",
    "{It} is {phrase}, [played by {articled}|with {list}].",
)
ALONE = (
    "This is {phrase} for {list} alone.",
    "[It is|I hear] {phrase}, played on {list} alone.",
)
BAND = (
    "[The instruments are|One can hear|What plays is] {list}.",
    "It features {list}.",
    "It is played [on|by] {articled}.",
    "The instrumentation [consists of|is] {list}.",
)
LEAD = (
    "{Lead} [plays the melody|carries the melody|leads|has the tune].",
    "The melody is [played by|in the hands of|given to] {lead}.",
)
TEMPO = (
    "[The tempo is|It runs at] about {bpm} BPM.",
    "At [about|around|roughly] {bpm} BPM, it is {speed}.",
    "The tempo is {pace}, [about|around] {bpm} BPM.",
)
PACE = ("The tempo is {pace}.", "It is {speed}.", "It moves at a {pace} pace.")
METRE = (
    "The [time signature|metre] is {metre}.",
    "It is in {metre} time.",
    "It is counted in {metre}.",
)
KEY = ("The key is {key}.", "It is in {key}.", "[Harmonically, it|It] is in {key}.")
TEMPO_METRE = (
    "It is in {metre}, at [about|around] {bpm} BPM.",
    "It runs at [about|around] {bpm} BPM in {metre} time.",
    "With [about|around] {bpm} BPM in {metre}, it is {speed}.",
)
KEY_TEMPO = (
    "It is in {key} and runs at [about|around] {bpm} BPM.",
    "The key is {key}, and the tempo is about {bpm} BPM.",
)
FEELING = (
    "It brings out {feeling}.",
    "It [makes you|may make you] {effect}.",
    "It has a {near} [feel|air|character].",
    "It [sounds|feels] {near}.",
    "One feels {feeling}.",
)
USE = (
    "[In a film, it|It] would go well with {scene}.",
    "[One might|You might|You could] hear it {place}.",
    "[It could|This could|It might] be heard {place}.",
)

IMAGINE = ("Imagine {list} playing together.", "Think of {list} [playing|in one room].")


def short(speaker: Speaker, *, paced: bool = True) -> str:
    """One sentence with style, mood and instruments, sometimes the tempo."""
    names = speaker.truth.instruments
    if not names:
        return speaker.say(OPENING, phrase=speaker.phrase)
    if len(names) == 1:
        return speaker.say(ALONE, phrase=speaker.phrase, list=speaker.articled)
    phrase = _paced_phrase(speaker) if paced else speaker.phrase
    articled = speaker.articled
    blanks = {"articled": articled, "Articled": articled[0].upper() + articled[1:]}
    return speaker.say(OPENING_WITH, phrase=phrase, list=speaker.either, **blanks)


def long(speaker: Speaker) -> str:
    """A sentence or two for each fact that is known, in varied order."""
    first, rest = _opening(speaker)
    middle = [part for part in (*rest, *_measures(speaker), _lead(speaker)) if part]
    speaker.rng.shuffle(middle)
    last = [_feeling(speaker)] if speaker.rng.random() < 0.4 else []
    if speaker.rng.random() < 0.3:
        last.append(_use(speaker))
    return " ".join([first, *middle, *filter(None, last)])


def caption(speaker: Speaker) -> str:
    """A paragraph on instruments, tempo in words, mood and a use; no key."""
    first, rest = _opening(speaker)
    words = speaker.pace
    pace = speaker.say(PACE, pace=words, speed=facts.speed(words)) if words else None
    middle = [part for part in (*rest, _lead(speaker), pace, _drums(speaker)) if part]
    speaker.rng.shuffle(middle)
    return " ".join([first, *middle, *filter(None, (_feeling(speaker), _use(speaker)))])


def friend(speaker: Speaker) -> str:
    """Plain words for somebody who does not hear it."""
    lore = speaker.mood_lore
    start = short(speaker)
    if len(speaker.truth.instruments) > 1:
        start = speaker.say(IMAGINE, list=speaker.articled)
    parts = [start]
    if speaker.pace is not None:
        parts.append(
            speaker.say(
                ("The beat is {pace}.", "It moves at a {pace} pace.", "The tempo is {pace}."),
                pace=speaker.pace,
            )
        )
    if lore is not None:
        parts.append(
            speaker.say(
                (
                    "It is {mood} music[|, music to make you {effect}].",
                    "It feels {mood}, and it makes you {effect}.",
                ),
                mood=str(speaker.truth.mood),
                effect=speaker.rng.choice(lore.effects),
            )
        )
    if speaker.lore is not None:
        parts.append(
            speaker.say(
                "[People call it|It is|The style is called] {style}.", style=speaker.lore.called
            )
        )
    return " ".join(parts)


def one_word(speaker: Speaker) -> str:
    """One word, in a sentence."""
    truth = speaker.truth
    words = [w for w in (truth.mood, truth.style, *_near(speaker)) if w]
    if not words:
        words = (
            [speaker.pace]
            if speaker.pace
            else [truth.instruments[0] if truth.instruments else "music"]
        )
    return speaker.say(
        ("In one word: {word}.", "One word for it [is|would be] {word}.", "I would say: {word}.",
         "[My|The] word [for it is|would be] {word}.", "It is {word}."),
        word=speaker.rng.choice(words[:2] or words),
    )  # fmt: skip


def adjectives(speaker: Speaker) -> str:
    """Three adjectives or as many as are true."""
    words = [speaker.truth.mood] if speaker.truth.mood else []
    words += _near(speaker)
    if speaker.pace in ("slow", "fast"):
        words.append(speaker.pace)
    if speaker.mode is not None and len(words) < 3:
        words.append(f"{speaker.mode}-keyed")
    if not words:
        return facts.unclear(speaker, "the mood")
    chosen = words[:1] + speaker.rng.sample(words[1:], min(2, len(words) - 1))
    return speaker.say(
        ("{It} is {words}.", "[I would call it|I'd call it|To me it is] {words}.",
         "It [sounds|comes across as] {words}.", "[The adjectives|My adjectives] would be {words}."),
        words=listed(chosen),
    )  # fmt: skip


def tags(speaker: Speaker) -> str:
    """What is known as a comma list."""
    truth = speaker.truth
    words = [word for word in (truth.style, truth.mood) if word] + list(truth.instruments)
    if speaker.pace in ("slow", "fast"):
        words.append(f"{speaker.pace} tempo")
    if speaker.rng.random() < 0.6:
        numbers = [f"{truth.tempo_bpm} BPM"] if truth.tempo_bpm is not None else []
        words += numbers + [value for value in (truth.key, truth.metre) if value]
    told = ", ".join(words)
    # One word alone is no answer.
    plain = ("{tags}.",) if " " in told else ()
    return speaker.say((*plain, "Tags: {tags}.", "[Keywords|My tags]: {tags}."), tags=told)


def aside(speaker: Speaker) -> str:
    """One thing that is heard, as a sentence after something else."""
    known = [
        name for name in ("tempo", "key", "metre", "style", "mood", "lead") if _known(speaker, name)
    ]
    if not known or speaker.rng.random() < 0.4:
        return short(speaker)
    return facts.FACTS[speaker.rng.choice(known)](speaker)


def remarks(speaker: Speaker) -> list[str]:
    """A sentence each on tempo, metre, key, melody and feeling, where they are known."""
    parts = (*_measures(speaker), _lead(speaker), _feeling(speaker))
    return [part for part in parts if part]


def _known(speaker: Speaker, name: str) -> bool:
    return getattr(speaker.truth, "tempo_bpm" if name == "tempo" else name) is not None


def _near(speaker: Speaker) -> list[str]:
    lore = speaker.mood_lore
    return [] if lore is None else speaker.rng.sample(lore.adjectives, 2)


def _paced_phrase(speaker: Speaker) -> str:
    """Mood and noun, at times with a pace that is slow or fast: "a fast, happy polka"."""
    if speaker.pace in ("slow", "fast") and speaker.rng.random() < 0.3:
        comma = "," if speaker.truth.mood else ""
        return f"a {speaker.pace}{comma} {speaker.phrase.removeprefix('a ')}"
    return speaker.phrase


def _opening(speaker: Speaker) -> tuple[str, list[str]]:
    names = speaker.truth.instruments
    if not names or len(names) == 1 or speaker.rng.random() < 0.5:
        return short(speaker, paced=False), []
    opening = speaker.say(OPENING, phrase=speaker.phrase)
    return opening, [speaker.say(BAND, list=speaker.either, articled=speaker.articled)]


def _measures(speaker: Speaker) -> list[str]:
    """Tempo, metre and key, at times two of them in one sentence."""
    truth = speaker.truth
    known = {"metre": truth.metre, "key": truth.key}
    blanks = {name: str(value) for name, value in known.items() if value is not None}
    if truth.tempo_bpm is not None and speaker.pace is not None:
        blanks |= {
            "bpm": str(truth.tempo_bpm),
            "pace": speaker.pace,
            "speed": facts.speed(speaker.pace),
        }
    tables = {"bpm": TEMPO, "metre": METRE, "key": KEY}
    joined = {("bpm", "metre"): TEMPO_METRE, ("bpm", "key"): KEY_TEMPO}
    pair = speaker.rng.choice(list(joined))
    if set(pair) <= set(blanks) and speaker.rng.random() < 0.6:
        rest = [name for name in tables if name in blanks and name not in pair]
        return [
            speaker.say(joined[pair], **blanks),
            *(speaker.say(tables[n], **blanks) for n in rest),
        ]
    return [speaker.say(tables[name], **blanks) for name in tables if name in blanks]


def _lead(speaker: Speaker) -> str | None:
    name = speaker.truth.lead
    if name is None:
        return None
    return speaker.say(LEAD, lead=the(name), Lead=the(name).capitalize())


def _drums(speaker: Speaker) -> str | None:
    if speaker.rng.random() < 0.6:
        return None
    if speaker.truth.drums:
        return speaker.say(("The drums keep the beat.", "Drums keep it going."))
    return speaker.say(("There are no drums.", "It does without drums."))


def _feeling(speaker: Speaker) -> str | None:
    lore, rng = speaker.mood_lore, speaker.rng
    if lore is None:
        return None
    return speaker.say(
        FEELING,
        feeling=rng.choice(lore.feelings),
        effect=rng.choice(lore.effects),
        near=rng.choice(lore.adjectives),
    )


def _use(speaker: Speaker) -> str | None:
    lores = [lore for lore in (speaker.lore, speaker.mood_lore) if lore is not None]
    if not lores:
        return None
    lore = speaker.rng.choice(lores)
    return speaker.say(
        USE, scene=speaker.rng.choice(lore.scenes), place=speaker.rng.choice(lore.places)
    )
