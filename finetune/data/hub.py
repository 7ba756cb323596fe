"""A dataset of the Hugging Face hub -> records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from finetune.data.errors import DataError
from finetune.data.reading import Record

_NAME = re.compile(r"(?:hub:)?(?P<name>[\w.-]+/[\w.-]+)(?::(?P<config>[\w.-]+))?(?:@(?P<split>\w+))?")


@dataclass(frozen=True)
class HubName:
    """owner/name, with a configuration and a split where they are given: ``klue/klue:ynat@train``."""

    name: str
    config: str | None
    split: str


def hub_name(given: str) -> HubName | None:
    """What a source names on the hub, None when it is no such name."""
    found = _NAME.fullmatch(given)
    return HubName(found["name"], found["config"], found["split"] or "train") if found else None


def read_hub(source: HubName) -> Iterator[Record]:
    """The rows of a dataset; classes by their names. Raises DataError when it cannot be had."""
    if find_spec("datasets") is None:
        raise DataError(
            f"The hub dataset {source.name} needs the package datasets; install it with: "
            "pip install -c constraints.txt 'seodang[finetune]'"
        )
    import datasets
    import httpx2

    try:
        found = datasets.load_dataset(source.name, source.config, split=source.split)
        classes = {
            name: feature.names
            for name, feature in (found.features or {}).items()
            if isinstance(feature, datasets.ClassLabel)
        }
        for number, row in enumerate(found, 1):
            yield Record(number, _named(row, classes))
    except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError, httpx2.HTTPError) as error:
        why = " ".join(str(error).split())[:160]
        raise DataError(
            f"The hub dataset {source.name} cannot be had ({why}); check its name and the network, or give a file."
        ) from error


def _named(row: Mapping[str, Any], classes: Mapping[str, list[str]]) -> dict[str, Any]:
    values = dict(row)
    for name, names in classes.items():
        if isinstance(values[name], int) and 0 <= values[name] < len(names):
            values[name] = names[values[name]]
    return values
