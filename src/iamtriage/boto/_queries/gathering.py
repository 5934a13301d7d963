"""Gather what AWS knows about a failure, as facts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from iamtriage.authorization._decoded_messages import DecodedMessage
from iamtriage.boto._queries.authorization import authorization_details, find_authorization_id
from iamtriage.boto._queries.calls import Refusal, find_failure, get_sync_session
from iamtriage.boto._queries.decoding import decode_message, find_encoded_message
from iamtriage.boto._queries.identity import whoami
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._given_facts import build_facts
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.failures._failures import AccessDenied

if TYPE_CHECKING:
    from iamtriage.boto._queries.authorization import RequestAuthorization
    from iamtriage.boto._queries.calls import FailureSource
    from iamtriage.explaining._facts import FactsLike
    from iamtriage.failures._failures import Failure

__all__ = ("gather_facts",)

_LOG = logging.getLogger("iamtriage.boto")


def gather_facts(
    failure: FailureSource,
    session: object,
    **client_args: Any,  # noqa: ANN401 (botocore's)
) -> Facts:
    """Get the caller, the decoded message and the authorization details of a failure.

    Only calls that apply to the failure are made. If the first one, ``sts:GetCallerIdentity``, fails, there
    are no others. If a call fails, its facts are missing, and the logger ``iamtriage.boto`` logs why. To
    handle errors, call :func:`whoami`, :func:`decode_message` and :func:`authorization_details` instead.

    Args:
        failure: A failure, or anything that :func:`iamtriage.parse` accepts.
        session: A ``boto3.Session`` or a ``botocore.session.Session``. It is assumed to be the session of the
            failed call, unless the failure or its encoded message names another principal.
        client_args: Arguments for the ``session.client`` of every service, such as ``config``.

    Raises:
        TypeError: The failure or session has the wrong type, ``session.client`` does not accept an argument,
            or you pass ``endpoint_url``, which applies to one service only.

    >>> import botocore.session
    >>> gather_facts("there is no failure in this", botocore.session.Session()) == Facts()
    True
    """
    if "endpoint_url" in client_args:
        msg = "endpoint_url applies to one service only; set AWS_ENDPOINT_URL_STS or similar instead"
        raise TypeError(msg)
    found = find_failure(failure)
    get_sync_session(session)
    if found is None:
        return Facts()
    identity = whoami(session, **client_args)
    if isinstance(identity, Refusal):
        _LOG.info("%s", identity)
        return identity.facts
    results: list[DecodedMessage | RequestAuthorization | Refusal] = []
    if find_encoded_message(found) is not None:
        results.append(decode_message(found, session, **client_args))
    if find_authorization_id(found) is not None:
        results.append(authorization_details(found, session, **client_args))
    for result in results:
        if isinstance(result, Refusal):
            _LOG.info("%s", result)
    facts: list[FactsLike] = [*results]
    if _can_be_caller(identity.arn, found, results):
        facts.append(identity)
    return build_facts(facts)


def _can_be_caller(
    arn: str, failure: Failure, results: list[DecodedMessage | RequestAuthorization | Refusal]
) -> bool:
    """Return whether a principal can have made the failed call."""
    if failure.principal is not None and not isinstance(failure, AccessDenied):
        return True  # for example a Kubernetes user name, which has no known ARN
    decoded = next((each for each in results if isinstance(each, DecodedMessage)), None)
    principal = failure.principal
    if principal is None and decoded is not None and decoded.principal is not None:
        principal = decoded.principal.arn
    return principal is None or _build_key(principal) == _build_key(arn)


def _build_key(arn: str) -> object:
    """Return a key that is the same for all sessions of a role."""
    role = underlying_role(try_parse_principal(arn))
    return arn if role is None else (role.partition, role.account, role.name.lower())
