"""Scores -> what a reader must know before believing them, a sentence each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mullama.evaluation.report.figures import counted


@dataclass(frozen=True)
class Caution:
    """One warning, or a remark."""

    text: str
    weight: Literal["warning", "note"] = "warning"


def cautions(scores: Mapping[str, Any]) -> list[Caution]:
    """All of them, the graver ones first, none twice."""
    found = [
        *(Caution(str(text)) for text in scores.get("warnings", ())),
        *(caution for system in scores["systems"] for caution in _of_system(system)),
        *_of_metrics(scores["metrics"]),
        *_of_set(scores["set"]),
    ]
    unique = list(dict.fromkeys(found))
    return sorted(unique, key=lambda caution: caution.weight == "note")


def _of_system(system: Mapping[str, Any]) -> Iterator[Caution]:
    name = system["name"]
    if overlap := system.get("overlap"):
        if overlap["tracks"]:
            yield Caution(
                f"{name} was trained on {overlap['tracks']:,} of the {counted(overlap['of'], 'track')}"
                f" that it is asked about, according to {', '.join(overlap['files'])}: its scores say"
                " little about music that it has not met."
            )
        else:
            yield Caution(f"{name} was trained on none of these tracks.", "note")
    if system["missing"]:
        yield Caution(f"{name}: {counted(system['missing'], 'item')} without an answer.")
    if system["failed"]:
        causes = "; ".join(f"{why} ({n:,})" for why, n in system["causes"].items())
        yield Caution(f"{name}: {counted(system['failed'], 'item')} failed: {causes or 'unknown'}.")
    if system["empty"]:
        yield Caution(f"{name}: {counted(system['empty'], 'answer')} with nothing in it.")


def _of_metrics(metrics: Mapping[str, Any]) -> Iterator[Caution]:
    for metric, about in metrics.items():
        for need in about["needs"]:
            state = "is off" if need["blocks"] else "is counted in part"
            yield Caution(f"{metric} {state}: {need['what']} is missing. {_sentence(need['how'])}")


def _of_set(about: Mapping[str, Any]) -> Iterator[Caution]:
    if about["without_audio"]:
        yield Caution(f"{counted(about['without_audio'], 'item')} without audio on this machine.")
    if about["withheld"]:
        yield Caution(
            f"The set withholds the answers of {counted(about['withheld'], 'item')}: they are not"
            " scored.",
            "note",
        )


def _sentence(how: str) -> str:
    """How to get what is missing; commands stay as they are."""
    return f"To get it: {how.rstrip('.')}."
