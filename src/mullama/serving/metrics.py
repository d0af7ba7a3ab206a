"""What a server does, in figures that Prometheus reads."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mullama.engine import EngineState
from mullama.serving.pace import Pace
from mullama.serving.sound_store import SoundStore

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 600)
"""Upper ends of the buckets of times."""
GAUGES = {
    "waiting": "Questions that wait for their song or a place in the batch",
    "hearing": "Songs being listened to",
    "running": "Answers being decoded at a time",
    "songs": "Songs in the cache",
    "song_bytes": "Memory of the songs in the cache",
}
TOTALS = {
    "hits": "Questions whose song was known",
    "misses": "Questions whose song had to be listened to",
    "tokens": "Tokens made",
    "seconds_heard": "Seconds of music listened to",
}
"""Fields of `EngineState`."""


class Metrics:
    """Counts what clients see; the rest is asked of the engine when Prometheus asks."""

    def __init__(
        self, pace: Pace, store: SoundStore, state: Callable[[], EngineState | None]
    ) -> None:
        """`state` is None as long as there is no engine."""
        self._registry = CollectorRegistry()
        self._registry.register(_StateCollector(pace, store, state))
        self.requests = Counter(
            "mullama_requests", "Requests by route and status", ["route", "status"],
            registry=self._registry,
        )  # fmt: skip
        self.answers = Counter(
            "mullama_answers", "Answers by how they ended", ["outcome"], registry=self._registry
        )
        self.first_token = Histogram(
            "mullama_first_token_seconds", "From a question to its answer's first words",
            registry=self._registry, buckets=SECONDS,
        )  # fmt: skip
        self.answer = Histogram(
            "mullama_answer_seconds", "From a question to its answer's end",
            registry=self._registry, buckets=SECONDS,
        )  # fmt: skip

    def text(self) -> bytes:
        """All figures, in Prometheus' text format."""
        return generate_latest(self._registry)


class _StateCollector(Collector):
    """Reads how things stand at the moment of being asked."""

    def __init__(
        self, pace: Pace, store: SoundStore, state: Callable[[], EngineState | None]
    ) -> None:
        self._pace, self._store, self._state = pace, store, state

    def collect(self) -> Iterator[Metric]:
        yield _gauge("requests_running", "Requests that have not ended", self._pace.running)
        yield _gauge("sounds_bytes", "Disk of the sounds that are kept", self._store.nbytes)
        if (state := self._state()) is not None:
            yield from _engine_metrics(state)


def _engine_metrics(state: EngineState) -> Iterator[Metric]:
    for name, meaning in GAUGES.items():
        yield _gauge(name, meaning, getattr(state, name))
    for name, meaning in TOTALS.items():
        yield CounterMetricFamily(f"mullama_{name}", meaning, value=getattr(state, name))
    outcomes = CounterMetricFamily(
        "mullama_engine_outcomes", "Questions by how they ended in the engine", labels=["outcome"]
    )
    for outcome, count in state.outcomes.items():
        outcomes.add_metric([outcome], count)
    yield outcomes


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"mullama_{name}", meaning, value=value)
