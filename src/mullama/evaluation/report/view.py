"""A scored evaluation -> everything that a report shows, whatever it is written as."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mullama.evaluation.counted import counted
from mullama.evaluation.report.examples import Examples, choose_examples
from mullama.evaluation.report.figure import shown_name
from mullama.evaluation.report.scored_folder import Scored
from mullama.evaluation.report.tables import Table, alpha, headline_table, tables, title_of
from mullama.evaluation.report.topics import TopicTable, topic_tables
from mullama.evaluation.report.verdict import Verdict

ASKING = {
    "whole": "heard whole",
    "published": "heard by the published protocol (60 s pieces, every second one, joined)",
}
IMPLIED = ("control", "no_controls")
"""Options of asking that `controls` tells already."""


@dataclass(frozen=True)
class View:
    """The contents of a report, in its order."""

    scores: Mapping[str, Any]
    """As `scores.json` has it."""
    cautions: tuple[str, ...]
    """What a reader must know before believing a figure."""
    headlines: Table
    """One value of each metric: where a reader sees what needed ears."""
    tables: tuple[Table, ...]
    topics: tuple[TopicTable, ...]
    examples: Examples

    @cached_property
    def sentence(self) -> str:
        """What was evaluated."""
        about, asking = self.scores["set"], self.scores["asking"]
        names = [system["name"] for system in self.scores["systems"]]
        who = names[0] if len(names) == 1 else f"{len(names)} systems"
        controls = ", ".join(map(shown_name, asking["controls"])) or "none"
        how = ASKING.get(asking["protocol"], f"by the protocol {asking['protocol']}")
        return (
            f"{who} answered {counted(about['items'], 'question')} on"
            f" {counted(about['tracks'], 'track')} of {about['name']}, {how}. Controls: {controls}."
        )

    @cached_property
    def findings(self) -> tuple[tuple[str, str], ...]:
        """Each system that hears, with what its headline scores say of its ears."""
        return tuple(
            (row.system, self._finding([cell.verdict for cell in row.cells]))
            for row in self.headlines.rows
            if row.controls
        )

    @cached_property
    def multiplicity(self) -> str:
        """How many tests between systems there are, and what that means for reading them."""
        tests = self.scores["tests"]
        return (
            f"Comparisons that were made: {tests['family']:,} ({tests['method']}). Of twenty comparisons"
            " of equal systems one has p below 0.05 by chance. Holm's p values are corrected for all of"
            f" them: read against {self.alpha:g}, they hold the chance of any false finding at or below it."
            f"{self._too_few_tracks(tests['family'])}"
        )

    @cached_property
    def ears_caution(self) -> str:
        """Whether there are tracks enough for the tests against controls; empty where there are."""
        told = [test for s in self.scores["systems"] for test in s["ears"].values()]
        return self._too_few_tracks(sum(map(len, told)))

    def _too_few_tracks(self, tests: int) -> str:
        """Swapping few tracks gives few permutations, so that no p can be small."""
        tracks, permutations = self.scores["set"]["tracks"], self.scores["permutations"]
        smallest = max(2.0 ** (1 - tracks), 1 / (permutations + 1))
        if not tests or smallest * tests < self.alpha:
            return ""
        return (
            f" With {counted(tracks, 'track')} and {permutations:,} permutations no p can be below"
            f" {smallest:.2g}, so that none of {counted(tests, 'test')} can pass the correction:"
            " there are too few tracks to tell."
        )

    @property
    def tests(self) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
        """The paired tests of headline values, and the others."""
        told: Mapping[str, Any] = self.scores["metrics"]
        pairs = self.scores["tests"]["pairs"]
        headlines = [p for p in pairs if p["value"] == told[p["metric"]]["headline"]]
        return headlines, [p for p in pairs if p["value"] != told[p["metric"]]["headline"]]

    @property
    def command(self) -> str:
        """What was run."""
        return shlex.join(self.scores["command"])

    @cached_property
    def provenance(self) -> tuple[tuple[str, str], ...]:
        """What repeating it takes, but for signatures and systems: name, what."""
        scores = self.scores
        about, asking = scores["set"], scores["asking"]
        return (
            ("set", about["name"]),
            ("licence of the set", about["licence"] or "not stated"),
            *(("note on the set", note) for note in about["notes"]),
            *(
                (f"asking: {name.replace('_', ' ')}", _text(asking[name]))
                for name in asking
                if name not in IMPLIED
            ),
            ("intervals", f"{scores['level']:.0%}, {scores['resamples']:,} resamples of tracks"),
            ("permutations", f"{scores['permutations']:,}"),
            ("seed of intervals and tests", str(scores["seed"])),
            *((f"version of {name}", str(what)) for name, what in scores["versions"].items()),
        )

    def title(self, metric: str, value: str) -> str:
        """What tables call a value."""
        return title_of(self.scores, metric, value)

    @property
    def alpha(self) -> float:
        """Below this a corrected p value counts."""
        return alpha(self.scores)

    def _finding(self, verdicts: list[Verdict]) -> str:
        judged = [verdict for verdict in verdicts if verdict is not Verdict.NONE]
        ears = sum(v in (Verdict.EARS, Verdict.INTERVAL) for v in judged)
        if not judged:
            return "nothing can be said of its ears"
        if not ears:
            return f"none of its {counted(len(judged), 'score')} is shown to have needed ears"
        return f"{ears} of its {counted(len(judged), 'score')} needed ears"


def _details(systems: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Why answers failed, and how an overlap with training data is known."""
    for system in systems:
        for why, count in system["causes"].items():
            yield f"{system['name']}: {counted(count, 'answer')} failed: {why}"
        if (overlap := system["overlap"]) and overlap["tracks"]:
            reasons = ", ".join(f"{why} ({count:,})" for why, count in overlap["reasons"].items())
            examples, files = (
                ", ".join(map(str, names))
                for names in (overlap["examples"], [file for file, _ in overlap["files"]])
            )
            yield f"{system['name']}: tracks known again in {files} by {reasons}, such as {examples}"


def _text(value: Any) -> str:
    if value is None:
        return "all"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def view_of(scored: Scored, *, embed_bytes: int = 0) -> View:
    """The contents of the report; one of `UNREADABLE` for scores of another form."""
    scores = scored.scores
    return View(
        scores,
        (*map(str, scores["warnings"]), *_details(scores["systems"])),
        headline_table(scores),
        tuple(tables(scores)),
        tuple(topic_tables(scores)),
        choose_examples(scored, embed_bytes=embed_bytes),
    )
