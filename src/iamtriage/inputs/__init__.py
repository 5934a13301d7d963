"""Open logs and event records: files, folders, globs, and S3 prefixes, compressed or not.

The content of an input decides how it is read, not its name. Inputs that cannot be read state the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.inputs._inputs import Input
    from iamtriage.inputs._opening import open_inputs
    from iamtriage.inputs._sources.prefetching import prefetch

__all__ = ("Input", "open_inputs", "prefetch")

_MODULE_BY_NAME = {
    "Input": "_inputs",
    "open_inputs": "_opening",
    "prefetch": "_sources.prefetching",
}
if not TYPE_CHECKING:  # with a `__getattr__`, type checkers accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
