"""Learning to answer as a data set does: lessons and what is heard become a loss.

The encoder is frozen as a rule and each clip was heard once; so a step reads no audio. Liu et al.
2023 (arXiv 2308.11276) teach the answer and its end, given prompt and music.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mullama.errors import UsageError
from mullama.training.parallel import World
from mullama.training.qa.sampler import PublishedSampler, Sampler, pack
from mullama.training.qa.tokenized import IGNORED, TokenizedPairs
from mullama.training.recipe import Phase
from mullama.training.schedule import learning_rate

Hear = Callable[[Sequence[str | None]], Tensor]
"""Names of clips (None: silence) -> Listenings (clip, states, features)."""
UNKNOWN = 0
"""The token that the published training does not learn, because it pads with it."""


class Micro(NamedTuple):
    """What goes through the model at once."""

    rows: list[int]
    """Lessons."""
    share: float
    """The weight of the sum of its token losses in the step's loss."""
    width: int = 0
    """Tokens that it is padded to at least."""
    kept: bool = False
    """Whether the lessons are those that are kept apart."""


class LearnPairs:
    """See learning.Objective."""

    def __init__(
        self,
        model: Any,
        phase: Phase,
        pairs: TokenizedPairs,
        hear: Hear,
        *,
        weights: np.ndarray | None = None,
        validation: TokenizedPairs | None = None,
        seed: int = 0,
        world: World | None = None,
    ) -> None:
        self.model, self.phase, self.pairs, self.hear = model, phase, pairs, hear
        self.kept, self.world = validation, world if world is not None else World()
        self.lengths = pairs.lengths
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
        """See learning.Objective."""
        return self.phase.steps or (self.published or self.sampler).steps(self.phase.epochs)

    def learning_rate(self, step: int) -> float:
        """See learning.Objective."""
        phase = self.phase
        if self.published and phase.epochs:
            at = self.published.position(step)
            return learning_rate(phase.learning_rate, phase.warmup_epochs, phase.epochs, at)
        warmup = float(phase.warmup_steps)
        if phase.epochs:
            warmup = phase.warmup_epochs * self.steps / phase.epochs
        # The first step must move something: it takes the first part of the rise, not zero.
        at = step + 1 if step + 1 <= warmup else step
        return learning_rate(phase.learning_rate, warmup, self.steps, at)

    def micro_batches(self, step: int) -> Sequence[Micro]:
        """See learning.Objective."""
        if self.published:
            rows = self.published.rows(step)
            part = 1 / (len(rows) * self.world.size)
            learnt = [max(1, len(self._learnt(row))) for row in rows]
            return [
                Micro([row], part / count, self.phase.max_length)
                for row, count in zip(rows, learnt, strict=True)
            ]
        chosen = self.sampler.rows(step)
        share = 1 / float((self.lengths[chosen] - self.pairs.prompts[chosen]).sum())
        size = self.world.size
        groups = pack(chosen.tolist(), self.lengths, self.phase.micro_tokens, size)
        return self._shared([Micro(rows, share) for rows in groups])

    def loss(self, micro: Micro) -> Tensor:
        """See learning.Objective."""
        return self.summed(micro) * micro.share

    def tokens(self, micro: Micro) -> int:
        """See learning.Objective."""
        return int(self.lengths[micro.rows].sum()) if micro.share else 0

    def parts(self, micro: Micro) -> Sequence[Micro]:
        """See learning.Objective."""
        return [micro._replace(rows=[row]) for row in micro.rows]

    def name(self, micro: Micro) -> str:
        """See learning.Objective."""
        pairs = [self._pairs_of(micro).pairs[row] for row in micro.rows]
        return ", ".join(f"{pair.audio or 'text alone'}, {pair.question[:60]!r}" for pair in pairs)

    def validation(self) -> Sequence[Micro]:
        """See learning.Objective."""
        kept = self.kept
        if kept is None or not len(kept):
            return []
        share = 1 / float((kept.lengths - kept.prompts).sum())
        size = self.world.size
        groups = pack(range(len(kept)), kept.lengths, self.phase.micro_tokens, size)
        return self._shared([Micro(rows, share, kept=True) for rows in groups])

    def summed(self, micro: Micro) -> Tensor:
        """The summed loss of a micro-batch's answers, in nats."""
        pairs = self._pairs_of(micro)
        ids, labels = self._padded(pairs, micro)
        heard = self.hear([pairs.pairs[row].audio for row in micro.rows])
        shifts = self.model.adapt(heard.to(self.world.device))
        decoder = self.model.get_decoder()
        hidden = decoder(input_ids=ids, shifts=shifts, use_cache=False).last_hidden_state
        # Only answers go through the output projection, which is the dearest product of small models.
        learnt = labels[:, 1:] != IGNORED
        logits = self.model.get_output_embeddings()(hidden[:, :-1][learnt])
        return functional.cross_entropy(logits.float(), labels[:, 1:][learnt], reduction="sum")

    def _pairs_of(self, micro: Micro) -> TokenizedPairs:
        if not micro.kept:
            return self.pairs
        assert self.kept is not None
        return self.kept

    def _shared(self, micros: list[Micro]) -> list[Micro]:
        """This process's share: all take part in every exchange, the idle learn nothing from a text."""
        size = self.world.size
        idle = micros[-1]._replace(rows=micros[-1].rows[:1], share=0.0)
        return [*micros, *[idle] * (-len(micros) % size)][self.world.rank :: size]

    def _learnt(self, row: int) -> np.ndarray:
        """The tokens of a text that count, as published."""
        text = self.pairs[row]
        answer = text.ids[text.prompt :]
        return answer[answer != UNKNOWN]

    def _padded(self, pairs: TokenizedPairs, micro: Micro) -> tuple[Tensor, Tensor]:
        """Token ids and labels (text, tokens), padded on the right, where nobody looks back at it."""
        some = [pairs[row] for row in micro.rows]
        width = max(micro.width, *(len(text.ids) for text in some))
        ids = torch.zeros(len(some), width, dtype=torch.long)
        labels = torch.full((len(some), width), IGNORED)
        for place, text in enumerate(some):
            tokens = torch.from_numpy(text.ids.astype(np.int64))
            ids[place, : len(tokens)] = tokens
            labels[place, text.prompt : len(tokens)] = tokens[text.prompt :]
        if self.phase.as_published:
            labels[labels == UNKNOWN] = IGNORED
        return ids.to(self.world.device), labels.to(self.world.device)
