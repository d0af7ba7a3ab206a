"""Small files that decode into hours of silence, and what the server makes of them.

Each is written in a moment: MP3 and Ogg Opus repeat one frame, FLAC packs silence into next to nothing.
"""

import asyncio
import io
import struct
import time
from dataclasses import asdict, dataclass

import httpx
import numpy as np
import soundfile

from service.asking import Question, ask, client, tone
from service.found import Found
from service.process import Memory, Served, serving

MOST_GROWTH_MB = 300.0
SLACK_SECONDS = 5.0


@dataclass(frozen=True)
class Size:
    """Of this phase."""

    hours: float = 7.0
    answer_seconds: float = 10.0
    """`--answer-seconds` of the server."""


QUICK = Size(answer_seconds=2.0)


def run(size: Size) -> Found:
    """Upload each and ask about it, while another client asks about something short."""
    found = Found(asdict(size), {"bombs": []})
    with serving("--answer-seconds", str(size.answer_seconds)) as served:
        for name, (hours, data) in bombs(size.hours).items():
            with Memory(served) as memory:
                begun = time.perf_counter()
                said, short = asyncio.run(_drop(served, data))
                seconds = time.perf_counter() - begun
                idle = served.seconds_until_idle()
            found.figures["bombs"].append(
                {
                    "file": name, "kilobytes": len(data) // 1000, "hours": round(hours, 1), "said": said,
                    "seconds": round(seconds, 1), "memory_growth_mb": round(memory.growth_mb),
                    "idle_after_seconds": round(idle, 2), "short_answers_seconds": round(max(short), 2),
                }
            )  # fmt: skip
        log = served.said
    _promise(found, size)
    found.promise("the log has no traceback", f"{log.count('Traceback')}", "Traceback" not in log)
    return found


def _promise(found: Found, size: Size) -> None:
    rows, longest = found.figures["bombs"], size.answer_seconds + SLACK_SECONDS
    told = {row["said"].split(":")[0] for row in rows}
    found.promise(
        "each is refused as too long, or when its time is over",
        "; ".join(sorted(told)),
        told <= {"413 too_long", "504 time_limit"},
    )
    worst = max(row["seconds"] for row in rows)
    found.promise(
        f"within {longest:g} s, reading the upload included",
        f"at most {worst:.1f} s",
        worst < longest,
        timed=True,
    )
    grown = max(row["memory_growth_mb"] for row in rows)
    found.promise(
        f"memory grows by less than {MOST_GROWTH_MB:g} MB meanwhile",
        f"{grown} MB", grown < MOST_GROWTH_MB,
    )  # fmt: skip
    idle = max(row["idle_after_seconds"] for row in rows)
    found.promise("listening stops then", f"after {idle:.2f} s", idle < SLACK_SECONDS, timed=True)


async def _drop(served: Served, data: bytes) -> tuple[str, list[float]]:
    """What is said to the bomb, and how long short answers took meanwhile."""
    over, short = asyncio.Event(), list[float]()

    async def beside(asking: httpx.AsyncClient) -> None:
        while not over.is_set():
            reply = await ask(asking, served.url, Question(tone(len(short), 0.5), "Key?"))
            if reply.kind != "answered":
                raise SystemExit(f"beside a bomb: {reply.error}")
            short.append(reply.seconds)
            await asyncio.sleep(0.1)

    async with client() as asking:
        others = asyncio.ensure_future(beside(asking))
        said = await _upload_and_ask(asking, served.url, data)
        over.set()
        await others
    return said, short


async def _upload_and_ask(asking: httpx.AsyncClient, url: str, data: bytes) -> str:
    sent = await asking.post(f"{url}/files", files={"file": ("silence", data)})
    if sent.status_code != 200:
        return f"{sent.status_code} {sent.json()['error']['code']}"
    file_id = sent.json()["id"]
    parts = [{"type": "file", "file": {"file_id": file_id}}, {"type": "text", "text": "Key?"}]
    body = {"model": "small", "messages": [{"role": "user", "content": parts}]}
    answer = await asking.post(f"{url}/chat/completions", json=body)
    (await asking.delete(f"{url}/files/{file_id}")).raise_for_status()
    code = answer.json()["error"]["code"] if answer.is_error else "answered"
    return f"{answer.status_code} {code}"


def bombs(hours: float) -> dict[str, tuple[float, bytes]]:
    """Name -> hours and bytes; longer than `--max-seconds`, and once a little shorter."""
    flac, within = silent_flac(hours), 5.9
    return {
        "FLAC": (hours, flac),
        "FLAC that does not state its length": (hours, _unstated(flac)),
        "FLAC within the limit": (within, silent_flac(within)),
        "MP3": (hours, silent_mp3(hours)),
        "Ogg Opus": (hours, silent_opus(hours)),
        "Ogg Opus within the limit": (within, silent_opus(within)),
        "Ogg Opus, ten years": (87600.0, silent_opus(87600.0, packets=1000)),
    }


def silent_flac(hours: float, rate: int = 8000) -> bytes:
    """Silence as FLAC packs it."""
    file, minute = io.BytesIO(), np.zeros(60 * rate, np.int16)
    with soundfile.SoundFile(file, "w", rate, 1, "PCM_16", format="FLAC") as out:
        for _ in range(round(hours * 60)):
            out.write(minute)
    return file.getvalue()


def _unstated(flac: bytes) -> bytes:
    """STREAMINFO's 36 bits of total samples (RFC 9639, 8.2) as 0: unknown."""
    return flac[:21] + bytes([flac[21] & 0xF0]) + bytes(4) + flac[26:]


def silent_mp3(hours: float, rate: int = 8000) -> bytes:
    """Every second of silence the same frames again."""
    file = io.BytesIO()
    soundfile.write(file, np.zeros(60 * rate), rate, format="MP3")
    return file.getvalue() * round(hours * 60)


def silent_opus(hours: float, packets: int | None = None) -> bytes:
    """Packets of 120 ms and two bytes (RFC 6716, 3.2: two empty frames of 60 ms) in Ogg pages (RFC 3533).

    So many as there are hours for; fewer `packets` only state them.
    """
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 1, 0, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<II", 0, 0)
    pages = [_ogg_page(head, [len(head)], 0, 0, flags=2), _ogg_page(tags, [len(tags)], 0, 1)]
    samples = round(hours * 3600 * 48000)
    packets = packets or samples // 5760
    for number, start in enumerate(range(0, packets, 255)):
        count = min(255, packets - start)
        granule = round(samples * (start + count) / packets)
        last = 4 * (start + count == packets)
        pages.append(_ogg_page(b"\x19" * count, [1] * count, granule, number + 2, flags=last))
    return b"".join(pages)


def _ogg_page(
    body: bytes, lacing: list[int], granule: int, number: int, *, flags: int = 0
) -> bytes:
    head = b"OggS" + struct.pack("<BBqIIIB", 0, flags, granule, 1, number, 0, len(lacing))
    page = head + bytes(lacing) + body
    return page[:22] + struct.pack("<I", _ogg_sum(page)) + page[26:]


def _ogg_sum(page: bytes) -> int:
    """Ogg's check sum: CRC-32 with polynomial 0x04C11DB7, not reflected, from 0."""
    value = 0
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ OGG_TABLE[value >> 24 ^ byte]
    return value


def _ogg_table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value >> 31 else 0)) & 0xFFFFFFFF
        table.append(value)
    return table


OGG_TABLE = _ogg_table()
