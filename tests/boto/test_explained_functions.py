"""explain_errors with every kind of function, in threads and tasks."""

from __future__ import annotations

import asyncio
import inspect
import threading
import types
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from botocore.exceptions import ClientError

from iamtriage.boto import explain_errors
from tests.boto.denials import count_explanations, denial, notes, raise_through
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator


handler = explain_errors()


@handler
def plain(number: int, *, name: str = "x") -> str:
    """Be decorated."""
    if number < 0:
        raise denial()
    return name * number


@handler
async def coroutine(number: int) -> int:
    await asyncio.sleep(0)
    if number < 0:
        raise denial()
    return number


@handler
def generator(number: int) -> Generator[int, str, str]:
    got = ""
    for each in range(number):
        try:
            got += yield each
        except KeyError as error:
            got += f"({error.args[0]})"
    if "fail" in got:
        raise denial()
    return got


LIFE: list[str] = []


@handler
async def async_generator(number: int) -> AsyncGenerator[int, str | None]:
    got = ""
    try:
        for each in range(number):
            await asyncio.sleep(0)
            try:
                got += (yield each) or ""
            except KeyError as error:
                got += f"({error.args[0]})"
        if "fail" in got:
            raise denial()
        LIFE.append(f"end {got}")
    except GeneratorExit:
        LIFE.append(f"closed {got}")
        raise
    finally:
        await asyncio.sleep(0)
        LIFE.append("finally")


class Store:
    @handler
    def method(self, number: int) -> int:
        plain(number)
        return number

    @handler
    @staticmethod
    def static() -> NoReturn:
        raise denial()

    @classmethod
    @handler
    def class_method(cls) -> NoReturn:
        raise denial()

    @handler
    @classmethod
    def class_method_outside(cls) -> NoReturn:
        raise denial()

    @property
    @handler
    def value(self) -> int:
        raise denial()


class Callable_:  # noqa: N801
    def __call__(self) -> NoReturn:
        raise denial()


class AsyncCallable:
    async def __call__(self) -> NoReturn:
        raise denial()


def test_plain_function() -> None:
    assert plain(2, name="a") == "aa"
    assert plain.__name__ == "plain"
    assert plain.__doc__ == "Be decorated."
    assert list(inspect.signature(plain).parameters) == ["number", "name"]
    with pytest.raises(ClientError) as caught:
        plain(-1)
    assert count_explanations(caught.value) == 1


@check_rows(
    "call",
    [
        lambda: Store().method(-1),
        Store.static,
        Store().static,
        Store.class_method,
        Store.class_method_outside,
        lambda: Store().value,
        handler(Callable_()),
        lambda: asyncio.run(handler(AsyncCallable())()),
        lambda: asyncio.run(coroutine(-1)),
    ],
)
def test_other_callables(call: Callable[[], object]) -> None:
    with pytest.raises(ClientError) as caught:
        call()
    assert count_explanations(caught.value) == 1


def test_coroutine_function() -> None:
    assert inspect.iscoroutinefunction(coroutine)
    assert asyncio.run(coroutine(3)) == 3


def test_generator_function() -> None:
    assert inspect.isgeneratorfunction(generator)
    running = generator(3)
    assert next(running) == 0
    assert running.send("a") == 1
    assert running.throw(KeyError("k")) == 2
    with pytest.raises(StopIteration) as stopped:
        running.send("b")
    assert stopped.value.value == "a(k)b"

    running = generator(1)
    next(running)
    with pytest.raises(ClientError) as caught:
        running.send("fail")
    assert count_explanations(caught.value) == 1
    running = generator(2)
    next(running)
    running.close()
    with pytest.raises(StopIteration):
        next(running)


def test_stop_iteration_within_a_generator() -> None:
    @handler
    def stopping() -> Iterator[int]:
        yield 1
        raise StopIteration  # noqa: PLR1708 (a mistake that people make)

    with pytest.raises(RuntimeError, match="generator raised StopIteration"):
        list(stopping())


def test_generator_based_coroutine() -> None:
    @handler
    @types.coroutine
    def old() -> Generator[Any, Any, int]:
        yield from asyncio.sleep(0).__await__()
        return 7

    async def run() -> int:
        return await old()

    assert asyncio.run(run()) == 7


def test_async_generator_function() -> None:
    assert inspect.isasyncgenfunction(async_generator)

    async def run() -> None:
        LIFE.clear()
        assert [each async for each in async_generator(3)] == [0, 1, 2]
        assert LIFE == ["end ", "finally"]

        LIFE.clear()
        running = async_generator(3)
        assert await anext(running) == 0
        assert await running.asend("a") == 1
        assert await running.athrow(KeyError("k")) == 2
        with pytest.raises(StopAsyncIteration):
            await running.asend("b")
        assert LIFE == ["end a(k)b", "finally"]

        LIFE.clear()
        async with aclosing(async_generator(3)) as running:
            await anext(running)
            await running.asend("c")
        assert LIFE == ["closed c", "finally"]

        running = async_generator(1)
        await anext(running)
        with pytest.raises(ClientError) as caught:
            await running.asend("fail")
        assert count_explanations(caught.value) == 1
        assert caught.value.__context__ is None

        running = async_generator(1)
        await anext(running)
        thrown = denial()
        with pytest.raises(ClientError) as caught:
            await running.athrow(thrown)
        assert caught.value is thrown
        assert count_explanations(thrown) == 1

    asyncio.run(run())


def test_exceptions_of_an_async_generator_keep_their_context() -> None:
    @explain_errors()
    async def forgiving() -> AsyncIterator[int]:
        with suppress(KeyError):
            yield 1
        raise denial()

    async def run() -> None:
        running: Any = forgiving()
        await anext(running)
        with pytest.raises(ClientError) as caught:
            await running.athrow(KeyError("k"))
        assert caught.value.__context__ is None

    asyncio.run(run())


def test_decorator_without_parentheses() -> None:
    @explain_errors
    def failing() -> int:
        """Fail."""
        raise denial()

    with pytest.raises(ClientError) as caught:
        failing()
    assert count_explanations(caught.value) == 1
    assert (failing.__name__, failing.__doc__) == ("failing", "Fail.")
    with pytest.raises(TypeError, match="the decorated object must be a function, not the class ValueError"):
        explain_errors(ValueError)


def test_cancelling_an_async_generator() -> None:
    seen: list[str] = []

    @handler
    async def waiting() -> AsyncIterator[int]:
        try:
            yield 1
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    async def consume() -> None:
        async for _ in waiting():
            pass

    async def run() -> None:
        task = asyncio.create_task(consume())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert seen == ["cancelled"]


@check_rows("what", [3, None, Store, "plain"])
def test_only_functions_can_be_decorated(what: Any) -> None:  # noqa: ANN401
    with pytest.raises(TypeError):
        handler(what)


def test_async_with_and_tasks_sharing_a_handler() -> None:
    calls: list[BaseException] = []
    shared = explain_errors(callback=lambda _, error: calls.append(error))

    async def fail() -> None:
        async with shared:
            await asyncio.sleep(0)
            raise denial()

    async def run() -> list[BaseException]:
        try:
            async with shared, asyncio.TaskGroup() as group:
                for _ in range(20):
                    group.create_task(fail())
        except ExceptionGroup as failed:
            return list(failed.exceptions)
        return []

    errors = asyncio.run(run())
    assert [count_explanations(error) for error in errors] == [1] * 20
    assert sorted(map(id, calls)) == sorted(map(id, errors))


def test_threads_sharing_a_handler_and_an_exception() -> None:
    """Several threads get the exception of one future."""
    calls: list[BaseException] = []
    shared = explain_errors(callback=lambda _, error: calls.append(error))
    error = RuntimeError(str(denial()))
    barrier = threading.Barrier(8)

    def fail(_: int) -> None:
        barrier.wait()
        raise_through(error, shared)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fail, range(8)))

    assert len(notes(error)) == 1
    assert calls == [error]
