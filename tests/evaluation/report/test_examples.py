"""The same items are shown each time, and what is said about them is what was answered."""

from pathlib import Path

from mullama.evaluation.report.examples import Examples, choose_examples
from mullama.evaluation.report.scored_folder import Scored, read_scored
from mullama.jobs.jsonl import from_line, to_line


def means(scored: Scored) -> dict[str, float]:
    """Item -> its mean ROUGE-L over the two systems that hear, counted anew from the files."""
    found: dict[str, list[float]] = {}
    for place in range(2):
        path = scored.folder.scores_folder / f"system-{place}.jsonl"
        for line in map(from_line, path.read_bytes().splitlines()):
            if line["condition"] == "music":
                found.setdefault(line["item"], []).append(line["rouge-l"]["f1"])
    return {item: sum(values) / len(values) for item, values in found.items()}


def test_best_median_and_worst_of_each_type(scored: Scored) -> None:
    found = choose_examples(scored)
    assert found.metric == "rouge-l"
    assert found.title == "ROUGE-L F1"
    assert sorted(found.topics) == ["caption", "instruments", "mood", "tempo"]
    for topic, examples in found.topics.items():
        ranked = sorted(
            ((-mean, item) for item, mean in means(scored).items() if item.startswith(topic)),
        )
        places = (0, len(ranked) // 2, len(ranked) - 1)
        assert [e.item.id for e in examples] == [ranked[place][1] for place in places]
        assert [e.rank for e in examples] == ["best", "median", "worst"]
    assert choose_examples(scored) == found


def test_answers_are_those_of_the_item_and_of_the_wrong_song(scored: Scored) -> None:
    example = choose_examples(scored).topics["caption"][0]
    for answer, place in zip(example.answers, range(3), strict=True):
        said = {
            line["condition"]: line["answer"]
            for line in map(
                from_line, scored.folder.answers(f"system-{place}").read_bytes().splitlines()
            )
            if line["item"] == example.item.id
        }
        assert answer.text == said[""]
        assert answer.wrong_song == said.get("wrong-song")
    assert example.answers[2].wrong_song is None


def test_a_failed_answer_says_why(folder: Path, scored: Scored) -> None:
    item = choose_examples(scored).topics["caption"][0].item.id
    path = folder / "answers" / "system-1.jsonl"
    lines = [from_line(line) for line in path.read_bytes().splitlines()]
    for line in lines:
        if line["item"] == item and not line["condition"]:
            line |= {"answer": "", "failed": "the endpoint died"}
    path.write_bytes(b"".join(map(to_line, lines)))
    answer = choose_examples(read_scored(folder)).topics["caption"][0].answers[1]
    assert (answer.text, answer.failed) == ("", "the endpoint died")


def test_without_scores_of_items_there_are_no_examples(folder: Path) -> None:
    for path in (folder / "scores").iterdir():
        path.unlink()
    assert choose_examples(read_scored(folder)) == Examples("", "", {}, 0)


def test_a_type_of_one_item_has_one_example(folder: Path) -> None:
    path = folder / "items.jsonl"
    lines = [from_line(line) for line in path.read_bytes().splitlines()]
    lines[0]["topic"] = "rare"
    path.write_bytes(b"".join(map(to_line, lines)))
    rare = choose_examples(read_scored(folder)).topics["rare"]
    assert [(e.rank, e.item.id) for e in rare] == [("only one", lines[0]["id"])]
