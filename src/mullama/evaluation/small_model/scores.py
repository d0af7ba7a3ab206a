"""Answers about clips whose truth is known -> the figures of the small model, in percent.

Answers are read by `studio.words.parsing`, as a reader would. Does not know who answered.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mullama.studio.instruments import SINGERS
from mullama.studio.truth import Truth
from mullama.studio.words.parsing import (
    names_one_twice,
    parse_instruments,
    parse_key,
    parse_metre,
    parse_mood,
    parse_singers,
    parse_style,
    parse_tempo,
    parse_yes_no,
)

TEMPO_TOLERANCE = 0.08

Figures = dict[str, float]
"""Row of the table -> percent."""


@dataclass(frozen=True)
class Target:
    """One row: what is asked for, in percent; None where nothing is."""

    row: str
    seen: float | None = None
    unseen: float | None = None
    wrong_song: float | None = None
    """At most so much with another piece's music."""
    composers: float | None = None
    """With other composers' pieces, played by a bank that no training used."""
    songs: float | None = None
    """With songs, sung by voices that no training used."""


TARGETS = (
    Target("drums", 94, 88, 70, 95),
    Target("style", 85, 70, 15),
    Target("tempo within 8 %", 88, 80, 30, 90),
    Target("metre", 88, 85, 85, 85),
    Target("key, tonic", 80, 78, 15, 82),
    Target("key with mode", 60, 55, 10, 75),
    Target("mood"),
    Target("instruments, F1 micro", 75, 62, 40, 60),
    Target("instruments, F1 macro", 50, 38, 15),
    Target("is there an X?, balanced for each", 72, 66, 50),
    Target("somebody sings, balanced", songs=90),
    Target("a singer sings, balanced (choirs aside)"),
    Target("who sings, exactly"),
    Target("key asked = key described", 90),
    Target("lists that name one twice"),
    Target("instruments asked = described", 80),
    Target("instruments asked, overlap with described"),
    Target("yes/no agrees with the list asked for"),
)


def score(
    truths: Sequence[Truth],
    said: dict[str, dict[int, str]],
    checked: Sequence[tuple[int, str, str]],
) -> Figures:
    """Read answers: topic -> clip -> text, and (clip, instrument, text) for yes/no questions.

    A row whose truth nobody knows is left out.
    """
    lists = {i: parse_instruments(text) for i, text in said["instruments"].items()}
    micro, macro = instruments_f1([t.instruments for t in truths], [lists[i] for i in lists])
    found = {
        "drums": _share(parse_yes_no(said["drums"][i]) == t.drums for i, t in enumerate(truths)),
        "style": _right(truths, "style", {i: parse_style(x) for i, x in said["style"].items()}),
        "tempo within 8 %": _share(
            near_tempo(truth.tempo_bpm, parse_tempo(said["tempo"][i]))
            for i, truth in enumerate(truths)
            if truth.tempo_bpm is not None
        ),
        "metre": _right(truths, "metre", {i: parse_metre(x) for i, x in said["metre"].items()}),
        **_keys(truths, said),
        "mood": _right(truths, "mood", {i: parse_mood(x) for i, x in said["mood"].items()}),
        "instruments, F1 micro": micro,
        "instruments, F1 macro": macro,
        "is there an X?, balanced for each": _share(
            parse_yes_no(text) == (name in truths[i].instruments) for i, name, text in checked
        ),
        **_voices(truths, {i: parse_singers(text) for i, text in said["vocals"].items()}),
        "lists that name one twice": _share(
            names_one_twice(text) for text in said["instruments"].values()
        ),
        **_agreement(lists, said, checked),
    }
    known = _known(truths)
    return {t.row: found[t.row] for t in TARGETS if known.get(t.row, True)}


def _known(truths: Sequence[Truth]) -> dict[str, bool]:
    """Row -> whether any clip's truth tells what is right."""
    facts = {
        "style": "style",
        "tempo within 8 %": "tempo_bpm",
        "metre": "metre",
        "key, tonic": "key",
        "key with mode": "key",
        "mood": "mood",
    }
    known = {row: any(getattr(t, fact) is not None for t in truths) for row, fact in facts.items()}
    listed = any(truth.listed for truth in truths)
    rows = (
        "drums",
        "instruments, F1 micro",
        "instruments, F1 macro",
        "is there an X?, balanced for each",
        "somebody sings, balanced",
        "a singer sings, balanced (choirs aside)",
        "who sings, exactly",
    )
    return known | dict.fromkeys((*rows, "yes/no agrees with the list asked for"), listed)


def majority(truths: Sequence[Truth]) -> Figures:
    """What always giving the commonest answer reaches."""
    drums = _mean([float(truth.drums) for truth in truths])
    tempos = [truth.tempo_bpm for truth in truths if truth.tempo_bpm is not None]
    keys = [truth.key for truth in truths if truth.key is not None]
    commonest = Counter(name for truth in truths for name in truth.instruments).most_common(3)
    guess = tuple(name for name, _ in commonest)
    micro, macro = instruments_f1([t.instruments for t in truths], [guess] * len(truths))
    return {
        "drums": max(drums, 100 - drums),
        "tempo within 8 %": max(_share(near_tempo(t, g) for t in tempos) for g in range(60, 200)),
        "key, tonic": _commonest([key.split()[0] for key in keys]),
        "key with mode": _commonest(keys),
        "instruments, F1 micro": micro,
        "instruments, F1 macro": macro,
        "is there an X?, balanced for each": 50.0,
        **{
            name: _commonest([getattr(t, name) for t in truths])
            for name in ("style", "metre", "mood")
        },
    }


def near_tempo(true: float, said: float | None, tolerance: float = TEMPO_TOLERANCE) -> bool:
    """Whether a tempo is said that is off by no more than this share of the true one."""
    return said is not None and abs(said - true) <= tolerance * true


def instruments_f1(
    true: Sequence[tuple[str, ...]], named: Sequence[tuple[str, ...]]
) -> tuple[float, float]:
    """F1 in percent over all namings (micro), and averaged over the instruments there are (macro)."""
    hits: Counter[str] = Counter()
    either: Counter[str] = Counter()
    for right, said in zip(true, named, strict=True):
        hits.update(set(right) & set(said))
        either.update([*right, *said])
    there = {name for right in true for name in right}
    micro = 200 * hits.total() / max(1, either.total())
    return micro, _mean([2 * hits[name] / either[name] for name in sorted(there)])


def _keys(truths: Sequence[Truth], said: dict[str, dict[int, str]]) -> Figures:
    keys = {i: parse_key(text) for i, text in said["key"].items()}
    named = [i for i, key in keys.items() if key is not None and parse_key(said["long"][i])]
    return {
        "key, tonic": _share(
            keys[i] is not None and str(keys[i]).split()[0] == truth.key.split()[0]
            for i, truth in enumerate(truths)
            if truth.key is not None
        ),
        "key with mode": _right(truths, "key", keys),
        "key asked = key described": _share(keys[i] == parse_key(said["long"][i]) for i in named),
    }


def _voices(truths: Sequence[Truth], named: dict[int, tuple[str, ...] | None]) -> Figures:
    """Whether somebody sings, and who; what does not say is wrong."""
    said = [named[i] for i in range(len(truths))]
    return {
        "somebody sings, balanced": _balanced(
            (bool(t.singers), None if s is None else bool(s))
            for t, s in zip(truths, said, strict=True)
        ),
        "a singer sings, balanced (choirs aside)": _balanced(
            (
                not set(SINGERS).isdisjoint(t.singers),
                None if s is None else bool(set(s) & set(SINGERS)),
            )
            for t, s in zip(truths, said, strict=True)
        ),
        "who sings, exactly": _share(s == t.singers for t, s in zip(truths, said, strict=True)),
    }


def _balanced(pairs: Iterable[tuple[bool, bool | None]]) -> float:
    """Of (true, said) the share that is right, where it is so and where it is not counting alike."""
    right: dict[bool, list[bool]] = {}
    for true, said in pairs:
        right.setdefault(true, []).append(said is true)
    return sum(map(_share, right.values())) / len(right) if right else 0.0


def _agreement(
    lists: dict[int, tuple[str, ...]],
    said: dict[str, dict[int, str]],
    checked: Sequence[tuple[int, str, str]],
) -> Figures:
    """How far answers about the same clip's instruments agree with each other."""
    described = {i: parse_instruments(text) for i, text in said["long"].items()}
    return {
        "instruments asked = described": _share(lists[i] == described[i] for i in lists),
        "instruments asked, overlap with described": _mean(
            [_overlap(lists[i], described[i]) for i in lists]
        ),
        "yes/no agrees with the list asked for": _share(
            parse_yes_no(text) == (name in lists[i]) for i, name, text in checked
        ),
    }


def _right(truths: Sequence[Truth], fact: str, said: dict[int, str | None]) -> float:
    known = [i for i, truth in enumerate(truths) if getattr(truth, fact) is not None]
    return _share(said[i] == getattr(truths[i], fact) for i in known)


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    union = set(one) | set(other)
    return len(set(one) & set(other)) / len(union) if union else 1.0


def _commonest(values: Sequence[str | None]) -> float:
    known = [value for value in values if value is not None]
    return 100 * Counter(known).most_common(1)[0][1] / len(known) if known else 0.0


def _share(right: Iterable[bool]) -> float:
    return _mean([float(one) for one in right])


def _mean(values: Sequence[float]) -> float:
    return 100 * sum(values) / len(values) if values else 0.0
