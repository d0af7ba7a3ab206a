"""What makes a page one file that asks nothing of any network: its templates, and what it may do.

Every text goes through `visible` and then through jinja2's escaping. Style and script are named by
their digests in the page's security policy: whatever slipped in would not run.
"""

import base64
import hashlib
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from mullama.evaluation.report.visible import visible


def page_environment(package: str) -> Environment:
    """The templates of a package's folder `templates`."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def source(environment: Environment, name: str) -> str:
    """A file of ours; the template puts it between its tags without a character more, as it is."""
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def style_of(environment: Environment) -> str:
    """Paper and ink, which all pages have alike, and what a package's own style.css says besides."""
    return source(page_environment(__package__), "paper.css") + source(environment, "style.css")


def content_policy(style: str, script: str, *more: str) -> str:
    """Nothing but this style, this script, and what `more` directives allow."""
    return "; ".join([
        "default-src 'none'",
        f"style-src 'sha256-{_digest(style)}'",
        f"script-src 'sha256-{_digest(script)}'",
        *more,
        "base-uri 'none'",
        "form-action 'none'",
    ])  # fmt: skip


def _shown(value: Any) -> Any:
    """What a template puts out: text from outside shows its control characters, markup is ours."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
