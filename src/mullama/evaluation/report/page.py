"""The report as one HTML file that asks nothing of any network; see one_file.py."""

import json
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment

from mullama.evaluation.counted import counted
from mullama.evaluation.report import figure
from mullama.evaluation.report.dot_plot import MARKS, plots
from mullama.evaluation.report.one_file import content_policy, page_environment, source, style_of
from mullama.evaluation.report.view import View

LONG_CHARACTERS = 600
"""A longer answer is folded."""


def page(view: View) -> str:
    """The HTML of a report."""
    environment = _environment()
    style, script = style_of(environment), source(environment, "behaviour.js")
    return environment.get_template("page.html.jinja").render(
        view=view,
        scores=view.scores,
        style=style,
        script=script,
        policy=content_policy(style, script, "media-src 'self' file: data:"),
    )


def _environment() -> Environment:
    environment = page_environment("mullama.evaluation.report")
    environment.filters |= {
        "number": figure.number,
        "p_value": figure.p_value,
        "probability": figure.probability,
        "counted": counted,
        "shown_name": figure.shown_name,
        "as_json": _as_json,
    }
    environment.globals |= {
        "plots": plots,
        "marks": MARKS,
        "long_characters": LONG_CHARACTERS,
    }
    return environment


def _as_json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
