"""One request: what became of it, for whoever waits, reads along or listens. Safe for threads.

Text is made of tokens only for those who read along, and in their own thread where they have one.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from mullama.answer.answer import Answer
from mullama.answer.choice import Choice
from mullama.answer.decoding import Token
from mullama.answer.pieces import Pieces
from mullama.answer.rolling import Row
from mullama.errors import Cancelled, TimeLimit, UsageError
from mullama.song import Song


@dataclass(frozen=True)
class Question:
    """What is asked, and of which file."""

    audio: str | None
    """None where no music is given, and the language model answers by itself."""
    text: str


@dataclass(frozen=True)
class Choices:
    """What a question may be answered by."""

    texts: tuple[str, ...]
    min_probability: float


@dataclass(frozen=True)
class TicketEvent:
    """Something that became known of a request."""

    ticket: "Ticket"
    piece: str
    """Text that became certain since the last event; may be empty."""
    tokens: int
    """How many there are by now."""
    done: bool
    """Whether this is the last event: `result()` then gives the answer, or raises, at once."""


Listener = Callable[[TicketEvent], None]


@dataclass(eq=False)
class _Listening:
    tell: Listener
    shown: int = 0
    """Pieces told so far."""


@dataclass(eq=False)
class Ticket:
    """What `Engine.submit` returns. Whatever happens, it ends once: with an answer or an error."""

    question: Question
    caller: str
    row: Row = field(repr=False)
    """Its place in a batch; the music comes to it with the song."""
    text: Callable[[Sequence[int]], str] = field(repr=False)
    """Token ids -> what they say."""
    on_done: Callable[["Ticket"], None] = field(repr=False)
    """Called once."""
    song_known: bool | None = None
    """Whether the song was in the cache; None until it is looked for, and where there is none."""
    song: Song | None = None
    """What is asked about, once it is heard."""
    choices: Choices | None = None
    """Where the answer is one of these, and nothing is written."""

    def __post_init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._ended = threading.Event()  # whoever waits for the end is not woken by each token
        self._tokens: list[Token] = []
        self._outcome: Answer | Choice | BaseException | None = None
        self._listenings: list[_Listening] = []
        self._made = Pieces(self.text)
        self._pieces: list[str] = []
        self._in_pieces = 0  # tokens that have gone into pieces

    # ------------------------------------------------------------- for whoever asked

    @property
    def done(self) -> bool:
        """Whether there is an answer or an error."""
        return self._outcome is not None

    @property
    def outcome(self) -> Answer | Choice | BaseException | None:
        """How it ended, if it has."""
        return self._outcome

    def pieces(self) -> Iterator[str]:
        """The text from its beginning, each piece as soon as it is certain.

        Ends with the answer. Raises what `result` raises, after the pieces that came before.
        """
        shown = read = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self.done or len(self._tokens) > read)  # noqa: B023
                read, outcome = len(self._tokens), self._outcome
                self._catch_up()
                new, shown = self._pieces[shown:], len(self._pieces)
            yield from new
            if isinstance(outcome, BaseException):
                raise outcome
            if outcome is not None:
                return

    def result(self, timeout: float | None = None) -> Answer:
        """Wait for the answer, `timeout` seconds at most.

        Raises AudioError for what cannot be read as music, TimeLimit, Cancelled, Closed, and
        TimeLimit also where only this wait was too short: the request goes on.
        """
        outcome = self._wait(timeout)
        if isinstance(outcome, Choice):
            raise UsageError("this question has choices: ask the ticket for its choice")
        return outcome

    def choice(self, timeout: float | None = None) -> Choice:
        """As `result`, of a question with choices."""
        outcome = self._wait(timeout)
        if isinstance(outcome, Answer):
            raise UsageError("this question has no choices: ask the ticket for its result")
        return outcome

    def cancel(self) -> None:
        """Give the request up; it leaves its batch before the next step."""
        self.finish(Cancelled("cancelled by its caller"))

    def add_listener(self, function: Listener) -> None:
        """Call `function` at once with what is known, then with each event, one at a time, in order.

        It is called from the engine's thread, which waits for it: it must return at once
        (`loop.call_soon_threadsafe` does). One that raises is called no more, and the request is
        cancelled.
        """
        with self._changed:
            self._listenings.append(_Listening(function))
            self._tell()

    # --------------------------------------------------------------- for the engine

    def add(self, token: Token) -> None:
        """One token more."""
        with self._changed:
            if not self.done:
                self._tokens.append(token)
                self._changed.notify_all()
                self._tell()

    def finish(self, outcome: Answer | Choice | BaseException) -> None:
        """End the request, unless it has ended already."""
        with self._changed:
            if self.done:
                return
            self._outcome = outcome
            self._ended.set()
            self._changed.notify_all()
            self._tell()
        self.on_done(self)

    @property
    def tokens(self) -> list[Token]:
        """Those so far."""
        with self._changed:
            return list(self._tokens)

    def _wait(self, timeout: float | None) -> Answer | Choice:
        if not self._ended.wait(timeout):
            raise TimeLimit(f"no answer yet after {timeout:g} s")
        if isinstance(self._outcome, (Answer, Choice)):
            return self._outcome
        assert self._outcome is not None
        raise self._outcome

    def _tell(self) -> None:
        for listening in list(self._listenings):
            try:
                self._catch_up()
                piece = "".join(self._pieces[listening.shown :])
                listening.shown = len(self._pieces)
                listening.tell(TicketEvent(self, piece, len(self._tokens), self.done))
            except Exception:  # noqa: BLE001  nobody is there any more, as with a closed event loop
                self._listenings.remove(listening)
                self.cancel()

    def _catch_up(self) -> None:
        """Make pieces of the tokens that none were made of yet."""
        for token in self._tokens[self._in_pieces :]:
            if piece := self._made.add(token.id):
                self._pieces.append(piece)
        self._in_pieces = len(self._tokens)
        # Asked again, it has nothing more to say.
        if isinstance(self._outcome, Answer) and (rest := self._made.rest()):
            self._pieces.append(rest)
