"""What musicnn hears in excerpts of music, of the tags that people gave to singing among others.

    python3.11 -m venv /tmp/musicnn
    /tmp/musicnn/bin/pip install --no-deps musicnn==0.1.0
    /tmp/musicnn/bin/pip install tensorflow-cpu==2.15.1 librosa==0.10.2.post1
    /tmp/musicnn/bin/python benchmarks/voice_tags.py FOLDER OUT.json

In an environment of its own (1.7 GB), since musicnn is of 2020 and wants an older numpy than there is for this
Python: pip complains of it in the third line, and it works all the same. The weights lie in its wheel, under
the ISC licence. Nothing here imports mullama: both sides talk by files.

FOLDER holds WAV or FLAC files of three seconds or more. OUT.json has, of each, by its name, the mean over time
of every tag's probability, of two models: `{"0001.flac": {"MTT_musicnn": {"singing": 0.02, ...}, "MSD_musicnn":
{"female vocalists": 0.08, ...}}, ...}`. The first learnt from MagnaTagATune, the second from the Million Song
Dataset. A file that cannot be heard has a line on stderr and is left out.
"""

import argparse
import json
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MODELS = ("MTT_musicnn", "MSD_musicnn")
SUFFIXES = (".wav", ".flac")
SECONDS = 3
"""What the models were trained on and hear at once."""
FRAMES = 187
"""Of the spectrogram in so many seconds."""
PLACES = 4


class Tagger:
    """One of musicnn's models, opened once: musicnn itself opens it for each file anew."""

    def __init__(self, name: str, threads: int) -> None:
        import musicnn
        import tensorflow as tf
        from musicnn import configuration, models

        v1 = tf.compat.v1
        self.tags = configuration.MTT_LABELS if "MTT" in name else configuration.MSD_LABELS
        graph = tf.Graph()
        with graph.as_default():
            self._sound = v1.placeholder(tf.float32, [None, FRAMES, configuration.N_MELS])
            with tf.name_scope("model"):  # so the weights are called
                logits = models.define_model(self._sound, False, name, len(self.tags))[0]
            self._means = tf.reduce_mean(tf.sigmoid(logits), axis=0)
            saver = v1.train.Saver()
        limits = v1.ConfigProto(
            intra_op_parallelism_threads=threads, inter_op_parallelism_threads=threads
        )
        self._session = v1.Session(graph=graph, config=limits)
        saver.restore(self._session, f"{Path(musicnn.__file__).parent / name}/")

    def __call__(self, batch: Any) -> dict[str, float]:
        """Every tag's probability, mean over stretches of SECONDS."""
        means = self._session.run(self._means, {self._sound: batch})
        return {tag: round(float(p), PLACES) for tag, p in zip(self.tags, means, strict=True)}


def tag(paths: list[Path], threads: int) -> dict[str, dict[str, dict[str, float]]]:
    """What each model hears in the files, by the files' names."""
    import soundfile
    from musicnn.extractor import batch_data

    taggers = {name: Tagger(name, threads) for name in MODELS}
    found = {}
    for path in paths:
        try:
            if soundfile.info(path).duration < SECONDS:
                raise ValueError(f"shorter than {SECONDS} seconds")
            batch, _ = batch_data(str(path), FRAMES, FRAMES)
        except (OSError, RuntimeError, ValueError) as error:  # libsndfile's are of the second
            print(f"{path.name} is left out: {error}", file=sys.stderr)
            continue
        found[path.name] = {name: tagger(batch) for name, tagger in taggers.items()}
    return found


@contextmanager
def all_at_once(path: Path) -> Iterator[Path]:
    """Where to write what becomes `path` when the block ends well, and vanishes otherwise."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def main() -> None:
    """Tag a folder of excerpts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    if not args.folder.is_dir():
        parser.exit(2, f"error: there is no folder {args.folder}\n")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")  # TensorFlow's, of layers that later ones no longer have
    paths = sorted(path for path in args.folder.iterdir() if path.suffix.lower() in SUFFIXES)
    found = tag(paths, args.threads)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with all_at_once(args.out) as part:
        part.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
