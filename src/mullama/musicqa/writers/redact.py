"""A text from a server -> the same without the key that was sent to it, in whatever form it comes back.

Servers repeat what they were sent: in errors, in replies, quoted for JSON, HTML or a URL, in base64 or
in hexadecimal. Does not know where a text is written.
"""

import html
import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote

SHORT_KEY = 8
"""Shorter keys, such as EMPTY, keep no secret: they are found as words alone, so that texts stay whole."""
REDACTED = "***"


def redactor(key: str) -> Callable[[str], str]:
    """What takes `key` out of texts; without a key they stay as they are."""
    if not key:
        return str
    quoted = json.dumps(key)[1:-1]
    forms = {key, quote(key), quote(key, safe=""), html.escape(key), quoted}
    forms.add(quoted.replace("/", "\\/"))
    if len(key) < SHORT_KEY:
        pattern = rf"(?<!\w)(?:{_any_of(forms)})(?!\w)"
    else:
        forms.add(key.encode().hex())
        pattern = f"(?i:{_any_of(forms)})|{_any_of(_base64_forms(key.encode()))}"
    found = re.compile(pattern)
    return lambda text: found.sub(REDACTED, text)


def _any_of(forms: set[str]) -> str:
    return "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))


def _base64_forms(key: bytes) -> set[str]:
    """What of base64 depends on the key alone, wherever in the encoded bytes it begins."""
    forms = set()
    for encode in (b64encode, urlsafe_b64encode):
        for before in range(3):
            text = encode(bytes(before) + key).decode()
            begin, end = -(-before * 8 // 6), (before + len(key)) * 8 // 6
            forms.add(text[begin:end])
    return forms
