"""Sound files become Listenings that are kept: a frozen encoder hears the same sound once, ever.

    FOLDER/files.jsonl                            which file holds which sound
    FOLDER/<key>/encoder.json                     who heard, and how
    FOLDER/<key>/<digest[:2]>/<digest>.npy        one Listening (states, features), float16

A sound is known by the SHA-256 of its file, an encoder by that of its weights and habits, so nothing
kept is ever out of date, and a file under two names is heard once. Every Listening appears whole or
not at all, so that processes and machines may fill one folder together without locks. How many files
are heard side by side stands in `many.py`. Knows no data sets and no questions.
"""

import hashlib
import io
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedModel

from mullama.errors import AudioError, UsageError
from mullama.listen.audio.reader import AudioReader, from_array
from mullama.listen.file_index import FileIndex, file_state
from mullama.listen.listening import encode_sound

FORM = 1
"""Raised whenever the way from a file to its Listening changes, so that old ones are not taken."""
INDEX, ENCODER, PART = "files.jsonl", "encoder.json", ".part"
SILENCE = "silence"
"""Takes a digest's place for text without music."""
SILENT_SECONDS = 1.0
"""How long that silence lasts, as published: 24,000 zeros at 24 kHz."""
OF_FILES = (
    *("_name_or_path", "name_or_path", "architectures", "dtype", "torch_dtype"),
    "transformers_version",
)
"""What a configuration says about files rather than about what is heard; types show in the weights."""

Stored = NDArray[np.floating[Any]]
"""A Listening as numpy has it, (states, features): float16, or float32 where that is needed."""


class ListeningCache:
    """The Listenings of one encoder, heard in one way, in a folder that others may fill as well.

    The encoder must stay as it is while this is used. Threads may share it.
    """

    def __init__(
        self,
        folder: Path,
        encoder: PreTrainedModel,
        *,
        as_published: bool = False,
        key: str | None = None,
    ) -> None:
        """`as_published` hears the first minute only, through the published code's resampler.

        `key` spares reading all weights where another process has done so. Raises UsageError for a
        folder that cannot be written.
        """
        self.root = folder
        self.encoder = encoder
        self.as_published = as_published
        self.key = key or fingerprint(encoder, as_published=as_published)
        self.folder = folder / self.key
        self._index = FileIndex(folder / INDEX)
        about = self.folder / ENCODER
        if not about.is_file():
            known = {"as_published": as_published, "form": FORM, "encoder": _behaviour(encoder)}
            _write(about, (json.dumps(known, indent=1, sort_keys=True) + "\n").encode())

    @property
    def shape(self) -> tuple[int, int]:
        """(states, features) of every Listening here."""
        config = self.encoder.config
        return config.num_hidden_layers + 1, config.hidden_size

    def digest(self, path: Path) -> str:
        """What a file's sound is kept under; reads the file unless the index knows it as it is.

        Raises AudioError for a file that cannot be read.
        """
        return self._index.digest(path)

    def known(self, path: Path) -> str | None:
        """The digest of a file whose Listening is kept, as far as that shows without reading the file."""
        digest = self._index.known(path)
        return digest if digest is not None and self.get(digest) is not None else None

    def get(self, digest: str) -> Stored | None:
        """The Listening (states, features) of that digest, mapped and not read; None where there is none.

        What is no Listening of this encoder, because a disk failed, counts as none.
        """
        try:
            found = np.lib.format.open_memmap(self.place(digest), mode="r")
        except (OSError, ValueError):
            return None
        right = found.shape == self.shape and found.dtype in (np.float16, np.float32)
        return found if right else None

    def hear(self, path: Path) -> str:
        """The digest of a file whose Listening is then kept; hears it where it was not.

        Raises AudioError for what cannot be heard.
        """
        before = file_state(path)
        digest = self.digest(path)
        if self.get(digest) is None:
            sound = AudioReader(path, self._rate, as_published=self.as_published)
            heard = self._heard(sound)
            if file_state(path) != before:
                raise AudioError(f"{path}: was changed while it was heard; try again")
            _save(self.place(digest), heard)
        return digest

    def silence(self) -> Stored:
        """What is heard in silence: the Listening (states, features) of text without music."""
        found = self.get(SILENCE)
        if found is None:
            zeros = np.zeros(round(SILENT_SECONDS * self._rate), dtype=np.float32)
            found = self._heard(from_array(zeros, self._rate, self._rate, name=SILENCE))
            _save(self.place(SILENCE), found)
        return found

    def place(self, digest: str) -> Path:
        """Where the Listening of that digest lies, or would."""
        return self.folder / digest[:2] / f"{digest}.npy"

    @property
    def _rate(self) -> int:
        return int(self.encoder.config.sampling_rate)

    def _heard(self, sound: AudioReader) -> Stored:
        """A Listening as it is kept: in half precision, but for numbers that are too large for that."""
        if self.encoder.training:  # dropout would make every hearing another one
            self.encoder.eval()
        heard = encode_sound(self.encoder, sound).cpu().numpy()
        if not np.isfinite(heard).all():
            raise AudioError(f"{sound.name}: the encoder hears no finite numbers in it")
        with np.errstate(over="ignore"):  # seen in what comes out
            half = heard.astype(np.float16)
        return half if np.isfinite(half).all() else heard


def default_folder() -> Path:
    """Where Listenings are kept unless another folder is named."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "mullama" / "listenings"


@torch.no_grad()
def fingerprint(encoder: PreTrainedModel, *, as_published: bool) -> str:
    """An encoder's weights, their types, its habits and how a piece is cut -> 32 hexadecimal digits."""
    known = {"form": FORM, "as_published": as_published, "habits": _behaviour(encoder)}
    digest = hashlib.sha256(json.dumps(known, sort_keys=True).encode())
    for name, tensor in sorted(encoder.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        # Through uint8, because numpy has no bfloat16.
        digest.update(tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()[:32]


def _behaviour(encoder: PreTrainedModel) -> dict[str, Any]:
    """The encoder's configuration without what changes nothing that is heard."""
    stored = json.loads(encoder.config.to_json_string(use_diff=False))
    return {name: value for name, value in stored.items() if name not in OF_FILES}


def _save(place: Path, listening: Stored) -> None:
    """One .npy file (numpy's format, version 1.0), whole or not at all."""
    held = io.BytesIO()
    np.save(held, listening, allow_pickle=False)
    _write(place, held.getvalue())


def _write(place: Path, content: bytes) -> None:
    """A file under a name of its own until it is whole; a later one of the same name replaces it."""
    part = place.with_name(f"{place.name}.{secrets.token_hex(8)}{PART}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
    except OSError as error:
        raise UsageError(f"{place} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink()
