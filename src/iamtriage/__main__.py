"""Run the command line as the command ``iamtriage`` or as ``python -m iamtriage``."""

from __future__ import annotations

import gc
import sys

# By default, Python searches the objects that imports create for unused cycles again and again, and once more
# at exit. They stay in use, so these searches only take time: a fifteenth of that of a short command.
_OBJECTS_BEFORE_COLLECTION = 100_000


def run() -> int:
    """Run the command line and return its exit status; the process ends afterwards."""
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION, *gc.get_threshold()[1:])
    from iamtriage.cli import main

    try:
        return main()
    except Exception as error:  # noqa: BLE001 (for example of an extension)
        # Python would exit with 1, which means that nothing was found.
        sys.excepthook(type(error), error, error.__traceback__)
        return 2
    finally:
        gc.freeze()


if __name__ == "__main__":
    sys.exit(run())
