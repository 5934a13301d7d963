"""Names of a package that load their module when they are first used (PEP 562); not for what they are."""

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
    """Give the ``__getattr__`` of a package.

    Args:
        package: its ``__name__``.
        homes: name -> the module that has it, relative to the package: a leading dot for its parent.
        modules: modules in the package that are names themselves.

    >>> lazy_names("iamtriage", {"parse_arn": "arns"})("parse_arn").__name__
    'parse_arn'
    """

    def load(name: str) -> object:
        if name not in homes and name not in modules:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        try:
            module = import_module(f".{homes.get(name, name)}", package)
        except AttributeError as error:
            # Python would take it for a name that is not there.
            msg = f"{package}.{homes.get(name, name)} cannot be loaded"
            raise ImportError(msg) from error
        if name in modules:
            return module
        value: object = getattr(module, name)
        vars(sys.modules[package])[name] = value
        return value

    return load
