"""The report's tables for a paper: LaTeX with booktabs, for UTF-8 engines of our days.

Needs `\\usepackage{booktabs}`. Of each system its value with interval, its best control, and the
share of the way between that and a perfect score; published rows stand apart.
"""

import re
from collections.abc import Sequence

from mullama.evaluation.metrics.protocols import AS_PUBLISHED, STANDARD
from mullama.evaluation.report.figure import probability, shown_name
from mullama.evaluation.report.tables import Cell, Row, Table
from mullama.evaluation.report.view import View
from mullama.evaluation.report.visible import visible

SHOWN = (AS_PUBLISHED, STANDARD)
"""The tables that are written."""
COMMANDS = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\N{EN DASH}": "--",
    "\N{MINUS SIGN}": "$-$",
    "↓": r" $\downarrow$",
    "\u202f": r"\,",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}
_SPECIAL = re.compile("|".join(map(re.escape, COMMANDS)))


def latex(view: View) -> str:
    """The tables, one after another."""
    head = ["% \\usepackage{booktabs}", f"% {' '.join(visible(view.sentence).split())}"]
    shown = [table for table in view.tables if table.name in SHOWN]
    return "\n".join([*head, *(line for table in shown for line in _table(table))]) + "\n"


def escaped(text: str) -> str:
    """Any text as text on one line."""
    return " ".join(_SPECIAL.sub(lambda found: COMMANDS[found.group()], visible(text)).split())


def _table(table: Table) -> list[str]:
    head = [f"{escaped(h.title)}{escaped(h.arrow)}" for h in table.headings]
    body = [line for row in table.rows for line in _system(row)]
    if table.quoted:
        body.append(r"\midrule")
        body += [
            _line([rf"\textit{{{escaped(q.system)}}}\textsuperscript{{q}}", *map(_plain, q.values)])
            for q in table.quoted
        ]
    sources = "; ".join(dict.fromkeys(row.source for row in table.quoted))
    note = f" Rows with q are quoted as published: {escaped(sources)}." if sources else ""
    return [
        "",
        r"\begin{table}",
        r"\centering\small",
        rf"\caption{{{escaped(table.title)}. {escaped(table.explanation)}{note}}}",
        rf"\begin{{tabular}}{{l{'r' * len(head)}}}",
        r"\toprule",
        _line(["", *head]),
        r"\midrule",
        *body,
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]


def _system(row: Row) -> list[str]:
    lines = [_line([escaped(row.system), *map(_value, row.cells)])]
    if row.controls:
        lines.append(_line([r"\quad best control", *map(_control, row.cells)]))
        lines.append(_line([r"\quad way to perfect", *map(_way, row.cells)]))
    return lines


def _value(cell: Cell) -> str:
    small = f" {{\\scriptsize {escaped(cell.figure.interval)}}}" if cell.figure.interval else ""
    return _plain(cell.figure) + small


def _control(cell: Cell) -> str:
    figure = cell.controls.get(cell.best)
    return (
        "--"
        if figure is None
        else f"{_plain(figure)} {{\\scriptsize {escaped(shown_name(cell.best))}}}"
    )


def _way(cell: Cell) -> str:
    p = "" if cell.holm is None else f" {{\\scriptsize $p$ {escaped(probability(cell.holm))}}}"
    return escaped(cell.way.percent) + p


def _plain(figure: object) -> str:
    return escaped(str(figure))


def _line(cells: Sequence[str]) -> str:
    return f"{' & '.join(cells)} \\\\"
