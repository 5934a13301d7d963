"""Build least-privilege policies from the denials of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._rendering.placeholders import find_placeholders
from iamtriage._text import quote_text, wrong_type_message
from iamtriage.exceptions import PolicyError
from iamtriage.explaining._facts import NO_FACTS
from iamtriage.explaining._rules.denials.roles.passing_roles import pass_role_grant
from iamtriage.explaining._rules.shared.denial import build_denial
from iamtriage.explaining._rules.shared.grants.denial_remedies import identity_allow_helps, is_sentence_cut
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.requirements.required_grants import required_grant
from iamtriage.failures._checks import check_failures
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._documents import MANAGED_POLICY_LIMIT, build_document, build_documents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.failures._failures import Failure
    from iamtriage.policies._grants import Grant

__all__ = (
    "documents_by_principal",
    "find_grant",
    "normalize_principal",
    "policies_by_principal",
    "policies_for",
    "policy_for",
)

_MIN_LIMIT = 256
_MAX_LISTED_PRINCIPALS = 5


def policy_for(failures: Iterable[Failure], *, principal: str | None = None) -> dict[str, Any]:
    r"""Build one least-privilege IAM policy that allows the denied actions of one principal.

    The policy allows each denied action on the denied resource and nothing else, except for what AWS
    requires: a table of the Glue Data Catalog includes its database and the catalog, a log group its
    streams, and a Bedrock model that an inference profile calls the profile and the model in each Region.
    ``Resource`` is ``*`` only if AWS accepts nothing else.

    The policy omits what an identity-based policy can't grant: explicit denies, denials by SCPs and RCPs,
    boundaries, session, VPC endpoint, resource-based and trust policies, and calls with an unknown action.

    The order of the failures doesn't matter. Statement IDs name the services. Placeholders, which are words
    in capitals such as ``ACCOUNT_ID``, replace values that the messages mask or omit.

    Args:
        failures: The failures, such as those from :func:`iamtriage.scan`.
        principal: The ARN of a role, a role session or a user. Required if the failures are of several
            principals. A session means its role. If the failures name only one principal, failures without a
            principal belong to it; otherwise they are omitted.

    Returns:
        The policy document, ready for JSON. Its ``Statement`` is empty if no ``Allow`` can help; IAM rejects
        such a document. It can exceed the size limit of a managed policy: see :func:`policies_for`.

    Raises:
        PolicyError: The failures are of several principals and you passed none, or yours was not denied.
            ``principals`` lists the denied principals.
        TypeError: ``failures`` is not an iterable of failures, or ``principal`` is not a string.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege

    >>> from iamtriage import scan
    >>> line = (
    ...     "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/app/run-1 is not authorized to "
    ...     'perform: s3:GetObject on resource: "arn:aws:s3:::orders/{}.csv" '
    ...     "because no identity-based policy allows the s3:GetObject action\n"
    ... )
    >>> [statement] = policy_for(scan(line.format(1) + line.format(2)))["Statement"]
    >>> statement["Sid"], statement["Action"], statement["Resource"]
    ('S3GetObject', 's3:GetObject', ['arn:aws:s3:::orders/1.csv', 'arn:aws:s3:::orders/2.csv'])
    """
    _check_principal(principal)
    built = build_documents(_select_grants(_group_grants(failures, "policy_for()"), principal), limit=None)
    return built[0] if built else build_document([])


def policies_for(
    failures: Iterable[Failure], *, principal: str | None = None, limit: int = MANAGED_POLICY_LIMIT
) -> tuple[dict[str, Any], ...]:
    """Build the policy of :func:`policy_for`, split into documents within a size limit.

    Args:
        failures: The failures, such as those from :func:`iamtriage.scan`.
        principal: As for :func:`policy_for`.
        limit: The maximum number of characters of a document, not counting whitespace. IAM allows 6,144 in a
            managed policy and 10 managed policies per role, and 10,240 in all inline policies of a role.

    Returns:
        The documents; empty if no ``Allow`` can help. A document with a single action on a single resource
        can exceed the limit.

    Raises:
        PolicyError: As for :func:`policy_for`.
        TypeError: As for :func:`policy_for`.
        ValueError: The limit is less than 256.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

    >>> policies_for([])
    ()
    """
    _check_principal(principal)
    if limit < _MIN_LIMIT:
        msg = f"limit must be at least {_MIN_LIMIT}, not {limit}"
        raise ValueError(msg)
    grants = _select_grants(_group_grants(failures, "policies_for()"), principal)
    return tuple(build_documents(grants, limit=limit))


def policies_by_principal(failures: Iterable[Failure]) -> dict[str, dict[str, Any]]:
    r"""Build one least-privilege policy for each denied principal.

    Args:
        failures: The failures, such as those from :func:`iamtriage.scan`.

    Returns:
        The policy of :func:`policy_for` by the ARN of the role or user, in the order of the failures. A role
        session belongs to its role, whose ARN has no path. Principals that no ``Allow`` can help are omitted.
        If the failures name only one principal, failures without a principal belong to it; otherwise their
        policy has the key ``""``.

    Raises:
        TypeError: ``failures`` is not an iterable of failures.

    >>> from iamtriage import scan
    >>> line = "User: arn:aws:sts::111122223333:{} is not authorized to perform: sqs:SendMessage"
    >>> log = "\n".join(line.format(f"assumed-role/app/run-{number}") for number in (1, 2))
    >>> list(policies_by_principal(scan(log)))
    ['arn:aws:iam::111122223333:role/app']
    """
    documents = documents_by_principal(failures, limit=None)
    return {principal: policies[0] for principal, policies in documents.items()}


def documents_by_principal(
    failures: Iterable[Failure], *, limit: int | None = MANAGED_POLICY_LIMIT
) -> dict[str, tuple[dict[str, Any], ...]]:
    """Build the documents of :func:`policies_for` for each principal that an ``Allow`` can help."""
    grouped = _group_grants(failures, "policies_by_principal()")
    unnamed = grouped.pop(None, {})
    if len(grouped) == 1:
        next(iter(grouped.values())).update(unnamed)
    else:
        grouped[""] = unnamed
    return {
        principal or "": tuple(build_documents(grants, limit=limit))
        for principal, grants in grouped.items()
        if grants
    }


def normalize_principal(principal: str | None) -> str | None:
    """Return a role or session as the role without its path, and other principals unchanged.

    >>> normalize_principal("arn:aws:sts::111122223333:assumed-role/app/run-1")
    'arn:aws:iam::111122223333:role/app'
    """
    role = underlying_role(try_parse_principal(principal))
    return principal if role is None else f"arn:{role.partition}:iam::{role.account}:role/{role.name}"


# Grants in order, without duplicates, by normalized principal.
_GroupedGrants = dict[str | None, dict["Grant", None]]


def _check_principal(principal: object) -> None:
    if principal is not None and not isinstance(principal, str):
        raise TypeError(wrong_type_message("principal", "a string", principal))


def _select_grants(grouped: _GroupedGrants, principal: str | None) -> Iterable[Grant]:
    """Return the grants of one principal.

    Raises:
        PolicyError: There are several principals and none was passed, or the passed one was not denied.
    """
    unnamed = grouped.pop(None, {})
    principals = tuple(filter(None, grouped))
    if not principals:
        return unnamed  # the caller can state the principal
    if principal is None and len(principals) > 1:
        msg = f"several principals were denied; expected one of {_join_principals(principals)}"
        raise PolicyError(msg, principals=principals)
    selected = next(iter(principals)) if principal is None else normalize_principal(principal)
    if selected not in grouped:
        msg = (
            f"unknown principal {quote_text(principal or '')}; expected one of {_join_principals(principals)}"
        )
        raise PolicyError(msg, principals=principals)
    return {**grouped[selected], **unnamed} if len(principals) == 1 else grouped[selected]


def _join_principals(principals: tuple[str, ...]) -> str:
    more = (
        f" and {len(principals) - _MAX_LISTED_PRINCIPALS} more"
        if len(principals) > _MAX_LISTED_PRINCIPALS
        else ""
    )
    return ", ".join(map(quote_text, principals[:_MAX_LISTED_PRINCIPALS])) + more


def _group_grants(failures: Iterable[Failure], function: str) -> _GroupedGrants:
    """Return the required grants by principal; a principal that no ``Allow`` can help has none."""
    grouped: _GroupedGrants = {}
    for failure in check_failures(failures, function):
        if isinstance(failure, AccessDenied):
            grants = grouped.setdefault(normalize_principal(failure.principal), {})
            grant = find_grant(failure)
            if grant is not None:
                grants[grant] = None
    return grouped


def find_grant(failure: AccessDenied) -> Grant | None:
    """Return what an ``Allow`` must grant, if one helps."""
    denial = build_denial(failure, NO_FACTS)
    if not identity_allow_helps(denial):
        return None
    # An encoded message, or the rest of one that is cut off, can name another action.
    if denial.action_evidence == "derived" and (failure.encoded_message or is_sentence_cut(failure)):
        return None
    if denial.lowercase_action == "iam:passrole":
        return pass_role_grant(denial)
    grant = required_grant(denial)
    if grant is None or not grant.action.startswith(("glue:", "ssm:", "ec2:CreateTags")):
        return grant
    if grant.action == "ec2:CreateTags":
        return attrs.evolve(grant, resources=grant.resources[:1])
    # Further denials name the tables or instances that this one does not.
    known = tuple(each for each in grant.resources[1:] if not find_placeholders(each))
    return attrs.evolve(grant, resources=(grant.resources[0], *known))
