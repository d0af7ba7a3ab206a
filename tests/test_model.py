"""The model as transformers sees it: music as an argument, whatever the attention, cache or batch."""

import threading

import pytest
import torch
from torch import Tensor

from mullama.errors import UsageError
from mullama.model import MuLlamaForConditionalGeneration
from tiny import clip, tiny_model

TOKENS = torch.randint(3, 300, (2, 11), generator=torch.Generator().manual_seed(3))


def listening(seed: int, clips: int = 2) -> Tensor:
    return torch.randn(clips, 4, 32, generator=torch.Generator().manual_seed(seed))


def hooked_logits(model: MuLlamaForConditionalGeneration, shifts: Tensor) -> Tensor:
    """The same thing said with plain hooks on the stock output projections."""
    adapted = model.language_model.model.layers[-model.config.adapted_layers :]
    hooks = [
        layer.self_attn.o_proj.register_forward_pre_hook(
            lambda _module, args, row=row: (args[0] + shifts[:, row, None],)
        )
        for row, layer in enumerate(adapted)
    ]
    logits = model(TOKENS).logits
    for hook in hooks:
        hook.remove()
    return logits


@pytest.mark.parametrize("kernel", ["eager", "sdpa"])
@torch.no_grad()
def test_shifts_are_what_a_hook_on_the_output_projection_would_add(kernel: str) -> None:
    model = tiny_model()
    model.language_model.set_attn_implementation(kernel)
    shifts = model.adapt(listening(0))
    with_music = model(TOKENS, shifts=shifts).logits
    torch.testing.assert_close(with_music, hooked_logits(model, shifts), rtol=0, atol=0)
    assert (with_music - model(TOKENS).logits).abs().max() > 0.1


@torch.no_grad()
def test_shifts_by_the_formula(model: MuLlamaForConditionalGeneration) -> None:
    """tanh(gate of the head) * (W_v (carried + query)), the base's W_v, groups repeated."""
    heard = listening(1)
    carried = model.bridge(heard)
    shifts = model.adapt(heard)
    for row, layer in enumerate(model.language_model.model.layers[1:]):
        value = layer.self_attn.v_proj.weight @ (carried[1] + model.shifts.queries[row])
        for head in range(4):
            expected = model.shifts.gates[row, head].tanh() * value.view(2, 16)[head // 2]
            got = shifts[1, row].view(4, 16)[head]
            torch.testing.assert_close(got, expected)


@torch.no_grad()
def test_generate_hears_at_every_step(model: MuLlamaForConditionalGeneration) -> None:
    shifts = model.adapt(listening(2))
    out = model.generate(TOKENS, shifts=shifts, max_new_tokens=6, eos_token_id=None)
    tokens = TOKENS
    for _ in range(6):
        tokens = torch.cat([tokens, model(tokens, shifts=shifts).logits[:, -1:].argmax(-1)], dim=1)
    assert torch.equal(out, tokens)


@pytest.mark.parametrize("options", [{"num_beams": 3}, {"cache_implementation": "static"}])
@torch.no_grad()
def test_batch_equals_alone(
    model: MuLlamaForConditionalGeneration, options: dict[str, object]
) -> None:
    """Different songs, prompts of different lengths, padded on the left."""
    heard = listening(3)
    short = TOKENS[1:, 4:]
    padded = torch.cat([TOKENS[:1], torch.cat([torch.zeros(1, 4, dtype=torch.long), short], 1)])
    mask = (padded != 0).long()
    settings = {"max_new_tokens": 8, "eos_token_id": None, **options}
    both = model.generate(padded, attention_mask=mask, listening=heard, **settings)
    first = model.generate(TOKENS[:1], listening=heard[:1], **settings)
    second = model.generate(short, listening=heard[1:], **settings)
    assert torch.equal(both[0, 11:], first[0, 11:])
    assert torch.equal(both[1, 11:], second[0, 7:])


def test_threads_do_not_mix(model: MuLlamaForConditionalGeneration) -> None:
    heard = listening(4)
    alone = [model.generate(TOKENS[:1], listening=heard[i : i + 1]) for i in range(2)]
    assert not torch.equal(alone[0], alone[1])
    wrong: list[int] = []

    def ask(song: int) -> None:
        for _ in range(5):
            out = model.generate(TOKENS[:1], listening=heard[song : song + 1])
            if not torch.equal(out, alone[song]):
                wrong.append(song)

    threads = [threading.Thread(target=ask, args=(i % 2,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@torch.no_grad()
def test_music_in_three_forms(model: MuLlamaForConditionalGeneration) -> None:
    waves = torch.stack([torch.from_numpy(clip(i)) for i in range(2)])
    heard = model.listen(waves)
    expected = model(TOKENS, shifts=model.adapt(heard)).logits
    torch.testing.assert_close(model(TOKENS, listening=heard).logits, expected)
    torch.testing.assert_close(model(TOKENS, input_values=waves).logits, expected)
    with pytest.raises(UsageError, match="once"):
        model(TOKENS, listening=heard, input_values=waves)


@torch.no_grad()
def test_padding_is_not_heard(model: MuLlamaForConditionalGeneration) -> None:
    long, short = torch.from_numpy(clip(0, 1.0)), torch.from_numpy(clip(1, 0.7))
    padded = torch.nn.utils.rnn.pad_sequence([long, short], batch_first=True)
    heard = model.listen(padded, torch.tensor([len(long), len(short)]))
    torch.testing.assert_close(heard[1], model.listen(short[None])[0])
    torch.testing.assert_close(heard[0], model.listen(long[None])[0])


@torch.no_grad()
def test_a_long_piece_is_the_weighted_mean_of_its_windows(
    model: MuLlamaForConditionalGeneration,
) -> None:
    wave = torch.from_numpy(clip(0, 5.2))  # windows of 2, 2 and 1.2 seconds
    heard = model.listen(wave[None])[0]
    parts = [model.listen(part[None])[0] for part in wave.split(48_000)]
    expected = sum(p * n for p, n in zip(parts, (2.0, 2.0, 1.2), strict=True)) / 5.2
    torch.testing.assert_close(heard, expected)


@pytest.mark.parametrize("shape", [(2, 2, 64), (1, 3, 64), (2, 3, 32)])
def test_misfitting_shifts_are_refused(
    model: MuLlamaForConditionalGeneration, shape: tuple[int, ...]
) -> None:
    with pytest.raises(UsageError, match="do not fit"):
        model(TOKENS, shifts=torch.zeros(shape))


@torch.no_grad()
def test_merging_lora_changes_nothing(model: MuLlamaForConditionalGeneration) -> None:
    heard = listening(5)
    expected = model(TOKENS, listening=heard).logits
    through_merged = [
        layer.self_attn.v_proj.merged().weight for layer in model.language_model.model.layers[1:]
    ]
    wrong = model.shifts(model.bridge(heard), through_merged)
    assert (wrong - model.adapt(heard)).abs().max() > 0.05, "this weight cannot tell the two apart"
    merged = model.merge_lora()
    torch.testing.assert_close(
        merged(TOKENS, listening=heard).logits, expected, rtol=1e-4, atol=1e-5
    )
    assert not any("lora" in name for name, _ in merged.named_parameters())


@pytest.mark.parametrize("merge", [False, True])
@torch.no_grad()
def test_save_and_load(
    model: MuLlamaForConditionalGeneration, merge: bool, tmp_path: object
) -> None:
    if merge:
        model.merge_lora()
    expected = model(TOKENS, listening=listening(6)).logits
    model.save_pretrained(tmp_path)
    loaded = MuLlamaForConditionalGeneration.from_pretrained(tmp_path)
    assert torch.equal(loaded(TOKENS, listening=listening(6)).logits, expected)
    state, again = model.state_dict(), loaded.state_dict()
    assert state.keys() == again.keys()
    assert all(torch.equal(state[key], again[key]) for key in state)


def test_gradients_reach_the_adapter_and_nothing_is_left_behind(
    model: MuLlamaForConditionalGeneration,
) -> None:
    heard = listening(7)
    loss = model(TOKENS, listening=heard, labels=TOKENS).loss
    loss.backward()
    silent = {
        name
        for name, parameter in model.named_parameters()
        if not name.startswith("encoder.") and (parameter.grad is None or not parameter.grad.any())
    }
    # A key's bias adds the same to every score of a row, so it cannot matter.
    assert silent <= {n for n, _ in model.named_parameters() if n.endswith("k_proj.bias")}
    assert torch.equal(model(TOKENS, listening=heard, labels=TOKENS).loss, loss)


def test_gradient_checkpointing_gives_the_same_gradients() -> None:
    grads = []
    for checkpointing in (False, True):
        model = tiny_model().train()
        if checkpointing:
            model.activation_checkpointing_enable()
        model(TOKENS, listening=listening(8), labels=TOKENS, use_cache=False).loss.backward()
        grads.append(model.shifts.queries.grad)
    torch.testing.assert_close(grads[0], grads[1])


@torch.no_grad()
def test_compiles_as_one_graph_and_once(model: MuLlamaForConditionalGeneration) -> None:
    seen = []

    def backend(graph: torch.fx.GraphModule, _inputs: object) -> object:
        seen.append(graph)
        return graph.forward

    compiled = torch.compile(model.language_model, backend=backend, fullgraph=True)
    for seed in (9, 10):
        shifts = model.adapt(listening(seed))
        got = compiled(input_ids=TOKENS, shifts=shifts, use_cache=False).logits
        torch.testing.assert_close(got, model(TOKENS, shifts=shifts).logits)
    assert len(seen) == 1
