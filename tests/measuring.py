"""Leave out of the measurement of coverage what takes long under it and covers nothing."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def unmeasured(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Return the function without measurement. Even the code of other packages takes twice as long under it.

    The marker ``unmeasured`` does the same for a whole test.
    """

    @functools.wraps(function)
    def run(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        tracer = sys.gettrace()
        sys.settrace(None)
        try:
            return function(*args, **kwargs)
        finally:
            sys.settrace(tracer)

    return run
