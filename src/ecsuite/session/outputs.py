"""Checks before a run that its output can be written."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ecsuite.errors import OutputUnwritable


def require_writable(folder: Path, option: str, path: Path | None = None) -> None:
    """Require that files can be created in a folder; create the folder if it does not exist.

    Args:
        folder: of the files.
        option: the option that names the folder or file.
        path: the value of the option; defaults to the folder.

    Raises:
        OutputUnwritable: files cannot be created there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputUnwritable(option, path or folder, error.strerror or str(error)) from None


def require_file(path: Path, option: str, *, is_replaced: bool = False) -> None:
    """Require that a file can be written, without changing it; raises as `require_writable`.

    Args:
        path: of the file.
        option: the option that names it.
        is_replaced: whether the file will be replaced by another one, so that it must not be a device.
    """
    if path.is_dir():
        raise OutputUnwritable(option, path, "it is a folder")
    if path.exists() and not path.is_file():
        if is_replaced:
            raise OutputUnwritable(option, path, "it is no regular file")
        # A device: only writing shows whether that is possible.
        try:
            with path.open("ab", buffering=0) as device:
                device.write(b"\n")
        except OSError as error:
            raise OutputUnwritable(option, path, error.strerror or str(error)) from None
        return
    require_writable(path.parent, option, path)
