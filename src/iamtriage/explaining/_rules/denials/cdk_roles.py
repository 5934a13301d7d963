"""Explain denials of the AWS CDK, which assumes roles that ``cdk bootstrap`` creates.

If it cannot assume one, it warns, goes on with the caller's own permissions, and fails with the first call that
those do not include. Source: https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.remedies import account_remedy, present
from iamtriage.policies._grants import build_grant

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

_PAGE = "https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html"
_UNASSUMED = lazy_pattern(
    r"could\s+not\s+be\s+used\s+to\s+assume\s+['\"]?arn:(?P<partition>aws[a-z-]{0,12}):iam::(?P<account>[\w*<>-]{1,20}):role/"
    r"cdk-(?P<qualifier>[a-z0-9]{1,10})-(?P<purpose>deploy|file-publishing|image-publishing|lookup)-role-[\w*<>-]{1,60}['\"]?",
    re.ASCII,
)
_ACCOUNT = lazy_pattern(r"[0-9]{12}", re.ASCII)

CDK_ROLES_NOT_ASSUMED = CauseType(
    "cdk-roles-not-assumed",
    title="The CDK could not assume its bootstrap roles",
    meaning="The caller cannot assume the roles that cdk bootstrap created, so the CDK went on with the caller's own permissions.",
    recognised_by="The CDK warns that the current credentials could not be used to assume a role, and goes on.",
    fix="Allow the caller sts:AssumeRole on the bootstrap roles, or bootstrap the environment.",
    sources=(_PAGE,),
)
NOT_BOOTSTRAPPED = CauseType(
    "cdk-not-bootstrapped",
    title="The environment is not bootstrapped, or not for this account",
    text="The account and Region are not bootstrapped, or with another qualifier or without --trust for the caller's account.",
    fix="Run cdk bootstrap for the account and region, with --trust if the caller is in another account.",
    recognised_by="The text says that the bootstrap stack's SSM parameter was not found.",
    sign=r"\bSSM parameter /cdk-bootstrap/\w{1,20}/version not found\b|\bHas the environment been bootstrapped\b",
    remedy="bootstrap it again",
    of="cdk-roles-not-assumed",
)


def has_unassumed_roles(denial: Denial) -> bool:
    """Return whether the CDK says before a denial that it could not assume its roles."""
    text, start = denial.failure.text, denial.failure.span[0]
    return _UNASSUMED.search(text, 0, max(start, 1)) is not None


def explain_unassumed_roles(denial: Denial) -> Explanation:
    """Explain a denial after the CDK could not assume its bootstrap roles."""
    found = list(_UNASSUMED.finditer(denial.failure.text))
    first = found[0]
    purposes = join_words(tuple(dict.fromkeys(each["purpose"] for each in found)), "and")
    called = denial.action or denial.operation or "the call"
    is_several = len({each["purpose"] for each in found}) > 1
    return denial.explain(
        f"The CDK could not assume its bootstrap role{'s' if is_several else ''} ({purposes}) and went on as {denial.caller}, which was denied {called}.",
        CDK_ROLES_NOT_ASSUMED.cause(
            "derived",
            (f"The text says: {' '.join(first[0].split())}",),
            text="The denial only follows from the warnings before it. With the roles, the caller needs no permissions of its own for the deployment.",
        ),
        NOT_BOOTSTRAPPED.cause(),
        remedies=present(_assume_remedy(denial, first), _bootstrap_remedy(first)),
        notes=(f"Do not allow {called} and the calls after it to the caller one by one.",),
    )


def _assume_remedy(denial: Denial, found: re.Match[str]) -> Remedy | None:
    account = found["account"] if _ACCOUNT.fullmatch(found["account"]) else "ACCOUNT_ID"
    arn = f"arn:{found['partition']}:iam::{account}:role/cdk-{found['qualifier']}-*"
    grant = build_grant("sts:AssumeRole", f"arn:aws:iam::{account}:role/name", denial.location)
    if grant is None:
        return None
    return allow_remedy(
        denial,
        grant=attrs.evolve(grant, resources=(arn,), notes=()),
        title=f"Allow sts:AssumeRole on the bootstrap roles for {denial.caller}",
        url=_PAGE,
    )


def _bootstrap_remedy(found: re.Match[str]) -> Remedy:
    qualifier = found["qualifier"]
    return account_remedy(
        "Or check that the environment is bootstrapped for this account, and bootstrap it again",
        f"Without the roles cdk-{qualifier}-* and the parameter, the environment is not bootstrapped. For a caller of another account, add --trust with its account ID and --cloudformation-execution-policies.",
        commands=(
            f"aws ssm get-parameter --name /cdk-bootstrap/{qualifier}/version --query Parameter.Value --output text",
            f"cdk bootstrap{'' if qualifier == 'hnb659fds' else f' --qualifier {qualifier}'} aws://ACCOUNT_ID/REGION",
        ),
        url=_PAGE,
    )
