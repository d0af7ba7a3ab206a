"""One model, many callers: songs are heard once, and questions about them answered in batches."""

from mullama.engine.engine import BATCH_SIZE, CACHE_BYTES, Engine, Question, Refusal
from mullama.engine.state import EngineState
from mullama.engine.ticket import Ticket, TicketEvent

__all__ = [
    "BATCH_SIZE",
    "CACHE_BYTES",
    "Engine",
    "EngineState",
    "Question",
    "Refusal",
    "Ticket",
    "TicketEvent",
]
