"""Puts a context manager around functions of each sort; not for what the context manager does."""

from __future__ import annotations

import inspect
import types
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator
    from types import TracebackType
    from typing import Self

__all__ = ("Guard", "wrapped")

_Function = TypeVar("_Function", bound="Callable[..., Any]")


class Guard:
    """A context manager that looks at what leaves its block, and lets it go."""

    __slots__ = ()

    def look_at(self, error: BaseException) -> None:
        """Look at an exception; nothing may come out of here but Ctrl-C."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            self.look_at(error)


def wrapped(function: _Function, guard: Guard) -> _Function:
    """Give a function of the same sort that runs within a context manager.

    A generator is within it from its first step to its last; what is sent and thrown into it arrives as ever.

    Raises:
        TypeError: not a function or another callable object, or a class.
    """
    given: Any = function
    if isinstance(given, (staticmethod, classmethod)):
        inner: Any = given.__func__  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return cast("_Function", type(given)(wrapped(inner, guard)))  # pyright: ignore[reportUnknownArgumentType]
    if not callable(given) or isinstance(given, type):
        what = f"the class {given.__name__}" if isinstance(given, type) else type(given).__name__
        msg = f"a function is decorated, not {what}"
        raise TypeError(msg)
    return cast("_Function", _wrapper(given, guard))


def _wrapper(function: Callable[..., Any], guard: Guard) -> Callable[..., Any]:
    code = getattr(function, "__code__", None)
    if inspect.isasyncgenfunction(function):
        return _async_generator(function, guard)
    if inspect.iscoroutinefunction(function) or _is_async_object(function):
        return _coroutine(function, guard)
    if inspect.isgeneratorfunction(function):
        made = _generator(function, guard)
        # Such a generator may be awaited: https://docs.python.org/3/library/types.html#types.coroutine
        awaitable = bool(code and code.co_flags & inspect.CO_ITERABLE_COROUTINE)
        return types.coroutine(made) if awaitable else made

    @wraps(function)
    def plain(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (the function's own)
        with guard:
            return function(*args, **kwargs)

    return plain


def _is_async_object(function: Callable[..., Any]) -> bool:
    return not inspect.isroutine(function) and inspect.iscoroutinefunction(
        getattr(type(function), "__call__", None)  # noqa: B004 (which sort of function it is)
    )


def _coroutine(function: Callable[..., Any], guard: Guard) -> Callable[..., Any]:
    @wraps(function)
    async def coroutine(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (the function's own)
        with guard:
            return await function(*args, **kwargs)

    return coroutine


def _generator(function: Callable[..., Generator[Any, Any, Any]], guard: Guard) -> Callable[..., Any]:
    @wraps(function)
    def generator(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:  # noqa: ANN401 (the function's own)
        with guard:
            return (yield from function(*args, **kwargs))

    return generator


def _async_generator(function: Callable[..., Any], guard: Guard) -> Callable[..., Any]:
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
                except BaseException as error:  # noqa: BLE001 (it is handed on)
                    thrown, sent = error, None
                # Not in the handler above, where what the generator raises would get `thrown` as its context.
                step = inner.asend(sent) if thrown is None else inner.athrow(thrown)
                del thrown, sent

    return async_generator
