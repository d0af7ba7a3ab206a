"""Keys of items -> sets, maps and lists of them that stay small over millions of rows.

A key is remembered by 128 bits of its digest: 16 bytes in a list and some 20 in a set, however long it
is. Two keys of ten million share one with a chance below 1e-24.
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


class DigestMap:
    """Digests of 16 bytes -> values of one size in bytes, in hardly more memory than the two take.

    A dict takes five times as much. Here thousands of strings of bytes hold keys with their values, one
    behind the other, and are searched as bytes: of a million keys each holds some sixty.
    """

    def __init__(self, value_bytes: int = 0) -> None:
        self._value_bytes, self._width = value_bytes, DIGEST_BYTES + value_bytes
        self._buckets: dict[int, bytearray] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, digest: bytes) -> bool:
        bucket = self._buckets.get(_bucket(digest))
        return bucket is not None and self._place(bucket, digest) >= 0

    def get(self, digest: bytes) -> bytes | None:
        """The value of a key; None where it was not set."""
        bucket = self._buckets.get(_bucket(digest))
        if bucket is None or (place := self._place(bucket, digest)) < 0:
            return None
        return bytes(bucket[place + DIGEST_BYTES : place + self._width])

    def set(self, digest: bytes, value: bytes = b"") -> None:
        """Remember a key with its value, in the place of the one that it had; raises ValueError for other
        sizes.
        """
        if len(digest) != DIGEST_BYTES or len(value) != self._value_bytes:
            raise ValueError(f"{len(digest)} + {len(value)} bytes, expected {self._width}")
        bucket = self._buckets.setdefault(_bucket(digest), bytearray())
        place = self._place(bucket, digest)
        if place < 0:
            bucket += digest + value
            self._count += 1
        else:
            bucket[place + DIGEST_BYTES : place + self._width] = value

    def clear(self) -> None:
        """Forget all."""
        self._buckets.clear()
        self._count = 0

    def _place(self, bucket: bytearray, digest: bytes) -> int:
        place = bucket.find(digest)
        while place > 0 and place % self._width:  # across two, or in a value
            place = bucket.find(digest, place + 1)
        return place


def _bucket(digest: bytes) -> int:
    """Its first 14 bits, which are as good as drawn."""
    return digest[0] << 6 | digest[1] >> 2


class KeySet:
    """A set of keys; it can be asked, not read."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        self._digests = DigestMap()
        for key in keys:
            self.add(key)

    def __contains__(self, key: Key) -> bool:
        return key_digest(key) in self._digests

    def __len__(self) -> int:
        return len(self._digests)

    def add(self, key: Key) -> None:
        """Remember a key."""
        self._digests.set(key_digest(key))

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
