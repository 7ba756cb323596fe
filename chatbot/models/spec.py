"""A model SPEC -> a model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit, urlunsplit

from chatbot.errors import AdapterError, ModelUnavailable
from chatbot.models.model import Model
from chatbot.models.served_errors import KEY_VARIABLE, key_variable

EXTRACTIVE = "extractive"
# The address that SEODANG_API_KEY is for; without it the key goes to whichever address the SPEC names.
ADDRESS_VARIABLE = "SEODANG_API_URL"
_INSTALL = "pip install -c constraints.txt 'seodang[models]'"
_FORMS = (
    f"{EXTRACTIVE}, a hub name such as meta-llama/Llama-3.2-3B-Instruct, a folder, or an address such as "
    "http://localhost:8000/v1#MODEL"
)


def is_served(spec: str) -> bool:
    """Whether a SPEC names a server."""
    return spec.strip().lower().startswith(("http://", "https://"))


def open_model(spec: str, *, adapter: Path | None = None, load_in_4bit: bool = False) -> Model:
    """The model that ``spec`` names: a server's (``http(s)://host:port/v1#model``), else a local one by hub name or folder.

    Raises ModelUnavailable (malformed SPEC, missing packages, and what the model itself finds), AdapterError.
    """
    spec = spec.strip()
    if spec == EXTRACTIVE:
        if adapter is not None:
            raise AdapterError(_no_adapter("The extractive answerer has no model"))
        raise ModelUnavailable(f"{EXTRACTIVE!r} answers without a model; name one of: {_FORMS}.")
    if is_served(spec):
        return _served(spec, adapter, load_in_4bit)
    return _local(spec, adapter, load_in_4bit)


def served_address(spec: str) -> tuple[str, str]:
    """Base address and model name of a served SPEC. Raises ModelUnavailable when it is malformed."""
    try:
        parts = urlsplit(spec)
        port = parts.port
    except ValueError as error:
        raise _malformed(spec, "its address cannot be read") from error
    if not parts.hostname or port == 0:
        raise _malformed(spec, "its address has no host")
    if parts.username is not None or parts.password is not None:
        # Not repeated: what stands there is a secret.
        raise ModelUnavailable(
            f"A key or password does not belong in the model's address; put it in the environment variable {KEY_VARIABLE} "
            "and name the model as http://HOST:PORT/v1#MODEL."
        )
    if parts.query:
        raise _malformed(spec, "its address has a query")
    if not parts.fragment.strip():
        raise _malformed(spec, "no model follows the address; put # and its name there")
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", "")), parts.fragment.strip()


def api_key(address: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """The key for one address: OPENAI_API_KEY for api.openai.com alone; else SEODANG_API_KEY, where SEODANG_API_URL is
    unset or names the same scheme, host and port."""
    variable = key_variable(address)
    key = environment.get(variable, "").strip()
    meant = environment.get(ADDRESS_VARIABLE, "").strip()
    if not key or (variable == KEY_VARIABLE and meant and _origin(meant) != _origin(address)):
        return None
    return key


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _served(spec: str, adapter: Path | None, load_in_4bit: bool) -> Model:
    address, name = served_address(spec)
    if adapter is not None:
        raise AdapterError(_no_adapter(f"The model {name} runs on the server {address}"))
    if load_in_4bit:
        raise ModelUnavailable(
            f"--load-in-4bit is for local models; start the server {address} with a quantized model."
        )
    _require("openai")
    from chatbot.models.served import ServedModel

    model = ServedModel(address, name, api_key=api_key(address))
    try:
        model.check()
    except BaseException:
        model.close()
        raise
    return model


def _local(spec: str, adapter: Path | None, load_in_4bit: bool) -> Model:
    if not spec:
        raise _malformed(spec, "it is empty")
    if "://" in spec:
        raise _malformed(spec, "only http and https addresses name a server")
    if any(ord(character) < 32 for character in spec):
        raise _malformed(spec, "it has control characters")
    needed = ["torch", "transformers", *(["peft"] if adapter else []), *(["bitsandbytes"] if load_in_4bit else [])]
    _require(*needed)
    from chatbot.models.local import LocalModel

    return cast(Model, LocalModel.load(spec, adapter=adapter, load_in_4bit=load_in_4bit))


def _require(*packages: str) -> None:
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise ModelUnavailable(f"Models need {', '.join(missing)}, which is not installed; install it with: {_INSTALL}")


def _malformed(spec: str, why: str) -> ModelUnavailable:
    return ModelUnavailable(f"The model {spec!r} cannot be used: {why}. A model is one of: {_FORMS}.")


def _no_adapter(what: str) -> str:
    return f"{what}, so --adapter cannot be used with it; name a local model, or load the adapter on the server."
