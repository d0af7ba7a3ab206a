"""Where no terminal is, a long job says in lines how far it is; a short one says nothing."""

import pytest

from mullama.jobs import progress
from mullama.jobs.progress import Progress


def test_a_long_job_without_a_terminal_tells_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0.0)
    with Progress(1200, "excerpt") as shown:
        shown.update({"failed": 0})
        shown.update({"failed": 2, "words a second": 31})
    with Progress(None, "song") as shown:
        shown.update({})
    assert capsys.readouterr().err.splitlines() == [
        "1 of 1,200 excerpts, about 0 min left",
        "2 of 1,200 excerpts, about 0 min left, failed 2, words a second 31",
        "1 songs",
    ]


@pytest.mark.parametrize("shown", [True, False])
def test_a_short_job_and_one_that_is_to_be_silent_say_nothing(
    shown: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if not shown:
        monkeypatch.setattr(progress, "EVERY_SECONDS", 0.0)
    with Progress(10, "song", shown) as job:
        for _ in range(10):
            job.update({"failed": 1})
    assert capsys.readouterr().err == ""
