"""Tickets come to their songs, beside the decoding: looked up first, then listened to where unknown.

Looking up has threads of its own, so that whoever asks about a known song never waits behind a long
one. Songs wait to be listened to, not tickets: many may ask about the same. A song that nobody waits
for any more is given up, in the middle if need be.
"""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import NoReturn, TypeVar

from torch import Tensor

from mullama.engine.fair_queue import FairQueue
from mullama.engine.ticket import Ticket
from mullama.errors import Cancelled
from mullama.listen.listening import EncodeWindows
from mullama.song import Song
from mullama.song_cache import SongCache, UnreadableError

LOOKING, HEARING = 2, 4
"""Threads of either kind. Files are read side by side, and windows encoded together, one batch at a time."""


@dataclass(eq=False)
class _Wanted:
    """A song that is not known yet."""

    digest: str
    audio: str
    caller: str
    future: "Future[Song]"
    tickets: set[Ticket] = field(default_factory=set)


T = TypeVar("T", Ticket, _Wanted)


class Hearing:
    """Threads between `Engine.submit` and the batch."""

    def __init__(
        self,
        songs: SongCache,
        encoding: EncodeWindows,
        *,
        digest: Callable[[str], str],
        listen: Callable[[str, Callable[[Tensor], Tensor]], Song],
        heard: Callable[[Ticket, Song], None],
    ) -> None:
        """`listen(audio, encode)` hears a file; `heard` is given each ticket with its song."""
        self._songs, self._digest, self._listen = songs, digest, listen
        self._encoding, self._heard = encoding, heard
        self._changed = threading.Condition()
        self._to_look: FairQueue[Ticket] = FairQueue()
        self._to_hear: FairQueue[_Wanted] = FairQueue()
        self._wanted: dict[str, _Wanted] = {}
        self._served: Counter[str] = Counter()
        self._closed = False
        self.hits = self.misses = 0
        for work, count in ((self._look, LOOKING), (self._hear, HEARING)):
            for number in range(count):
                name = f"mullama-{work.__name__.strip('_')}-{number}"
                threading.Thread(target=work, name=name, daemon=True).start()

    @property
    def hearing(self) -> int:
        """Songs that are being listened to."""
        return len(self._wanted) - len(self._to_hear)

    def put(self, ticket: Ticket) -> None:
        """Find this ticket's song."""
        with self._changed:
            self._to_look.put(ticket.caller, ticket)
            self._changed.notify_all()

    def leave(self, ticket: Ticket) -> None:
        """A ticket is done, perhaps before its song was heard."""
        given_up = []
        with self._changed:
            self._to_look.discard(ticket.caller, ticket)
            for wanted in list(self._wanted.values()):
                wanted.tickets.discard(ticket)
                if not wanted.tickets and self._to_hear.discard(wanted.caller, wanted):
                    del self._wanted[wanted.digest]
                    given_up.append(wanted)
        for wanted in given_up:
            self._songs.fill(wanted.digest, wanted.future, _give_up)

    def close(self) -> None:
        """Let the threads end, once nothing waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _look(self) -> None:
        while (ticket := self._next(self._to_look)) is not None:
            try:
                self._find(ticket)
            except Exception as error:  # noqa: BLE001  whatever it is, its caller is told
                ticket.finish(error)
            self._finished(ticket.caller)
            del ticket  # it may be long until the next

    def _find(self, ticket: Ticket) -> None:
        audio = str(ticket.question.audio)
        digest = self._digest(audio)
        with self._changed:
            future, mine = self._songs.claim(digest)
            ticket.song_known = not mine
            self.misses += mine
            self.hits += not mine
            if mine:
                wanted = self._wanted[digest] = _Wanted(digest, audio, ticket.caller, future)
                self._to_hear.put(wanted.caller, wanted)
                self._changed.notify_all()
            if digest in self._wanted:
                self._wanted[digest].tickets.add(ticket)
        if ticket.done:  # it left before it could be found among those who want the song
            self.leave(ticket)
        future.add_done_callback(partial(self._tell, [ticket]))

    def _tell(self, waiting: list[Ticket], future: "Future[Song]") -> None:
        """Called once the song is heard, or cannot be."""
        ticket = (
            waiting.pop()
        )  # a future remembers what it called as long as the cache has the song
        error = future.exception()
        if ticket.done:
            return
        if isinstance(error, Cancelled):  # given up just before this one came
            self.put(ticket)
        elif isinstance(error, UnreadableError):
            ticket.finish(error.under(str(ticket.question.audio)))
        elif error is not None:
            ticket.finish(error)
        else:
            try:
                self._heard(ticket, future.result())
            except Exception as failed:  # noqa: BLE001  whatever it is, its caller is told
                ticket.finish(failed)

    def _hear(self) -> None:
        while (wanted := self._next(self._to_hear)) is not None:
            self._songs.fill(wanted.digest, wanted.future, partial(self._listen_to, wanted))
            self._finished(wanted.caller)
            del wanted

    def _next(self, queue: FairQueue[T]) -> T | None:
        with self._changed:
            self._changed.wait_for(lambda: len(queue) or self._closed)
            if not len(queue):
                return None
            item = queue.pop(self._served)
            self._served[item.caller] += 1
            return item

    def _finished(self, caller: str) -> None:
        with self._changed:
            self._served[caller] -= 1
            if not self._served[caller]:
                del self._served[caller]

    def _listen_to(self, wanted: _Wanted) -> Song:
        def encode(windows: Tensor) -> Tensor:
            if not wanted.tickets:
                _give_up()
            return self._encoding(windows)

        try:
            return self._listen(wanted.audio, encode)
        finally:
            with self._changed:
                del self._wanted[wanted.digest]


def _give_up() -> NoReturn:
    raise Cancelled("nobody waits for this song any more")
