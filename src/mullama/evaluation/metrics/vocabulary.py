"""The words for instruments, styles, moods and pace in which systems and people describe music.

Name -> other ways to say it. The names are the studio's where it has one; the rest are what captions
and answers about MTG-Jamendo, MusicCaps and MagnaTagATune use. A plural "s" is understood.
"""

from collections.abc import Mapping

from mullama.studio.compose.composer import STYLES as STUDIO_STYLES
from mullama.studio.instruments import DRUMS
from mullama.studio.instruments import INSTRUMENTS as STUDIO_INSTRUMENTS
from mullama.studio.truth import MOODS as STUDIO_MOODS

Vocabulary = Mapping[str, tuple[str, ...]]

INSTRUMENTS: Vocabulary = {
    **dict.fromkeys(STUDIO_INSTRUMENTS, ()),
    "piano": ("grand piano", "acoustic piano", "upright piano", "pianist"),
    "electric piano": ("rhodes", "rhodes piano", "wurlitzer"),
    "vibraphone": ("vibraharp",),
    "organ": ("pipe organ", "hammond", "hammond organ", "church organ"),
    "accordion": ("concertina", "bandoneon"),
    "harmonica": ("mouth organ", "blues harp"),
    "acoustic guitar": ("classical guitar", "nylon guitar", "spanish guitar", "steel guitar",
                        "acousticguitar", "classicalguitar"),
    "electric guitar": ("electricguitar", "clean guitar"),
    "distorted guitar": ("distorted electric guitar", "overdriven guitar", "distortion guitar",
                         "overdriven electric guitar", "heavily distorted guitar"),
    "double bass": ("upright bass", "contrabass", "doublebass", "acoustic bass", "string bass"),
    "electric bass": ("bass guitar", "electric bass guitar", "bassguitar", "slap bass"),
    "synth bass": ("bass synth", "synthesizer bass", "bass synthesizer", "808 bass"),
    "violin": ("fiddle", "violinist"),
    "cello": ("celli", "violoncello"),
    "string section": ("string orchestra", "string ensemble", "string quartet"),
    "choir": ("choral", "chorale", "choral voices"),
    "brass section": ("brass ensemble", "brass band", "horn section"),
    "saxophone": ("sax", "saxes", "saxophonist", "alto sax", "tenor sax"),
    "clarinet": ("bass clarinet",),
    "synth lead": ("lead synth", "lead synthesizer", "synthesizer lead"),
    "synth pad": ("pad", "synthesizer pad", "pad synth"),
    DRUMS: ("drum", "drum kit", "drum set", "drumkit", "drumset", "drum machine", "drummachine",
            "drumbeat", "drum beat", "snare", "snare drum", "kick drum", "bass drum", "hi-hat",
            "hi hat", "hihat", "cymbal", "drumming", "drummer"),
    "guitar": (),
    "bass": ("bassline", "bass line"),
    "synthesizer": ("synth", "synthesiser", "electronic synth"),
    "keyboard": ("electronic keyboard",),
    "strings": ("string instrument", "stringed instrument"),
    "brass": ("brass instrument",),
    "woodwinds": ("woodwind", "woodwind instrument"),
    "percussion": ("percussive instrument", "bongo", "conga", "djembe", "tambourine", "shaker",
                   "maraca", "tabla", "hand drum", "timpani"),
    "vocals": ("vocal", "voice", "vocalist", "singer", "singing", "male vocal", "female vocal"),
    "orchestra": (),
    "viola": (), "oboe": (), "bassoon": (), "tuba": (), "horn": ("french horn",), "banjo": (),
    "mandolin": (), "ukulele": (), "sitar": (), "bagpipes": ("bagpipe",), "bell": ("chime",),
    "xylophone": (), "glockenspiel": (), "sampler": (), "turntables": ("turntable", "scratching"),
}  # fmt: skip

FAMILIES: Vocabulary = {
    "guitar": ("acoustic guitar", "electric guitar", "distorted guitar"),
    "electric guitar": ("distorted guitar",),
    "bass": ("double bass", "electric bass", "synth bass"),
    "synthesizer": ("synth lead", "synth pad", "synth bass"),
    "keyboard": ("piano", "electric piano", "organ", "harpsichord", "synthesizer", "synth lead"),
    "strings": ("string section", "violin", "viola", "cello"),
    "brass": ("brass section", "trumpet", "trombone", "tuba", "horn"),
    "woodwinds": ("flute", "clarinet", "oboe", "bassoon", "saxophone"),
    "percussion": (DRUMS, "marimba", "xylophone", "glockenspiel"),
    "vocals": ("choir",),
}
"""A general word agrees with each of its kinds, whichever of the two the reference has."""

STYLES: Vocabulary = {
    **dict.fromkeys(STUDIO_STYLES, ()),
    "rock": ("punkrock", "hardrock", "poprock", "postrock", "bluesrock"),
    "pop": ("electropop", "synthpop", "instrumentalpop"), "jazz": ("jazzy", "smooth jazz"),
    "blues": ("bluesy",), "classical": ("symphonic",), "folk": ("popfolk", "celtic"),
    "electronic": ("electronica", "edm", "idm"), "dance": (), "house": (), "trance": (),
    "hip hop": ("hip-hop", "hiphop", "rap"), "trip hop": ("trip-hop", "triphop"),
    "ambient": ("drone",), "metal": ("heavy metal",), "punk": (), "ska": (), "grunge": (),
    "reggae": ("dub",), "funk": ("funky", "jazzfunk"), "soul": ("soulful",),
    "r&b": ("rnb", "r and b", "rhythm and blues"), "bossa nova": ("bossanova",), "latin": (),
    "salsa": (), "samba": (), "tango": (), "flamenco": (), "gospel": (), "country": (),
    "world": ("worldfusion", "ethno"), "new age": ("newage", "new-age"), "lounge": (),
    "chillout": ("chill-out", "chill out"), "downtempo": (), "easy listening": ("easylistening",),
    "drum and bass": ("drum & bass", "drum n bass", "drum'n'bass", "drumnbass", "dnb"),
    "dubstep": (), "breakbeat": (), "industrial": (), "gothic": ("darkwave",), "indie": (),
    "alternative": (), "experimental": ("avant-garde",), "psychedelic": (), "progressive": (),
    "orchestral": (), "soundtrack": ("film music", "film score", "cinematic"), "fusion": (),
}  # fmt: skip

NOUNS = ("house", "soul", "dance", "world", "country", "metal", "lounge", "rock")
"""Styles whose words mean something else as well, where nothing musical follows them."""

MOODS: Vocabulary = {
    **dict.fromkeys(STUDIO_MOODS, ()),
    "aggressive": ("angry", "fierce", "violent"),
    "calm": ("calming", "peaceful", "tranquil", "serene", "soothing", "gentle", "meditative"),
    "dark": ("ominous", "eerie", "haunting", "sinister", "brooding", "scary", "gloomy"),
    "energetic": ("lively", "exciting", "high-energy", "vibrant", "energizing"),
    "happy": ("cheerful", "joyful", "joyous", "upbeat", "uplifting", "playful"),
    "relaxed": ("relaxing", "mellow", "laid-back", "laid back", "easygoing"),
    "sad": ("melancholic", "melancholy", "mournful", "sorrowful", "somber", "sombre"),
    "triumphant": ("epic", "heroic", "majestic", "victorious"),
    "romantic": ("tender", "sensual", "passionate"),
    "dreamy": ("ethereal", "otherworldly"),
    "nostalgic": ("wistful", "longing"),
    "dramatic": ("intense", "tense", "suspenseful"),
}

PACES: Vocabulary = {
    "slow": ("slower", "slow-paced", "slow-tempo", "largo", "adagio", "downtempo", "leisurely"),
    "medium": ("moderate", "moderately paced", "medium-paced", "mid-tempo", "midtempo",
               "andante", "moderato"),
    "fast": ("faster", "fast-paced", "fast-tempo", "up-tempo", "uptempo", "quick", "allegro",
             "presto", "rapid"),
}  # fmt: skip
