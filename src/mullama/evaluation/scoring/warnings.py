"""Scores -> what a reader must know before believing them, one line each."""

from collections.abc import Mapping
from typing import Any

from mullama.evaluation.scoring.figures import REAL


def warnings(scores: Mapping[str, Any]) -> list[str]:
    """What a reader must know before believing a figure."""
    told = []
    for system in scores["systems"]:
        name = system["name"]
        if system["failed"]:
            told.append(f"{name}: {system['failed']} answers could not be given; they are left out")
        if system["missing"]:
            told.append(f"{name}: {system['missing']} questions have not been asked yet")
        if not system["conditions"]:
            told.append(f"{name}: has no answer that can be scored")
        elif REAL not in system["conditions"]:
            told.append(f"{name}: was asked without the music only, as its audio is not here")
        if (overlap := system["overlap"]) and overlap["tracks"]:
            of = f"{overlap['tracks']} of {overlap['of']} tracks"
            told.append(f"{name}: was trained on {of} of this set; its scores are no evidence")
        if system["empty"]:
            told.append(f"{name}: {system['empty']} answers are empty, and score nothing")
    for metric, about in scores["metrics"].items():
        for need in about["needs"]:
            off = "is left out" if need["blocks"] else "is computed in part"
            told.append(f"{metric} {off}: {need['what']} is missing ({need['how']})")
    if scores["set"]["withheld"]:
        told.append(f"{scores['set']['withheld']} items have no public answer, and are not scored")
    if scores["set"]["without_audio"]:
        told.append(f"{scores['set']['without_audio']} items have no audio here")
    if scores["set"]["tracks"] < 2:
        told.append("one track alone has no intervals: it says nothing about others")
    return told
