"""A view -> the file that is asked for, whole or not at all."""

from mullama.jobs.atomic import atomic_file
from mullama.show.page import page
from mullama.show.picture import draw
from mullama.show.show_options import PAGE, ShowOptions
from mullama.show.view import View


def write(view: View, options: ShowOptions) -> None:
    """Write it. Raises UsageError where the disk refuses."""
    suffix = options.out.suffix.lower()
    with atomic_file(options.out) as part:
        if suffix == PAGE:
            part.write_text(page(view), encoding="utf-8", newline="\n")
        else:
            part.write_bytes(draw(view, suffix.removeprefix("."), options.theme))
