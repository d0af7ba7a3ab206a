"""Music of no particular style: simple accompaniments at any tempo with any instruments.

It keeps tempo, metre and instruments from being guessed from the style. Data only; `style.py` says
how to read it.
"""

from mullama.studio.compose.style import Style

_EVEN = {
    "piano": 1.0,
    "electric piano": 1.0,
    "harpsichord": 1.0,
    "vibraphone": 1.0,
    "marimba": 1.0,
    "organ": 1.0,
    "accordion": 1.0,
    "acoustic guitar": 1.0,
    "electric guitar": 1.0,
    "harp": 1.0,
}

PLAIN = Style(
    name="plain",
    tempos={"4/4": (60, 180), "3/4": (66, 180), "6/8": (60, 132)},
    metres={"4/4": 0.46, "3/4": 0.29, "6/8": 0.25},
    minor=0.5,
    major_lines=("I IV V I", "I V vi IV", "I vi IV V", "I IV I V", "I ii V I", "I V IV V"),
    minor_lines=(
        "i iv V i",
        "i bVI bVII i",
        "i bVII bVI V",
        "i iv i V",
        "i bVI iv V",
        "i bIII bVII i",
    ),
    signature=frozenset({"chords"}),
    chords={**_EVEN, "string section": 0.5, "choir": 0.5, "synth pad": 0.5, "brass section": 0.5},
    comping={
        "4/4": (
            "X---x---x---x---",
            "X-------x-------",
            "x-x-x-x-x-x-x-x-",
            "b---x---b---x---",
            "0-1-2-1-0-1-2-1-",
            "0-1-2-3-2-1-2-1-",
            "b-x-x-x-b-x-x-x-",
            "X-----x-----x---",
        ),
        "3/4": (
            "X---x---x---",
            "b---x---x---",
            "0-1-2-1-2-1-",
            "X-----------",
            "b-x-x-x-x-x-",
        ),
        "6/8": ("X-----x-----", "b---x-b---x-", "0-1-2-2-1-0-", "x-x-x-x-x-x-", "b-x-x-b-x-x-"),
    },
    melodies={
        "violin": 1.0,
        "cello": 1.0,
        "trumpet": 1.0,
        "trombone": 1.0,
        "saxophone": 1.0,
        "clarinet": 1.0,
        "flute": 1.0,
        "harmonica": 1.0,
        "synth lead": 1.0,
        "piano": 0.7,
        "electric guitar": 0.6,
        "distorted guitar": 0.8,
        "vibraphone": 0.6,
        "marimba": 0.6,
    },
    density=0.55,
    drums=0.62,
    kits=(0, 8, 16, 25, 32),
    beats={
        "4/4": (
            {"K": "X.......X.......", "S": "....X.......X...", "H": "x.x.x.x.x.x.x.x."},
            {"K": "X.......X.......", "S": "....X.......X...", "H": "x...x...x...x..."},
            {"K": "X...X...X...X...", "S": "....X.......X...", "H": "..x...x...x...x."},
            {"K": "X.......x.x.....", "S": "....X.......X...", "R": "x.x.x.x.x.x.x.x."},
            {"K": "X.....x.....x...", "J": "....x.......x...", "M": "x.x.x.x.x.x.x.x."},
        ),
        "3/4": (
            {"K": "X...........", "S": "....X...X...", "H": "x...x...x..."},
            {"K": "X...........", "H": "..x.x.x.x.x.", "S": "........X..."},
            {"K": "X...........", "J": "....x...x...", "R": "x...x...x..."},
        ),
        "6/8": (
            {"K": "X...........", "S": "......X.....", "H": "x.x.x.x.x.x."},
            {"K": "X.....x.....", "S": "....x.....x.", "H": "x...x.x...x."},
            {"K": "X...........", "J": "......x.....", "R": "x.x.x.x.x.x."},
        ),
    },
    bass={"electric bass": 1.0, "double bass": 1.0, "synth bass": 1.2},
    bass_lines={
        "4/4": ("r---r---r---r---", "r-------5-------", "r-r-r-r-r-r-r-r-", "r---3---5---3---"),
        "3/4": ("r-----------", "r-------5---", "r---3---5---"),
        "6/8": ("r-----r-----", "r-----5-----", "r-r-r-5-5-5-"),
    },
    bass_chance=0.8,
    pads={
        "string section": 1.0,
        "choir": 1.0,
        "synth pad": 1.2,
        "organ": 0.7,
        "brass section": 0.6,
    },
    pad_chance=0.35,
    melody_chance=0.75,
    counter_chance=0.2,
    swing=(0.5, 0.5),
)
