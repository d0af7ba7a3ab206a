"""Fits the small model's calibration of choices, and writes what it is worth into docs/choices.md.

python docs/make_choices.py [PIECES]     (held-out pieces to check on, and as many to fit on; default: 400)

Fits one temperature on pieces of the seeds "validation", checks it on pieces of the seeds "held-out", stores it
with the weights, and draws docs/images/choices.svg. Music is kept in ~/.cache/mullama/choices.
"""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

from mullama.answer.choice import Calibration
from mullama.answer.forms import stored_forms
from mullama.evaluation.calibration import BINS, Asked, fit, reliability
from mullama.evaluation.small_model.choices import FIELDS, FORMS, scored
from mullama.evaluation.small_model.measure import listen
from mullama.song import load
from mullama.studio.clips import TAKES
from mullama.studio.corpus import load_or_render
from mullama.studio.split import Split

DOCS = Path(__file__).parent
SETTINGS = DOCS.parent / "src" / "mullama" / "weights" / "small" / "generation_config.json"
MUSIC = Path.home() / ".cache" / "mullama" / "choices"
PRIORS = (0.0, 0.25, 0.5, 1.0)
PRIOR_SHARE = 3
"""Of the pieces to fit on one in so many is also asked without music."""


@dataclass(frozen=True)
class Scored:
    """What the questions about both kinds of pieces came to."""

    fitted_on: list[Asked]
    with_prior: list[Asked]
    checked_on: list[Asked]


def measure(pieces: int) -> Scored:
    """Ask about one take of each piece."""
    mu = load()
    mu.calibration = Calibration(forms=stored_forms(list(FORMS)))

    def about(name: str, purpose: str, count: int, *, unheard: bool = False) -> list[Asked]:
        split = Split(name=name, purpose=purpose, clips=TAKES * pieces)
        music = load_or_render(split, MUSIC)
        songs, truths = listen(mu, music)[::TAKES], music.truths[::TAKES]
        print(f"asking about {count} pieces of {purpose}", flush=True)
        return scored(mu, songs[:count], truths[:count], unheard=unheard)

    return Scored(
        about("fit", "validation", pieces),
        about("fit", "validation", pieces // PRIOR_SHARE, unheard=True),
        about("check", "held-out", pieces),
    )


def fields_table(checked: list[Asked], temperature: float) -> list[str]:
    """Per field: right answers, and the error of their probabilities before and after."""
    lines = [
        "| field | questions | right | error as it is | error calibrated | loss as it is | loss calibrated |",
        "|---|---|---|---|---|---|---|",
    ]
    for field in (*FIELDS, "all"):
        items = [asked for asked in checked if field in (asked.field, "all")]
        before, after = reliability(items, 1.0), reliability(items, temperature)
        lines.append(
            f"| {field} | {after.count} | {100 * after.accuracy:.1f} % | {before.error:.3f} | "
            f"{after.error:.3f} | {before.loss:.3f} | {after.loss:.3f} |"
        )
    return lines


def scores_table(items: list[Asked]) -> list[str]:
    """Ways of scoring, each with the temperature that suits it."""
    lines = ["| score | temperature | right | error | loss |", "|---|---|---|---|---|"]
    for prior in PRIORS:
        temperature = fit(items, prior)
        found = reliability(items, temperature, prior)
        name = f"total - {prior:g} x total without music" if prior else "total"
        lines.append(
            f"| {name} | {temperature:.2f} | {100 * found.accuracy:.1f} % | {found.error:.3f} | "
            f"{found.loss:.3f} |"
        )
    return lines


def draw(checked: list[Asked], temperature: float, path: Path) -> None:
    """How often answers are right against how probable they were said to be, field by field."""
    mpl.rcParams["svg.hashsalt"] = "mullama"
    figure, panels = plt.subplots(
        2, 4, figsize=(11, 6.4), sharex=True, sharey=True, layout="constrained"
    )
    for panel, field in zip(panels.flat, (*FIELDS, "all"), strict=True):
        items = [asked for asked in checked if field in (asked.field, "all")]
        panel.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        errors = []
        for name, value, colour in (
            ("as it is", 1.0, "tab:orange"),
            ("calibrated", temperature, "tab:blue"),
        ):
            found = reliability(items, value)
            sizes = [8 + 150 * one.count / found.count for one in found.bins]
            panel.scatter(
                [one.probability for one in found.bins],
                [one.accuracy for one in found.bins],
                s=sizes,
                color=colour,
                alpha=0.6,
                linewidths=0,
                label=name,
            )
            errors.append(f"{found.error:.3f} {name}")
        panel.set_title(f"{field} ({len(items)})\n{', '.join(errors)}", fontsize=9)
        panel.set_aspect("equal")
    figure.legend(
        *panels[0, 0].get_legend_handles_labels(), loc="outside lower right", frameon=False
    )
    figure.supxlabel("probability of the chosen answer")
    figure.supylabel("share that is right")
    figure.savefig(path, metadata={"Date": None})


def write(page: Path, blocks: dict[str, list[str]]) -> None:
    """Replace what stands between the marks of each block."""
    text = page.read_text(encoding="utf-8")
    for name, lines in blocks.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        block = "\n".join([begin, *lines, end])
        text, found = pattern.subn(lambda _, block=block: block, text)
        if found != 1:
            sys.exit(f"{page} has no place for {name}")
    page.write_text(text, encoding="utf-8")


def main() -> None:
    """Measure, store, write, draw."""
    pieces = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    done = measure(pieces)
    temperature = round(fit(done.fitted_on), 2)
    settings = json.loads(SETTINGS.read_text(encoding="utf-8"))
    settings |= {"choice_temperature": temperature, "choice_forms": list(FORMS)}
    text = json.dumps(dict(sorted(settings.items())), indent=2) + "\n"
    SETTINGS.write_text(text, encoding="utf-8")
    said = (
        f"Temperature {temperature:g}, fitted on {len(done.fitted_on)} questions, checked on "
        f"{len(done.checked_on)} questions about other pieces; {BINS} bins."
    )
    blocks = {
        "fields": [said, "", *fields_table(done.checked_on, temperature)],
        "scores": scores_table(done.with_prior),
    }
    write(DOCS / "choices.md", blocks)
    draw(done.checked_on, temperature, DOCS / "images" / "choices.svg")


if __name__ == "__main__":
    main()
