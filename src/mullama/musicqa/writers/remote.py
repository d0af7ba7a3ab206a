"""Descriptions -> interviews by a language model behind an endpoint, many under way at once.

One event loop and no threads: while a result is being stored, nothing else moves. An endpoint that
gives no more replies ends the job, which can be given again. Does not know how replies are had.
"""

import asyncio
from collections.abc import Iterable, Iterator
from itertools import islice

from mullama.data.records import Clip
from mullama.musicqa.descriptions import Description
from mullama.musicqa.interview.interview import Interview
from mullama.musicqa.writers.address import Address, EndpointError
from mullama.musicqa.writers.endpoint import Endpoint, NoReplyError
from mullama.musicqa.writers.usage import Usage
from mullama.musicqa.writers.writer_options import WriterOptions

BROKEN_CLIPS = 8
"""So many clips one after another that get no reply, and the endpoint is given up."""


class RemoteWriter:
    """A model of an OpenAI-compatible server; `address` is URL#MODEL."""

    def __init__(self, address: str, options: WriterOptions) -> None:
        url, _, model = address.partition("#")
        self._address = Address(url, model)
        self._options = options
        self._broken = 0
        self.name = f"openai:{model}"
        self.usage = Usage(options.price_in, options.price_out)

    def write(self, descriptions: Iterable[Description]) -> Iterator[Clip]:
        """As they are finished. Raises EndpointError when there is no use in going on."""
        with asyncio.Runner() as runner:
            endpoint = Endpoint(self._address, self._options, self.usage)
            under_way: set[asyncio.Task[Clip]] = set()
            try:
                yield from self._drive(runner, endpoint, iter(descriptions), under_way)
            finally:
                runner.run(_end(endpoint, under_way))

    def _drive(
        self,
        runner: asyncio.Runner,
        endpoint: Endpoint,
        source: Iterator[Description],
        under_way: set[asyncio.Task[Clip]],
    ) -> Iterator[Clip]:
        """Keeps as many interviews under way as there may be, until the source is empty."""
        loop = runner.get_loop()
        while True:
            for description in islice(source, self._options.in_flight - len(under_way)):
                under_way.add(loop.create_task(self._interview(endpoint, description)))
            if not under_way:
                return
            done, _ = runner.run(asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED))
            under_way -= done
            yield from (task.result() for task in done if task.exception() is None)
            for error in filter(None, (task.exception() for task in done)):
                raise error

    async def _interview(self, endpoint: Endpoint, description: Description) -> Clip:
        talk = Interview(description, self.name, attempts=self._options.attempts)
        while talk.result is None:
            try:
                talk.receive(await endpoint.reply(talk.request))
                self._broken = 0
            except NoReplyError as error:
                self._count_broken(error)
                talk.fail(str(error))
        return talk.result

    def _count_broken(self, error: NoReplyError) -> None:
        self._broken += 1
        if self._broken >= BROKEN_CLIPS:
            raise EndpointError(
                f"{self._address.url} gives no replies ({error}); what is written stays, and the"
                " same command goes on with it"
            ) from error


async def _end(endpoint: Endpoint, under_way: set[asyncio.Task[Clip]]) -> None:
    """Drop what is still under way and close the connections."""
    for task in under_way:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)
    await endpoint.close()
