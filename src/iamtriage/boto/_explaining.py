"""The ``explain_errors`` context manager and decorator.

It imports ``_annotating``, and with it the rules of explanations, only if an exception is raised.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar, overload

from iamtriage._typing import override
from iamtriage.boto._options import ExplainOptions
from iamtriage.boto._wrapping import Guard, wrap_function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType
    from typing import Self

    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._facts import Facts
    from iamtriage.typing import Kind

__all__ = ("ErrorExplainer", "explain_errors")

_Function = TypeVar("_Function", bound="Callable[..., Any]")

_LOG = logging.getLogger("iamtriage.boto")


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
    logger: object = None,
    level: int = logging.ERROR,
) -> ErrorExplainer: ...
def explain_errors(  # noqa: PLR0913 (independent options, keyword-only)
    function: Callable[..., Any] | None = None,
    /,
    *,
    kinds: Iterable[Kind] | None = None,
    full: bool = False,
    redacted: bool = False,
    facts: Facts | Mapping[str, Any] | None = None,
    callback: Callable[[Explanation, BaseException], object] | None = None,
    logger: object = None,
    level: int = logging.ERROR,
) -> ErrorExplainer | Callable[..., Any]:
    """Add an explanation to each access failure that leaves a block or function.

    The same exception propagates, with a note (``__notes__``) that tracebacks, ``logging``, pytest and
    Sentry show. No exception is suppressed, and no error of iamtriage replaces it.

    The outermost exception that reports the failure, by its text or its ``__cause__``, gets the note. An
    exception that was merely raised while the failure was being handled does not report it; then the
    failure's own exception gets the note. In an exception group, each failure gets a note. If handlers are
    nested, the innermost one writes the note.

    Args:
        function: The function to decorate, if you write ``@explain_errors`` without parentheses.
        kinds: The kinds of failures to explain; by default, all but ``aws_error``.
        full: Whether the note is the whole explanation instead of its short text.
        redacted: Whether accounts, names and IDs in the note and the log record become pseudonyms. Secrets
            are always hidden. The text of the exception itself does not change.
        facts: What you know about the call, as for :func:`iamtriage.explain`.
        callback: A regular function to call with the explanation and the exception, once per exception.
        logger: Where to log the summary, once per exception: a logger or adapter of ``logging``, or a logger
            of structlog or loguru. The log record has the failure's flat record as ``iamtriage`` and its
            fingerprint as ``iamtriage_fingerprint``. It has no traceback, since the exception propagates.
        level: The level of the log record.

    Returns:
        A context manager (``with``, ``async with``) that also decorates functions, coroutines and generators.
        You can reuse it, nest it and share it between threads. With ``function``, the decorated function.

    Raises:
        ValueError: A kind is unknown.
        DocumentError: A fact is unknown or cannot be read.
        TypeError: An argument has the wrong type.

    Exceptions of a callback or logger are logged by ``iamtriage.boto`` and suppressed.

    >>> try:
    ...     with explain_errors():
    ...         raise RuntimeError("error: You must be logged in to the server (Unauthorized)")
    ... except RuntimeError as error:
    ...     print(*error.__notes__)
    iamtriage explains: The cluster could not authenticate the caller ...
    """
    explainer = ErrorExplainer(kinds, full, redacted, facts, callback, logger, level)
    return explainer if function is None else explainer(function)


class ErrorExplainer(ExplainOptions, Guard):
    """The context manager and decorator that :func:`explain_errors` returns."""

    __slots__ = ()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            self.handle_error(error)

    def __call__(self, function: _Function) -> _Function:
        """Decorate a function, coroutine function or generator function.

        Raises:
            TypeError: The argument is not a function.
        """
        return wrap_function(function, self)

    @override
    def handle_error(self, error: BaseException) -> None:
        """Explain an exception if it reports a failure. Raise only ``KeyboardInterrupt``."""
        try:
            # A BaseExceptionGroup is not an Exception, but it can contain some.
            if issubclass(type(error), (Exception, BaseExceptionGroup)):
                from iamtriage.boto._annotating import annotate

                annotate(error, self)
        except KeyboardInterrupt:
            raise
        except BaseException as raised:  # noqa: BLE001 (an error of ours must not replace the user's)
            # With a full stack or memory, or with modules gone at exit, this fails as well.
            try:
                if _LOG.isEnabledFor(logging.DEBUG):
                    from iamtriage.explaining._notes import format_traceback

                    trace = format_traceback(raised, redacted=self.redacted)
                    _LOG.debug("could not explain an exception:\n%s", trace)
            except KeyboardInterrupt:
                raise
            except BaseException:  # noqa: BLE001, S110 (as above)
                pass
