"""API keys -> who calls. Compares in constant time; keeps digests, never the keys; lets few be tried."""

import hmac
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from mullama.errors import UsageError
from mullama.jobs.small_text import read_small_text
from mullama.serving.pace import MAX_CALLERS, tries

VARIABLE = "MULLAMA_SERVE_KEYS"
"""The environment's keys, with white space between."""
MIN_CHARACTERS = 8
"""A shorter key can be guessed."""


class ApiKeys:
    """The keys that are accepted; without any, everybody is let in."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        """Raises UsageError for what no header can carry, and for what can be guessed."""
        self._digests = []
        for key in dict.fromkeys(keys):
            if len(key) < MIN_CHARACTERS or not all("!" <= c <= "~" for c in key):
                raise UsageError(
                    f"an API key has at least {MIN_CHARACTERS} characters, all of them ASCII without "
                    "spaces (python -c 'import secrets; print(secrets.token_urlsafe())' makes one)"
                )
            self._digests.append(sha256(key.encode()).digest())

    def __bool__(self) -> bool:
        return bool(self._digests)

    def caller(self, authorization: str | None) -> str | None:
        """Who sends this `Authorization` header: a name that says nothing of the key; None for nobody."""
        scheme, _, key = (authorization or "").partition(" ")
        sent = sha256(key.strip().encode(errors="replace")).digest()
        found = None
        for digest in self._digests:  # all of them, whichever fits
            if hmac.compare_digest(digest, sent):
                found = f"key-{digest.hex()[:12]}"
        return found if scheme.lower() == "bearer" else None


class KeyTries:
    """Keys, of which an address may try few that are wrong; see `pace.tries`.

    Once it has tried too many, a key is not let in from there, or else guessing would go on. Only keys that
    were let in from that address before still are: it may be many clients' (a proxy's, a household's), of
    whom one guesses.
    """

    def __init__(self, keys: ApiKeys, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys, self._tries = keys, tries("wrong keys", clock=clock)
        self._let_in: OrderedDict[tuple[str, str], None] = OrderedDict()
        """(address, caller), the one that was let in last at the end."""

    def caller(self, authorization: str | None, address: str) -> str | None:
        """As ApiKeys; raises ApiError for an address that has to wait. No key at all is no try."""
        found = self._keys.caller(authorization)
        if found is None:
            if authorization:
                self._tries.take(address)
            return None
        if (address, found) not in self._let_in:
            self._tries.require(address)
        self._let_in[address, found] = None
        self._let_in.move_to_end((address, found))
        if len(self._let_in) > MAX_CALLERS:
            self._let_in.popitem(last=False)
        return found


def read_keys(path: Path | None) -> ApiKeys:
    """The keys of a file, one a line (# begins a comment), and of the environment.

    Raises UsageError for a file that cannot be read or has none: a server must not open by mistake.
    """
    keys = os.environ.get(VARIABLE, "").split()
    if path is not None:
        lines = read_small_text(path, "the API keys").splitlines()
        found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        if not found:
            raise UsageError(f"{path}: there is no API key in it")
        keys += found
    return ApiKeys(keys)
