"""FluidSynth, one audio group per part: notes in, one waveform per part out, in a single pass.

It knows parts and banks, and nothing of styles, mixes or truths. The library is found on the
system; a bank's sounds are decoded when first played and cached while the synth lives.
"""

import ctypes
import ctypes.util
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from mullama.errors import UsageError
from mullama.studio.compose.piece import Part
from mullama.studio.instruments import DRUMS, INSTRUMENTS
from mullama.studio.sound.banks import Bank

MAX_PARTS = 7
_GROUPS = 8
_CHANNELS = 16
_BLOCK = 64
_DRUM_CHANNEL = 9
_DRUM_BANK = 128
_FILTER_CUTOFF, _ATTACK, _RELEASE, _FINE_TUNE = 8, 34, 38, 52
_MODULATION = 1


@dataclass(frozen=True)
class Timbre:
    """How one part departs from the bank's own sound; units as in the soundfont format."""

    cutoff_cents: float = 0.0
    attack_timecents: float = 0.0
    release_timecents: float = 0.0
    tuning_cents: float = 0.0
    vibrato: int = 0
    """Modulation wheel, 0 to 127."""


def _library() -> ctypes.CDLL:
    name = ctypes.util.find_library("fluidsynth") or "libfluidsynth.so.3"
    try:
        library = ctypes.CDLL(name)
    except OSError as error:
        raise UsageError(
            "rendering music needs the FluidSynth library: apt-get install libfluidsynth3"
        ) from error
    pointer, number = ctypes.c_void_p, ctypes.c_int
    signatures = {
        "new_fluid_settings": (pointer, []),
        "delete_fluid_settings": (None, [pointer]),
        "new_fluid_synth": (pointer, [pointer]),
        "delete_fluid_synth": (None, [pointer]),
        "fluid_settings_setnum": (number, [pointer, ctypes.c_char_p, ctypes.c_double]),
        "fluid_settings_setint": (number, [pointer, ctypes.c_char_p, number]),
        "fluid_set_log_function": (pointer, [number, pointer, pointer]),
        "fluid_synth_sfload": (number, [pointer, ctypes.c_char_p, number]),
        "fluid_synth_pin_preset": (number, [pointer, number, number, number]),
        "fluid_synth_all_sounds_off": (number, [pointer, number]),
        "fluid_synth_unset_program": (number, [pointer, number]),
        "fluid_synth_get_sfont_by_id": (pointer, [pointer, number]),
        "fluid_synth_remove_sfont": (number, [pointer, pointer]),
        "fluid_synth_add_sfont": (number, [pointer, pointer]),
        "fluid_synth_program_select": (number, [pointer, number, number, number, number]),
        "fluid_synth_set_gen": (number, [pointer, number, number, ctypes.c_float]),
        "fluid_synth_cc": (number, [pointer, number, number, number]),
        "fluid_synth_noteon": (number, [pointer, number, number, number]),
        "fluid_synth_noteoff": (number, [pointer, number, number]),
        "fluid_synth_nwrite_float": (number, [pointer, number] + [pointer] * 4),
    }
    for function, (result, arguments) in signatures.items():
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
    return library


def _addresses(rows: NDArray[np.float32]) -> list[int]:
    return [rows.ctypes.data + row * rows.strides[0] for row in range(len(rows))]


class Synth:
    """A bank, loaded and ready to play; close it, or use it as a context manager."""

    def __init__(self, bank: Bank, rate: int = 24000) -> None:
        path = bank.path()
        self.bank = bank
        self.rate = rate
        self._library = _library()
        for level in range(3):  # panic, error, warning: what matters is checked by result
            self._library.fluid_set_log_function(level, None, None)
        self._settings = self._library.new_fluid_settings()
        self._library.fluid_settings_setnum(self._settings, b"synth.sample-rate", rate)
        for option, value in (
            (b"synth.audio-channels", _GROUPS),
            (b"synth.audio-groups", _GROUPS),
            (b"synth.reverb.active", 0),
            (b"synth.chorus.active", 0),
            (b"synth.dynamic-sample-loading", 1),
            (b"synth.polyphony", 96),
        ):
            self._library.fluid_settings_setint(self._settings, option, value)
        self._home = self._library.new_fluid_synth(self._settings)
        self._home_font = self._library.fluid_synth_sfload(self._home, str(path).encode(), 0)
        self._synth: int | None = None
        self._font = 0
        self._pinned: set[tuple[int, int]] = set()
        if self._home_font < 0:
            self.close()
            raise UsageError(f"{path} is no readable soundfont: reinstall {bank.package}")
        # A fresh synthesizer seats a piano and a drum kit by itself: decoded each time, unless cached.
        self._keep(0, 0)
        self._keep(_DRUM_BANK, 0)

    def close(self) -> None:
        """Free the synth and its sounds."""
        if self._home:
            self._end()
            self._library.delete_fluid_synth(self._home)
            self._library.delete_fluid_settings(self._settings)
            self._home = self._settings = None

    def __enter__(self) -> "Synth":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def render(
        self, parts: Sequence[Part], seconds: float, timbres: Sequence[Timbre]
    ) -> NDArray[np.float32]:
        """The waveforms of up to `MOST_PARTS` parts, mono float32, shaped (parts, samples).

        Notes begin on blocks of 64 samples. Levels are the bank's own.
        """
        if len(parts) > MAX_PARTS:
            raise UsageError(f"a piece has at most {MAX_PARTS} parts, this one {len(parts)}")
        self._begin_anew()
        channels = [self._take_seat(*pair) for pair in enumerate(zip(parts, timbres, strict=True))]
        blocks = -(-round(seconds * self.rate) // _BLOCK)
        groups = np.zeros((2 * _GROUPS, blocks * _BLOCK), dtype=np.float32)
        rows = _addresses(groups)
        done = 0
        for block, sounding, channel, pitch, velocity in self._events(parts, channels, blocks):
            if block > done:
                self._write(rows, done, block)
                done = block
            if sounding:
                self._library.fluid_synth_noteon(self._synth, channel, pitch, velocity)
            else:
                self._library.fluid_synth_noteoff(self._synth, channel, pitch)
        self._write(rows, done, blocks)
        stereo = groups.reshape(_GROUPS, 2, -1)
        sounds = stereo.mean(axis=1)[[channel % _GROUPS for channel in channels]]
        return np.ascontiguousarray(sounds[:, : round(seconds * self.rate)])

    def _begin_anew(self) -> None:
        """Lend the bank to a new synthesizer: the voices of a used one remember their past.

        The one that loaded the bank stays alive, for it reads sounds when they are first needed.
        """
        self._end()
        library = self._library
        self._synth = library.new_fluid_synth(self._settings)
        font = library.fluid_synth_get_sfont_by_id(self._home, self._home_font)
        self._font = library.fluid_synth_add_sfont(self._synth, font)

    def _end(self) -> None:
        """Take the bank back from the synthesizer that played last, if there is one."""
        if not self._synth:
            return
        for channel in range(_CHANNELS):
            self._library.fluid_synth_all_sounds_off(self._synth, channel)
            self._library.fluid_synth_unset_program(self._synth, channel)
        silence = np.zeros((2 * _GROUPS, _BLOCK), dtype=np.float32)
        self._write(_addresses(silence), 0, 1)
        font = self._library.fluid_synth_get_sfont_by_id(self._synth, self._font)
        self._library.fluid_synth_remove_sfont(self._synth, font)
        self._library.delete_fluid_synth(self._synth)
        self._synth = None

    def _take_seat(self, index: int, seat: tuple[Part, Timbre]) -> int:
        """Set up a channel for a part and return it; channel and audio group go together."""
        part, timbre = seat
        # Channel 9 plays drums and shares its audio group with channel 1, which stays free.
        drums = part.instrument == DRUMS
        channel = _DRUM_CHANNEL if drums else index + (index >= 1)
        bank = _DRUM_BANK if drums else 0
        program = self._select(channel, bank, part)
        self._keep(bank, program)
        for generator, value in (
            (_FILTER_CUTOFF, timbre.cutoff_cents),
            (_ATTACK, timbre.attack_timecents),
            (_RELEASE, timbre.release_timecents),
            (_FINE_TUNE, timbre.tuning_cents),
        ):
            if value:
                self._library.fluid_synth_set_gen(self._synth, channel, generator, value)
        if timbre.vibrato:
            self._library.fluid_synth_cc(self._synth, channel, _MODULATION, timbre.vibrato)
        return channel

    def _keep(self, bank: int, program: int) -> None:
        """Keep a preset's decoded sounds in memory."""
        if (bank, program) not in self._pinned:
            self._library.fluid_synth_pin_preset(self._home, self._home_font, bank, program)
            self._pinned.add((bank, program))

    def _select(self, channel: int, bank: int, part: Part) -> int:
        for program in (part.program, INSTRUMENTS[part.instrument].programs[0]):
            chosen = self._library.fluid_synth_program_select(
                self._synth, channel, self._font, bank, program
            )
            if chosen == 0:
                return program
        raise UsageError(f"the sound bank {self.bank.name} has no {part.instrument}")

    def _events(
        self, parts: Sequence[Part], channels: list[int], blocks: int
    ) -> list[tuple[int, bool, int, int, int]]:
        """(block, whether a note begins, channel, pitch, velocity) in order of time."""
        per_second = self.rate / _BLOCK
        events = []
        for part, channel in zip(parts, channels, strict=True):
            for note in part.notes:
                begin = round(note.start * per_second)
                end = max(begin + 1, round((note.start + note.duration) * per_second))
                if begin < blocks:
                    events.append((begin, True, channel, note.pitch, note.velocity))
                    if end < blocks:
                        events.append((end, False, channel, note.pitch, 0))
        return sorted(events)

    def _write(self, rows: list[int], begin: int, end: int) -> None:
        """Let time pass from block `begin` to `end`; `rows` are the addresses of all buffers."""
        if end <= begin:
            return
        offset = begin * _BLOCK * np.dtype(np.float32).itemsize
        kind = ctypes.c_void_p * _GROUPS
        self._library.fluid_synth_nwrite_float(
            self._synth,
            (end - begin) * _BLOCK,
            kind(*[address + offset for address in rows[0::2]]),
            kind(*[address + offset for address in rows[1::2]]),
            None,
            None,
        )
