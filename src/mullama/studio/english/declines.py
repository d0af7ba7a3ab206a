"""What sound does not tell is declined by naming that very thing; silence has no music, whatever is asked.

Often something that is heard is told instead.
"""

from mullama.studio.english.captions import aside
from mullama.studio.english.speaker import Speaker

SUBJECTS = {
    "lyrics": ("the lyrics", "what the lyrics are"),
    "singer": ("the singer", "who the singer is"),
    "artist": ("the artist", "who the artist is"),
    "composer": ("the composer", "who composed it"),
    "title": ("the title", "what the title is"),
    "year": ("the year", "how old it is"),
    "album": ("the album", "which album it is on"),
    "language": ("the language", "which language they sing in"),
    "meaning": ("the meaning", "what it means"),
    "place of recording": ("the place of recording", "where it was recorded"),
    "price": ("the price", "what it costs"),
    "sales": ("the sales", "how many copies it sold"),
    "charts": ("the chart position", "whether it was in the charts"),
    "awards": ("the awards", "which awards it won"),
    "label": ("the record label", "which label released it"),
    "rights": ("the rights", "who holds the rights"),
}
"""What sound does not tell -> its name, and a clause that says what is asked."""
DECLINES = (
    "I [can't|cannot] tell {name} from the [music|sound|sound alone|recording].",
    "I [can't|cannot] tell {clause} from the [music|sound|sound alone].",
    "[Sorry, |I'm sorry, |I'm afraid ]I [can't|cannot] tell {name} [from what I hear|by ear|from listening].",
    "{Name} [can't|cannot] be told from the [music|sound] [alone|].",
    "[Sound alone|The sound|Listening alone] does not tell [me|] {clause}.",
    "I [only listen|just listen] to the sound, so I [can't|cannot] tell {name}.",
    "[That is something I can't hear|That I can't hear]: {name} [is|are] not in the sound.",
    "I don't know {name}[|, because I only hear the music|; I can only hear the music].",
    "There is no way for me to know {name} [from the sound|by listening].",
    "I have no information about {name}[|, only the sound].",
)
ASIDES = (
    "What I can say: {heard}",
    "{heard}",
    "But here is what I hear: {heard}",
    "I can tell you this, though: {heard}",
)
SILENCE = (
    "I hear no music[| here| in this clip| in it].",
    "There is no music [here|in it|to be heard|in this clip].",
    "[Sorry, |I'm afraid ]I hear no music[|, so I cannot say| here].",
    "I can't hear any music[| in this| here].",
    "There is no music in this recording[|, so there is nothing to tell|, only silence or noise].",
    "[No music is playing|Nothing is being played][| here| as far as I can hear]; I hear no music.",
    "[As far as I can hear|To my ears], there is no music [in it|here|].",
)
SILENCE_NO = (
    "No, I hear no music[| here| at all].",
    "No, there is no music [here|in it|in this clip].",
    "No, I can't hear any music[| here].",
    "No, because there is no music [here|to be heard].",
)


def decline(speaker: Speaker, subject: str) -> str:
    """That one of SUBJECTS cannot be told from the sound, often with something that can."""
    name, clause = SUBJECTS[subject]
    plural = name in ("the lyrics", "the sales", "the rights", "the awards")
    patterns = [pattern.replace("[is|are]", "are" if plural else "is") for pattern in DECLINES]
    text = speaker.say(patterns, name=name, Name=name[0].upper() + name[1:], clause=clause)
    if speaker.silent or speaker.rng.random() < 0.55:
        return text
    return f"{text} {speaker.say(ASIDES, heard=aside(speaker))}"


def no_music(speaker: Speaker, *, asked_whether: bool) -> str:
    """That there is no music; with No where a yes or no is asked for."""
    return speaker.say(SILENCE_NO if asked_whether else SILENCE)
