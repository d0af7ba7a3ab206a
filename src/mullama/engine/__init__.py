"""One model, many callers: songs are heard once, and questions about them answered in batches."""

from mullama.engine.engine import BATCH_SIZE, CACHE_BYTES, MAX_WAITING, Engine, Refusal
from mullama.engine.open_engine import open_engine
from mullama.engine.state import EngineState
from mullama.engine.ticket import Question, Ticket, TicketEvent

__all__ = [
    "BATCH_SIZE",
    "CACHE_BYTES",
    "MAX_WAITING",
    "Engine",
    "EngineState",
    "Question",
    "Refusal",
    "Ticket",
    "TicketEvent",
    "open_engine",
]
