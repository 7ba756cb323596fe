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
    """Click's default_map: top-level keys for every command, a [command] table for one, groups nested.

    Raises ConfigError where a command's settings are not a table.
    """
    shared = {key: value for key, value in settings.items() if key not in commands and not isinstance(value, dict)}
    mapped = {}
    for name, command in commands.items():
        own = settings.get(name, {})
        if not isinstance(own, dict):
            raise ConfigError(f"{FILE_NAME}: {name!r} must be a table, written [{name}]; correct it.")
        inner = getattr(command, "commands", None)
        mapped[name] = default_map({**shared, **own}, inner) if inner else {**shared, **own}
    return mapped
