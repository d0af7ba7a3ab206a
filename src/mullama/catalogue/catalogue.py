"""The sounds of a listing -> a folder of captions, by `jobs.run`: what was heard is not heard again.

    catalogue.json   what the rows depend on      heard.jsonl   what was heard, by content
    index.jsonl      digests of unchanged files   errors.jsonl  what has no caption, and why
    captions.jsonl   and whatever other formats are asked for

A renamed file has the content that was heard; a changed one has another. Does not know models.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from mullama.catalogue.caption_options import TextOptions
from mullama.catalogue.compose import Maker, compose
from mullama.catalogue.containers import open_container
from mullama.catalogue.failures import Failure, cause_without_place, write_failures
from mullama.catalogue.formats import FORMATS
from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.formats.format_options import FormatOptions
from mullama.catalogue.read_paths import Listing
from mullama.catalogue.record import CaptionRecord
from mullama.catalogue.sound_answers import ANSWER_LINES, SoundAnswers
from mullama.catalogue.sounds import Block, Listed, Place, Sound
from mullama.catalogue.spool import AnswersByDigest, Row, Spool
from mullama.catalogue.template import worded
from mullama.errors import AudioError, UsageError
from mullama.jobs.log import JsonlLog
from mullama.jobs.outcome import Outcome
from mullama.jobs.run import run
from mullama.jobs.shard import Shard
from mullama.jobs.workers import Mapper
from mullama.listen.file_index import IndexedFile, file_state, open_index

HEARD, INDEX, ERRORS, LISTING = "heard.jsonl", "index.jsonl", "errors.jsonl", "listing.jsonl"


@dataclass
class CatalogueReport:
    """What a run did."""

    outcome: Outcome
    rows: int = 0
    """Files with captions."""
    failures: int = 0
    """Files without."""
    files: list[Path] = field(default_factory=list)
    """Written by the formats."""

    @property
    def exit_code(self) -> int:
        """0: all have captions; 1: some have not; 2: none has."""
        if not self.rows:
            return 2
        return 1 if self.failures else 0


class Catalogue:
    """One folder, and what it is to hold."""

    def __init__(self, folder: Path, listing: Listing, *, songs: int, shard: Shard) -> None:
        """`songs` stand in a block; a shard takes whole blocks."""
        self.folder, self.listing, self.songs, self.shard = folder, listing, songs, shard
        self._index = open_index(folder / INDEX)
        self._log = shard.path(folder / HEARD)
        self._spool = Spool(shard.path(folder / LISTING))
        self._heard: AnswersByDigest | None = None
        self._limit: int | None = None
        self._on_failure: Callable[[Failure], None] = lambda failure: None
        self._under_way: dict[str, str] = {}

    def hear(
        self,
        mapper: Mapper[Sound, SoundAnswers],
        *,
        total: int | None = None,
        progress: bool | Callable[[int], None] = True,
        limit: int | None = None,
        on_failure: Callable[[Failure], None] = lambda failure: None,
    ) -> CatalogueReport:
        """Hear what is missing; failures of earlier runs are tried again. See `jobs.run`.

        The last run, which has no shard, takes over what shards have heard. Of the listing `limit` takes the
        first so many. `on_failure` is told what has no caption, as soon as that is known.
        """
        self._limit, self._on_failure = limit, on_failure
        log = JsonlLog[SoundAnswers](self.folder / HEARD, ANSWER_LINES)
        outcome = run(
            self._sounds(),
            self._noting(mapper),
            log if self.shard.of == 1 else log.for_shard(self.shard),
            key=lambda sound: sound.digest,
            retry_failed=True,
            total=None if total is None else round(total / self.shard.of),
            unit="song",
            progress=progress,
            on_record=self._tell,
        )
        return self._count(CatalogueReport(outcome))

    def close(self) -> None:
        """Remove what only the run that is over needs."""
        if self._heard is not None:
            self._heard.close()
        self._spool.path.unlink(missing_ok=True)

    def write(
        self,
        report: CatalogueReport,
        formats: Sequence[str],
        text: TextOptions,
        template: str,
        maker: Maker,
        form: FormatOptions,
        warn: Callable[[str], None],
    ) -> None:
        """Write the formats, of what this run listed."""
        for name in formats:
            records = self._records(text, maker)
            if template:
                records = worded(template, records)
            to = Destination(self.folder, self.listing, form, warn)
            report.files += FORMATS.load(name)(records, to)

    def _count(self, report: CatalogueReport) -> CatalogueReport:
        """Write down the failures, and how many there are of what was listed."""
        listed = 0

        heard = self._heard = AnswersByDigest(self._log)

        def failures() -> Iterator[Failure]:
            nonlocal listed
            for row in self._spool.rows():
                listed += 1
                if row.why:
                    yield Failure(row.path, row.why)
                elif heard.failed(row.digest) and (one := heard.get(row.digest)):
                    yield Failure(row.path, one.failed)

        report.failures = write_failures(self.shard.path(self.folder / ERRORS), failures())
        report.rows = listed - report.failures
        return report

    def _records(self, text: TextOptions, maker: Maker) -> Iterator[CaptionRecord]:
        heard = self._heard
        assert heard is not None  # one hears before one writes
        for row in self._spool.rows():
            if row.digest and not heard.failed(row.digest) and (one := heard.get(row.digest)):
                yield compose(row.path, one, text, maker)

    def _sounds(self) -> Iterator[Sound]:
        names = iter(self.listing)
        with self._spool:  # begun by whoever has the log, which is locked
            for number, some in enumerate(iter(lambda: list(islice(names, self.songs)), [])):
                wanted = len(some)
                if self._limit is not None:
                    wanted = min(wanted, self._limit - number * self.songs)
                if wanted <= 0:
                    return
                if str(number) in self.shard:
                    yield from self._block(number, some, wanted)

    def _block(self, number: int, some: Iterable[Listed], wanted: int) -> list[Sound]:
        """The first `wanted` that are readable; those with the same content as one before stand for nothing
        new.

        The others are asked about with them all the same, as they are without a limit.
        """
        block, every = Block(number), list[Sound]()
        met = set[str]()
        for place, listed in enumerate(some):
            row = self._row(listed)
            if place < wanted:
                self._spool.add(row)
                if row.why:
                    self._on_failure(Failure(row.path, row.why))
            if row.why:
                continue
            assert listed.place is not None
            sound = Sound(listed.path, row.digest, listed.place, block)
            if place < wanted:
                every.append(sound)
            if sound.digest not in met:
                met.add(sound.digest)
                block.sounds.append(sound)
        return every

    def _row(self, listed: Listed) -> Row:
        try:
            return Row(listed.path, self._digest(listed))
        except AudioError as error:
            file = listed.place.file if listed.place else Path(listed.path)
            return Row(listed.path, why=cause_without_place(error, file))

    def _noting(self, mapper: Mapper[Sound, SoundAnswers]) -> Mapper[Sound, SoundAnswers]:
        """The same, and the names of what is under way, for the log knows contents only."""

        def noted(sounds: Iterable[Sound]) -> Iterator[Sound]:
            for sound in sounds:
                self._under_way[sound.digest] = sound.path
                yield sound

        return lambda sounds: mapper(noted(sounds))

    def _tell(self, heard: SoundAnswers) -> None:
        path = self._under_way.pop(heard.digest)
        if heard.failed:
            self._on_failure(Failure(path, heard.failed))

    def _digest(self, listed: Listed) -> str:
        if listed.place is None:
            raise AudioError(listed.why)
        if not listed.place.member:
            return self._index.digest(listed.place.file)
        return self._member_digest(listed.place)

    def _member_digest(self, place: Place) -> str:
        name = f"{place.file.absolute()}!{place.member}"
        size, changed = file_state(place.file)
        known = self._index.find((name, size, changed))
        if known is None:
            try:
                known = open_container(place.file).digest(place.member)
            except UsageError as error:
                raise AudioError(str(error)) from error
            self._index.add(IndexedFile(name, size, changed, known))
        return known
