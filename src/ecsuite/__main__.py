"""The command `ecsuite`, and `python3 -m ecsuite`."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command; an interrupt while it is being imported gives no traceback either."""
    try:
        from ecsuite.cli import main as command  # noqa: PLC0415
    except KeyboardInterrupt:
        print("ecsuite: interrupted", file=sys.stderr)
        # As in `ecsuite.cli.codes`, which is not imported yet.
        sys.exit(2)
    command()


if __name__ == "__main__":
    main()
