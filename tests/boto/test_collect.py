"""Collecting denials in blocks, threads, tasks and groups; their policies and reports."""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import pickle
import re
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, assert_type

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from iamtriage import AccessDenied, fingerprint, is_access_denied, parse, policy_for, to_record
from iamtriage.boto import Collection, collect
from tests.boto import wires
from tests.boto.moto_server import ACCOUNT, run_moto
from tests.tables import check_rows

if TYPE_CHECKING:
    from pathlib import Path

    from tests.boto.wires import AwsLikeServer

Clients = Callable[..., Any]

BUILD = "arn:aws:sts::111122223333:assumed-role/build/ci-{}"
BUILD_ROLE = "arn:aws:iam::111122223333:role/build"
ANA = "arn:aws:iam::111122223333:user/ana"
FORBIDDEN = (
    'Error from server (Forbidden): pods is forbidden: User "ana" cannot list resource "pods" in API group "" '
    'in the namespace "shop"'
)


def _sentence(
    action: str, *, principal: str = BUILD.format(1), resource: str = "*", layer: str = "identity"
) -> str:
    reason = {
        "identity": f"because no identity-based policy allows the {action} action",
        "scp": "with an explicit deny in a service control policy",
    }[layer]
    return f"User: {principal} is not authorized to perform: {action} on resource: {resource} {reason}"


def _error(action: str = "sqs:SendMessage", code: str = "AccessDenied", **sentence: str) -> ClientError:
    service, _, operation = action.partition(":")
    del service
    return ClientError(
        {
            "Error": {"Code": code, "Message": _sentence(action, **sentence)},
            "ResponseMetadata": {"HTTPStatusCode": 403, "RequestId": "7d1f4c02-1111-4222-8333-444455556666"},
        },
        operation,
    )


def _raise(error: BaseException) -> NoReturn:
    raise error


def _catch(call: Callable[[], object]) -> BaseException | None:
    """Return the exception of a call, including SystemExit and the like."""
    try:
        call()
    except BaseException as error:  # noqa: BLE001 (tests check which one it is)
        return error
    return None


QUEUE = "arn:aws:sqs:eu-west-1:111122223333:{}"


# ------------------------------------------------ collected and other exceptions


def test_denial_ends_the_block() -> None:
    """The program continues after the block and has the denial."""
    after = False
    with collect() as denials:
        _raise(_error(resource=QUEUE.format("a")))
        after = True  # type: ignore[unreachable]

    assert not after
    assert [failure.action for failure in denials.failures] == ["sqs:SendMessage"]
    assert (len(denials), bool(denials), list(denials)) == (1, True, list(denials.failures))
    assert denials.failures[0].envelope.request_id == "7d1f4c02-1111-4222-8333-444455556666"


def test_no_denial() -> None:
    """After a block that succeeds, the collection is empty."""
    with collect() as denials:
        assert denials.run(int, "7") == 7

    assert (len(denials), bool(denials), denials.failures, denials.counts) == (0, False, (), {})
    assert denials.policy()["Statement"] == []
    assert denials.policies() == ()
    assert denials.to_records() == []
    assert denials.report() == "Nothing was denied."


class RaisesOnStrError(Exception):
    """An exception whose text cannot be read."""

    @override
    def __str__(self) -> str:
        raise SystemExit(3)


class RaisesOnResponseError(Exception):
    """An exception like a ClientError, whose response cannot be read."""

    operation_name = "GetObject"

    @property
    def response(self) -> dict[str, object]:
        """Raise an exception."""
        raise ValueError


class RaisesOnContextError(Exception):
    """An exception whose context cannot be read."""

    @property
    def __context__(self) -> BaseException | None:  # type: ignore[override]
        """Raise an exception."""
        raise SystemExit(3)


class CustomText(str):
    """A string whose length cannot be read."""

    __slots__ = ()

    @override
    def __len__(self) -> int:
        raise SystemExit(3)


class CustomTextError(Exception):
    """An exception with such strings as its text and in its response."""

    operation_name = CustomText("SendMessage")
    response: ClassVar[dict[str, object]] = {"Error": {"Code": CustomText("AccessDenied"), "Message": "no"}}

    @override
    def __str__(self) -> str:
        return CustomText(f"AccessDenied: {_sentence('sqs:SendMessage')}")


@pytest.mark.parametrize(
    "error", [CustomTextError(), RaisesOnContextError(f"AccessDenied: {_sentence('sqs:SendMessage')}")]
)
def test_unusual_denials(error: Exception) -> None:
    """Denials are collected whatever their classes do."""
    with collect() as denials:
        _raise(error)

    assert [failure.action for failure in denials] == ["sqs:SendMessage"]
    assert is_access_denied(error)
    assert parse(error) == denials.failures[0]


def _bug() -> object:
    return dict[str, int]()["missing"]


def _fail_in_a_handler() -> None:
    try:
        _raise(_error())
    except ClientError:
        _bug()


def _raise_from_a_group() -> None:
    try:
        _raise(ExceptionGroup("several", [_error(), KeyError("a")]))
    except ExceptionGroup as group:
        raise RuntimeError from group


def _interrupt_a_handler() -> None:
    try:
        _raise(_error())
    except ClientError:
        raise KeyboardInterrupt  # noqa: B904 (as Ctrl-C does)


OTHER_EXCEPTIONS: dict[str, Callable[[], object]] = {
    "a bug": _bug,
    "a bug in a handler of a denial": _fail_in_a_handler,
    "an error from a group with a bug": _raise_from_a_group,
    "an interrupt": lambda: _raise(KeyboardInterrupt()),
    "an interrupt in a handler of a denial": _interrupt_a_handler,
    "a SystemExit": lambda: _raise(SystemExit(2)),
    "a cancelled task": lambda: _raise(asyncio.CancelledError()),
    "a closed generator": lambda: _raise(GeneratorExit()),
    "a StopIteration": lambda: _raise(StopIteration()),
    "an assertion that quotes a denial": lambda: _raise(AssertionError(_sentence("sqs:SendMessage"))),
    "throttling": lambda: _raise(
        ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, "ListKeys")
    ),
    "expired credentials": lambda: _raise(
        ClientError({"Error": {"Code": "ExpiredToken", "Message": "The token has expired"}}, "GetObject")
    ),
    "a permission error": lambda: _raise(PermissionError(13, "Permission denied")),
    "an unreadable text": lambda: _raise(RaisesOnStrError()),
    "a denial that replaced an interrupt": lambda: _raise_denial_in_cleanup(KeyboardInterrupt()),
    "an unreadable response": lambda: _raise(RaisesOnResponseError()),
    "an empty exception": lambda: _raise(Exception()),
}


@check_rows("fail", OTHER_EXCEPTIONS.values(), ids=OTHER_EXCEPTIONS.keys())
@check_rows("method", ["block", "attempt", "run", "tasks"])
def test_other_exceptions_propagate(method: str, fail: Callable[[], object]) -> None:
    """Other exceptions propagate unchanged."""
    raised: list[tuple[BaseException, BaseException | None]] = []
    denials: Collection[Any] = collect()

    def record_and_fail() -> None:
        try:
            fail()
        except BaseException as error:
            raised.append((error, error.__context__))
            raise

    def block() -> None:
        with denials:
            record_and_fail()

    def attempt() -> None:
        with denials.attempt():
            record_and_fail()

    methods = {
        "block": block,
        "attempt": attempt,
        "run": lambda: denials.run(record_and_fail),
        "tasks": lambda: collect([record_and_fail]),
    }
    error = _catch(methods[method])

    assert error is not None
    assert (error, error.__context__) == raised[0]
    assert not hasattr(error, "__notes__")
    assert not denials


def test_cycle_of_causes() -> None:
    """A cycle of causes is read once."""
    error, other = _error(), RuntimeError()
    error.__cause__, other.__cause__ = other, error
    with collect() as denials:
        raise other

    assert len(denials) == 1


def test_wrapped_denial() -> None:
    """An exception that is raised from a denial is collected."""
    denials: Collection[None] = collect()

    def wrap() -> None:
        try:
            _raise(_error())
        except ClientError as error:
            raise RuntimeError from error

    assert denials.run(wrap) is None
    assert [failure.action for failure in denials] == ["sqs:SendMessage"]


@check_rows(
    ("kinds", "expected"),
    [
        (None, ["access_denied", "kubernetes_forbidden"]),
        (("access_denied",), ["access_denied"]),
        ({"expired_credentials"}, ["expired_credentials"]),
        ((), []),
        (iter(["access_denied"]), ["access_denied"]),
    ],
)
def test_kinds(kinds: Any, expected: list[str]) -> None:  # noqa: ANN401 (a table)
    """Only the selected kinds are collected."""
    denials = collect() if kinds is None else collect(kinds=kinds)
    expired = ClientError({"Error": {"Code": "ExpiredToken", "Message": "It is expired"}}, "ListQueues")
    errors = [_error(), RuntimeError(FORBIDDEN), expired]
    others = [_catch(lambda error=error: denials.run(_raise, error)) for error in errors]  # type: ignore[misc]

    assert [failure.kind for failure in denials] == expected
    assert all(other in {None, error} for other, error in zip(others, errors, strict=True))
    assert others.count(None) == len(expected)


@check_rows(
    ("call", "error"),
    [
        (lambda: collect(kinds="access_denied"), TypeError),  # type: ignore[arg-type]
        (lambda: collect(kinds=[["access_denied"]]), ValueError),  # type: ignore[list-item]
        (lambda: collect(kinds=["denied"]), ValueError),  # type: ignore[list-item]
        (lambda: collect([7]), TypeError),  # type: ignore[arg-type]
        (lambda: collect(7), TypeError),  # type: ignore[call-overload]
    ],
)
def test_invalid_arguments(call: Callable[[], object], error: type[Exception]) -> None:
    """Invalid arguments raise an exception."""
    with pytest.raises(error):
        call()


async def _denied_later() -> None:
    raise _error()


@pytest.mark.parametrize("call", [lambda: collect().run(_denied_later), lambda: collect([_denied_later])])
def test_coroutine_functions_are_rejected(call: Callable[[], object]) -> None:
    """Their denials would occur outside of the collection."""
    with pytest.raises(TypeError, match=r"with denials\.attempt\(\): await"):
        call()


def test_copies_and_pickles() -> None:
    denials = collect([lambda: _raise(_error()), lambda: 7])
    for copied in (copy.deepcopy(denials), pickle.loads(pickle.dumps(denials))):
        assert (copied.results, copied.counts, copied.failures) == (
            denials.results,
            denials.counts,
            denials.failures,
        )
        copied.run(_raise, _error())
        assert [*copied.counts.values()] == [2]
        assert [*denials.counts.values()] == [1]


def test_reused_and_nested() -> None:
    """The innermost collection collects. A collection keeps its denials when it is reused."""
    inner: Collection[None] = collect()
    with collect() as outer:
        with inner:
            _raise(_error("sqs:SendMessage"))
        with inner:
            _raise(_error("sqs:ReceiveMessage"))
        _raise(_error("sqs:ListQueues"))

    assert [failure.action for failure in inner] == ["sqs:SendMessage", "sqs:ReceiveMessage"]
    assert [failure.action for failure in outer] == ["sqs:ListQueues"]


def test_arguments_and_results() -> None:
    """Arguments are passed, and results are returned or kept."""
    denials: Collection[None] = collect()

    def join(*parts: str, between: str) -> str:
        return between.join(parts)

    result = denials.run(join, "a", "b", between="-")
    assert_type(result, str | None)
    assert result == "a-b"
    tasks: list[Callable[[], str]] = [lambda: "first", lambda: _raise(_error()), lambda: "third"]
    collected = collect(tasks)
    assert_type(collected.results, tuple[str | None, ...])
    assert collected.results == ("first", None, "third")
    assert collect(iter([int])).results == (0,)


# ------------------------------------------------ groups


def test_denials_in_groups() -> None:
    """All denials of a group are collected, also in nested groups."""
    with collect() as denials:
        group = ExceptionGroup(
            "all", [_error("sqs:SendMessage"), ExceptionGroup("in", [_error("sns:Publish")])]
        )
        _raise(group)

    assert [failure.action for failure in denials] == ["sqs:SendMessage", "sns:Publish"]


def test_rest_of_a_group_propagates() -> None:
    """Other exceptions propagate in a new group with the same structure, notes and context."""
    bug, other = KeyError("a"), ValueError("b")
    inner = ExceptionGroup("inner", [_error("sns:Publish"), other])
    outer = ExceptionGroup("outer", [_error("sqs:SendMessage"), bug, inner])
    outer.add_note("of the group")
    with pytest.raises(ExceptionGroup) as caught, collect() as denials:
        raise outer
    rest = caught.value

    assert [failure.action for failure in denials] == ["sqs:SendMessage", "sns:Publish"]
    assert (rest.message, rest.__notes__) == ("outer", ["of the group"])
    assert rest.exceptions[0] is bug
    assert isinstance(rest.exceptions[1], ExceptionGroup)
    assert rest.exceptions[1].exceptions == (other,)
    assert (rest.__context__, rest.__cause__) == (None, None)


def test_group_without_denials_propagates() -> None:
    """A group without denials propagates unchanged."""
    group = BaseExceptionGroup("stop", [KeyboardInterrupt(), ValueError()])
    with pytest.raises(BaseExceptionGroup) as caught, collect() as denials:
        raise group

    assert caught.value is group
    assert not denials


def test_interrupt_in_a_group_propagates() -> None:
    """An interrupt propagates, even next to a denial."""
    group = BaseExceptionGroup("both", [_error(), KeyboardInterrupt()])
    with pytest.raises(BaseExceptionGroup) as caught, collect() as denials:
        raise group

    assert [type(each) for each in caught.value.exceptions] == [KeyboardInterrupt]
    assert len(denials) == 1


def test_rest_of_a_group_leaves_no_reference_cycle() -> None:
    """The frames of a traceback are freed with it, without the garbage collector."""

    class Local:
        pass

    def raise_group() -> weakref.ref[Local]:
        local, message = Local(), "both"
        reference = weakref.ref(local)
        with suppress(ExceptionGroup), collect():
            raise ExceptionGroup(message, [_error(), ValueError()])
        return reference

    gc.collect()
    gc.disable()
    try:
        assert raise_group()() is None
    finally:
        gc.enable()


class UnsplittableGroup(ExceptionGroup[Exception]):
    """A group that cannot be split."""

    @override
    def derive(self, excs: object) -> NoReturn:
        raise RuntimeError


class WronglySplitGroup(ExceptionGroup[Exception]):
    """A group that does not split correctly."""

    @override
    def split(self, *_: object) -> Any:
        return self, "the rest"


@pytest.mark.parametrize("make", [UnsplittableGroup, WronglySplitGroup])
def test_group_that_cannot_be_split_propagates(make: type[ExceptionGroup[Exception]]) -> None:
    """A group whose `split` fails propagates, and none of its denials is collected."""
    group = make("odd", [_error(), ValueError()])
    with pytest.raises(ExceptionGroup) as caught, collect() as denials:
        raise group

    assert caught.value is group
    assert not denials


# ------------------------------------------------ real calls


def _build_config() -> Config:
    return Config(retries={"mode": "standard", "total_max_attempts": 1})


def test_denied_calls_of_boto3(server: AwsLikeServer, clients: Clients, tmp_path: Path) -> None:
    """Denials of calls, transfers, waiters and paginators are collected, with their IDs if they have some."""
    (tmp_path / "b.csv").write_text("x", encoding="utf-8")
    s3, eks, iam = (clients(name, server.url) for name in ("s3", "eks", "iam"))
    put = wires.s3(403, "AccessDenied", _sentence("s3:PutObject", resource='"arn:aws:s3:::data/b.csv"'))
    cluster = "arn:aws:eks:eu-west-1:111122223333:cluster/demo"
    denials: Collection[None] = collect()
    for reply, call in (
        (put, lambda: s3.put_object(Bucket="data", Key="b.csv", Body=b"x")),
        (put, lambda: s3.upload_file(str(tmp_path / "b.csv"), "data", "b.csv")),
        (
            wires.rest_json(403, "AccessDeniedException", _sentence("eks:DescribeCluster", resource=cluster)),
            lambda: eks.get_waiter("cluster_active").wait(name="demo"),
        ),
        (
            wires.query(403, "AccessDenied", _sentence("iam:ListRoles")),
            lambda: list(iam.get_paginator("list_roles").paginate()),
        ),
    ):
        server.reply = reply
        assert denials.run(call) is None

    assert [failure.action for failure in denials] == ["s3:PutObject", "eks:DescribeCluster", "iam:ListRoles"]
    assert list(denials.counts.values()) == [2, 1, 1]
    assert denials.failures[0].envelope.request_id == wires.S3_REQUEST_ID
    actions = [statement["Action"] for statement in denials.policy()["Statement"]]
    assert sorted(actions) == ["eks:DescribeCluster", "iam:ListRoles", "s3:PutObject"]


def test_transfer_keeps_its_ids(server: AwsLikeServer, clients: Clients, tmp_path: Path) -> None:
    """The IDs come from the cause of boto3's own error for a transfer."""
    (tmp_path / "b.csv").write_text("x", encoding="utf-8")
    server.reply = wires.s3(
        403, "AccessDenied", _sentence("s3:PutObject", resource='"arn:aws:s3:::data/b.csv"')
    )
    with collect() as denials:
        clients("s3", server.url).upload_file(str(tmp_path / "b.csv"), "data", "b.csv")

    assert [failure.envelope.request_id for failure in denials] == [wires.S3_REQUEST_ID]


def test_threads_share_a_collection(server: AwsLikeServer, clients: Clients) -> None:
    """The denials of all threads are counted."""
    server.reply = wires.query(403, "AccessDenied", _sentence("iam:ListRoles"))
    iam = clients("iam", server.url)
    denials: Collection[None] = collect()
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: denials.run(iam.list_roles), range(40)))

    assert results == [None] * 40
    assert list(denials.counts.values()) == [40]


def test_threads_without_calls() -> None:
    """Without any waiting in between, no denial is lost or counted twice."""
    denials: Collection[None] = collect()
    start = threading.Barrier(8)

    def collect_many(number: int) -> None:
        start.wait()
        for turn in range(50):
            denials.run(_raise, _error(principal=BUILD.format(number), resource=QUEUE.format(turn % 5)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(collect_many, range(8)))

    assert sorted(denials.counts.values()) == [80] * 5


def test_tasks_of_asyncio(server: AwsLikeServer, clients: Clients) -> None:
    """Denials in coroutines and in the tasks of a group are collected."""
    server.reply = wires.query(403, "AccessDenied", _sentence("iam:ListRoles"))
    iam = clients("iam", server.url)
    reached: list[str] = []

    async def steps(denials: Collection[None]) -> None:
        with denials.attempt():
            await asyncio.to_thread(iam.list_roles)
            reached.append("not this")
        reached.append("this")

    async def main() -> Collection[None]:
        with collect() as denials:
            await asyncio.gather(steps(denials), steps(denials))
            async with asyncio.TaskGroup() as group:
                group.create_task(asyncio.to_thread(iam.list_roles))
        return denials

    denials = asyncio.run(main())

    assert reached == ["this", "this"]
    assert list(denials.counts.values()) == [3]


def test_cancelled_tasks_stay_cancelled() -> None:
    """A collection does not suppress the cancellation of a task."""

    async def main() -> bool:
        async def waiting() -> None:
            with collect():
                await asyncio.sleep(60)

        task = asyncio.create_task(waiting())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(main())


def _raise_denial_in_cleanup(stop: BaseException) -> None:
    """Raise an exception that stops a program, and a denial in its cleanup."""
    try:
        _raise(stop)
    finally:
        _raise(_error("sqs:DeleteMessage"))


@check_rows("stop", [KeyboardInterrupt, SystemExit, asyncio.CancelledError, GeneratorExit])
def test_denial_that_replaced_an_interrupt_propagates(stop: type[BaseException]) -> None:
    """Otherwise, Ctrl-C would have no effect."""
    denials = collect()
    with pytest.raises(ClientError) as caught, denials:
        _raise_denial_in_cleanup(stop())

    assert isinstance(caught.value.__context__, stop)
    assert not denials


def test_attempt_during_an_interrupt() -> None:
    """An exception that is already being handled propagates after the step."""
    denials = collect()

    def clean_up() -> None:
        try:
            raise KeyboardInterrupt
        finally:
            with denials.attempt():
                _raise(_error("sqs:DeleteMessage"))
            denials.run(_raise, _error("sqs:SendMessage"))

    with pytest.raises(KeyboardInterrupt), denials:
        clean_up()

    assert [failure.action for failure in denials] == ["sqs:DeleteMessage", "sqs:SendMessage"]


def test_denial_after_a_timeout_is_collected() -> None:
    """The cancellation that caused the timeout has ended, and the timeout is handled."""

    async def main() -> Collection[Any]:
        with collect() as denials:
            try:
                async with asyncio.timeout(0.01):
                    await asyncio.sleep(60)
            except TimeoutError:
                _raise(_error())
        return denials

    assert len(asyncio.run(main())) == 1


@check_rows(
    "timeout, stop, collected",
    [
        (TimeoutError, asyncio.CancelledError, 1),
        (OSError, asyncio.CancelledError, 0),
        (TimeoutError, SystemExit, 0),
    ],
)
def test_cancellation_that_a_timeout_ended(
    timeout: type[Exception], stop: type[BaseException], collected: int
) -> None:
    """Before Python 3.11.4, the error of ``asyncio.timeout`` did not suppress its context."""
    ended, error, denials = timeout(), _error(), collect()
    ended.__context__, error.__context__ = stop(), ended

    with suppress(ClientError), denials:
        _raise(error)

    assert len(denials) == collected


def test_denied_cleanup_of_cancelled_tasks() -> None:
    """The task group cancelled them because of the first denial, so both denials are collected."""

    async def denied() -> None:
        await asyncio.sleep(0)
        _raise(_error())

    async def waiting() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            _raise(_error("sqs:DeleteMessage"))

    async def main() -> Collection[Any]:
        with collect() as denials:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(waiting())
                tasks.create_task(denied())
        return denials

    assert len(asyncio.run(main())) == 2


def _create_session(url: str) -> Any:  # noqa: ANN401 (boto3 has no types)
    """Create a session of a user without permissions."""
    keys = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "example-secret"}
    iam = boto3.Session(region_name="eu-west-1", **keys).client("iam", endpoint_url=url)
    with closing(iam):
        iam.create_user(UserName="denied")
        key = iam.create_access_key(UserName="denied")["AccessKey"]
    return boto3.Session(
        region_name="eu-west-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )


@pytest.mark.unmeasured
def test_denials_by_moto(aws_environment: pytest.MonkeyPatch) -> None:
    """The permissions that a user lacks in one run are in one policy for that user."""
    del aws_environment
    with run_moto(_create_session) as (url, session), ExitStack() as stack:
        kms, sts, ddb = (
            stack.enter_context(closing(session.client(name, endpoint_url=url, config=_build_config())))
            for name in ("kms", "sts", "dynamodb")
        )
        with collect() as denials:
            for _ in range(2):
                assert denials.run(kms.list_keys) is None
            with denials.attempt():
                list(ddb.get_paginator("list_tables").paginate())
            assert denials.run(sts.get_caller_identity) is not None

    assert list(denials.counts.values()) == [2, 1]
    assert denials.principals == (f"arn:aws:iam::{ACCOUNT}:user/denied",)
    actions = [statement["Action"] for statement in denials.policy()["Statement"]]
    assert sorted(actions) == ["dynamodb:ListTables", "kms:ListKeys"]


# ------------------------------------------------ deduplication and policies


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3)), max_size=12))
def test_problems_are_deduplicated_and_counted(calls: list[tuple[str, int]]) -> None:
    """The first failure of each problem is kept in order, and all are counted."""
    denials: Collection[None] = collect()
    for queue, number in calls:
        denials.run(_raise, _error(principal=BUILD.format(number), resource=QUEUE.format(queue)))
    first = dict(reversed(calls))
    order = list(dict.fromkeys(queue for queue, _ in calls))

    assert [failure.resource for failure in denials] == [QUEUE.format(queue) for queue in order]
    assert [failure.principal for failure in denials] == [BUILD.format(first[queue]) for queue in order]
    assert list(denials.counts) == [fingerprint(failure) for failure in denials]
    assert sum(denials.counts.values()) == len(calls)
    assert denials.principals == ((BUILD_ROLE,) if calls else ())
    assert denials.policy() == policy_for(denials.failures)


def _collect_all(*errors: Exception) -> Collection[None]:
    denials: Collection[None] = collect()
    for error in errors:
        denials.run(_raise, error)
    return denials


def test_policy_of_sessions_of_one_role() -> None:
    """The sessions of a role are one principal, with or without the path in its ARN."""
    denials = _collect_all(
        _error("sqs:SendMessage", principal=BUILD.format(1), resource=QUEUE.format("a")),
        _error("sqs:ReceiveMessage", principal=BUILD.format(2), resource=QUEUE.format("a")),
        _error(
            "sqs:DeleteMessage",
            principal="arn:aws:iam::111122223333:role/ci/build",
            resource=QUEUE.format("a"),
        ),
    )

    assert denials.principals == (BUILD_ROLE,)
    assert len(denials.policy()["Statement"][0]["Action"]) == 3
    for arn in (BUILD_ROLE, BUILD.format(99), "arn:aws:iam::111122223333:role/ci/build"):
        assert denials.policy(arn) == denials.policy()
    assert denials.policies() == (denials.policy(),)


def test_policy_of_one_of_several() -> None:
    """If several principals were denied, the caller must select one."""
    build = _error("sqs:SendMessage", resource=QUEUE.format("a"))
    ana = _error("sns:Publish", principal=ANA, resource="arn:aws:sns:eu-west-1:111122223333:news")
    unnamed = RuntimeError(
        "User is not authorized to perform: sqs:PurgeQueue because no identity-based policy allows it"
    )
    denials = _collect_all(build, ana, unnamed)

    assert denials.principals == (BUILD_ROLE, ANA)
    assert [each["Action"] for each in denials.policy(ANA)["Statement"]] == ["sns:Publish"]
    assert [each["Action"] for each in denials.policy(BUILD.format(7))["Statement"]] == ["sqs:SendMessage"]
    assert denials.policies(ANA, limit=256) == (denials.policy(ANA),)
    for build in (denials.policy, denials.policies):
        with pytest.raises(ValueError, match=r"several principals were denied.*role/build.*user/ana"):
            build()
        with pytest.raises(ValueError, match=r"unknown principal .*user/bob.*role/build.*user/ana"):
            build("arn:aws:iam::111122223333:user/bob")
    with pytest.raises(ValueError, match="limit must be at least 256"):
        denials.policies(ANA, limit=1)


def test_policy_of_denials_without_a_principal() -> None:
    """A denial without a principal belongs to the only named one, or to the one that the caller passes."""
    build = _error("sqs:SendMessage", resource=QUEUE.format("a"))
    unnamed = RuntimeError(
        "User is not authorized to perform: sqs:PurgeQueue because no identity-based policy allows it"
    )
    both, alone = _collect_all(build, unnamed), _collect_all(unnamed)

    assert both.policy() == both.policy(BUILD_ROLE) == policy_for(both.failures)
    assert "sqs:PurgeQueue" in str(both.policy())
    assert alone.principals == ()
    assert alone.policy() == alone.policy(ANA) == policy_for(alone.failures)


def test_records() -> None:
    """The records are those of the failures."""
    denials = _collect_all(_error(), RuntimeError(FORBIDDEN), _error())

    assert denials.to_records() == [to_record(failure) for failure in denials]
    assert json.loads(json.dumps(denials.to_records())) == denials.to_records()


# ------------------------------------------------ reports


def test_report() -> None:
    """The report lists the problems, their number, who can fix them, and the policy."""
    denials = _collect_all(
        _error("sqs:SendMessage", resource=QUEUE.format("a")),
        _error("sqs:SendMessage", resource=QUEUE.format("a"), principal=BUILD.format(2)),
        _error("ec2:RunInstances", resource="*", layer="scp"),
        RuntimeError(FORBIDDEN),
    )
    report = denials.report(width=200)
    policy = json.loads(report[report.index("{") : report.rindex("}") + 1])

    assert report.startswith("3 problems in 4 failures\n")
    assert "sqs:SendMessage" in report
    assert "[2 times]" in report
    assert "(account administrator)" in report
    assert "(organization administrator)" in report
    assert f"The policy for {BUILD_ROLE}" in report
    assert policy == denials.policy()
    without_policy = report[
        report.index("What the policy below does not fix") : report.index("The policy for")
    ]
    assert "ec2:RunInstances" in without_policy
    assert "sqs:SendMessage" not in without_policy
    assert repr(denials) == "<Collection: 3 problems in 4 failures>"


def test_report_of_several_principals() -> None:
    """Each principal has its own policy in the report."""
    denials = _collect_all(
        _error("sqs:SendMessage", resource=QUEUE.format("a")),
        _error("sns:Publish", principal=ANA, resource="arn:aws:sns:eu-west-1:111122223333:news"),
    )
    report = denials.report(width=200)

    assert report.index(f"The policy for {BUILD_ROLE}") < report.index(f"The policy for {ANA}")
    before, after = report.split(f"The policy for {ANA}")
    assert '"sns:Publish"' in after
    assert '"sns:Publish"' not in before
    assert '"sqs:SendMessage"' not in after


def test_report_without_a_policy() -> None:
    """If no identity-based policy can grant the access, the report contains none."""
    report = _collect_all(_error("ec2:RunInstances", layer="scp")).report()

    assert "What no identity-based policy can fix" in report
    assert "{" not in report


HOSTILE = (
    "User: arn:aws:iam::111122223333:user/<script>alert(1)</script>\x1b[31m\u202e is not authorized to perform: "
    "s3:GetObject on resource: arn:aws:s3:::b/AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY because "
    "no identity-based policy allows the s3:GetObject action password=hunter2example"
)


def _render_all(denials: Collection[Any]) -> Iterator[str]:
    yield denials.report()
    yield str(denials)
    yield denials._repr_html_()
    yield denials._repr_markdown_()


def test_output_has_no_secrets_and_control_characters() -> None:
    """No output contains secrets, control characters or scripts. The text of the failure is kept."""
    denials = _collect_all(RuntimeError(HOSTILE))
    assert len(denials) == 1
    assert denials.failures[0].text == HOSTILE

    for output in _render_all(denials):
        assert "wJalrXUtnFEMI" not in output
        assert "hunter2example" not in output
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", output)
    assert "<script>alert" not in denials._repr_html_()


def test_colors_are_optional() -> None:
    """The report has colors only if you ask for them."""
    denials = _collect_all(_error())

    assert "\x1b[" not in denials.report()
    assert "\x1b[" in denials.report(color=True)


def test_report_of_many_failures() -> None:
    """The report is limited; the policy is complete."""
    denials = _collect_all(*(_error(resource=QUEUE.format(f"q{number}")) for number in range(130)))
    report = denials.report()

    assert "130 problems in 130 failures" in report
    assert "and 30 more" in report
    assert report.count("was denied sqs:SendMessage") == 100
    assert len(denials.policy()["Statement"][0]["Resource"]) == 130


def test_results_are_snapshots() -> None:
    """Returned values are immutable and do not change when more denials are collected."""
    denials = _collect_all(_error(resource=QUEUE.format("a")))
    failures, counts = denials.failures, denials.counts
    denials.run(_raise, _error(resource=QUEUE.format("b")))

    assert len(failures) == len(counts) == 1
    assert isinstance(failures[0], AccessDenied)
    with pytest.raises(TypeError):
        counts["a"] = 1  # type: ignore[index]
