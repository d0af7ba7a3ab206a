"""A chat template is rendered in a process of its own, which may use little time and memory.

The sandbox that transformers runs templates in keeps them from files and from Python, not from loops
inside loops or from texts of gigabytes. Run as a program, this reads a request as JSON and writes the
text as JSON.
"""

import json
import math
import subprocess
import sys
import time
from typing import Any

from mullama.errors import CheckpointError
from mullama.printable import printable

MAX_SECONDS = 3
"""Of the processor, for a text that takes milliseconds."""
MAX_WAIT_SECONDS = 120
"""Until an answer, on a machine that is busy with other work."""
MAX_MEMORY_BYTES = 4 * 2**30
"""Of addresses; the libraries alone take a good part of them."""
MAX_REASON = 300
"""Characters of a template's own error that are repeated."""


def render(template: str, values: dict[str, Any]) -> str:
    """What a chat template makes of `values`; raises CheckpointError saying why it fails."""
    # -P: no module of the working folder can stand in for one that this needs.
    command = [sys.executable, "-P", "-m", __name__]
    request = json.dumps({"template": template, "values": values})
    try:
        done = subprocess.run(
            command,
            input=request,
            capture_output=True,
            text=True,
            timeout=MAX_WAIT_SECONDS,
            check=False,
        )
        reply = json.loads(done.stdout)
    except subprocess.TimeoutExpired as cause:
        raise CheckpointError(f"fails: it took more than {MAX_WAIT_SECONDS} s") from cause
    except OSError as cause:
        raise CheckpointError(f"cannot be run: {cause}") from cause
    except ValueError as cause:  # ended by a limit, without a word
        raise CheckpointError("fails: it takes too much time or memory") from cause
    if "error" in reply:
        raise CheckpointError(f"fails: {printable(str(reply['error']))[:MAX_REASON]}")
    return str(reply["text"])


def _limit() -> None:
    """Take as much time and memory as is allowed, and no more, where the system can see to it."""
    try:
        import resource
    except ImportError:  # Windows
        return
    seconds = math.ceil(time.process_time()) + MAX_SECONDS
    for kind, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, MAX_MEMORY_BYTES)):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(
            kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard)
        )


def main() -> None:
    """Answer one request."""
    from jinja2 import TemplateError
    from transformers.utils.chat_template_utils import render_jinja_template

    request = json.load(sys.stdin)
    _limit()
    try:
        (text,), _ = render_jinja_template(
            [request["values"].pop("messages")],
            chat_template=request["template"],
            add_generation_prompt=True,
            **request["values"],
        )
        reply = {"text": text}
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as cause:
        reply = {"error": str(cause)}
    except (MemoryError, RecursionError):
        reply = {"error": "it takes too much time or memory"}
    json.dump(reply, sys.stdout)


if __name__ == "__main__":
    main()
