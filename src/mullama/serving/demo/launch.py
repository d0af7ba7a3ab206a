"""The page on a port of its own, or mounted in another application. Asks nothing of the network."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.middleware import Middleware

from mullama.engine import Engine
from mullama.errors import UsageError
from mullama.serving.demo.demo_options import DemoOptions
from mullama.serving.demo.doors import Doors
from mullama.serving.demo.page import MUSIC, page

STYLE = MUSIC.parent / "page.css"
COLOURS = {
    "body_background_fill": "*neutral_50",
    "body_text_color_subdued": "*neutral_600",
    "body_text_color_subdued_dark": "*neutral_300",
    "block_label_text_color": "*neutral_600",
    "block_label_text_color_dark": "*neutral_300",
    "block_title_text_color": "*neutral_700",
    "block_title_text_color_dark": "*neutral_200",
    "block_info_text_color": "*neutral_600",
    "block_info_text_color_dark": "*neutral_300",
    "input_placeholder_color": "*neutral_500",
    "input_placeholder_color_dark": "*neutral_400",
    "button_primary_background_fill": "*primary_700",
    "button_primary_background_fill_dark": "*primary_700",
    "button_primary_background_fill_hover": "*primary_800",
    "button_primary_background_fill_hover_dark": "*primary_600",
    "button_secondary_background_fill": "white",
    "button_secondary_background_fill_dark": "*neutral_800",
    "button_secondary_background_fill_hover": "*primary_50",
    "button_secondary_background_fill_hover_dark": "*neutral_700",
    "color_accent": "*primary_700",
}
"""Where the theme's own have too little contrast to be read."""
MEGABYTE = 1_000_000
SYSTEM_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
SYSTEM_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def serve(engine: Engine, options: DemoOptions, announce: Callable[[str], None]) -> None:
    """Show the page until Ctrl-C; `announce` is told each address. Raises UsageError."""
    blocks = start(engine, options, announce)
    try:
        blocks.block_thread()
    finally:
        blocks.close(verbose=False)
        engine.close(drain=False)


def start(
    engine: Engine, options: DemoOptions, announce: Callable[[str], None] = lambda address: None
) -> gr.Blocks:
    """The page, being shown by a thread; `close()` ends it. Raises UsageError."""
    blocks = page(engine, timeout=options.timeout)
    try:
        blocks.launch(
            server_name=options.host,
            server_port=options.port or None,
            share=options.share,
            auth=list(options.users().items()) or None,
            prevent_thread_lock=True,
            quiet=True,
            app_kwargs={"middleware": [Middleware(Doors, path="", **_doors(blocks, options))]},
            **_common(options),
        )
    except OSError as error:
        raise UsageError(
            f"port {options.port} of {options.host} is taken or not ours: --port takes another"
        ) from error
    for address in (blocks.local_url, blocks.share_url):
        if address:
            announce(address)
    return blocks


def mount(
    app: FastAPI,
    engine: Engine,
    options: DemoOptions,
    path: str,
    *,
    max_answer: int | None = None,
) -> FastAPI:
    """The page below `path` of an application that serves other things too.

    Answers have `max_answer` tokens at most.
    """
    blocks = page(engine, timeout=options.timeout, max_answer=max_answer)
    app.add_middleware(Doors, path=path.rstrip("/"), **_doors(blocks, options))
    return gr.mount_gradio_app(
        app,
        blocks,
        path,
        auth=list(options.users().items()) or None,
        **_common(options),
    )


def _doors(blocks: gr.Blocks, options: DemoOptions) -> dict[str, Any]:
    return {
        "folder": Path(blocks.GRADIO_CACHE),
        "max_bytes": options.max_stored_mb * MEGABYTE,
    }


def _common(options: DemoOptions) -> dict[str, Any]:
    """What a page is shown with, wherever."""
    return {
        "root_path": options.root_path or None,
        "max_file_size": options.max_mb * MEGABYTE,
        "allowed_paths": [str(path.resolve()) for path in MUSIC.iterdir()],
        "footer_links": [],
        "ssr_mode": False,
        "mcp_server": False,
        "enable_monitoring": False,
        "pwa": False,
        "theme": _theme(),
        "css": STYLE.read_text(encoding="utf-8"),
    }


def _theme() -> gr.themes.Base:
    """Fonts of the visitor's own system: none is fetched."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_lg,
        font=list(SYSTEM_FONTS),
        font_mono=list(SYSTEM_MONO),
    ).set(**COLOURS)
