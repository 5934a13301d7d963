"""Find the aws-auth entry that matches a caller, as the authenticator does.

Sources: ``pkg/mapper/configmap``, ``pkg/config/mapper.go`` and ``pkg/server`` of
kubernetes-sigs/aws-iam-authenticator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._rendering.views import View
from iamtriage._text import quote_text
from iamtriage.arns._arns import Arn, parse_arn
from iamtriage.arns._role_arns import canonicalize_arn
from iamtriage.aws_auth._arnlike import arn_like
from iamtriage.aws_auth._entries import AwsAuth, RoleEntry, SsoRole, UserEntry
from iamtriage.aws_auth._templates import (
    ACCESS_KEY_ID,
    ACCOUNT_ID,
    INSTANCE_ID,
    PRIVATE_DNS_NAME,
    SESSION_NAME,
    SESSION_NAME_RAW,
    find_variables,
    replace_variables,
)

if TYPE_CHECKING:
    from iamtriage.aws_auth._entries import Entry

__all__ = ("Match", "who_matches")


@attrs.frozen
class Match(View):
    """A caller's identity in Kubernetes.

    Attributes:
        username: The username with its variables replaced; variables without a known value stay as written.
        groups: The groups, with their variables replaced in the same way.
        entry: The matching entry; for ``mapAccounts``, the account ID.
        problem: Why the authenticator rejects the caller nevertheless; ``None`` if it does not.

    >>> Match("ana", ("readers",), "111122223333").groups
    ('readers',)
    """

    username: str
    groups: tuple[str, ...]
    entry: RoleEntry | UserEntry | str
    problem: str | None = None


def who_matches(
    aws_auth: AwsAuth,
    caller_arn: str | Arn,
    *,
    access_key_id: str | None = None,
    private_dns_name: str | None = None,
) -> Match | None:
    """Return the entry that matches a caller, or ``None`` if the authenticator rejects the caller.

    Canonicalizes the caller's ARN with :func:`iamtriage.canonicalize_arn`, but compares the entries as
    written, case-insensitively. So an entry never matches if its ARN includes a role's path, a session, or
    an instance profile. ``mapRoles`` takes precedence over ``mapUsers``, and both over ``mapAccounts``. Of
    two entries with the same ARN, the last one is used.

    An ``sso`` entry matches only if no ARN does, and only on clusters whose authenticator has the feature
    gate ``SSORoleMatch`` on, which is off by default. With a partition, such an entry never matches, because
    the authenticator drops the partition.

    Args:
        aws_auth: The ConfigMap.
        caller_arn: The ARN that ``aws sts get-caller-identity`` prints.
        access_key_id: The value of ``{{AccessKeyID}}``.
        private_dns_name: The value of ``{{EC2PrivateDNSName}}``, the instance's private DNS name in EC2.

    Raises:
        InvalidArnError: The ARN is not a principal's.

    >>> entry = RoleEntry("arn:aws:iam::111122223333:role/app", "app:{{SessionName}}", ("readers",))
    >>> match = who_matches(AwsAuth((entry,)), "arn:aws:sts::111122223333:assumed-role/App/ana@example.com")
    >>> match.username, match.groups, match.problem
    ('app:ana-example.com', ('readers',), None)
    >>> who_matches(AwsAuth((entry,)), "arn:aws:iam::111122223333:user/ana") is None
    True
    """
    canonical = canonicalize_arn(caller_arn)
    account = parse_arn(canonical).account
    entry = _find_entry(aws_auth, canonical.lower())
    if entry is None:
        return Match(canonical, (), account) if account in aws_auth.accounts else None
    session = _get_session_name(parse_arn(str(caller_arn)))
    values = {
        ACCOUNT_ID: account,
        SESSION_NAME: session.replace("@", "-"),
        SESSION_NAME_RAW: session,
        ACCESS_KEY_ID: access_key_id,
        PRIVATE_DNS_NAME: private_dns_name,
    }
    problem = _check_session((entry.username, *entry.groups), session)
    if problem is not None:
        # In this case, the authenticator does not look up the DNS name in EC2.
        values[PRIVATE_DNS_NAME] = None
    known = {name: value for name, value in values.items() if value is not None}
    groups = tuple(replace_variables(group, known) for group in entry.groups)
    return Match(replace_variables(entry.username, known), groups, entry, problem)


def build_sso_pattern(sso: SsoRole) -> str:
    """Return the ARN pattern that the authenticator builds for an ``sso`` entry.

    >>> build_sso_pattern(SsoRole("View", "111122223333"))
    'arn:aws:iam::111122223333:role/awsreservedsso_view_*'
    >>> build_sso_pattern(SsoRole("View", "111122223333", "aws-cn"))
    'arn::iam::111122223333:role/awsreservedsso_view_*'
    """
    # The authenticator drops a stated partition, and uses aws if none is stated.
    partition = "" if sso.partition else "aws"
    return f"arn:{partition}:iam::{sso.account_id}:role/AWSReservedSSO_{sso.permission_set_name}_*".lower()


def _find_entry(aws_auth: AwsAuth, canonical: str) -> Entry | None:
    """Return the entry that matches a canonical ARN in lower case."""
    for role in reversed(aws_auth.roles):
        if role.rolearn.lower() == canonical:
            return role
    for role in reversed(aws_auth.roles):
        if not role.rolearn and role.sso is not None and arn_like(canonical, build_sso_pattern(role.sso)):
            return role
    for user in reversed(aws_auth.users):
        if user.userarn.lower() == canonical:
            return user
    return None


def _get_session_name(caller: Arn) -> str:
    """Return the part of the caller's user ID after the colon; empty for a caller without a session."""
    kind, _, rest = caller.resource.partition("/")
    if caller.service != "sts":
        return ""
    # A federated user's ID is the account and the name, which the authenticator uses as the session name.
    return rest.rpartition("/")[2] if kind == "assumed-role" else rest


def _check_session(templates: tuple[str, ...], session: str) -> str | None:
    """Return why the authenticator rejects a caller for its session; ``None`` if it does not."""
    if not any(PRIVATE_DNS_NAME in find_variables(template) for template in templates):
        return None
    if INSTANCE_ID.fullmatch(session):
        return None
    actual = f"the session name is {quote_text(session)}" if session else "the caller has no session"
    return f"{{{{{PRIVATE_DNS_NAME}}}}} requires an EC2 instance ID as the session name, but {actual}"
