"""Other language models as the base: converted, opened, asked, and equal to themselves without music."""

from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

from goldens import FINETUNED, LLAMA, MERT
from mullama.answer.decoder import StockDecoder
from mullama.answer.fast import FastLlama
from mullama.answer.prompt import fill
from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.describe import describe
from mullama.config import TEXT_CONFIGS
from mullama.errors import CheckpointError, UsageError
from mullama.open_model import load
from mullama.processor import MuLlamaProcessor
from mullama.song import MuLlama
from mullama.training.phases import set_trainable
from tiny import RATE, clip

SIZES: dict[str, Any] = {
    "vocab_size": 272, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 3,
    "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 256,
    "initializer_range": 0.3, "bos_token_id": 1, "eos_token_id": 2,
}  # fmt: skip
OWN: dict[str, dict[str, Any]] = {
    "llama": {"rope_parameters": {"rope_type": "llama3", "rope_theta": 500_000.0, "factor": 8.0,
              "low_freq_factor": 1.0, "high_freq_factor": 4.0,
              "original_max_position_embeddings": 64}},
    "mistral": {"sliding_window": 16, "head_dim": 16},
    "qwen2": {"tie_word_embeddings": True},
    "qwen3": {"head_dim": 16},
}  # fmt: skip
MARKERS = ["<unk>", "<s>", "</s>", "<|user|>", "<|end|>", "<|assistant|>"]
CHAT = (
    "{{ bos_token }}{% for message in messages %}<|user|>\n{{ message['content'] | trim }}<|end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
QUESTIONS = ["Key?", "Which instruments play, and who plays them?"]


def chat_tokenizer(*, begins: bool) -> PreTrainedTokenizerFast:
    """Bytes and a chat's markers; `begins` every text with <s>, as some do and some do not."""
    vocabulary = [*MARKERS, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    core = Tokenizer(models.BPE({piece: n for n, piece in enumerate(vocabulary)}, []))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.add_special_tokens(MARKERS)
    if begins:
        core.post_processor = processors.TemplateProcessing(
            single="<s> $A", special_tokens=[("<s>", 1)]
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=core, unk_token="<unk>", bos_token="<s>", eos_token="<|end|>",
        pad_token="<unk>", chat_template=CHAT,
    )  # fmt: skip


@pytest.fixture(scope="module", params=TEXT_CONFIGS)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, Path]:
    """A stock model of each kind, and the folder that it was converted to."""
    kind, here = request.param, tmp_path_factory.mktemp(request.param)
    torch.manual_seed(5)
    stock = AutoModelForCausalLM.from_config(
        AutoConfig.for_model(kind, **{**SIZES, **OWN[kind]})
    ).eval()
    with torch.no_grad():
        for name, parameter in stock.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(0, 0.3)
    stock.save_pretrained(here / "stock")
    chat_tokenizer(begins=kind in ("llama", "mistral")).save_pretrained(here / "stock")
    return stock, convert(
        ConvertOptions(llama=here / "stock", mert=MERT, out=here / "out", lora_rank=2)
    )


def opened(folder: Path) -> MuLlama:
    """The model with gates wide open, so that music matters."""
    mu = load(folder, device="cpu")
    with torch.no_grad():
        mu.model.shifts.gates.fill_(2.0)
        mu.model.bridge.proj.weight.mul_(20)
    return mu


def test_without_music_it_is_the_stock_model(made: tuple[Any, Path]) -> None:
    stock, folder = made
    mu = load(folder, device="cpu")
    ids = torch.arange(3, 60)[None]
    shifts = mu.listen(clip(0), sample_rate=RATE).shifts[None]
    assert not shifts.any()
    with torch.inference_mode():
        expected = stock(ids).logits
        for given in (None, shifts):
            torch.testing.assert_close(mu.model(ids, shifts=given).logits, expected)


def test_music_changes_the_answer_and_batches_do_not(made: tuple[Any, Path]) -> None:
    mu = opened(made[1])
    options = {"max_new_tokens": 24}  # beyond the smallest sliding window
    songs = [mu.listen(clip(seed), sample_rate=RATE) for seed in (0, 1)]
    together = mu.ask(songs, QUESTIONS, **options)
    for song, question, answer in zip(songs, QUESTIONS, together, strict=True):
        alone = song.ask(question, **options)
        assert alone.token_ids == answer.token_ids
        assert alone.token_logprobs == pytest.approx(answer.token_logprobs, abs=1e-4)
    one, other = (song.ask("Key?", **options) for song in songs)
    assert one.token_logprobs != pytest.approx(other.token_logprobs, abs=1e-3)
    ids = mu.tokenizer(fill(mu.prompt_name, "Key?"), return_tensors="pt")
    generated = mu.model.generate(
        **{k: ids[k] for k in ("input_ids", "attention_mask")},
        shifts=songs[0].shifts[None], max_new_tokens=24, do_sample=False,
    )  # fmt: skip
    whole = generated[0, ids["input_ids"].shape[1] :].tolist()
    assert whole[: len(one.token_ids)] == one.token_ids


def test_only_a_llama_is_read_quickly(made: tuple[Any, Path]) -> None:
    mu = load(made[1], device="cpu")
    kind = mu.model.config.text_config.model_type
    assert isinstance(mu.decoder, FastLlama if kind == "llama" else StockDecoder)


def test_the_prompt_is_its_own_chat(made: tuple[Any, Path]) -> None:
    folder = made[1]
    mu = load(folder, device="cpu")
    own = PreTrainedTokenizerFast.from_pretrained(folder.with_name("stock"))
    chat = [{"role": "user", "content": QUESTIONS[1]}]
    expected = own.apply_chat_template(chat, add_generation_prompt=True)["input_ids"]
    assert mu.prompt_name == "<s><|user|>\n{question}<|end|>\n<|assistant|>\n"
    assert mu.tokenizer(fill(mu.prompt_name, QUESTIONS[1]))["input_ids"] == expected
    assert expected[:2] == [1, 3]
    processor = MuLlamaProcessor.from_pretrained(folder)
    assert processor(QUESTIONS[1])["input_ids"][0].tolist() == expected
    assert mu.model.generation_config.eos_token_id == [2, 4]


def test_what_is_trained_is_what_there_is(made: tuple[Any, Path]) -> None:
    """Gradients reach every parameter of each published phase."""
    from mullama.checkpoints.store import open_model

    model, _ = open_model(made[1])
    with torch.no_grad():
        model.shifts.gates.fill_(0.5)
    listening = torch.randn(2, model.config.states, model.config.audio_config.hidden_size)
    for phase in ("pretrain", "finetune"):
        names = set_trainable(model, [phase])
        model.zero_grad()
        ids = torch.randint(3, 200, (2, 12))
        model(ids, listening=listening, labels=ids).loss.backward()
        parameters = dict(model.named_parameters())
        assert any(names)
        assert all(parameters[name].grad is not None for name in names)
        assert any("norm.weight" in name for name in names) or phase == "pretrain"


def test_it_says_what_it_is(made: tuple[Any, Path], capsys: pytest.CaptureFixture[str]) -> None:
    from mullama.cli import main

    stock, folder = made
    facts = describe(folder)
    assert facts["language_model"]["kind"] == stock.config.model_type
    assert "<|user|>" in facts["prompt"]
    assert main(["info", str(folder)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(facts)


def test_other_kinds_are_refused_by_name(tmp_path: Path) -> None:
    AutoConfig.for_model("gpt2").save_pretrained(tmp_path)
    with pytest.raises(
        CheckpointError, match=r"a gpt2, which music cannot enter; .*llama, mistral"
    ):
        convert(ConvertOptions(llama=tmp_path, mert=MERT, out=tmp_path / "out"))


def test_one_vector_enters_every_layer(made: tuple[Any, Path], tmp_path: Path) -> None:
    """The contestant: the last state alone, through the same bridge, into all layers."""
    stock = made[1].with_name("stock")
    out = convert(
        ConvertOptions(
            llama=stock, mert=MERT, out=tmp_path / "out", listening="last", adapted_layers=3
        )
    )
    mu = opened(out)
    assert (mu.model.config.states, mu.model.bridge.mix.in_features) == (1, 1)
    songs = [mu.listen(clip(seed), sample_rate=RATE) for seed in (0, 1)]
    last = songs[0].listening[-1:]
    with torch.inference_mode():
        shifts = mu.model.adapt(last[None])
        torch.testing.assert_close(mu.model.bridge.feature(last[None])[0], last[0] / last.norm())
    torch.testing.assert_close(songs[0].shifts[None], shifts)
    heads = mu.model.config.text_config.num_attention_heads
    assert shifts.shape == (1, 3, heads * mu.model.config.head_dim)
    one, other = (song.ask("Key?", max_new_tokens=5) for song in songs)
    assert one.token_logprobs != pytest.approx(other.token_logprobs, abs=1e-3)
    assert describe(out)["listening"] == "last"

    again = load(out, device="cpu").model.train()
    assert again.config.listening == "last"
    set_trainable(again, ["pretrain"])
    with torch.no_grad():
        again.shifts.gates.fill_(0.5)
    ids = torch.randint(3, 200, (1, 9))
    again(ids, listening=songs[0].listening[None].clone(), labels=ids).loss.backward()
    trained = [p for n, p in again.named_parameters() if n.startswith(("bridge.", "shifts.q"))]
    assert all(p.grad is not None and p.grad.any() for p in trained if p.numel() > 1)


def test_listening_is_chosen_for_a_fresh_adapter_only(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(UsageError, match="--listening last is for a fresh adapter"):
        convert(
            ConvertOptions(llama=LLAMA, mert=MERT, adapter=FINETUNED, out=out, listening="last")
        )
    with pytest.raises(UsageError, match="expected 'states' or 'last', got 'first'"):
        convert(ConvertOptions(llama=LLAMA, mert=MERT, out=out, listening="first"))
