"""`mullama serve` as a process of its own on a free loopback port, watched from outside."""

import math
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

SERVING = re.compile(r"^mullama: serving at (\S+)$", re.MULTILINE)
STARTING_SECONDS = 60.0
PATIENCE_SECONDS = 20.0


class Served:
    """A server that runs, or ran."""

    def __init__(self, running: "subprocess.Popen[bytes]", log: Path) -> None:
        self.running, self._log = running, log
        begun = time.perf_counter()
        self.url = self._address(begun + STARTING_SECONDS)
        self.starting_seconds = time.perf_counter() - begun

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return httpx.URL(self.url).port or 80

    @property
    def memory_mb(self) -> float:
        """Resident memory; Linux alone tells it."""
        status = Path(f"/proc/{self.running.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0

    @property
    def said(self) -> str:
        """What it wrote to the terminal."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def metrics(self) -> dict[str, float]:
        """The figures of /metrics that have no labels, without their `mullama_`."""
        text = httpx.get(self.url.removesuffix("/v1") + "/metrics", timeout=30).text
        return {
            sample.name.removeprefix("mullama_"): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if not sample.labels
        }

    def seconds_until_idle(self, patience: float = PATIENCE_SECONDS) -> float:
        """Seconds until no answer, listening or stored sound is left; infinity where that did not come."""
        begun = time.perf_counter()
        while time.perf_counter() < begun + patience:
            now = self.metrics()
            if not any(now[name] for name in ("running", "waiting", "hearing", "sounds_bytes")):
                return time.perf_counter() - begun
            time.sleep(0.02)
        return math.inf

    def _address(self, deadline: float) -> str:
        while time.perf_counter() < deadline:
            if found := SERVING.search(self.said):
                return found[1]
            if self.running.poll() is not None:
                break
            time.sleep(0.01)
        raise SystemExit(f"mullama serve did not start:\n{self.said}")


@contextmanager
def serving(*flags: str, port: int = 0) -> Iterator[Served]:
    """`mullama serve` with these flags; killed at the end, if it still runs then."""
    command = [sys.executable, "-m", "mullama", "serve", "--port", str(port), *flags]
    with tempfile.TemporaryDirectory(prefix="mullama-load-") as folder:
        log = Path(folder) / "said"
        environment = {**os.environ, "TMPDIR": folder}
        with log.open("wb") as said, subprocess.Popen(
            command, stderr=said, stdout=said, env=environment
        ) as running:  # fmt: skip
            try:
                yield Served(running, log)
            finally:
                running.kill()


class Memory:
    """Samples a server's memory in a thread while the `with` statement lasts."""

    def __init__(self, served: Served, every: float = 0.1) -> None:
        self._served, self._every = served, every
        self.before = served.memory_mb
        self.samples = [self.before]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    @property
    def growth_mb(self) -> float:
        """The highest above the first."""
        return max(self.samples) - self.before

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(self._every):
            self.samples.append(self._served.memory_mb)
