"""Parse and describe the ARNs and principals that error messages name, also those that they mask or name in words."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TypeVar

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._arns import Arn, parse_arn
from iamtriage.arns._names import ACCOUNT
from iamtriage.arns._principal_parsing import parse_principal
from iamtriage.arns._principals import (
    FederatedUser,
    IdentityCenterRole,
    Principal,
    Role,
    RoleSession,
    Root,
    ServicePrincipal,
    User,
)

# A name without brackets or a space can be that of a user.
_SERVICE_NAME = lazy_pattern(r"(?=\[.*\]\Z|\w+ )\[?((?:Amazon|AWS) ?[A-Z][A-Za-z0-9 ]{1,40})\]?")
BATCH_STATUS = lazy_pattern(r"\bcompute-?[eE]nvironment[\s\S]{1,2000}?\bCLIENT_ERROR - User: ")
"""What AWS Batch reports of a compute environment. The user in it is Batch, which calls from an account of its own."""
_ROLE_IN_PROSE = lazy_pattern(
    r"(?a)\b(?i:irsa|iam|its|own|pod|controller) role (?:[(`'\"]|(?=[\w+=,.@-]{0,60}[A-Z0-9]))([A-Za-z][\w+=,.@]{0,40}[-_][\w+=,.@-]{1,40})(?<!\.)"
)


def is_service_name(text: str | None) -> bool:
    """Return whether a message has the name of a service in place of the role that the service uses.

    >>> is_service_name("CodeBuild"), is_service_name("orders"), is_service_name(None)
    (True, False, False)
    """
    if not text or ":" in text or not text[0].isupper():
        return False
    from iamtriage._reading.readers.principals import SERVICE

    return re.fullmatch(SERVICE, text) is not None


def find_named_service(text: str | None) -> ServicePrincipal | None:
    """Return the service principal of a service whose name a message has in place of an ARN.

    >>> find_named_service("[AmazonConnect]"), find_named_service("AmazonReader")
    (ServicePrincipal(name='connect.amazonaws.com'), None)
    """
    found = _SERVICE_NAME.fullmatch(text or "")
    if found is None:
        return None
    from iamtriage._reading.vocabulary.services import service_name

    name = service_name(found[1])
    return None if name is None else ServicePrincipal(f"{name}.amazonaws.com")


def find_role_of_controller(text: str, account: str) -> str | None:
    """Return the ARN of the only role that a text about a controller in an account names in prose.

    >>> text = "failed to list hosted zones in cn-north-1: operation error Route 53, IRSA role `shop-dns`"
    >>> find_role_of_controller(text, "111122223333")
    'arn:aws-cn:iam::111122223333:role/shop-dns'
    """
    if " role " not in text:
        return None
    # Few texts name a role in prose.
    from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
    from iamtriage.explaining._context.readers.unique_values import stated_partition

    names = set(_ROLE_IN_PROSE.findall(text))
    if len(names) != 1 or find_controller(text) is None:
        return None
    return f"arn:{stated_partition(text) or 'aws'}:iam::{account}:role/{names.pop()}"


_T = TypeVar("_T")
# ARNs are at most 2,048 characters long.
_MAX_LENGTH = 2048
_COLONS = 5
LINKED_ROLE_SERVICES = {
    "AWSServiceRoleForAutoScaling": "autoscaling", "AWSServiceRoleForAmazonEKS": "eks",
    "AWSServiceRoleForAmazonEKSNodegroup": "eks-nodegroup", "AWSServiceRoleForBackup": "backup",
    "AWSServiceRoleForEC2Fleet": "ec2fleet", "AWSServiceRoleForEC2Spot": "spot",
    "AWSServiceRoleForEC2SpotFleet": "spotfleet", "AWSServiceRoleForECS": "ecs",
    "AWSServiceRoleForElasticLoadBalancing": "elasticloadbalancing", "AWSServiceRoleForRDS": "rds",
}  # fmt: skip
"""Service-linked roles and the services in their paths, as the user guides of the services name them."""
PLACEHOLDER_ACCOUNT = "0" * 12
"""The account of a principal whose account is masked."""
# People replace names by longer ones than AWS accepts.
_LONG_SESSION = lazy_pattern(
    r"(?a)arn:aws[a-z-]{0,12}:sts::[0-9]{12}:assumed-role/([\w+=,.@-]{1,128})/[\w+=,.@-]{1,128}"
)
_MASKS = lazy_pattern(r"\*+|…|\.{3}|<[^<>]{1,40}>|[xX]{3,20}")
# What can follow the account in a role's ARN, and the key of the ARN in a CloudTrail record or a result of IAM or EKS,
# also as a table or YAML.
_ROLE_NAME = lazy_pattern(r"(?a)[\w+=,.@/-]{1,576}")
# What follows an ARN for which EKS found the access entry.
_FOUND_ENTRY = lazy_pattern(r"[\"']?\s[^{}|;&$]{0,400}\{\s{0,20}\"(?:accessE|associatedA|clusterN)")
_ARN_KEY = lazy_pattern(
    r"[\"'](?:[Aa]rn|principalArn)[\"']\s{0,3}:\s{0,3}[\"']\Z|\| {1,4}(?:Arn|principalArn) {1,60}\| {1,4}\Z|\bprincipalArn: \Z"
)
_CHARS_OF_KEY = 90


def or_none(parse: Callable[[str], _T]) -> Callable[[str | None], _T | None]:
    """Return a parser that returns ``None`` for what is not an ARN. It is cached, because logs repeat the same ARNs."""

    @functools.lru_cache(maxsize=512)
    def parse_or_none(text: str) -> _T | None:
        try:
            return parse(text)
        except ValueError:  # InvalidArnError, whose module is imported when it is raised
            return None

    @functools.wraps(parse)
    def parse_any(text: str | None) -> _T | None:
        return None if text is None or len(text) > _MAX_LENGTH else parse_or_none(text)

    return parse_any


@or_none
def try_parse_arn(text: str) -> Arn | None:
    """Return the parsed ARN, or ``None`` if a text is not an ARN.

    >>> try_parse_arn("arn:aws:s3:::orders").service, try_parse_arn("orders")
    ('s3', None)
    """
    return parse_arn(text)


def other_owner(arn: str, principal: Principal | None) -> str | None:
    """Return the account in an ARN, if it is another than that of a principal."""
    parsed, own = try_parse_arn(arn), getattr(principal, "account", None)
    is_other = parsed is not None and own not in {None, parsed.account, PLACEHOLDER_ACCOUNT}
    return parsed.account if parsed is not None and is_other else None


@or_none
def try_parse_principal(text: str) -> Principal | None:
    """Return the principal that an ARN names, or ``None`` if it is not a whole one.

    >>> try_parse_principal("arn:aws:iam::111122223333:user/ana").name
    'ana'
    >>> try_parse_principal("arn:aws:iam::****:user/ana") is None
    True
    """
    return parse_principal(text)


def whole_caller(stated: str | None, known: str | None) -> str | None:
    """Return the caller that a message states, or the known one if the message states none, or masks parts of it.

    >>> whole_caller("arn:aws:iam::****:user/ana", "arn:aws:iam::111122223333:user/ana")
    'arn:aws:iam::111122223333:user/ana'
    >>> whole_caller("arn:aws:iam::****:user/ana", "arn:aws:iam::111122223333:user/bob")
    'arn:aws:iam::****:user/ana'
    """
    if stated is None or known is None or try_parse_principal(stated) is not None:
        return stated or known
    from fnmatch import fnmatchcase  # imported here because few messages mask the caller

    pattern = "*".join(part.replace("[", "[[]").replace("?", "[?]") for part in _MASKS.split(stated))
    return known if len(stated) <= _MAX_LENGTH and fnmatchcase(known, pattern) else stated


def underlying_role(principal: Principal | None) -> Role | None:
    """Return the role of a role or role session, or ``None`` for other principals."""
    if isinstance(principal, RoleSession):
        return principal.role
    return principal if isinstance(principal, Role) else None


def stated_role(principal: Principal | None, text: str) -> Role | None:
    """Return the role of a session, or of an ARN without a path, if a text states its whole ARN.

    STS does not state a role's path, and people leave it out. A role's name is unique in its account, so an ARN with a
    path and this name is the role's. An ARN without a path counts only as a record of AWS. A list of roles can show
    the path without the ARN.

    >>> session = parse_principal("arn:aws:sts::111122223333:assumed-role/app/run")
    >>> stated_role(session, "role arn:aws:iam::111122223333:role/team/app.").path
    '/team/'
    >>> stated_role(session, "role arn:aws:iam::111122223333:role/app.") is None
    True
    >>> stated_role(session.role, "role arn:aws:iam::111122223333:role/team/app.").path
    '/team/'
    >>> shown = "--principal-arn arn:aws:iam::111122223333:role/app"
    >>> stated_role(session, f'{shown} {{"accessEntry": {{"type": "STANDARD"}}}}').path
    '/'
    """
    shows_paths = "Path" in text or "path" in text
    if ":role/" not in text and not shows_paths:
        return None
    if (role := underlying_role(principal)) is None or role.path != "/":
        return None
    name, is_session = role.name, isinstance(principal, RoleSession)
    head = f"arn:{role.partition}:iam::{role.account}:role/"
    is_named = text.count(f"/{name}") > text.count(f":assumed-role/{name}")
    before, *after = text.split(head) if is_named else ("",)
    found: set[str] = set()
    for part in after:
        match = _ROLE_NAME.match(part)
        token = "" if match is None else match[0]
        for each in (token, token.rstrip(".,")):
            is_record = (
                is_session
                and each == name
                and (_ARN_KEY.search(before[-_CHARS_OF_KEY:]) or _FOUND_ENTRY.match(part, len(each)))
            )
            if each.endswith(f"/{name}") or is_record:
                found.add(each)
                break
        before = part
    if not found and shows_paths:
        from iamtriage.explaining._context.readers.role_paths import find_shown_paths

        found = {f"{path}{name}" for each, path in find_shown_paths(text).items() if each == name}
    stated = try_parse_principal(head + found.pop()) if len(found) == 1 else None
    return stated if isinstance(stated, Role) else None


# "<arn here>"
_HIDDEN = r"(?:<[^<>]{1,60}>|\[[^\[\]]{1,60}\]|\*{2,}|-{2,}|\.{3}|…|[Xx]{3,})"
_MASK = lazy_pattern(
    rf"(?:arn:[^:]{{1,20}}:iam::[^:]{{0,60}}:(?P<kind>role|user)/)?{_HIDDEN}|arn:[^:]{{1,20}}:sts::[^:]{{0,60}}:assumed-role/{_HIDDEN}/.{{1,64}}"
)


def long_role_name(text: str | None) -> str | None:
    """Return the name of the role of a session, also if it is longer than AWS accepts.

    >>> long_role_name(f"arn:aws:sts::111122223333:assumed-role/{'a' * 65}/run") == "a" * 65
    True
    """
    session = _LONG_SESSION.fullmatch(text) if text else None
    return None if session is None else session[1]


def describe_principal(principal: Principal | None, text: str | None) -> str:
    """Return a principal in words, such as ``the role app``, or the text if it is not a principal.

    >>> describe_principal(parse_principal("arn:aws:sts::111122223333:assumed-role/app/i-0a1b2c3d4e5f60718"), None)
    'the role app'
    >>> describe_principal(None, None), describe_principal(None, "arn:aws:iam::---:user/---")
    ('the caller', 'the user')
    """
    role = underlying_role(principal)
    if isinstance(role, IdentityCenterRole):
        return f"the Identity Center role {role.name}"
    if role is not None:
        return f"the role {role.name}"
    if isinstance(principal, User | FederatedUser):
        return f"the {principal.kind} {principal.name}"
    if isinstance(principal, Root):
        account = "the account" if principal.account == PLACEHOLDER_ACCOUNT else principal.account
        return f"the root user of {account}"
    if text and ACCOUNT.fullmatch(text):
        return f"account {text}"
    if text and text[0].isupper() and is_service_name(text):
        return f"the role that {text} uses"
    if (name := long_role_name(text)) is not None:
        return f"the role {name}"
    if text and (masked := _MASK.fullmatch(text)) is not None:
        return f"the {masked['kind'] or 'caller'}"
    return "the caller" if not text or is_truncated(text) else text


def is_truncated(text: str) -> bool:
    """Return whether an ARN is truncated before it names anything.

    >>> is_truncated("arn:aws:iam:"), is_truncated("arn:aws:sts::assumed-role/app/run"), is_truncated("orders")
    (True, False, False)
    """
    return text.startswith("arn:") and text.count(":") < _COLONS and "/" not in text


# It stands in for the name of a session that a text masks.
_UNKNOWN_SESSION = "stand-in"
_SESSION_ROLE = lazy_pattern(r"(?a)assumed-role/[\w+=,.@-]{1,64}")
_SESSION = lazy_pattern(r"(assumed-role/[^/]{1,64}/).{1,80}")
_MASKED_ARN = lazy_pattern(
    r"(?P<service>arn:aws[a-z-]{0,20}:(?:iam|sts)):(?P<account>[^/]{0,80}?)(?:(?<![a-z])|(?<=xxx))"
    # Dots or dashes alone are a mask of the name, too.
    r"(?P<resource>(?:assumed-role|federated-user|role|user)/(?![.-]+(?:/|\Z)).+|root)"
)
# API Gateway masks all but the last digits of the account in its answers.
_MASKED_ACCOUNT = lazy_pattern(
    r"(?a)(?P<start>arn:aws[a-z-]{0,12}:[a-z0-9-]{2,30}:[a-z0-9-]{0,30}:)\*{4,10}(?P<end>\d{2,6})(?=:)"
)
_FIRST_DIGITS = lazy_pattern(r"([0-9]{1,11})[xX*]{2}")
_ACCOUNTS = lazy_pattern(r"(?a)(?<=:)\d{12}(?=:)")
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
    >>> parse_masked_principal("arn:aws:sts::x:xxxassumed-role/app/run").role_name
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


# Rules ask several times for the role that a denial names.
@functools.lru_cache(maxsize=256)
def parse_masked_role(text: str | None) -> Role | None:
    """Return the role that an ARN names, even if its account is masked.

    >>> parse_masked_role("arn:aws:iam::****:role/team/app").name
    'app'
    """
    return underlying_role(try_parse_principal(text) or parse_masked_principal(text))


def is_same_role(role: Role | None, other: Role | None) -> bool:
    """Return whether two ARNs name one role: two masked names can be of different roles.

    >>> is_same_role(*[parse_masked_role(f"arn:aws:iam::***:role/{each}") for each in ("app", "app")])
    True
    >>> is_same_role(*[parse_masked_role(f"arn:aws:iam::***:role/{each}") for each in ("xxx", "xxx")])
    False
    """
    if role is None or other is None or not role.name.strip("xX*"):
        return False
    return (role.account, role.name) == (other.account, other.name)


def session_name(principal: Principal | None) -> str:
    """Return the name of a session, or nothing if the text masks it or the principal has none.

    >>> session_name(try_parse_principal("arn:aws:sts::111122223333:assumed-role/app/run"))
    'run'
    >>> session_name(parse_masked_principal("arn:aws:sts::111122223333:assumed-role/app/****"))
    ''
    """
    name = principal.session_name if isinstance(principal, RoleSession) else ""
    return "" if name == _UNKNOWN_SESSION else name


def is_of_other_account(arn: str | None, account: str | None) -> bool:
    """Return whether an ARN whose account is masked shows digits of another account.

    >>> is_of_other_account("arn:aws:iam::9xxxxx:role/app", "111122223333"), is_of_other_account("arn:aws:iam::1111***:role/app", "111122223333")
    (True, False)
    """
    shown = (arn or "").split(":", 5)[4:5]
    found = _FIRST_DIGITS.match(shown[0]) if shown else None
    return found is not None and account is not None and not account.startswith(found[1])


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
