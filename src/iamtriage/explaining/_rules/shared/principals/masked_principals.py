"""Parse the ARNs of principals whose account or session name a text masks, and restore a masked account."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._names import ACCOUNT
from iamtriage.arns._principals import FederatedUser, Principal, Role, RoleSession, Root, User
from iamtriage.explaining._rules.shared.principals.principal_words import (
    PLACEHOLDER_ACCOUNT,
    or_none,
    try_parse_principal,
    underlying_role,
)

# It stands in for the name of a session that a text masks.
_UNKNOWN_SESSION = "stand-in"
_SESSION_ROLE = lazy_pattern(r"assumed-role/[\w+=,.@-]{1,64}", re.ASCII)
_SESSION = lazy_pattern(r"(assumed-role/[^/]{1,64}/).{1,80}")
_MASKED_ARN = lazy_pattern(
    r"(?P<service>arn:aws[a-z-]{0,20}:(?:iam|sts)):(?P<account>[^/]{0,80}?)(?<![a-z])"
    # Dots or dashes alone are a mask of the name, too.
    r"(?P<resource>(?:assumed-role|federated-user|role|user)/(?![.-]+(?:/|\Z)).+|root)"
)
# API Gateway masks all but the last digits of the account in its answers.
_MASKED_ACCOUNT = lazy_pattern(
    r"(?P<start>arn:aws[a-z-]{0,12}:[a-z0-9-]{2,30}:[a-z0-9-]{0,30}:)\*{4,10}(?P<end>\d{2,6})(?=:)", re.ASCII
)
_ACCOUNTS = lazy_pattern(r"(?<=:)\d{12}(?=:)", re.ASCII)
# What ARNs of AWS-owned identities have instead of an account ID.
_AWS_OWNED = ("aws", "cloudfront")


@or_none
def parse_masked_principal(text: str) -> Principal | None:
    """Return the principal of an ARN whose account or session name is masked, or that lacks the session name.

    Placeholders replace what is masked. ``None`` if nothing is masked or the rest is not a principal's ARN.

    >>> parse_masked_principal("arn:aws:iam::****:user/ana").name
    'ana'
    >>> parse_masked_principal("arn:aws:sts::111122223333:assumed-role/app/<id>").role_name
    'app'
    >>> parse_masked_principal("arn:aws:sts::...assumed-role/app/run").role_name
    'app'
    >>> parse_masked_principal("arn:aws:sts::111122223333:assumed-role/app").role_name
    'app'
    >>> parse_masked_principal("arn:aws:iam::111122223333:user/ana") is None
    True
    """
    # A mask can contain colons, or replace those around it.
    found = _MASKED_ARN.fullmatch(text)
    if found is None:
        return None
    account, resource = found["account"].strip(":"), found["resource"]
    if account in _AWS_OWNED:
        return None
    if not ACCOUNT.fullmatch(account):
        account = PLACEHOLDER_ACCOUNT
    if _SESSION_ROLE.fullmatch(resource):
        resource += f"/{_UNKNOWN_SESSION}"
    session = _SESSION.fullmatch(resource)
    # The session name itself is tried first, then a placeholder.
    for each in [resource, f"{session[1]}{_UNKNOWN_SESSION}"] if session else [resource]:
        parsed = try_parse_principal(f"{found['service']}::{account}:{each}")
        if isinstance(parsed, Role | RoleSession | User | FederatedUser | Root) and str(parsed) != text:
            return parsed
    return None


def parse_masked_role(text: str | None) -> Role | None:
    """Return the role that an ARN names, even if its account is masked.

    >>> parse_masked_role("arn:aws:iam::****:role/team/app").name
    'app'
    """
    return underlying_role(try_parse_principal(text) or parse_masked_principal(text))


def session_name(principal: Principal | None) -> str:
    """Return the name of a session, or nothing if the text masks it or the principal has none.

    >>> session_name(try_parse_principal("arn:aws:sts::111122223333:assumed-role/app/run"))
    'run'
    >>> session_name(parse_masked_principal("arn:aws:sts::111122223333:assumed-role/app/****"))
    ''
    """
    name = principal.session_name if isinstance(principal, RoleSession) else ""
    return "" if name == _UNKNOWN_SESSION else name


def unmask_account(arn: str, text: str) -> str:
    """Return an ARN with the account of which it has only the last digits, if the text has one account with these.

    >>> unmask_account("arn:aws:execute-api:eu-west-1:********3333:a1/prod/GET/x", "arn:aws:iam::111122223333:user/ana")
    'arn:aws:execute-api:eu-west-1:111122223333:a1/prod/GET/x'
    """
    found = _MASKED_ACCOUNT.match(arn)
    ends = "" if found is None else found["end"]
    accounts = {each for each in _ACCOUNTS.findall(text) if ends and each.endswith(ends)}
    if found is None or len(accounts) != 1:
        return arn
    return f"{found['start']}{accounts.pop()}{arn[found.end() :]}"
