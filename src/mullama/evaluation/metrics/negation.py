"""What stands before a word -> whether the word is denied: "no drums", "not a piano"."""

import re

REACH = 4
"""Words that a negation reaches within its clause, as in "without drums, bass or guitar".

"Not" ends at a comma: "not fast, slow"."""

CHARACTERS = 200
"""How far back is looked for those words, so that a long text of many names stays quick."""

_NEGATION = re.compile(
    r"\b(?:no(?!,)|not(?! only)(?!.*,)|never|without|neither|nor|cannot|lacks?|lacking|\w+n't)\b"
)
_CLAUSE_END = re.compile(r"[.!?;:|]|\b(?:but|just|only|instead|however|rather)\b")


def denied(before: str) -> bool:
    """Whether the clause that ends here, lower-cased, ends in a negation."""
    clause = _CLAUSE_END.split(before[-CHARACTERS:])[-1]
    return _NEGATION.search(" ".join(clause.split()[-REACH:])) is not None
