"""Gathers denials instead of stopping at the first; not for what each means, nor for who asks AWS more.

A denial is told as :mod:`iamtriage.explaining` tells it: by the exception and what it was raised from, never
by what another handler was busy with.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast, overload

from typing_extensions import override

from iamtriage._reading.parsing import parse_raised
from iamtriage._reading.structured.exceptions import group_behind
from iamtriage._rendering.views import View
from iamtriage.boto._merging import blocks_of, policies_of, policy_of, principals_of
from iamtriage.failures._checks import check_kinds
from iamtriage.failures._fingerprints import fingerprint
from iamtriage.failures._records import to_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    from iamtriage._rendering.blocks import Block
    from iamtriage.failures._failures import Failure
    from iamtriage.typing import Kind, Record

__all__ = ("Collection", "collect")

_P = ParamSpec("_P")
_T = TypeVar("_T")
_R = TypeVar("_R")

_DENIALS: tuple[Kind, ...] = ("access_denied", "kubernetes_forbidden")
_LIMIT = 6144
# Python's own members, whatever the class of an exception makes of the names.
_CONTEXT: Any = vars(BaseException)["__context__"]
_SUPPRESSES: Any = vars(BaseException)["__suppress_context__"]


class Collection(View, Generic[_T]):
    """The denials of a block or of several calls; :func:`collect` makes one. Threads may share it.

    As a context manager it gathers a denial that ends the block, and the program goes on behind it. Any other
    exception goes on as if the collection were not there; of an exception group, so does what is left.
    It can be used again and nested: the innermost gathers.

    The text of a failure may hold secrets. It stays in ``failure.text``, and none of the forms prints it.

    >>> with collect() as denials:
    ...     raise OSError("An error occurred (AccessDenied) when calling the ListKeys operation: No way")
    >>> denials
    <Collection: 1 problem in 1 failure>
    """

    def __init__(self, kinds: frozenset[Kind]) -> None:
        self._kinds = kinds
        self._lock = threading.Lock()
        self._failures: dict[str, Failure] = {}
        self._counts: dict[str, int] = {}
        self._results: tuple[_T | None, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        """Give what another process or a copy gets: all but the lock."""
        with self._lock:
            return {
                "_kinds": self._kinds,
                "_failures": dict(self._failures),
                "_counts": dict(self._counts),
                "_results": self._results,
            }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()

    # ------------------------------------------------ gathering

    def __enter__(self) -> Collection[_T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        return self._ends(error)

    def attempt(self) -> Attempt:
        """Give a context manager for one step within the block: after its denial, what follows is done.

        It may hold ``await``.

        >>> with collect() as denials:
        ...     for name in ("a", "b"):
        ...         with denials.attempt():
        ...             raise OSError(f"User: {name} is not authorized to perform: s3:GetObject")
        >>> len(denials)
        2
        """
        return Attempt(self._ends)

    def run(self, call: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R | None:
        """Call something, and give what it returns; None where it was denied.

        Raises:
            TypeError: what it returns has to be awaited, so its denial would not be gathered here. Put the
                ``await`` into :meth:`attempt`.

        >>> collect().run(int, "7")
        7
        """
        with self.attempt():
            result = call(*args, **kwargs)
            if inspect.iscoroutine(result):
                result.close()
                msg = (
                    "what run() calls has to be awaited: write `with denials.attempt(): await …` in its place"
                )
                raise TypeError(msg)
            return result
        return None

    def run_all(self, tasks: Iterable[Callable[[], _T]]) -> None:
        """Call each of several, and keep what they return in :attr:`results`.

        Raises:
            TypeError: one cannot be called.
        """
        for task in tasks:
            if not callable(task):
                msg = f"collect() takes callables, not {type(task).__name__}"  # type: ignore[unreachable]
                raise TypeError(msg)
            result = self.run(task)
            with self._lock:
                self._results = (*self._results, result)

    def _ends(self, error: BaseException | None, handled: BaseException | None = None) -> bool:
        """Gather what is to be gathered of an exception; tell whether that was all of it.

        Args:
            error: what ended the block.
            handled: what was handled already where the block began, and goes on behind it.

        Raises:
            BaseExceptionGroup: the rest of a group.
        """
        if error is None:
            return False
        if not isinstance(error, BaseExceptionGroup):
            return self._gathers(error, handled)
        gathered: list[Failure] = []

        def is_denial(leaf: BaseException) -> bool:
            failure = self._denial_in(leaf)
            if failure is not None:
                gathered.append(failure)
            return failure is not None

        group = cast("BaseExceptionGroup[BaseException]", error)
        try:
            denials, rest = group.split(is_denial)
            context = None if rest is None else rest.__context__
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: BLE001 (a group's own class may not be fit for it)
            return False
        if denials is None:
            return False
        self._add(gathered)
        if rest is None:
            return True
        # Python would note that it was raised while the whole group was handled, as if something else had
        # gone wrong.
        try:
            raise rest
        finally:
            rest.__context__ = context
            del rest  # else its traceback, which has this frame, would keep it alive

    def _gathers(self, error: BaseException, handled: BaseException | None) -> bool:
        failure = self._denial_in(error)
        if failure is None or _hides_stop(error, handled):
            return False
        self._add([failure])
        return True

    def _denial_in(self, error: BaseException) -> Failure | None:
        # An assertion that quotes a denial is no denial, and what stops a program has to stop it.
        if not isinstance(error, Exception) or isinstance(error, AssertionError | ExceptionGroup):
            return None
        try:
            if group_behind(error) is not None:
                return None
            failure = parse_raised(error, contexts=False)
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: BLE001 (whatever is wrong with it, it is not ours to hide)
            return None
        return None if failure is None or failure.kind not in self._kinds else failure

    def _add(self, failures: Iterable[Failure]) -> None:
        with self._lock:
            for failure in failures:
                key = fingerprint(failure)
                self._failures.setdefault(key, failure)
                self._counts[key] = self._counts.get(key, 0) + 1

    # ------------------------------------------------ what was gathered

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The failures, each problem once: the first of each, in order."""
        with self._lock:
            return tuple(self._failures.values())

    @property
    def counts(self) -> Mapping[str, int]:
        """The fingerprint of each problem -> how often it came."""
        with self._lock:
            return MappingProxyType(dict(self._counts))

    @property
    def results(self) -> tuple[_T | None, ...]:
        """What the tasks returned, in order; None for those that were denied."""
        return self._results

    @property
    def principals(self) -> tuple[str, ...]:
        """Whom AWS denied, in order. A role stands for all of its sessions, without its path."""
        return principals_of(self.failures)

    def __len__(self) -> int:
        return len(self.failures)

    def __bool__(self) -> bool:
        return bool(self._failures)

    def __iter__(self) -> Iterator[Failure]:
        return iter(self.failures)

    def policy(self, principal: str | None = None) -> dict[str, Any]:
        """Give one least-privilege policy document for what was denied; see :func:`iamtriage.policy_for`.

        Args:
            principal: whose; the ARN of a role, a role session or a user. A policy is of one principal, so
                it has to be given where several were denied. Denials that name nobody count as those of
                the one that the others name, and of nobody where these name several.

        Raises:
            ValueError: several principals were denied, or not this one.
        """
        return policy_of(self.failures, principal)

    def policies(self, principal: str | None = None, *, limit: int = _LIMIT) -> tuple[dict[str, Any], ...]:
        """Give the policy as documents none of which is over a limit; see :func:`iamtriage.policies_for`.

        Args:
            principal: as for :meth:`policy`.
            limit: characters that a document may have, white space not counted.

        Raises:
            ValueError: as for :meth:`policy`; or the limit is under 256.
        """
        return policies_of(self.failures, principal, limit)

    def to_records(self) -> list[Record]:
        """Give the failures as flat records, each problem once."""
        return [to_record(failure) for failure in self.failures]

    # ------------------------------------------------ for people

    def report(self, *, width: int = 80, color: bool = False) -> str:
        """Give what was gathered for a terminal: the problems, who can do what, and the policies.

        Args:
            width: columns of the terminal, 40 at least.
            color: whether to use colours and bold letters.

        >>> print(collect().report())
        Nothing was denied.
        """
        from iamtriage._rendering.terminal import render

        return render(self._shown(), width=width, color=color)

    @override
    def _blocks(self) -> Iterator[Block]:
        with self._lock:
            return blocks_of(tuple(self._failures.values()), dict(self._counts))

    @override
    def __repr__(self) -> str:
        with self._lock:
            problems, failures = len(self._failures), sum(self._counts.values())
        return f"<Collection: {_counted(problems, 'problem')} in {_counted(failures, 'failure')}>"


class Attempt:
    """One step of a block, see :meth:`Collection.attempt`."""

    def __init__(self, ends: Callable[[BaseException | None, BaseException | None], bool]) -> None:
        self._ends = ends
        self._handled: BaseException | None = None

    def __enter__(self) -> None:
        """Begin the step."""
        self._handled = sys.exception()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        handled, self._handled = self._handled, None
        return self._ends(error, handled)


@overload
def collect(tasks: None = None, *, kinds: Iterable[Kind] = ...) -> Collection[None]: ...
@overload
def collect(tasks: Iterable[Callable[[], _T]], *, kinds: Iterable[Kind] = ...) -> Collection[_T]: ...
def collect(
    tasks: Iterable[Callable[[], Any]] | None = None, *, kinds: Iterable[Kind] = _DENIALS
) -> Collection[Any]:
    """Gather denials instead of stopping at the first, for all that a program lacks in one run.

    ``with collect() as denials:`` gathers the denial that ends the block. ``denials.attempt()`` and
    ``denials.run(…)`` gather it of a step, and the block goes on. ``collect([f, g])`` calls each function and
    goes on after denials; what they return is in ``results``.

    A program that goes on after a denial does other things than it would have done. Leave out of it what must
    not happen without the step before.

    Args:
        tasks: callables without arguments; None for a context manager.
        kinds: the kinds of failures to gather. Other exceptions go on untouched, and so do those that
            were raised in a handler of a denial without ``from``, and a denial that stands in the way of
            Ctrl-C or of the end of a cancelled task.

    Raises:
        TypeError: a task cannot be called, or ``kinds`` is one text.
        ValueError: there is no such kind.

    >>> def read():
    ...     raise OSError("AccessDenied: User: ana is not authorized to perform: s3:GetObject")
    >>> denials = collect([read, lambda: "written", read])
    >>> denials.results, len(denials), *denials.counts.values()
    ((None, 'written', None), 1, 2)
    """
    collection: Collection[Any] = Collection(check_kinds(kinds))
    if tasks is not None:
        if not isinstance(tasks, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
            msg = (  # type: ignore[unreachable]
                f"collect() takes a list of callables, not {type(tasks).__name__}; "
                "within a function, write `with collect() as denials:`"
            )
            raise TypeError(msg)
        collection.run_all(tasks)
    return collection


def _hides_stop(error: BaseException, handled: BaseException | None) -> bool:
    """Tell whether a denial, in ``finally`` say, took the place of what was to stop the program or task."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and current is not handled and id(current) not in seen:
        seen.add(id(current))
        if not issubclass(type(current), (Exception, BaseExceptionGroup)):
            return True
        # What is raised by `from` takes the place of its cause on purpose. Properties of the class may raise.
        current = None if _SUPPRESSES.__get__(current) else _CONTEXT.__get__(current)
    return False


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
