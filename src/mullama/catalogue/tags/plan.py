"""A file's tags, and what is wanted there -> what is to be done, field by field. Does nothing itself."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Literal

from mullama.catalogue.tags.containers import MODEL, OURS, Tags
from mullama.catalogue.tags.provenance import Provenance, read_provenance
from mullama.catalogue.tags.wanted import FIELDS

Action = Literal["write", "remove", "same", "keep"]


@dataclass(frozen=True)
class Change:
    """What becomes of one field."""

    name: str
    now: str
    new: str
    """Empty for none."""
    action: Action
    """`keep` is for what the user has put there."""


@dataclass(frozen=True)
class Plan:
    """What becomes of one file."""

    changes: tuple[Change, ...]
    provenance: Provenance
    model: str
    stale: bool = False
    """Whether what the file remembers is to be written anew, though no field changes."""

    @property
    def idle(self) -> bool:
        """Whether the file stays as it is."""
        return not self.stale and all(one.action in ("same", "keep") for one in self.changes)

    def carry_out(self, tags: Tags) -> None:
        """Change open tags; whoever opened them saves."""
        for change in self.changes:
            if change.action == "write":
                tags.write(change.name, change.new)
            elif change.action == "remove":
                tags.remove(change.name)
        if self.provenance.fields:
            tags.write(MODEL, self.model)
            tags.write(OURS, self.provenance.to_text())
        else:
            tags.remove(MODEL)
            tags.remove(OURS)


def plan(
    tags: Tags,
    wanted: Mapping[str, str],
    *,
    sound: str,
    model: str,
    own: Set[str] = frozenset(),
) -> Plan:
    """Put what is wanted into fields that are empty or ours; take out what we no longer say.

    A field of `own` is not empty, though the file's is.
    """
    before = read_provenance(tags.read(OURS))
    changes = tuple(one for one in _changes(tags, before, wanted) if one.now or one.name not in own)
    ours = {one.name: one.new for one in changes if one.action in ("write", "same")}
    after = Provenance(sound, ours)
    told = ours != dict(before.fields) or bool(ours and tags.read(MODEL) != [model])
    return Plan(changes, after, model, stale=told)


def plan_undo(tags: Tags) -> Plan:
    """Take out what is still as we have written it, and what the file remembers of us."""
    before = read_provenance(tags.read(OURS))
    remembers = bool(tags.read(OURS) or tags.read(MODEL))
    return Plan(tuple(_changes(tags, before, {})), Provenance(), "", stale=remembers)


def _changes(tags: Tags, before: Provenance, wanted: Mapping[str, str]) -> Iterator[Change]:
    for name in FIELDS:
        now, new = tags.read(name), wanted.get(name, "")
        ours = before.owns(name, now)
        if ours and not new:
            yield Change(name, now[0], "", "remove")
        elif ours and now == [new]:
            yield Change(name, new, new, "same")
        elif new and (ours or not now):
            yield Change(name, "; ".join(now), new, "write")
        elif now and (new or name in before.fields):
            yield Change(name, "; ".join(now), new, "keep")
