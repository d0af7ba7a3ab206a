"""How a model speaks: held-out questions, put to held-out clips. Prints a table, or JSON.

python benchmarks/speaking.py [MODEL] [--clips 100] [--second] [--music DIR] [--show]
"""

import argparse
import json
from pathlib import Path

from mullama.evaluation.small_model.measure import listen
from mullama.evaluation.speaking.held_out import HELD_OUT
from mullama.evaluation.speaking.measure import SpeakingFigures, measure_speaking
from mullama.evaluation.speaking.second import SECOND
from mullama.open_model import load
from mullama.studio.corpus import load_or_render
from mullama.studio.split import Split

MUSIC = Path.home() / ".cache" / "mullama" / "music"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="small")
    parser.add_argument("--clips", type=int, default=100)
    parser.add_argument("--music", type=Path, default=MUSIC)
    parser.add_argument("--show", action="store_true", help="print every answer")
    parser.add_argument("--second", action="store_true", help="put the second set of questions")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    music = load_or_render(Split("speaking", "held-out", options.clips), options.music)
    mu = load(options.model, device="cpu")
    questions = SECOND if options.second else HELD_OUT
    found = measure_speaking(mu, listen(mu, music), music.truths, questions)
    if options.show:
        for one in found.spoken:
            print("  " if one.to_the_point else "! ", one.topic, "|", one.question, "|", one.answer)
    print(json.dumps(as_dict(found)) if options.json else table(found))


def as_dict(found: SpeakingFigures) -> dict[str, object]:
    """The figures as plain values."""
    return {
        "on_topic": found.all_topics,
        "worst_topic": min(found.on_topic.values()),
        "fragments": found.fragments,
        "denied": found.denied,
        "distinct_captions": found.distinct_captions,
        "topics": found.on_topic,
    }


def table(found: SpeakingFigures) -> str:
    """The figures as lines of Markdown."""
    rows = [f"| {topic} | {share:.2f} |" for topic, share in sorted(found.on_topic.items())]
    rows += [f"| **all topics** | {found.all_topics:.2f} |"]
    rows += [f"| fragments | {found.fragments:.3f} |", f"| claims denied | {found.denied:.3f} |"]
    rows += [f"| captions that no other clip has | {found.distinct_captions:.2f} |"]
    return "\n".join(["| answers to the point | share |", "|---|---|", *rows])


if __name__ == "__main__":
    main()
