"""Patterns of wordings: "[I|You can] hear {what}" becomes a sentence by choosing and filling.

Square brackets hold alternatives, which may be empty and may nest; braces hold blanks. It knows
no music and no facts.
"""

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TypeAlias

_TOKENS = re.compile(r"[\[\]|]|[^\[\]|]+")
_ARTICLE = re.compile(r"\b([Aa]) (?=[aeio]|u(?!ni|se|ku))(?!one\b|once\b|eu)")
_SENTENCE = re.compile(r"(^|[.!?] )([a-z])")

Node: TypeAlias = "tuple[tuple[str | Node, ...], ...]"
"""Alternatives, each of which is a row of texts and further alternatives."""


@cache
def parsed(pattern: str) -> Node:
    """A pattern as alternatives; raises `ValueError` where its brackets do not match."""
    tokens = iter(_TOKENS.findall(pattern))
    node, closed = _alternatives(tokens)
    if closed:
        raise ValueError(f"a bracket is closed that was not opened: {pattern!r}")
    return node


def filled(pattern: str, rng: random.Random, blanks: Mapping[str, str]) -> str:
    """One wording of a pattern, tidied: articles fit, sentences begin with a capital."""
    return tidy(_chosen(parsed(pattern), rng).format_map(blanks))


def tidy(text: str) -> str:
    """Articles that fit the next word, single spaces, capitals where sentences begin."""
    text = re.sub(r" ([,.;:?!])", r"\1", " ".join(text.split()))
    text = _ARTICLE.sub(r"\1n ", text)
    return _SENTENCE.sub(lambda match: match.group(1) + match.group(2).upper(), text)


def expression(pattern: str, blanks: Mapping[str, Iterable[str]]) -> str:
    """A regular expression for everything that a pattern may say, in lower case without marks.

    Blanks that are not named fit anything.
    """
    return _expression(parsed(pattern), blanks)


def count(pattern: str) -> int:
    """How many wordings a pattern has before its blanks are filled."""
    return _count(parsed(pattern))


def bare(text: str) -> str:
    """A text for comparing: lower case, no marks, single spaces."""
    return " ".join(re.sub(r"[^\w\s/#]", "", text.casefold()).split())


def _alternatives(tokens: Iterator[str]) -> tuple[Node, bool]:
    rows: list[list[str | Node]] = [[]]
    for token in tokens:
        if token == "[":
            node, closed = _alternatives(tokens)
            if not closed:
                raise ValueError("a bracket is not closed")
            rows[-1].append(node)
        elif token == "|":
            rows.append([])
        elif token == "]":
            return tuple(map(tuple, rows)), True
        else:
            rows[-1].append(token)
    return tuple(map(tuple, rows)), False


def _chosen(node: Node, rng: random.Random) -> str:
    row = node[0] if len(node) == 1 else rng.choice(node)
    return "".join(part if isinstance(part, str) else _chosen(part, rng) for part in row)


def _count(node: Node) -> int:
    total = 0
    for row in node:
        ways = 1
        for part in row:
            ways *= 1 if isinstance(part, str) else _count(part)
        total += ways
    return total


def _expression(node: Node, blanks: Mapping[str, Iterable[str]]) -> str:
    rows = ("".join(_part_expression(part, blanks) for part in row) for row in node)
    return f"(?:{'|'.join(rows)})"


def _part_expression(part: "str | Node", blanks: Mapping[str, Iterable[str]]) -> str:
    if not isinstance(part, str):
        return _expression(part, blanks)
    pieces = re.split(r"\{(\w+)\}", part)
    return "".join(
        _blank_expression(blanks.get(piece)) if index % 2 else _text_expression(piece)
        for index, piece in enumerate(pieces)
    )


def _blank_expression(values: Iterable[str] | None) -> str:
    if values is None:
        return ".+"
    return f"(?:{'|'.join(re.escape(bare(value)) for value in values)})"


def _text_expression(text: str) -> str:
    """Spaces at the edges may meet those of a neighbour, or an empty alternative."""
    words = re.sub(r"[^\w\s/#]", "", text.casefold())
    return re.sub(r"\s+", r"\\s*", re.sub(r"([#/])", r"\\\1", words))
