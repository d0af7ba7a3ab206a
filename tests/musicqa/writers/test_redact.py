"""The key that was sent comes back in many forms, and is in none of them afterwards."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from mullama.musicqa.writers.redact import redactor

KEY = 'sk-Proj/4+"<a>&_='


@pytest.mark.parametrize(
    "form",
    [
        str,
        str.upper,
        str.lower,
        quote,
        quote_plus,
        lambda key: quote(key, safe="").lower(),
        html.escape,
        json.dumps,
        lambda key: json.dumps(key).replace("/", "\\/"),
        lambda key: key.encode().hex(),
        lambda key: key.encode().hex().upper(),
        *(
            lambda key, encode=encode, before=before: encode(f"{before}{key}:\n".encode()).decode()
            for encode in (base64.b64encode, base64.urlsafe_b64encode)
            for before in ("", ":", "a:", "Bearer ", "Authorization: Bearer ")
        ),
    ],
)
def test_no_form_of_the_key_is_left(form: Callable[[str], str]) -> None:
    text = f"before {form(KEY)}, after"
    found = redactor(KEY)(text)
    assert "***" in found
    assert len(found) < len(text)
    assert found.startswith("before ")
    assert found.endswith(", after")
    assert form(KEY)[-14:-6] not in found


def test_a_text_without_the_key_stays() -> None:
    text = "A slow song in E minor, sk-Proj"
    for key in ("", KEY, "none", "EMPTY", "a"):
        assert redactor(key)(text) == text


def test_a_short_key_is_found_as_a_word() -> None:
    assert redactor("EMPTY")("Bearer EMPTY, an empty hall, EMPTYING") == (
        "Bearer ***, an empty hall, EMPTYING"
    )
