"""Options of a model -> who describes, as records name it, and what a catalogue's rows depend on."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from mullama import __version__
from mullama.catalogue.caption_options import TextOptions
from mullama.catalogue.compose import Maker
from mullama.catalogue.describe import GREEDY
from mullama.catalogue.fingerprint import keep_fingerprint
from mullama.catalogue.hearing import Asked
from mullama.checkpoints.model_folder import load_config
from mullama.checkpoints.shipped import model_name
from mullama.checkpoints.store import digests, resolve
from mullama.jobs.digest import file_digest, stable_digest
from mullama.load_options import LoadOptions

RECORD_VERSION = 2
"""Of the record's fields and how they are read; with another one rows are another catalogue's."""
ELSEWHERE = ("model", "device", "decoder", "prompt", "retrieval")
"""Options of loading that change no answer, or are told in another way."""


def maker_of(model: LoadOptions) -> Maker:
    """The model by its name and its files' digest; no weight is loaded. Raises CheckpointError."""
    name = Path(model_name(model.model)).name
    prompt = model.prompt or load_config(resolve(model.model)).prompt
    return Maker(f"{name} sha256:{stable_digest(digests(model.model))}", prompt, __version__)


def fingerprint(
    folder: Path, asked: Asked, maker: Maker, text: TextOptions, template: str, *, reword: bool
) -> None:
    """Keep what rows depend on; raises UsageError where they were made otherwise."""
    hearing = {
        "record": RECORD_VERSION,
        "model": maker.model,
        "prompt": maker.prompt,
        "version": maker.version,
        "questions": dict(asked.questions),
        "answers": dict(GREEDY),
        "as_published": asked.as_published,
        "loaded": _loaded(asked.model),
    }
    if asked.answers.answer_at is not None:  # another engine rounds otherwise, wherever it is
        hearing["answered"] = "elsewhere"
    wording = {**asdict(text), "template": template}
    keep_fingerprint(folder, hearing, wording, reword=reword)


def _loaded(model: LoadOptions) -> dict[str, Any]:
    options = {name: value for name, value in asdict(model).items() if name not in ELSEWHERE}
    folder = model.retrieval
    files = [] if folder is None else sorted(path for path in folder.iterdir() if path.is_file())
    return {**options, "retrieval": [file_digest(path) for path in files]}
