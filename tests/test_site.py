"""The documentation as a site: it builds without a warning, and no page asks another host for anything."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlparse

import pytest
import yaml

from browsers import chromium
from document_scripts import script
from mullama.cli import SUMMARIES
from paths import DOCS, ROOT

LOADED = {
    "img": ("src", "srcset"),
    "script": ("src",),
    "iframe": ("src",),
    "source": ("src", "srcset"),
    "audio": ("src",),
    "video": ("src", "poster"),
    "object": ("data",),
    "use": ("href",),
}
"""Tags that make a browser load something, and where they say what."""
REMOTE = re.compile(r"(?:https?:)?//", re.IGNORECASE)


def test_command_pages_are_current() -> None:
    """Else: python docs/make_commands.py."""
    made = script("make_commands").pages()
    assert set(made) == {"index.md", *(f"{verb}.md" for verb in SUMMARIES)}
    assert made == {page.name: page.read_text() for page in (DOCS / "commands").glob("*.md")}


def test_every_flag_is_on_its_page() -> None:
    """Also those that take several spellings, and those of the steps of a verb."""
    page = (DOCS / "commands" / "evaluate.md").read_text()
    assert all(f"--{flag}" in page for flag in ("system", "no-controls", "table", "hold-out"))
    assert "`-q`, `--question TEXT`" in (DOCS / "commands" / "ask.md").read_text()


@pytest.mark.parametrize(
    ("page", "link", "path"),
    [
        ("training.md", ("../", "recipes/own.yaml"), "recipes/own.yaml"),
        ("demo.md", ("../", "recipes/space"), "recipes/space/README.md"),
        ("tutorials/a.md", ("../../", "examples/jazz.json"), "examples/jazz.json"),
        ("tutorials/a.md", ("../", "serving.md"), None),
        ("plugins.md", ("../", "README.md"), "index.md"),
    ],
)
def test_where_links_out_of_docs_lead(page: str, link: tuple[str, str], path: str | None) -> None:
    pytest.importorskip("mkdocs")
    assert script("site_hooks").target(page, *link) == path


def test_every_page_is_in_the_navigation() -> None:
    listed = list(leaves(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]))
    there = [str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")]
    assert sorted(listed) == sorted(page for page in there if not page.endswith(".head.md"))


def leaves(part: Any) -> Iterator[str]:
    """The pages of a navigation, which is lists of pages and of titles with what stands below."""
    if isinstance(part, str):
        yield part
    for inner in (
        part if isinstance(part, list) else part.values() if isinstance(part, dict) else ()
    ):
        yield from leaves(inner)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make docs` does."""
    for package in ("mkdocs", "material", "mkdocstrings", "mkdocstrings_handlers.python"):
        pytest.importorskip(package)
    target = tmp_path_factory.mktemp("built") / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", target],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr.strip(), done.stderr
    return target


class Loads(HTMLParser):
    """What a page makes a browser load, and the links in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.styles = ""
        self._in_style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        wanted = LOADED.get(tag, ())
        if tag == "link" and given.get("rel") not in ("canonical", "next", "prev"):
            wanted = ("href",)
        self.addresses += [given[name] or "" for name in wanted if name in given]
        self.styles += given.get("style") or ""
        self._in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.styles += data


def remote_in_styles(styles: str) -> list[str]:
    """Fonts, pictures and sheets of other hosts."""
    return re.findall(r"(?:url\(\s*|@import\s+)[\"']?(?:https?:)?//[^\s)\"']+", styles)


@pytest.mark.slow
def test_nothing_is_written_to_be_loaded_from_elsewhere(site: Path) -> None:
    pages, sheets = list(site.rglob("*.html")), list(site.rglob("*.css"))
    assert len(pages) > 40
    assert sheets
    for page in pages:
        loads = Loads(page.read_text())
        assert loads.addresses
        assert not [address for address in loads.addresses if REMOTE.match(address)], page
        assert not remote_in_styles(loads.styles), page
    for sheet in sheets:
        assert not remote_in_styles(sheet.read_text()), sheet


def test_what_would_be_loaded_is_seen() -> None:
    loads = Loads(
        '<link rel="stylesheet" href="//a.b/c.css"><style>@import "https://d.e/f.css";</style>'
        '<a href="https://not.loaded"></a><img src="https://g.h/i.png">'
    )
    assert loads.addresses == ["//a.b/c.css", "https://g.h/i.png"]
    assert remote_in_styles(loads.styles + "a{src:url( 'https://j.k/l.woff2')}") == [
        '@import "https://d.e/f.css',
        "url( 'https://j.k/l.woff2",
    ]


@pytest.mark.slow
def test_links_of_the_site_lead_somewhere(site: Path) -> None:
    """Every link of every page, to a file and to a place in it; so in the reference, too."""
    places = {
        page: set(re.findall(r'\bid="?([^"\s>]+)', page.read_text()))
        for page in site.rglob("*.html")
    }
    for page in places:
        if page.name == "404.html":  # its links are those of a server's root
            continue
        for link in re.findall(r'<a\b[^>]*?\bhref="?([^"\s>]+)', page.read_text()):
            url = urlparse(link)
            if url.scheme:
                continue
            target = (page.parent / url.path).resolve() if url.path else page
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), f"{page}: {link}"
            if url.fragment and target in places and not url.fragment.startswith("__"):
                assert url.fragment in places[target], f"{page}: {link}"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.slow
def test_a_browser_asks_no_other_host(served: str) -> None:
    """Pages of each kind, in light and dark, and a search that finds something."""
    requests: list[str] = []
    said: list[str] = []
    with chromium() as browser:
        context = browser.new_context(color_scheme="dark")
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: said.append(str(error)))
        for name in ("index", "tutorials/first-song", "reference/song", "commands/ask", "choices"):
            page.goto(f"{served}/{name}.html", wait_until="networkidle")
            assert page.locator("h1").first.inner_text().strip()
        page.locator("input.md-search__input").click()
        page.locator("input.md-search__input").press_sequentially("calibrated")
        page.locator(".md-search-result__item a").first.wait_for(timeout=100_000)
        assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
    assert any("/search/search_index.json" in url for url in requests)
    asked = {urlparse(url).netloc for url in requests if not url.startswith(("data:", "blob:"))}
    assert asked == {urlparse(served).netloc}
    assert not said
