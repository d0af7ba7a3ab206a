"""From a seed to a piece: style, key, tempo, parts and notes, all decided here.

The same seed gives the same piece. It knows no sounds and no audio.
"""

import random
from dataclasses import dataclass

from mullama.errors import UsageError
from mullama.studio.compose.accompaniment import bass_tones, comping_tones, drum_tones
from mullama.studio.compose.acoustic_styles import ACOUSTIC_STYLES
from mullama.studio.compose.arrangement import Seat, arrange, with_singers
from mullama.studio.compose.band_styles import BAND_STYLES
from mullama.studio.compose.grid import Grid
from mullama.studio.compose.harmony import Chord, power_chord, progression, scale_of, voicing
from mullama.studio.compose.melody import Key, Tone, compose_melody, guide_tones, third_below
from mullama.studio.compose.piece import Note, Part, Piece
from mullama.studio.compose.plain_style import PLAIN
from mullama.studio.compose.style import Style
from mullama.studio.instruments import DRUMS, INSTRUMENTS, SINGERS, Instrument

STYLES: dict[str, Style] = {style.name: style for style in (*BAND_STYLES, *ACOUSTIC_STYLES)}
"""Every style by its name."""

SPARE_SECONDS = 1.5
"""How much longer than asked a piece is, so that a clip can begin anywhere within this time."""

PLAIN_SHARE = 0.13
"""Share of the pieces that are in no style, when none is asked for."""
_HARMONY_CENTRE = 60


@dataclass(frozen=True)
class _Plan:
    """What all parts of a piece share."""

    style: Style
    grid: Grid
    key: Key
    chords: list[Chord]
    chord_steps: int
    bars: int
    line_bars: int

    def chord_at(self, step: int) -> Chord:
        return self.chords[step // self.chord_steps % len(self.chords)]

    def scale_at(self, step: int) -> tuple[int, ...]:
        return scale_of(
            self.key.minor, bluesy=self.key.bluesy, over=self.chord_at(step), tonic=self.key.tonic
        )

    def slots(self) -> list[tuple[int, int]]:
        total = self.bars * self.grid.steps_per_bar
        return [(step, self.chord_steps) for step in range(0, total, self.chord_steps)]


def compose(
    seed: int, *, seconds: float = 10.0, style: str | None = None, song: bool = False
) -> Piece:
    """Compose a piece of at least `seconds` seconds (and `SPARE_SECONDS` more).

    In most of the pieces that are a `song`, somebody sings the melody.

    Raises `UsageError` for a style that is not in `STYLES` or a length that is not positive.
    """
    if style is not None and style not in STYLES:
        raise UsageError(f"no style is called {style!r}; there are: {', '.join(STYLES)}")
    if not seconds > 0:
        raise UsageError(f"a piece lasts longer than {seconds} seconds; ask for a positive number")
    rng = random.Random(seed)
    drawn = PLAIN if rng.random() < PLAIN_SHARE else rng.choice(list(STYLES.values()))
    chosen = STYLES[style] if style is not None else drawn
    total = seconds + SPARE_SECONDS
    plan = _plan(rng, chosen, total)
    seats = arrange(rng, chosen)
    if song:
        seats = with_singers(rng, seats)
    parts = tuple(_play(rng, plan, seat, total) for seat in seats)
    return Piece(
        seed=seed,
        style=None if chosen is PLAIN else chosen.name,
        tempo_bpm=plan.grid.tempo_bpm,
        metre=plan.grid.metre,
        tonic=plan.key.tonic,
        minor=plan.key.minor,
        parts=parts,
        seconds=total,
        signature=chosen.signature,
    )


def _plan(rng: random.Random, style: Style, seconds: float) -> _Plan:
    metre = rng.choices(list(style.metres), weights=list(style.metres.values()))[0]
    slowest, fastest = style.tempos[metre]
    swing = rng.uniform(*style.swing)
    grid = Grid(metre, rng.randint(slowest, fastest), swing if metre != "6/8" else 0.5)
    key = Key(rng.randrange(12), rng.random() < style.minor, style.bluesy)
    lines = style.minor_lines if key.minor else style.major_lines
    first, second = rng.choice(lines), rng.choice(lines)
    chords = progression(first, key.tonic) + progression(second, key.tonic)
    chord_steps = grid.steps_per_bar
    if grid.bar_seconds > 2.3 and metre != "3/4":
        chord_steps //= 2
    elif grid.bar_seconds < 1.3 and rng.random() < 0.3:
        chord_steps *= 2
    line_bars = max(1, 4 * chord_steps // grid.steps_per_bar)
    return _Plan(style, grid, key, chords, chord_steps, grid.bars(seconds), line_bars)


def _play(rng: random.Random, plan: _Plan, seat: Seat, seconds: float) -> Part:
    """The part of one seat."""
    instrument = INSTRUMENTS[seat.instrument]
    tones = _tones(rng, plan, seat, instrument)
    program = rng.choice((*instrument.programs[:1], *instrument.programs) or (0,))
    if seat.instrument == DRUMS:
        program = rng.choice(plan.style.kits)
    notes = _humanise(rng, plan, seat, instrument, tones, seconds)
    held = seat.role in ("pad", "counter") and len(tones) <= 5 * len(plan.slots())
    return Part(seat.instrument, program, seat.role, notes, pulse=not held)


def _tones(rng: random.Random, plan: _Plan, seat: Seat, instrument: Instrument) -> list[Tone]:
    style, grid = plan.style, plan.grid
    metre = grid.metre
    if seat.role == "drums":
        return drum_tones(rng, grid, style.beats[metre], plan.bars, plan.line_bars)
    if seat.role == "bass":
        return bass_tones(
            rng,
            grid,
            style.bass_lines[metre],
            plan.bars,
            plan.line_bars,
            plan.chord_at,
            plan.scale_at,
            instrument.low,
        )
    if seat.role in ("chords", "pad"):
        tones = _harmony(rng, plan, seat, instrument)
        return tones + _melody(rng, plan, instrument, above=64) if seat.sings else tones
    if seat.role == "counter":
        low, high = instrument.low, min(instrument.high, instrument.low + 24)
        if rng.random() < 0.5:
            return guide_tones(plan.slots(), plan.chord_at, low, high)
        return third_below(_melody(rng, plan, instrument), plan.chord_at, low, high)
    return _melody(rng, plan, instrument)


def _harmony(rng: random.Random, plan: _Plan, seat: Seat, instrument: Instrument) -> list[Tone]:
    grid, style = plan.grid, plan.style
    held = "x" + "-" * (grid.steps_per_bar - 1)
    patterns = style.comping[grid.metre]
    if seat.role == "pad":
        patterns = style.pad_lines.get(grid.metre, (held,))
    shift = 5 if seat.role == "pad" else 0
    centre = _HARMONY_CENTRE + shift + rng.randint(-4, 4)
    centre = max(instrument.low + 6, min(instrument.high - 6, centre - (6 if seat.sings else 0)))
    voices = min(instrument.voices, rng.choice((3, 3, 4)))
    powerful = style.voicing == "power" and instrument.name == "distorted guitar"

    def voices_of(over: Chord) -> tuple[int, ...]:
        if powerful:
            return power_chord(over, instrument.low)
        return voicing(over, centre, voices, instrument.low, instrument.high)

    return comping_tones(
        rng,
        grid,
        patterns,
        plan.bars,
        plan.line_bars,
        plan.chord_at,
        voices_of,
        instrument.low,
    )


def _melody(rng: random.Random, plan: _Plan, instrument: Instrument, above: int = 0) -> list[Tone]:
    middle = (instrument.low + instrument.high) // 2 + rng.randint(-4, 5)
    middle = max(middle, above + 6)
    low = max(instrument.low, middle - 11, above)
    high = min(instrument.high, middle + 11)
    density = min(1.0, max(0.1, plan.style.density + rng.uniform(-0.12, 0.12)))
    return compose_melody(
        rng,
        plan.grid,
        plan.chord_at,
        plan.bars,
        plan.line_bars,
        plan.key,
        low,
        high,
        density,
    )


def _humanise(
    rng: random.Random,
    plan: _Plan,
    seat: Seat,
    instrument: Instrument,
    tones: list[Tone],
    seconds: float,
) -> tuple[Note, ...]:
    """Tones as notes in seconds, with the unevenness of players (machines play more evenly)."""
    exact = plan.style.name in ("techno", "disco", "hip hop")
    jitter = 0.002 if exact else rng.uniform(0.003, 0.009)
    push = rng.uniform(-0.006, 0.008)
    loudness = rng.randint(78, 104)
    strum = rng.uniform(0.004, 0.014) if "guitar" in instrument.name else 0.0
    legato = plan.style.legato if seat.role in ("melody", "counter") else 0.96
    if seat.instrument in SINGERS:
        legato = max(legato, 0.9)
    if seat.role == "melody":
        legato = min(1.0, max(0.4, legato + rng.uniform(-0.15, 0.1)))
    notes = []
    previous, voice = -1, 0
    for tone in sorted(tones):
        voice = voice + 1 if tone.step == previous else 0
        previous = tone.step
        start = plan.grid.seconds(tone.step)
        if start >= seconds:
            break
        end = plan.grid.seconds(tone.step + tone.length * legato)
        begin = max(0.0, start + push + rng.gauss(0.0, jitter) + voice * strum)
        velocity = round(loudness * tone.accent + rng.gauss(0.0, 4.0))
        notes.append(
            Note(
                round(begin, 4),
                round(max(0.05, end - start), 4),
                tone.pitch,
                max(20, min(127, velocity)),
            )
        )
    return tuple(notes)
