"""The routes, and the layers around them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, aclosing
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from chatbot.errors import ChatbotError
from chatbot.reply import Reply
from ingest.errors import IngestError
from ui.server.access import Gate
from ui.server.body import read_body
from ui.server.chat_request import ChatBody, ChatRequest, chat_request
from ui.server.completion import Completion
from ui.server.embedding import EmbeddingBody, embedded
from ui.server.event_stream import EventStream
from ui.server.journal import REQUEST_ID, Journal
from ui.server.limits import ServerLimits
from ui.server.listening import ClientLeft, while_connected
from ui.server.problem import ApiProblem, problem_of, unexpected
from ui.server.slots import Slots, Work

if TYPE_CHECKING:
    from chatbot import Chatbot
    from ingest.embedder import Embedder

T = TypeVar("T")
# The name under which every server answers, whatever model it has.
NAME = "seodang"
_FORESEEN: tuple[type[Exception], ...] = (ApiProblem, ChatbotError, IngestError)


class Server:
    """A chatbot and the library's embedder behind HTTP. ``asgi`` is what a web server runs; ``routes`` is inside it."""

    def __init__(
        self,
        chatbot: Chatbot,
        embedder: Callable[[], Embedder],
        embedder_name: str,
        key: str | None,
        limits: ServerLimits | None = None,
    ) -> None:
        """``embedder`` is called, in a thread, when vectors are asked for. Without a ``key`` only this machine is
        answered."""
        self._chatbot = chatbot
        self._embedder = embedder
        self._embedder_name = embedder_name
        self._limits = limits or ServerLimits()
        self._created = int(time.time())
        self.slots = Slots(self._limits)
        self.routes = self._routes()
        self.asgi = Journal(Gate(self.routes, key))

    def _routes(self) -> FastAPI:
        # No pages that describe the API, and none of FastAPI's telemetry, whatever the environment says.
        app = FastAPI(
            title="Seodang",
            docs_url=None,
            redoc_url=None,
            openapi_url=None,
            redirect_slashes=False,
            telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        )
        app.add_api_route("/health", self.health, methods=["GET", "HEAD"])
        app.add_api_route("/v1/models", self.models, methods=["GET"])
        app.add_api_route("/v1/models/{name:path}", self.model, methods=["GET"])
        app.add_api_route("/v1/chat/completions", self.chat_completions, methods=["POST"], response_model=None)
        app.add_api_route("/v1/embeddings", self.embeddings, methods=["POST"], response_model=None)
        app.add_exception_handler(HTTPException, _http_problem)
        app.add_exception_handler(ClientDisconnect, _left)
        app.add_exception_handler(ClientLeft, _left)
        app.add_exception_handler(Exception, _failed)
        for kind in _FORESEEN:
            app.add_exception_handler(kind, _failed)
        return app

    async def health(self) -> JSONResponse:
        """For load balancers; says nothing about the library or the model."""
        if self.slots.stopping:
            return JSONResponse({"status": "stopping"}, 503, {"Retry-After": "5"})
        return JSONResponse({"status": "ok"})

    async def models(self) -> JSONResponse:
        names = dict.fromkeys((*self._chat_names(), self._embedder_name))
        return JSONResponse({"object": "list", "data": [self._model(name) for name in names]})

    async def model(self, name: str) -> JSONResponse:
        if name not in (*self._chat_names(), self._embedder_name):
            raise _no_model()
        return JSONResponse(self._model(name))

    async def chat_completions(self, request: Request) -> Response:
        with ExitStack() as held:
            held.enter_context(self.slots.place())
            body = await read_body(request, ChatBody, self._limits)
            if body.model not in self._chat_names():
                raise _no_model()
            asked, completion = chat_request(body, self._limits), Completion(self._chatbot.model)
            if asked.stream:
                pieces = self.slots.items(self._streaming(asked))
                return EventStream(pieces, completion, asked.include_usage, held.pop_all(), self._limits)
            reply = await self._one(request, self._asking(asked))
            return JSONResponse(completion.whole(reply))

    async def embeddings(self, request: Request) -> Response:
        with self.slots.place():
            body = await read_body(request, EmbeddingBody, self._limits)
            if body.model not in (NAME, self._embedder_name):
                raise _no_model()
            return JSONResponse(await self._one(request, lambda cancel: embedded(self._embedder(), body, cancel)))

    async def _one(self, request: Request, work: Work[T]) -> T:
        """The one item of the work. Raises ClientLeft when nobody waits for it any more."""
        async with aclosing(while_connected(self.slots.items(work), request.receive, self._limits.keep_alive)) as items:
            async for item in items:
                if item is not None:
                    return item
        raise ClientLeft

    def _asking(self, asked: ChatRequest) -> Work[Reply]:
        def work(cancel: threading.Event) -> Iterator[Reply]:
            yield self._chatbot.ask(asked.question, asked.history, sampling=asked.sampling, cancel=cancel)

        return work

    def _streaming(self, asked: ChatRequest) -> Work[str | Reply]:
        def work(cancel: threading.Event) -> Iterator[str | Reply]:
            yield from self._chatbot.stream(asked.question, asked.history, sampling=asked.sampling, cancel=cancel)

        return work

    def _chat_names(self) -> tuple[str, str]:
        return NAME, self._chatbot.model

    def _model(self, name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": self._created, "owned_by": NAME}


def _no_model() -> ApiProblem:
    return ApiProblem(
        404, "There is no model of that name here; GET /v1/models lists them.", "model_not_found", "model"
    )  # fmt: skip


async def _failed(request: Request, error: Exception) -> Response:
    problem = problem_of(error) or unexpected(str(request.scope.get(REQUEST_ID)))
    return problem.response()


async def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = {404: "There is nothing at this path.", 405: "This path does not take this method."}
    problem = ApiProblem(error.status_code, message.get(error.status_code, "The request is refused."), "no_route")
    response = problem.response()
    response.headers.update(error.headers or {})
    return response


async def _left(request: Request, error: Exception) -> Response:
    return Response(status_code=499)  # nobody reads it; the log does
