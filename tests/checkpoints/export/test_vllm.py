"""vLLM, in an environment of its own, answers with our export and our songs as we do, mixed in one batch.

What the environment is, and when these tests are skipped: tests/vllm_server.py.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import PreTrainedTokenizerFast

from mullama.checkpoints.export.export import export
from mullama.checkpoints.export.export_options import ExportOptions
from mullama.checkpoints.export.song_adapter import NO_SONG, adapter_maker
from mullama.checkpoints.export.song_folder import write_adapter
from mullama.open_model import load
from mullama.processor import MuLlamaProcessor
from tiny import tiny_config, tiny_model
from vllm_server import NEEDED, PYTHON, environment

NEW_TOKENS = 24
PROGRAM = """
import gc, json, sys
from vllm import LLM, SamplingParams
from vllm.distributed import cleanup_dist_env_and_memory
from vllm.lora.request import LoRARequest

def answers(job):
    llm = LLM(model=job["base"], enable_lora=True, max_lora_rank=8, max_loras=4, dtype="float32",
              enforce_eager=True, max_model_len=256, max_num_seqs=16, enable_prefix_caching=True)
    numbers = {name: n for n, name in enumerate(sorted(set(job["songs"])), 1)}
    songs = [LoRARequest(s, numbers[s], f"{job['adapters']}/{s}") for s in job["songs"]]
    prompts = [{"prompt_token_ids": ids} for ids in job["prompts"]]
    sampling = SamplingParams(temperature=0, max_tokens=job["tokens"], ignore_eos=True, detokenize=False)
    found = []
    for _ in range(2):  # the second time from the prefix cache
        outputs = llm.generate(prompts, sampling, lora_request=songs, use_tqdm=False)
        found.append([list(output.outputs[0].token_ids) for output in outputs])
    return found

if __name__ == "__main__":
    found = []
    for job in json.loads(open(sys.argv[1]).read()):
        found.append(answers(job))
        gc.collect()
        cleanup_dist_env_and_memory()
    open(sys.argv[2], "w").write(json.dumps(found))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not PYTHON.is_file(), reason=NEEDED),
]
TEXT = {**tiny_config().text_config.to_dict(), "hidden_size": 128, "head_dim": 32}
KINDS: dict[str, dict[str, Any]] = {
    "grouped queries, biases, LoRA": {},
    "no biases, tied": {"attention_bias": False, "mlp_bias": False, "tie_word_embeddings": True,
                        "num_key_value_heads": 4},
}  # fmt: skip


def test_songs_in_one_batch(tokenizer: PreTrainedTokenizerFast, tmp_path: Path) -> None:
    """Of every kind of model; one after the other in one process of vLLM, which begins slowly."""
    jobs, expected = [], []
    for number, changed in enumerate(KINDS.values()):
        job, answers = job_of(changed, tokenizer, tmp_path / str(number))
        jobs.append(job)
        expected.append(answers)
    for kind, answers, passes in zip(KINDS, expected, ask_vllm(jobs, tmp_path), strict=True):
        assert len(passes) == 2
        for found in passes:
            assert found == answers, kind


def job_of(
    changed: dict[str, Any], tokenizer: PreTrainedTokenizerFast, folder: Path
) -> tuple[dict[str, Any], list[list[int]]]:
    """What vLLM is to be asked of a tiny model, and what the model itself answers."""
    model = tiny_model(text_config={**TEXT, **changed})
    model.save_pretrained(folder / "ours")
    MuLlamaProcessor.of(model.config, tokenizer).save_pretrained(folder / "ours")
    export(folder / "ours", ExportOptions(target="vllm", out=folder / "base"))
    mu = load(folder / "ours", device="cpu", decoder="stock")
    maker = adapter_maker(mu.model)
    shifts = {
        name: 0.3 * torch.randn(3, 128, generator=torch.Generator().manual_seed(seed))
        for seed, name in enumerate(("one", "other"))
    } | {NO_SONG: torch.zeros(3, 128)}
    for name, song in shifts.items():
        write_adapter(folder / "songs" / name, maker.make(song))
    prompts = [[5, 9, 33, 70], list(range(10, 60)), [7]]
    asked = [(name, prompt) for prompt in prompts for name in ("one", NO_SONG, "other", "one")]
    job = {
        "base": str(folder / "base"), "adapters": str(folder / "songs"), "tokens": NEW_TOKENS,
        "songs": [name for name, _ in asked], "prompts": [prompt for _, prompt in asked],
    }  # fmt: skip
    expected = []
    for name, prompt in asked:
        tokens = mu.model.generate(
            torch.tensor([prompt]), shifts=shifts[name][None], do_sample=False,
            max_new_tokens=NEW_TOKENS, min_new_tokens=NEW_TOKENS, eos_token_id=None,
        )  # fmt: skip
        expected.append(tokens[0, len(prompt) :].tolist())
    assert len({tuple(row) for row in expected}) == 9
    return job, expected


def ask_vllm(jobs: list[dict[str, Any]], here: Path) -> list[list[list[list[int]]]]:
    """What vLLM answers to each job, twice."""
    (here / "program.py").write_text(PROGRAM)
    (here / "jobs.json").write_text(json.dumps(jobs))
    done = subprocess.run(
        [PYTHON, here / "program.py", here / "jobs.json", here / "found.json"],
        cwd=here, env=environment() | {"VLLM_ENABLE_V1_MULTIPROCESSING": "0"},
        capture_output=True, text=True, timeout=800, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: list[list[list[list[int]]]] = json.loads((here / "found.json").read_text())
    return found
