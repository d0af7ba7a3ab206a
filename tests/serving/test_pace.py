from contextlib import ExitStack

import pytest

from mullama.serving.pace import MAX_CALLERS, Pace
from mullama.serving.refusals import ApiError


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_rate_is_kept_and_says_when_to_come_again() -> None:
    clock = Clock()
    pace = Pace(per_minute=6, max_requests=100, max_per_caller=100, clock=clock)
    with pace.request("a"):
        pass
    with pytest.raises(ApiError) as refused, pace.request("a"):
        pass
    assert refused.value.status == 429
    assert refused.value.headers["retry-after"] == "10"
    with pace.request("b"):  # another caller's pace is another's
        pass
    clock.now = 10.0
    with pace.request("a"):
        pass


def test_refused_requests_do_not_put_off_the_next() -> None:
    clock = Clock()
    pace = Pace(per_minute=60, max_requests=100, max_per_caller=100, clock=clock)
    taken = 0
    for step in range(100):
        clock.now = step / 10
        try:
            with pace.request("a"):
                taken += 1
        except ApiError:
            pass
    assert taken == 10 + 9  # the burst, and one a second


def test_callers_and_all_together_are_bounded() -> None:
    pace = Pace(per_minute=0, max_requests=3, max_per_caller=2)
    with ExitStack() as held:
        held.enter_context(pace.request("a"))
        held.enter_context(pace.request("a"))
        with pytest.raises(ApiError, match="one caller"), pace.request("a"):
            pass
        held.enter_context(pace.request("b"))
        with pytest.raises(ApiError, match="as many requests"), pace.request("c"):
            pass
        assert pace.running == 3
    assert pace.running == 0


def test_memory_does_not_grow_with_callers() -> None:
    pace = Pace(per_minute=60, max_requests=10, max_per_caller=10)
    for number in range(MAX_CALLERS + 50):
        with pace.request(str(number)):
            pass
    assert len(pace._buckets) == MAX_CALLERS
    assert not pace._running
