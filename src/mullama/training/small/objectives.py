"""What each kind of the small model's phases learns: a step's number becomes a loss.

They draw their own batches. The encoder reads spectra while it trains itself; after that its
Listenings are computed once and cached.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Generator, Tensor
from torch.nn import functional

from mullama.answer.prompt import fill, follow
from mullama.studio.spectra_set import SpectraSet
from mullama.studio.truth import Truth
from mullama.training.objective import StepObjective
from mullama.training.qa.tokenized import IGNORED, inside_spans
from mullama.training.recipe import Phase
from mullama.training.small.attributes import targets
from mullama.training.small.augment import augment, overlay
from mullama.training.small.batches import (
    POOL,
    TextBatch,
    TextRow,
    draw_clips,
    pad,
    place_in_pool,
)
from mullama.training.small.build_model import SmallTrainableModel, with_noise
from mullama.training.small.emphasis import facts_said
from mullama.training.small.features import FeatureSet
from mullama.training.small.texts import Asked, Interviewer
from mullama.training.small.tokens import EOS, PAD

Carried = Callable[[Int[Tensor, " text"]], Float[Tensor, "text hidden"]]
"""Places of clips -> what carries their music, or what stands for it."""
PAIRS_A_CLIP = 4
"""Questions that are put to a clip when it is its turn."""


class AttributeObjective(StepObjective):
    """The encoder and its probes learn the facts of augmented clips."""

    def __init__(
        self, trainable: SmallTrainableModel, phase: Phase, music: SpectraSet, seed: int
    ) -> None:
        self.trainable, self.phase, self.music, self.seed = trainable, phase, music, seed
        self.targets = targets(music.truths)

    def loss(self, micro: int) -> Float[Tensor, ""]:
        """See objective.Objective."""
        clips = draw_clips(micro, self.phase.batch, len(self.music), self.seed)
        random = Generator().manual_seed(self.seed * 1_000_003 + micro)
        spectra, change = augment(self.music.spectra(clips), random, moved=self.phase.moved)
        facts = self.targets[clips].changed(change)
        spectra, mixed = overlay(spectra, self.phase.overlaid, random)
        facts = facts.together(facts[torch.arange(len(clips)).roll(-1)], mixed)
        feature = self.trainable.model.bridge.feature(self.trainable.model.encoder.attend(spectra))
        return self.trainable.probes.loss(feature, facts)


class AnswerObjective(StepObjective):
    """The language model learns to answer, from the facts themselves or from Listenings."""

    def __init__(
        self,
        trainable: SmallTrainableModel,
        phase: Phase,
        truths: Sequence[Truth],
        tokenizer: Any,
        seed: int,
        carried: Carried,
    ) -> None:
        self.trainable, self.phase, self.truths, self.seed = trainable, phase, truths, seed
        self.tokenizer, self.carried = tokenizer, carried
        self.interviewer = Interviewer(truths, seed)
        self._pool: tuple[int, list[list[TextRow]]] = (-1, [])

    def loss(self, micro: int) -> Float[Tensor, ""]:
        """See objective.Objective."""
        batch = self.batch(micro)
        model = self.trainable.model
        shifts = model.spread(with_noise(self.carried(batch.clips), self.phase.noise))
        logits = model(input_ids=batch.input_ids, shifts=shifts).logits
        losses = functional.cross_entropy(
            logits[:, :-1].flatten(0, 1),
            batch.labels[:, 1:].flatten(),
            ignore_index=IGNORED,
            reduction="none",
        )
        counts = batch.counts[:, 1:].flatten()
        return (losses * counts).sum() / counts.sum()

    def batch(self, step: int) -> TextBatch:
        """The texts of a step."""
        pool, place = place_in_pool(step, self.seed)
        if self._pool[0] != pool:
            self._pool = (pool, self._draw(pool))
        return pad(self._pool[1][place], self.tokenizer.token_to_id(PAD))

    def _draw(self, pool: int) -> list[list[TextRow]]:
        """Questions for POOL batches, sorted by length."""
        size = self.phase.batch
        clips = draw_clips(pool, POOL * size // PAIRS_A_CLIP, len(self.truths), self.seed)
        rng = random.Random(self.seed * 1_000_003 + pool)
        asked = [
            row
            for clip in clips.tolist()
            for row in self.interviewer.about(clip, PAIRS_A_CLIP, rng)
        ]
        rows = self._tokens(asked)
        rows.sort(key=lambda row: len(row.prompt) + len(row.answer))
        return [rows[start : start + size] for start in range(0, POOL * size, size)]

    def _tokens(self, asked: list[Asked]) -> list[TextRow]:
        template = self.trainable.model.config.prompt
        prompts = self.tokenizer.encode_batch([fill(template, row.question) for row in asked])
        answers = self.tokenizer.encode_batch(
            [follow(template, row.answer) for row in asked], add_special_tokens=False
        )
        end = self.tokenizer.token_to_id(EOS)
        return [
            TextRow(row.clip, prompt.ids, [*answer.ids, end], [*self._counts(row, answer), 1.0])
            for row, prompt, answer in zip(asked, prompts, answers, strict=True)
        ]

    def _counts(self, row: Asked, answer: Any) -> list[float]:
        """How much each token of an answer counts: more, where it says a fact."""
        if self.phase.emphasis == 1:
            return [1.0] * len(answer.ids)
        before = len(follow(self.trainable.model.config.prompt, row.answer)) - len(row.answer)
        spans = np.array(facts_said(row.answer)).reshape(-1, 2) + before
        said = inside_spans(np.array(answer.offsets), spans)
        return np.where(said, self.phase.emphasis, 1.0).tolist()


class AlignObjective(StepObjective):
    """The bridge learns to give, from a Listening, what stood for the facts before."""

    def __init__(
        self, trainable: SmallTrainableModel, phase: Phase, features: FeatureSet, seed: int
    ) -> None:
        self.trainable, self.phase, self.seed = trainable, phase, seed
        self.listenings = features.listenings
        self.facts = features.facts(probable=phase.probable, sharpened=phase.sharpened)

    def loss(self, micro: int) -> Float[Tensor, ""]:
        """See objective.Objective."""
        clips = draw_clips(micro, self.phase.batch, len(self.facts), self.seed)
        with torch.no_grad():
            wanted = self.trainable.facts(self.facts[clips])
        given = self.trainable.model.bridge(self.listenings[clips].float())
        return functional.mse_loss(given, wanted)
