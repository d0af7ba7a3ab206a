"""The styles of bands and machines: rock, metal, funk, disco, techno, hip hop, reggae.

Data only; `style.py` says how to read it.
"""

from mullama.studio.compose.style import Style

_BACKBEAT = "....X.......X..."
_EIGHTHS = "x.x.x.x.x.x.x.x."

ROCK = Style(
    name="rock",
    tempos={"4/4": (100, 152), "6/8": (60, 84), "3/4": (108, 150)},
    metres={"4/4": 0.8, "6/8": 0.14, "3/4": 0.06},
    minor=0.4,
    major_lines=("I IV V V", "I V IV V", "I I IV V", "I vi IV V", "I bVII IV V"),
    minor_lines=("i bVI iv V", "i iv V V", "i bVII bVI V", "i i iv V"),
    signature=frozenset({"drums", "chords"}),
    chords={"electric guitar": 0.7, "distorted guitar": 0.5, "piano": 0.15, "organ": 0.15},
    comping={
        "4/4": (
            "X---x-x-x---x-x-",
            "X-x-x-x-X-x-x-x-",
            "X-----x-x---x---",
            "X---..x-x-..x-x-",
        ),
        "6/8": ("X---x-x---x-", "0-1-2-3-2-1-", "X-----x---x-"),
        "3/4": ("X---x-x-x-x-", "X---x---x---"),
    },
    melodies={
        "electric guitar": 0.4,
        "distorted guitar": 0.5,
        "saxophone": 0.2,
        "harmonica": 0.25,
        "synth lead": 0.1,
    },
    density=0.5,
    drums=0.95,
    kits=(0, 8, 16),
    beats={
        "4/4": (
            {"K": "X.......X.......", "S": _BACKBEAT, "H": _EIGHTHS},
            {"K": "X.....x.X.......", "S": _BACKBEAT, "H": _EIGHTHS},
            {"K": "X..x..x.X.x.....", "S": _BACKBEAT, "R": _EIGHTHS},
            {"K": "X.x.....X.x.....", "S": _BACKBEAT, "H": "X.x.X.x.X.x.X.x."},
            {"K": "X.....x...x.....", "S": _BACKBEAT, "O": "x...x...x...x..."},
        ),
        "6/8": (
            {"K": "X.........x.", "S": "......X.....", "H": "X.x.x.X.x.x."},
            {"K": "X...x.....x.", "S": "......X.....", "R": "X.x.x.X.x.x."},
        ),
        "3/4": (
            {"K": "X...........", "S": "....X...X...", "H": "x.x.x.x.x.x."},
            {"K": "X.....x.....", "S": "........X...", "H": "x.x.x.x.x.x."},
        ),
    },
    bass={"electric bass": 1.0},
    bass_lines={
        "4/4": ("r-r-r-r-r-r-r-r-", "r---r-r-r---r-5-", "r-----r-r---r-a-", "r-r-..r-r-r-5-a-"),
        "6/8": ("r---r-r---a-", "r-----r---5-", "r-r-r-r-r-r-"),
        "3/4": ("r---r---5---", "r-r-r-r-r-a-"),
    },
    pads={"organ": 0.5, "piano": 0.3, "string section": 0.1, "acoustic guitar": 0.3},
    pad_chance=0.4,
)

METAL = Style(
    name="metal",
    tempos={"4/4": (126, 180), "6/8": (84, 120), "3/4": (140, 180)},
    metres={"4/4": 0.76, "6/8": 0.17, "3/4": 0.07},
    minor=0.9,
    major_lines=("I vi IV V", "I iii IV V"),
    minor_lines=("i i bVI V", "i bVI bVII V", "i bVI i V", "i i bVI bVII"),
    signature=frozenset({"drums", "chords"}),
    chords={"distorted guitar": 1.0},
    comping={
        "4/4": (
            "X-xxx-xxx-xxx-xx",
            "X-x-xxx-X-x-xxx-",
            "xxxxxxxxxxxxxxxx",
            "X--x--x-X--x--x-",
            "X---xxxxX---xxxx",
        ),
        "6/8": ("X-xxx-X-xxx-", "X-x-x-X-x-x-", "X-xxxxX-xxxx"),
        "3/4": ("X-xxx-xxx-xx", "X-x-xxx-xxx-"),
    },
    melodies={"distorted guitar": 0.5, "synth lead": 0.2, "choir": 0.2, "violin": 0.1},
    density=0.75,
    drums=0.97,
    kits=(16, 0, 8),
    beats={
        "4/4": (
            {"K": "X.X.X.X.X.X.X.X.", "S": _BACKBEAT, "R": "x...x...x...x..."},
            {"K": "XxXxXxXxXxXxXxXx", "S": _BACKBEAT, "Y": "x...x...x...x..."},
            {"K": "X..xX.x.X..xX.x.", "S": _BACKBEAT, "B": "x...x...x...x..."},
            {"K": "X.x.X.x.X.x.X.x.", "S": "..X...X...X...X.", "H": _EIGHTHS},
        ),
        "6/8": (
            {"K": "X.xxx.X.xxx.", "S": "......X.....", "Y": "x.....x....."},
            {"K": "X.x.x...x.x.", "S": "......X.....", "B": "x.x.x.x.x.x."},
        ),
        "3/4": ({"K": "X.x.X.x.X.x.", "S": "....X...X...", "R": "x...x...x..."},),
    },
    bass={"electric bass": 1.0},
    bass_lines={
        "4/4": ("r-r-r-r-r-r-r-r-", "r-rrr-rrr-rrr-rr", "r--r--r-r--r--r-"),
        "6/8": ("r-r-r-r-r-r-", "r-rrr-r-rrr-"),
        "3/4": ("r-r-r-r-r-r-",),
    },
    pads={"choir": 0.6, "synth pad": 0.3, "string section": 0.3},
    pad_chance=0.3,
    melody_chance=0.65,
    voicing="power",
)

FUNK = Style(
    name="funk",
    tempos={"4/4": (90, 118)},
    metres={"4/4": 1.0},
    minor=0.55,
    major_lines=("I9 I9 IV9 V9", "I9 IV9 I9 V9", "I7 I7 IV7 V9"),
    minor_lines=("i7 i7 iv7 V7", "i9 iv7 i9 V7", "i7 iv9 i7 V7"),
    signature=frozenset({"drums", "chords"}),
    chords={"electric guitar": 0.8, "electric piano": 0.5, "organ": 0.2},
    comping={
        "4/4": (
            "..ss..s..ss..ss.",
            "s..s..ss..s.s..s",
            "..s.ss....s.ss.s",
            "s.ss..s.s.ss..ss",
        ),
    },
    melodies={"saxophone": 0.5, "trumpet": 0.3, "synth lead": 0.25, "trombone": 0.25, "flute": 0.1},
    density=0.55,
    drums=0.96,
    kits=(0, 8),
    beats={
        "4/4": (
            {"K": "X.x...x...x..x..", "S": "....X..o.o..X..o", "H": "xxxxxxxxxxxxxxxx"},
            {
                "K": "X..x..x...xx....",
                "S": "....X..o.o..X...",
                "H": "x.xxx.xxx.xxx.x.",
                "O": "......x.......x.",
            },
            {
                "K": "X.x.......x..x..",
                "S": "....X.o..o.oX..o",
                "H": "xxxxxxxxxxxxxxxx",
                "W": "x...x...x...x...",
            },
        ),
    },
    bass={"electric bass": 0.8, "synth bass": 0.35},
    bass_lines={
        "4/4": (
            "r-.r..8.r-.7..5a",
            "r--r.r..8.r.7-5-",
            "r.r..8.r..5-7.8.",
            "r-..r.8-..r.5.7a",
        ),
    },
    pads={"brass section": 0.9, "organ": 0.2, "electric piano": 0.2},
    pad_lines={
        "4/4": ("......s.........", "s..s............", "............s.s.", "X-....s.......s.")
    },
    pad_chance=0.6,
    melody_chance=0.6,
    bluesy=True,
    legato=0.6,
)

DISCO = Style(
    name="disco",
    tempos={"4/4": (108, 130)},
    metres={"4/4": 1.0},
    minor=0.5,
    major_lines=("I vi ii7 V", "I IV ii7 V", "Imaj7 vi7 IV V"),
    minor_lines=("i iv bVII V", "i bVI iv V", "i7 iv7 bVI V"),
    signature=frozenset({"drums", "bass"}),
    chords={"electric guitar": 0.4, "piano": 0.5, "electric piano": 0.4},
    comping={
        "4/4": ("..s...s...s...s.", "s.ss..s.s.ss..s.", "x-..x-.x..x-x-..", "X---..x-x---..x-"),
    },
    melodies={"flute": 0.35, "trumpet": 0.3, "violin": 0.3, "saxophone": 0.2, "synth lead": 0.2},
    density=0.5,
    drums=0.97,
    kits=(0, 8, 24),
    beats={
        "4/4": (
            {"K": "X...X...X...X...", "S": _BACKBEAT, "O": "..x...x...x...x."},
            {
                "K": "X...X...X...X...",
                "S": _BACKBEAT,
                "O": "..x...x...x...x.",
                "H": "xx..xx..xx..xx..",
            },
            {
                "K": "X...X...X...X...",
                "C": _BACKBEAT,
                "S": _BACKBEAT,
                "O": "..x...x...x...x.",
                "T": "xoxoxoxoxoxoxoxo",
            },
        ),
    },
    bass={"electric bass": 0.7, "synth bass": 0.3},
    bass_lines={
        "4/4": ("r-8-r-8-r-8-r-8-", "r.8.r.8.r.8.5.8.", "r-8-r-8-r-8-5-a-", "r...r-8.r...r-8."),
    },
    pads={"string section": 0.8, "brass section": 0.5, "choir": 0.15},
    pad_lines={"4/4": ("x---------------", "s..s..s.........", "x-------x-------")},
    pad_chance=0.7,
)

TECHNO = Style(
    name="techno",
    tempos={"4/4": (124, 150)},
    metres={"4/4": 1.0},
    minor=0.85,
    major_lines=("I I IV V", "I I IV I"),
    minor_lines=("i i bVI V", "i i iv V", "i i i bVII", "i bVI iv V"),
    signature=frozenset({"drums"}),
    chords={"synth lead": 0.7, "synth pad": 0.3, "organ": 0.15, "piano": 0.1},
    comping={
        "4/4": (
            "0.2.1.2.0.2.1.2.",
            "s..s..s.s..s..s.",
            "..s...s...s...s.",
            "0120120102120120",
            "0.12..0.12.0.12.",
        ),
    },
    melodies={"synth lead": 0.8, "flute": 0.05, "violin": 0.05},
    density=0.6,
    drums=0.98,
    kits=(25, 24),
    beats={
        "4/4": (
            {"K": "X...X...X...X...", "O": "..x...x...x...x.", "C": _BACKBEAT},
            {"K": "X...X...X...X...", "O": "..x...x...x...x.", "H": "xxxxxxxxxxxxxxxx"},
            {
                "K": "X...X...X...X..x",
                "H": "..x...x...x...x.",
                "C": _BACKBEAT,
                "W": "...x..x....x..x.",
            },
        ),
    },
    bass={"synth bass": 1.0},
    bass_lines={
        "4/4": ("..r-..r-..r-..r-", ".rrr.rrr.rrr.rrr", "r.rr.rr.r.rr.rr.", "r.r.r.r.r.r.8.r."),
    },
    pads={"synth pad": 0.8, "choir": 0.2, "string section": 0.15},
    pad_chance=0.55,
    melody_chance=0.45,
    legato=0.5,
)

HIP_HOP = Style(
    name="hip hop",
    tempos={"4/4": (76, 100)},
    metres={"4/4": 1.0},
    minor=0.75,
    major_lines=("Imaj7 vi7 ii7 V7", "Imaj7 IV6 Imaj7 V7"),
    minor_lines=("i7 i7 bVImaj7 V7", "i7 iv7 i7 V7", "i bVI iv V", "i i iv V"),
    signature=frozenset({"drums"}),
    chords={"electric piano": 0.6, "piano": 0.5, "vibraphone": 0.3, "harp": 0.25, "marimba": 0.2},
    comping={
        "4/4": (
            "X-----------x---",
            "X-----x---------",
            "0-1-2-3-2-1-0---",
            "X---..x-..x-....",
            "s...s...s...s...",
        ),
    },
    melodies={"flute": 0.25, "violin": 0.2, "synth lead": 0.2, "trumpet": 0.2, "choir": 0.2},
    density=0.35,
    drums=0.98,
    kits=(25, 24, 0),
    swing=(0.5, 0.6),
    beats={
        "4/4": (
            {"K": "X......x..x.....", "S": _BACKBEAT, "H": "x.x.x.x.x.x.x.xx"},
            {"K": "X..x......xx....", "C": _BACKBEAT, "H": "x.xxx.x.x.xxx.x."},
            {"K": "X.....x.x.x....x", "S": _BACKBEAT, "H": "xxxxxxxxxxxxxxxx"},
            {
                "K": "X.x.......x..x..",
                "S": _BACKBEAT,
                "H": "x.x.x.x.x.x.x.x.",
                "M": "oooooooooooooooo",
            },
        ),
    },
    bass={"synth bass": 0.7, "electric bass": 0.3, "double bass": 0.2},
    bass_lines={
        "4/4": ("r------.....r---", "r-----r---r-....", "r-......r-r-..5-", "r--r------r-..a-"),
    },
    pads={"string section": 0.5, "choir": 0.3, "synth pad": 0.4},
    pad_chance=0.45,
    melody_chance=0.5,
)

REGGAE = Style(
    name="reggae",
    tempos={"4/4": (68, 92)},
    metres={"4/4": 1.0},
    minor=0.4,
    major_lines=("I IV I V", "I vi IV V", "I I IV V"),
    minor_lines=("i iv i V", "i bVII iv V", "i i iv V"),
    signature=frozenset({"chords", "bass"}),
    chords={"electric guitar": 0.6, "organ": 0.5, "piano": 0.35, "accordion": 0.1},
    comping={
        "4/4": ("....s.......s...", "....s.s.....s.s.", "..s...s...s...s.", "....ss......ss.."),
    },
    melodies={
        "trombone": 0.4,
        "saxophone": 0.3,
        "harmonica": 0.3,
        "trumpet": 0.25,
        "marimba": 0.15,
        "synth lead": 0.1,
    },
    density=0.45,
    drums=0.95,
    kits=(0, 8),
    beats={
        "4/4": (
            {"K": "........X.......", "J": "........X.......", "H": "x.x.x.x.x.x.x.x."},
            {"K": "........X.......", "S": "........X.......", "H": "x.xxx.xxx.xxx.xx"},
            {"K": "X...X...X...X...", "J": "........X.....x.", "H": "x.x.x.x.x.x.x.x."},
        ),
    },
    bass={"electric bass": 0.9, "double bass": 0.1, "synth bass": 0.1},
    bass_lines={
        "4/4": ("r---..r-5-..3-..", "r-..r-..5-3-r-..", "r--r..3-5---..a-", "..r-r-3-..5-r-.."),
    },
    pads={"organ": 0.5, "brass section": 0.5, "string section": 0.1},
    pad_lines={"4/4": ("x-------........", "s.s.............", "..ss..ss..ss..ss")},
    pad_chance=0.45,
    legato=0.8,
)

BAND_STYLES = (ROCK, METAL, FUNK, DISCO, TECHNO, HIP_HOP, REGGAE)
