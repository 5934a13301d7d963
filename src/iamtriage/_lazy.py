"""Load the names of a package when they are first used (PEP 562)."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

__all__ = ("lazy_names",)


def lazy_names(
    package: str, homes: Mapping[str, str], modules: Collection[str] = ()
) -> Callable[[str], object]:
    """Return the ``__getattr__`` of a package.

    Args:
        package: The ``__name__`` of the package.
        homes: The module that defines each name, relative to the package. A leading dot means its parent.
        modules: The names that are modules of the package.

    >>> lazy_names("iamtriage", {"parse_arn": "arns"})("parse_arn").__name__
    'parse_arn'
    """

    def load(name: str) -> object:
        if name not in homes and name not in modules:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        home = f".{homes.get(name, name)}"
        try:
            module = import_module(home, package)
            value: object = module if name in modules else getattr(module, name)
        except AttributeError as error:
            from importlib.util import resolve_name

            # For an AttributeError, Python would report only that the name cannot be imported.
            home = resolve_name(home, package)
            msg = f"{home} cannot be loaded: {error}"
            raise ImportError(msg, name=home) from error
        vars(sys.modules[package])[name] = value
        return value

    return load
