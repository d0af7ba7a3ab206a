"""What stands around a question leaves the question as it is."""

import random

from mullama.studio.english.settings import in_setting


def test_the_question_stands_in_it() -> None:
    rng = random.Random(0)
    for question in ("What is the key?", "Name the instruments."):
        told = [in_setting(question, rng) for _ in range(400)]
        assert 180 < told.count(question) < 320
        assert all(question[:-1] in one for one in told)
        assert all(one[-1] in ".?!" for one in told)
        assert len(set(told)) > 60
