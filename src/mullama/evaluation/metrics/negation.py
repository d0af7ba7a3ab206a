"""What stands around a word -> whether the word is denied: "no drums", "not a piano", "drums are absent"."""

import re

REACH = 4
"""Words that a negation reaches within its clause, as in "without drums, bass or guitar".

"Not" ends at a comma: "not fast, slow"."""

CHARACTERS = 200
"""How far away is looked for those words, so that a long text of many names stays quick."""

_NEGATION = re.compile(
    r"\b(?:no(?!,)|not(?! only)(?!.*,)|never|without|neither|nor|cannot|lacks?|lacking|\w+n't"
    r"|absen(?:t|ce) of|devoid of|free of)\b"
)
_CLAUSE_END = re.compile(r"[.!?;:|]|\b(?:but|just|only|instead|however|rather)\b")

_LIST = r"(?P<list>(?:(?:,| and| or|, and|, or)(?: the| a| an)?(?: [\w-]+){1,2}?){1,4}?)?"
"""Other names between the word and what is said of them all."""
_SEEN = (
    r"(?:there|present|heard|used|played|playing|included|featured|audible|detect(?:ed|able)|"
    r"found|part of)"
)
_ABSENT = re.compile(
    rf"s?{_LIST} (?:(?:is|are|was|were|seems? to be) (?:\w+ly )?(?:absent|missing|lacking|nowhere)"
    rf"|(?:is|are|was|were)(?: not|n't) (?:\w+ly )?{_SEEN}"
    rf"|(?:can(?:not|'t| not)|could(?: not|n't)) be {_SEEN}"
    rf"|(?:do|does|did)(?: not|n't) (?:appear|play|occur|feature))\b"
)
_VERB = re.compile(r"\b(?:is|are|has|have|with|there|i|we|features?|includes?|contains?|plays?)\b")


def denied(before: str, after: str = "") -> bool:
    """Whether a word between these two, lower-cased, is denied within its clause."""
    clause = _CLAUSE_END.split(before[-CHARACTERS:])[-1]
    if _NEGATION.search(" ".join(clause.split()[-REACH:])):
        return True
    absent = _ABSENT.match(after[:CHARACTERS])
    # Of "I hear a piano and drums are absent", the piano is no part of what is absent.
    return absent is not None and not (absent["list"] and _VERB.search(clause))
