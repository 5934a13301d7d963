"""Explain logins with IAM tokens that a cache of Amazon ElastiCache or MemoryDB rejects with WRONGPASS.

Sources: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html and
https://docs.aws.amazon.com/memorydb/latest/devguide/auth-iam.html.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

import attrs

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._typing import NamedTuple
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import account_remedy, owner_remedy
from iamtriage.policies._grants import Grant

_PAGES = {
    "elasticache": "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html",
    "memorydb": "https://docs.aws.amazon.com/memorydb/latest/devguide/auth-iam.html",
}
_ARN = lazy_pattern(
    rf"(?a)(?P<place>arn:aws[a-z-]{{0,12}}:(?P<service>elasticache|memorydb):(?P<region>{REGION}|\*):(?P<account>[0-9]{{12}}|\*):)"
    r"(?P<kind>replicationgroup|serverlesscache|cluster|user)(?P<sign>[:/])(?P<name>[\w*?-]{1,64})"
)
# The options of the AWS CLI, and the keys of its output, code and templates.
_NAMES = {
    "user": lazy_pattern(
        r"(?:--user-id(?:s)?[ =]|\b(?:UserId|user_id)\"?\s{0,4}[:=]\s{0,4})[\"']?(?P<name>[a-z][a-z0-9-]{0,39})\b(?![.\[(_])"
    ),
    "replicationgroup": lazy_pattern(
        r"(?:--replication-group-id[ =]|\b(?:ReplicationGroupId|replication_group_id)\"?\s{0,4}[:=]\s{0,4})[\"']?(?P<name>[a-z][a-z0-9-]{0,39})\b(?![.\[(_])"
    ),
    "serverlesscache": lazy_pattern(
        r"(?:--serverless-cache-name[ =]|\bServerlessCacheName\"?\s{0,4}[:=]\s{0,4})[\"']?(?P<name>[a-z][a-z0-9-]{0,39})\b(?![.\[(_])"
    ),
}
_ANSWER = "WRONGPASS is all that the server says when IAM refuses a token: it does not mean that a password is missing."
CACHE_LOGIN_REJECTED = CauseType(
    "cache-login-rejected",
    title="The cache rejected the IAM token",
    text="The identity that signs the token needs an Allow on the cache and on its user. The user must have the authentication mode iam, the same ID and name, and be in the user group (the ACL) of the cache.",
    meaning="The token is for one cache and one user, and is valid for 15 minutes. IAM authentication needs TLS.",
    recognised_by="Redis or Valkey says WRONGPASS, and the text shows that the password is an IAM token.",
    fix="Allow elasticache:Connect or memorydb:connect on the cache and on the user.",
    sources=tuple(_PAGES.values()),
)


class CacheLogin(NamedTuple):
    """What a text shows of a login to a cache, and of the statement that allows it.

    Attributes:
        resources: What the Allow has to name: the cache and the user, with placeholders for what is unknown.
        missing: Which of them the policies in the text lack, if they have the other one.
        user: The ID of the user.
    """

    resources: tuple[str, str]
    missing: str | None
    user: str | None


def read_cache_login(text: str, action: str) -> CacheLogin:
    """Return what a text shows of a rejected login, for the action that it requires."""
    service = action.partition(":")[0]
    arns = [each for each in _ARN.finditer(text) if each["service"] == service]
    users = [each for each in arns if each["kind"] == "user"]
    caches = [each for each in arns if each["kind"] != "user"]
    place = arns[0]["place"] if arns else f"arn:aws:{service}:REGION:ACCOUNT_ID:"
    place = place.replace(":*:*:", ":REGION:ACCOUNT_ID:").replace(":*:", ":REGION:", 1)
    sign = ":" if service == "elasticache" else "/"
    kind = "replicationgroup" if service == "elasticache" else "cluster"
    found = _find_name(text, "user") or next((each["name"] for each in users if each["name"].isascii()), None)
    cache = caches[0][0] if caches else None
    other: str | None = None
    for each in ("replicationgroup", "serverlesscache"):
        if service == "elasticache" and (name := _find_name(text, each)):
            is_named = any(fnmatchcase(name, arn["name"]) for arn in caches)
            other = other or (f"{place}{each}{sign}{name}" if caches and not is_named else None)
            cache = cache or f"{place}{each}{sign}{name}"
    cache = other or cache
    user = f"{place}user{sign}{found or 'USER_ID'}"
    cache = cache or f"{place}{kind}{sign}CACHE_NAME"
    missing = None
    if arns and not (users and caches):
        missing = cache if users else user
    missing = missing or other
    return CacheLogin((cache, user), missing, found)


def _find_name(text: str, kind: str) -> str | None:
    return only_one({each["name"] for each in _NAMES[kind].finditer(text)})


def add_cache_login(denial: Denial, explanation: Explanation) -> Explanation:
    """Return the explanation of a rejected login; one that names what a policy in the text lacks stays."""
    action = denial.action or ""
    login, service = read_cache_login(denial.failure.text, action), action.partition(":")[0]
    if any(names_action(each, action) for policy in denial.context.policies for each in policy.denies):
        return _explain_deny(denial, explanation, login.user)
    if login.missing is not None:
        return attrs.evolve(explanation, notes=(_ANSWER, *explanation.notes))
    show = (
        f"aws elasticache describe-users --user-id {login.user or 'USER_ID'} --query 'Users[0].[UserId,UserName,Status,Authentication.Type,UserGroupIds]'"
        if service == "elasticache"
        else f"aws memorydb describe-users --user-name {login.user or 'USER_NAME'} --query 'Users[0].[Name,Status,Authentication.Type,ACLNames]'"
    )
    check = owner_remedy(
        "Check the user",
        f"The authentication mode must be iam, the ID and name the same (lowercase), and the user must be in the user {'group' if service == 'elasticache' else 'ACL'} of the cache.",
        "The client must use TLS, and a new token for each connection: for this cache, this user and its Region, and with ResourceType=ServerlessCache for a serverless cache.",
        commands=show,
        url=_PAGES[service],
    )
    grant = allow_remedy(denial, grant=Grant(action, login.resources), url=_PAGES[service])
    verdict = f"the text does not show that the caller is allowed {action} on the cache and on the user"
    is_allowed = _ARN.search(denial.failure.text) is not None
    if is_allowed:
        verdict = "the token, the user or the caller's policies are not right"
    return denial.explain(
        f"The cache rejected the IAM token{f' of {login.user}' if login.user else ''}: {verdict}.",
        CACHE_LOGIN_REJECTED.cause("reported", (_ANSWER,)),
        remedies=(check, grant) if is_allowed else (grant, check),
        notes=EVENTUAL_CONSISTENCY,
    )


def _explain_deny(denial: Denial, explanation: Explanation, user: str | None) -> Explanation:
    """Explain that a Deny in the text is for the action, unless the explanation does."""
    if "Deny" in explanation.summary:
        return explanation
    return denial.explain(
        f"The cache rejected the IAM token{f' of {user}' if user else ''}: most likely, the Deny for {denial.action} in the text applies.",
        CACHE_LOGIN_REJECTED.cause("derived", (_ANSWER,), text="A Deny overrides each Allow, on the cache and on its user."),
        remedies=account_remedy(
            f"Change the Deny for {denial.action}, so that it does not apply to the caller",
            "It can be meant: ask who wrote it. Then an Allow on the cache and on its user must remain.",
            url=_PAGES[(denial.action or "").partition(":")[0]],
        ),
        notes=EVENTUAL_CONSISTENCY,
    )  # fmt: skip
