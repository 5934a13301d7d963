"""Find code that assumes a role and gives a client the keys of the session, which nothing renews.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import line_start
from iamtriage.explaining._context.readers.statements import LOCALLY, find_said
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.credentials.logged_chains import HOUR, ROLE_ARN, SESSION, RoleChain
from iamtriage.failures._failures import ExpiredCredentials

NOTEBOOK = "SageMaker"
"""The session name in notebooks of SageMaker."""
_CODE = lazy_pattern(
    rf"(?a)\b(?i:assume_?role)(?:Command|Request|Input|Async)?\b[^;]{{0,300}}?\b(?i:role_?arn)[\"']?\s?(?:=>?|:|\()\s?(?:aws\.String\()?[\"'](?P<arn>{ROLE_ARN})[\"']"
)
# Code that assumes a role by a variable, and code that gives a client the keys of the session.
_CALL = lazy_pattern(r"(?:\.|\bnew |\b)(?i:assume_?role)(?:Command|Request|Input|Async)?\b[\s(.{]")
_FIXED_KEYS = lazy_pattern(
    r"\baws_session_token ?= ?(?!os\.)[\w.]{1,60}(?:\[|\.get\(|\)|,)|\bsessionToken: ?(?!process\.)[\w.?!]{1,80}SessionToken\b"
    r"|\bAws(?:Basic|)SessionCredentials\.create\(|\bnew BasicSessionCredentials\(|\bnew SessionAWSCredentials\("
    r"|\bcredentials\.NewStaticCredentials(?:Provider)?\(|\bStaticCredentialsProvider\.create\(|\bsession_token: ?[\w.]{1,60}session_token\b"
)
CHAIN_LIMIT = "1 hour session limit for roles assumed by role chaining"
# What says that a machine or a container runs with its role.
_OWN_ROLE = lazy_pattern(
    rf"(?a)\b(?P<kind>instance|EC2|task|ECS)(?:'s)? role\b(?:[ :=(\"']{{1,4}}(?:(?:is|named|of the (?:host|box|task)) )?(?P<arn>{ROLE_ARN}))?"
)
# Where a program runs whose first credentials are those of a role.
_RUNS_IN = lazy_pattern(
    r"\b(?:ECS (?:task|service|container)|Fargate(?: task)?|EC2 (?:instance|host)|EKS pod|Lambda(?: function)?|SageMaker(?= (?:[Ss]tudio|[Nn]otebook)))\b"
)
# By the word for what a program runs in, where it gets its first credentials.
_SOURCES = {
    **dict.fromkeys(("ECS", "Fargate", "task", NOTEBOOK), "EcsContainer"),
    **dict.fromkeys(("EC2", "instance"), "Ec2InstanceMetadata"),
}
_OWN_DURATION = lazy_pattern(
    r"\b(?:DurationSeconds|durationSeconds|duration_seconds)[\"']?\s?(?:=>?|:)\s?(?!3600\b)(?P<seconds>\d{3,5})\b"
)
# "Do I just set DurationSeconds=43200?"
_PROPOSES = lazy_pattern(r"(?i)\b(?:add|increase|pass|raise|set|setting|try|use|with)\b[^\n=:(]{0,30}\Z")


def find_chain_in_code(case: Case[ExpiredCredentials]) -> RoleChain | None:
    """Return the role chain of code that assumes a role, if the text says that a role runs it, or STS reports the chain."""
    text = case.failure.text
    role = only_one({each["arn"] for each in _CODE.finditer(text)})
    if role is None or _lasts_shorter(text):
        return None
    own = _find_own_role(text)
    if own is None and CHAIN_LIMIT not in text:
        # Whoever prints the session of another role, and gives a client the keys, has assumed the role with it.
        shown = {each.groups() for each in SESSION.finditer(text) if each["role"] != role.rpartition("/")[2]}
        source, session = only_one(shown) or ("", "")
        if not source or _FIXED_KEYS.search(text) is None:
            return None
        chain = RoleChain(source, session, role, None, None, None)
        return chain._replace(setting="EcsContainer", place=NOTEBOOK) if session == NOTEBOOK else chain
    setting = None if own is None else _SOURCES[own["kind"]]
    source = own["arn"].rpartition("/")[2].rstrip(".,") if own is not None and own["arn"] else None
    return RoleChain(source, "", role, None, None, None, setting)


def find_fixed_keys(case: Case[ExpiredCredentials]) -> RoleChain | None:
    """Return the session whose keys code gives to a client, if the text does not say who opened it."""
    text = case.failure.text
    if not _CALL.search(text) or not _FIXED_KEYS.search(text) or _lasts_shorter(text) or _find_own_role(text):
        return None
    place = None if _is_local(text) else _RUNS_IN.search(text)
    if place is None and find_duration(text, is_proposed=False):
        # The session can last longer, unless its source is a role, too.
        return None
    # The role can be one of several, by the environment.
    role = only_one({each["arn"] for each in _CODE.finditer(text)})
    chain = RoleChain(None, "", role, None, None, None)
    if place is None:
        return chain
    return chain._replace(setting=_SOURCES.get(place[0].split()[0]), place=place[0])


def _is_local(text: str) -> bool:
    return next(find_said(text, LOCALLY), None) is not None


def _find_own_role(text: str) -> re.Match[str] | None:
    """Return what says that a machine or a container runs the code with its role."""
    return None if _is_local(text) else next(find_said(text, _OWN_ROLE), None)


def _lasts_shorter(text: str) -> bool:
    """Return whether code requests a session of less than an hour."""
    duration = find_duration(text, is_proposed=False)
    return duration is not None and int(duration["seconds"]) < HOUR


def find_duration(text: str, *, is_proposed: bool) -> re.Match[str] | None:
    """Return a duration that code sets, or else one that a person proposes to set."""
    for each in _OWN_DURATION.finditer(text):
        proposes = _PROPOSES.search(text, line_start(text, each.start(), each.start() - 80), each.start())
        if is_proposed is (proposes is not None):
            return each
    return None
