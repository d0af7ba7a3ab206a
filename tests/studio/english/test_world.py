"""Talk without music comes in thousands of wordings, with all blanks filled."""

import random

from mullama.studio.english.world import world_request


def test_requests_are_many_and_whole() -> None:
    rng = random.Random(0)
    requests = [world_request(rng) for _ in range(2000)]
    assert len(set(requests)) > 1000
    for request in requests:
        assert request == request.strip()
        assert not set("{}[]|") & set(request), request
