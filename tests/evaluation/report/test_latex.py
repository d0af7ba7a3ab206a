import re

import pytest

from mullama.evaluation.report.latex import escaped, latex
from mullama.evaluation.report.view import View


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (r"\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("100 % & $5 #1 a_b", r"100 \% \& \$5 \#1 a\_b"),
        ("a ~ b ^ c", r"a \textasciitilde{} b \textasciicircum{} c"),
        ("two\nlines", "two lines"),
        ("\N{MINUS SIGN}4\u202f%", r"$-$4\,\%"),
    ],
)
def test_texts_stay_texts(text: str, written: str) -> None:
    assert escaped(text) == written


def test_tables_are_whole(view: View) -> None:
    """As many cells as columns in every row, and braces in pairs."""
    text = latex(view)
    found = re.findall(r"\\begin{tabular}{(l(r+))}\n(.*?)\\end{tabular}", text, re.DOTALL)
    assert [len(columns) - 1 for columns, _, _ in found] == [5, 12]
    for columns, _, body in found:
        rows = [line for line in body.splitlines() if line.endswith(r"\\")]
        cells = {len(re.findall(r"(?<!\\)&", row)) + 1 for row in rows}
        assert cells == {len(columns)}
    plain = re.sub(r"\\[{}]", "", text)
    assert plain.count("{") == plain.count("}")
    assert text.isascii()


def test_published_rows_are_marked_and_their_source_named(view: View) -> None:
    text = latex(view)
    assert r"\textit{MU-LLaMA}\textsuperscript{q} & 0.306 & -- & 0.385 & 0.466 & 0.901 \\" in text
    assert "quoted as published: Liu et al. 2023, arXiv 2308.11276" in text
    assert r"\quad best control & " in text
