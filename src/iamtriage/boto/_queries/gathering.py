"""Everything that AWS tells about a failure, as facts; not for each single question."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from iamtriage.authorization._decoded_messages import DecodedMessage
from iamtriage.boto._queries.authorization import authorization_details, authorization_id_in
from iamtriage.boto._queries.calls import Refusal, core_for_asking, failure_told
from iamtriage.boto._queries.decoding import decode_message, encoded_message_in
from iamtriage.boto._queries.identity import whoami
from iamtriage.explaining._facts import Facts, facts_of
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.failures._failures import AccessDenied

if TYPE_CHECKING:
    from iamtriage.boto._queries.authorization import RequestAuthorization
    from iamtriage.boto._queries.calls import Told
    from iamtriage.explaining._facts import FactsLike
    from iamtriage.failures._failures import Failure

__all__ = ("gather_facts",)

_LOG = logging.getLogger("iamtriage.boto")


def gather_facts(failure: Told, session: object, **client_args: Any) -> Facts:  # noqa: ANN401 (botocore's)
    """Ask AWS for all that it tells about a failure: caller, decoded message, authorization details.

    Only what the failure has is asked for, and nothing where the session has no valid credentials. What is
    refused is left out, and logged at ``iamtriage.boto``; the functions for each question tell why.

    Args:
        failure: what :func:`iamtriage.parse` takes or gives.
        session: a ``boto3.Session`` or a ``botocore.session.Session``. It counts as that of the failed call,
            unless the failure or its encoded message names another principal.
        client_args: what ``session.client`` takes for each service, such as ``config``.

    Raises:
        TypeError: nothing that tells of a failure, not a session, or an argument that ``session.client``
            does not have; or ``endpoint_url``, which is of one service alone.

    >>> import botocore.session
    >>> gather_facts("there is no failure in this", botocore.session.Session()) == Facts()
    True
    """
    if "endpoint_url" in client_args:
        msg = "endpoint_url is of one service, and several are asked; set AWS_ENDPOINT_URL_STS and the like"
        raise TypeError(msg)
    found = failure_told(failure)
    core_for_asking(session)
    if found is None:
        return Facts()
    identity = whoami(session, **client_args)
    if isinstance(identity, Refusal):
        _LOG.info("%s", identity)
        return identity.facts
    answers: list[DecodedMessage | RequestAuthorization | Refusal] = []
    if encoded_message_in(found) is not None:
        answers.append(decode_message(found, session, **client_args))
    if authorization_id_in(found) is not None:
        answers.append(authorization_details(found, session, **client_args))
    for answer in answers:
        if isinstance(answer, Refusal):
            _LOG.info("%s", answer)
    known: list[FactsLike] = [*answers]
    if _may_call(identity.arn, found, answers):
        known.append(identity)
    return facts_of(known)


def _may_call(
    arn: str, failure: Failure, answers: list[DecodedMessage | RequestAuthorization | Refusal]
) -> bool:
    """Tell whether the failed call can be one of this caller."""
    if failure.principal is not None and not isinstance(failure, AccessDenied):
        return True  # a name of Kubernetes, say: it does not tell whose it is in AWS
    decoded = next((each for each in answers if isinstance(each, DecodedMessage)), None)
    told = failure.principal
    if told is None and decoded is not None and decoded.principal is not None:
        told = decoded.principal.arn
    return told is None or _who(told) == _who(arn)


def _who(arn: str) -> object:
    """Give what is the same for all sessions of a role."""
    role = underlying_role(try_parse_principal(arn))
    return arn if role is None else (role.partition, role.account, role.name.lower())
