"""`ecsuite init`: writes a configuration file to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from ecsuite.errors import ConfigExists, OutputUnwritable


@click.command(short_help="Write a commented ecsuite.toml into this folder.")
def init() -> None:
    """Write a commented ecsuite.toml into this folder; an existing one is not changed."""
    from importlib import resources  # noqa: PLC0415

    from ecsuite.config.document import NAME, find  # noqa: PLC0415

    known = find(Path.cwd())
    if known is not None and known.path.parent == Path.cwd():
        raise ConfigExists(known.name)
    text = (resources.files("ecsuite.config") / "template.toml").read_text(encoding="utf-8")
    try:
        with Path(NAME).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigExists(NAME) from None
    except OSError as error:
        raise OutputUnwritable("folder", NAME, error.strerror or str(error)) from None
    print(
        f"written: {NAME}. Name your server in it, set EC_CLIENT_ID and EC_CLIENT_SECRET in the environment, and test "
        "the connection: ecsuite doctor"
    )
