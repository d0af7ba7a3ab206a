import asyncio
from collections.abc import Iterator

import pytest

from mullama.engine import Engine, Question
from mullama.errors import AudioError, Cancelled
from mullama.serving.ticket_stream import Delta, StopText, deltas
from mullama.song import MuLlama
from tiny import RATE, clip


@pytest.mark.parametrize(
    ("stops", "pieces", "shown", "found"),
    [
        (("end",), ["the e", "nd is"], "the ", True),
        (("end",), ["the en", "ough"], "the enough", False),
        (("end",), ["the en"], "the en", False),
        (("b", "ab"), ["xab"], "x", True),
        (("aab",), ["aaab"], "a", True),
        ((), ["any", "thing"], "anything", False),
        (("abc", "bd"), ["a", "b", "d"], "a", True),
    ],
)
def test_stop_texts(stops: tuple[str, ...], pieces: list[str], shown: str, found: bool) -> None:
    cut, text = StopText(stops), ""
    for piece in pieces:
        text += cut.add(piece)
        assert shown.startswith(text)
        if cut.found:
            break
    else:
        text += cut.rest()
    assert (text, cut.found, cut.shown) == (shown, found, len(shown))


@pytest.fixture
def song(tmp_path_factory: pytest.TempPathFactory) -> str:
    import soundfile

    path = tmp_path_factory.mktemp("song") / "a.wav"
    soundfile.write(path, clip(1), RATE)
    return str(path)


@pytest.fixture
def engine(mu: MuLlama) -> Iterator[Engine]:
    opened = Engine(mu)
    yield opened
    opened.close()


async def collect(engine: Engine, audio: str, stops: tuple[str, ...] = ()) -> list[Delta]:
    ticket = engine.submit(Question(audio, "What plays?"))
    return [delta async for delta in deltas(ticket, engine.mu.text, stops)]


def test_deltas_are_the_answer_with_all_its_tokens(engine: Engine, song: str) -> None:
    answer = engine.mu.listen(song).ask("What plays?")
    found = asyncio.run(collect(engine, song))
    tokens = [token for delta in found for token in delta.tokens]
    assert "".join(delta.text for delta in found) == answer.text
    assert "".join(token.text for token in tokens) == answer.text
    assert [token.logprob for token in tokens] == pytest.approx(answer.token_logprobs, abs=1e-5)
    assert [delta.finish_reason for delta in found] == [None] * (len(found) - 1) + ["length"]
    assert found[-1].made == len(answer.token_ids)


def test_a_stop_text_ends_the_answer_before_it(engine: Engine, song: str) -> None:
    text = engine.mu.listen(song).ask("What plays?").text
    stop = text[3:5]
    found = asyncio.run(collect(engine, song, (stop,)))
    assert "".join(delta.text for delta in found) == text[: text.index(stop)]
    assert found[-1].finish_reason == "stop"


def test_what_goes_wrong_is_raised(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    empty = tmp_path_factory.mktemp("none") / "empty.wav"
    empty.touch()
    with pytest.raises(AudioError):
        asyncio.run(collect(engine, str(empty)))


def test_leaving_early_cancels(engine: Engine, song: str) -> None:
    async def first() -> None:
        ticket = engine.submit(Question(song, "What plays?"), max_new_tokens=400)
        stream = deltas(ticket, engine.mu.text)
        await anext(stream)
        await stream.aclose()
        with pytest.raises(Cancelled):
            ticket.result(1)

    asyncio.run(first())
