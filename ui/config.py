"""Settings: flags > SEODANG_* environment > seodang.toml > the default beside the code that uses it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

FILE_NAME = "seodang.toml"


class ConfigError(Exception):
    """seodang.toml cannot be used; the message is one sentence for the user."""


def default_library() -> Path:
    """The platform's user data folder, seodang/default."""
    import platformdirs

    return Path(platformdirs.user_data_dir("seodang", appauthor=False)) / "default"


def default_conversations() -> Path:
    """The user's file of conversations, beside the default library."""
    return default_library().parent / "conversations.sqlite"


def read_config() -> dict[str, Any]:
    """Settings of ./seodang.toml or, where there is none, of the user's configuration folder; empty without either.

    Raises ConfigError when the file is not TOML.
    """
    import platformdirs

    for folder in (Path(), Path(platformdirs.user_config_dir("seodang", appauthor=False))):
        file = folder / FILE_NAME
        try:
            return tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            raise ConfigError(f"{file} cannot be read as settings ({error}); correct it or move it away.") from error
    return {}


def default_map(settings: dict[str, Any], commands: dict[str, Any]) -> dict[str, Any]:
    """Click's default_map: top-level keys for every command that has the option, a [command] table for one.

    Raises ConfigError for a key that no command has and for a command whose settings are not a table.
    """
    shared = {key: value for key, value in settings.items() if key not in commands}
    known = set().union(*(_options(command) for command in commands.values()))
    for key in shared.keys() - known:
        raise ConfigError(f"{FILE_NAME}: there is no setting {key!r}; correct or remove it.")
    mapped = {}
    for name, command in commands.items():
        own = settings.get(name, {})
        if not isinstance(own, dict):
            raise ConfigError(f"{FILE_NAME}: {name!r} must be a table, written [{name}]; correct it.")
        options = _options(command)
        for key in own.keys() - options:
            raise ConfigError(f"{FILE_NAME}: [{name}] has no setting {key!r}; correct or remove it.")
        values = {key: value for key, value in shared.items() if key in options} | own
        inner = getattr(command, "commands", None)
        mapped[name] = default_map(values, inner) if inner else values
    return mapped


def _options(command: Any) -> set[str]:
    """Names of a command's options, of a group's commands and theirs."""
    inner = getattr(command, "commands", {})
    own = {parameter.name for parameter in command.params}
    return own.union(inner, *(_options(nested) for nested in inner.values()))
