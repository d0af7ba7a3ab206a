"""Every benchmark in one command, and docs/benchmarks.md from what they kept.

python benchmarks/run.py              # measure, then write the page
python benchmarks/run.py --page       # only write the page from benchmarks/results
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from machine import REPOSITORY, RESULTS

from training import EFFECTIVE_BATCH

SCRIPTS = (
    ["listening.py"],
    ["decoding.py"],
    ["decoding.py", "--size", "1B", "--tokens", "16", "--repeats", "3"],
    ["fewer_bits.py"],
    ["rolling.py"],
    ["cold.py"],
    ["training.py"],
    ["training.py", "--seconds", "10"],
    ["musicqa.py", "--rows", "1000", "10000", "100000"],
)
PAGE = REPOSITORY / "docs" / "benchmarks.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", action="store_true", help="measure nothing")
    if not parser.parse_args().page:
        for script in SCRIPTS:
            command = [sys.executable, str(Path(__file__).parent / script[0]), *script[1:]]
            subprocess.run(command, check=True)
    head = (REPOSITORY / "docs" / "benchmarks.head.md").read_text()
    sections = [*listening(), *decoding("61M"), *decoding("1B"), *fewer_bits()]
    sections += [*rolling(), *cold()]
    sections += [*training(), *musicqa()]
    PAGE.write_text(head + "\n".join(sections))


def kept(name: str) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text())
    return figures


def listening() -> list[str]:
    figures = kept("listening")
    rows = figures["rows"]
    return [
        f"## Listening to {figures['clip_seconds']:g} s with an encoder of MERT-95M's size",
        "",
        "| | seconds | share of the matrix rate |",
        "|---|---|---|",
        *(
            f"| {label} | {rows[name]['seconds']:.2f} | {rows[name]['share_of_matrix_rate']:.0%} |"
            for name, label in (
                ("plain", "plain: eager attention, every state kept"),
                ("ours", "ours"),
            )
        ),
        "",
        f"Ratio {figures['ratio']:.2f}; largest relative difference "
        f"{figures['largest_relative_difference']:.0e}. {where(figures)}",
        "",
    ]


def decoding(size: str) -> list[str]:
    figures = kept(f"decoding-{size}")
    rows = figures["rows"]
    base = rows["generate float32 eager"]["tokens_per_second"]
    table = []
    for name, row in rows.items():
        share = f"{row['share_of_bandwidth']:.0%}" if "share_of_bandwidth" in row else ""
        rate, first = row["tokens_per_second"], row["first_token_seconds"]
        table.append(f"| {name} | {first:.3f} | {rate:.1f} | {rate / base:.1f} | {share} |")
    return [
        f"## Decoding one stream, LLaMA of {size}",
        "",
        "| | first token (s) | tokens/s | ratio | share of the read bandwidth |",
        "|---|---|---|---|---|",
        *table,
        "",
        where(figures),
        "",
    ]


def fewer_bits() -> list[str]:
    figures = kept("fewer-bits")
    kinds, banks = list(figures["rows"]), ("seen", "unseen")
    names = list(figures["rows"][kinds[0]]["seen"])
    columns = [figures["rows"][kind][bank] for bank in banks for kind in kinds]
    return [
        f"## Fewer bits: the small model's figures on {figures['clips']} held-out clips of each bank",
        "",
        "| percent | " + " | ".join(f"{bank}, {kind}" for bank in banks for kind in kinds) + " |",
        "|---" * (1 + len(columns)) + "|",
        *(
            f"| {name} | " + " | ".join(f"{column[name]:.1f}" for column in columns) + " |"
            for name in names
        ),
        "",
        f"Allowed: {figures['allowed_loss']:g} point of the average. {where(figures)}",
        "",
    ]


def rolling() -> list[str]:
    figures = kept("rolling")
    goal, kinds = figures["goal"], figures["waiting"]
    table = [
        f"| {mixed['waiting']} | {mixed['ratio']:.1f} | {alike['ratio']:.1f} |"
        for mixed, alike in zip(kinds["mixed"], kinds["long"], strict=True)
    ]
    ways = []
    for way, row in figures["arriving"].items():
        ways.append(f"| {way} | " + " | ".join(f"{figure:.3f}" for figure in row.values()) + " |")
    return [
        "## Rolling batches, with the small model",
        "",
        "| questions waiting | short and long answers: times one at a time | long answers alone |",
        "|---|---|---|",
        *table,
        "",
        f"Goal: {goal['ratio']:g} times at {goal['waiting']}. Questions that come by chance, at "
        f"{figures['load']:.0%} of what static batches can do, in seconds:",
        "",
        "| batches | first token, median | p95 | end, median | p95 |",
        "|---|---|---|---|---|",
        *ways,
        "",
        where(figures),
        "",
    ]


def cold() -> list[str]:
    figures = kept("cold")
    rows = [f"| {name} | {figure:.2f} |" for name, figure in figures["rows"].items()]
    title = "## `mullama ask` from a cold start, with the small model"
    return [title, "", "| | |", "|---|---|", *rows, "", where(figures), ""]


def training() -> list[str]:
    rows = []
    for clip_seconds in (30, 10):
        figures = kept(f"training-61M-{clip_seconds}s")
        plain, ours = (figures[way]["epoch_seconds"] for way in ("plain", "ours"))
        losses = figures["losses"]
        rows.append(
            f"| {clip_seconds} s | {plain:.0f} | {ours:.1f} | {figures['ratio']:.0f} "
            f"| {figures['goal']} | {losses['plain']:.3f} | {losses['ours']:.3f} |"
        )
    return [
        f"## Training: an epoch of {figures['rows']} pairs, LLaMA of 61M, encoder of MERT-95M's size",
        "",
        "| clips | published way (s) | ours (s) | ratio | goal | its loss after | our loss after |",
        "|---|---|---|---|---|---|---|",
        *rows,
        "",
        "Published way: the encoder in every step, one text at a time, padded to 512 tokens (a few "
        "pairs are timed and stand for all). Ours: after the first epoch, when every clip has been "
        f"heard. Equal effective batches of {EFFECTIVE_BATCH}; the loss over all pairs was "
        f"{losses['before']:.3f} before. {where(figures)}",
        "",
    ]


def musicqa() -> list[str]:
    figures = kept("musicqa")
    endpoint, local, books = (figures[part] for part in ("endpoint", "local", "bookkeeping"))
    rows = [
        f"| endpoint, {row['in_flight']} in flight | {row['clips_per_second']:.1f} clips/s |"
        for row in endpoint["rows"]
    ]
    rows += [
        f"| tiny local model, batch {row['batch_size']} | {row['clips_per_second']:.1f} clips/s |"
        for row in local["rows"]
    ]
    rows += [
        f"| templates, {row['rows']:,} rows | {row['write_ms_per_row']:.2f} ms and "
        f"{row['kilobytes_per_row']:.2f} kB a row |"
        for row in books["rows"]
    ]
    return [
        f"## Writing pairs; the endpoint takes {endpoint['latency_seconds']:g} s for a reply",
        "",
        "| | |",
        "|---|---|",
        *rows,
        "",
        f"{endpoint['ratio']:.0f} times as fast with many in flight, {local['ratio']:.1f} times in batches. "
        + where(figures),
        "",
    ]


def where(figures: dict[str, Any]) -> str:
    """The machine and the code that a table was measured on."""
    m = figures["machine"]
    return (
        f"{m['processor']}, {m['capability']}, {m['threads']} threads; reads "
        f"{m['read_gb_per_second']} GB/s, multiplies {m['float32_gflop_per_second']} GFLOP/s in float32; "
        f"torch {m['torch']}, transformers {m['transformers']}, commit {m['commit']}."
    )


if __name__ == "__main__":
    main()
