"""Seconds of an epoch of question-answer pairs, beside the published way of training.

    python benchmarks/training.py [--seconds 30] [--rows 64] [--size 61M]
    python benchmarks/training.py --size 7B --device cuda     # tokens per second and utilisation

The published way encodes the clip at every step (eager attention, every state stored), one text at a
time, padded to 512 tokens. Ours encodes each clip once, before the first epoch, and packs texts of about
equal length. Weights are random; both ways take equal effective batches from equal weights, and the
loss over all rows is shown after each. Lengths are those of MusicQA: some 72 tokens of prompt, and
answers of some 36 (log-normal).
"""

import argparse
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from decoding import SIZES
from listening import means, mert_95m
from machine import keep, machine
from torch import Tensor
from transformers import HubertModel

from mullama.config import MuLlamaConfig
from mullama.data.records import Pair
from mullama.model import MuLlamaForConditionalGeneration
from mullama.training.optimiser import adamw
from mullama.training.parallel import World
from mullama.training.phases import set_trainable
from mullama.training.qa.objective import MicroBatch, PairObjective
from mullama.training.qa.sampler import pack
from mullama.training.qa.tokenized import TokenizedPairs
from mullama.training.recipe import Phase
from mullama.training.trainable import TrainableModel

ROWS_A_CLIP = 9
MAX_LENGTH = 512
EFFECTIVE_BATCH = 32
GOALS = {30.0: 40, 10.0: 10}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="length of the clips")
    parser.add_argument("--rows", type=int, default=64, help="pairs of an epoch")
    parser.add_argument(
        "--plain-rows", type=int, default=4, help="pairs the published way is timed on"
    )
    parser.add_argument("--size", choices=[*SIZES, "7B"], default="61M")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    bench = Bench(options)
    encoding = bench.encode_seconds(options.plain_rows)
    plain_row, plain_loss = bench.train(as_published=True, timed=options.plain_rows)
    ours_row, ours_loss = bench.train(as_published=False, timed=options.rows)
    plain = options.rows * (encoding + plain_row)
    ours = options.rows * ours_row
    tokens = bench.tokens / ours
    print(
        f"published way: {plain:8.1f} s an epoch of {options.rows} pairs ({encoding:.2f} s a pair to encode)"
    )
    print(
        f"ours:          {ours:8.1f} s after the first, {tokens:.0f} tokens/s, {plain / ours:.1f}x"
    )
    print(f"loss over all pairs: {plain_loss:.4f} and {ours_loss:.4f}")
    keep(
        f"training-{options.size}-{options.seconds:g}s",
        {
            "machine": machine(),
            "size": options.size,
            "rows": options.rows,
            "clip_seconds": options.seconds,
            "plain": {"epoch_seconds": plain, "hear_seconds": encoding, "text_seconds": plain_row},
            "ours": {"epoch_seconds": ours, "tokens_per_second": tokens},
            "ratio": plain / ours,
            "goal": GOALS.get(options.seconds),
            "losses": {"before": bench.before, "plain": plain_loss, "ours": ours_loss},
            "utilisation": 4 * bench.parameters * tokens / bench.rate if bench.rate else None,
        },
    )


class Bench:
    """One set of texts, clips and first weights, for both ways."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.device = torch.device(options.device)
        self.config = config(options.size)
        self.pairs = random_pairs(options.rows)
        self.tokens = len(self.pairs.tokens)
        shape = (-(-options.rows // ROWS_A_CLIP), self.config.states, 768)
        self.listenings = torch.randn(shape, generator=torch.Generator().manual_seed(1))
        self.before = 0.0
        self.parameters = 0
        self.rate = matrix_rate(self.device)

    def encode_seconds(self, repeats: int) -> float:
        """The published way's encoder, for one clip."""
        encoder = HubertModel._from_config(mert_95m(), attn_implementation="eager")
        encoder.requires_grad_(False).eval().to(self.device)
        clip = torch.randn(1, int(self.options.seconds * 24_000), device=self.device) * 0.1
        with torch.no_grad():
            means(encoder, clip)
            start = time.perf_counter()
            for _ in range(repeats):
                means(encoder, clip)
            self._wait()
        return (time.perf_counter() - start) / repeats

    def train(self, *, as_published: bool, timed: int) -> tuple[float, float]:
        """Seconds a pair, and the loss over all pairs after an epoch."""
        model = self.model()
        phase = Phase(
            "finetune", "pairs", ("finetune",), epochs=2, batch=EFFECTIVE_BATCH, max_length=MAX_LENGTH,
            as_published=as_published, micro_tokens=2048 if self.device.type == "cpu" else 8192,
        )  # fmt: skip
        world = World(device=self.device)
        learn = PairObjective(
            model, phase, self.pairs, lambda names: model.adapt(self.listen(names)), world=world
        )
        trained = set_trainable(TrainableModel(model), phase.trains)
        optimiser = adamw(trained.values(), 0.05)
        for group in optimiser.param_groups:
            group["lr"] = 1e-3
        self.before = self.loss(learn)
        self.step(learn, [learn.micro_batches(0)[0]])  # warms up
        optimiser.zero_grad()
        done, spent = 0, 0.0
        for step in range((learn.published or learn.sampler).steps(1)):
            micros = learn.micro_batches(step)
            for micro in micros:
                start = time.perf_counter()
                self.step(learn, [micro])
                self._wait()
                if done < timed:
                    spent += time.perf_counter() - start
                    done += len(micro.rows)
            start = time.perf_counter()
            optimiser.step()
            optimiser.zero_grad()
            self._wait()
            if not as_published:  # to its credit: a few of its texts stand for all
                spent += time.perf_counter() - start
        return spent / done, self.loss(learn)

    def step(self, learn: PairObjective, micros: Sequence[MicroBatch]) -> None:
        for micro in micros:
            with torch.autocast("cuda", torch.bfloat16, enabled=self.device.type == "cuda"):
                loss = learn.loss(micro)
            loss.backward()

    @torch.no_grad()
    def loss(self, learn: PairObjective) -> float:
        groups = pack(range(len(self.pairs)), self.pairs.lengths, 2048)
        with torch.autocast("cuda", torch.bfloat16, enabled=self.device.type == "cuda"):
            total = sum(float(learn.summed_loss(MicroBatch(rows, 1.0))) for rows in groups)
        return total / float((self.pairs.lengths - self.pairs.prompts).sum())

    def listen(self, names: Sequence[str | None]) -> Tensor:
        return self.listenings[[int(str(name)) for name in names]].to(self.device)

    def model(self) -> MuLlamaForConditionalGeneration:
        torch.manual_seed(0)
        with torch.device(self.device):
            model = MuLlamaForConditionalGeneration(self.config)
        if self.device.type == "cuda":
            model.to(torch.bfloat16)
        with torch.no_grad():
            model.shifts.gates.fill_(0.5)
        for name, parameter in model.named_parameters():
            if any(part in name for part in ("lora_", "norm.weight", "bias")):
                parameter.data = parameter.data.float()
        self.parameters = sum(p.numel() for p in model.language_model.model.layers.parameters())
        return model

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def config(size: str) -> MuLlamaConfig:
    """The language model of that size, with biases and low-rank updates, and a MERT-95M."""
    text: dict[str, Any] = {"model_type": "llama", "attention_bias": True, "mlp_bias": True}
    audio = mert_95m()
    return MuLlamaConfig(
        audio_config=audio,
        text_config=text | (SIZES.get(size) or {}),
        adapted_layers=20 if size in ("1B", "7B") else 8,
        lora_rank=16,
    )


def random_pairs(rows: int) -> TokenizedPairs:
    """Texts of MusicQA's lengths, nine for each clip."""
    rng = np.random.default_rng(0)
    prompts = rng.normal(72, 5, rows).round().clip(64, 90).astype(np.int32)
    answers = rng.lognormal(np.log(36), 0.5, rows).round().clip(4, 200).astype(np.int64)
    ends = np.cumsum(prompts + answers)
    tokens = rng.integers(3, 32_000, ends[-1]).astype(np.int32)
    pairs = tuple(Pair("", "", str(row // ROWS_A_CLIP)) for row in range(rows))
    return TokenizedPairs(tokens, ends, prompts, pairs, np.arange(rows), 0, ())


def matrix_rate(device: torch.device) -> float:
    """Operations a second of a large bf16 product on a GPU; 0 on a CPU."""
    if device.type != "cuda":
        return 0.0
    a = torch.randn(8192, 8192, device=device, dtype=torch.bfloat16)
    a @ a
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(10):
        a @ a
    torch.cuda.synchronize()
    return 10 * 2 * 8192**3 / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
