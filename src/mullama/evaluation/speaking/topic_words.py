"""Words by which an answer shows what it speaks of. Tables only."""

import re

from mullama.studio.compose.composer import STYLES
from mullama.studio.english.lore import MOOD_LORE
from mullama.studio.english.synonyms import MOOD_WORDS


def _any(*words: str) -> re.Pattern[str]:
    """Any of the words or beginnings of words (those that end in *)."""
    forms = [re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"[ -]") for word in words]
    return re.compile(rf"\b(?:{'|'.join(forms)})\b", re.IGNORECASE)


TEMPO = _any(
    "bpm", "beats per minute", "tempo*", "slow*", "fast*", "quick*", "moderate*", "pace*", "speed*",
    "up tempo", "mid tempo", "metronome",
)  # fmt: skip
KEY = _any("major", "minor", "key", "tonic", "tonality")
METRE = re.compile(
    r"\b\d{1,2}/\d{1,2}\b|\b(?:time signature|met(?:re|er)|waltz time|common time|compound|duple|triple"
    r"|beats (?:in|per|to|a)|count\w*|threes|fours|sixes)\b",
    re.IGNORECASE,
)
DRUMS = _any("drum*", "percussion*", "kit", "yes", "no")
LEAD = _any("lead*", "melod*", "tune", "solo*", "theme")
STYLE = _any(
    *STYLES, "style", "genre", "pop", "classical", "electronic", "country", "soul", "latin", "punk",
    "dance", "orchestral", "soundtrack", "hip-hop", "romantic", "new age", "swing", "edm", "house", "r&b",
)  # fmt: skip
_FEELINGS = (
    "mood", "feel*", "emotion*", "atmosphere", "vibe", "joy*", "happ*", "sad*", "calm*", "peace*", "ten*ion",
    "excit*", "longing", "nostalg*", "melanchol*", "energ*", "relax*", "gloom*", "cheer*", "bright", "sombre",
    "dreamy", "romantic", "hopeful", "intense", "tense", "ease", "pride", "anger", "eas*", "spirits", "tone",
)  # fmt: skip
MOOD = _any(
    *_FEELINGS,
    *(word for row in MOOD_WORDS.values() for word in row),
    *(word for lore in MOOD_LORE.values() for word in lore.adjectives),
)
MUSICAL = _any(
    *STYLES, "piece", "track", "song", "tune", "music*", "melod*", "rhythm*", "tempo", "instrument*", "sound*",
    "key", "bpm", "groove", "beat", "drums", "number", "instrumental",
)  # fmt: skip
LISTENERS = _any(
    "fan*", "people", "person", "listener*", "lover*", "anyone", "everyone", "audience", "crowd", "kid*",
    "child*", "enjoy*", "like", "likes", "love*", "appeal*", "please*", "someone", "those", "dancer*",
    "friend*",
    "couple*", "famil*", "teenager*", "she", "he", "they", "hate*", "dislike*", "grandmother", "gift",
    "present",
    "head*", "clubbers", "ravers", "goers", "guests", "regulars", "veterans", "hikers",
)  # fmt: skip
PLACE = _any(
    "bar*", "club*", "café*", "cafe*", "film*", "movie*", "scene*", "wedding*", "funeral*", "party", "parties",
    "concert*", "hall*", "church*", "restaurant*", "festival*", "street*", "park", "beach*", "lounge*", "shop*",
    "supermarket*", "theatre*", "theater*", "stage*", "room", "pub", "stadium", "radio", "place", "setting",
    "suit*", "fit", "fits", "dinner", "lobby", "ballroom", "parade", "soundtrack", "documentary",
    "drama", "comedy",
    "thriller", "western", "terrace", "gym", "campfire", "palace", "gallery", "museum", "garden",
    "square", "rave", "fair", "fairs", "chase", "race", "sunset", "walk",
)  # fmt: skip
ACTIVITY = _any(
    "run*", "jog*", "study*", "read*", "sleep*", "work*", "danc*", "driv*", "cook*", "clean*", "yoga",
    "meditat*",
    "relax*", "exercis*", "walk*", "party", "morning", "evening", "night", "afternoon", "listen*", "rest*",
    "train*", "gym", "swing", "sway", "move*", "march*", "lift*", "focus", "concentrat*", "bath", "dinner",
    "good for", "suit*", "wake*", "unwind*",
)  # fmt: skip
COMPARING = _any(
    "unlike", "than", "closer", "like", "similar*", "more", "less", "both", "whereas", "while",
    "where", "differ*",
    "compared", "alike", "shares", "resembl*", "nearer", "nearest", "cousin", "instead", "neither", "related",
)  # fmt: skip
VOCALS = _any(
    "sing*", "sung", "vocal*", "voice*", "instrumental*", "choir*", "rap*", "chorus", "karaoke", "lyrics",
)  # fmt: skip
LYRICS = _any(
    "lyric*", "word", "words", "text", "sing*", "sung", "vocal*", "voice*", "instrumental", "language*",
    "verse*", "refrain*", "chorus*", "rhyme*",
)  # fmt: skip
_ARTIST = _any("artist*", "band*", "perform*", "musician*", "player*", "beatles", "name of the")
_TITLE = _any("title*", "name*", "called", "song is")
IDENTITY = {
    "artist": _ARTIST,
    "beatles": _ARTIST,
    "called": _TITLE,
    "title": _TITLE,
    "shazam": _any("title*", "name*", "artist*", "identif*", "song is", "track is", "band*"),
    "year": _any("year*", "date*", "released", "came out", "when"),
    "taped": _any("year*", "date*", "recorded", "taped", "when", "made"),
    "wrote": _any(
        "composer*", "wrote", "written", "composed", "songwriter*", "writer*", "author*", "artist*"
    ),
    "record ": _any("album*", "record"),
    "label": _any("label*", "released", "publish*"),
    "country": _any("countr*", "where", "come from", "place", "players"),
    "copies": _any("cop*", "sold", "sales", "sell*"),
    "album": _any("album*", "record"),
    "composed": _any("composer*", "wrote", "written", "composed"),
    "rights": _any("right*", "owner*", "owns", "copyright*"),
}
"""What a question asks after, by a word in it."""
WORLD = {
    "france": _any("paris"),
    "spider": _any("eight", "8"),
    "mona lisa": _any("leonardo", "da vinci"),
    "seven times eight": _any("56", "fifty six"),
    "planet": _any("mercury"),
    "war": _any("1945"),
    "bees": _any("honey", "wax", "beeswax"),
    "spanish": _any("gracias"),
    "boiling": _any("100", "212", "hundred"),
    "river": _any("nile", "congo", "niger", "zambezi", "orange", "limpopo", "volta", "senegal"),
    "sky": _any("scatter*", "light", "atmosphere", "sunlight"),
    "egg": _any("water", "minutes", "pot", "boil*"),
    "mongolia": _any("ulaanbaatar", "ulan bator"),
    "berlin": _any("1989"),
    "tomato": _any("fruit", "berry"),
    "minutes are there": _any("1440", "1,440"),
    "kangaroo": _any("joey"),
    "water boil": _any("100", "hundred"),
}
"""Right answers, by a word in the question."""
STRAYS = _any(
    "style", "genre", "tempo", "key", "mood", "lyrics", "artist", "title", "melody", "time signature", "drums",
    "instrument*", "language", "album", "singer", "composer",
)  # fmt: skip
"""What a refusal to a question about the world does not speak of."""
EMPTY = frozenset({
    "about", "could", "does", "from", "good", "have", "hear", "heard", "here", "into", "just",
    "kind", "like", "made", "make", "more", "most", "music", "only", "piece", "play", "playing",
    "put", "should", "some", "something", "song", "sort", "sound", "that", "them", "there", "they",
    "thing", "this", "track", "very", "were", "what", "when", "where", "which", "while", "will",
    "with", "would", "your",
})  # fmt: skip
"""Words of questions that show nothing when an answer takes them up."""
CREATIVE = {
    "colour": _any(
        "red", "blue", "green", "yellow", "black", "white", "grey", "gray", "purple", "orange",
        "brown", "gold*",
        "silver*", "pink", "violet", "crimson", "amber", "turquoise", "navy", "indigo", "scarlet",
    ),
    "dish": _any(
        "dish*", "plate*", "soup*", "stew*", "cake*", "bread*", "chocolate*", "pepper*", "spic*",
        "salad*", "cheese*",
        "steak*", "fruit*", "honey*", "ice cream", "curry", "pasta", "rice", "chili*", "sauce*",
        "fish", "pie", "meal",
        "coffee", "chicken", "tart*", "cream*", "roast*", "burger*", "taco*", "pizza", "lemon*",
        "dessert*", "served",
    ),
    "weather": _any(
        "rain*", "sun*", "cloud*", "storm*", "wind*", "snow*", "fog*", "breez*", "thunder*", "lightning", "sky",
        "skies", "warm*", "cold*", "mist*", "drizzl*", "frost*", "heat",
    ),
    "album cover": _any(
        "cover*", "photo*", "picture*", "image*", "shows", "show*", "background*", "figure*",
        "silhouette*", "drawing*",
        "painting*", "portrait*", "letters", "depict*", "features", "standing",
    ),
    "film": _any("film*", "movie*", "story", "man", "woman", "girl", "boy", "when", "who", "must",
    "two", "young", "a"),
}  # fmt: skip
"""What an answer in kind must use, by a word in the question."""
CREATIVE_LENGTH = {
    "title": 2, "band name": 2, "colour": 4, "slogan": 3, "haiku": 7, "verse": 8, "story": 15, "postcard": 8,
    "album cover": 7, "dish": 4, "weather": 4, "film": 7, "caption": 3, "animal": 4, "poem": 8, "cocktail": 4,
}  # fmt: skip
"""Least number of words, by a word in the question."""
