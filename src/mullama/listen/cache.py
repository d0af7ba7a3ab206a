"""Sound files become Listenings that are cached: a frozen encoder encodes the same sound once, ever.

    FOLDER/files.jsonl                            which file holds which sound
    FOLDER/<key>/encoder.json                     by which encoder, and how
    FOLDER/<key>/<digest[:2]>/<digest>.npy        one Listening (states, features), float16

A sound is known by the SHA-256 of its file, an encoder by that of its weights and configuration, so
nothing cached is ever out of date, and a file under two names is encoded once. Every Listening appears
whole or not at all, so that processes and machines may fill one folder together without locks. How
many files are encoded side by side stands in `precompute.py`. Knows no data sets and no questions.
"""

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float

from mullama.errors import AudioError
from mullama.jobs.atomic import write_bytes, write_text
from mullama.jobs.digest import chunks_digest
from mullama.listen.audio.reader import AudioReader, from_array
from mullama.listen.encoders.encoder import EncoderModel
from mullama.listen.file_index import FileIndex, file_state, open_index
from mullama.listen.listening import encode_sound

FORM = 1
"""Raised whenever the way from a file to its Listening changes, so that old ones are not taken."""
INDEX, ENCODER = "files.jsonl", "encoder.json"
SILENCE = "silence"
"""Takes a digest's place for text without music."""
SILENT_SECONDS = 1.0
"""How long that silence lasts, as published: 24,000 zeros at 24 kHz."""
KEY_CHARACTERS = 32
OF_FILES = (
    *("_name_or_path", "name_or_path", "architectures", "dtype", "torch_dtype"),
    "transformers_version",
)
"""What a configuration says about files rather than about the encoder; types show in the weights."""

StoredListening = Float[np.ndarray, "states features"]
"""A Listening as numpy has it: float16, or float32 where that is needed."""


class ListeningCache:
    """The Listenings of one encoder, made in one way, in a folder that others may fill as well.

    `open_cache` makes one. The encoder must stay as it is while this is used. Threads may share it.
    """

    def __init__(
        self,
        root: Path,
        encoder: EncoderModel,
        index: FileIndex,
        *,
        key: str,
        as_published: bool = False,
        max_seconds: float | None = None,
    ) -> None:
        self.root, self.encoder, self.key = root, encoder, key
        self.folder = root / key
        self.as_published, self.max_seconds = as_published, max_seconds
        self._index = index

    @property
    def shape(self) -> tuple[int, int]:
        """(states, features) of every Listening here."""
        return self.encoder.states, self.encoder.features

    def digest(self, path: Path) -> str:
        """What a file's sound is cached under; reads the file unless the index knows it as it is.

        Raises AudioError for a file that cannot be read.
        """
        return self._index.digest(path)

    def known(self, path: Path) -> str | None:
        """The digest of a file whose Listening is cached, as far as that shows without reading the file."""
        digest = self._index.known(path)
        return digest if digest is not None and self.get(digest) is not None else None

    def get(self, digest: str) -> StoredListening | None:
        """The Listening of that digest, mapped and not read; None where there is none.

        What is no Listening of this encoder, because a disk failed, counts as none.
        """
        try:
            found = np.lib.format.open_memmap(self.path(digest), mode="r")
        except (OSError, ValueError):
            return None
        right = found.shape == self.shape and found.dtype in (np.float16, np.float32)
        return found if right else None

    def listen(self, path: Path) -> str:
        """The digest of a file whose Listening is then cached; encodes it where it was not.

        Raises AudioError for what cannot be encoded, UsageError where the folder cannot be written,
        DeviceMemoryError.
        """
        before = file_state(path)
        digest = self.digest(path)
        if self.get(digest) is None:
            sound = AudioReader(
                path,
                self.encoder.sample_rate,
                as_published=self.as_published,
                limit_seconds=self.encoder.published_seconds if self.as_published else None,
                max_seconds=self.max_seconds,
            )
            listening = self._encode(sound)
            if file_state(path) != before:
                raise AudioError(f"{sound.name}: was changed while it was read; try again")
            self._store(digest, listening)
        return digest

    def silence(self) -> StoredListening:
        """The Listening of silence: that of text without music."""
        found = self.get(SILENCE)
        if found is None:
            rate = self.encoder.sample_rate
            zeros = np.zeros(round(SILENT_SECONDS * rate), dtype=np.float32)
            found = self._encode(from_array(zeros, rate, rate, name=SILENCE))
            self._store(SILENCE, found)
        return found

    def path(self, digest: str) -> Path:
        """Where the Listening of that digest is, or would be."""
        return self.folder / digest[:2] / f"{digest}.npy"

    def _encode(self, sound: AudioReader) -> StoredListening:
        """A Listening as it is stored: in half precision, unless its values are too large for that."""
        if self.encoder.training:  # dropout would make every Listening another one
            self.encoder.eval()
        listening = encode_sound(self.encoder, sound).cpu().numpy()
        if not np.isfinite(listening).all():
            raise AudioError(f"{sound.name}: the encoder makes NaN or infinite values of it")
        with np.errstate(over="ignore"):  # seen in what comes out
            half = listening.astype(np.float16)
        return half if np.isfinite(half).all() else listening

    def _store(self, digest: str, listening: StoredListening) -> None:
        """One .npy file (numpy's format, version 1.0), whole or not at all."""
        buffer = io.BytesIO()
        np.save(buffer, listening, allow_pickle=False)
        write_bytes(self.path(digest), buffer.getvalue(), parents=True)


def open_cache(
    folder: Path,
    encoder: EncoderModel,
    *,
    as_published: bool = False,
    max_seconds: float | None = None,
    key: str | None = None,
) -> ListeningCache:
    """The cache of an encoder in a folder, which is made if need be; reads the index and all weights.

    `as_published` takes the first minute of a sound only, through the published code's resampler; a
    sound longer than `max_seconds` is refused. `key`, an earlier one's, spares reading the weights.
    Raises UsageError for a folder that cannot be written.
    """
    key = key or fingerprint(encoder, as_published=as_published)
    about = folder / key / ENCODER
    if not about.is_file():
        known = {"as_published": as_published, "form": FORM, "encoder": _behaviour(encoder.config)}
        write_text(about, json.dumps(known, indent=1, sort_keys=True) + "\n", parents=True)
    index = open_index(folder / INDEX)
    return ListeningCache(
        folder, encoder, index, key=key, as_published=as_published, max_seconds=max_seconds
    )


def default_folder() -> Path:
    """Where Listenings are cached unless another folder is named."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "mullama" / "listenings"


def fingerprint(encoder: EncoderModel, *, as_published: bool) -> str:
    """An encoder's weights, their types, its configuration and how a piece is cut -> its key."""
    return chunks_digest(_identity(encoder, as_published))[:KEY_CHARACTERS]


@torch.no_grad()
def _identity(encoder: EncoderModel, as_published: bool) -> Iterator[bytes | memoryview]:
    # "habits" is part of every key that was ever made.
    known = {"form": FORM, "as_published": as_published, "habits": _behaviour(encoder.config)}
    yield json.dumps(known, sort_keys=True).encode()
    for name, tensor in sorted(encoder.state_dict().items()):
        yield f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode()
        # Through uint8, because numpy has no bfloat16.
        yield tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data


def _behaviour(config: Any) -> dict[str, Any]:
    """A configuration without what changes no Listening."""
    stored = json.loads(config.to_json_string(use_diff=False))
    return {name: value for name, value in stored.items() if name not in OF_FILES}
