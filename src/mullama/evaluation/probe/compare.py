"""Features of several encoders and labels become a comparison: one trained probe for each encoder.

A long job like any other: an encoder whose probe is logged is not trained again.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool

from mullama.evaluation.probe.features import Features, common
from mullama.evaluation.probe.options import TrainingOptions
from mullama.evaluation.probe.results import FORMAT, ProbeResult
from mullama.evaluation.probe.same_sounds import join_same_sounds
from mullama.evaluation.probe.scores import chance, score
from mullama.evaluation.probe.tags import PARTS, Labels, Part, TaggedClip, TagSet, label
from mullama.evaluation.probe.train import train_probe
from mullama.jobs.digest import stable_digest
from mullama.jobs.log import JsonlLog
from mullama.jobs.run import run
from mullama.jobs.workers import Work, here

LOG = "probes.jsonl"
"""In the comparison's folder."""
FORM = 1
"""Raised whenever the way from features to figures changes, so that old ones are not taken."""


@dataclass(frozen=True)
class Comparison:
    """Several encoders, measured on the same clips."""

    set_name: str
    clips: dict[Part, int]
    """Clips of each part."""
    tracks: int
    """Pieces that the test clips are of."""
    labels: str
    """Digest of the clips, their parts and their tags."""
    tags: dict[str, int]
    """Tag -> test clips that have it."""
    left_out: dict[str, str]
    """Tag -> why it is not measured."""
    repeated: list[str]
    """Clips that are left out as another part has their sound: one line each."""
    chance: dict[str, float]
    """Metric -> what knowing nothing reaches."""
    results: list[ProbeResult]


@dataclass(frozen=True)
class Task:
    """What all probes of a comparison share."""

    clips: tuple[TaggedClip, ...]
    labels: Labels
    options: TrainingOptions

    @property
    def digest(self) -> str:
        """Of the clips by name, their parts and their labels."""
        rows = [
            (clip.name, clip.part, clip.track, row.tolist())
            for clip, row in zip(self.clips, self.labels.present, strict=True)
        ]
        return stable_digest([self.labels.tags, rows])

    def part(self, part: Part) -> list[TaggedClip]:
        """Its clips, in order."""
        return [clip for clip in self.clips if clip.part == part]

    def rows(self, part: Part) -> Bool[np.ndarray, " clips"]:
        """Which clips are of a part."""
        return np.array([clip.part == part for clip in self.clips])

    def key(self, features: Features) -> str:
        """What a probe's figures depend on."""
        sounds = [features.digests[clip.audio] for clip in self.clips]
        known = [FORM, features.cache.key, sounds, self.digest, asdict(self.options)]
        return stable_digest(known)


def compare(
    tag_set: TagSet,
    features: Sequence[Features],
    options: TrainingOptions,
    out: Path,
    *,
    top: int | None = None,
    on_error: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Train and measure a probe on each encoder's features, for the `top` commonest tags.

    `on_error` is told of clips that are left out as another part has their sound.
    Raises UsageError where clips or tags do not suffice, and for a folder that cannot be written.
    """
    clips, repeated = join_same_sounds(common(tag_set.clips, features), features[0].digests)
    for line in repeated:
        on_error(line)
    task = Task(tuple(clips), label(clips, tag_set.tags[:top]), options)
    log = JsonlLog(out / LOG, FORMAT, advice="wait for it")
    wanted = {(one.label, task.key(one)): one for one in features}
    run(
        wanted,
        here(Work.of(lambda key: _measure(task, wanted[key], key[1]))),
        log,
        key=lambda key: key,
        total=len(wanted),
        unit="probe",
    )
    found = {(one.encoder, one.key): one for one in log.records()}
    return _comparison(tag_set.name, task, repeated, [found[key] for key in wanted])


def _measure(task: Task, features: Features, key: str) -> ProbeResult:
    training, validation, test = (
        (features.states(task.part(part)), task.labels.present[task.rows(part)]) for part in PARTS
    )
    trained = train_probe(training, validation, task.options)
    states, present = test
    values = score(
        task.labels.tags,
        present,
        trained.scores(states),
        [clip.track for clip in task.part("test")],
        seed=task.options.seed,
    )
    return ProbeResult(
        encoder=features.label,
        key=key,
        kind=features.kind,
        parameters=features.parameters,
        states=states.shape[1],
        features=states.shape[2],
        values=values,
        mix=trained.mix(),
        epochs=trained.epochs,
        best_epoch=trained.best_epoch,
        validation=trained.validation,
    )


def _comparison(
    name: str, task: Task, repeated: list[str], results: list[ProbeResult]
) -> Comparison:
    present, test = task.labels.present[task.rows("test")], task.part("test")
    return Comparison(
        name,
        {part: len(task.part(part)) for part in PARTS},
        len({clip.track for clip in test}),
        task.digest,
        {tag: int(n) for tag, n in zip(task.labels.tags, present.sum(0), strict=True)},
        task.labels.left_out,
        repeated,
        chance(present),
        results,
    )
