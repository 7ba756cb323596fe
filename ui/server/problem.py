"""What can be wrong with a request, and how a client reads it: OpenAI's error object."""

from __future__ import annotations

from typing import Any

from fastapi.responses import JSONResponse

from chatbot.errors import ChatbotError, ContextExceeded, Overloaded
from ingest.errors import IngestError, QuestionError

# Seconds after which a client may try again where nothing better is known.
RETRY_AFTER = 5


class ApiProblem(Exception):
    """A request that is refused or failed; ``message`` is one sentence that repeats nothing the client sent.

    ``param`` names the field of the request, ``code`` is for programs; ``retry_after`` counts seconds.
    """

    def __init__(
        self,
        status: int,
        message: str,
        code: str | None = None,
        param: str | None = None,
        retry_after: int | None = None,
        close: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.retry_after = retry_after
        self.close = close

    def as_json(self) -> dict[str, Any]:
        """The object that OpenAI's clients turn into their exceptions."""
        kind = _KINDS.get(self.status, "server_error" if self.status >= 500 else "invalid_request_error")
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}

    def response(self) -> JSONResponse:
        headers = {}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        if self.close:
            headers["Connection"] = "close"
        return JSONResponse(self.as_json(), self.status, headers)


_KINDS = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


def full(retry_after: int) -> ApiProblem:
    """Too many requests are being worked on or waiting."""
    return ApiProblem(429, "The server is busy; try again later.", "server_busy", retry_after=retry_after)


def stopping() -> ApiProblem:
    """The server is being stopped."""
    return ApiProblem(503, "The server is stopping; try again later.", "server_stopping", retry_after=RETRY_AFTER)


def unexpected(request_id: str) -> ApiProblem:
    """A defect; its place is in the server's log under ``request_id``."""
    return ApiProblem(500, f"Something unexpected went wrong; the server's log has it as {request_id}.", "unexpected")


def problem_of(error: Exception) -> ApiProblem | None:
    """What a client is told of an error of the layers below; None for one that nobody foresaw."""
    if isinstance(error, ApiProblem):
        return error
    if isinstance(error, QuestionError):
        return ApiProblem(400, str(error), "invalid_question", "messages")
    if isinstance(error, ContextExceeded):
        return ApiProblem(400, str(error), "context_length_exceeded", "messages")
    if isinstance(error, Overloaded):
        return ApiProblem(429, str(error), "model_busy", retry_after=max(1, error.retry_after))
    if isinstance(error, ChatbotError):
        return ApiProblem(503, str(error), "model_failed", retry_after=RETRY_AFTER)
    if isinstance(error, IngestError):  # its sentence names folders of this machine
        return ApiProblem(503, "The library cannot be read now.", "library_unavailable", retry_after=RETRY_AFTER)
    return None
