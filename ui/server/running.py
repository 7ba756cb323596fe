"""Runs the server in this process until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from ui.config import ConfigError
from ui.server.access import is_loopback
from ui.server.application import Server
from ui.server.journal import log
from ui.server.limits import ServerLimits

# Seconds that a thread may take to look at its cancel event before the process ends without it.
_LAST_WAIT = 5.0
# Longer than clients keep an idle connection, so that it is the client that closes it.
_KEEP_ALIVE = 75


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket bound to an address of this machine; port 0 takes a free one.

    Raises ConfigError with a sentence for the user.
    """
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        bound = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise ConfigError(_unbound(error, host, port)) from None
    try:
        if os.name != "nt":  # there the option would hide that the port is taken
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(place)
        bound.listen(128)  # a second server that binds the same address is told so now, not when both listen
    except OSError as error:
        bound.close()
        raise ConfigError(_unbound(error, host, port)) from None
    return bound


def is_local(bound: socket.socket) -> bool:
    """Whether only this machine can reach the socket."""
    return is_loopback(str(bound.getsockname()[0]))


def address(bound: socket.socket, host: str) -> str:
    """The base URL for clients on this machine."""
    name = "localhost" if host in ("0.0.0.0", "::", "") else host
    return f"http://{f'[{name}]' if ':' in name else name}:{bound.getsockname()[1]}/v1"


def run(server: Server, bound: socket.socket, limits: ServerLimits, announce: Callable[[], None]) -> bool:
    """Serves until SIGINT or SIGTERM; ``announce`` is called when requests are taken. False when a thread hung on."""
    _log_to_stderr()
    web = WebServer(server, limits, announce)
    web.run(sockets=[bound])
    return server.slots.close(_LAST_WAIT)


class WebServer(uvicorn.Server):
    """uvicorn with our stop: requests get ``limits.grace`` seconds to finish, then they are cancelled."""

    def __init__(self, server: Server, limits: ServerLimits, announce: Callable[[], None] = lambda: None) -> None:
        config = uvicorn.Config(
            server.asgi,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=limits.connections,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=int(limits.grace + 2 * _LAST_WAIT),
        )
        super().__init__(config)
        self._slots = server.slots
        self._grace = limits.grace
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._slots.refuse()
        ending = asyncio.get_running_loop().call_later(self._grace, self._slots.cancel)
        try:
            await super().shutdown(sockets)
        finally:
            ending.cancel()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As uvicorn's, but the signal is not raised again afterwards: the library and the model are closed first."""
        if self.should_exit:
            self.force_exit = True
            self._slots.cancel()
        self.should_exit = True


def _unbound(error: OSError, host: str, port: int) -> str:
    if error.errno in (errno.EADDRINUSE, errno.EACCES):
        return f"Port {port} of {host} is taken or not allowed; give another number with --port."
    return f"{host} is not an address of this machine; give one of its own with --host, such as 127.0.0.1."


def _log_to_stderr() -> None:
    if not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        log.propagate = False
