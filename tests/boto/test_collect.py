"""Gathering denials: of real calls, in blocks, threads, tasks and groups; and what they come to."""

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
from tests.boto.moto_server import ACCOUNT, checking

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


def _error(action: str = "sqs:SendMessage", code: str = "AccessDenied", **said: str) -> ClientError:
    service, _, operation = action.partition(":")
    del service
    return ClientError(
        {
            "Error": {"Code": code, "Message": _sentence(action, **said)},
            "ResponseMetadata": {"HTTPStatusCode": 403, "RequestId": "7d1f4c02-1111-4222-8333-444455556666"},
        },
        operation,
    )


def _raise(error: BaseException) -> NoReturn:
    raise error


def _caught(call: Callable[[], object]) -> BaseException | None:
    """Give what a call raises, SystemExit and the like too."""
    try:
        call()
    except BaseException as error:  # noqa: BLE001 (which one is the question)
        return error
    return None


QUEUE = "arn:aws:sqs:eu-west-1:111122223333:{}"


# ------------------------------------------------ what is gathered, and what goes on


def test_denial_ends_the_block() -> None:
    """The program goes on behind the block, with the denial at hand."""
    after = False
    with collect() as denials:
        _raise(_error(resource=QUEUE.format("a")))
        after = True  # type: ignore[unreachable]

    assert not after
    assert [failure.action for failure in denials.failures] == ["sqs:SendMessage"]
    assert (len(denials), bool(denials), list(denials)) == (1, True, list(denials.failures))
    assert denials.failures[0].envelope.request_id == "7d1f4c02-1111-4222-8333-444455556666"


def test_nothing_is_denied() -> None:
    """A block that succeeds leaves an empty collection."""
    with collect() as denials:
        assert denials.run(int, "7") == 7

    assert (len(denials), bool(denials), denials.failures, denials.counts) == (0, False, (), {})
    assert denials.policy()["Statement"] == []
    assert denials.policies() == ()
    assert denials.to_records() == []
    assert denials.report() == "Nothing was denied."


class NoTextError(Exception):
    """An exception that cannot be printed."""

    @override
    def __str__(self) -> str:
        raise SystemExit(3)


class NoPartsError(Exception):
    """An exception of a ClientError's shape, whose parts cannot be had."""

    operation_name = "GetObject"

    @property
    def response(self) -> dict[str, object]:
        """Raise, as no property should."""
        raise ValueError


class LinkedError(Exception):
    """An exception whose links cannot be had."""

    @property
    def __context__(self) -> BaseException | None:  # type: ignore[override]
        """Raise, as no property should."""
        raise SystemExit(3)


class OwnText(str):
    """A text whose length is nobody's business."""

    __slots__ = ()

    @override
    def __len__(self) -> int:
        raise SystemExit(3)


class OwnTextError(Exception):
    """An exception that gives such a text, and a response of them."""

    operation_name = OwnText("SendMessage")
    response: ClassVar[dict[str, object]] = {"Error": {"Code": OwnText("AccessDenied"), "Message": "no"}}

    @override
    def __str__(self) -> str:
        return OwnText(f"AccessDenied: {_sentence('sqs:SendMessage')}")


@pytest.mark.parametrize(
    "error", [OwnTextError(), LinkedError(f"AccessDenied: {_sentence('sqs:SendMessage')}")]
)
def test_odd_denials_are_denials(error: Exception) -> None:
    """Whatever their classes do."""
    with collect() as denials:
        _raise(error)

    assert [failure.action for failure in denials] == ["sqs:SendMessage"]
    assert is_access_denied(error)
    assert parse(error) == denials.failures[0]


def _bug() -> object:
    return dict[str, int]()["missing"]


def _in_a_handler() -> None:
    try:
        _raise(_error())
    except ClientError:
        _bug()


def _from_a_group() -> None:
    try:
        _raise(ExceptionGroup("several", [_error(), KeyError("a")]))
    except ExceptionGroup as group:
        raise RuntimeError from group


def _interrupted() -> None:
    try:
        _raise(_error())
    except ClientError:
        raise KeyboardInterrupt  # noqa: B904 (so it comes)


OTHERS: dict[str, Callable[[], object]] = {
    "a bug": _bug,
    "a bug in a handler of a denial": _in_a_handler,
    "what a bug and a denial led to": _from_a_group,
    "an interrupt": lambda: _raise(KeyboardInterrupt()),
    "an interrupt in a handler of a denial": _interrupted,
    "the end": lambda: _raise(SystemExit(2)),
    "a cancelled task": lambda: _raise(asyncio.CancelledError()),
    "a closed generator": lambda: _raise(GeneratorExit()),
    "the end of an iterator": lambda: _raise(StopIteration()),
    "an assertion that quotes a denial": lambda: _raise(AssertionError(_sentence("sqs:SendMessage"))),
    "throttling": lambda: _raise(
        ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, "ListKeys")
    ),
    "expired": lambda: _raise(
        ClientError({"Error": {"Code": "ExpiredToken", "Message": "The token has expired"}}, "GetObject")
    ),
    "no file": lambda: _raise(PermissionError(13, "Permission denied")),
    "without a text": lambda: _raise(NoTextError()),
    "stopped": lambda: _denied_while_stopped(KeyboardInterrupt()),
    "without parts": lambda: _raise(NoPartsError()),
    "without anything": lambda: _raise(Exception()),
}


@pytest.mark.parametrize("fail", OTHERS.values(), ids=OTHERS.keys())
@pytest.mark.parametrize("way", ["block", "attempt", "run", "tasks"])
def test_other_exceptions_go_on(way: str, fail: Callable[[], object]) -> None:
    """What is no denial goes on as the very same object, with nothing added."""
    raised: list[tuple[BaseException, BaseException | None]] = []
    denials: Collection[Any] = collect()

    def noting() -> None:
        try:
            fail()
        except BaseException as error:
            raised.append((error, error.__context__))
            raise

    def block() -> None:
        with denials:
            noting()

    def attempt() -> None:
        with denials.attempt():
            noting()

    ways = {
        "block": block,
        "attempt": attempt,
        "run": lambda: denials.run(noting),
        "tasks": lambda: collect([noting]),
    }
    error = _caught(ways[way])

    assert error is not None
    assert (error, error.__context__) == raised[0]
    assert not hasattr(error, "__notes__")
    assert not denials


def test_causes_in_a_circle() -> None:
    """A chain of causes without an end is read to where it begins again."""
    error, other = _error(), RuntimeError()
    error.__cause__, other.__cause__ = other, error
    with collect() as denials:
        raise other

    assert len(denials) == 1


def test_denial_that_was_wrapped() -> None:
    """What is raised from a denial is the denial."""
    denials: Collection[None] = collect()

    def wrapping() -> None:
        try:
            _raise(_error())
        except ClientError as error:
            raise RuntimeError from error

    assert denials.run(wrapping) is None
    assert [failure.action for failure in denials] == ["sqs:SendMessage"]


@pytest.mark.parametrize(
    ("kinds", "wanted"),
    [
        (None, ["access_denied", "kubernetes_forbidden"]),
        (("access_denied",), ["access_denied"]),
        ({"expired_credentials"}, ["expired_credentials"]),
        ((), []),
        (iter(["access_denied"]), ["access_denied"]),
    ],
)
def test_kinds(kinds: Any, wanted: list[str]) -> None:  # noqa: ANN401 (a table)
    """Only the kinds that are asked for are gathered."""
    denials = collect() if kinds is None else collect(kinds=kinds)
    expired = ClientError({"Error": {"Code": "ExpiredToken", "Message": "It is expired"}}, "ListQueues")
    errors = [_error(), RuntimeError(FORBIDDEN), expired]
    others = [_caught(lambda error=error: denials.run(_raise, error)) for error in errors]  # type: ignore[misc]

    assert [failure.kind for failure in denials] == wanted
    assert all(other in {None, error} for other, error in zip(others, errors, strict=True))
    assert others.count(None) == len(wanted)


@pytest.mark.parametrize(
    ("misuse", "error"),
    [
        (lambda: collect(kinds="access_denied"), TypeError),  # type: ignore[arg-type]
        (lambda: collect(kinds=[["access_denied"]]), ValueError),  # type: ignore[list-item]
        (lambda: collect(kinds=["denied"]), ValueError),  # type: ignore[list-item]
        (lambda: collect([7]), TypeError),  # type: ignore[arg-type]
        (lambda: collect(7), TypeError),  # type: ignore[call-overload]
    ],
)
def test_misuse(misuse: Callable[[], object], error: type[Exception]) -> None:
    """What is wrong in the program is told at once."""
    with pytest.raises(error):
        misuse()


async def _denied_later() -> None:
    raise _error()


@pytest.mark.parametrize("gather", [lambda: collect().run(_denied_later), lambda: collect([_denied_later])])
def test_what_has_to_be_awaited_is_refused(gather: Callable[[], object]) -> None:
    """Its denial would come when nobody gathers any more."""
    with pytest.raises(TypeError, match=r"with denials\.attempt\(\): await"):
        gather()


def test_collections_pass_on_between_processes() -> None:
    denials = collect([lambda: _raise(_error()), lambda: 7])
    for again in (copy.deepcopy(denials), pickle.loads(pickle.dumps(denials))):
        assert (again.results, again.counts, again.failures) == (
            denials.results,
            denials.counts,
            denials.failures,
        )
        again.run(_raise, _error())
        assert [*again.counts.values()] == [2]
        assert [*denials.counts.values()] == [1]


def test_reused_and_nested() -> None:
    """The innermost gathers, and a collection goes on where it was."""
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
    """Arguments go to the call, results come from it."""
    denials: Collection[None] = collect()

    def joined(*parts: str, between: str) -> str:
        return between.join(parts)

    got = denials.run(joined, "a", "b", between="-")
    assert_type(got, str | None)
    assert got == "a-b"
    tasks: list[Callable[[], str]] = [lambda: "first", lambda: _raise(_error()), lambda: "third"]
    gathered = collect(tasks)
    assert_type(gathered.results, tuple[str | None, ...])
    assert gathered.results == ("first", None, "third")
    assert collect(iter([int])).results == (0,)


# ------------------------------------------------ groups


def test_denials_in_groups() -> None:
    """A group of denials is gathered as a whole, wherever they stand in it."""
    with collect() as denials:
        group = ExceptionGroup(
            "all", [_error("sqs:SendMessage"), ExceptionGroup("in", [_error("sns:Publish")])]
        )
        _raise(group)

    assert [failure.action for failure in denials] == ["sqs:SendMessage", "sns:Publish"]


def test_rest_of_a_group_goes_on() -> None:
    """What is no denial goes on in a group of its own, with its leaves, notes and context."""
    bug, end = KeyError("a"), ValueError("b")
    inner = ExceptionGroup("inner", [_error("sns:Publish"), end])
    outer = ExceptionGroup("outer", [_error("sqs:SendMessage"), bug, inner])
    outer.add_note("of the group")
    with pytest.raises(ExceptionGroup) as caught, collect() as denials:
        raise outer
    rest = caught.value

    assert [failure.action for failure in denials] == ["sqs:SendMessage", "sns:Publish"]
    assert (rest.message, rest.__notes__) == ("outer", ["of the group"])
    assert rest.exceptions[0] is bug
    assert isinstance(rest.exceptions[1], ExceptionGroup)
    assert rest.exceptions[1].exceptions == (end,)
    assert (rest.__context__, rest.__cause__) == (None, None)


def test_group_without_denials_goes_on_as_it_is() -> None:
    """A group that holds no denial is the very same object behind the block."""
    group = BaseExceptionGroup("stop", [KeyboardInterrupt(), ValueError()])
    with pytest.raises(BaseExceptionGroup) as caught, collect() as denials:
        raise group

    assert caught.value is group
    assert not denials


def test_interrupt_in_a_group_goes_on() -> None:
    """What stops a program stops it, beside a denial too."""
    group = BaseExceptionGroup("both", [_error(), KeyboardInterrupt()])
    with pytest.raises(BaseExceptionGroup) as caught, collect() as denials:
        raise group

    assert [type(each) for each in caught.value.exceptions] == [KeyboardInterrupt]
    assert len(denials) == 1


def test_rest_of_a_group_keeps_nothing_alive() -> None:
    """Frames that a traceback holds go with it, without the garbage collector."""

    class Local:
        pass

    def work() -> weakref.ref[Local]:
        local, both = Local(), "both"
        gone = weakref.ref(local)
        with suppress(ExceptionGroup), collect():
            raise ExceptionGroup(both, [_error(), ValueError()])
        return gone

    gc.collect()
    gc.disable()
    try:
        assert work()() is None
    finally:
        gc.enable()


class Odd(ExceptionGroup[Exception]):
    """A group whose class cannot be split."""

    @override
    def derive(self, excs: object) -> NoReturn:
        raise RuntimeError


class Odder(ExceptionGroup[Exception]):
    """A group whose class says that it split, and did not."""

    @override
    def split(self, *_: object) -> Any:
        return self, "the rest"


@pytest.mark.parametrize("make", [Odd, Odder])
def test_group_that_cannot_be_split_goes_on(make: type[ExceptionGroup[Exception]]) -> None:
    """A group whose own code fails is left alone, and nothing of it counts as gathered."""
    group = make("odd", [_error(), ValueError()])
    with pytest.raises(ExceptionGroup) as caught, collect() as denials:
        raise group

    assert caught.value is group
    assert not denials


# ------------------------------------------------ real calls


def _once() -> Config:
    return Config(retries={"mode": "standard", "total_max_attempts": 1})


def test_denied_calls_of_boto3(server: AwsLikeServer, clients: Clients, tmp_path: Path) -> None:
    """Plain calls, transfers, waiters and pages that are denied are gathered, with their ids where they have some."""
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


def test_transfer_alone_keeps_its_ids(server: AwsLikeServer, clients: Clients, tmp_path: Path) -> None:
    """boto3's own error for a transfer has no ids; the one that it comes from has."""
    (tmp_path / "b.csv").write_text("x", encoding="utf-8")
    server.reply = wires.s3(
        403, "AccessDenied", _sentence("s3:PutObject", resource='"arn:aws:s3:::data/b.csv"')
    )
    with collect() as denials:
        clients("s3", server.url).upload_file(str(tmp_path / "b.csv"), "data", "b.csv")

    assert [failure.envelope.request_id for failure in denials] == [wires.S3_REQUEST_ID]


def test_threads_share_a_collection(server: AwsLikeServer, clients: Clients) -> None:
    """Calls of many threads are all counted."""
    server.reply = wires.query(403, "AccessDenied", _sentence("iam:ListRoles"))
    iam = clients("iam", server.url)
    denials: Collection[None] = collect()
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: denials.run(iam.list_roles), range(40)))

    assert done == [None] * 40
    assert list(denials.counts.values()) == [40]


def test_threads_that_only_gather() -> None:
    """No denial is lost, and none counted twice, where threads do nothing else."""
    denials: Collection[None] = collect()
    start = threading.Barrier(8)

    def gather(number: int) -> None:
        start.wait()
        for turn in range(50):
            denials.run(_raise, _error(principal=BUILD.format(number), resource=QUEUE.format(turn % 5)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(gather, range(8)))

    assert sorted(denials.counts.values()) == [80] * 5


def test_tasks_of_asyncio(server: AwsLikeServer, clients: Clients) -> None:
    """A step of a coroutine may be denied; so may tasks of a group."""
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
    """A collection does not keep a task alive that is cancelled while it waits."""

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


def _denied_while_stopped(stop: BaseException) -> None:
    """Clean up when something stops the program, and be denied that."""
    try:
        _raise(stop)
    finally:
        _raise(_error("sqs:DeleteMessage"))


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, asyncio.CancelledError, GeneratorExit])
def test_denial_in_the_way_of_a_stop_goes_on(stop: type[BaseException]) -> None:
    """Else Ctrl-C would be lost, and the program would go on."""
    denials = collect()
    with pytest.raises(ClientError) as caught, denials:
        _denied_while_stopped(stop())

    assert isinstance(caught.value.__context__, stop)
    assert not denials


def test_attempt_within_a_stop() -> None:
    """What is handled already when a step begins goes on behind it."""
    denials = collect()

    def cleaning_up() -> None:
        try:
            raise KeyboardInterrupt
        finally:
            with denials.attempt():
                _raise(_error("sqs:DeleteMessage"))
            denials.run(_raise, _error("sqs:SendMessage"))

    with pytest.raises(KeyboardInterrupt), denials:
        cleaning_up()

    assert [failure.action for failure in denials] == ["sqs:DeleteMessage", "sqs:SendMessage"]


def test_denial_beside_a_time_out_is_gathered() -> None:
    """The time-out was made of a cancellation, which is over; and it is handled."""

    async def main() -> Collection[Any]:
        with collect() as denials:
            try:
                async with asyncio.timeout(0.01):
                    await asyncio.sleep(60)
            except TimeoutError:
                _raise(_error())
        return denials

    assert len(asyncio.run(main())) == 1


def test_cancelled_tasks_of_a_group_that_are_denied() -> None:
    """The group cancelled them for the first denial, so nobody is kept from stopping."""

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


def _nobody(url: str) -> Any:  # noqa: ANN401 (boto3 has no types)
    """Make a session of a user who may do nothing."""
    keys = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "example-secret"}
    iam = boto3.Session(region_name="eu-west-1", **keys).client("iam", endpoint_url=url)
    with closing(iam):
        iam.create_user(UserName="nobody")
        key = iam.create_access_key(UserName="nobody")["AccessKey"]
    return boto3.Session(
        region_name="eu-west-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )


def test_denials_that_iam_decided(aws_environment: pytest.MonkeyPatch) -> None:
    """What a user lacks, as moto's IAM finds it in one run, is one policy of that user."""
    del aws_environment
    with checking(_nobody) as (url, session), ExitStack() as stack:
        kms, sts, ddb = (
            stack.enter_context(closing(session.client(name, endpoint_url=url, config=_once())))
            for name in ("kms", "sts", "dynamodb")
        )
        with collect() as denials:
            for _ in range(2):
                assert denials.run(kms.list_keys) is None
            with denials.attempt():
                list(ddb.get_paginator("list_tables").paginate())
            assert denials.run(sts.get_caller_identity) is not None

    assert list(denials.counts.values()) == [2, 1]
    assert denials.principals == (f"arn:aws:iam::{ACCOUNT}:user/nobody",)
    actions = [statement["Action"] for statement in denials.policy()["Statement"]]
    assert sorted(actions) == ["dynamodb:ListTables", "kms:ListKeys"]


# ------------------------------------------------ deduplication and policies


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3)), max_size=12))
def test_each_problem_once_all_counted(calls: list[tuple[str, int]]) -> None:
    """The first of each problem stays, in order, and the counts add up."""
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


def _gathered(*errors: Exception) -> Collection[None]:
    denials: Collection[None] = collect()
    for error in errors:
        denials.run(_raise, error)
    return denials


def test_policy_of_sessions_of_one_role() -> None:
    """Sessions of a role are one principal, however its ARN is written."""
    denials = _gathered(
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
    for written in (BUILD_ROLE, BUILD.format(99), "arn:aws:iam::111122223333:role/ci/build"):
        assert denials.policy(written) == denials.policy()
    assert denials.policies() == (denials.policy(),)


def test_policy_of_one_of_several() -> None:
    """Nobody gets what another one lacks: whose policy it is has to be said."""
    build = _error("sqs:SendMessage", resource=QUEUE.format("a"))
    ana = _error("sns:Publish", principal=ANA, resource="arn:aws:sns:eu-west-1:111122223333:news")
    nameless = RuntimeError(
        "User is not authorized to perform: sqs:PurgeQueue because no identity-based policy allows it"
    )
    denials = _gathered(build, ana, nameless)

    assert denials.principals == (BUILD_ROLE, ANA)
    assert [each["Action"] for each in denials.policy(ANA)["Statement"]] == ["sns:Publish"]
    assert [each["Action"] for each in denials.policy(BUILD.format(7))["Statement"]] == ["sqs:SendMessage"]
    assert denials.policies(ANA, limit=256) == (denials.policy(ANA),)
    for ask in (denials.policy, denials.policies):
        with pytest.raises(ValueError, match=r"several principals were denied.*role/build.*user/ana"):
            ask()
        with pytest.raises(ValueError, match=r"unknown principal .*user/bob.*role/build.*user/ana"):
            ask("arn:aws:iam::111122223333:user/bob")
    with pytest.raises(ValueError, match="characters"):
        denials.policies(ANA, limit=1)


def test_policy_of_denials_that_name_nobody() -> None:
    """What names nobody is the one's whom the others name, or whoever's the caller says."""
    build = _error("sqs:SendMessage", resource=QUEUE.format("a"))
    nameless = RuntimeError(
        "User is not authorized to perform: sqs:PurgeQueue because no identity-based policy allows it"
    )
    both, alone = _gathered(build, nameless), _gathered(nameless)

    assert both.policy() == both.policy(BUILD_ROLE) == policy_for(both.failures)
    assert "sqs:PurgeQueue" in str(both.policy())
    assert alone.principals == ()
    assert alone.policy() == alone.policy(ANA) == policy_for(alone.failures)


def test_records() -> None:
    """The records are those of the failures."""
    denials = _gathered(_error(), RuntimeError(FORBIDDEN), _error())

    assert denials.to_records() == [to_record(failure) for failure in denials]
    assert json.loads(json.dumps(denials.to_records())) == denials.to_records()


# ------------------------------------------------ reports


def test_report() -> None:
    """The report says what was denied how often, who can help, what no policy helps, and gives the policy."""
    denials = _gathered(
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
    """Each principal has a policy of its own in the report."""
    denials = _gathered(
        _error("sqs:SendMessage", resource=QUEUE.format("a")),
        _error("sns:Publish", principal=ANA, resource="arn:aws:sns:eu-west-1:111122223333:news"),
    )
    report = denials.report(width=200)

    assert report.index(f"The policy for {BUILD_ROLE}") < report.index(f"The policy for {ANA}")
    before, after = report.split(f"The policy for {ANA}")
    assert '"sns:Publish"' in after
    assert '"sns:Publish"' not in before
    assert '"sqs:SendMessage"' not in after


def test_report_where_no_policy_helps() -> None:
    """Where nothing can be allowed so, there is no policy to attach."""
    report = _gathered(_error("ec2:RunInstances", layer="scp")).report()

    assert "No identity-based policy of the caller helps" in report
    assert "{" not in report


HOSTILE = (
    "User: arn:aws:iam::111122223333:user/<script>alert(1)</script>\x1b[31m\u202e is not authorized to perform: "
    "s3:GetObject on resource: arn:aws:s3:::b/AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY because "
    "no identity-based policy allows the s3:GetObject action password=hunter2example"
)


def _forms(denials: Collection[Any]) -> Iterator[str]:
    yield denials.report()
    yield str(denials)
    yield denials._repr_html_()
    yield denials._repr_markdown_()


def test_forms_hold_no_secret_and_no_control() -> None:
    """No form lets a secret, a control character or a script of a text through; the text itself is kept."""
    denials = _gathered(RuntimeError(HOSTILE))
    assert len(denials) == 1
    assert denials.failures[0].text == HOSTILE

    for form in _forms(denials):
        assert "wJalrXUtnFEMI" not in form
        assert "hunter2example" not in form
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", form)
    assert "<script>alert" not in denials._repr_html_()


def test_colour_is_asked_for() -> None:
    """Colours come only when they are asked for."""
    denials = _gathered(_error())

    assert "\x1b[" not in denials.report()
    assert "\x1b[" in denials.report(color=True)


def test_report_of_very_many() -> None:
    """A report stays readable, and the policy is of all."""
    denials = _gathered(*(_error(resource=QUEUE.format(f"q{number}")) for number in range(130)))
    report = denials.report()

    assert "130 problems in 130 failures" in report
    assert "and 30 more" in report
    assert report.count("was denied sqs:SendMessage") == 100
    assert len(denials.policy()["Statement"][0]["Resource"]) == 130


def test_views_are_snapshots() -> None:
    """What was given does not change when more is gathered, and cannot be changed."""
    denials = _gathered(_error(resource=QUEUE.format("a")))
    failures, counts = denials.failures, denials.counts
    denials.run(_raise, _error(resource=QUEUE.format("b")))

    assert len(failures) == len(counts) == 1
    assert isinstance(failures[0], AccessDenied)
    with pytest.raises(TypeError):
        counts["a"] = 1  # type: ignore[index]
