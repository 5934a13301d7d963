"""How AWS is asked: a client for one question, and an answer or the reason why there is none.

Not for what is asked. Whatever goes wrong on the way to the answer becomes a value: one asks in handlers of
errors, where a second error would hide the first.
"""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import inspect
from contextlib import closing
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

import attrs
from botocore.config import Config
from typing_extensions import override

from iamtriage._reading.parsing import parse, parse_raised
from iamtriage._rendering.views import View
from iamtriage._text import clip_text, escape_controls, quote_text
from iamtriage.arns._arns import parse_arn
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.boto._sessions import client_maker, core_of
from iamtriage.boto._sts.client import config_for
from iamtriage.exceptions import InvalidArnError
from iamtriage.explaining._explain import explain
from iamtriage.explaining._explanations import Explanation
from iamtriage.explaining._facts import Facts
from iamtriage.failures._failures import Failure
from iamtriage.policies._masked_arns import partition_of
from iamtriage.redaction._redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = (
    "Refusal",
    "Told",
    "code_of",
    "core_for_asking",
    "failure_told",
    "region_for",
    "tried",
    "with_client",
)

Told: TypeAlias = "str | bytes | BaseException | Mapping[str, object] | Failure"
"""What tells of a failure: what :func:`iamtriage.parse` takes, and what it gives."""

_Answer = TypeVar("_Answer")

_NO_FACTS = Facts()
_LONGEST = 500


@attrs.frozen
class Refusal(View):
    """Why AWS gave no answer. It is a value and no exception; where a truth is asked for, it is false.

    Attributes:
        asked: what was asked, as an IAM action: ``"sts:DecodeAuthorizationMessage"``.
        reason: why there is no answer, in a sentence without secrets.
        failure: AWS's own failure, such as the denial of what was asked; None where AWS was not asked, or
            where what came is none of AWS's.

    >>> refusal = Refusal("sts:DecodeAuthorizationMessage", "There is no encoded message.")
    >>> bool(refusal), str(refusal)
    (False, 'sts:DecodeAuthorizationMessage: There is no encoded message.')
    """

    asked: str
    reason: str
    failure: Failure | None = None

    def __bool__(self) -> Literal[False]:
        return False

    @override
    def __str__(self) -> str:
        return f"{self.asked}: {self.reason}"

    @property
    def facts(self) -> Facts:
        """No facts, so that :func:`iamtriage.explain` takes a refusal where it would take an answer."""
        return _NO_FACTS

    def explanation(self) -> Explanation:
        """Say what helps, so that AWS answers.

        >>> Refusal("iam:GetRole", "The session's account has no role app.").explanation().summary
        "The session's account has no role app."
        """
        return Explanation(None, "refusal", self.reason) if self.failure is None else explain(self.failure)


def core_for_asking(session: object) -> Any:  # noqa: ANN401 (botocore has no types)
    """Give the botocore session of a session.

    Raises:
        TypeError: not a session, or one whose clients have to be awaited.
    """
    core = core_of(session)
    if inspect.iscoroutinefunction(getattr(core, "get_credentials", None)):
        msg = f"a session whose clients are not awaited is wanted, not {type(session).__name__}"
        raise TypeError(msg)
    return core


def failure_told(told: Told) -> Failure | None:
    """Give the failure that was handed over, or that is in what was handed over.

    Raises:
        TypeError: neither a failure nor what :func:`iamtriage.parse` takes.
    """
    if isinstance(told, Failure):
        return told
    if callable(getattr(told, "client", None)) or callable(getattr(told, "create_client", None)):
        msg = f"the failure goes first, and the session second; {type(told).__name__} is a session"
        raise TypeError(msg)
    return parse(told)


def with_client(
    session: object,
    service: str,
    asked: str,
    client_args: Mapping[str, Any],
    use: Callable[[Any], _Answer | Refusal],
) -> _Answer | Refusal:
    """Make a client, use it and close it. The time-outs are those of :func:`iamtriage.boto.sts_client`.

    Raises:
        TypeError: not a session, or an argument that ``session.client`` does not have.
    """
    core = core_for_asking(session)
    make = client_maker(session)
    given = client_args.get("config")
    if given is not None and not isinstance(given, Config):
        msg = f"config is a botocore Config, not {type(given).__name__}"
        raise TypeError(msg)
    arguments = {**client_args, "config": config_for(core, given)}
    inspect.signature(make).bind(service, **arguments)
    client = tried(asked, make, service, **arguments)
    if isinstance(client, Refusal):
        return client
    with closing(client):
        return use(client)


def tried(asked: str, call: Callable[..., _Answer], *args: Any, **named: Any) -> _Answer | Refusal:  # noqa: ANN401
    """Make one call, and give what it returns, or what it raised as a refusal."""
    try:
        return call(*args, **named)
    except Exception as error:  # noqa: BLE001
        # Besides errors of its own, botocore lets through those of sockets, files, JSON and plugins.
        return _refusal(asked, error)


def code_of(refusal: Refusal) -> str | None:
    """Give the error code with which AWS refused."""
    return None if refusal.failure is None else refusal.failure.envelope.code


def region_for(
    session: object,
    client_args: Mapping[str, Any],
    failure: Failure | None,
    asked: str,
    *,
    told: str | None = None,
    session_first: bool,
) -> str | Refusal | None:
    """Give the region to ask in; None where the client has to find one itself.

    What the caller asks for counts first. The failure's region is the one that its text tells, else that of
    its resource. No text leads out of the partition of the session: its credentials are of no use elsewhere,
    and their token is not for others to see. A session without a region has none to leave.
    """
    stated: object = client_args.get("region_name") or getattr(client_args.get("config"), "region_name", None)
    if isinstance(stated, str):
        return stated
    own: object = tried(asked, core_for_asking(session).get_config_variable, "region")
    partition, region = _place_of(failure)
    if told is not None and partition in {None, partition_of(told)}:
        partition, region = partition_of(told), told
    if not isinstance(own, str):
        return region
    of = partition_of(own)
    if of is None:
        return own  # whose partition nobody knows, so a text may not lead away
    if partition not in {None, of}:
        reason = f"The failure is of {partition}, and the session's region {quote_text(own)} of {of}."
        return Refusal(asked, reason)
    return own if session_first else (region or own)


def _place_of(failure: Failure | None) -> tuple[str | None, str | None]:
    """Give the partition and the region of a failed call, as far as its ARNs tell them."""
    partition: str | None = None
    region: str | None = None
    for text in () if failure is None else (failure.resource, failure.principal):
        try:
            arn = parse_arn(text or "")
        except InvalidArnError:
            continue
        if partition is None and arn.partition in PARTITIONS:
            partition = arn.partition
        if region is None and partition == arn.partition == partition_of(arn.region):
            region = arn.region
    return partition, region


def _refusal(asked: str, error: Exception) -> Refusal:
    # Not what it happened beside: that may be the failure about which AWS was asked.
    failure = parse_raised(error, contexts=False)
    if failure is None:
        return Refusal(asked, f"{type(error).__name__}: {clip_text(redact(_text_of(error)))}")
    summary = escape_controls(redact(explain(failure).summary))
    return Refusal(asked, summary if len(summary) <= _LONGEST else f"{summary[:_LONGEST]}…", failure)


def _text_of(error: Exception) -> str:
    try:
        return " ".join(str(error).split())
    except Exception:  # noqa: BLE001 (a foreign __str__ may raise anything)
        return ""
