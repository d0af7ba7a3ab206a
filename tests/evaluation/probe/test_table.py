"""The tables: figures, quotations, and what is needed to repeat them."""

import json
from dataclasses import replace
from pathlib import Path

from mullama.evaluation.metrics.intervals import Interval
from mullama.evaluation.probe.compare import Comparison
from mullama.evaluation.probe.options import TrainingOptions
from mullama.evaluation.probe.results import FORMAT, ProbeResult
from mullama.evaluation.probe.table import DATA, TABLE, markdown, write

TAGS = ("rock", "a|b")
VALUES = {
    metric: {"mean": Interval(mean, mean - 0.1, mean + 0.05), "rock": Interval(0.9, 0.8, 1.0),
             "a|b": Interval(0.5, 0.4, 0.6)}
    for metric, mean in (("roc_auc", 0.7), ("average_precision", 0.31))
}  # fmt: skip
RESULT = ProbeResult("small", "k", "filterbank", 2_060_000, 4, 256, VALUES, [0.2], 30, 10, 0.72)
FOUND = Comparison(
    "studio", {"train": 6, "validation": 2, "test": 2}, 2, "ab" * 32, dict.fromkeys(TAGS, 1),
    {"harp": "no train clip has it"}, [], {"roc_auc": 0.5, "average_precision": 0.25}, [RESULT],
)  # fmt: skip


def test_a_result_is_read_back_as_it_was() -> None:
    assert FORMAT.from_line(FORMAT.to_line(RESULT)[:-1], "here") == RESULT


def test_the_tables() -> None:
    text = markdown(FOUND, TrainingOptions(), "mullama probe studio --out x")
    for line in (
        "| small (filterbank) | 2.06 M | 4 x 256 | 70.0 (60.0 to 75.0) | 31.0 (21.0 to 36.0) |",
        "| chance | | | 50.0 | 25.0 |",
        "| MERT (quoted) | | | 93.91 | 59.57 |",
        "| a\\|b | 1 | 50 / 50 |",
        "* harp: no train clip has it",
    ):
        assert line in text.splitlines()
    assert "`mullama probe studio --out x`" in text
    assert text.index("not to be compared with the rows above") < text.index("MERT (quoted)")


def test_quotations_stand_beside_figures_of_the_same_set_alone() -> None:
    same = replace(FOUND, set_name="MagnaTagATune", tags=dict.fromkeys(map(str, range(50)), 1))
    values = {m: {**v, **dict.fromkeys(same.tags, v["mean"])} for m, v in VALUES.items()}
    same = replace(same, results=[replace(RESULT, values=values)])
    lines = markdown(same, TrainingOptions(), "").splitlines()
    at = lines.index("| chance | | | 50.0 | 25.0 |")
    assert lines[at + 1].startswith("| ImageBind (quoted)")
    assert not any("not to be compared" in line for line in lines)


def test_the_files_hold_what_repeats_them(tmp_path: Path) -> None:
    write(FOUND, TrainingOptions(seed=3), "mullama probe studio", tmp_path / "new")
    assert (tmp_path / "new" / TABLE).read_text().startswith("Made by `mullama probe studio`")
    stored = json.loads((tmp_path / "new" / DATA).read_text())
    assert stored["options"]["seed"] == 3
    assert stored["labels"] == "ab" * 32
    assert stored["results"][0]["values"]["roc_auc"]["mean"]["value"] == 0.7
    assert stored["versions"]["torch"]
    assert stored["published"]["percent"]["MERT"] == [93.91, 59.57]
