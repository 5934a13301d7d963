"""Build least-privilege policies from the denials of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iamtriage.explaining._facts import build_facts
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

_MIN_LIMIT = 256


def policy_for(failures: Iterable[Failure]) -> dict[str, Any]:
    r"""Build one least-privilege IAM policy that allows the denied actions.

    The policy allows each denied action on the denied resource and nothing else. ``Resource`` is ``*`` only
    if AWS accepts nothing else. The policy omits what an identity-based policy can't grant: explicit denies,
    denials by SCPs and RCPs, boundaries, session, VPC endpoint, resource-based and trust policies, and calls
    with an unknown action. Pass the failures of one principal, because the policy doesn't say whose they are.

    The order of the failures doesn't matter. Statement IDs name the services. Placeholders that begin with
    ``REPLACE_`` replace what the messages mask or omit.

    Args:
        failures: The failures, such as those from :func:`iamtriage.scan`.

    Returns:
        The policy document, ready for JSON. Its ``Statement`` is empty if no ``Allow`` can help; IAM rejects
        such a document. It can exceed the size limit of a managed policy: see :func:`policies_for`.

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
    built = build_documents(_required_grants(check_failures(failures, "policy_for()")), limit=None)
    return built[0] if built else build_document([])


def policies_for(
    failures: Iterable[Failure], *, limit: int = MANAGED_POLICY_LIMIT
) -> tuple[dict[str, Any], ...]:
    """Build the policy of :func:`policy_for` as several documents within a size limit.

    Args:
        failures: The failures, such as those from :func:`iamtriage.scan`.
        limit: The maximum number of characters of a document, not counting whitespace. IAM allows 6,144 in a
            managed policy and 10 managed policies per role, and 10,240 in all inline policies of a role.

    Returns:
        The documents; none if no ``Allow`` can help. A document with a single action on a single resource can
        exceed the limit.

    Raises:
        TypeError: ``failures`` is not an iterable of failures.
        ValueError: The limit is less than 256.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

    >>> policies_for([])
    ()
    """
    if limit < _MIN_LIMIT:
        msg = f"limit must be at least {_MIN_LIMIT}, not {limit}"
        raise ValueError(msg)
    return tuple(build_documents(_required_grants(check_failures(failures, "policies_for()")), limit=limit))


def _required_grants(failures: Iterable[Failure]) -> Iterator[Grant]:
    no_facts = build_facts(None)
    for failure in failures:
        if not isinstance(failure, AccessDenied):
            continue
        denial = build_denial(failure, no_facts)
        if not identity_allow_helps(denial):
            continue
        # The encoded message can name another action, and a guess is not a reason to grant one.
        if denial.action_evidence == "derived" and failure.encoded_message:
            continue
        grant = (
            pass_role_grant(denial) if denial.lowercase_action == "iam:passrole" else required_grant(denial)
        )
        if grant is not None:
            yield grant
