"""What the language model makes of plain texts, where no music is given, is to stay as it was.

Norms and low-rank updates act on every text, and answers about music alone would change what it makes of
others. The texts are its own answers, and the loss is the divergence from its own predictions (Hinton et al.
2015, arXiv 1503.02531), which are known before the first step. Does not know the music.
"""

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

from mullama.data.records import Pair
from mullama.training.qa.objective import MicroBatch, PairObjective
from mullama.training.qa.tokenized import tokenize

SHARE = 16
"""To so many pairs of a step comes one text."""
MAX_TOKENS = 160
BATCH = 16


class KeptTexts(NamedTuple):
    """Texts, and what the language model made of them before."""

    tokens: list[Int[Tensor, " _"]]
    hidden: list[Float[Tensor, "_ width"]]
    """Of each token behind the last layer."""


class KeptBatch(NamedTuple):
    """Places of texts that go through the model at once."""

    rows: list[int]
    held_out: bool = False


def kept_texts(model: Any, tokenizer: Any, answers: Sequence[Pair]) -> KeptTexts:
    """Of answers, every other one without its question, as the model sees them now."""
    texts = dict.fromkeys((p.question if n % 2 else "", p.answer) for n, p in enumerate(answers))
    pairs = [Pair(question, answer) for question, answer in texts]
    tokenized = tokenize(pairs, tokenizer, model.config.prompt, MAX_TOKENS)
    tokens = [torch.from_numpy(tokenized[n].ids).long() for n in range(len(tokenized))]
    hidden: list[Tensor] = []
    with torch.no_grad():
        for start in range(0, len(tokens), BATCH):
            some = tokens[start : start + BATCH]
            found = _hidden(model, some)
            hidden += [row[: len(one)].float() for row, one in zip(found, some, strict=True)]
    return KeptTexts(tokens, hidden)


class KeepingObjective:
    """See objective.Objective: that of pairs, and some kept texts with each step."""

    def __init__(self, pairs: PairObjective, kept: KeptTexts, weight: float) -> None:
        self.pairs, self.kept, self.weight = pairs, kept, weight

    @property
    def steps(self) -> int:
        """See objective.Objective."""
        return self.pairs.steps

    def learning_rate(self, step: int) -> float:
        """See objective.Objective."""
        return self.pairs.learning_rate(step)

    def micro_batches(self, step: int) -> Sequence[MicroBatch | KeptBatch]:
        """See objective.Objective."""
        rng, count = random.Random(step), max(1, self.pairs.phase.batch // SHARE)
        rows = rng.sample(range(len(self.kept.tokens)), min(count, len(self.kept.tokens)))
        return [*self.pairs.micro_batches(step), KeptBatch(rows)]

    def loss(self, micro: MicroBatch | KeptBatch) -> Float[Tensor, ""]:
        """See objective.Objective."""
        if isinstance(micro, MicroBatch):
            return self.pairs.loss(micro)
        return self.weight * self.divergence(micro.rows)

    def divergence(self, rows: Sequence[int]) -> Float[Tensor, ""]:
        """Nats a token by which texts are predicted otherwise than before."""
        model, tokens = self.pairs.model, [self.kept.tokens[row] for row in rows]
        head = model.get_output_embeddings()
        found = _hidden(model, tokens)
        now = torch.cat([row[: len(one)] for row, one in zip(found, tokens, strict=True)])
        with torch.no_grad():
            before = torch.cat([self.kept.hidden[row] for row in rows]).to(now.device)
            wanted = head(before).float().log_softmax(1)
        return functional.kl_div(
            head(now).float().log_softmax(1), wanted, reduction="batchmean", log_target=True
        )

    def tokens(self, micro: MicroBatch | KeptBatch) -> int:
        """See objective.Objective."""
        if isinstance(micro, MicroBatch):
            return self.pairs.tokens(micro)
        return sum(len(self.kept.tokens[row]) for row in micro.rows)

    def parts(self, micro: MicroBatch | KeptBatch) -> Sequence[MicroBatch | KeptBatch]:
        """See objective.Objective."""
        if isinstance(micro, MicroBatch):
            return self.pairs.parts(micro)
        return [KeptBatch([row]) for row in micro.rows]

    def name(self, micro: MicroBatch | KeptBatch) -> str:
        """See objective.Objective."""
        if isinstance(micro, MicroBatch):
            return self.pairs.name(micro)
        return f"its own answers {micro.rows}"

    def validation(self) -> Sequence[MicroBatch]:
        """See objective.Objective: what is chosen by is how pairs are answered."""
        return self.pairs.validation()


def _hidden(model: Any, tokens: Sequence[Int[Tensor, " _"]]) -> Float[Tensor, "text token w"]:
    """Behind the last layer, where no music is given."""
    device, shifts = model.device, model.shifts.gates
    ids = torch.nn.utils.rnn.pad_sequence(list(tokens), batch_first=True).to(device)
    width = shifts.shape[1] * model.config.head_dim
    nothing = torch.zeros(
        len(ids), model.config.adapted_layers, width, device=device, dtype=shifts.dtype
    )
    hidden: Tensor = model.get_decoder()(
        input_ids=ids, shifts=nothing, use_cache=False
    ).last_hidden_state
    return hidden
