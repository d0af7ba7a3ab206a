"""What a text or a clip says about the music, attribute by attribute. Does not read, nor judge."""

from dataclasses import dataclass, replace

from mullama.studio.instruments import DRUMS


@dataclass(frozen=True)
class Facts:
    """What is said; None and empty sets where nothing is."""

    instruments: frozenset[str] = frozenset()
    style: frozenset[str] = frozenset()
    mood: frozenset[str] = frozenset()
    key: str | None = None
    """For example "Eb major" or "F# minor"."""
    tempo: float | None = None
    """Beats per minute."""
    pace: str | None = None
    """Slow, medium or fast: said, or by the tempo."""
    metre: str | None = None
    drums: bool | None = None
    """False where they are denied."""
    absent: frozenset[str] = frozenset()
    """Instruments that are denied."""
    says_yes: bool | None = None
    """Whether it begins with yes (True) or no (False)."""
    cannot_tell: bool = False
    """Whether something is said to be unclear or unknown."""

    @property
    def presence(self) -> bool | None:
        """Whether `questioned` instruments are there; None for what answers no such question."""
        return bool(self.says_yes) if self.questioned else None

    @property
    def questioned(self) -> frozenset[str]:
        """The instruments that a text speaks of that says yes or no of instruments alone."""
        others = (self.style, self.mood, self.key, self.tempo, self.pace, self.metre)
        if any(others):
            return frozenset()
        if self.says_yes:
            return self.instruments
        return self.absent if self.says_yes is False or not self.instruments else frozenset()

    def about(self, questioned: frozenset[str]) -> "Facts":
        """These facts, with what a bare yes or no says of the instruments that were asked after."""
        if self.says_yes is None or self.instruments or self.absent:
            return self
        named, denied = (questioned, frozenset()) if self.says_yes else (frozenset(), questioned)
        return replace(self, instruments=named, absent=denied, drums=has_drums(named, denied))

    def only(self, *attributes: str) -> "Facts":
        """These facts without the others: for a question that asks after some alone."""
        return Facts(**{attribute: getattr(self, attribute) for attribute in attributes})


def has_drums(instruments: frozenset[str], absent: frozenset[str]) -> bool | None:
    """Whether there are drums, by the instruments that are named and denied; None where neither tells."""
    if instruments & {DRUMS, "percussion"}:
        return True
    return False if absent & {DRUMS, "percussion"} else None
