"""Starting the server: what is refused before it starts, and what is switched off."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from ui.launch import _options, _shown, launch
from ui.words import words


@pytest.mark.parametrize(("language", "locale"), [("ko", "ko_KR.UTF-8"), ("en", "C.UTF-8")])
def test_a_port_in_use_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, locale: str
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert launch(tmp_path, "127.0.0.1", port, False) == 1
    seen = capsys.readouterr()
    expected = words("ko" if language == "ko" else "en").port_taken.format(host="127.0.0.1", port=port)
    assert (seen.out, seen.err) == ("", expected + "\n")
    assert str(port) in expected and "--port" in expected


def test_a_host_that_is_not_here_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert launch(tmp_path, "203.0.113.7", 0, False) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_protection_is_on_and_telemetry_off() -> None:
    options = _options("127.0.0.1", 8501)
    assert options["server_enableCORS"] is options["server_enableXsrfProtection"] is True
    assert options["browser_gatherUsageStats"] is options["server_enableAgentApi"] is False
    assert options["client_showErrorDetails"] == "none"
    assert options["server_allowedHosts"] == ["127.0.0.1", "localhost", "::1"]
    assert "server_allowedHosts" not in _options("0.0.0.0", 8501)


def test_every_option_is_known_to_streamlit() -> None:
    from streamlit import config

    assert {name.replace("_", ".") for name in _options("127.0.0.1", 1)} <= set(config._config_options_template)


def test_the_address_can_be_opened() -> None:
    assert [_shown(host) for host in ("127.0.0.1", "0.0.0.0", "::1")] == ["127.0.0.1", "localhost", "[::1]"]
