"""A caption or tags -> the words of music in it, by what they tell. Knows no sentences."""

import re

INSTRUMENTS = (
    "accordion", "acoustic guitar", "bagpipes", "banjo", "bass", "bass guitar", "bassoon", "bells",
    "brass", "celesta", "cello", "clarinet", "congas", "cymbals", "didgeridoo", "double bass",
    "drum machine", "drums", "electric guitar", "electric piano", "fiddle", "flute", "french horn",
    "glockenspiel", "guitar", "harmonica", "harp", "harpsichord", "horns", "keyboard", "lute",
    "mandolin", "marimba", "oboe", "organ", "pads", "percussion", "piano", "recorder", "sampler",
    "saxophone", "sitar", "steel guitar", "strings", "synth", "synthesizer", "tabla", "tambourine",
    "timpani", "trombone", "trumpet", "tuba", "ukulele", "upright bass", "vibraphone", "viola",
    "violin", "violins", "xylophone",
)  # fmt: skip
VOICES = (
    "choir", "chant", "female singer", "female vocal", "female vocals", "female voice", "man",
    "male singer", "male vocal", "male vocals", "male voice", "opera", "rap", "rapping", "singer",
    "singing", "vocal", "vocals", "voice", "voices", "woman",
)  # fmt: skip
MOODS = (
    "aggressive", "ambient", "angry", "beautiful", "bright", "calm", "calming", "cheerful", "chill",
    "dark", "deep", "dreamy", "dramatic", "eerie", "emotional", "energetic", "epic", "exciting",
    "fun", "groovy", "happy", "heavy", "hopeful", "inspiring", "intense", "joyful", "lively",
    "meditative", "melancholic", "mellow", "mysterious", "nostalgic", "passionate", "peaceful",
    "playful", "powerful", "relaxing", "romantic", "sad", "scary", "sentimental", "soft",
    "soothing", "spooky", "suspenseful", "sweet", "tense", "uplifting", "upbeat", "weird",
)  # fmt: skip
TEMPI = (
    "fast", "fast tempo", "medium tempo", "mid tempo", "moderate tempo", "quick", "slow",
    "slow tempo",
)  # fmt: skip
STYLES = (
    "alternative", "bluegrass", "blues", "bossa nova", "celtic", "classical", "country", "dance",
    "disco", "downtempo", "drum and bass", "dub", "dubstep", "electro", "electronic", "electropop",
    "experimental", "flamenco", "folk", "funk", "gospel", "hard rock", "heavy metal", "hip hop",
    "house", "indian", "indie", "industrial", "jazz", "jungle", "latin", "lounge", "metal",
    "minimal", "new age", "opera", "orchestral", "pop", "punk", "r&b", "reggae", "rock",
    "rock and roll", "soul", "soundtrack", "swing", "techno", "trance", "trap", "trip hop",
    "world",
)  # fmt: skip

TOPICS: dict[str, tuple[str, ...]] = {
    "instruments": INSTRUMENTS,
    "voices": VOICES,
    "style": STYLES,
    "mood": MOODS,
    "tempo": TEMPI,
}


def find_words(text: str) -> dict[str, list[str]]:
    """Topic -> its words in a text, in their order; longer names win, denied ones do not count."""
    by_topic: dict[str, list[str]] = {topic: [] for topic in TOPICS}
    for denied, word in _WORDS.findall(text.lower()):
        topic = _TOPIC_OF[word]
        if not denied and word not in by_topic[topic]:
            by_topic[topic].append(word)
    return by_topic


_TOPIC_OF = {word: topic for topic, words in TOPICS.items() for word in words}
_WORDS = re.compile(
    r"(?<!\w)(no |not |without |without any )?("
    + "|".join(re.escape(word) for word in sorted(_TOPIC_OF, key=len, reverse=True))
    + r")(?!\w)"
)
