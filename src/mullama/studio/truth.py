"""What is true of a clip and can be heard in it.

Every field may be unknown: a lone melody has no audible metre, drums alone have no key. It does
not know how the facts are put into words; `describe.py` does.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

from mullama.errors import UsageError
from mullama.studio.instruments import DRUMS, VOCALS


@dataclass(frozen=True)
class Truth:
    """The facts of one clip; None where the clip does not tell."""

    instruments: tuple[str, ...]
    """What can be heard, in listing order; "drums" is one of them."""
    style: str | None
    tempo_bpm: int | None
    """Beats per minute; in 6/8 the beat is the dotted quarter."""
    metre: str | None
    key: str | None
    """For example "Eb major" or "F# minor"."""
    mood: str | None
    lead: str | None
    """The instrument with the melody."""
    listed: bool = True
    """Whether `instruments` is the whole list; otherwise nothing is known of them."""
    instrumental: bool = False
    """Whether it is known to be instrumental, where the instruments are not listed."""
    maybe_sung: bool = False
    """Whether somebody may be singing who is not sure enough to be among the instruments."""

    @property
    def silent(self) -> bool:
        """Whether there is no music."""
        return self.listed and not self.instruments

    @property
    def drums(self) -> bool:
        """Whether drums can be heard."""
        return DRUMS in self.instruments

    @property
    def singers(self) -> tuple[str, ...]:
        """Who sings, a choir included, in listing order."""
        return tuple(name for name in self.instruments if name in VOCALS)

    @property
    def minor(self) -> bool | None:
        """Whether the key is minor; None without a key."""
        return None if self.key is None else self.key.endswith("minor")

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; `listed` only where it is not so, the other two where they are."""
        values = {**asdict(self), "instruments": list(self.instruments)}
        if self.listed:
            del values["listed"]
        for seldom in ("instrumental", "maybe_sung"):
            if not values[seldom]:
                del values[seldom]
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Truth":
        """The inverse of `as_dict`; raises `UsageError` when a field is missing or unknown.

        The mood follows from the other facts and is made anew from them.
        """
        try:
            truth = cls(**{**values, "instruments": tuple(values["instruments"])})
            if not truth.listed:  # of a recording the mood is not known, and is no rule's to say
                return truth
            return replace(truth, mood=mood_of(truth.style, truth.minor, truth.tempo_bpm))
        except (KeyError, TypeError) as error:
            raise UsageError(f"not the truth of a clip: {error}") from error


MOODS = (
    "aggressive",
    "calm",
    "dark",
    "energetic",
    "happy",
    "relaxed",
    "sad",
    "triumphant",
)

_FIXED_MOODS = {"metal": "aggressive", "techno": "energetic", "rock": "energetic"}
_MOODS_BY_MODE = {  # style -> (major, minor)
    "ambient": ("calm", "dark"),
    "hip hop": ("relaxed", "dark"),
    "reggae": ("relaxed", "relaxed"),
    "bossa nova": ("relaxed", "sad"),
    "march": ("triumphant", "dark"),
    "funk": ("happy", "energetic"),
    "disco": ("happy", "energetic"),
}
_LIVELY_BPM = {"jazz": 140, "waltz": 140}
_USUALLY_LIVELY_BPM = 100


def mood_of(style: str | None, minor: bool | None, tempo_bpm: int | None) -> str | None:
    """The mood word that style, mode and tempo make; None where too little is known."""
    if style in _FIXED_MOODS:
        return _FIXED_MOODS[style]
    if minor is None:
        return None
    if style in _MOODS_BY_MODE:
        return _MOODS_BY_MODE[style][int(minor)]
    if tempo_bpm is None:
        return None
    lively = tempo_bpm >= _LIVELY_BPM.get(style or "", _USUALLY_LIVELY_BPM)
    if minor:
        return "energetic" if lively and style != "waltz" else "sad"
    return "happy" if lively else "calm"
