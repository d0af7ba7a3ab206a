"""A built data set -> its data card: README.md with statistics counted from the set, and a histogram.

The card opens with the lines by which Hugging Face's `datasets` finds the parts. Does not change
the set.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from mullama.jobs.atomic import atomic_file, write_text
from mullama.musicqa.build.stats import PartStats, count, quantile

HISTOGRAM = "answer_lengths.png"


def write_card(out: Path, hint: Callable[[str], None]) -> int:
    """Write README.md and the histogram of a finished set; how many pairs it has.

    Without matplotlib there is no histogram, and `hint` is told so.
    """
    stats = count(out)
    drawn = _draw(out / HISTOGRAM, stats, hint)
    write_text(out / "README.md", "\n".join(_card(stats, drawn=drawn)) + "\n")
    return sum(part.pairs for part in stats.values())


def _card(stats: dict[str, PartStats], *, drawn: bool) -> list[str]:
    topics = sum((part.topics for part in stats.values()), Counter[str]())
    return [
        *_front_matter(stats),
        "# MusicQA",
        "",
        "Questions and answers about music, built by `mullama musicqa build`. All figures on this"
        " page are counted from the files beside it.",
        "",
        *_table(
            ("part", "clips", "pairs", "words an answer: median", "90 %"),
            [_text_row(name, part) for name, part in stats.items()],
        ),
        *_table(
            ("part", "hours", "seconds a clip", "median", "damaged", "without audio", "left out"),
            [_audio_row(name, part) for name, part in stats.items()],
        ),
        *_shares("Where the pairs come from", stats, "sources"),
        *_shares("Who wrote them", stats, "writers"),
        *_shares("Licence of the texts, as their publishers state it", stats, "licences"),
        "## What is asked",
        "",
        *_table(("questions", "pairs"), [(name, f"{n:,}") for name, n in topics.most_common()]),
        *([f"![Words an answer]({HISTOGRAM})", ""] if drawn else []),
        *_left_out(stats),
        "## Files",
        "",
        "`*.jsonl`: one pair a line, with its clip's file, collection, id there, writer, licence"
        " and the file's sha256. `*MusicQA.json`: the same pairs in the published layout."
        " `clips.jsonl`: every clip that was met, with its number or why it has none.",
    ]


def _front_matter(stats: dict[str, PartStats]) -> list[str]:
    files = [
        line
        for name in stats
        for line in (f"  - split: {name}", f"    path: {name}.jsonl")
        if stats[name].pairs
    ]
    return [
        "---",
        "task_categories: [audio-text-to-text]",
        "tags: [music, question-answering]",
        "configs:",
        "- config_name: default",
        "  data_files:",
        *files,
        "---",
    ]


def _text_row(name: str, part: PartStats) -> tuple[str, ...]:
    median, high = (quantile(part.words, share) for share in (0.5, 0.9))
    return name, f"{part.clips:,}", f"{part.pairs:,}", str(median), str(high)


def _audio_row(name: str, part: PartStats) -> tuple[str, ...]:
    between = f"{min(part.lengths)} to {max(part.lengths)}" if part.lengths else "-"
    counts = (part.damaged, part.without_audio, part.failed.total())
    median = str(quantile(part.lengths, 0.5)) if part.lengths else "-"
    return name, f"{part.seconds / 3600:.2f}", between, median, *(f"{n:,}" for n in counts)


def _shares(title: str, stats: dict[str, PartStats], what: str) -> list[str]:
    counted = [(name, getattr(part, what)) for name, part in stats.items()]
    rows = [(name, key, f"{n:,}") for name, counts in counted for key, n in counts.most_common()]
    return [f"## {title}", "", *_table(("part", "which", "pairs"), rows)]


def _left_out(stats: dict[str, PartStats]) -> list[str]:
    rows = [
        (name, why, f"{n:,}")
        for name, part in stats.items()
        for why, n in part.failed.most_common(10)
    ]
    return ["## What is not in it", "", *_table(("part", "why", "clips"), rows)] if rows else []


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [*(f"| {' | '.join(line)} |" for line in lines), ""]


def _draw(path: Path, stats: dict[str, PartStats], hint: Callable[[str], None]) -> bool:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        hint("no histogram on the data card without matplotlib: pip install 'mullama[musicqa]'")
        return False
    figure = Figure(figsize=(7, 3.5), layout="constrained")
    axes = figure.add_subplot()
    for name, part in stats.items():
        if part.words:
            bins = range(0, max(part.words) + 6, 5)
            values, weights = list(part.words), list(part.words.values())
            axes.hist(values, bins=bins, weights=weights, histtype="step", label=name)
    axes.set_xlabel("words an answer")
    axes.set_ylabel("answers")
    if any(part.words for part in stats.values()):
        axes.legend()
    with atomic_file(path) as part_path:
        figure.savefig(part_path, format="png", dpi=120, metadata={"Software": None})
    return True
