"""``explain_errors``: a context manager and decorator; not for what it does when something is raised.

That is in ``_telling``, which is imported only then: nobody pays for explanations before something fails.
"""

from __future__ import annotations

import inspect
import logging
import os
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar, overload

from typing_extensions import override

from iamtriage.boto._wrapping import Guard, wrapped
from iamtriage.failures._checks import check_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType
    from typing import Self

    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._facts import Facts
    from iamtriage.typing import Kind

__all__ = ("ErrorExplainer", "explain_errors")

_Function = TypeVar("_Function", bound="Callable[..., Any]")

_LOG = logging.getLogger("iamtriage.boto")
# Marks at exceptions travel between processes with them, so no two processes may begin alike.
_MARKS = count(int.from_bytes(os.urandom(7), "big"))


@overload
def explain_errors(function: _Function, /) -> _Function: ...
@overload
def explain_errors(
    *,
    kinds: Iterable[Kind] | None = None,
    full: bool = False,
    redacted: bool = False,
    facts: Facts | Mapping[str, Any] | None = None,
    callback: Callable[[Explanation, BaseException], object] | None = None,
    logger: logging.Logger | logging.LoggerAdapter[Any] | None = None,
    level: int = logging.ERROR,
) -> ErrorExplainer: ...
def explain_errors(  # noqa: PLR0913 (by name, each for itself)
    function: Callable[..., Any] | None = None,
    /,
    *,
    kinds: Iterable[Kind] | None = None,
    full: bool = False,
    redacted: bool = False,
    facts: Facts | Mapping[str, Any] | None = None,
    callback: Callable[[Explanation, BaseException], object] | None = None,
    logger: logging.Logger | logging.LoggerAdapter[Any] | None = None,
    level: int = logging.ERROR,
) -> ErrorExplainer | Callable[..., Any]:
    """Explain the access failures that leave a block or a function, in a note at the exception.

    The very same exception goes on, with a note (``__notes__``) that tracebacks, ``logging``, pytest and
    Sentry show. Nothing is swallowed, and nothing that goes wrong here replaces the exception.

    The note goes to the outermost exception that tells of the failure, by its own text or by what it was
    raised from. An exception that was only raised while the failure was handled is none of those: then
    the failure's own exception has the note. In an exception group each failure has one. Of nested handlers,
    the innermost one writes the note.

    Args:
        function: a function to decorate, as ``@explain_errors`` without parentheses does.
        kinds: which kinds of failures to explain; all but ``aws_error`` unless told.
        full: whether the note is the whole explanation, with policies and commands, and not a few lines.
        redacted: whether accounts, names and ids in the note and the log record become pseudonyms. Secrets
            never show in them. The exception's own text stays as it is.
        facts: what is known beside the failure, as for :func:`iamtriage.explain`.
        callback: is called with the explanation and the exception, once for each exception. It is a plain
            function, as nothing awaits it.
        logger: is told the summary, once for each exception. The log record has the failure's flat record
            as ``iamtriage``, and its fingerprint as ``iamtriage_fingerprint``. It has no traceback, since the
            exception goes on.
        level: the level of the log record.

    Returns:
        A context manager (``with``, ``async with``) and decorator, of plain and ``async`` functions and
        generators. It can be used again, also nested and by several threads. For a function, it is the
        decorated one.

    Raises:
        ValueError: a kind that there is not.
        DocumentError: a fact that there is not, or that cannot be read.
        TypeError: an argument of another type.

    What a callback or logger raises is logged at ``iamtriage.boto``, and goes no further.

    >>> with explain_errors():
    ...     raise RuntimeError("error: You must be logged in to the server (Unauthorized)")
    Traceback (most recent call last):
        ...
    RuntimeError: error: You must be logged in to the server (Unauthorized)
    iamtriage explains: The API server does not know who calls: ...
    """
    explainer = ErrorExplainer(kinds, full, redacted, facts, callback, logger, level)
    return explainer if function is None else explainer(function)


class ErrorExplainer(Guard):
    """What :func:`explain_errors` gives."""

    __slots__ = ("callback", "facts", "full", "kinds", "level", "logger", "mark", "redacted")

    def __init__(  # noqa: PLR0913, PLR0917 (the options of explain_errors; calls by name take longer)
        self,
        kinds: Iterable[Kind] | None,
        full: bool,  # noqa: FBT001 (explain_errors takes it by name)
        redacted: bool,  # noqa: FBT001 (as full)
        facts: Facts | Mapping[str, Any] | None,
        callback: Callable[[Explanation, BaseException], object] | None,
        logger: logging.Logger | logging.LoggerAdapter[Any] | None,
        level: int,
    ) -> None:
        self.kinds = None if kinds is None else check_kinds(kinds)
        self.full = full
        self.redacted = redacted
        self.facts = None if facts is None else _facts(facts)
        if callback is not None and not callable(callback):
            _refuse("callback", "callable", callback)  # type: ignore[unreachable]
        if callback is not None and inspect.iscoroutinefunction(callback):
            _refuse("callback", "called, and nothing awaits it: a plain function", callback)
        if logger is not None and not hasattr(logger, "log"):
            _refuse("logger", "a logging.Logger", logger)
        if not isinstance(level, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            _refuse("level", "a number, such as logging.ERROR", level)  # type: ignore[unreachable]
        self.callback = callback
        self.logger = logger
        self.level = level
        self.mark = next(_MARKS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            self.look_at(error)

    def __call__(self, function: _Function) -> _Function:
        """Explain what leaves a function: a plain one, ``async``, or a generator of either sort.

        Raises:
            TypeError: not a function.
        """
        return wrapped(function, self)

    @override
    def look_at(self, error: BaseException) -> None:
        """Explain an exception on its way, if it tells of a failure. Only Ctrl-C gets out of here."""
        try:
            # A group that no Exception is may still hold some.
            if issubclass(type(error), (Exception, BaseExceptionGroup)):
                from iamtriage.boto._annotating import tell

                tell(error, self)
        except KeyboardInterrupt:
            raise
        except BaseException as ours:  # noqa: BLE001 (the user's exception matters more than ours)
            # The stack or the memory may be full, and at exit modules may be gone: then this fails as well.
            try:
                if _LOG.isEnabledFor(logging.DEBUG):
                    from iamtriage.explaining._notes import trace_of

                    _LOG.debug(
                        "an exception could not be explained:\n%s", trace_of(ours, redacted=self.redacted)
                    )
            except KeyboardInterrupt:
                raise
            except BaseException:  # noqa: BLE001, S110 (as above)
                pass


def _facts(facts: Facts | Mapping[str, Any]) -> Facts:
    from iamtriage.explaining._facts import facts_of

    return facts_of(facts)


def _refuse(name: str, wanted: str, given: object) -> None:
    msg = f"{name} is {wanted}, not {type(given).__name__}"
    raise TypeError(msg)
