"""Run the command line as ``python -m iamtriage``."""

from __future__ import annotations

import sys

from iamtriage.cli import main

if __name__ == "__main__":
    sys.exit(main())
