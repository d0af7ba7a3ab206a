"""How a server is reached, and its limits: the options of `mullama serve`, each written here alone.

Imports nothing heavy, so that a command's help comes at once.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mullama.options import Bounds, Flag, Options

MEGABYTE = 1 << 20


@dataclass(frozen=True, kw_only=True)
class ServeOptions(Options):
    """Where a server listens, and whom it lets in."""

    host: Annotated[str, Flag("ADDRESS")] = "127.0.0.1"
    """Listen on this address; 0.0.0.0 is every one that the machine has."""
    port: Annotated[int, Bounds(0, 65535)] = 8000
    """Listen on this port; 0 takes a free one."""
    served_name: Annotated[str | None, Flag("NAME")] = None
    """What clients call the model (default: the last part of its own name)."""
    root_path: Annotated[str, Flag("PATH")] = ""
    """What a proxy in front takes off the path, such as /music (default: nothing)."""
    proxy: Annotated[tuple[str, ...], Flag("ADDRESS")] = ()
    """A proxy whose X-Forwarded-For is believed. May be given again."""
    keys: Annotated[Path | None, Flag("FILE")] = None
    """API keys, one a line; those in MULLAMA_SERVE_KEYS, with spaces between, count too (default: none
    is asked for)."""
    demo: bool = False
    """Show the page of `mullama demo` below /demo, by the same engine. Keys do not guard it, `--auth` does:
    with keys, it has to."""
    auth: Annotated[tuple[str, ...], Flag("USER:PASSWORD")] = ()
    """Let only these see the demo. May be given again; @FILE has one a line (default: MULLAMA_DEMO_AUTH in
    the environment, or everybody)."""
    allow_origin: Annotated[tuple[str, ...], Flag("URL")] = ()
    """A web page that may call this server from a browser, such as https://example.org; * is every one.
    May be given again (default: none may)."""
    allow_host: Annotated[tuple[str, ...], Flag("NAME")] = ()
    """A name that clients may call this server by; * is every one. May be given again (default: on a
    loopback address without keys, that of this machine alone; else every one)."""
    audio_host: Annotated[tuple[str, ...], Flag("NAME[:PORT]")] = ()
    """A server from which audio may be fetched for an `audio_url`; .example.org is all below it. May be
    given again (default: nothing is fetched)."""
    audio_private: bool = False
    """Fetch from those servers even where their address is a private one or this machine's."""


@dataclass(frozen=True, kw_only=True)
class EngineOptions(Options):
    """How questions are answered together."""

    batch_size: Annotated[int, Bounds(1, 65536), Flag("N")] = 16
    """Answers that are decoded at a time."""
    max_waiting: Annotated[int, Bounds(1, 1_000_000), Flag("N")] = 256
    """Questions that may wait for their turn; more are refused with 429."""
    cache_mb: Annotated[float, Bounds(0.001, 100_000_000), Flag("MB")] = 256.0
    """Memory for songs that have been listened to."""
    as_published: bool = False
    """By the published resampler, and as much as published: of MERT's model the first 60 s."""


@dataclass(frozen=True, kw_only=True)
class ServeLimits(Options):
    """How much a server takes on."""

    max_seconds: Annotated[float, Bounds(0.1), Flag("S")] = 6 * 3600.0
    """A longer sound is refused, however little its file is."""
    max_body_mb: Annotated[float, Bounds(0.001, 100_000), Flag("MB")] = 64.0
    """Largest body of a request, but for uploads; base64 makes audio a third larger."""
    max_bodies_mb: Annotated[float, Bounds(0.001, 100_000_000), Flag("MB")] = 1024.0
    """Memory for the bodies of all requests at a time, but for uploads; more are refused with 503."""
    max_upload_mb: Annotated[float, Bounds(0.001, 1_000_000), Flag("MB")] = 512.0
    """Largest file that is uploaded or fetched."""
    max_stored_mb: Annotated[float, Bounds(0.001, 100_000_000), Flag("MB")] = 4096.0
    """Disk for all sounds together: those uploaded, those being asked about, and those on their way (once
    more while they are received)."""
    stored_hours: Annotated[float, Bounds(0.0001, 100_000), Flag("H")] = 24.0
    """How long an uploaded file is kept."""
    stored_in: Annotated[Path | None, Flag("DIR")] = None
    """Where sounds lie while they are kept (default: the system's folder for temporary files)."""
    max_question: Annotated[int, Bounds(1, 1_000_000), Flag("N")] = 4000
    """Characters of the longest question."""
    max_answer: Annotated[int, Bounds(1, 1_000_000), Flag("N")] = 2048
    """Most tokens that an answer may be asked to have."""
    max_choices: Annotated[int, Bounds(1, 128), Flag("N")] = 8
    """Most answers to one request (`n`)."""
    max_requests: Annotated[int, Bounds(1, 100_000), Flag("N")] = 256
    """Requests at a time, all callers together; more are refused with 429."""
    max_per_caller: Annotated[int, Bounds(1, 100_000), Flag("N")] = 128
    """Requests at a time of one caller: a key, or without keys an address."""
    rate: Annotated[float, Bounds(0.0, 1_000_000), Flag("N")] = 0.0
    """Requests per minute of one caller; 0 is no limit."""
    header_seconds: Annotated[float, Bounds(0.1, 86400), Flag("S")] = 15.0
    """How long a client may take to send a request's header, or to send another request."""
    body_seconds: Annotated[float, Bounds(0.1, 86400), Flag("S")] = 120.0
    """How long a client may take to send a request's body; ten times that for an upload."""
    write_seconds: Annotated[float, Bounds(0.1, 86400), Flag("S")] = 60.0
    """How long a client may leave a piece of its answer unread."""
    fetch_seconds: Annotated[float, Bounds(0.1, 86400), Flag("S")] = 30.0
    """How long fetching audio for an `audio_url` may take."""
    answer_seconds: Annotated[float, Bounds(0.1, 86400), Flag("S")] = 600.0
    """How long an answer may take from its request to its end, waiting and listening included."""
    drain_seconds: Annotated[float, Bounds(0.0, 86400), Flag("S")] = 30.0
    """How long running answers may still take when the server is told to stop."""


def nbytes(megabytes: float) -> int:
    """Megabytes as bytes."""
    return round(megabytes * MEGABYTE)
