"""The report as Markdown that GitHub shows: every table, without plots and players."""

import re
from collections.abc import Iterator, Sequence

from mullama.evaluation.counted import counted
from mullama.evaluation.report.examples import Example
from mullama.evaluation.report.figure import (
    UNKNOWN,
    number,
    p_value,
    probability,
    shown_name,
)
from mullama.evaluation.report.tables import Cell, Heading, Row, Table
from mullama.evaluation.report.topics import TopicCell, TopicTable
from mullama.evaluation.report.view import View, options
from mullama.evaluation.report.visible import visible

MAX_CHARACTERS = 600
"""Of an answer; the page and the JSON file hold all of it."""
MAX_SOURCES = 10
"""Files of the set; the others stand in the page and the JSON file."""
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$&]|^[-+=]|(?<=\d)[.)](?= )")
"""What Markdown, HTML or a formula would take for its own: anywhere, or where a list could begin."""


def markdown(view: View) -> str:
    """The Markdown of a report."""
    lines = [
        f"# {escaped(view.scores['set']['name'])}: evaluation",
        "",
        escaped(view.sentence),
        "",
        *(f"- **Warning:** {escaped(caution)}." for caution in view.cautions),
        "",
        *(f"- {escaped(name)}: {escaped(what)}." for name, what in view.findings),
        "",
    ]
    for table in view.tables:
        lines += _scores(table)
    for topic in view.topics:
        lines += _topics(topic)
    return "\n".join([*lines, *_tests(view), *_examples(view), *_repeat(view)]) + "\n"


def escaped(text: str) -> str:
    """Any text as text on one line: no markup, no HTML, no end of a table's cell."""
    return _SPECIAL.sub(_entity, " ".join(visible(text).split()))


def _entity(found: re.Match[str]) -> str:
    """As HTML's entity, since within tables a backslash does not escape everything."""
    return f"&#{ord(found.group())};"


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    align = ["---", *["---:"] * (len(head) - 1)]
    return [*(f"| {' | '.join(line)} |" for line in (head, align, *rows)), ""]


def _scores(table: Table) -> list[str]:
    head = [
        "",
        *(f"{escaped(h.title)}{' (off)' if h.off else ''}{h.arrow}" for h in table.headings),
    ]
    rows = [line for row in table.rows for line in _rows(row, table.headings)]
    for quoted in table.quoted:
        name = f"*{escaped(quoted.system)}, quoted from {escaped(quoted.source)}*"
        rows.append([name, *(f"*{value}*" for value in quoted.values)])
    return [f"## {escaped(table.title)}", "", escaped(table.explanation), "", *_grid(head, rows)]


def _rows(row: Row, headings: Sequence[Heading]) -> Iterator[list[str]]:
    partly = f" ({row.items} of {row.of} questions)" if row.items < row.of else ""
    yield [f"**{escaped(row.system)}**{partly}", *(_value(cell) for cell in row.cells)]
    for control in row.controls:
        cells = [str(cell.controls.get(control, UNKNOWN)) for cell in row.cells]
        yield [f"&nbsp;&nbsp;{escaped(shown_name(control))}", *cells]
    if row.controls:
        yield ["&nbsp;&nbsp;way from the best control to perfect", *map(_way, row.cells)]


def _value(cell: Cell) -> str:
    if not cell.figure.known:
        return str(cell.figure)
    counted_on = "" if cell.counted_on is None else f"n = {cell.counted_on}"
    more = "; ".join(filter(None, (cell.figure.interval, counted_on)))
    return f"**{cell.figure}**" + (f" <sub>{more}</sub>" if more else "")


def _way(cell: Cell) -> str:
    if not cell.way.known:
        return str(cell.way)
    test = "" if cell.holm is None else f", p {probability(cell.holm)}"
    return f"{cell.way.percent} <sub>{cell.way.percent_interval}{test}; {cell.verdict}</sub>"


def _topics(table: TopicTable) -> list[str]:
    head = ["question type", "items", *map(escaped, table.systems)]
    rows = [
        [escaped(row.topic or "without a type"), str(row.items), *map(_topic, row.cells)]
        for row in table.rows
    ]
    return [f"## By question type: {escaped(table.heading.title)}", "", *_grid(head, rows)]


def _topic(cell: TopicCell) -> str:
    controls = "; ".join(
        f"{escaped(shown_name(name))} {figure}" for name, figure in cell.controls.items()
    )
    return (
        f"**{cell.figure}** <sub>{cell.figure.interval}{'; ' if controls else ''}{controls}</sub>"
    )


def _tests(view: View) -> list[str]:
    headlines, others = view.tests
    if not headlines:
        return []
    head = ["one", "other", "metric", "difference", "p", "p by Holm"]
    rows = [
        [
            *map(escaped, (pair["one"], pair["other"], view.title(pair["metric"], pair["value"]))),
            *(number(pair["difference"]), p_value(pair["p"]), p_value(pair["holm"])),
        ]
        for pair in headlines
    ]
    more = f" {counted(len(others), 'other')} in report.json." if others else ""
    return ["## Between systems", "", escaped(view.multiplicity) + more, "", *_grid(head, rows)]


def _examples(view: View) -> list[str]:
    lines = ["## Examples", ""] if view.examples.topics else []
    for topic, examples in view.examples.topics.items():
        lines += [f"### {escaped(topic or 'without a type')}", ""]
        for example in examples:
            lines += _example(example)
    return lines


def _example(example: Example) -> list[str]:
    item = example.item
    wanted = " / ".join(map(_cut, item.references or item.options))
    lines = [f"**{example.rank}** ({number(example.score)}): {_cut(item.question)}", ""]
    rows = [["*reference*", wanted, ""]]
    for answer in example.answers:
        said = _cut(answer.text) if not answer.failed else f"*{escaped(answer.failed)}*"
        rows.append([escaped(answer.system), said, _cut(answer.wrong_song or "")])
    return [*lines, *_grid(["", "answer", "under the wrong song"], rows)]


def _repeat(view: View) -> list[str]:
    scores = view.scores
    rows = [
        [escaped(name), escaped(value)]
        for name, value in (
            *((f"asked by, {name}", command) for name, command in view.asked_by),
            ("scored by", view.command),
            *view.provenance,
        )
    ]
    signatures = [
        [escaped(name), escaped(about["signature"])] for name, about in scores["metrics"].items()
    ]
    systems = [
        [escaped(s["name"]), escaped(s["kind"]), escaped(options(s)), escaped(s["fingerprint"])]
        for s in scores["systems"]
    ]
    sources = scores["set"]["sources"]
    files = [[escaped(file), escaped(digest)] for file, digest in sources[:MAX_SOURCES]]
    if len(sources) > MAX_SOURCES:
        files.append([f"{counted(len(sources) - MAX_SOURCES, 'other')} in report.json", ""])
    return [
        *("## To repeat it", "", *_grid(["", "what"], rows)),
        *_grid(["file of the set", "SHA-256"], files),
        *_grid(["metric", "signature"], signatures),
        *_grid(["system", "kind", "options and digests", "fingerprint"], systems),
    ]


def _cut(text: str) -> str:
    return escaped(text if len(text) <= MAX_CHARACTERS else f"{text[:MAX_CHARACTERS]} …")
