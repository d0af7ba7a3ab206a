"""Fits the small model's calibration of choices, and writes what it is worth into docs/choices.md.

python docs/make_choices.py [PIECES]     (to fit on, and so many held-out ones less the first 160; default: 400)

Fits the trust in each form on pieces of the seeds "validation", checks it on pieces of the seeds "held-out",
stores it with the weights, and draws docs/images/choices.svg. Music is kept in ~/.cache/mullama/choices.
"""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

from mullama.answer.choice import Calibration
from mullama.answer.forms import Trust, stored_forms
from mullama.evaluation.calibration import BINS, Asked, fit, reliability
from mullama.evaluation.small_model.choices import FIELDS, scored
from mullama.evaluation.small_model.measure import listen
from mullama.open_model import load
from mullama.studio.clips import TAKES
from mullama.studio.corpus import load_or_render
from mullama.studio.split import Split
from mullama.studio.words.forms import TOPIC

DOCS = Path(__file__).parent
SETTINGS = DOCS.parent / "src" / "mullama" / "weights" / "small" / "generation_config.json"
MUSIC = Path.home() / ".cache" / "mullama" / "choices"
PRIORS = (0.0, 0.25, 0.5, 1.0)
PRIOR_SHARE = 2
"""Of the pieces to fit on one in so many is also asked without music."""
SEEN = 160
"""So many held-out pieces were looked at when one temperature served all forms: none is checked on."""
DIGITS = 3
"""Of a temperature and a lapse rate, as stored."""


def measure(pieces: int) -> tuple[list[Asked], list[Asked]]:
    """Ask about one take of each piece: questions to fit on, and to check on."""
    mu = load("small")
    mu.calibration = Calibration(stored_forms(dict.fromkeys(TOPIC)))

    def about(name: str, purpose: str, first: int, unheard: int) -> list[Asked]:
        split = Split(name=name, purpose=purpose, clips=TAKES * pieces)
        music = load_or_render(split, MUSIC)
        songs, truths = listen(mu, music)[::TAKES][first:], music.truths[::TAKES][first:]
        print(f"asking about {len(songs)} pieces of {purpose}", flush=True)
        return scored(mu, songs, truths, unheard=unheard)

    return about("fit", "validation", 0, pieces // PRIOR_SHARE), about("check", "held-out", SEEN, 0)


def rounded(trusts: Mapping[str, Trust]) -> dict[str, Trust]:
    """As they are stored, and checked."""
    return {
        wording: Trust(**{key: round(value, DIGITS) for key, value in asdict(trust).items()})
        for wording, trust in trusts.items()
    }


def trusts_table(fitted: list[Asked], trusts: Mapping[str, Trust]) -> list[str]:
    """What was fitted for each wording, on how many questions."""
    lines = ["| form | questions | temperature | lapse rate |", "|---|---|---|---|"]
    for form, topic in TOPIC.items():
        count = sum(asked.wording == topic for asked in fitted)
        trust = trusts.get(topic)
        figures = f"{trust.temperature:.2f} | {trust.lapse:.3f}" if trust else "none | none"
        lines.append(f"| `{form}` | {count} | {figures} |")
    return lines


def fields_table(checked: list[Asked], trusts: Mapping[str, Trust]) -> list[str]:
    """Per field: right answers, and the error of their probabilities before and after."""
    lines = [
        "| field | questions | right | error as it is | error calibrated | loss as it is | loss calibrated |",
        "|---|---|---|---|---|---|---|",
    ]
    for field in (*FIELDS, "all"):
        items = [asked for asked in checked if field in (asked.field, "all")]
        before, after = reliability(items, {}), reliability(items, trusts)
        lines.append(
            f"| {field} | {after.count} | {100 * after.accuracy:.1f} % | {before.error:.3f} | "
            f"{after.error:.3f} | {before.loss:.3f} | {after.loss:.3f} |"
        )
    return lines


def scores_table(items: list[Asked]) -> list[str]:
    """Ways of scoring, each with the trust that suits it."""
    lines = ["| score | right | error | loss |", "|---|---|---|---|"]
    for prior in PRIORS:
        found = reliability(items, fit(items, prior), prior)
        name = f"total - {prior:g} x total without music" if prior else "total"
        lines.append(
            f"| {name} | {100 * found.accuracy:.1f} % | {found.error:.3f} | {found.loss:.3f} |"
        )
    return lines


def draw(checked: list[Asked], trusts: Mapping[str, Trust], path: Path) -> None:
    """How often answers are right against how probable they were said to be, field by field."""
    mpl.rcParams["svg.hashsalt"] = "mullama"
    figure, panels = plt.subplots(
        2, 5, figsize=(13, 6.2), sharex=True, sharey=True, layout="constrained"
    )
    for panel, field in zip(panels.flat, (*FIELDS, "all"), strict=True):
        items = [asked for asked in checked if field in (asked.field, "all")]
        panel.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        errors = []
        for name, value, colour in (
            ("as it is", {}, "tab:orange"),
            ("calibrated", trusts, "tab:blue"),
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
    if pieces <= SEEN:
        sys.exit(f"the first {SEEN} held-out pieces are not checked on: ask for more")
    fitted, checked = measure(pieces)
    trusts = rounded(fit(fitted))
    stored = {form: trusts.get(topic) for form, topic in TOPIC.items()}
    settings = json.loads(SETTINGS.read_text(encoding="utf-8"))
    settings["choice_forms"] = {form: trust and asdict(trust) for form, trust in stored.items()}
    SETTINGS.write_text(
        json.dumps(dict(sorted(settings.items())), indent=2) + "\n", encoding="utf-8"
    )
    said = f"Checked on {len(checked)} questions about other pieces; {BINS} bins."
    blocks = {
        "trusts": trusts_table(fitted, trusts),
        "fields": [said, "", *fields_table(checked, trusts)],
        "scores": scores_table([asked for asked in fitted if asked.unheard is not None]),
    }
    write(DOCS / "choices.md", blocks)
    draw(checked, trusts, DOCS / "images" / "choices.svg")


if __name__ == "__main__":
    main()
