"""Lanes: which values are drawn, how probable each part makes them, and what is told of them in words."""

from dataclasses import replace

from mullama.answer.choice import Choice
from mullama.show.answers import Answered
from mullama.show.lanes import MAX_INSTRUMENTS, MAX_LANES, bands, clock
from mullama.show.parts import Part
from mullama.show.show_options import Topic


def answered(topic: Topic, name: str, shares: dict[str, float]) -> Answered:
    best = max(shares, key=shares.__getitem__)
    return Answered(
        topic,
        name,
        Choice(
            best, shares[best], shares, True, dict.fromkeys(shares, 0.0), "?", "a", 1.0, 1.0, "m"
        ),
    )


def part(number: int, *answers: Answered) -> Part:
    place = (10.0 * number, 10.0 * number + 10)
    return Part(place, place, answers)


def key(d: float) -> Answered:
    return answered("key", "key", {"C major": 0.9 - d, "D major": d, "E major": 0.1})


def test_values_come_in_the_order_of_their_coming() -> None:
    (band,) = bands([part(0, key(0.8)), part(1, key(0.2)), part(2, key(0.1))])
    assert [lane.name for lane in band.lanes] == ["D major", "C major"]
    assert [cell.probability for cell in band.lanes[0].cells] == [0.8, 0.2, 0.1]
    assert band.summary == ("key over time. D major: 0:00 to 0:10; C major: 0:10 to 0:30")


def test_many_values_are_the_commonest() -> None:
    names = [f"key {number}" for number in range(10)] + ["key 9"]
    every = dict.fromkeys(names, 0.0)
    (band,) = bands(
        [part(n, answered("key", "key", {**every, name: 1.0})) for n, name in enumerate(names)]
    )
    assert len(band.lanes) == MAX_LANES
    assert band.lanes[-1].name == "key 9"


def test_instruments_that_are_likely_somewhere() -> None:
    def play(piano: float, harp: float) -> list[Answered]:
        return [
            answered("instruments", name, {"yes": p, "no": 1 - p})
            for name, p in (("piano", piano), ("organ", 0.2), ("harp", harp))
        ]

    (band,) = bands([part(0, *play(0.9, 0.1)), part(1, *play(0.3, 0.6))])
    assert [lane.name for lane in band.lanes] == ["piano", "harp"]
    (band,) = bands([part(0, *play(0.1, 0.1))])
    assert [lane.name for lane in band.lanes] == ["organ"]
    assert band.lanes[0].summary == "organ: never likely"
    crowd = [answered("instruments", f"i{n}", {"yes": 0.9, "no": 0.1}) for n in range(27)]
    assert len(bands([part(0, *crowd)])[0].lanes) == MAX_INSTRUMENTS


def test_a_tempo_counts_what_is_near_it() -> None:
    tempo = answered("tempo", "tempo", {"100": 0.5, "102": 0.3, "120": 0.2})
    (band,) = bands([part(0, tempo), part(1, tempo)])
    assert [(cell.text, cell.probability) for cell in band.lanes[0].cells] == [("100", 0.8)] * 2
    assert band.summary == "tempo over time. BPM: 0:00 to 0:20 (100)"


def test_clock() -> None:
    assert [clock(s) for s in (0, 59.6, 61, 3600, 7325)] == [
        "0:00", "1:00", "1:01", "1:00:00", "2:02:05",
    ]  # fmt: skip


def test_where_something_else_is_said_nothing_is_drawn() -> None:
    def doubtful(one: Answered) -> Answered:
        unlikely = dict.fromkeys(one.choice.logprobs, -9.0)
        return replace(one, choice=replace(one.choice, logprobs=unlikely))

    tempo = answered("tempo", "tempo", {"100": 0.8, "120": 0.2})
    rows = [part(0, key(0.8), tempo), part(1, doubtful(key(0.1)), doubtful(tempo))]
    band, beats = sorted(bands(rows), key=lambda band: len(band.lanes[0].name), reverse=True)
    assert [lane.name for lane in band.lanes] == ["D major"]
    assert [cell.probability for cell in band.lanes[0].cells] == [0.8, 0.0]
    assert [cell.text for cell in beats.lanes[0].cells] == ["100", ""]
    assert bands([part(0, doubtful(key(0.5)))]) == ()
