"""Let users extend explanations with causes, remedies and notes of their organization."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeAlias, TypeVar, cast

from iamtriage._text import wrong_type_message
from iamtriage.explaining._explanations.explanations import Explanation

__all__ = ("Extension", "apply_extensions", "extend", "extended", "retract")

Extension: TypeAlias = Callable[[Explanation], Explanation | None]
"""A function that takes an explanation and returns another one, or ``None`` to keep it."""

_Function = TypeVar("_Function", bound=Extension)

_LOCK = threading.Lock()
_extensions: tuple[Extension, ...] = ()


def extend(extension: _Function) -> _Function:
    """Register a function that adds your organization's knowledge to each explanation.

    This applies to the whole process: to :func:`iamtriage.explain`, ``iamtriage.boto`` and notebooks.
    Functions are called in the order in which they were added, each with the result of the previous one.
    Their exceptions propagate through ``explain``. Adding a function again has no effect. In tests, use
    :func:`extended`.

    Args:
        extension: A function that takes the explanation of a failure, and returns another explanation, such
            as ``explanation.with_added(notes=…)``, or ``None`` to keep it.

    Returns:
        The function, so ``@extend`` works as a decorator.

    Raises:
        TypeError: ``extension`` is not a function.

    >>> @extend
    ... def name_the_owners(explanation):
    ...     if "p-0a1b2c3d" in explanation.failure.text:
    ...         return explanation.with_added(notes=("SCP p-0a1b2c3d: ask #cloud-platform.",))
    >>> retract(name_the_owners)
    """
    global _extensions  # noqa: PLW0603 (the process has one list)
    if not callable(extension):
        raise TypeError(wrong_type_message("the argument of extend()", "a function", extension))
    with _LOCK:
        if extension not in _extensions:
            _extensions = (*_extensions, extension)
    return extension


def retract(extension: Extension) -> None:
    """Undo :func:`extend`. A function that was not added is ignored.

    >>> @extend
    ... def keep(explanation): ...
    >>> retract(keep)
    """
    global _extensions  # noqa: PLW0603 (the process has one list)
    with _LOCK:
        _extensions = tuple(each for each in _extensions if each != extension)


@contextmanager
def extended(*extensions: Extension) -> Generator[None]:
    """Use only these functions, as with :func:`extend`, in a block.

    The block affects all threads.

    >>> from iamtriage import explain
    >>> def add_note(explanation):
    ...     return explanation.with_added(notes=("Ask #cloud-platform.",))
    >>> with extended(add_note):
    ...     explain("AccessDenied: Access Denied").notes[0]
    'Ask #cloud-platform.'
    """
    global _extensions  # noqa: PLW0603 (the process has one list)
    with _LOCK:
        before, _extensions = _extensions, ()
    try:
        for extension in extensions:
            extend(extension)
        yield
    finally:
        with _LOCK:
            _extensions = before


def apply_extensions(explanation: Explanation) -> Explanation:
    """Return the explanation as changed by the functions."""
    for extension in _extensions:
        changed = cast("object", extension(explanation))
        if changed is None:
            continue
        if not isinstance(changed, Explanation):
            name = getattr(extension, "__name__", repr(extension))
            raise TypeError(wrong_type_message(f"the result of {name}()", "an explanation or None", changed))
        explanation = changed
    return explanation
