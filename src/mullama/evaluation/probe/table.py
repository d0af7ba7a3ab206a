"""A comparison becomes a table in Markdown and everything needed to repeat it in JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from mullama.evaluation.metrics.intervals import Interval
from mullama.evaluation.probe.compare import Comparison
from mullama.evaluation.probe.options import TrainingOptions
from mullama.evaluation.probe.published import PUBLISHED, PUBLISHED_SET, PUBLISHED_SOURCE
from mullama.evaluation.probe.results import ProbeResult
from mullama.evaluation.probe.scores import MEAN, METRICS
from mullama.evaluation.scoring.versions import versions
from mullama.jobs.atomic import write_text

TABLE, DATA = "probe.md", "probe.json"
"""In the comparison's folder."""
HEAD = "| representation | parameters | hidden states | ROC-AUC | average precision |"
LINE = "|---|--:|--:|---|---|"


def write(comparison: Comparison, options: TrainingOptions, command: str, out: Path) -> None:
    """Both files. Raises UsageError for a disk that refuses."""
    write_text(out / TABLE, markdown(comparison, options, command), parents=True)
    stored = {
        **asdict(comparison),
        "published": {"source": PUBLISHED_SOURCE, "percent": PUBLISHED},
        "options": asdict(options),
        "command": command,
        "versions": versions(),
    }
    write_text(out / DATA, json.dumps(stored, indent=1, ensure_ascii=False) + "\n", parents=True)


def markdown(comparison: Comparison, options: TrainingOptions, command: str) -> str:
    """The tables, and what they are made from."""
    return "\n".join(
        [
            *_about(comparison, options, command),
            "",
            *summary(comparison),
            "",
            *_by_tag(comparison),
            "",
            *_left_out(comparison),
        ]
    )


def summary(comparison: Comparison) -> list[str]:
    """The means over all tags; the published ones where they are of the same set, else below."""
    same = comparison.set_name == PUBLISHED_SET and len(comparison.tags) == 50
    floor = [f"{100 * comparison.chance[metric]:.1f}" for metric in METRICS]
    rows = [
        *(_row(result) for result in comparison.results),
        f"| chance | | | {' | '.join(floor)} |",
    ]
    quoted = [
        f"| {name} (quoted) | | | {auc:.2f} | {precision:.2f} |"
        for name, (auc, precision) in PUBLISHED.items()
    ]
    if same:
        return [HEAD, LINE, *rows, *quoted, "", f"Quoted: {PUBLISHED_SOURCE}."]
    return [
        *(HEAD, LINE, *rows, ""),
        f"Quoted, not measured here, and of another set, so not to be compared with the rows above: "
        f"{PUBLISHED_SOURCE}.",
        *("", HEAD, LINE, *quoted),
    ]


def _about(comparison: Comparison, options: TrainingOptions, command: str) -> Iterator[str]:
    clips = ", ".join(f"{count} {part}" for part, count in comparison.clips.items())
    known = ", ".join(f"{name} {version}" for name, version in versions().items())
    yield f"Made by `{command}` with {known}."
    yield ""
    yield (
        f"Set: {comparison.set_name}; clips: {clips}, the last ones of {comparison.tracks} tracks; "
        f"{len(comparison.tags)} tags; seed {options.seed}; labels {comparison.labels[:12]}."
    )
    yield (
        "Percent, means over the tags, on the test clips; in brackets 95 % intervals, by bootstrap "
        "over tracks. Every encoder is frozen and read by the same probe."
    )


def _row(result: ProbeResult) -> str:
    cells = [
        f"{result.encoder} ({result.kind})",
        _size(result.parameters),
        f"{result.states} x {result.features}",
        *(_percent(result.values[metric][MEAN]) for metric in METRICS),
    ]
    return f"| {' | '.join(cells)} |"


def _by_tag(comparison: Comparison) -> Iterator[str]:
    """ROC-AUC / average precision of each tag."""
    names = [result.encoder for result in comparison.results]
    yield f"| tag, ROC-AUC / average precision | test clips | {' | '.join(names)} |"
    yield "|---|--:" + "|---" * len(names) + "|"
    for tag, count in comparison.tags.items():
        cells = [_pair(result, tag) for result in comparison.results]
        yield f"| {_cell(tag)} | {count} | {' | '.join(cells)} |"


def _left_out(comparison: Comparison) -> Iterator[str]:
    if comparison.repeated:
        yield f"{len(comparison.repeated)} clips were left out, as another part has their sound:"
        yield ""
        yield from (f"* {_cell(line)}" for line in comparison.repeated)
        yield ""
    if not comparison.left_out:
        yield "No tag was left out."
        return
    yield f"{len(comparison.left_out)} tags were left out:"
    yield ""
    yield from (f"* {_cell(tag)}: {why}" for tag, why in comparison.left_out.items())


def _pair(result: ProbeResult, tag: str) -> str:
    return " / ".join(f"{100 * result.values[metric][tag].value:.0f}" for metric in METRICS)


def _percent(found: Interval) -> str:
    return f"{100 * found.value:.1f} ({100 * found.low:.1f} to {100 * found.high:.1f})"


def _size(parameters: int) -> str:
    for unit, size in (("M", 10**6), ("k", 10**3)):
        if parameters >= size:
            return f"{parameters / size:.3g} {unit}"
    return str(parameters)


def _cell(text: str) -> str:
    """A tag from anybody's table, as a cell that ends where it should."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
