"""A service -> the ASGI application: its routes, its middleware, its error objects, its OpenAPI document."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mullama.errors import MuLlamaError
from mullama.serving import captions, uploads
from mullama.serving.captions import CaptionAnswer
from mullama.serving.chat import Chat, require_model
from mullama.serving.chat_request import ChatRequest
from mullama.serving.demo_mount import DemoMount, is_demo
from mullama.serving.event_stream import EventResponse, EventStream
from mullama.serving.gate import LEFT, Gate
from mullama.serving.invalid_request import from_validation
from mullama.serving.refusals import ApiError, as_api_error
from mullama.serving.replies import Completion
from mullama.serving.service import Service, Stage
from mullama.serving.until_gone import until_gone
from mullama.serving.uploads import Deleted, FileList, FileObject

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of Prometheus' text format."""
CORS_HEADERS = ("authorization", "content-type")
_log = logging.getLogger("mullama.serving")


class Model(BaseModel):
    """A model that can be asked."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["mullama"] = "mullama"


class ModelList(BaseModel):
    """All models: the one there is."""

    object: Literal["list"] = "list"
    data: list[Model]


class ErrorDetail(BaseModel):
    """What went wrong."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(BaseModel):
    """What every refusal looks like."""

    error: ErrorDetail


REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ErrorBody},
    "5XX": {"model": ErrorBody},
}


def create_app(service: Service, demo: DemoMount | None = None) -> FastAPI:
    """The application; it loads the service's engine when it starts and closes it at its end.

    `demo` is shown below its path.
    """
    from mullama import __version__

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service.start()
        try:
            yield
        finally:
            service.close()

    app = FastAPI(
        title="mullama",
        version=__version__,
        lifespan=lifespan,
        # The pages would fetch their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        servers=[{"url": below}] if (below := service.options.root_path) else None,
        redirect_slashes=False,
    )
    _add_probes(app, service)
    _add_chat(app, service)
    _add_files(app, service)
    _add_refusals(app)
    if demo is not None:
        app.add_middleware(_Fork, demo=demo)
    app.add_middleware(Gate, service=service)
    if service.options.allow_origin:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=service.options.allow_origin,
            allow_methods=("GET", "POST", "DELETE"),
            allow_headers=CORS_HEADERS,
        )
    return app


class _Fork:
    """Middleware: requests for the demo, and all others."""

    def __init__(self, app: ASGIApp, demo: DemoMount) -> None:
        self._app, self._demo = app, demo

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        to_demo = scope["type"] == "http" and is_demo(scope["path"])
        await (self._demo if to_demo else self._app)(scope, receive, send)


def _add_probes(app: FastAPI, service: Service) -> None:
    @app.head("/health", include_in_schema=False)
    @app.get("/health")
    async def health() -> dict[str, str]:
        """Whether the process answers."""
        return {"status": "ok"}

    @app.head("/ready", include_in_schema=False)
    @app.get("/ready", responses={503: {"description": "loading, or shutting down"}})
    async def ready() -> JSONResponse:
        """Whether questions are answered."""
        status = 200 if service.stage is Stage.READY else 503
        return JSONResponse({"status": service.stage.name.lower()}, status)

    @app.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """Figures in Prometheus' text format."""
        return Response(service.metrics.text(), media_type=METRICS_TYPE)

    @app.get("/v1/models", responses=REFUSALS)
    async def models() -> ModelList:
        """The model that is served."""
        return ModelList(data=[Model(id=service.model_name, created=service.created)])

    @app.get("/v1/models/{name:path}", responses=REFUSALS)
    async def model(name: str) -> Model:
        """The same by its name."""
        require_model(service, name)
        return Model(id=name, created=service.created)


def _add_chat(app: FastAPI, service: Service) -> None:
    @app.post(
        "/v1/chat/completions",
        response_model=Completion,
        responses={
            **REFUSALS,
            200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
        },
    )
    async def chat_completions(body: ChatRequest, request: Request) -> Any:
        """Answer a question about the newest music of a conversation."""
        caller, owner = request.scope["mullama_caller"], request.scope["mullama_owner"]
        chat = Chat(service, body, caller=caller, owner=owner)
        if body.stream:
            return await until_gone(request.receive, _stream(chat))
        async with AsyncExitStack() as closing:
            return await until_gone(request.receive, _complete(chat, closing))

    @app.post(
        "/v1/captions", responses=REFUSALS, openapi_extra=_form_schema("file", "file_id", "length")
    )
    async def describe(request: Request) -> CaptionAnswer:
        """Describe music: captions, facts with their probability."""
        caller, owner = request.scope["mullama_caller"], request.scope["mullama_owner"]
        _ = service.engine  # refused before a long file is read
        async with uploads.read_form(request) as form:
            work = captions.caption(service, form, caller=caller, owner=owner)
            return await until_gone(request.receive, work)


async def _complete(chat: Chat, closing: AsyncExitStack) -> Completion:
    return await (await closing.enter_async_context(chat)).completion()


async def _stream(chat: Chat) -> EventResponse:
    """The response, once its first words or a reason to refuse are there."""
    closing = AsyncExitStack()
    try:
        stream = EventStream((await closing.enter_async_context(chat)).events())
        closing.push_async_callback(stream.aclose)
        await stream.ready()
    except BaseException:
        await closing.aclose()
        raise
    return EventResponse(stream, closing)


def _add_files(app: FastAPI, service: Service) -> None:
    @app.post("/v1/files", responses=REFUSALS, openapi_extra=_form_schema("file", "purpose"))
    async def upload(request: Request) -> FileObject:
        """Keep a sound, to be asked about by its id until it expires."""
        _ = service.engine
        async with uploads.read_form(request) as form:
            saved = await uploads.save(service, form, owner=request.scope["mullama_owner"])
            return uploads.as_object(saved)

    @app.get("/v1/files", responses=REFUSALS)
    async def files(request: Request) -> FileList:
        """The caller's files."""
        return uploads.listed(service, request.scope["mullama_owner"])

    @app.get("/v1/files/{file_id}", responses=REFUSALS)
    async def file(file_id: str, request: Request) -> FileObject:
        """One of them."""
        return uploads.find(service, file_id, request.scope["mullama_owner"])

    @app.delete("/v1/files/{file_id}", responses=REFUSALS)
    async def delete(file_id: str, request: Request) -> Deleted:
        """Delete one of them."""
        return uploads.delete(service, file_id, request.scope["mullama_owner"])


def _form_schema(*names: str) -> dict[str, Any]:
    """The OpenAPI of a form with these fields, of which `file` is a file."""
    fields = {
        name: {"type": "string", **({"format": "binary"} if name == "file" else {})}
        for name in names
    }
    content = {"multipart/form-data": {"schema": {"type": "object", "properties": fields}}}
    return {"requestBody": {"content": content, "required": True}}


def _add_refusals(app: FastAPI) -> None:
    """Whatever goes wrong is told as the API's error object."""

    @app.exception_handler(MuLlamaError)
    async def refuse(request: Request, error: MuLlamaError) -> JSONResponse:
        return _response(as_api_error(error))

    @app.exception_handler(RequestValidationError)
    async def refuse_shape(request: Request, error: RequestValidationError) -> JSONResponse:
        return _response(from_validation(error))

    @app.exception_handler(HTTPException)
    async def refuse_route(request: Request, error: HTTPException) -> JSONResponse:
        response = _response(ApiError(error.status_code, str(error.detail), code="http_error"))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(ClientDisconnect)
    async def leave(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=LEFT)  # for the metrics: its connection is closed

    @app.exception_handler(Exception)
    async def fail(request: Request, error: Exception) -> JSONResponse:
        _log.error("a request failed", exc_info=error)
        return _response(ApiError(500, "the server failed", code="internal_error"))


def _response(error: ApiError) -> JSONResponse:
    return JSONResponse(error.body, error.status, error.headers)
