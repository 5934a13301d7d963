"""The policy that many denied calls take together; not for one denial's remedies, nor for other policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iamtriage.explaining._facts import facts_of
from iamtriage.explaining._rules.denials.passing_roles import pass_role_grant
from iamtriage.explaining._rules.shared.allow_remedies import required_grant
from iamtriage.explaining._rules.shared.denial import build_denial, identity_allow_helps
from iamtriage.failures._checks import check_failures
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._documents import MANAGED_POLICY_LIMIT, build_document, build_documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.failures._failures import Failure
    from iamtriage.policies._grants import Grant

__all__ = ("policies_for", "policy_for")

_LEAST = 256


def policy_for(failures: Iterable[Failure]) -> dict[str, Any]:
    r"""Give one least-privilege IAM policy document that allows what was denied.

    It allows each denied action on the denied resource and nothing else, with ``*`` only where AWS accepts
    nothing else. Left out is what an identity-based policy cannot help: explicit denies, what control
    policies, boundaries, session, endpoint, resource and trust policies deny, calls without an action, and
    failures that are no denials. Give the failures of one principal: a policy does not say whose it is.

    The document does not depend on the order of the failures, and the statements' ids name the services.
    Words that begin with ``REPLACE_`` stand for what the messages mask or do not tell.

    Args:
        failures: what :func:`iamtriage.scan` gives.

    Returns:
        The document, ready for JSON. Its ``Statement`` is empty where nothing of it can be allowed so; IAM
        refuses such a document. It may be larger than a managed policy may be: see :func:`policies_for`.

    Raises:
        TypeError: ``failures`` is not an iterable of failures.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege

    >>> from iamtriage import scan
    >>> line = (
    ...     "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/app/run-1 is not authorized to "
    ...     'perform: s3:GetObject on resource: "arn:aws:s3:::orders/{}.csv" '
    ...     "because no identity-based policy allows the s3:GetObject action\n"
    ... )
    >>> [statement] = policy_for(scan(line.format(1) + line.format(2)))["Statement"]
    >>> statement["Sid"], statement["Action"], statement["Resource"]
    ('S3', 's3:GetObject', ['arn:aws:s3:::orders/1.csv', 'arn:aws:s3:::orders/2.csv'])
    """
    made = build_documents(_grants(check_failures(failures, "policy_for()")), limit=None)
    return made[0] if made else build_document([])


def policies_for(
    failures: Iterable[Failure], *, limit: int = MANAGED_POLICY_LIMIT
) -> tuple[dict[str, Any], ...]:
    """Give the policy of :func:`policy_for` as documents, none of which is over a limit.

    Args:
        failures: what :func:`iamtriage.scan` gives.
        limit: characters that a document may have, white space not counted. IAM allows 6,144 in a managed
            policy, and 10 of these to a role; 10,240 in all of a role's inline policies.

    Returns:
        The documents; none where nothing can be allowed so. A single action on a single resource is never
        parted, even over the limit.

    Raises:
        TypeError: ``failures`` is not an iterable of failures.
        ValueError: the limit is under 256.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

    >>> policies_for([])
    ()
    """
    if limit < _LEAST:
        msg = f"a document has at least {_LEAST} characters, so the limit cannot be {limit}"
        raise ValueError(msg)
    return tuple(build_documents(_grants(check_failures(failures, "policies_for()")), limit=limit))


def _grants(failures: Iterable[Failure]) -> Iterator[Grant]:
    no_facts = facts_of(None)
    for failure in failures:
        if not isinstance(failure, AccessDenied):
            continue
        denial = build_denial(failure, no_facts)
        if not identity_allow_helps(denial):
            continue
        # A guess is no ground for a permission: the encoded message may name another action.
        if denial.action_evidence == "derived" and failure.encoded_message:
            continue
        grant = (
            pass_role_grant(denial) if denial.lowercase_action == "iam:passrole" else required_grant(denial)
        )
        if grant is not None:
            yield grant
