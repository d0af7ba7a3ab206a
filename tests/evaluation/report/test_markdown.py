import re

import pytest

from mullama.evaluation.report.markdown import escaped, markdown
from mullama.evaluation.report.view import View


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a | b", "a &#124; b"),
        ("<script>alert(1)</script>", "&#60;script&#62;alert(1)&#60;/script&#62;"),
        ("[x](javascript:1)", "&#91;x&#93;(javascript:1)"),
        ("two\n\n# lines", "two &#35; lines"),
        ("- no list", "&#45; no list"),
        ("3. no list", "3&#46; no list"),
        ("MU-LLaMA 0.306", "MU-LLaMA 0.306"),
        ("`code` *bold* _it_ &amp;", "&#96;code&#96; &#42;bold&#42; &#95;it&#95; &#38;amp;"),
    ],
)
def test_texts_stay_texts(text: str, written: str) -> None:
    assert escaped(text) == written


def test_tables_are_whole(view: View) -> None:
    """Every line of a table has as many cells as its head."""
    text = markdown(view)
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert len(blocks) > 10
    for block in blocks:
        assert len({line.count("|") for line in block.splitlines()}) == 1, block


def test_attributes_say_on_how_many_items_they_count(view: View) -> None:
    table = markdown(view).split("## What was heard, attribute by attribute")[1].split("\n## ")[0]
    assert re.search(r"\*\*[\d.]+\*\* <sub>[^<]*n = [1-9]", table)


def test_everything_is_there(view: View) -> None:
    text = markdown(view)
    for what in (
        "## The published table's protocol",
        "*MU-LLaMA, quoted from Liu et al. 2023, arXiv 2308.11276*",
        "0.306",
        "needed ears",
        "not shown to need ears",
        "## By question type: BLEU of characters",
        "## Between systems",
        "**Warning:** bertscore is left out",
        "### caption",
        "mullama evaluate run 'recipe with spaces.yaml'",
        "0" * 64,
    ):
        assert what in text, what
