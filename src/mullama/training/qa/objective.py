"""Answers of a data set: tokenized pairs and Listenings become a loss.

The encoder is frozen as a rule and each clip's Listening is cached, so a step reads no audio. As in
Liu et al. 2023 (arXiv 2308.11276) the answer and its end are predicted, given prompt and music.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mullama.errors import UsageError
from mullama.training.parallel import World
from mullama.training.qa.listenings import Names
from mullama.training.qa.sampler import PublishedSampler, Sampler, pack
from mullama.training.qa.tokenized import IGNORED, NO_PAIRS, TokenizedPairs
from mullama.training.recipe import Phase
from mullama.training.schedule import learning_rate

UNKNOWN = 0
"""The token that the published training ignores, because it pads with it."""
ShiftsOf = Callable[[Names], Float[Tensor, "clip layers width"]]
"""Names of clips -> their music, as the language model takes it."""


class MicroBatch(NamedTuple):
    """What goes through the model at once."""

    rows: list[int]
    """Places among the tokenized pairs."""
    share: float
    """The weight of the sum of its token losses in the step's loss."""
    width: int = 0
    """Tokens that it is padded to at least."""
    held_out: bool = False
    """Whether its pairs are those for validation."""


class PairObjective:
    """See objective.Objective."""

    def __init__(
        self,
        model: Any,
        phase: Phase,
        pairs: TokenizedPairs,
        music: ShiftsOf,
        *,
        weights: NDArray[np.float64] | None = None,
        held_out: TokenizedPairs = NO_PAIRS,
        seed: int = 0,
        world: World | None = None,
    ) -> None:
        self.model, self.phase, self.pairs, self.music = model, phase, pairs, music
        self.held_out, self.world = held_out, world if world is not None else World()
        self.lengths, self.weights = pairs.lengths, pairs.weights
        every = np.ones(len(pairs)) if weights is None else weights
        self.sampler = Sampler(self.lengths, every, batch=phase.batch, parts=phase.parts, seed=seed)
        if phase.as_published and (every != 1).any():
            raise UsageError(f"phase {phase.name}: as published, every data set has weight 1")
        self.published: PublishedSampler | None = None
        if phase.as_published:
            rank, ranks = self.world.rank, self.world.size
            self.published = PublishedSampler(
                len(pairs), batch=phase.batch, parts=phase.parts, rank=rank, ranks=ranks
            )
        if not (self.published or self.sampler).steps(phase.parts):
            raise UsageError(
                f"phase {phase.name}: {len(pairs)} pairs are too few for a single step"
            )

    @property
    def steps(self) -> int:
        """See objective.Objective."""
        return self.phase.steps or (self.published or self.sampler).steps(self.phase.epochs)

    def learning_rate(self, step: int) -> float:
        """See objective.Objective."""
        phase = self.phase
        if self.published and phase.epochs:
            at = self.published.position(step)
            return learning_rate(phase.learning_rate, phase.warmup_epochs, phase.epochs, at)
        warmup = float(phase.warmup_steps)
        if phase.epochs:
            warmup = phase.warmup_epochs * self.steps / phase.epochs
        # The first step must move something: it takes the first part of the warm-up, not zero.
        at = step + 1 if step + 1 <= warmup else step
        return learning_rate(phase.learning_rate, warmup, self.steps, at)

    def micro_batches(self, step: int) -> Sequence[MicroBatch]:
        """See objective.Objective."""
        if self.published:
            return self._published_batches(self.published.rows(step))
        chosen = self.sampler.rows(step)
        share = 1 / float(self.weights[chosen].sum())
        size = self.world.size
        groups = pack(chosen.tolist(), self.lengths, self.phase.micro_tokens, size)
        return self._of_rank([MicroBatch(rows, share) for rows in groups])

    def loss(self, micro: MicroBatch) -> Float[Tensor, ""]:
        """See objective.Objective."""
        return self.summed_loss(micro) * micro.share

    def tokens(self, micro: MicroBatch) -> int:
        """See objective.Objective."""
        return int(self.lengths[micro.rows].sum()) if micro.share else 0

    def parts(self, micro: MicroBatch) -> Sequence[MicroBatch]:
        """See objective.Objective."""
        return [micro._replace(rows=[row]) for row in micro.rows]

    def name(self, micro: MicroBatch) -> str:
        """See objective.Objective."""
        pairs = [self._pairs_of(micro).pairs[row] for row in micro.rows]
        return ", ".join(f"{pair.audio or 'text alone'}, {pair.question[:60]!r}" for pair in pairs)

    def validation(self) -> Sequence[MicroBatch]:
        """See objective.Objective."""
        pairs = self.held_out
        if not len(pairs):
            return []
        share = 1 / float(pairs.weights.sum())
        size = self.world.size
        groups = pack(range(len(pairs)), pairs.lengths, self.phase.micro_tokens, size)
        return self._of_rank([MicroBatch(rows, share, held_out=True) for rows in groups])

    def summed_loss(self, micro: MicroBatch) -> Float[Tensor, ""]:
        """The summed loss of a micro-batch's answers, in nats."""
        pairs = self._pairs_of(micro)
        ids, labels, counts = self.collate(pairs, micro)
        shifts = self.music([pairs.pairs[row].audio for row in micro.rows])
        decoder = self.model.get_decoder()
        hidden = decoder(input_ids=ids, shifts=shifts, use_cache=False).last_hidden_state
        # Only answers go through the output projection, the most expensive product of small models.
        answers = labels[:, 1:] != IGNORED
        logits = self.model.get_output_embeddings()(hidden[:, :-1][answers])
        losses = functional.cross_entropy(logits.float(), labels[:, 1:][answers], reduction="none")
        return (losses * counts[:, 1:][answers]).sum()

    def collate(
        self, pairs: TokenizedPairs, micro: MicroBatch
    ) -> tuple[
        Int[Tensor, "text tokens"], Int[Tensor, "text tokens"], Float[Tensor, "text tokens"]
    ]:
        """Token ids, labels and what each counts, padded on the right, which no token before attends to."""
        some = [pairs[row] for row in micro.rows]
        width = max(micro.width, *(len(text.ids) for text in some))
        ids = torch.zeros(len(some), width, dtype=torch.long)
        labels = torch.full((len(some), width), IGNORED)
        counts = torch.zeros(len(some), width)
        for place, text in enumerate(some):
            tokens = torch.from_numpy(text.ids.astype(np.int64))
            ids[place, : len(tokens)] = tokens
            labels[place, text.prompt : len(tokens)] = tokens[text.prompt :]
            counts[place, : len(tokens)] = torch.from_numpy(text.counts)
        if self.phase.as_published:
            labels[labels == UNKNOWN] = IGNORED
        device = self.world.device
        return ids.to(device), labels.to(device), counts.to(device)

    def counted(self, row: int) -> int:
        """How many of a text's tokens have a loss, as published; 1 where none has."""
        text = self.pairs[row]
        return max(1, int((text.ids[text.prompt :] != UNKNOWN).sum()))

    def _published_batches(self, rows: list[int]) -> list[MicroBatch]:
        """One text each; a step's loss is the mean of their means."""
        part = 1 / (len(rows) * self.world.size)
        width = self.phase.max_length
        return [MicroBatch([row], part / self.counted(row), width) for row in rows]

    def _pairs_of(self, micro: MicroBatch) -> TokenizedPairs:
        return self.held_out if micro.held_out else self.pairs

    def _of_rank(self, micros: list[MicroBatch]) -> list[MicroBatch]:
        """This process's share: all take part in every exchange, the idle with a text that weighs nothing."""
        size = self.world.size
        idle = micros[-1]._replace(rows=micros[-1].rows[:1], share=0.0)
        return [*micros, *[idle] * (-len(micros) % size)][self.world.rank :: size]
