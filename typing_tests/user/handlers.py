"""A user's own program, with boto3's type stubs and the strictest settings: `nox -s typing_user` checks it.

Never run. Apart from the other files, since the project itself is checked without stubs of boto3. Those of two
services are installed, so the type of `client`, which names all services, is partly unknown.
"""

# pyright: strict

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, assert_never, assert_type

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from iamtriage import (
    AccessDenied,
    AccessKeyQuota,
    DecodedMessage,
    Explanation,
    Failure,
    classify,
    explain,
    is_access_denied,
    is_expired,
    is_retryable,
    matching,
)
from iamtriage.boto import (
    Identity,
    Refusal,
    collect,
    decode_message,
    explain_errors,
    find_role_arn,
    gather_facts,
    install,
    uninstall,
    whoami,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

LOG = logging.getLogger(__name__)
session = boto3.Session()
install(session, full=True, logger=LOG)
uninstall(session)


def handled(bucket: str) -> list[str]:
    s3 = session.client("s3")  # pyright: ignore[reportUnknownMemberType]
    try:
        return [
            each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", []) if "Key" in each
        ]
    except ClientError as error:
        if is_access_denied(error):
            LOG.warning("denied: %s", error.operation_name)
            return []
        if is_expired(error) or is_retryable(error, after_change=True):
            raise
        assert_type(error, ClientError)
    except BotoCoreError as error:
        assert_type(error, BotoCoreError)
    return []


def caught(role: str) -> None:
    try:
        session.client("iam").get_role(RoleName=role)  # pyright: ignore[reportUnknownMemberType]
    except matching(AccessDenied, action="iam:GetRole", of=ClientError) as error:
        assert_type(error, ClientError)
        LOG.warning("%s", error.response)
    except matching(AccessKeyQuota) as error:
        assert_type(error, Exception)


def told(explanation: Explanation, error: BaseException) -> None:
    LOG.info("%s %s", explanation.summary, type(error))


@explain_errors(kinds={"access_denied"}, callback=told)
def decorated(name: str, *, times: int = 1) -> bytes:
    return name.encode() * times


@explain_errors
async def decorated_async(name: str) -> int:
    return len(name)


@explain_errors()
def decorated_generator(count: int) -> Iterator[int]:
    yield from range(count)


@explain_errors()
async def decorated_async_generator(count: int) -> AsyncIterator[int]:
    for each in range(count):
        yield each


async def uses() -> None:
    assert_type(decorated("a", times=2), bytes)
    assert_type(await decorated_async("a"), int)
    assert_type(next(decorated_generator(1)), int)
    async for each in decorated_async_generator(1):
        assert_type(each, int)
    with explain_errors(redacted=True, facts={"cluster": "orders"}):
        decorated("a")
    async with explain_errors():
        await decorated_async("a")
    decorated(1)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    explain_errors(decorated, full=True)  # type: ignore[call-overload] # pyright: ignore[reportCallIssue]


def asks(error: ClientError) -> str:
    verdict = classify(error)
    assert_type(verdict.failure, Failure | None)
    me = whoami(session)
    match me:
        case Identity():
            LOG.info("%s in %s", me.arn, me.account)
        case Refusal():
            LOG.info("%s: %s", me.asked, me.reason)
        case _:
            assert_never(me)
    if not me:
        return str(me.explanation())
    assert_type(me, Identity)
    found = decode_message(error, session)
    if isinstance(found, DecodedMessage):
        assert_type(found.allowed, bool | None)
    if not found:
        LOG.info("%s", found.reason)
    role = find_role_arn(session, "deployer")
    facts = gather_facts(error, session)
    return f"{explain(error, facts=[me, found, facts])} {role}"


def gathers(buckets: list[str]) -> None:
    s3 = session.client("s3")  # pyright: ignore[reportUnknownMemberType]
    with collect() as denials:
        for bucket in buckets:
            with denials.attempt():
                s3.head_bucket(Bucket=bucket)
        assert_type(denials.run(decorated, "a", times=2), bytes | None)
    assert_type(denials.failures, tuple[Failure, ...])
    assert_type(denials.report(), str)
