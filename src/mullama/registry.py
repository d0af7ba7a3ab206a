"""A name -> what it stands for, imported when it is asked for: encoders, writers, formats, verbs.

Other packages add rows by Python entry points. Those are looked up only when a name is not among
ours, or when all names are listed, since that reads the metadata of every installed package.
"""

import pkgutil
from collections.abc import Mapping
from importlib.metadata import Distribution, EntryPoint, distributions
from typing import Any, Generic, TypeVar

from mullama.errors import MuLlamaError, UsageError
from mullama.nearest import did_you_mean

T = TypeVar("T")


class Registry(Generic[T]):
    """Name -> "module:attribute", the same everywhere.

        ENCODERS = Registry[type[Encoder]](
            "encoder", {"mert": "mullama.listen.encoders.mert:MertEncoder"}, entry_points="mullama.encoders"
        )

    `what` is the noun of its errors, `error` their class.
    """

    def __init__(
        self,
        what: str,
        rows: Mapping[str, str],
        *,
        entry_points: str | None = None,
        error: type[MuLlamaError] = UsageError,
    ) -> None:
        self.what = what
        self.entry_points = entry_points
        self._rows: dict[str, T | str] = dict(rows)
        self._error = error

    def names(self) -> list[str]:
        """Every name: ours in their order, then those of other packages by the alphabet."""
        return [*self._rows, *sorted(self._foreign()[0].keys() - self._rows.keys())]

    def __contains__(self, name: object) -> bool:
        return name in self._rows or name in self._foreign()[0]

    def load(self, name: str) -> T:
        """What `name` stands for.

        Raises the registry's error for an unknown name, with all known ones, and for a row of another
        package that cannot be imported.
        """
        if name in self._rows:
            row: Any = self._rows[name]
            # Ours import, or say which library they lack; a fault in them is to be seen whole.
            return pkgutil.resolve_name(row) if isinstance(row, str) else row
        found, unreadable = self._foreign()
        if name in found:
            return self._load_foreign(found[name])
        names = [*self._rows, *sorted(found)]
        faults = "".join(
            f"; package {package} has unreadable entry points" for package in unreadable
        )
        raise self._error(
            f"no {self.what} is called {name!r}; there are: {', '.join(names)}"
            f"{did_you_mean(name, names)}{faults}"
        )

    def register(self, name: str, row: T | str) -> None:
        """Add a row: "module:attribute", or the thing itself. Raises the registry's error if taken."""
        if name in self._rows:
            raise self._error(f"there is a {self.what} called {name!r} already")
        self._rows[name] = row

    def _foreign(self) -> tuple[dict[str, EntryPoint], list[str]]:
        """Name -> entry point of another package, the first on sys.path; packages that cannot be read."""
        found: dict[str, EntryPoint] = {}
        unreadable = []
        for distribution in distributions() if self.entry_points else ():
            try:
                text = distribution.read_text("entry_points.txt") or ""
                # The file of a package that does not name our group is not parsed: that is slow.
                for entry in distribution.entry_points if f"[{self.entry_points}]" in text else ():
                    if entry.group == self.entry_points:
                        found.setdefault(entry.name, entry)
            except Exception:  # noqa: BLE001  the parser has no errors of its own for a broken file
                unreadable.append(_package(distribution))
        return found, unreadable

    def _load_foreign(self, entry: EntryPoint) -> T:
        try:
            loaded: T = entry.load()
        except Exception as cause:  # another package's code, which may raise anything
            said = f"{type(cause).__name__}: {cause}".splitlines()[0]
            raise self._error(
                f"{self.what} {entry.name!r} of package {_package(entry.dist)} cannot be loaded: {said}"
            ) from cause
        return loaded


def _package(distribution: Distribution | None) -> str:
    """Its name, where its metadata can be read."""
    try:
        name = distribution.metadata["Name"] if distribution else None
    except Exception:  # noqa: BLE001  as above
        name = None
    return str(name or "of unknown name")
