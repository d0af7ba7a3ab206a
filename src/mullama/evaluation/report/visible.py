"""Text from outside, of one line or several -> the same text with nothing in it that hides or turns."""

from mullama.printable import printable


def visible(text: str) -> str:
    """Control and formatting characters as escapes; ends of lines and tabs stay.

    Marks that turn the direction of writing are among them: they would show an answer in another
    order than it was given.
    """
    return "".join(
        part if part in "\n\t" else printable(part) for part in _parts(text.replace("\r\n", "\n"))
    )


def _parts(text: str) -> list[str]:
    parts, start = [], 0
    for place, character in enumerate(text):
        if character in "\n\t":
            parts += [text[start:place], character]
            start = place + 1
    return [part for part in [*parts, text[start:]] if part]
