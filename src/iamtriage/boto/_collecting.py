"""Collect denials instead of stopping at the first one.

As in :mod:`iamtriage.explaining`, an exception is a denial by its own text or its ``__cause__``, never by its
``__context__``.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast, overload

from iamtriage._reading.parsing import parse_raised
from iamtriage._reading.structured.exceptions import find_group_cause
from iamtriage._rendering.views import View
from iamtriage._text import format_count, wrong_type_message
from iamtriage._typing import override
from iamtriage.boto._calls import find_call_facts, hides_interrupt
from iamtriage.boto._merging import Problem, build_report, complete_failure, list_principals
from iamtriage.explaining._explain import explain
from iamtriage.explaining._policy_for import policies_for, policy_for
from iamtriage.failures._checks import check_kinds
from iamtriage.failures._records import to_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    from iamtriage._rendering.blocks import Block
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.failures._failures import Failure
    from iamtriage.typing import Kind, Record

__all__ = ("Collection", "collect")

_P = ParamSpec("_P")
_T = TypeVar("_T")
_R = TypeVar("_R")

_DENIALS: tuple[Kind, ...] = ("access_denied", "kubernetes_forbidden")
_MAX_POLICY_SIZE = 6144  # of a managed policy, in characters


class Collection(View, Generic[_T]):
    """The denials of a block or of several calls, as :func:`collect` returns them.

    As a context manager, it collects a denial that ends the block, and the program continues after the block.
    Any other exception propagates, including the exceptions of a group that are not denials. You can reuse a
    collection, share it between threads, and nest collections; the innermost one collects.

    The text of a failure can contain secrets. It is only in ``failure.text``; no output shows it.

    >>> with collect() as denials:
    ...     raise OSError("An error occurred (AccessDenied) when calling the ListKeys operation: No way")
    >>> denials
    <Collection: 1 problem in 1 failure>
    """

    def __init__(self, kinds: frozenset[Kind]) -> None:
        self._kinds = kinds
        self._lock = threading.Lock()
        self._problems: dict[tuple[str, str | None], Problem] = {}
        self._results: tuple[_T | None, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        """Return the state to pickle or copy: everything but the lock."""
        with self._lock:
            return {
                "_kinds": self._kinds,
                "_problems": dict(self._problems),
                "_results": self._results,
            }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()

    # ------------------------------------------------ collecting

    def __enter__(self) -> Collection[_T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        return self._collect(error)

    def attempt(self) -> Attempt:
        """Return a context manager for one step. After a denial, the block continues with the next step.

        The step can contain ``await``.

        >>> with collect() as denials:
        ...     for name in ("a", "b"):
        ...         with denials.attempt():
        ...             raise OSError(f"User: {name} is not authorized to perform: s3:GetObject")
        >>> len(denials)
        2
        """
        return Attempt(self._collect)

    def run(self, call: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R | None:
        """Call a function and return its result, or ``None`` if it was denied.

        Args:
            call: The function, such as ``sqs.send_message``.
            args: Its positional arguments.
            kwargs: Its keyword arguments.

        Raises:
            TypeError: The function returns a coroutine, which would be denied later. Use :meth:`attempt`, and
                ``await`` the coroutine there.

        >>> collect().run(int, "7")
        7
        """
        with self.attempt():
            result = call(*args, **kwargs)
            if inspect.iscoroutine(result):
                result.close()
                msg = (
                    "call must be a regular function, not a coroutine function; "
                    "write `with denials.attempt(): await …` instead"
                )
                raise TypeError(msg)
            return result
        return None

    def run_all(self, tasks: Iterable[Callable[[], _T]]) -> None:
        """Call several functions, and keep their results in :attr:`results`.

        Raises:
            TypeError: A task is not callable.
        """
        for task in tasks:
            if not callable(task):
                raise TypeError(wrong_type_message("each task", "callable", task))
            result = self.run(task)
            with self._lock:
                self._results = (*self._results, result)

    def _collect(self, error: BaseException | None, handled: BaseException | None = None) -> bool:
        """Collect the denials of an exception; return whether to suppress it.

        Args:
            error: The exception that ended the block.
            handled: The exception that was already being handled when the block began.

        Raises:
            BaseExceptionGroup: The members of a group that are not denials.
        """
        if error is None:
            return False
        if not isinstance(error, BaseExceptionGroup):
            return self._collect_single(error, handled)
        found: list[Problem] = []

        def is_denial(leaf: BaseException) -> bool:
            denial = self._find_denial(leaf)
            if denial is not None:
                found.append(denial)
            return denial is not None

        group = cast("BaseExceptionGroup[BaseException]", error)
        try:
            denials, rest = group.split(is_denial)
            context = None if rest is None else rest.__context__
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: BLE001 (a subclass can break `split`)
            return False
        if denials is None:
            return False
        self._add(found)
        if rest is None:
            return True
        # Python would set the whole group as its context, as if the handling of the group had failed.
        try:
            raise rest
        finally:
            rest.__context__ = context
            del rest  # else the frame in its traceback would keep it alive

    def _collect_single(self, error: BaseException, handled: BaseException | None) -> bool:
        denial = self._find_denial(error)
        if denial is None or hides_interrupt(error, handled):
            return False
        self._add([denial])
        return True

    def _find_denial(self, error: BaseException) -> Problem | None:
        # A failed assertion can quote a denial. Exceptions that stop a program must propagate.
        if not isinstance(error, Exception) or isinstance(error, AssertionError | ExceptionGroup):
            return None
        try:
            if find_group_cause(error) is not None:
                return None
            failure = parse_raised(error, contexts=False)
            if failure is None or failure.kind not in self._kinds:
                return None
            return Problem(failure, find_call_facts(error, failure))
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: BLE001 (an unreadable exception must propagate)
            return None

    def _add(self, denials: Iterable[Problem]) -> None:
        with self._lock:
            for denial in denials:
                known = self._problems.setdefault(denial.key, denial)
                self._problems[denial.key] = known._replace(times=known.times + 1)

    def _list_problems(self) -> tuple[Problem, ...]:
        with self._lock:
            return tuple(self._problems.values())

    # ------------------------------------------------ results

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The failures in order, the first one of each problem.

        Denials of the same call on different resources are different problems, even if only the parameters
        of the calls name the resources.
        """
        return tuple(each.failure for each in self._list_problems())

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """The explanations of the failures, each with the facts of its call."""
        return tuple(explain(each.failure, facts=each.facts) for each in self._list_problems())

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each problem occurred, by its fingerprint."""
        counts: Counter[str] = Counter()
        for each in self._list_problems():
            counts[each.key[0]] += each.times
        return MappingProxyType(dict(counts))

    @property
    def results(self) -> tuple[_T | None, ...]:
        """The results of the tasks, in order; ``None`` for a task that was denied."""
        return self._results

    @property
    def principals(self) -> tuple[str, ...]:
        """The denied principals, in order. For a role session, this is the role without its path."""
        return list_principals(self.failures)

    def __len__(self) -> int:
        return len(self.failures)

    def __bool__(self) -> bool:
        return bool(self._problems)

    def __iter__(self) -> Iterator[Failure]:
        return iter(self.failures)

    def policy(self, principal: str | None = None) -> dict[str, Any]:
        """Return one least-privilege policy for the denied calls; see :func:`iamtriage.policy_for`.

        Args:
            principal: The ARN of a role, a role session or a user. Required if several principals were
                denied. If the denials name only one principal, denials without a principal belong to it.

        Raises:
            PolicyError: Several principals were denied and you passed none, or yours was not denied.
        """
        return policy_for(map(complete_failure, self._list_problems()), principal=principal)

    def policies(
        self, principal: str | None = None, *, limit: int = _MAX_POLICY_SIZE
    ) -> tuple[dict[str, Any], ...]:
        """Return the policy, split into documents within a size limit; see :func:`iamtriage.policies_for`.

        Args:
            principal: As for :meth:`policy`.
            limit: The maximum number of characters in a document, without whitespace.

        Raises:
            PolicyError: As for :meth:`policy`.
            ValueError: The limit is below 256.
        """
        return policies_for(map(complete_failure, self._list_problems()), principal=principal, limit=limit)

    def to_records(self) -> list[Record]:
        """Return the flat records of the failures, one per problem."""
        return [to_record(failure) for failure in self.failures]

    # ------------------------------------------------ report

    def report(self, *, width: int = 80, color: bool = False) -> str:
        """Return a report for a terminal: the problems, who can fix them, and the policies.

        Args:
            width: The number of columns, at least 40.
            color: Whether to use colors and bold text.

        >>> print(collect().report())
        Nothing was denied.
        """
        from iamtriage._rendering.terminal import render

        return render(self._shown(), width=width, color=color)

    @override
    def _blocks(self) -> Iterator[Block]:
        return build_report(self._list_problems())

    @override
    def __repr__(self) -> str:
        problems = self._list_problems()
        failures = sum(each.times for each in problems)
        return (
            f"<Collection: {format_count(len(problems), 'problem')} in {format_count(failures, 'failure')}>"
        )


class Attempt:
    """The context manager that :meth:`Collection.attempt` returns.

    >>> denials = collect()
    >>> with denials.attempt():
    ...     raise OSError("AccessDenied: User: ana is not authorized to perform: s3:GetObject")
    >>> len(denials)
    1
    """

    def __init__(self, collect_error: Callable[[BaseException | None, BaseException | None], bool]) -> None:
        self._collect = collect_error
        self._handled: BaseException | None = None

    def __enter__(self) -> None:
        """Begin the step."""
        self._handled = sys.exception()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        handled, self._handled = self._handled, None
        return self._collect(error, handled)


@overload
def collect(tasks: None = None, *, kinds: Iterable[Kind] = ...) -> Collection[None]: ...
@overload
def collect(tasks: Iterable[Callable[[], _T]], *, kinds: Iterable[Kind] = ...) -> Collection[_T]: ...
def collect(
    tasks: Iterable[Callable[[], Any]] | None = None, *, kinds: Iterable[Kind] = _DENIALS
) -> Collection[Any]:
    """Collect denials instead of stopping at the first one, to find all missing permissions in one run.

    ``with collect() as denials:`` collects the denial that ends the block. ``denials.attempt()`` and
    ``denials.run(…)`` collect the denial of a step, and the block continues. ``collect([f, g])`` calls each
    function, continues after denials, and keeps the results in ``results``.

    A program that continues after a denial can behave differently. Do not attempt steps that must not run
    unless an earlier step succeeded.

    Args:
        tasks: Callables without arguments; ``None`` for a context manager.
        kinds: The kinds of failures to collect. Other exceptions propagate. So do exceptions that were raised
            without ``from`` while a denial was being handled, and denials that replaced a
            ``KeyboardInterrupt`` or a task's cancellation.

    Raises:
        TypeError: A task is not callable, or ``kinds`` is a string.
        ValueError: A kind is unknown.

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
                f"tasks must be an iterable of callables, not {type(tasks).__name__}; "
                "within a function, write `with collect() as denials:`"
            )
            raise TypeError(msg)
        collection.run_all(tasks)
    return collection
