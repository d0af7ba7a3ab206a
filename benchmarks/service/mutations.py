"""Requests that make no sense, each a seeded change of one that does."""

import base64
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from service.asking import request, tone

VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1e308, 10**400, 2**63, "", "x", "\u0000", "\ud800", "é" * 5000, [], [[]], {}, {"a": {}},
    "../../etc/passwd", "data:", "data:;base64,=", "http://127.0.0.1/", "file:///etc/passwd",
)  # fmt: skip
TYPES = (
    "application/json", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16",
    "multipart/form-data", "multipart/form-data; boundary=" + "b" * 300, "\x7f", "",
)  # fmt: skip
BOUNDARY = "b0undary"


@dataclass(frozen=True)
class Malformed:
    """One request."""

    kind: str
    path: str
    body: bytes = field(repr=False)
    headers: dict[str, str]


def malformed(count: int, seed: int) -> Iterator[Malformed]:
    """So many, the same for the same seed; every kind in turn."""
    for number in range(count):
        yield KINDS[number % len(KINDS)](random.Random(f"{seed} {number}"))


def _valid() -> dict[str, Any]:
    return request(
        SOUND, "Key?", max_tokens=3, temperature=0.5, top_p=0.9, seed=1, n=1, stop=["x"], logprobs=True
    )  # fmt: skip


def _chat(kind: str, body: bytes, content_type: str = TYPES[0]) -> Malformed:
    return Malformed(kind, "/chat/completions", body, {"content-type": content_type})


def _wrong_value(chance: random.Random) -> Malformed:
    """One value anywhere in it becomes another, is left out, or has an unknown neighbour."""
    body = _valid()
    places = list(_places(body))
    parent, key = chance.choice(places)
    match chance.randrange(6):
        case 0:
            del parent[key]
        case 1 if isinstance(parent, dict):
            parent["unknown"] = chance.choice(VALUES)
        case _:
            parent[key] = chance.choice(VALUES)
    return _chat("a wrong value", json.dumps(body).encode())


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in list(items):
        yield value, key
        if isinstance(child, dict | list):
            yield from _places(child)


def _damaged_json(chance: random.Random) -> Malformed:
    return _chat("damaged JSON", _damaged(json.dumps(_valid()).encode(), chance))


def _nested(chance: random.Random) -> Malformed:
    depth = 10 ** chance.randrange(2, 6)
    opening, closing = chance.choice((("[", "]"), ('{"a":', "}"), ('{"messages":[', "]}")))
    whole = chance.random() < 0.5
    return _chat("deep nesting", (opening * depth + "1" + closing * depth * whole).encode())


def _huge_number(chance: random.Random) -> Malformed:
    number = chance.choice(("9" * 5000, "-1e999999", "1e-999999", "0." + "1" * 9999, "NaN", "1_0"))
    field_name = chance.choice(("seed", "n", "max_tokens", "temperature", "top_k"))
    text = json.dumps(_valid() | {field_name: "@"}).replace('"@"', number)
    return _chat("a huge number", text.encode())


def _wrong_type(chance: random.Random) -> Malformed:
    return _chat("a wrong content type", json.dumps(_valid()).encode(), chance.choice(TYPES))


def _broken_base64(chance: random.Random) -> Malformed:
    body, good = _valid(), base64.b64encode(SOUND).decode()
    at = chance.randrange(len(good))
    data = chance.choice(
        (good[:at], good[:at] + chance.choice("=*\u00e4\n\u0000") + good[at:], "=" * 9, "A")
    )
    body["messages"][0]["content"][0]["input_audio"]["data"] = data
    return _chat("broken base64", json.dumps(body).encode())


def _broken_audio(chance: random.Random) -> Malformed:
    body = _valid()
    data = _damaged(chance.choice((SOUND, FLAC, MP3)), chance)
    body["messages"][0]["content"][0]["input_audio"]["data"] = base64.b64encode(data).decode()
    return _chat("broken audio", json.dumps(body).encode())


def _broken_form(chance: random.Random) -> Malformed:
    path = chance.choice(("/files", "/captions"))
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
    length = f'\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="length"\r\n\r\nendless'
    body = head.encode() + SOUND + f"{length}\r\n--{BOUNDARY}--\r\n".encode()
    near = chance.choice((0, len(head), len(body) - len(length)))
    body = _damaged(body, chance, near) if chance.random() < 0.9 else body
    boundary = chance.choice((BOUNDARY,) * 4 + ("other", '"', "\u00fc"))
    kind = f"multipart/form-data; boundary={boundary}"
    return Malformed("a broken form", path, body, {"content-type": kind})


def _wrong_header(chance: random.Random) -> Malformed:
    name, value = chance.choice(
        (
            ("content-length", "99999999999999999999"), ("content-length", "-1"), ("content-length", "two"),
            ("transfer-encoding", "gzip"), ("host", "["), ("host", ""), ("origin", "http://[::"),
            ("authorization", "Bearer " + "x" * 9000), ("content-encoding", "br"), ("expect", "200-maybe"),
            ("x-forwarded-for", "," * 4000), ("cookie", "\u00ff" * 100),
        )
    )  # fmt: skip
    headers = {"content-type": TYPES[0], name: value}
    return Malformed("a wrong header", "/chat/completions", b"{}", headers)


def _damaged(data: bytes, chance: random.Random, near: int | None = None) -> bytes:
    """Cut off, or with some bytes changed or thrown in."""
    bytes_ = bytearray(data)
    for _ in range(chance.randrange(1, 5)):
        at = (
            chance.randrange(len(bytes_))
            if near is None
            else min(near + chance.randrange(60), len(data) - 1)
        )
        match chance.randrange(3):
            case 0:
                bytes_[at : at + 1] = chance.randbytes(1)
            case 1:
                bytes_[at:at] = chance.randbytes(chance.randrange(1, 40))
            case _ if at > 0:
                del bytes_[at:]
    return bytes(bytes_)


KINDS: tuple[Callable[[random.Random], Malformed], ...] = (
    _wrong_value, _damaged_json, _nested, _huge_number, _wrong_type, _broken_base64, _broken_audio,
    _broken_form, _wrong_header,
)  # fmt: skip
SOUND, FLAC, MP3 = (tone(0, 0.3, format=format) for format in ("WAV", "FLAC", "MP3"))
