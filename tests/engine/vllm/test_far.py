"""Hear here, answer there: what is sent, what becomes of songs, and a server that is not as it should be."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
from transformers import PreTrainedTokenizerFast

from canned_vllm import CannedVllm, answer_of
from mullama.answer.answer import Answer
from mullama.answer_options import AnswerOptions
from mullama.checkpoints.export.language_digest import language_digest, served_name
from mullama.checkpoints.export.song_adapter import NO_SONG
from mullama.checkpoints.model_folder import read_model_folder
from mullama.engine import Engine, Question, open_engine
from mullama.errors import (
    Cancelled,
    Closed,
    EngineFailed,
    TimeLimit,
    Unavailable,
    UsageError,
)
from mullama.load_options import LoadOptions
from mullama.model import MuLlamaForConditionalGeneration
from mullama.processor import MuLlamaProcessor
from tiny import RATE, clip, tiny_model
from waiting import wait_until

pytest.importorskip("httpx")
MALFORMED = [
    "no-ids", "text-ids", "negative", "abort", "no-logprobs", "nan", "positive", "pairs", "names", "list",
    "json", "deep", "array", "two", "line", "error", "endless", "pings", "500", "redirect", "html",
]  # fmt: skip
PASSING = ["503", "429", "drop"]


@pytest.fixture
def folder(
    model: MuLlamaForConditionalGeneration, tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> Path:
    model.save_pretrained(tmp_path / "tiny")
    MuLlamaProcessor.of(model.config, tokenizer).save_pretrained(tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.fixture
def served(folder: Path) -> str:
    return served_name(language_digest(read_model_folder(folder)))


@pytest.fixture
def far(served: str) -> Iterator[CannedVllm]:
    with CannedVllm(served) as server:
        yield server


@pytest.fixture
def songs(tmp_path: Path) -> list[str]:
    paths = [tmp_path / f"{number}.wav" for number in range(4)]
    for number, path in enumerate(paths):
        soundfile.write(path, clip(number), RATE)
    return [str(path) for path in paths]


@pytest.fixture
def opened(folder: Path, tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    engines: list[Engine] = []

    def open_(far: CannedVllm | str, **more: Any) -> Engine:
        url = far if isinstance(far, str) else far.url
        answers = AnswerOptions(
            answer_at=url, adapters=tmp_path / "adapters", adapters_mb=more.pop("adapters_mb", 64.0)
        )
        engines.append(open_engine(LoadOptions(model=folder), answers, **more))
        return engines[-1]

    yield open_
    for engine in engines:
        engine.close(drain=False)
        engine.mu.far.close()  # type: ignore[attr-defined]
    wait_until(lambda: not [t for t in threading.enumerate() if t.name == "mullama-far"])


def test_every_request_names_an_adapter(
    far: CannedVllm, opened: Callable[..., Engine], songs: list[str]
) -> None:
    engine = opened(far)
    asked = [Question(song, text) for text in ("Key?", "Tempo?") for song in (*songs, None)]
    tickets = [engine.submit(question, caller=question.text, top_logprobs=1) for question in asked]
    answers = [ticket.result(60) for ticket in tickets]
    sent = far.asked("completions")
    assert len(sent) == len(asked)
    names = {body["model"] for body in sent}
    assert names == set(far.loaded)
    assert len(names - {NO_SONG}) == len(songs)
    by_prompt = {(body["model"], tuple(body["prompt"])) for body in sent}
    assert len(by_prompt) == len(asked)
    for question, answer, ticket in zip(asked, answers, tickets, strict=True):
        prompt = engine.mu.tokens(question.text)
        (name,) = {n for n in names if answer_of(n, prompt, 12) == answer.token_ids}
        assert (name == NO_SONG) == (question.audio is None)
        assert answer.finish_reason == "stop"
        assert ticket.tokens[0].likeliest == ((answer.token_ids[0], -0.5),)
        assert "".join(ticket.pieces()) == answer.text
    assert engine.state.tokens == sum(len(answer.token_ids) for answer in answers)


def test_options_are_all_sent(far: CannedVllm, opened: Callable[..., Engine]) -> None:
    engine = opened(far)
    question = Question(None, "Key?")
    engine.submit(question, temperature=0.7, top_p=0.9, top_k=5, min_p=0.1, seed=3).result(60)
    cut = engine.submit(question, top_p=0.0, temperature=1.0, max_new_tokens=2).result(60)
    first, second = far.asked("completions")
    wanted = {"temperature": 0.7, "top_p": 0.9, "top_k": 5, "min_p": 0.1, "seed": 3}
    assert {name: first[name] for name in wanted} == wanted
    assert (first["max_tokens"], first["stop_token_ids"]) == (12, [2])
    assert (second["temperature"], second["top_p"]) == (0.0, 1.0)
    assert (cut.finish_reason, len(cut.token_ids)) == ("length", 2)


def test_what_vllm_does_not_do_is_refused_before_it_is_asked(
    served: str, opened: Callable[..., Engine]
) -> None:
    with CannedVllm(served, longest=64) as far:
        engine = opened(far)
        with pytest.raises(UsageError, match="temperatures up to 2"):
            engine.submit(Question(None, "Key?"), temperature=3.0)
        with pytest.raises(UsageError, match="20 tokens"):
            engine.submit(Question(None, "Key?"), top_logprobs=21)
        with pytest.raises(UsageError, match="longer than the language model can read"):
            engine.submit(Question(None, "Key? " * 40))
        engine.submit(Question(None, "Key?"), max_new_tokens=60).result(60)
        (sent,) = far.asked("completions")
        assert len(sent["prompt"]) + sent["max_tokens"] == 64


def test_every_way_of_asking_goes_there(
    far: CannedVllm, opened: Callable[..., Engine], songs: list[str]
) -> None:
    engine = opened(far)
    song = engine.song(songs[0])
    answer = song.ask("Key?")
    assert answer.token_ids == engine.submit(Question(songs[0], "Key?")).result(60).token_ids
    assert "".join(song.stream("Key?")) == answer.text
    pair = engine.mu.ask([song, engine.song(None)], ["Key?", "Tempo?"], max_new_tokens=5)
    assert [len(one.token_ids) for one in pair] == [
        min(5, len(answer_of(name, engine.mu.tokens(text), 12)))
        for name, text in ((far.asked("completions")[0]["model"], "Key?"), (NO_SONG, "Tempo?"))
    ]
    (found,) = engine.answer([Question(songs[0], "Key?")])
    assert isinstance(found, Answer)
    assert found.token_ids == answer.token_ids
    choice = engine.submit(Question(songs[0], "Key?"), choices=["A", "C minor"]).choice(60)
    assert choice.probabilities == song.ask("Key?", choices=["A", "C minor"]).probabilities
    with pytest.raises(UsageError, match="no batch here"):
        engine.mu.batch()


@pytest.mark.parametrize("mode", MALFORMED)
def test_what_makes_no_sense_is_refused(
    far: CannedVllm, opened: Callable[..., Engine], mode: str
) -> None:
    engine = opened(far)
    far.modes.append(mode)
    with pytest.raises(EngineFailed) as told:
        engine.submit(Question(None, "Key?")).result(60)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 400
    assert engine.submit(Question(None, "Key?")).result(60).text


def test_an_answer_that_is_cut_off_is_not_taken_for_whole(
    far: CannedVllm, opened: Callable[..., Engine]
) -> None:
    engine = opened(far)
    far.modes.append("cut")
    with pytest.raises(Unavailable, match="in the middle"):
        engine.submit(Question(None, "Key?")).result(60)
    far.modes.append("cut")
    with pytest.raises(Unavailable, match="in the middle"):
        engine.mu.no_song().ask("Key?")


@pytest.mark.parametrize("mode", PASSING)
def test_what_passes_is_tried_again(
    far: CannedVllm, opened: Callable[..., Engine], mode: str
) -> None:
    engine = opened(far)
    far.modes.extend([mode] * 2)
    assert engine.submit(Question(None, "Key?")).result(60).text
    far.modes.extend([mode] * 4)
    with pytest.raises(Unavailable):
        engine.submit(Question(None, "Key?")).result(60)


def test_a_server_that_was_started_anew_is_told_of_songs_again(
    far: CannedVllm, opened: Callable[..., Engine], songs: list[str]
) -> None:
    engine = opened(far)
    before = [engine.submit(Question(song, "Key?")).result(60) for song in (songs[0], None)]
    far.loaded.clear()
    tickets = [engine.submit(Question(song, "Key?")) for song in (songs[0], None)]
    assert [t.result(60).token_ids for t in tickets] == [one.token_ids for one in before]


def test_songs_leave_when_there_is_no_room(
    far: CannedVllm, opened: Callable[..., Engine], songs: list[str], tmp_path: Path
) -> None:
    opened(far).mu.far.close()  # type: ignore[attr-defined]
    place = tmp_path / "adapters" / "0"
    size = sum(path.stat().st_size for path in (place / NO_SONG).iterdir())
    engine = opened(far, batch_size=1, adapters_mb=2.5 * size / (1 << 20))
    first = [engine.submit(Question(song, "Key?")).result(60).token_ids for song in songs]
    far_shelf = engine.mu.far.shelf  # type: ignore[attr-defined]
    assert far_shelf.nbytes <= far_shelf.max_bytes
    assert 0 < far_shelf.count < len(songs)
    assert len(far.loaded) == far_shelf.count + 1
    assert {entry.name for entry in place.iterdir()} == {*far.loaded, "lock"}
    assert far.asked("unload_lora_adapter")
    again = [engine.submit(Question(song, "Key?")).result(60).token_ids for song in songs]
    assert again == first
    many = [engine.submit(Question(song, "Key?")) for _ in range(5) for song in songs]
    assert [ticket.result(60).token_ids for ticket in many] == first * 5
    assert len(far.loaded) == far_shelf.count + 1


def test_what_an_earlier_engine_left_is_counted_and_used(
    far: CannedVllm, opened: Callable[..., Engine], songs: list[str], tmp_path: Path
) -> None:
    first = opened(far)
    answer = first.submit(Question(songs[0], "Key?")).result(60)
    first.close()
    names = set(far.loaded)
    second = opened(far)
    assert second.mu.far.shelf.count == 1  # type: ignore[attr-defined]
    assert second.submit(Question(songs[0], "Key?")).result(60).token_ids == answer.token_ids
    assert set(far.loaded) == names
    third = opened(far)  # beside the second: another place, and other names
    third.submit(Question(songs[0], "Key?")).result(60)
    assert len(set(far.loaded) - names) == 1
    assert {path.name for path in (tmp_path / "adapters").iterdir()} == {"0", "1"}


def test_who_leaves_ends_the_server_s_work(
    far: CannedVllm, opened: Callable[..., Engine], songs: list[str]
) -> None:
    engine = opened(far, batch_size=1)
    far.modes.append("silent")
    ticket = engine.submit(Question(songs[0], "Key?"))
    wait_until(lambda: ticket.tokens)
    waiting = engine.submit(Question(songs[0], "Tempo?"))
    ticket.cancel()
    assert far.gone.wait(30)
    with pytest.raises(Cancelled):
        ticket.result(1)
    assert waiting.result(60).text
    wait_until(lambda: engine.state.running == 0)


def test_time_is_limited(far: CannedVllm, opened: Callable[..., Engine]) -> None:
    engine = opened(far)
    far.modes.append("silent")
    with pytest.raises(TimeLimit):
        engine.submit(Question(None, "Key?"), timeout=0.5).result(60)
    assert far.gone.wait(30)


def test_closing_refuses_what_is_left(far: CannedVllm, opened: Callable[..., Engine]) -> None:
    engine = opened(far)
    far.modes.append("silent")
    ticket = engine.submit(Question(None, "Key?"))
    wait_until(lambda: ticket.tokens)
    engine.close(drain=False)
    with pytest.raises(Closed):
        ticket.result(10)
    engine.close(drain=False)
    with pytest.raises(Closed):
        engine.mu.no_song().ask("Key?")


def test_closing_may_wait_for_answers(far: CannedVllm, opened: Callable[..., Engine]) -> None:
    engine = opened(far)
    far.modes.append("slow")
    ticket = engine.submit(Question(None, "Key?"))
    engine.close(drain=True, timeout=60)
    assert ticket.result(0).text


@pytest.mark.parametrize(
    ("served_as", "updating", "says"),
    [
        ("no-audio-0123456789abcdef", True, "serves the export no-audio-0123456789abcdef"),
        ("llama-2-7b", True, "no export of ours"),
        (None, False, "VLLM_ALLOW_RUNTIME_LORA_UPDATING"),
    ],
)
def test_another_server_is_refused(
    served: str,
    opened: Callable[..., Engine],
    served_as: str | None,
    updating: bool,
    says: str,
) -> None:
    with CannedVllm(served_as or served, updating=updating) as far:
        with pytest.raises(EngineFailed, match=says):
            opened(far)
        assert not far.calls


def test_no_server_is_told(opened: Callable[..., Engine], served: str) -> None:
    with CannedVllm(served) as far:
        pass
    with pytest.raises(Unavailable, match="cannot be reached"):
        opened(far)


def test_the_key_is_sent_and_never_shown(
    served: str, opened: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    with CannedVllm(served, key="a-key-of-some-length") as far:
        monkeypatch.setenv("MULLAMA_ENGINE_KEY", "another-key-of-ours")
        with pytest.raises(EngineFailed, match="MULLAMA_ENGINE_KEY") as told:
            opened(far)
        assert "of-ours" not in str(told.value)
        monkeypatch.setenv("MULLAMA_ENGINE_KEY", "a-key-of-some-length")
        assert opened(far).mu.no_song().ask("Key?").text


def test_too_little_room_and_foreign_options_are_refused(
    far: CannedVllm, opened: Callable[..., Engine], folder: Path
) -> None:
    with pytest.raises(UsageError, match="adapters-mb is too small: 8 answers"):
        opened(far, adapters_mb=0.01)
    with pytest.raises(UsageError, match="decoder"):
        open_engine(LoadOptions(model=folder, decoder="stock"), AnswerOptions(answer_at=far.url))


def test_a_model_of_other_weights_has_another_name(folder: Path, tmp_path: Path) -> None:
    other = tiny_model()
    other.language_model.model.layers[0].mlp.up_proj.weight.data[0, 0] += 1e-3
    other.save_pretrained(tmp_path / "other")
    digests = {language_digest(read_model_folder(path)) for path in (folder, tmp_path / "other")}
    assert len(digests) == 2
