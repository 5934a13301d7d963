"""Load the names of a package when they are first used (PEP 562)."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

__all__ = ("is_installed", "lazy_names")


def is_installed(module: str) -> bool:
    """Return whether a module can be found, without importing it.

    >>> is_installed("json"), is_installed("no_such_package.module")
    (True, False)
    """
    from importlib.util import find_spec

    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # its parent package is missing
        return False


def lazy_names(
    package: str, module_by_name: Mapping[str, str], modules: Collection[str] = ()
) -> Callable[[str], object]:
    """Return the ``__getattr__`` of a package.

    Args:
        package: The ``__name__`` of the package.
        module_by_name: The module that defines each name, relative to the package. A leading dot means the
            parent package.
        modules: The names that are modules of the package.

    >>> lazy_names("iamtriage", {"parse_arn": "arns"})("parse_arn").__name__
    'parse_arn'
    """

    def load(name: str) -> object:
        if name not in module_by_name and name not in modules:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        module_name = f".{module_by_name.get(name, name)}"
        try:
            module = import_module(module_name, package)
            value: object = module if name in modules else getattr(module, name)
        except AttributeError as error:
            from importlib.util import resolve_name

            # For an AttributeError, Python would report only that the name cannot be imported.
            module_name = resolve_name(module_name, package)
            msg = f"{module_name} cannot be loaded: {error}"
            raise ImportError(msg, name=module_name) from error
        vars(sys.modules[package])[name] = value
        return value

    return load
