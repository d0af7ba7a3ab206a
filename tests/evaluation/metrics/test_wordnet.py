"""Synonyms from dictionary files, wherever they lie; the same as NLTK's own reader gives."""

import shutil
import zipfile
from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.evaluation.metrics.wordnet import DEBIAN, WordNet, find_wordnet

WORDS = (
    "play played plays playing children men women foxes churches berries better best guitars fast "
    "faster fastest drums piano melancholy melancholic upbeat catchy beats was were ran running s "
    "boxes heroes happily sung sang dies axes leaves wolves Paris galore us ing es ed er the and"
)


def names(dictionary: WordNet, word: str) -> list[list[str]]:
    return [[lemma.name() for lemma in synset.lemmas()] for synset in dictionary.synsets(word)]


def test_synonyms_in_every_part_of_speech(dictionary: Path) -> None:
    found = find_wordnet(dictionary)
    assert found is not None
    assert found.version == "3.9"
    assert names(found, "car") == [["car", "auto", "motor_car"]]
    assert names(found, "Quick") == [["quick", "fast", "galore"]]
    assert names(found, "nothing") == []
    assert names(found, "") == []


def test_inflected_words(dictionary: Path) -> None:
    found = find_wordnet(dictionary)
    assert found is not None
    assert names(found, "children") == [["child", "kid"]]  # irregular
    assert names(found, "cars") == [["car", "auto", "motor_car"]]
    assert names(found, "playing") == names(found, "played") == [["play", "perform"]]
    assert names(found, "faster") == [["quick", "fast", "galore"]]


def test_nltks_data_as_a_folder_and_as_a_zip(
    dictionary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WNSEARCHDIR", raising=False)
    monkeypatch.setenv("NLTK_DATA", str(tmp_path / "nltk_data"))
    corpora = tmp_path / "nltk_data" / "corpora"
    corpora.mkdir(parents=True)
    with zipfile.ZipFile(corpora / "wordnet.zip", "w") as archive:
        for file in dictionary.iterdir():
            archive.write(file, f"wordnet/{file.name}")
    for _ in range(2):
        found = find_wordnet()
        assert found is not None
        assert found.label == "nltk"
        assert names(found, "kid") == [["child", "kid"]]
        dictionary.rename(corpora / "wordnet") if dictionary.exists() else None


def test_the_variable_of_wordnet(dictionary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WNSEARCHDIR", str(dictionary))
    found = find_wordnet()
    assert found is not None
    assert found.label == str(dictionary)


@pytest.mark.usefixtures("no_wordnet")
def test_none_is_there() -> None:
    assert find_wordnet() is None


def test_folders_that_are_no_dictionary(dictionary: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a WordNet dictionary"):
        find_wordnet(tmp_path / "nowhere")
    noun = dictionary / "data.noun"
    noun.write_text(noun.read_text().replace("WordNet", "Other"))
    with pytest.raises(UsageError, match="names no version"):
        find_wordnet(dictionary)


def test_without_lists_of_irregular_forms(dictionary: Path) -> None:
    for file in dictionary.glob("*.exc"):
        file.unlink()
    found = find_wordnet(dictionary)
    assert found is not None
    assert found.name == "wordnet-3.9-regular-forms"
    assert names(found, "children") == []
    assert names(found, "kids") == [["child", "kid"]]


def test_a_damaged_dictionary(dictionary: Path) -> None:
    noun = dictionary / "data.noun"
    noun.write_text(noun.read_text().replace("car 0", "cars 0"))  # every later offset is wrong
    found = find_wordnet(dictionary)
    assert found is not None
    with pytest.raises(UsageError, match="is damaged"):
        found.synsets("kid")


@pytest.mark.filterwarnings("ignore:The multilingual functions are not available")
@pytest.mark.skipif(not (DEBIAN / "data.noun").is_file(), reason="wordnet-base is not installed")
def test_equals_nltks_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = pytest.importorskip("nltk.corpus.reader.wordnet", reason="needs the evaluate extra")
    monkeypatch.setenv("NLTK_DATA", str(tmp_path))  # NLTK reads nothing outside its folders
    for file in filter(Path.is_file, DEBIAN.iterdir()):
        shutil.copy(file, tmp_path)
    # NLTK wants the names of lexicographer files, which Debian leaves out and synonyms do not need.
    (tmp_path / "lexnames").write_text("".join(f"{i:02d}\tfile{i}\t1\n" for i in range(45)))
    # Its map to other languages needs more of NLTK's data.
    monkeypatch.setattr(reader.WordNetCorpusReader, "map_wn", lambda _: None)
    theirs = reader.WordNetCorpusReader(str(tmp_path), None)
    ours = find_wordnet(DEBIAN)
    assert ours is not None
    for word in WORDS.split():
        expected = [[lemma.name() for lemma in synset.lemmas()] for synset in theirs.synsets(word)]
        assert names(ours, word) == expected, word
