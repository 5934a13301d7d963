"""Which entry of aws-auth a caller hits, as the authenticator finds it; not for what is wrong with entries.

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
    render,
    variables_in,
)

if TYPE_CHECKING:
    from iamtriage.aws_auth._entries import Entry

__all__ = ("Match", "who_matches")


@attrs.frozen
class Match(View):
    """Who a caller is in Kubernetes.

    Attributes:
        username: the user name, its variables replaced; those whose value is not known stay as written.
        groups: the groups, likewise.
        entry: the entry that was hit; for ``mapAccounts``, the account's id.
        problem: why the authenticator refuses the caller all the same; None where it does not.
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
    """Find the entry that a caller hits. None: no entry, so that the caller is refused.

    The caller's ARN is brought to the form of :func:`iamtriage.canonicalize_arn`; what the entries state
    is compared as written, without regard to case. So an entry with a role's path, with a session or
    with an instance profile is never hit. Roles come before users, and users before ``mapAccounts``; of
    two entries with the same ARN the last one counts.

    An ``sso`` entry counts only where no ARN fits. It works on clusters whose authenticator has the
    feature ``SSORoleMatch`` on, which it is not unless somebody did it. The authenticator loses a
    partition that such an entry states, so that it is never hit then, and neither is it here.

    Args:
        aws_auth: the ConfigMap.
        caller_arn: what ``aws sts get-caller-identity`` prints as ``Arn``.
        access_key_id: what ``{{AccessKeyID}}`` stands for.
        private_dns_name: what ``{{EC2PrivateDNSName}}`` stands for: EC2's host name of the instance.

    Raises:
        InvalidArnError: the caller's ARN is no principal's.

    >>> entry = RoleEntry("arn:aws:iam::111122223333:role/app", "app:{{SessionName}}", ("readers",))
    >>> match = who_matches(AwsAuth((entry,)), "arn:aws:sts::111122223333:assumed-role/App/ana@example.com")
    >>> match.username, match.groups, match.problem
    ('app:ana-example.com', ('readers',), None)
    >>> who_matches(AwsAuth((entry,)), "arn:aws:iam::111122223333:user/ana") is None
    True
    """
    canonical = canonicalize_arn(caller_arn)
    account = parse_arn(canonical).account
    entry = _entry_of(aws_auth, canonical.lower())
    if entry is None:
        return Match(canonical, (), account) if account in aws_auth.accounts else None
    session = _session_name(parse_arn(str(caller_arn)))
    values = {
        ACCOUNT_ID: account,
        SESSION_NAME: session.replace("@", "-"),
        SESSION_NAME_RAW: session,
        ACCESS_KEY_ID: access_key_id,
        PRIVATE_DNS_NAME: private_dns_name,
    }
    problem = _problem((entry.username, *entry.groups), session)
    if problem is not None:
        # The authenticator asks EC2 for no host name then.
        values[PRIVATE_DNS_NAME] = None
    known = {name: value for name, value in values.items() if value is not None}
    groups = tuple(render(group, known) for group in entry.groups)
    return Match(render(entry.username, known), groups, entry, problem)


def sso_pattern(sso: SsoRole) -> str:
    """Give the pattern that the authenticator makes of an ``sso`` entry.

    >>> sso_pattern(SsoRole("View", "111122223333"))
    'arn:aws:iam::111122223333:role/awsreservedsso_view_*'
    >>> sso_pattern(SsoRole("View", "111122223333", "aws-cn"))
    'arn::iam::111122223333:role/awsreservedsso_view_*'
    """
    # The authenticator forgets a partition that is stated, and has aws where none is.
    partition = "" if sso.partition else "aws"
    return f"arn:{partition}:iam::{sso.account_id}:role/AWSReservedSSO_{sso.permission_set_name}_*".lower()


def _entry_of(aws_auth: AwsAuth, canonical: str) -> Entry | None:
    """Find the entry of a canonical ARN in lower case."""
    for role in reversed(aws_auth.roles):
        if role.rolearn.lower() == canonical:
            return role
    for role in reversed(aws_auth.roles):
        if not role.rolearn and role.sso is not None and arn_like(canonical, sso_pattern(role.sso)):
            return role
    for user in reversed(aws_auth.users):
        if user.userarn.lower() == canonical:
            return user
    return None


def _session_name(caller: Arn) -> str:
    """Give what STS puts behind the colon of the caller's user id; empty for who has no session."""
    kind, _, rest = caller.resource.partition("/")
    if caller.service != "sts":
        return ""
    # A federated user's id is the account and the name, which the authenticator takes for a session's.
    return rest.rpartition("/")[2] if kind == "assumed-role" else rest


def _problem(templates: tuple[str, ...], session: str) -> str | None:
    if not any(PRIVATE_DNS_NAME in variables_in(template) for template in templates):
        return None
    if INSTANCE_ID.fullmatch(session):
        return None
    what = f"the session is called {quote_text(session)}" if session else "the caller has no session"
    return f"{{{{{PRIVATE_DNS_NAME}}}}} wants a session that is named after an EC2 instance, but {what}"
