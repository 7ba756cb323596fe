"""Starts the app's server in this process, with everything off that would talk to anybody but the user."""

from __future__ import annotations

import errno
import locale
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path
from typing import Final

from ui.answerer import Answerer
from ui.words import Words, preferred, words

_APP: Final = Path(__file__).with_name("app.py")
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
# Seconds to wait for the server to answer before its address is printed anyway.
_START_LIMIT: Final = 30.0


def launch(library: Path, host: str, port: int, open_browser: bool, answerer: Answerer | None = None) -> int:
    """Serves the app for ``library`` until it is interrupted; the exit status. ``answerer`` writes the answers.

    ``port`` 0 takes a free one. The address is printed once the server answers.
    """
    language = words(preferred(os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0]))
    try:
        port = _bindable(host, port)
    except OSError as error:
        print(_refusal(error, host, port, language), file=sys.stderr)  # noqa: T201
        return 1
    os.environ["SEODANG_LIBRARY"] = str(library)
    (answerer or Answerer()).to_environment()
    address = f"http://{_shown(host)}:{port}"
    threading.Thread(target=_announce, args=(address, language, open_browser), daemon=True).start()
    return _serve(_options(host, port))


def _serve(options: dict[str, object]) -> int:
    from streamlit import config
    from streamlit.web import bootstrap

    config._main_script_path = str(_APP)  # as ``streamlit run`` does: decides where settings are looked for
    bootstrap.load_config_options(options)
    try:
        bootstrap.run(str(_APP), False, [], options)
    except KeyboardInterrupt:
        pass
    except SystemExit as exit:
        return exit.code if isinstance(exit.code, int) else 1
    return 0


def _options(host: str, port: int) -> dict[str, object]:
    """Streamlit's options. What protects the user is set even where it is the default: the user's own settings for
    other apps must not weaken it."""
    from ui.style import theme_options
    from ui.uploads import LARGEST_MB

    options: dict[str, object] = {
        "server_address": host,
        "server_port": port,
        "server_headless": True,
        "server_enableCORS": True,
        "server_enableXsrfProtection": True,
        "server_enableAgentApi": False,
        "server_enableStaticServing": False,
        "server_fileWatcherType": "none",
        "server_maxUploadSize": LARGEST_MB,
        "server_runOnSave": False,
        "browser_gatherUsageStats": False,
        "client_toolbarMode": "minimal",
        "client_showErrorDetails": "none",
        "client_showErrorLinks": False,
        "client_showSidebarNavigation": True,
        "runner_magicEnabled": False,
        "logger_level": "error",
        "logger_hideWelcomeMessage": True,
        "global_developmentMode": False,
    }
    if host in _LOOPBACK:
        options["server_allowedHosts"] = list(_LOOPBACK)  # a foreign name that resolves to this machine stays outside
    return options | theme_options()


def _bindable(host: str, port: int) -> int:
    """The port, after trying that it can be had; a free one for 0. Raises OSError."""
    family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name != "nt":  # there the option would hide that the port is taken
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(place)
        return int(probe.getsockname()[1])


def _refusal(error: OSError, host: str, port: int, language: Words) -> str:
    if error.errno == errno.EADDRINUSE or error.errno == errno.EACCES:
        return language.port_taken.format(host=host, port=port)
    return language.host_unknown.format(host=host)


def _shown(host: str) -> str:
    """The host as a browser on this machine can reach it."""
    if host in ("0.0.0.0", "::", ""):
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _announce(address: str, language: Words, open_browser: bool) -> None:
    """Prints the address as soon as the server answers."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + _START_LIMIT
    while time.monotonic() < end:
        try:
            with direct.open(f"{address}/_stcore/health", timeout=2):
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    print(language.opened.format(address=address), flush=True)  # noqa: T201
    if open_browser:
        webbrowser.open(address)
