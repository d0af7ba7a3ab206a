"""Where an answer says a fact: those few of its tokens that follow from the music.

The rest is one wording of many, which no music foretells; a loss over all tokens alike is mostly chance.
"""

import re
from functools import cache

from mullama.studio.english.checks import claims

_VERDICT = re.compile(r"(?:Yes|No|I hear no|Whether somebody)\b")


@cache
def facts_said(answer: str) -> list[tuple[int, int]]:
    """Where an answer's claims stand, and its beginning where that says a fact: from, and up to, a place."""
    verdict = _VERDICT.match(answer)
    found = [] if verdict is None else [verdict.span()]
    # The studio's answers spell facts as truths do.
    return found + [
        (claim.start, claim.start + max(1, len(claim.value))) for claim in claims(answer)
    ]
