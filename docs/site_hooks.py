"""What mkdocs does not do by itself: files of the repository that pages link to come with the site.

A page may link to `../recipes/small.yaml`, which lies outside of docs/. Here such a file is put into the
site under the same name (a folder is its README.md), and the link is turned there. Both ways of reading, in
the repository and as a site, then have the same links.
"""

import posixpath
import re
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
OUTSIDE = re.compile(r"(?<=\]\()((?:\.\./)+)([^)#\s]+)")
"""A link of markdown that goes up: the steps, and what follows."""


LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)")
"""Any link of markdown to a file."""


def target(page: str, steps: str, rest: str) -> str | None:
    """Where the link of a page leads, from the repository's root; None for what lies in docs/.

    `page` is its path in docs/. A folder is the README.md in it, and the repository's own the site's home.
    """
    path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page), steps + rest))
    if PurePosixPath(path).parts[0] == "docs":
        return None
    if path == "README.md":
        return "index.md"
    return f"{path}/README.md" if (ROOT / path).is_dir() else path


def from_outside(folder: str, link: str) -> str:
    """The link of a file outside of docs/, in that folder: what lies in docs/ stands at the site's root."""
    path = posixpath.normpath(posixpath.join(folder, link))
    return posixpath.relpath(path.removeprefix("docs/"), folder or ".")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Take in what the pages link to outside of docs/."""
    for page in files.documentation_pages():
        for steps, rest in OUTSIDE.findall(page.content_string):
            path = target(page.src_uri, steps, rest)
            if path is not None and files.get_file_from_path(path) is None:
                if not (ROOT / path).is_file():
                    continue  # told by mkdocs, which finds the link broken
                files.append(File.generated(config, path, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn those links to where the files lie in the site."""
    here = posixpath.dirname(page.file.src_uri)
    if not Path(page.file.abs_src_path or "").is_relative_to(ROOT / "docs"):
        return LINK.sub(lambda link: from_outside(here, link[1]), markdown)

    def turned(link: re.Match[str]) -> str:
        path = target(page.file.src_uri, link[1], link[2])
        return link[0] if path is None else posixpath.relpath(path, here or ".")

    return OUTSIDE.sub(turned, markdown)
