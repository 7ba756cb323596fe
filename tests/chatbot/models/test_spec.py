"""SPEC -> model: which door it goes through, and the sentence where none fits."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbot.errors import AdapterError, ModelUnavailable
from chatbot.models import spec as specs
from chatbot.models.served import ServedModel
from chatbot.models.spec import api_key, is_served, open_model, served_address
from tests.chatbot.models.serving import FaultyServer, free_port


@pytest.fixture(scope="module")
def server() -> Iterator[FaultyServer]:
    server = FaultyServer()
    yield server
    server.close()


@pytest.mark.parametrize(
    ("spec", "address", "name"),
    [
        ("http://localhost:8000/v1#llama", "http://localhost:8000/v1", "llama"),
        ("https://host/v1/#meta-llama/Llama-3.2-3B", "https://host/v1", "meta-llama/Llama-3.2-3B"),
        ("http://[::1]:11434/v1#llama3.2:3b", "http://[::1]:11434/v1", "llama3.2:3b"),
        ("HTTP://Host:80#/models/tiny", "http://Host:80", "/models/tiny"),
        ("http://host/v1#한국어-모델", "http://host/v1", "한국어-모델"),
    ],
)
def test_a_served_spec_is_an_address_and_a_name(spec, address, name):
    assert is_served(spec)
    assert served_address(spec) == (address, name)


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("http://localhost:8000/v1", "no model follows"),
        ("http://localhost:8000/v1#", "no model follows"),
        ("http://localhost:8000/v1# ", "no model follows"),
        ("http:///v1#m", "no host"),
        ("http://host:0/v1#m", "no host"),
        ("http://host:port/v1#m", "cannot be read"),
        ("http://host:99999/v1#m", "cannot be read"),
        ("http://[::1/v1#m", "cannot be read"),
        ("http://host/v1?key=1#m", "query"),
        ("ftp://host/m", "only http and https"),
        ("", "empty"),
        ("   ", "empty"),
        ("a\nb", "control characters"),
        ("extractive", "without a model"),
    ],
)
def test_a_malformed_spec_says_why_and_what_is_allowed(spec, why):
    with pytest.raises(ModelUnavailable, match=why) as caught:
        open_model(spec)
    assert "http://localhost:8000/v1#MODEL" in str(caught.value)
    assert "a folder" in str(caught.value)


def test_a_password_in_the_address_is_refused_and_not_repeated():
    with pytest.raises(ModelUnavailable, match="SEODANG_API_KEY") as caught:
        open_model("http://user:sk-secret@host/v1#m")
    assert "secret" not in str(caught.value)


def test_an_adapter_goes_with_local_models_only(tmp_path):
    for spec in ("http://localhost:8000/v1#m", "extractive"):
        with pytest.raises(AdapterError, match="--adapter cannot be used"):
            open_model(spec, adapter=tmp_path)
    with pytest.raises(ModelUnavailable, match="--load-in-4bit is for local models"):
        open_model("http://localhost:8000/v1#m", load_in_4bit=True)


def test_a_served_model_opens_and_knows_its_context(server):
    model = open_model(f"{server.url('vllm')}#tiny")
    try:
        assert isinstance(model, ServedModel)
        assert (model.name, model.context) == ("tiny", 4096)
    finally:
        model.close()


def test_an_absent_server_is_told_when_the_model_opens():
    with pytest.raises(ModelUnavailable, match="No model server answers"):
        open_model(f"http://127.0.0.1:{free_port()}/v1#tiny")


def test_the_key_comes_from_the_environment_and_goes_to_its_address_only(server, monkeypatch):
    monkeypatch.setenv("SEODANG_API_KEY", "sk-ours")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    open_model(f"{server.url('keyed')}#tiny").close()
    assert server.requests[-1][1]["authorization"] == "Bearer sk-ours"
    monkeypatch.setenv("SEODANG_API_URL", "https://elsewhere.example/v1")
    open_model(f"{server.url('unkeyed')}#tiny").close()
    assert server.requests[-1][0] == "/unkeyed/v1/models"
    assert "authorization" not in server.requests[-1][1]


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("http://api.openai.com/v1", None),
        ("https://api.openai.com.evil.example/v1", None),
        ("http://gpu.example:8000/v1", "ours"),
        ("http://gpu.example:8000/other", "ours"),
        ("https://gpu.example:8000/v1", None),
        ("http://gpu.example/v1", None),
    ],
)
def test_each_key_has_its_address(address, key):
    environment = {
        "OPENAI_API_KEY": "openai",
        "SEODANG_API_KEY": "ours",
        "SEODANG_API_URL": "http://gpu.example:8000/v1",
    }
    assert api_key(address, environment) == key


def test_without_an_address_of_its_own_the_key_goes_where_the_spec_points():
    assert api_key("http://any.example/v1", {"SEODANG_API_KEY": " ours "}) == "ours"
    assert api_key("http://any.example/v1", {"OPENAI_API_KEY": "openai"}) is None


@pytest.mark.parametrize(
    ("spec", "arguments", "package"),
    [
        ("http://localhost:8000/v1#m", {}, "openai"),
        ("some/model", {}, "transformers"),
        ("some/model", {"adapter": Path("adapter")}, "peft"),
        ("some/model", {"load_in_4bit": True}, "bitsandbytes"),
    ],
)
def test_missing_packages_are_named_with_the_command(monkeypatch, spec, arguments, package):
    monkeypatch.setattr(specs, "find_spec", lambda name: None if name == package else object())
    with pytest.raises(ModelUnavailable, match=package) as caught:
        open_model(spec, **arguments)
    assert str(caught.value).endswith("pip install -c constraints.txt 'seodang[models]'")


def test_naming_a_model_imports_nothing_heavy():
    code = (
        "import sys, chatbot.models.spec as s, chatbot.models.served, chatbot.followup, chatbot.conversations\n"
        "s.served_address('http://h/v1#m')\n"
        "print([m for m in ('torch', 'transformers', 'openai', 'httpx2', 'kiwipiepy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"
