"""Other words for the vocabulary's, so that free text can be compared with truths. Tables only."""

_GUITARS = "acoustic guitar/electric guitar/distorted guitar"
_BASSES = "double bass/electric bass/synth bass"
_SYNTHS = "synth bass/synth lead/synth pad"
_BRASS = "trumpet/trombone/brass section/saxophone"

INSTRUMENT_WORDS: dict[str, str] = {
    "drum": "drums", "drum kit": "drums", "drum set": "drums", "drummer": "drums", "percussion": "drums",
    "drumbeat": "drums", "drum beat": "drums",
    "guitar": _GUITARS, "bass guitar": "electric bass", "bass": _BASSES, "bassline": _BASSES,
    "upright bass": "double bass", "acoustic bass": "double bass", "contrabass": "double bass",
    "fretless bass": "electric bass",
    "synth": _SYNTHS, "synthesizer": _SYNTHS, "synthesiser": _SYNTHS,
    "synthesizer bass": "synth bass", "synthesizer pad": "synth pad", "synthesizer lead": "synth lead",
    "strings": "string section/violin/cello", "string ensemble": "string section",
    "string orchestra": "string section", "fiddle": "violin",
    "horns": _BRASS, "horn section": "brass section", "brass": _BRASS, "sax": "saxophone",
    "keyboard": "piano/electric piano/harpsichord/organ/synth lead/synth pad",
    "grand piano": "piano", "rhodes": "electric piano", "vibes": "vibraphone",
    "classical guitar": "acoustic guitar", "nylon guitar": "acoustic guitar",
    "steel guitar": _GUITARS, "overdriven guitar": "distorted guitar",
    "distorted electric guitar": "distorted guitar", "clean electric guitar": "electric guitar",
    "mouth organ": "harmonica", "squeezebox": "accordion", "choral voices": "choir",
    "chorus of voices": "choir",
    "female vocalist": "female singer", "female voice": "female singer", "female vocals": "female singer",
    "male vocalist": "male singer", "male voice": "male singer", "male vocals": "male singer",
}  # fmt: skip
"""Word -> the instrument that is meant, or several of which one must be there."""

OUTSIDE_INSTRUMENTS = frozenset({
    "oboe", "banjo", "ukulele", "sitar", "bagpipe", "tuba", "mandolin", "timpani", "viola", "bassoon",
    "lute", "french horn", "piccolo", "xylophone", "glockenspiel", "bongo", "conga", "tabla", "theremin",
    "didgeridoo", "panpipe", "recorder", "celesta", "kalimba",
})  # fmt: skip
"""Instruments that no truth can name, nor deny."""

MOOD_WORDS: dict[str, tuple[str, ...]] = {
    "aggressive": ("aggressive", "angry", "fierce", "furious", "violent", "forceful", "brutal"),
    "calm": ("calm", "peaceful", "quiet", "gentle", "serene", "tranquil", "soothing", "calming"),
    "dark": ("dark", "gloomy", "ominous", "brooding", "sinister", "eerie", "menacing"),
    "energetic": (
        "energetic",
        "lively",
        "driving",
        "powerful",
        "dynamic",
        "exciting",
        "high-energy",
    ),
    "happy": ("happy", "cheerful", "joyful", "joyous", "merry", "uplifting", "upbeat"),
    "relaxed": ("relaxed", "easygoing", "laid-back", "mellow", "relaxing", "easy-going", "chill"),
    "sad": ("sad", "melancholy", "melancholic", "sorrowful", "wistful", "mournful", "depressing"),
    "triumphant": ("triumphant", "proud", "victorious", "heroic", "majestic"),
}
"""Mood -> words for it."""

OPPOSED_MOODS: dict[str, frozenset[str]] = {
    "aggressive": frozenset({"calm", "relaxed", "happy", "sad"}),
    "calm": frozenset({"aggressive", "energetic", "dark", "triumphant"}),
    "dark": frozenset({"happy", "relaxed", "triumphant"}),
    "energetic": frozenset({"calm", "sad", "relaxed"}),
    "happy": frozenset({"sad", "dark", "aggressive"}),
    "relaxed": frozenset({"aggressive", "energetic", "dark", "sad", "triumphant"}),
    "sad": frozenset({"happy", "aggressive", "triumphant", "energetic"}),
    "triumphant": frozenset({"sad", "dark", "calm", "relaxed"}),
}
"""Mood -> moods that it rules out; the others lie beside it."""

RELATED_STYLES: dict[str, frozenset[str]] = {
    "rock": frozenset({"metal", "blues"}),
    "metal": frozenset({"rock"}),
    "funk": frozenset({"disco"}),
    "disco": frozenset({"funk"}),
    "bossa nova": frozenset({"jazz"}),
    "jazz": frozenset({"blues", "waltz"}),
    "blues": frozenset({"rock", "jazz"}),
    "folk": frozenset({"waltz"}),
    "waltz": frozenset({"jazz", "folk"}),
}
"""Style -> styles that a listener may call it without being wrong."""
