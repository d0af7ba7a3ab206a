"""Recorded answers are found in every published form, and what is wrong with one is its item's failure."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mullama.errors import UsageError
from mullama.evaluation.items import Item
from mullama.evaluation.sets.registry import read_set
from mullama.evaluation.systems.registry import SystemSpec
from mullama.evaluation.systems.system import Reply, Request

ONE = Item("000012.wav#1", "Describe the audio", ("A right answer.",), audio="000012.wav")
TWO = Item("000012.wav#2", "What is  the mood?", ("Sad.",), audio="000012.wav")


def replies(path: Path, *items: Item, **options: Any) -> list[Reply]:
    system = SystemSpec("recorded", options={"path": str(path), **options}).open(items)
    return system.answer([Request(item, f"{item.question}\nA B C", None) for item in items])


def write(path: Path, *values: Any) -> Path:
    path.write_text("\n".join(map(json.dumps, values)), encoding="utf-8")
    return path


def test_the_published_form(tmp_path: Path) -> None:
    answers = {"000012.wav": {ONE.question: "Drums.", "What is the mood?": "Happy."}}
    path = tmp_path / "mullama_data.json"
    path.write_text(json.dumps(answers, indent=2), encoding="utf-8-sig")
    assert [reply.text for reply in replies(path, ONE, TWO)] == ["Drums.", "Happy."]


def result(audio: Any, question: str, response: Any) -> dict[str, Any]:
    return {
        "question": question,
        "response": response,
        "correct_answer": "C major",
        "audioid": audio,
        "other": {},
    }


@pytest.mark.parametrize("audio", ["000012.wav", "data/mtg/000012.wav", "000012", "x\\000012.mp3"])
def test_cmi_benchs_results(audio: str, tmp_path: Path) -> None:
    path = write(tmp_path / "mullama_key.jsonl", [result(audio, ONE.question, "C major")])
    assert replies(path, ONE)[0].text == "C major"
    lines = write(tmp_path / "lines.jsonl", result(audio, ONE.question, "D"))
    assert replies(lines, ONE)[0].text == "D"


def test_a_number_is_a_name(tmp_path: Path) -> None:
    path = write(tmp_path / "results.jsonl", [result(7, "Key?", "C major")])
    assert replies(path, Item("x", "Key?", ("D",), audio="7.mp3"))[0].text == "C major"


def test_a_question_in_other_words_is_found_where_that_is_meant(tmp_path: Path) -> None:
    """CMI-Bench's published answers lack the first letter of some questions."""
    path = write(tmp_path / "key.jsonl", [result("../a/000012.wav", ONE.question[1:], "C major")])
    assert "no answer" in replies(path, ONE)[0].failed
    assert replies(path, ONE, any_question=True)[0].text == "C major"
    two = [result("000012.wav", question, question) for question in "ab"]
    assert "2 answers" in replies(write(tmp_path / "b", two), ONE, any_question=True)[0].failed


def test_published_answers_are_a_set_and_a_system(tmp_path: Path) -> None:
    audios = [f"../testdata/GS-key/wav/{n}.wav" for n in range(3)]
    path = write(
        tmp_path / "mullama_GS_key.jsonl", [result(a, "Key?", f"It is {a}.") for a in audios]
    )
    found = read_set(f"cmi-bench:{path}", unpack_to=tmp_path)
    assert [reply.text for reply in replies(path, *found.items)] == [f"It is {a}." for a in audios]


def test_lines_by_id_and_by_audio(tmp_path: Path) -> None:
    path = write(
        tmp_path / "answers.jsonl",
        {"id": ONE.id, "answer": "One."},
        {"audio": "000012.wav", "question": TWO.question, "answer": "Two."},
    )
    assert [reply.text for reply in replies(path, ONE, TWO)] == ["One.", "Two."]


def test_the_question_as_it_was_put_is_found_too(tmp_path: Path) -> None:
    put = f"{ONE.question} A B C"
    path = write(tmp_path / "a.jsonl", {"audio": "000012.wav", "question": put, "answer": "B"})
    assert replies(path, ONE)[0].text == "B"


def test_answers_of_ours(tmp_path: Path) -> None:
    line = {"key": "k", "item": ONE.id, "condition": "", "question": "?"}
    path = write(
        tmp_path / "small.jsonl",
        {**line, "condition": "silence", "answer": "No."},
        {**line, "answer": "", "failed": "it was busy"},
        {**line, "answer": "Yes."},
        {**line, "item": TWO.id, "answer": "", "failed": "it was busy"},
    )
    one, two = replies(path, ONE, TWO)
    assert one.text == "Yes."
    assert two.failed.endswith("line 4: was not answered: it was busy")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("a" * 100_001, "has 100,001 characters"),
        (None, "as text, got None"),
        (3, "as text, got 3"),
        (["a"], r"as text, got \['a'\]"),
        ({"a": 1}, "as text, got"),
    ],
)
def test_what_is_no_answer_fails_its_item_alone(answer: Any, why: str, tmp_path: Path) -> None:
    lines = [{"id": ONE.id, "answer": answer}, {"id": TWO.id, "answer": "Good."}]
    as_results = [result("000012.wav", ONE.question, answer), {"id": TWO.id, "answer": "Good."}]
    for path in (write(tmp_path / "l", *lines), write(tmp_path / "r", as_results)):
        one, two = replies(path, ONE, TWO)
        assert re.search(why, one.failed)
        assert two.text == "Good."


def test_an_empty_answer_is_one(tmp_path: Path) -> None:
    """It scores nothing; as a failure it would be left out, and make the others look better."""
    path = write(tmp_path / "a.jsonl", {"id": ONE.id, "answer": ""}, {"id": TWO.id, "answer": " "})
    assert [(r.text, r.failed) for r in replies(path, ONE, TWO)] == [("", "")] * 2


def test_half_a_surrogate_pair_is_replaced(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"id": ONE.id, "answer": " A tune\ud800."})
    assert replies(path, ONE)[0].text == "A tune?."


def test_a_missing_answer(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"id": "else", "answer": "x"})
    assert replies(path, ONE)[0].failed == f"{path} has no answer to it"


def test_two_different_answers_are_none_and_two_equal_ones_are_one(tmp_path: Path) -> None:
    same = {"id": ONE.id, "answer": "x"}
    assert replies(write(tmp_path / "a", same, same), ONE)[0].text == "x"
    other = {**same, "answer": "y"}
    failed = replies(write(tmp_path / "b", same, other), ONE)[0].failed
    assert "2 answers to it" in failed
    assert "line 2" in failed
    twice = f'{{"000012.wav": {{"{ONE.question}": "a", "{ONE.question}": "b"}}}}'
    (tmp_path / "c").write_text(twice)
    assert "2 answers" in replies(tmp_path / "c", ONE)[0].failed


def test_two_audios_of_one_name_are_told_apart_or_not_answered(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl",
        {"audio": "x/1.wav", "question": "?", "answer": "X"},
        {"audio": "y/1.wav", "question": "?", "answer": "Y"},
    )
    exact, vague = Item("a", "?", audio="y/1.wav"), Item("b", "?", audio="1.wav")
    assert [reply.text for reply in replies(path, exact, vague)] == ["Y", ""]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("[1]", "item 0: expected a result"),
        ('[{"question": "?", "response": "x"}]', "item 0: expected `answer`"),
        ("[{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"id": "a"}\nnonsense', "line 2: it is not JSON"),
        ('{"answer": "a"}', "line 1: expected `answer` with `id`"),
        ('{"id": ["a"], "answer": "a"}', "line 1: expected a name"),
        ('{"a": {"b": "c"}', "line 1: it is not JSON"),
    ],
)
def test_a_file_of_no_known_form_is_refused(content: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "answers"
    path.write_text(content)
    with pytest.raises(UsageError, match=why):
        replies(path, ONE)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    system = SystemSpec("recorded", options={"path": str(tmp_path / "none")}).open()
    with pytest.raises(UsageError, match="cannot be read"):
        system.describe()


def test_the_fingerprint_follows_the_content_alone(tmp_path: Path) -> None:
    (tmp_path / "else").mkdir()
    paths = [tmp_path / "a.jsonl", tmp_path / "else" / "a.jsonl"]
    for path in paths:
        write(path, {"id": "a", "answer": "b"})
    specs = [SystemSpec("recorded", options={"path": str(path)}) for path in paths]
    one, other = (spec.fingerprint(spec.open()) for spec in specs)
    assert one == other
    write(paths[0], {"id": "a", "answer": "c"})
    assert specs[0].fingerprint(specs[0].open()) != other
