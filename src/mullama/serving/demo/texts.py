"""Visits -> what the page says: HTML, chat messages, a line of figures. Knows no gradio."""

from html import escape
from typing import Any

from mullama.serving.demo.visit import Conversation, Turn, Visit

ENDED = {
    "length": "cut at the largest length: allow more tokens in the options",
    "cancelled": "stopped",
    "failed": "failed",
}
"""What is said of an answer that has not ended by itself."""


def head(model: str) -> str:
    """The page's title, and which model answers."""
    bars = "".join(
        f'<rect x="{4 + 5 * i}" y="{24 - h}" width="3" height="{2 * h}" rx="1.5"/>'
        for i, h in enumerate((4, 10, 16, 7, 20, 12, 17, 6, 3))
    )
    return (
        f'<header><svg viewBox="0 0 52 48" aria-hidden="true">{bars}</svg>'
        "<div><h1>mullama</h1><p>Drop music, ask about it. Nothing leaves this server.</p></div>"
        f'<span class="model"><span>model</span> {escape(model)}</span></header>'
    )


def notice(visit: Visit) -> str:
    """What went wrong, for the page and for screen readers."""
    return f'<p class="problem" role="alert">{escape(visit.notice)}</p>' if visit.notice else ""


def card(visit: Visit) -> str:
    """The music on the page: how long it is, how much of it was heard, with what reservations."""
    if visit.listening:
        return f'<p class="song" role="status">Listening to {escape(visit.listening)} …</p>'
    found = visit.conversation
    if found is None:
        return '<p class="song" role="status">No music yet.</p>'
    rows = {"Length": length(found.seconds_total), "Heard": length(found.seconds_heard)}
    rows["Listening took"] = f"{found.listening_seconds:.2f} s"
    cells = "".join(f"<div><dt>{key}</dt><dd>{value}</dd></div>" for key, value in rows.items())
    warnings = "".join(f'<p class="warning">{escape(line)}</p>' for line in found.warnings)
    name = escape(found.name)
    return f'<div class="song" role="status"><h2>{name}</h2><dl>{cells}</dl>{warnings}</div>'


def length(seconds: float | None) -> str:
    """Seconds as people write them: 20.0 s, 3:05, 1:02:03."""
    if seconds is None:
        return "unknown"
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def choices(visit: Visit) -> list[tuple[str, str]]:
    """(what is shown, number) of each piece of music."""
    return [
        (f"{found.name} · {length(found.seconds_heard)}", number)
        for number, found in visit.conversations.items()
    ]


def messages(conversation: Conversation | None) -> list[dict[str, Any]]:
    """A conversation as a chat shows it."""
    shown: list[dict[str, Any]] = []
    for turn in conversation.turns if conversation else ():
        shown.append({"role": "user", "content": turn.question})
        shown.append({"role": "assistant", "content": turn.answer or _wordless(turn)})
    return shown


def figures(model: str, conversation: Conversation | None) -> str:
    """How the last answer came about."""
    if conversation is None or not conversation.turns or conversation.turns[-1].ended is None:
        return ""
    turn = conversation.turns[-1]
    parts = [
        escape(model),
        f"{length(conversation.seconds_heard)} heard",
        f"answered in {turn.seconds:.2f} s",
        f"{turn.tokens} tokens",
        "already listened to" if turn.known else "listened to again",
    ]
    if turn.ended in ENDED:
        parts.append(ENDED[turn.ended])
    return f'<p class="figures" role="status">{" · ".join(parts)}</p>'


def _wordless(turn: Turn) -> str:
    if turn.ended is None:
        return "…"
    return f"({ENDED.get(turn.ended, 'no words')})"
