from typing import Any


def ray(*a: Any) -> Any:
    raise NotImplementedError
