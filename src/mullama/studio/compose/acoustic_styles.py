"""The styles of rooms and squares: jazz, bossa nova, blues, ambient, waltz, baroque, folk, march.

Data only; `style.py` says how to read it.
"""

from mullama.studio.compose.style import Style

JAZZ = Style(
    name="jazz",
    tempos={"4/4": (112, 180), "3/4": (116, 180)},
    metres={"4/4": 0.78, "3/4": 0.22},
    minor=0.4,
    major_lines=("Imaj7 vi7 ii7 V7", "I6 I6 ii7 V7", "Imaj7 IV7 iii7 V7"),
    minor_lines=("i6 iih7 V7 i6", "i7 iv7 iih7 V7", "i6 bVI7 iih7 V7"),
    signature=frozenset({"chords", "bass"}),
    chords={"piano": 0.6, "electric guitar": 0.35, "vibraphone": 0.35, "organ": 0.2},
    comping={
        "4/4": ("x-....s.........", "..s.......s.....", "x---..s-....x---", "......s-x---...."),
        "3/4": ("x---....s...", "..s...x-....", "x-----s-...."),
    },
    melodies={
        "saxophone": 0.5,
        "trumpet": 0.35,
        "clarinet": 0.3,
        "trombone": 0.25,
        "vibraphone": 0.3,
        "flute": 0.1,
        "violin": 0.1,
    },
    density=0.75,
    drums=0.82,
    kits=(32, 40, 0),
    swing=(0.62, 0.69),
    beats={
        "4/4": (
            {"R": "X...X.x.X...X.x.", "P": "....X.......X...", "S": "......o.......o."},
            {"R": "X...X.x.X...X.x.", "P": "....X.......X...", "K": "o...o...o...o..."},
            {"H": "X...X.x.X...X.x.", "P": "....x.......x...", "J": "............x..."},
        ),
        "3/4": (
            {"R": "X...X.x.X...", "P": "....X...X...", "K": "x..........."},
            {"R": "X...x.x.x.x.", "P": "....X.......", "S": "........o.o."},
        ),
    },
    bass={"double bass": 1.0, "electric bass": 0.08},
    bass_lines={
        "4/4": ("r---3---5---a---", "r---5---8---a---", "r---8---5---a---", "r---3---5-5-a---"),
        "3/4": ("r---3---a---", "r---5---a---", "r-------5-a-"),
    },
    pads={"brass section": 0.5, "electric piano": 0.15},
    pad_lines={
        "4/4": ("......s-........", "x-....s.........", "............x-s."),
        "3/4": ("x-------....",),
    },
    pad_chance=0.25,
    melody_chance=0.9,
)

BOSSA_NOVA = Style(
    name="bossa nova",
    tempos={"4/4": (104, 148)},
    metres={"4/4": 1.0},
    minor=0.45,
    major_lines=("Imaj7 vi7 ii7 V7", "Imaj7 Imaj7 ii7 V7", "I6 IV6 ii7 V7"),
    minor_lines=("i7 iv7 iih7 V7", "i6 i6 iih7 V7", "i7 bVImaj7 iih7 V7"),
    signature=frozenset({"chords"}),
    chords={"acoustic guitar": 0.9, "electric piano": 0.2, "piano": 0.2},
    comping={
        "4/4": ("x--x--x---x--x--", "x--x---x--x--x--", "x-.x-.x-..x-.x-.", "..x-..x--x..x-.."),
    },
    melodies={
        "flute": 0.45,
        "saxophone": 0.35,
        "clarinet": 0.2,
        "vibraphone": 0.25,
        "trombone": 0.15,
        "marimba": 0.15,
    },
    density=0.45,
    drums=0.8,
    kits=(0, 40, 32),
    beats={
        "4/4": (
            {"K": "X..xX..xX..xX..x", "J": "x..x..x...x..x..", "H": "x.x.x.x.x.x.x.x."},
            {"K": "X..xX..xX..xX..x", "J": "x..x..x...x..x..", "M": "xoxoxoxoxoxoxoxo"},
            {"J": "..x.x..x..x...x.", "M": "xoxoxoxoxoxoxoxo", "A": "......x-......x-"},
        ),
    },
    bass={"double bass": 0.75, "electric bass": 0.3},
    bass_lines={
        "4/4": ("r--5----5--r----", "r-----5-5-----r-", "r--55--55--rr--r", "r-----5-5-----a-")
    },
    pads={"string section": 0.5, "electric piano": 0.3},
    pad_chance=0.25,
    melody_chance=0.85,
)

BLUES = Style(
    name="blues",
    tempos={"4/4": (84, 132), "6/8": (60, 76)},
    metres={"4/4": 0.68, "6/8": 0.32},
    minor=0.25,
    major_lines=("I7 IV7 I7 V7", "I7 I7 IV7 V7", "I7 IV7 V7 I7"),
    minor_lines=("i7 iv7 i7 V7", "i7 i7 iv7 V7"),
    signature=frozenset({"chords"}),
    chords={"electric guitar": 0.6, "piano": 0.5, "acoustic guitar": 0.35, "organ": 0.25},
    comping={
        "4/4": ("x-x-x-x-x-x-x-x-", "b-x-b-x-b-x-b-x-", "....s.......s...", "x---..s-x---..s-"),
        "6/8": ("x-x-x-x-x-x-", "....s.....s.", "0-1-2-3-2-1-"),
    },
    melodies={
        "harmonica": 0.8,
        "electric guitar": 0.35,
        "saxophone": 0.3,
        "distorted guitar": 0.2,
        "trombone": 0.1,
    },
    density=0.55,
    drums=0.8,
    kits=(0, 8, 32),
    swing=(0.64, 0.68),
    beats={
        "4/4": (
            {"K": "X.......X.......", "S": "....X.......X...", "H": "X.x.X.x.X.x.X.x."},
            {"K": "X.....x.X.....x.", "S": "....X.......X...", "R": "X...X.x.X...X.x."},
        ),
        "6/8": (
            {"K": "X.........x.", "S": "......X.....", "H": "X.x.x.X.x.x."},
            {"K": "X.....o...x.", "S": "......X.....", "R": "X.x.x.X.x.x."},
        ),
    },
    bass={"electric bass": 0.6, "double bass": 0.5},
    bass_lines={
        "4/4": ("r-r-3-3-5-5-7-7-", "r---3---5---7---", "r-r-5-5-7-7-5-5-", "r---r-5-7---5-a-"),
        "6/8": ("r---r-5---a-", "r-----3-5-a-", "r-----5-----"),
    },
    pads={"organ": 0.4, "brass section": 0.3, "accordion": 0.05},
    pad_lines={"4/4": ("x---------------", "..s.....s.......")},
    pad_chance=0.25,
    melody_chance=0.9,
    bluesy=True,
)

AMBIENT = Style(
    name="ambient",
    tempos={"4/4": (60, 84), "3/4": (62, 90), "6/8": (60, 72)},
    metres={"4/4": 0.5, "3/4": 0.28, "6/8": 0.22},
    minor=0.5,
    major_lines=("I IV I V", "Imaj7 IV6 Imaj7 Vsus4", "I iii IV V"),
    minor_lines=("i bVI i V", "i iv i V", "i bVI bVII i"),
    signature=frozenset({"pad", "chords"}),
    chords={
        "harp": 0.5,
        "vibraphone": 0.4,
        "marimba": 0.3,
        "piano": 0.3,
        "electric piano": 0.35,
        "acoustic guitar": 0.2,
    },
    comping={
        "4/4": ("0-1-2-3-2-1-2-1-", "0---2---1---2---", "0-2-1-2-3-2-1-2-", "0-1-2-1-0-1-2-1-"),
        "3/4": ("0-1-2-3-2-1-", "0---1---2---", "0-2-1-2-1-2-"),
        "6/8": ("0-1-2-3-2-1-", "0-1-2-0-1-2-"),
    },
    melodies={
        "synth lead": 0.2,
        "flute": 0.3,
        "cello": 0.3,
        "choir": 0.2,
        "violin": 0.15,
        "vibraphone": 0.2,
    },
    density=0.2,
    drums=0.06,
    kits=(25,),
    beats={
        "4/4": ({"K": "x.......x.......", "M": "o.o.o.o.o.o.o.o."},),
        "3/4": ({"K": "x...........", "M": "o.o.o.o.o.o."},),
        "6/8": ({"K": "x...........", "M": "o.o.o.o.o.o."},),
    },
    bass={"synth bass": 0.6, "double bass": 0.2},
    bass_lines={
        "4/4": ("r---------------", "r-------r-------"),
        "3/4": ("r-----------",),
        "6/8": ("r-----------",),
    },
    bass_chance=0.5,
    pads={"synth pad": 0.8, "choir": 0.3, "string section": 0.35},
    pad_chance=1.0,
    melody_chance=0.45,
    counter_chance=0.1,
    legato=1.0,
)

WALTZ = Style(
    name="waltz",
    tempos={"3/4": (96, 180)},
    metres={"3/4": 1.0},
    minor=0.4,
    major_lines=("I I V7 I", "I IV V7 I", "I V7 V7 I", "I vi ii V7"),
    minor_lines=("i i V7 i", "i iv V7 i", "i V7 V7 i"),
    signature=frozenset({"chords"}),
    chords={
        "piano": 0.4,
        "accordion": 0.6,
        "harp": 0.4,
        "string section": 0.35,
        "acoustic guitar": 0.15,
    },
    comping={"3/4": ("b---s...s...", "b---x---x---", "b---x-..x-..", "....s...s...")},
    melodies={
        "violin": 0.45,
        "clarinet": 0.4,
        "flute": 0.3,
        "accordion": 0.25,
        "cello": 0.25,
        "trumpet": 0.1,
        "string section": 0.2,
    },
    density=0.35,
    drums=0.12,
    kits=(48, 40),
    beats={
        "3/4": (
            {"D": "X...........", "Z": "....x...x..."},
            {"D": "X...........", "S": "....o...o..."},
        ),
    },
    bass={"double bass": 0.8, "cello": 0.35},
    bass_lines={"3/4": ("r---........", "r-----------", "r---....5---")},
    bass_chance=0.6,
    pads={"string section": 0.6, "harp": 0.3, "brass section": 0.1},
    pad_lines={"3/4": ("x-----------", "0-1-2-3-2-1-")},
    pad_chance=0.4,
    counter_chance=0.35,
    melody_chance=0.95,
)

BAROQUE = Style(
    name="baroque",
    tempos={"4/4": (72, 116), "3/4": (76, 126), "6/8": (60, 80)},
    metres={"4/4": 0.45, "3/4": 0.33, "6/8": 0.22},
    minor=0.5,
    major_lines=("I IV V I", "I vi ii V", "I V I V", "I IV ii V"),
    minor_lines=("i iv V i", "i bVI iio V", "i V i V", "i iv iio V"),
    signature=frozenset({"chords", "melody"}),
    chords={"harpsichord": 0.9, "organ": 0.3},
    comping={
        "4/4": ("0-1-2-1-0-1-2-1-", "x---x---x---x---", "0121012101210121", "b-1-2-1-b-1-2-1-"),
        "3/4": ("0-1-2-1-2-1-", "x---x---x---", "012101210121"),
        "6/8": ("0-1-2-0-1-2-", "x---x-x---x-", "0-1-2-2-1-0-"),
    },
    melodies={
        "violin": 0.5,
        "flute": 0.35,
        "trumpet": 0.25,
        "cello": 0.15,
        "organ": 0.15,
        "harpsichord": 0.1,
    },
    density=0.95,
    bass={"cello": 0.8, "double bass": 0.25},
    bass_lines={
        "4/4": ("r---3---5---a---", "r-3-5-3-r-3-5-a-", "r-------5-------", "r-r-3-3-5-5-a-a-"),
        "3/4": ("r---3---5---", "r-3-5-3-5-a-", "r-------5---"),
        "6/8": ("r---3-5---a-", "r-----5-----", "r-3-5-5-3-a-"),
    },
    bass_chance=0.75,
    pads={"string section": 0.5, "choir": 0.35, "organ": 0.3},
    pad_chance=0.35,
    counter_chance=0.45,
    melody_chance=0.95,
)

FOLK = Style(
    name="folk",
    tempos={"6/8": (88, 126), "4/4": (92, 132), "3/4": (92, 140)},
    metres={"6/8": 0.55, "4/4": 0.3, "3/4": 0.15},
    minor=0.35,
    major_lines=("I IV I V", "I V IV V", "I I IV V", "I IV V I"),
    minor_lines=("i bVII i V", "i iv i V", "i bVII bVI V"),
    signature=frozenset({"chords", "melody"}),
    chords={"acoustic guitar": 0.9, "harp": 0.25, "accordion": 0.25},
    comping={
        "6/8": ("X---x-X---x-", "b---x-b---x-", "0-1-2-0-1-2-", "X-x-x-X-x-x-"),
        "4/4": ("X---x-x---x-x-x-", "b---x---b---x-x-", "0-2-1-2-0-2-1-2-"),
        "3/4": ("b---x---x-x-", "0-1-2-1-2-1-", "b---x---x---"),
    },
    melodies={
        "violin": 0.4,
        "accordion": 0.35,
        "harmonica": 0.4,
        "flute": 0.35,
        "clarinet": 0.1,
        "acoustic guitar": 0.1,
    },
    density=0.85,
    drums=0.22,
    kits=(0, 40),
    beats={
        "6/8": (
            {"L": "X...x.x...x.", "T": "x.x.x.x.x.x."},
            {"D": "X.....x.....", "T": "....x.....x."},
        ),
        "4/4": (
            {"L": "X.......x.x.....", "T": "....x.......x..."},
            {"D": "X.......x.......", "T": "..x...x...x...x."},
        ),
        "3/4": ({"D": "X...........", "T": "....x...x..."},),
    },
    bass={"double bass": 0.6},
    bass_lines={
        "6/8": ("r-----5-----", "r---r-5---5-"),
        "4/4": ("r-------5-------", "r---5---r---5---"),
        "3/4": ("r-----------", "r-------5---"),
    },
    bass_chance=0.4,
    pads={"accordion": 0.4, "harp": 0.3, "string section": 0.15},
    pad_chance=0.25,
    counter_chance=0.3,
    melody_chance=0.97,
)

MARCH = Style(
    name="march",
    tempos={"4/4": (100, 132), "6/8": (100, 126)},
    metres={"4/4": 0.58, "6/8": 0.42},
    minor=0.25,
    major_lines=("I IV V I", "I I V I", "I V7 V7 I", "I IV I V"),
    minor_lines=("i iv V i", "i i V i", "i V7 V7 i"),
    signature=frozenset({"chords", "melody"}),
    chords={"brass section": 0.8, "accordion": 0.12, "piano": 0.12, "organ": 0.05},
    comping={
        "4/4": ("..s...s...s...s.", "....s.......s...", "s...s...s...s...", "x---s.s.x---s.s."),
        "6/8": ("....s.....s.", "x---s.x---s.", "s...s.s...s."),
    },
    melodies={
        "trumpet": 0.6,
        "clarinet": 0.45,
        "flute": 0.3,
        "trombone": 0.3,
        "brass section": 0.1,
    },
    density=0.6,
    drums=0.85,
    kits=(48, 0),
    beats={
        "4/4": (
            {"D": "X.......X.......", "S": "x..xx.x.x..xx.xx", "Y": "x..............."},
            {"D": "X...X...X...X...", "S": "..x...x...x.xxxx"},
            {"D": "X.......X.......", "S": "x.xxx.x.x.xxx.x."},
        ),
        "6/8": (
            {"D": "X.....X.....", "S": "x.x.x.x.xxx."},
            {"D": "X.....X.....", "S": "....x.....x.", "Y": "x..........."},
        ),
    },
    bass={"trombone": 0.6, "double bass": 0.25},
    bass_lines={
        "4/4": ("r-..5-..r-..5-..", "r---5---r---5---", "r-..r-..5-..5-.."),
        "6/8": ("r---..5---..", "r-....5-...."),
    },
    bass_chance=0.8,
    pads={"string section": 0.15, "brass section": 0.2},
    pad_chance=0.2,
    counter_chance=0.4,
    melody_chance=0.97,
    legato=0.7,
)

ACOUSTIC_STYLES = (JAZZ, BOSSA_NOVA, BLUES, AMBIENT, WALTZ, BAROQUE, FOLK, MARCH)
