"""What a report says in sentences follows from the figures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mullama.evaluation.report.scored_folder import read_scored
from mullama.evaluation.report.view import View, view_of
from mullama.jobs.digest import file_digest

Changed = Callable[[Callable[[dict[str, Any]], Any]], Path]


def test_what_was_evaluated_is_one_sentence(view: View) -> None:
    assert view.sentence == (
        "3 systems answered 52 questions on 13 tracks of musicqa, heard whole."
        " Controls: wrong song, silence, noise, no audio."
    )


def test_controls_without_an_answer_are_not_said_to_be_there(changed: Changed) -> None:
    def lose(scores: dict[str, Any]) -> None:
        for system in scores["systems"]:
            system["conditions"].pop("noise", None)

    assert view_of(read_scored(changed(lose))).sentence.endswith(
        "Controls: wrong song, silence, no audio. Asked for, and without an answer: noise."
    )

    def hear_nothing(scores: dict[str, Any]) -> None:
        del scores["systems"][:2]

    assert view_of(read_scored(changed(hear_nothing))).sentence.endswith("Controls: none.")


def test_what_was_listened_to_is_told_by_digests(view: View, made: Path) -> None:
    assert [file for file, _ in view.audio] == [f"{n:03d}.wav" for n in range(12)]
    sound = made.parent / "audio #1" / "003.wav"
    assert dict(view.audio)["003.wav"] == file_digest(sound)
    assert ("audio", f"12 files, together {view.audio_digest}") in view.provenance


def test_who_needed_ears_is_said_of_those_who_hear(view: View) -> None:
    assert dict(view.findings) == {
        "MU-LLaMA small": "6 of its 6 scores needed ears",
        "Deaf model": "none of its 6 scores is shown to have needed ears",
    }


def test_the_number_of_comparisons_is_said(view: View) -> None:
    headlines, others = view.tests
    assert len(headlines) == 3 * 6
    assert f"made: {len(headlines) + len(others)} (paired" in view.multiplicity
    assert "read against 0.05" in view.multiplicity


def test_too_few_tracks_are_told(changed: Changed, view: View) -> None:
    """Of 8 tracks the smallest p is 2 / 2**8; twelve tests make 0.09 of it."""
    assert view.ears_caution == ""
    folder = changed(lambda scores: scores["set"].update(tracks=8))
    found = view_of(read_scored(folder)).ears_caution
    assert "With 8 tracks and 999 permutations no p can be below 0.0078" in found
    assert "none of 12 tests can pass" in found


def test_failures_and_overlap_are_told_with_their_causes(changed: Changed) -> None:
    def fail(scores: dict[str, Any]) -> None:
        scores["systems"][0] |= {
            "causes": {"the endpoint died": 3},
            "overlap": {
                "tracks": 2,
                "of": 13,
                "files": [["train.jsonl", "0" * 64]],
                "examples": ["000.wav"],
                "reasons": {"same audio": 2},
            },
        }
        scores["warnings"] = ["meteor is computed in part: WordNet is missing"]

    assert view_of(read_scored(changed(fail))).cautions == (
        "meteor is computed in part: WordNet is missing",
        "MU-LLaMA small: 3 answers failed: the endpoint died",
        "MU-LLaMA small: tracks known again in train.jsonl by same audio (2), such as 000.wav",
    )
