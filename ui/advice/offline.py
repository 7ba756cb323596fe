"""How a model gets to a machine that has no network."""

from __future__ import annotations

from typing import Literal


def offline_steps(name: str, use: Literal["answer", "embed"] = "answer") -> tuple[str, str, str]:
    """What to do for one model of the hub, in order: fetch it elsewhere, carry it over, name its folder."""
    folder = name.rpartition("/")[2]
    commands = {
        "answer": f"seodang ask QUESTION --model /PATH/TO/{folder}",
        # The library remembers the folder's name, so it has to mean the same from everywhere.
        "embed": f"seodang ingest --embedder /PATH/TO/{folder} --re-embed",
    }
    return (
        f"on a machine with a network: pip install huggingface_hub && hf download {name} --local-dir {folder}",
        f"copy the folder {folder} to this machine",
        f"here: {commands[use]}",
    )
