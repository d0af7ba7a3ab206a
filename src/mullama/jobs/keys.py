"""Keys of items -> sets and lists of them that stay small over millions of rows.

A key is remembered by 128 bits of its digest: about 80 bytes in a set and 16 in a list, however long
it is. Two keys of ten million share one with a chance below 1e-24.
"""

from array import array
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Key = str | tuple[str | int, ...]
"""What no two items of a job share."""

DIGEST_BYTES = 16


def key_digest(key: Key) -> bytes:
    """16 bytes that stand for a key."""
    # repr tells ("a", "b") from "a, b", and takes what UTF-8 does not: lone surrogates.
    return blake2b(repr(key).encode(), digest_size=DIGEST_BYTES).digest()


class KeySet:
    """A set of keys; it can be asked, not read."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        # Integers of this size take 48 bytes where the bytes that they are made of take 64.
        self._digests = {int.from_bytes(key_digest(key)) for key in keys}

    def __contains__(self, key: Key) -> bool:
        return int.from_bytes(key_digest(key)) in self._digests

    def __len__(self) -> int:
        return len(self._digests)

    def add(self, key: Key) -> None:
        """Remember a key."""
        self._digests.add(int.from_bytes(key_digest(key)))

    def clear(self) -> None:
        """Forget all."""
        self._digests.clear()


class KeyList:
    """Keys in an order; it can be compared and searched, not read."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        self._digests = array("B")
        for key in keys:
            self.append(key)

    def __len__(self) -> int:
        return len(self._digests) // DIGEST_BYTES

    def append(self, key: Key) -> None:
        """Add a key at the end."""
        self._digests.frombytes(key_digest(key))

    def places_of(self, wanted: "KeyList") -> NDArray[np.int64]:
        """Where this list has the keys of another (keys,), in their order; what it has not is left out.

        A key that is wanted twice is found once, at its first place.
        """
        own, other = self._array(), wanted._array()
        if not len(own) or not len(other):
            return np.empty(0, np.int64)
        by_key = np.argsort(own, kind="stable")
        rank = np.searchsorted(own, other, sorter=by_key)
        found = by_key[np.minimum(rank, len(own) - 1, out=rank)]
        del by_key, rank  # over a million rows each of them counts
        found = found[own[found] == other]
        met = np.zeros(len(own), bool)
        met[found] = True
        if np.count_nonzero(met) == len(found):
            return found
        _, first = np.unique(found, return_index=True)
        return found[np.sort(first)]

    def taken(self, places: NDArray[np.int64]) -> "KeyList":
        """The keys at these places."""
        chosen = KeyList()
        chosen._digests.frombytes(self._array()[places].view(np.uint8).data)
        return chosen

    def _array(self) -> NDArray[Any]:
        return np.frombuffer(self._digests, f"S{DIGEST_BYTES}")
