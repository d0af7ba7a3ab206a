"""Scores -> what a reader must know before believing them, one line each."""

from collections.abc import Mapping, Sequence
from typing import Any

from mullama.evaluation.counted import counted
from mullama.evaluation.scoring.figures import REAL, scored_items

MAX_LINES = 3
"""Of what one system's answers, or the set, have that cannot be scored; the others are counted."""


def warnings(scores: Mapping[str, Any]) -> list[str]:
    """What a reader must know before believing a figure."""
    counts = {system["name"]: scored_items(system) for system in scores["systems"]}
    told = []
    for system in scores["systems"]:
        told += _of_system(system)
        scored, most = counts[system["name"]], max(counts.values())
        if 0 < scored < most:
            of = f"{scored:,} of {counted(most, 'question')}"
            told.append(
                f"{system['name']}: is scored on {of}, so its row is not comparable with the others"
            )
    for metric, about in scores["metrics"].items():
        for need in about["needs"]:
            off = "is left out" if need["blocks"] else "is computed in part"
            told.append(f"{metric} {off}: {need['what']} is missing ({need['how']})")
    return told + _of_set(scores["set"])


def _of_system(system: Mapping[str, Any]) -> list[str]:
    told = []
    if system["failed"]:
        told.append(f"{counted(system['failed'], 'answer')} could not be given: left out")
    if system["missing"]:
        told.append(f"not asked yet: {counted(system['missing'], 'question')}{_shards(system)}")
    told += _some("an answer cannot be read and is left out", system["unreadable"])
    told += _some("an answer cannot be scored and is left out", system["unscorable"])
    if not system["conditions"]:
        told.append("has no answer that can be scored")
    elif REAL not in system["conditions"]:
        told.append("was asked without the music only, as its audio is not here")
    if (overlap := system["overlap"]) and overlap["tracks"]:
        of = f"{overlap['tracks']} of {counted(overlap['of'], 'track')}"
        told.append(f"was trained on {of} of this set; its scores are no evidence")
    if system["empty"]:
        told.append(f"{counted(system['empty'], 'empty answer')}, scored as nothing")
    return [f"{system['name']}: {line}" for line in told]


def _of_set(about: Mapping[str, Any]) -> list[str]:
    told = _some("an item cannot be scored and is left out", about["unscorable"])
    if about["withheld"]:
        told.append(f"{counted(about['withheld'], 'item')} without a public answer: not scored")
    if about["without_audio"]:
        told.append(f"{counted(about['without_audio'], 'item')} without audio here")
    if about["tracks"] < 2:
        told.append("one track alone has no intervals: it says nothing about others")
    return told


def _shards(system: Mapping[str, Any]) -> str:
    """What to do where shards have answered and nobody put them together."""
    if not system["shards"]:
        return ""
    files = counted(system["shards"], "shard")
    return (
        f"; answers of {files} lie beside: `mullama evaluate answer` once without --shard takes"
        " them over"
    )


def _some(what: str, lines: Sequence[str]) -> list[str]:
    told = [f"{what}: {line}" for line in lines[:MAX_LINES]]
    if len(lines) > MAX_LINES:
        told.append(f"{what}: {counted(len(lines) - MAX_LINES, 'other')} like these")
    return told
