"""A melody and a voice's syllables in, singing out: pitch, rhythm and manner for the vocoder.

Pulses at the melody's pitch, and noise where breath is, pass through the envelopes of the spoken
syllables: consonants at about the speed of speech, vowels held as long as their notes. Octaves are as
written; who can sing them is the caller's concern. Does not know how syllables were spoken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import soxr
from jaxtyping import Float, Float32

from mullama.studio.compose.piece import Note
from mullama.studio.sound.envelopes import COEFFICIENTS, FFT, HOP, Syllable
from mullama.studio.sound.render import RATE
from mullama.studio.sound.vocoder import WINDOW, vocoded

Frames = Float[np.ndarray, " frames"]

_FRAME_SECONDS = HOP / RATE
_JOINED_SECONDS = 0.12
"""A shorter gap between two notes is sung through."""
_SETTLED_SECONDS = 0.25
"""Vibrato sets in after it."""
_RELEASE_SECONDS = 0.08
_LOUDEST_DB, _RANGE_DB = -14.0, 24.0
"""Level of a note at velocity 127, and how far below it velocity 0 would be."""
_SOFTEST = 0.4
"""A vowel of a lower level (1 is as spoken) is left soft: its consonants would be too loud."""


@dataclass(frozen=True)
class Manner:
    """How somebody sings."""

    vibrato_hz: float
    vibrato_cents: float
    portamento_seconds: float
    scoop_cents: float
    """How far below the first note of a phrase the voice begins."""
    drift_cents: float
    breath_db: float
    """Noise of the breath, relative to a breathy voice."""
    tilt_db_per_octave: float
    """Brightness: slope of the spectrum above 500 Hz."""
    ring_db: float
    """Height of the singer's formant, which trained voices have around 3 kHz."""
    haste: float
    """Speed of the consonants; 1 is as spoken."""
    melisma: float
    """How often a note goes on with the vowel before it."""
    doubled: bool
    """Whether a second take is mixed in, as studios do."""


def draw_manner(rng: np.random.Generator) -> Manner:
    """A singer's manner, as different as singers are."""
    trained = rng.random()
    return Manner(
        vibrato_hz=float(rng.uniform(4.5, 6.5)),
        vibrato_cents=float(rng.uniform(15.0, 60.0)),
        portamento_seconds=float(rng.uniform(0.03, 0.12)),
        scoop_cents=float(rng.choice([0.0, 1.0]) * rng.uniform(50.0, 200.0)),
        drift_cents=float(rng.uniform(2.0, 8.0)),
        breath_db=float(rng.uniform(-12.0, 8.0)),
        tilt_db_per_octave=float(rng.uniform(-2.5, 1.5)),
        ring_db=float(rng.uniform(4.0, 10.0)) if trained < 0.35 else 0.0,
        haste=float(rng.uniform(0.9, 1.3)),
        melisma=float(rng.uniform(0.05, 0.25)),
        doubled=bool(rng.random() < 0.2),
    )


def sing(
    notes: Sequence[Note],
    syllables: Sequence[Syllable],
    seconds: float,
    rate: int,
    rng: np.random.Generator,
) -> Float32[np.ndarray, " samples"]:
    """A melody sung by the voice whose syllables these are, one a note or now and then for several.

    Of notes that begin together the highest is sung, and each ends where the next begins. Vowels begin
    on the beat, consonants before it.
    """
    manner = draw_manner(rng)
    words = _words(_one_by_one(notes, seconds), syllables, manner, rng)
    count = round(seconds * RATE)
    sound = np.zeros(count)
    if words:
        sound += _take(words, count, manner, rng)
        if manner.doubled:
            late = round(rng.uniform(0.01, 0.03) * RATE)
            second = _take(words, count, manner, rng, detuned_cents=float(rng.normal(0.0, 5.0)))
            sound[late:] += 0.7 * second[: count - late]
    if rate != RATE:
        sound = soxr.resample(sound, RATE, rate, quality="HQ")
    sung = np.zeros(round(seconds * rate), dtype=np.float32)
    sung[: len(sound)] = sound[: len(sung)]
    return sung


@dataclass(frozen=True)
class _Word:
    """A syllable and the notes that it is sung on."""

    syllable: Syllable
    notes: tuple[Note, ...]
    joined: bool
    """Whether it follows the word before without a breath."""

    @property
    def start(self) -> float:
        return self.notes[0].start

    @property
    def end(self) -> float:
        return self.notes[-1].start + self.notes[-1].duration


def _one_by_one(notes: Sequence[Note], seconds: float) -> list[Note]:
    highest = {note.start: note for note in sorted(notes, key=lambda note: note.pitch)}
    sung = [highest[start] for start in sorted(highest) if 0 <= start < seconds]
    ends = [note.start for note in sung[1:]] + [seconds] * bool(sung)
    return [
        note._replace(duration=min(note.duration, end - note.start))
        for note, end in zip(sung, ends, strict=True)
    ]


def _words(
    notes: Sequence[Note],
    syllables: Sequence[Syllable],
    manner: Manner,
    rng: np.random.Generator,
) -> list[_Word]:
    words: list[_Word] = []
    for note in notes:
        joined = bool(words) and note.start - words[-1].end < _JOINED_SECONDS
        if joined and rng.random() < manner.melisma:
            last = words[-1]
            words[-1] = _Word(last.syllable, (*last.notes, note), last.joined)
        else:
            words.append(_Word(syllables[int(rng.integers(len(syllables)))], (note,), joined))
    return words


def _take(
    words: Sequence[_Word],
    count: int,
    manner: Manner,
    rng: np.random.Generator,
    detuned_cents: float = 0.0,
) -> Float[np.ndarray, " samples"]:
    """The words sung once; two takes differ in drift, vibrato and noise."""
    times = np.arange(-(-count // HOP) + 1) * _FRAME_SECONDS
    cents = _pitch_cents(words, times, manner, rng) + detuned_cents
    pitch_hz = 440.0 * 2 ** ((cents - 6900.0) / 1200)
    cepstra, voicing, active = _mouth(words, times, manner)
    cepstra += _colour(manner)
    sound = vocoded(cepstra, voicing, active, pitch_hz, manner.breath_db, rng)[:count]
    return sound * _gain(words, sound, np.arange(count) / RATE)


def _pitch_cents(
    words: Sequence[_Word], times: Frames, manner: Manner, rng: np.random.Generator
) -> Frames:
    notes = [note for word in words for note in word.notes]
    starts = np.array([note.start for note in notes])
    pitches = np.array([100.0 * note.pitch for note in notes])
    joined = np.array([j for word in words for j in (word.joined, *[True] * (len(word.notes) - 1))])
    # The voice moves around the beat, half of the way before it, so that notes are in tune on average.
    glide = manner.portamento_seconds
    cents = np.full(len(times), pitches[0])
    for start, step in zip(starts[1:], np.diff(pitches), strict=True):
        part = np.clip((times - start) / glide + 0.5, 0.0, 1.0)
        cents += step * (0.5 - 0.5 * np.cos(np.pi * part))
    for start in starts[~joined]:
        since = np.maximum(times - start, 0.0)
        here = (times > start - 0.2) & (since < 0.5)
        cents -= here * manner.scoop_cents * np.exp(-since / 0.04)
    index = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, None)
    depth = np.clip((times - starts[index] - _SETTLED_SECONDS) / 0.3, 0.0, 1.0)
    wander = _slow_noise(rng, len(times), 0.3)
    swings = manner.vibrato_hz * (1 + 0.05 * wander).cumsum() * _FRAME_SECONDS + rng.random()
    drift = manner.drift_cents * _slow_noise(rng, len(times), 0.25)
    return cents + manner.vibrato_cents * depth * np.sin(2 * np.pi * swings) + drift


def _slow_noise(rng: np.random.Generator, frames: int, seconds: float) -> Frames:
    """Noise of deviation 1 that changes about once in `seconds`."""
    step = seconds / _FRAME_SECONDS
    points = rng.standard_normal(int(frames / step) + 3)
    return np.interp(np.arange(frames) / step, np.arange(len(points)), points)


def _mouth(
    words: Sequence[_Word], times: Frames, manner: Manner
) -> tuple[Float[np.ndarray, "frames coefficients"], Float[np.ndarray, "frames bands"], np.ndarray]:
    """Envelope and voicing at every time, and where there is any."""
    coefficients = words[0].syllable.cepstra.shape[1]
    cepstra = np.zeros((len(times), coefficients))
    voicing = np.zeros((len(times), words[0].syllable.voicing.shape[1]))
    active = np.zeros(len(times), dtype=bool)
    bounds = _bounds(words, manner)
    for word, (begin, vowel, end) in zip(words, bounds, strict=True):
        here = slice(*np.searchsorted(times, [begin, end]))
        source = _source_frames(word.syllable, times[here], begin, vowel, end, manner.haste)
        whole = np.minimum(source.astype(int), len(word.syllable.cepstra) - 2)
        part = (source - whole)[:, None]
        for target, frames in ((cepstra, word.syllable.cepstra), (voicing, word.syllable.voicing)):
            target[here] = frames[whole] * (1 - part) + frames[whole + 1] * part
        active[here] = True
    return cepstra, voicing, active


def _bounds(words: Sequence[_Word], manner: Manner) -> list[tuple[float, float, float]]:
    """When each word begins, when its vowel does, and when it ends.

    An onset takes its time from the word before, but no more than half of it.
    """
    bounds: list[tuple[float, float, float]] = []
    free = 0.0
    for word in words:
        onset = word.syllable.vowel * _FRAME_SECONDS / manner.haste
        if bounds and word.joined:
            begin, vowel, _ = bounds[-1]
            start = max(word.start - onset, vowel + 0.5 * (word.start - vowel))
            bounds[-1] = (begin, vowel, start)
        else:
            start = max(word.start - onset, free, 0.0)
        free = word.end
        bounds.append((start, word.start, word.end))
    return bounds


def _source_frames(
    syllable: Syllable, times: Frames, begin: float, vowel: float, end: float, haste: float
) -> Frames:
    """Which frame of the syllable is sung at each time: all at speech's speed but the vowel's middle."""
    last = len(syllable.cepstra) - 1
    slow = 0.12 * (syllable.coda - syllable.vowel)
    knots = np.array([0, syllable.vowel, syllable.hold - slow, syllable.hold + slow, last])
    knots = np.maximum.accumulate(np.clip(knots, 0, last))
    spoken = np.diff(knots) * _FRAME_SECONDS / haste
    # A short note leaves room for a part of them only, and the vowel comes first.
    head = min(spoken[1], 0.3 * (end - vowel))
    tail = min(spoken[3], 0.5 * (end - vowel))
    moments = np.array([begin, vowel, vowel + head, end - tail, end])
    if moments[1] - moments[0] < spoken[0]:
        knots[0] = max(0.0, knots[1] - (vowel - begin) / _FRAME_SECONDS * haste * 1.5)
    return np.interp(times, moments, knots)


def _colour(manner: Manner) -> Float[np.ndarray, " coefficients"]:
    """The manner's brightness as cepstral coefficients, which add to those of an envelope."""
    hz = np.fft.rfftfreq(FFT, 1 / RATE)
    decibels = manner.tilt_db_per_octave * np.log2(np.maximum(hz, 500.0) / 500.0)
    decibels += manner.ring_db * np.exp(-(((hz - 3000.0) / 500.0) ** 2))
    return np.fft.irfft(decibels * np.log(10) / 20)[:COEFFICIENTS]


def _gain(
    words: Sequence[_Word], sound: Float[np.ndarray, " samples"], times: Frames
) -> Float[np.ndarray, " samples"]:
    """Brings every note to the level of its velocity: a vowel's depends on where its harmonics fall."""
    moments: list[float] = []
    gains: list[float] = []
    for word in words:
        begin, stop = round(word.start * RATE), round(word.end * RATE)
        level = np.sqrt(np.mean(sound[begin:stop] ** 2)) if stop > begin else 0.0
        for note in word.notes:
            wanted = 10 ** ((_LOUDEST_DB - _RANGE_DB * (1 - note.velocity / 127)) / 20)
            moments += [note.start, note.start + max(0.0, note.duration - _RELEASE_SECONDS)]
            gains += [wanted / max(level, _SOFTEST)] * 2
    return np.interp(times, moments, gains) * _phrases(words, times)


def _phrases(
    words: Sequence[_Word], times: Float[np.ndarray, " samples"]
) -> Float[np.ndarray, " samples"]:
    """1 while it is sung, with a soft end to every phrase, where the voice would else be cut."""
    starts = [word.start for word in words if not word.joined]
    ends = [word.end for word, after in pairwise(words) if not after.joined] + [words[-1].end]
    height = np.ones(len(times))
    for start, end in zip(starts, ends, strict=True):
        release = min(_RELEASE_SECONDS, 0.3 * (end - start))
        first, last = np.searchsorted(times, [end - release, end + WINDOW / RATE])
        fall = np.clip((end - times[first:last]) / release, 0.0, 1.0)
        height[first:last] *= fall * fall * (3 - 2 * fall)
    return height
