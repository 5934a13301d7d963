"""Load the function of a rule by its name, so that its module is imported when it is first needed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import import_module
from typing import Any


@functools.cache
def load_rule(name: str) -> Callable[..., Any]:
    """Return a function by its name below ``iamtriage.explaining._rules``.

    >>> load_rule("credentials.keys.access_keys.explain_key_quota").__name__
    'explain_key_quota'
    """
    module, _, function = name.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(f"iamtriage.explaining._rules.{module}"), function)
    return found
