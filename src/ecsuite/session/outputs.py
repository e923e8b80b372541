"""What a run is to write, tried before it runs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ecsuite.errors import OutputUnwritable


def require_writable(folder: Path, option: str, path: Path | None = None) -> None:
    """See that files can be made in a folder, which is made where it is not there.

    Args:
        folder: of the files.
        option: that names it, or the file.
        path: what the option names; the folder where it is left out.

    Raises:
        OutputUnwritable: they cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputUnwritable(option, path or folder, error.strerror or str(error)) from None


def require_file(path: Path, option: str, *, is_replaced: bool = False) -> None:
    """See that a file can be written, and leave it as it is; raises as `require_writable`.

    Args:
        path: of the file.
        option: that names it.
        is_replaced: whether another file takes its place in the end, so that it must not be a device.
    """
    if path.is_dir():
        raise OutputUnwritable(option, path, "it is a folder")
    if path.exists() and not path.is_file():
        if is_replaced:
            raise OutputUnwritable(option, path, "it is no regular file")
        # A device: what it takes is only known once something was written.
        try:
            with path.open("ab", buffering=0) as device:
                device.write(b"\n")
        except OSError as error:
            raise OutputUnwritable(option, path, error.strerror or str(error)) from None
        return
    require_writable(path.parent, option, path)
