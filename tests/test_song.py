"""The short way in: hear once, ask many times; alone, batched and streamed are the same answer."""

import threading
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest
import soundfile
import torch
from transformers import PreTrainedTokenizerFast

import mullama
from mullama.adapt.retrieval import Retrieval
from mullama.answer.answer import CAPTIONS
from mullama.answer.decoder import StockDecoder
from mullama.answer.fast import FastLlama
from mullama.answer.sampling import Sampling, SamplingKeywords
from mullama.checkpoints.store import load_model
from mullama.errors import AudioError, UsageError
from mullama.load_options import LoadKeywords, LoadOptions
from mullama.open_model import load
from mullama.options import options_of
from mullama.song import MuLlama
from tiny import RATE, clip, tiny_model

QUESTIONS = [
    "Describe the audio",
    "What instruments play, and how many of them do you hear?",
    "Key?",
]
SAMPLED = {"temperature": 0.9, "top_p": 0.9, "seed": 11}


@pytest.mark.parametrize("sampling", [{}, SAMPLED], ids=["greedy", "sampled"])
def test_batched_equals_alone_equals_streamed(mu: MuLlama, sampling: dict[str, float]) -> None:
    songs = [mu.listen(clip(seed), sample_rate=RATE) for seed in range(3)]
    together = mu.ask(songs, QUESTIONS, **sampling)
    assert len({str(answer) for answer in together}) == 3
    for song, question, answer in zip(songs, QUESTIONS, together, strict=True):
        alone = song.ask(question, **sampling)
        assert (alone.text, alone.token_ids) == (answer.text, answer.token_ids)
        assert alone.token_logprobs == pytest.approx(answer.token_logprobs, abs=1e-4)
        assert "".join(song.stream(question, **sampling)) == answer.text


def test_the_seed_decides(mu: MuLlama) -> None:
    song = mu.listen(clip(0), sample_rate=RATE)
    sampled = [
        song.ask("Key?", temperature=1.5, top_p=1.0, seed=seed).token_ids for seed in (1, 1, 2)
    ]
    assert sampled[0] == sampled[1] != sampled[2]


def test_logprobs_are_the_models_own(mu: MuLlama) -> None:
    song = mu.listen(clip(0), sample_rate=RATE)
    answer = song.ask("Key?", temperature=0.7, top_p=0.8, seed=1)
    prompt = mu.tokenizer("### Question:\nKey?\n\n### Answer:\n")["input_ids"]
    tokens = torch.tensor([prompt + answer.token_ids])
    with torch.no_grad():
        logits = mu.model(tokens, shifts=song.shifts[None]).logits[0, len(prompt) - 1 : -1]
    expected = logits.log_softmax(-1).gather(1, tokens[0, len(prompt) :, None])[:, 0]
    assert answer.token_logprobs == pytest.approx(expected.tolist(), abs=1e-4)


def test_why_an_answer_stopped(mu: MuLlama) -> None:
    song = mu.listen(clip(0), sample_rate=RATE)
    whole = song.ask("Key?", max_new_tokens=6)
    assert (whole.finish_reason, len(whole.token_ids)) == ("length", 6)
    mu.stop = frozenset([whole.token_ids[3]])
    first = whole.token_ids.index(whole.token_ids[3])
    cut = song.ask("Key?", max_new_tokens=6)
    assert (cut.finish_reason, cut.token_ids) == ("stop", whole.token_ids[:first])
    both = mu.ask(
        [song, mu.listen(clip(1), sample_rate=RATE)], ["Key?", QUESTIONS[1]], max_new_tokens=6
    )
    assert both[0].token_ids == cut.token_ids


def test_a_question_that_leaves_no_room(mu: MuLlama) -> None:
    song = mu.listen(clip(0), sample_rate=RATE)
    with pytest.raises(UsageError, match="longer than"):
        song.ask("why? " * 400)
    nearly = song.ask("x" * 480, max_new_tokens=400)
    assert nearly.finish_reason == "length"
    assert len(nearly.token_ids) < 40


def test_threads_get_their_own_answers(mu: MuLlama) -> None:
    songs = [mu.listen(clip(seed), sample_rate=RATE) for seed in range(2)]
    expected = [song.ask(QUESTIONS[0]).token_logprobs for song in songs]
    assert expected[0] != expected[1]
    wrong: list[int] = []

    def ask(index: int) -> None:
        if any(songs[index].ask(QUESTIONS[0]).token_logprobs != expected[index] for _ in range(6)):
            wrong.append(index)

    threads = [threading.Thread(target=ask, args=(i % 2,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_file_and_its_samples_are_the_same_song(mu: MuLlama, tmp_path: Path) -> None:
    samples = clip(4, 1.5)
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    heard = mu.listen(tmp_path / "a.wav")
    torch.testing.assert_close(heard.listening, mu.listen(samples, sample_rate=RATE).listening)
    assert heard.name == str(tmp_path / "a.wav")
    assert heard.seconds_heard == heard.seconds_total == pytest.approx(1.5)


def test_as_published_hears_one_minute(mu: MuLlama) -> None:
    samples = np.concatenate([clip(1, 60.0), clip(2, 4.0)])
    song = mu.listen(samples, sample_rate=RATE, as_published=True)
    assert song.seconds_heard == pytest.approx(60.0)
    first = mu.listen(samples[: 60 * RATE], sample_rate=RATE)
    torch.testing.assert_close(song.listening, first.listening)
    assert mu.listen(samples, sample_rate=RATE).seconds_heard == pytest.approx(64.0)


def test_captions_are_answers(mu: MuLlama) -> None:
    song = mu.listen(clip(0), sample_rate=RATE)
    for length, question in CAPTIONS.items():
        assert song.caption(length).token_ids == song.ask(question).token_ids
    with pytest.raises(UsageError, match="short, long"):
        song.caption("medium")


def test_retrieval_is_asked(tokenizer: PreTrainedTokenizerFast) -> None:
    vectors = torch.nn.functional.normalize(torch.randn(9, 32), dim=-1)
    plain, leaning = (
        MuLlama(tiny_model(), tokenizer, name="t", retrieval=kept)
        for kept in (None, Retrieval(vectors, k=3, weight=0.6))
    )
    shifts = [m.listen(clip(0), sample_rate=RATE).shifts for m in (plain, leaning)]
    assert not torch.allclose(*shifts)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"temperature": -1.0}, "temperature"),
        ({"top_p": 1.2}, "top_p"),
        ({"max_new_tokens": 0}, "max_new_tokens"),
        ({"tempreature": 1.0}, "tempreature"),
    ],
)
def test_bad_options_are_named(mu: MuLlama, options: dict[str, float], words: str) -> None:
    song = mu.listen(clip(0), sample_rate=RATE)
    with pytest.raises(UsageError, match=words):
        song.ask("Key?", **options)


def test_editors_know_every_option() -> None:
    """What is typed for editors is what the options are."""
    for typed, options, without in (
        (SamplingKeywords, Sampling, set()),
        (LoadKeywords, LoadOptions, {"model"}),
    ):
        assert get_type_hints(typed).keys() == options_of(options).keys() - without


def test_a_models_own_sampling_is_used(mu: MuLlama) -> None:
    own = {
        "do_sample": True,
        "temperature": 0.5,
        "top_k": 7,
        "min_p": 0.1,
        "repetition_penalty": 1.3,
    }
    mu.model.generation_config.update(**own)
    sampling = mu.sampling(top_p=0.9)
    del own["do_sample"]
    assert {name: getattr(sampling, name) for name in own} == own
    assert (sampling.top_p, sampling.max_new_tokens) == (0.9, 12)
    mu.model.generation_config.do_sample = False
    assert mu.sampling().temperature == 0.0


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_packed_weights_say_how_to_generate(folder: Path, dtype: str) -> None:
    ids = torch.tensor([[1, 5, 9]])
    shifts = torch.zeros(1, 3, 64, dtype=getattr(torch, dtype))
    fast = load(folder, dtype=dtype, device="cpu")
    with pytest.raises(UsageError, match="decoder='stock'"):
        fast.model.generate(ids, shifts=shifts, max_new_tokens=2)
    stock = load(folder, dtype=dtype, device="cpu", decoder="stock")
    assert isinstance(stock.decoder, StockDecoder)
    assert stock.model.generate(ids, shifts=shifts, max_new_tokens=2).shape == (1, 5)
    quick = load(folder, dtype="float32", device="cpu", decoder="fast")
    assert quick.model.generate(ids, shifts=shifts.float(), max_new_tokens=2).shape == (1, 5)


def test_the_short_way_to_a_caption(mu: MuLlama, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", clip(4), RATE)
    song = mu.listen(tmp_path / "a.wav")
    assert mullama.caption(tmp_path / "a.wav", "long", model=mu) == song.caption("long")


def test_bad_requests(mu: MuLlama, model: object, tokenizer: PreTrainedTokenizerFast) -> None:
    song = mu.listen(clip(0), sample_rate=RATE)
    with pytest.raises(UsageError, match="pair up"):
        mu.ask([song], ["a", "b"])
    with pytest.raises(UsageError, match=r"one song is asked by song.ask\(question\)"):
        mu.ask(song, "a")  # type: ignore[call-overload]
    with pytest.raises(UsageError, match="sample_rate"):
        mu.listen(clip(0))
    with pytest.raises(UsageError, match="published"):
        MuLlama(model, tokenizer, name="t", prompt_name="no-such")
    with pytest.raises(AudioError):
        mu.listen("/no/such/file.wav")
    assert mu.ask([], []) == []


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_the_fast_decoder_says_what_the_stock_one_says(folder: Path, dtype: str) -> None:
    """Batches of different lengths through `load`, where LoRA is merged and the quick one serves."""
    mu = load(folder, dtype=dtype, device="cpu")
    assert isinstance(mu.decoder, FastLlama)
    songs = [mu.listen(clip(seed), sample_rate=RATE) for seed in range(3)]
    quick = mu.ask(songs, QUESTIONS)
    for song, question, answer in zip(songs, QUESTIONS, quick, strict=True):
        assert song.ask(question).token_ids == answer.token_ids
    model = load_model(folder, dtype=dtype, device="cpu")[0]
    mu.decoder = StockDecoder(model.language_model)
    for answer, stock in zip(quick, mu.ask(songs, QUESTIONS), strict=True):
        near = 1e-4 if dtype == "float32" else 0.1
        assert answer.token_logprobs[0] == pytest.approx(stock.token_logprobs[0], abs=near)
        if dtype == "float32":
            assert answer.token_ids == stock.token_ids


def test_too_long_a_piece_is_refused(mu: MuLlama) -> None:
    with pytest.raises(AudioError, match=r"samples: is longer than 0\.5 s"):
        mu.listen(clip(0), sample_rate=RATE, max_seconds=0.5)
    assert mu.listen(clip(0), sample_rate=RATE, max_seconds=1.5).seconds_heard == 1.0
