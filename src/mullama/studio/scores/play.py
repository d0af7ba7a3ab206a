"""A stretch of a score becomes a piece: who plays what, how fast, in which key, how freely.

The same score and seed give the same piece. Voices go to instruments at random, often together with
drums, so that neither an instrument nor a metre can be guessed from the composer. Does not know where
scores come from, nor any sound.
"""

import math
import random
from collections.abc import Sequence

from mullama.studio.compose.accompaniment import drum_tones
from mullama.studio.compose.composer import SPARE_SECONDS, STYLES
from mullama.studio.compose.grid import Grid
from mullama.studio.compose.piece import Metre, Note, Part, Piece, Role
from mullama.studio.instruments import DRUMS, INSTRUMENTS, SINGERS, Instrument
from mullama.studio.scores.score import Score, Written, key_of

METRES: dict[str, tuple[Metre, float]] = {
    "4/4": ("4/4", 1.0),
    "2/4": ("4/4", 1.0),
    "2/2": ("4/4", 2.0),
    "4/2": ("4/4", 2.0),
    "3/4": ("3/4", 1.0),
    "3/2": ("3/4", 2.0),
    "3/8": ("3/4", 0.5),
    "6/8": ("6/8", 1.5),
    "12/8": ("6/8", 1.5),
}
"""Written -> heard, and the beat in quarters."""
TEMPOS_BPM = (58, 172)
MAX_VOICES = 6
MAX_NOTES_A_SECOND = 9.0
"""Of one voice, on average; faster pieces are slowed down."""
DRUMS_SHARE, KEYBOARD_SHARE, CONSORT_SHARE, RUBATO_SHARE = 0.4, 0.25, 0.2, 0.3
KEYBOARDS = tuple(name for name, one in INSTRUMENTS.items() if one.voices >= 4 and name != DRUMS)
CONSORTS: tuple[tuple[str, ...], ...] = (
    ("violin", "cello", "string section"),
    ("flute", "clarinet", "saxophone"),
    ("trumpet", "trombone", "brass section"),
    ("choir", "organ"),
    ("acoustic guitar", "double bass", "violin"),
    ("piano", "violin", "cello"),
    ("harpsichord", "flute", "cello"),
    ("synth lead", "synth pad", "synth bass"),
)
BASS_BELOW = 60
"""A lowest voice whose mean pitch lies below is a bass."""

Voice = Sequence[Written]


def can_be_played(score: Score) -> bool:
    """Whether one of its time signatures is one that is heard here."""
    return any(metre in METRES for _, metre in score.metres)


def play(score: Score, seed: int, seconds: float = 10.0) -> Piece:
    """A stretch of a score that can be played, as a piece that lasts so long and SPARE_SECONDS more."""
    rng = random.Random(f"{score.name} {seed}")
    places = [place for place, metre in score.metres if metre in METRES]
    start = rng.choice(places)
    metre, beat = METRES[str(score.metre_at(start, start))]
    total = seconds + SPARE_SECONDS
    tempo = _tempo(rng, score, beat)
    needed = total * tempo / 60 * beat
    last = max((place for place, _ in score.metres if place > start), default=math.inf)
    spare = min(score.quarters, last) - start - needed
    if spare > 0:
        start += beat * rng.randrange(int(spare / beat) + 1)
    steady = score.metre_at(start, start + needed) is not None
    moved = rng.randint(-5, 6)
    voices = [_stretch(voice, start, needed, score.quarters, moved) for voice in score.voices]
    voices = _chosen(rng, [voice for voice in voices if voice])
    key = key_of((n for v in voices for n in v), _moved_sharps(score.sharps, moved))
    clock = _Clock(rng, tempo, beat, total)
    parts = [_part(rng, voice, name, role, clock) for voice, name, role in _cast(rng, voices)]
    if rng.random() < DRUMS_SHARE and steady:
        parts.append(_drums(rng, metre, tempo, clock))
    return Piece(
        seed=seed,
        style=None,
        tempo_bpm=tempo,
        metre=metre,
        tonic=(key or 0) % 12,
        minor=(key or 0) >= 12,
        parts=tuple(part for part in parts if part.notes),
        seconds=total,
        signature=frozenset(),
        keyed=key is not None,
    )


def _tempo(rng: random.Random, score: Score, beat: float) -> int:
    slow, fast = TEMPOS_BPM
    tempo = math.exp(rng.uniform(math.log(slow), math.log(fast)))
    density = max(len({n.start for n in voice}) for voice in score.voices) / max(1, score.quarters)
    while tempo > slow and density * beat * tempo / 60 > MAX_NOTES_A_SECOND:
        tempo *= 0.9
    return round(max(slow, tempo))


def _stretch(voice: Voice, start: float, length: float, whole: float, moved: int) -> list[Written]:
    """Notes that begin within a stretch, counted from its beginning; a short work begins again."""
    found = []
    for turn in range(math.ceil((start + length) / max(whole, 1.0))):
        for note in voice:
            at = note.start + turn * whole - start
            if -1e-6 <= at < length and note.duration > 0:
                found.append(Written(at, note.duration, note.pitch + moved))
    return found


def _moved_sharps(sharps: int | None, semitones: int) -> int | None:
    """The key signature after transposition, of which only the pitch class counts."""
    return None if sharps is None else sharps + 7 * semitones


def _chosen(rng: random.Random, voices: list[list[Written]]) -> list[list[Written]]:
    """At most MAX_VOICES, from high to low, the outer ones among them."""
    voices.sort(key=_height, reverse=True)
    while len(voices) > MAX_VOICES:
        voices.pop(rng.randrange(1, len(voices) - 1))
    return voices


def _height(voice: Voice) -> float:
    return sum(note.pitch for note in voice) / len(voice)


def _cast(rng: random.Random, voices: list[list[Written]]) -> list[tuple[list[Written], str, Role]]:
    """Voices with the instruments that play them and what they are there for."""
    texture = rng.random()
    if texture < KEYBOARD_SHARE and voices:
        together = sorted(note for voice in voices for note in voice)
        return [(together, rng.choice(KEYBOARDS), "chords")]
    names: list[str] = []
    if texture < KEYBOARD_SHARE + CONSORT_SHARE:
        names = list(rng.choice(CONSORTS))
    cast: list[tuple[list[Written], str, Role]] = []
    for place, voice in enumerate(voices):
        role: Role = "melody" if place == 0 else "counter"
        if place and place == len(voices) - 1 and _height(voice) < BASS_BELOW:
            role = "bass"
        elif _is_chordal(voice):
            role = "chords"
        fitting = [name for name in names or INSTRUMENTS if _fits(voice, INSTRUMENTS[name], role)]
        fitting = fitting or [name for name in INSTRUMENTS if _fits(voice, INSTRUMENTS[name], role)]
        taken = {name for _, name, _ in cast}
        free = [name for name in fitting if name not in taken] or fitting or ["piano"]
        cast.append((voice, rng.choice(free), role))
    return cast


def _is_chordal(voice: Voice) -> bool:
    return len({note.start for note in voice}) < 0.75 * len(voice)


def _fits(voice: Voice, instrument: Instrument, role: Role) -> bool:
    """Whether an instrument can play it, an octave or two away at most, and a bass only basses' notes."""
    if instrument.name in (DRUMS, *SINGERS) or (_is_chordal(voice) and instrument.voices < 3):
        return False
    return role == "bass" or instrument.high >= BASS_BELOW


def _part(rng: random.Random, voice: Voice, name: str, role: Role, clock: "_Clock") -> Part:
    instrument = INSTRUMENTS[name]
    shift = 12 * round(((instrument.low + instrument.high) / 2 - _height(voice)) / 12)
    if instrument.low <= _height(voice) <= instrument.high and rng.random() < 0.7:
        shift = 0
    loudness, push = rng.randint(72, 104), rng.uniform(-0.01, 0.01)
    jitter = rng.uniform(0.003, 0.016)
    legato = rng.uniform(0.6, 1.0)
    swell = rng.uniform(0, 14)
    notes = []
    for note in voice:
        pitch = note.pitch + shift
        while pitch > instrument.high:
            pitch -= 12
        while pitch < instrument.low:
            pitch += 12
        begin, end = clock(note.start), clock(note.start + note.duration * legato)
        accent = 6 if math.isclose(note.start % (4 * clock.beat), 0.0, abs_tol=0.01) else 0
        loud = loudness + accent + swell * math.sin(note.start / 3) + rng.gauss(0, 4)
        notes.append(
            Note(
                round(max(0.0, begin + push + rng.gauss(0, jitter)), 4),
                round(max(0.05, end - begin), 4),
                pitch,
                max(20, min(127, round(loud))),
            )
        )
    program = rng.choice((instrument.programs[0], *instrument.programs))
    pulse = len({note.start for note in voice}) > 0.4 * clock.beats
    return Part(name, program, role, tuple(sorted(notes)), pulse=pulse)


def _drums(rng: random.Random, metre: Metre, tempo: int, clock: "_Clock") -> Part:
    style = rng.choice([style for style in STYLES.values() if metre in style.beats])
    grid = Grid(metre, tempo)
    tones = drum_tones(rng, grid, style.beats[metre], grid.bars(clock.seconds), 4)
    loudness = rng.randint(80, 108)
    notes = []
    for tone in tones:
        begin = clock(tone.step / grid.steps_per_beat * clock.beat)
        if begin < clock.seconds:
            velocity = max(20, min(127, round(loudness * tone.accent + rng.gauss(0, 4))))
            notes.append(Note(round(begin, 4), 0.1, tone.pitch, velocity))
    return Part(DRUMS, rng.choice(style.kits), "drums", tuple(sorted(notes)))


class _Clock:
    """When a place in the music, in quarters, sounds: some players hurry and linger."""

    def __init__(self, rng: random.Random, tempo: int, beat: float, seconds: float) -> None:
        self.beat, self.seconds = beat, seconds
        self.beats = seconds * tempo / 60
        self._beat_seconds = 60 / tempo
        self._depth = rng.uniform(0.1, 0.5) if rng.random() < RUBATO_SHARE else 0.0
        self._waves, self._phase = rng.uniform(0.5, 1.5), rng.uniform(0, 2 * math.pi)

    def __call__(self, quarters: float) -> float:
        beats = quarters / self.beat
        turn = 2 * math.pi * self._waves / 16
        lag = self._depth * (math.sin(turn * beats + self._phase) - math.sin(self._phase))
        return max(0.0, (beats + lag) * self._beat_seconds)
