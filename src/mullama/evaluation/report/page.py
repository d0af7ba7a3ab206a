"""The report as one HTML file that asks nothing of any network.

Every text goes through `visible` and then through jinja2's escaping. Style and script are named by
their digests in the page's security policy: whatever slipped in would not run.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from mullama.evaluation.counted import counted
from mullama.evaluation.report import figure
from mullama.evaluation.report.dot_plot import MARKS, plots
from mullama.evaluation.report.view import View
from mullama.evaluation.report.visible import visible

LONG_CHARACTERS = 600
"""A longer answer is folded."""


def page(view: View) -> str:
    """The HTML of a report."""
    environment = _environment()
    style, script = (_file(environment, name) for name in ("style.css", "behaviour.js"))
    return environment.get_template("page.html.jinja").render(
        view=view,
        scores=view.scores,
        style=style,
        script=script,
        policy=_policy(style, script),
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("mullama.evaluation.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
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


def _shown(value: Any) -> Any:
    """What a template puts out: text from outside shows its control characters, markup is ours."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _as_json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _file(environment: Environment, name: str) -> str:
    """A file of ours; the template puts it between its tags without a character more, as it is."""
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _policy(style: str, script: str) -> str:
    """Nothing but this style, this script, and audio that lies beside the page or in it."""
    return "; ".join([
        "default-src 'none'",
        f"style-src 'sha256-{_digest(style)}'",
        f"script-src 'sha256-{_digest(script)}'",
        "media-src 'self' file: data:",
        "base-uri 'none'",
        "form-action 'none'",
    ])  # fmt: skip


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
