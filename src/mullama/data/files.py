"""Any file of question-answer pairs <-> its clips with their pairs, one after the other.

The formats are the rows of `FORMATS`; which one a file has is told from its name's end, and where
several share one, from its first lines. Does not look for audio.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from mullama.data.formats.format import Format, Written
from mullama.data.formats.published import PARTS
from mullama.data.records import Clip, Pair
from mullama.data.tally import Tally
from mullama.errors import UsageError
from mullama.registry import Registry

FORMATS = Registry[Format](
    "format",
    {
        "pairs": "mullama.data.formats.jsonl:PAIRS",
        "clips": "mullama.data.formats.jsonl:CLIPS",
        "published": "mullama.data.formats.published:PUBLISHED",
        "alpaca": "mullama.data.formats.alpaca:ALPACA",
        "aqa_csv": "mullama.data.formats.aqa_csv:AQA_CSV",
        "parquet": "mullama.data.formats.parquet:PARQUET",
    },
    entry_points="mullama.formats",
)


def read_clips(path: Path, tally: Tally, *, sound: bool = True) -> Iterator[Clip]:
    """The clips of a file, also those that failed; rows that cannot be read go into the tally.

    Without `sound` the audio that the file itself holds is passed over. Raises UsageError where the
    file is not what its name and its first lines say, naming the line, item or row.
    """
    form = format_of(path)
    return (
        form.read(path, tally) if sound or form.read_text is None else form.read_text(path, tally)
    )


def read_pairs(path: Path) -> Iterator[Pair]:
    """The pairs of a file, in order. Raises UsageError like `read_clips`, and for any unreadable row."""
    for clip in read_clips(path, refusing_tally(), sound=False):
        yield from clip.to_pairs()


def refusing_tally() -> Tally:
    """A tally that raises UsageError for the first row that cannot be read."""

    def refuse(reason: str, what: str) -> None:
        raise UsageError(f"{reason}: {what}; `mullama musicqa read` writes a file without it")

    return Tally(refuse)


def write_clips(
    path: Path, clips: Iterable[Clip], tally: Tally | None = None, *, form: str | None = None
) -> Written:
    """Write a file of clips, whole or not at all, in the format `form`, or the one of its name's end.

    Clips for which the format has no place go into the tally. Raises UsageError where the disk refuses.
    """
    return format_to_write(path, form).write(path, clips, tally if tally is not None else Tally())


def format_to_write(path: Path, form: str | None = None) -> Format:
    """The format called `form`, or the one of the name's end; raises UsageError where that says none."""
    return FORMATS.load(form) if form is not None else _default(_candidates(path), path)


def format_of(path: Path) -> Format:
    """The format of a file that is there; raises UsageError where its name's end is no format's."""
    candidates = _candidates(path)
    if not path.is_file():
        raise UsageError(f"{path} cannot be read: no such file")
    told = (form for form in candidates if form.sniff is not None and form.sniff(path))
    return next(told, None) or _default(candidates, path)


def suffixes() -> list[str]:
    """How the names of files of pairs end, in lower case."""
    return list(dict.fromkeys(suffix for form in _formats() for suffix in form.suffixes))


def expand(paths: Iterable[Path]) -> list[Path]:
    """The files that are meant: a folder stands for the published files, or ours, that it holds.

    Raises UsageError for what is not there or of no format.
    """
    files = []
    for path in paths:
        found = _parts_in(path) if path.is_dir() else [path]
        if not found:
            raise UsageError(f"{path}: none of {', '.join(PARTS.values())} there; name the files")
        files += found
    for file in files:
        if not file.is_file():
            raise UsageError(f"{file}: no such file")
        _candidates(file)
    return files


def _formats() -> list[Format]:
    return [FORMATS.load(name) for name in FORMATS.names()]


def _candidates(path: Path) -> list[Format]:
    found = [form for form in _formats() if path.suffix.lower() in form.suffixes]
    if not found:
        raise UsageError(f"{path}: expected a file of pairs, ending in {', '.join(suffixes())}")
    return found


def _default(candidates: list[Format], path: Path) -> Format:
    """The format that the others are told from."""
    found = next((form for form in candidates if form.sniff is None), None)
    if found is None:
        raise UsageError(f"{path}: not a file of pairs of any known format")
    return found


def _parts_in(folder: Path) -> list[Path]:
    ours = [folder / f"{part}.jsonl" for part in PARTS]
    published = [folder / file for file in PARTS.values()]
    # Ours say more of each clip; both hold the same pairs.
    return next((found for files in (ours, published) if (found := _there(files))), [])


def _there(files: list[Path]) -> list[Path]:
    return [file for file in files if file.is_file()]
