"""A chat model on this machine replies to each request as if it were the only one."""

from collections import Counter
from pathlib import Path

import pytest
import torch

from chat_model import byte_tokenizer, save_chat_model
from mullama.errors import UsageError
from mullama.musicqa.descriptions import Description
from mullama.musicqa.interview.interview import Request
from mullama.musicqa.writers import WriterOptions
from mullama.musicqa.writers.local import LocalWriter, SeededGumbel

QUESTIONS = (
    "Hello",
    "Describe the audio in detail, please",
    "What?",
    "Instruments play what? " * 9,
)


@pytest.fixture(scope="module")
def chat_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_chat_model(tmp_path_factory.mktemp("chat") / "tiny-chat", byte_tokenizer()))


def request(text: str, seed: int = 0) -> Request:
    return Request(({"role": "user", "content": text},), seed, "any", {})


@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_a_batch_replies_as_each_alone(chat_model: str, temperature: float) -> None:
    writer = LocalWriter(chat_model, WriterOptions(temperature=temperature, max_tokens=12))
    requests = [request(text, seed) for seed, text in enumerate(QUESTIONS)]
    together = writer.replies(requests)
    assert together == [writer.replies([each])[0] for each in requests]
    assert len({reply.text for reply in together}) == len(QUESTIONS)


def test_the_seed_decides_what_is_drawn(chat_model: str) -> None:
    writer = LocalWriter(chat_model, WriterOptions(temperature=1.0, max_tokens=12))
    first, again, other = writer.replies([request("Hi", 1), request("Hi", 1), request("Hi", 2)])
    assert first == again
    assert first != other


def test_clips_are_interviewed_in_any_batch_with_the_same_result(chat_model: str) -> None:
    clips = [Description("test", str(n), text, "caption") for n, text in enumerate(QUESTIONS)]
    found = []
    for batch_size in (1, 3):
        options = WriterOptions(max_tokens=4, attempts=2, batch_size=batch_size)
        writer = LocalWriter(chat_model, options)
        found.append({clip.id: clip for clip in writer.write(clips)})
    assert found[0] == found[1]
    assert len(found[0]) == len(clips)
    assert all(clip.failed for clip in found[0].values())  # gumbel is all that it can say
    assert found[0]["0"].writer == "local:tiny-chat"


def test_a_reply_without_an_end_is_cut_off(chat_model: str) -> None:
    writer = LocalWriter(chat_model, WriterOptions(max_tokens=2))
    assert writer.replies([request("Hello")])[0].truncated


def test_seeded_gumbel_draws_from_the_softmax() -> None:
    scores = torch.tensor([[0.0, 1.0, 2.0]])
    draws = 2000
    gumbel = SeededGumbel(range(draws), temperature=0.5)
    drawn = gumbel(torch.zeros(draws, 1), scores.expand(draws, 3)).argmax(1)
    share = torch.tensor([Counter(drawn.tolist())[token] / draws for token in range(3)])
    torch.testing.assert_close(share, torch.softmax(scores[0] / 0.5, 0), atol=0.03, rtol=0)


def test_a_model_without_a_chat_template_is_refused(tmp_path: Path, chat_model: str) -> None:
    byte_tokenizer().save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text((Path(chat_model) / "config.json").read_text())
    with pytest.raises(UsageError, match="no chat template"):
        LocalWriter(str(tmp_path), WriterOptions())


@pytest.mark.parametrize("name", ["", "no/such/model/here"])
def test_a_model_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        LocalWriter(name, WriterOptions())
