"""Run functions, coroutines and generators inside a context manager."""

from __future__ import annotations

import inspect
import types
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator
    from types import TracebackType
    from typing import Self

__all__ = ("Guard", "wrap_function")

_Function = TypeVar("_Function", bound="Callable[..., Any]")


class Guard:
    """A context manager that handles the exceptions of its block and lets them propagate."""

    __slots__ = ()

    def handle_error(self, error: BaseException) -> None:
        """Handle an exception. Implementations raise only ``KeyboardInterrupt``."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            self.handle_error(error)


def wrap_function(function: _Function, guard: Guard) -> _Function:
    """Return a function of the same kind that runs inside a guard.

    A generator is guarded from its first step to its last. Values and exceptions that are sent to it arrive
    unchanged.

    Raises:
        TypeError: The argument is a class or is not callable.
    """
    target: Any = function
    if isinstance(target, (staticmethod, classmethod)):
        inner: Any = target.__func__  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return cast("_Function", type(target)(wrap_function(inner, guard)))  # pyright: ignore[reportUnknownArgumentType]
    if not callable(target) or isinstance(target, type):
        got = f"the class {target.__name__}" if isinstance(target, type) else type(target).__name__
        msg = f"the decorated object must be a function, not {got}"
        raise TypeError(msg)
    return cast("_Function", _build_wrapper(target, guard))


def _build_wrapper(function: Callable[..., Any], guard: Guard) -> Callable[..., Any]:
    code = getattr(function, "__code__", None)
    if inspect.isasyncgenfunction(function):
        return _wrap_async_generator(function, guard)
    if inspect.iscoroutinefunction(function) or _has_async_call(function):
        return _wrap_coroutine(function, guard)
    if inspect.isgeneratorfunction(function):
        wrapper = _wrap_generator(function, guard)
        # Generator-based coroutines: https://docs.python.org/3/library/types.html#types.coroutine
        awaitable = bool(code and code.co_flags & inspect.CO_ITERABLE_COROUTINE)
        return types.coroutine(wrapper) if awaitable else wrapper

    @wraps(function)
    def plain(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (the function's own)
        with guard:
            return function(*args, **kwargs)

    return plain


def _has_async_call(function: Callable[..., Any]) -> bool:
    return not inspect.isroutine(function) and inspect.iscoroutinefunction(
        getattr(type(function), "__call__", None)  # noqa: B004 (asks for its kind, not whether it exists)
    )


def _wrap_coroutine(function: Callable[..., Any], guard: Guard) -> Callable[..., Any]:
    @wraps(function)
    async def coroutine(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (the function's own)
        with guard:
            return await function(*args, **kwargs)

    return coroutine


def _wrap_generator(function: Callable[..., Generator[Any, Any, Any]], guard: Guard) -> Callable[..., Any]:
    @wraps(function)
    def generator(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:  # noqa: ANN401 (the function's own)
        with guard:
            return (yield from function(*args, **kwargs))

    return generator


def _wrap_async_generator(function: Callable[..., Any], guard: Guard) -> Callable[..., Any]:
    @wraps(function)
    async def async_generator(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:  # noqa: ANN401 (as above)
        with guard:
            inner = function(*args, **kwargs)
            step = inner.asend(None)
            while True:
                try:
                    value = await step
                except StopAsyncIteration:
                    return
                thrown: BaseException | None = None
                try:
                    sent = yield value
                except GeneratorExit:
                    await inner.aclose()
                    raise
                except BaseException as error:  # noqa: BLE001 (thrown into the generator below)
                    thrown, sent = error, None
                # Not in the handler above: Python would set `thrown` as the context of new exceptions.
                step = inner.asend(sent) if thrown is None else inner.athrow(thrown)
                del thrown, sent

    return async_generator
