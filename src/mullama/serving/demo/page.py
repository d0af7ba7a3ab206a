"""The components of the page, and what happens when they are used. What they say is in texts.py.

Whatever an event changes is shown from the visit, so that an answer that is still being made for one
piece of music never appears below another.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from mullama.answer.answer import CAPTIONS
from mullama.engine import Engine
from mullama.serving.demo import texts
from mullama.serving.demo.option_fields import option_fields, sampling_of
from mullama.serving.demo.talk import MAX_QUESTION, Talk
from mullama.serving.demo.visit import Visit

MUSIC = Path(__file__).parent / "music"
"""Music of our own that comes with the page."""
SUGGESTIONS = (
    "Which instruments play?",
    "What is the tempo?",
    "What is the mood?",
    "Which style is it?",
)
ANSWERS, HEARINGS = 32, 4
"""How many visitors' answers and files at a time; the engine makes its own batches of them."""
CACHE_CHECKED, CACHE_KEPT = 3600, 24 * 3600
"""How often old uploads are looked for, and how long they are kept, in seconds."""
SAVE = """(text) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(text, null, 2)], {type: "application/json"}));
  link.download = "mullama-conversation.json";
  link.click();
  URL.revokeObjectURL(link.href);
}"""
"""Saves a value from the browser's own memory: the server writes no file."""

Changes = dict[Any, Any]
"""Component -> what it shows next."""


def page(
    engine: Engine, *, timeout: float | None = None, max_answer: int | None = None
) -> gr.Blocks:
    """The page of one engine, for any number of visitors."""
    built = Page(Talk(engine, timeout=timeout, max_answer=max_answer))
    with UploadsOnly(
        title="mullama",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(CACHE_CHECKED, CACHE_KEPT),
    ) as blocks:
        built.lay_out()
        built.connect()
        blocks.unload(built.left)
    return blocks


class UploadsOnly(gr.Blocks):
    """Takes files that were uploaded.

    Gradio downloads what a visitor names by its address, however long it is, and mounted in another
    application lets every file of the machine be named, and fetched.
    """

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *rest: Any) -> list[Any]:
        """What the event's function is given. Raises gradio's Error for another file."""
        uploads = Path(self.GRADIO_CACHE).resolve()
        for path in _named(inputs):
            if "://" in path or not Path(path).resolve().is_relative_to(uploads):
                raise gr.Error("only files that were uploaded are taken")
        return await super().preprocess_data(block_fn, inputs, *rest)


def _named(value: Any) -> Iterator[str]:
    """The paths wherever gradio expects a file."""
    if isinstance(value, dict):
        if isinstance(path := value.get("path"), str):
            yield path
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _named(part)


class Page:
    """Each method that takes a visit answers one event."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.model = Path(talk.engine.mu.name).name

    # -------------------------------------------------------------------- layout

    def lay_out(self) -> None:
        """Create the components: the music on the left, what is said about it on the right."""
        self.visit = gr.State(Visit())
        gr.HTML(texts.head(self.model), padding=False)
        self.notice = gr.HTML(elem_id="notice", padding=False)
        with gr.Row(elem_id="columns"):
            with gr.Column(scale=5, min_width=320):
                self._lay_out_music()
            with gr.Column(scale=7, min_width=320):
                self._lay_out_chat()

    def _lay_out_music(self) -> None:
        self.audio = gr.Audio(
            label="Music",
            type="filepath",
            sources=["upload", "microphone"],
            editable=False,
            buttons=[],
            elem_id="music",
            waveform_options=gr.WaveformOptions(
                waveform_color="#5eaaa8", waveform_progress_color="#0f766e"
            ),
        )
        gr.HTML('<p class="label">Or take an example</p>', padding=False)
        with gr.Row(elem_classes="chips"):
            self.examples = [
                (gr.Button(path.stem.capitalize(), size="sm", min_width=60), path)
                for path in sorted(MUSIC.iterdir())
            ]
        self.card = gr.HTML(texts.card(Visit()), elem_id="song", padding=False)
        with gr.Column(visible=False, elem_id="shelf") as self.shelf:
            self.songs = gr.Radio(label="Your music", info="Each piece keeps its conversation.")
            with gr.Row(elem_classes="chips"):
                self.add = gr.Button("Add music", size="sm", min_width=60)
                self.remove = gr.Button("Remove this", size="sm", min_width=60)
        with gr.Accordion("Options", open=False):
            self.options = option_fields(self.talk.engine.mu.sampling())

    def _lay_out_chat(self) -> None:
        self.chat = gr.Chatbot(
            label="Conversation",
            height=450,
            elem_id="chat",
            render_markdown=False,
            buttons=[],
            layout="bubble",
            placeholder="Choose music, then ask.",
        )
        self.figures = gr.HTML(elem_id="figures", padding=False)
        with gr.Row(elem_classes="chips"):
            self.suggestions = [
                (gr.Button(text, size="sm", min_width=60), text) for text in SUGGESTIONS
            ]
        with gr.Row(elem_id="asking"):
            self.question = gr.Textbox(
                label="Your question",
                placeholder="Ask about this music …",
                max_length=MAX_QUESTION,
                max_lines=4,
                scale=8,
                min_width=200,
            )
            self.ask = gr.Button("Ask", variant="primary", scale=1, min_width=90)
        with gr.Row(elem_classes="chips"):
            self.captions = [
                (gr.Button(f"{length.capitalize()} caption", size="sm", min_width=60), text)
                for length, text in CAPTIONS.items()
            ]
            self.stop = gr.Button("Stop answering", size="sm", min_width=60)
            self.clear = gr.Button("Clear conversation", size="sm", min_width=60)
            self.download = gr.Button("Download JSON", size="sm", min_width=60)
        self.written = gr.JSON(visible="hidden")

    # -------------------------------------------------------------------- events

    def connect(self) -> None:
        """Say which event does what."""
        self._connect_music()
        said = [self.visit, self.chat, self.figures, self.notice]
        answers: dict[str, Any] = {
            "inputs": [self.visit, *self.options],
            "outputs": said,
            "concurrency_limit": ANSWERS,
            "concurrency_id": "answers",
            "trigger_mode": "multiple",
            "show_progress": "hidden",
            "api_visibility": "private",
        }
        for button, text in [*self.suggestions, *self.captions]:
            button.click(self._asking(text), **answers)
        typed: dict[str, Any] = {
            "inputs": [self.visit, self.question, *self.options],
            "outputs": [*said, self.question],
        }
        gr.on([self.ask.click, self.question.submit], self.typed, **{**answers, **typed})
        plain: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.stop.click(self.left, queue=False, **plain)
        gr.on([self.clear.click, self.chat.clear], self.cleared, self.visit, said, **plain)
        self.download.click(self.as_json, self.visit, self.written, **plain).then(
            None, self.written, js=SAVE, **plain
        )

    def _connect_music(self) -> None:
        shown = [self.visit, self.audio, self.card, self.shelf, self.songs]
        shown += [self.chat, self.figures, self.notice]
        hearing: dict[str, Any] = {
            "outputs": shown,
            "concurrency_limit": HEARINGS,
            "concurrency_id": "hearing",
            "show_progress": "hidden",
            "api_visibility": "private",
        }
        self.audio.upload(self.uploaded, [self.visit, self.audio], **hearing)
        self.audio.stop_recording(self.recorded, [self.visit, self.audio], **hearing)
        for button, path in self.examples:
            button.click(self._taking(path), self.visit, **hearing)
        plain: dict[str, Any] = {
            "outputs": shown,
            "show_progress": "hidden",
            "api_visibility": "private",
        }
        self.songs.input(self.chosen, [self.visit, self.songs], **plain)
        gr.on([self.audio.clear, self.add.click], self.put_aside, self.visit, **plain)
        self.remove.click(self.removed, self.visit, **plain)

    def uploaded(self, visit: Visit, path: str | None, request: gr.Request) -> Iterator[Changes]:
        """A file was dropped or chosen."""
        if path is not None:
            yield from self._hear(visit, request, path, Path(path).name)

    def recorded(self, visit: Visit, path: str | None, request: gr.Request) -> Iterator[Changes]:
        """The microphone was stopped."""
        if path is not None:
            yield from self._hear(visit, request, path, f"recording {visit.opened + 1}")

    def chosen(self, visit: Visit, number: str) -> Changes:
        """Another of the visit's pieces comes on the page."""
        visit.notice, visit.current = "", number
        return self._everything(visit)

    def put_aside(self, visit: Visit) -> Changes:
        """Room for another piece."""
        visit.notice = ""
        visit.leave()
        return self._everything(visit)

    def removed(self, visit: Visit) -> Changes:
        """The piece on the page is forgotten, with what was said about it."""
        visit.notice = ""
        visit.forget()
        return self._everything(visit)

    def typed(
        self, visit: Visit, question: str, request: gr.Request, *options: Any
    ) -> Iterator[Changes]:
        """A question was typed; one that cannot be put stays in its field."""
        for turn in self.talk.ask(visit, str(request.session_hash), question, sampling_of(options)):
            yield {**self._said(visit), self.question: question if turn is None else ""}

    def left(self, request: gr.Request) -> None:
        """The tab is closed, or nobody wants the rest of the answer."""
        self.talk.stop(str(request.session_hash))

    def cleared(self, visit: Visit, request: gr.Request) -> Changes:
        """What was said about this piece is forgotten."""
        self.talk.stop(str(request.session_hash))
        visit.notice = ""
        if visit.conversation is not None:
            visit.conversation.turns.clear()
        return self._said(visit)

    def as_json(self, visit: Visit) -> dict[str, Any]:
        """What is saved as a file."""
        return visit.as_json(self.model)

    def _asking(self, question: str) -> Callable[..., Iterator[Changes]]:
        def asked(visit: Visit, request: gr.Request, *options: Any) -> Iterator[Changes]:
            visitor = str(request.session_hash)
            for _ in self.talk.ask(visit, visitor, question, sampling_of(options)):
                yield self._said(visit)

        return asked

    def _taking(self, path: Path) -> Callable[..., Iterator[Changes]]:
        def taken(visit: Visit, request: gr.Request) -> Iterator[Changes]:
            yield from self._hear(visit, request, str(path.resolve()), path.name)

        return taken

    def _hear(self, visit: Visit, request: gr.Request, path: str, name: str) -> Iterator[Changes]:
        for _ in self.talk.hear(visit, str(request.session_hash), path, name):
            if visit.listening:
                yield {self.card: texts.card(visit), self.notice: texts.notice(visit)}
            else:
                yield self._everything(visit)

    def _said(self, visit: Visit) -> Changes:
        return {
            self.visit: visit,
            self.chat: texts.messages(visit.conversation),
            self.figures: texts.figures(self.model, visit.conversation),
            self.notice: texts.notice(visit),
        }

    def _everything(self, visit: Visit) -> Changes:
        found = visit.conversation
        return {
            **self._said(visit),
            self.audio: None if found is None else found.path,
            self.card: texts.card(visit),
            self.shelf: gr.update(visible=bool(visit.conversations)),
            self.songs: gr.update(choices=texts.choices(visit), value=visit.current),
        }
