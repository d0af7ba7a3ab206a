"""Writes a page for each verb of the command line into docs/commands, from the very parsers that read it.

python docs/make_commands.py

A test compares the pages with what this makes of the options.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from mullama.cli import SUMMARIES, build_parser

PAGES = Path(__file__).parent / "commands"
MARK = "<!-- Written by `python docs/make_commands.py` from the options themselves. -->"
"""Stands in every page, so that none is edited by hand."""


def subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parsers of a parser's words, in their order; none where it takes no such word."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def pages() -> dict[str, str]:
    """File name -> text, the list of all verbs first."""
    made = {"index.md": overview()}
    for verb in SUMMARIES:
        made[f"{verb}.md"] = verb_page(verb, subparsers(build_parser(verb))[verb])
    return made


def overview() -> str:
    """What each verb does, with links."""
    rows = [f"| [`mullama {verb}`]({verb}.md) | {said} |" for verb, said in SUMMARIES.items()]
    return "\n".join(
        [
            "# Commands",
            "",
            MARK,
            "",
            "`mullama VERB --help` shows the same. A flag may be cut short where that is clear.",
            "Exit codes: 0 all was done, 1 some of it, 2 nothing; 130 interrupted.",
            "",
            "| command | what it does |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def verb_page(verb: str, parser: argparse.ArgumentParser) -> str:
    """One verb: its own arguments, or those of each of its steps."""
    lines = [f"# mullama {verb}", "", MARK, "", parser.description or "", ""]
    steps = subparsers(parser)
    if not steps:
        return "\n".join([*lines, *arguments(parser, "##")])
    for step, inner in steps.items():
        lines += [f"## mullama {verb} {step}", "", inner.description or "", ""]
        lines += arguments(inner, "###")
    return "\n".join(lines)


def arguments(parser: argparse.ArgumentParser, heading: str) -> Iterator[str]:
    """A line to copy, then a table for each group of arguments that has any."""
    yield from ["```text", usage(parser), "```", ""]
    for group in parser._action_groups:
        shown = [action for action in group._group_actions if action.help != argparse.SUPPRESS]
        shown = [action for action in shown if not isinstance(action, argparse._HelpAction)]
        if shown:
            title = f"{str(group.title)[:1].upper()}{str(group.title)[1:]}"
            yield from [f"{heading} {title}", "", "| argument | meaning |", "|---|---|"]
            yield from (f"| {name(action)} | {meaning(action, parser)} |" for action in shown)
            yield ""


def usage(parser: argparse.ArgumentParser) -> str:
    """The command with what it cannot do without; argparse's own differs between Pythons."""
    flags = [action for action in parser._actions if action.option_strings and action.required]
    places = [action for action in parser._actions if not action.option_strings]
    words = [f"{action.option_strings[-1]} {value(action)}".strip() for action in flags]
    for action in places:
        word = value(action)
        optional = action.nargs in ("?", "*")
        more = " ..." if action.nargs in ("+", "*") else ""
        words.append(f"[{word}{more}]" if optional else f"{word}{more}")
    return " ".join([parser.prog, *words, "[options]"])


def name(action: argparse.Action) -> str:
    """`-q`, `--question TEXT`; several spellings stand one behind the other."""
    if not action.option_strings:
        return code(value(action))
    *first, last = action.option_strings
    return ", ".join(code(one) for one in [*first, f"{last} {value(action)}".strip()])


def code(text: str) -> str:
    """In a table: a bar would end the cell, and cannot be escaped in all kinds of markdown."""
    return f"<code>{text.replace('|', '&#124;')}</code>" if "|" in text else f"`{text}`"


def value(action: argparse.Action) -> str:
    """What is written behind a flag, or in its place."""
    if action.nargs == 0:
        return ""
    if isinstance(action.metavar, str):
        return action.metavar
    if action.choices is not None:
        return f"{{{','.join(map(str, action.choices))}}}"
    return action.dest.upper()


def meaning(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    """The help text as it is shown, with a capital and a full stop."""
    text = ((action.help or "") % {**vars(action), "prog": parser.prog}).removesuffix(".")
    needed = " **Required.**" if action.option_strings and action.required else ""
    return f"{text[:1].upper()}{text[1:].replace('|', '&#124;')}.{needed}"


def main() -> None:
    """Write them all, and take away the pages of verbs that are gone."""
    PAGES.mkdir(exist_ok=True)
    made = pages()
    for page in set(PAGES.glob("*.md")) - {PAGES / name for name in made}:
        page.unlink()
    for file_name, text in made.items():
        (PAGES / file_name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
