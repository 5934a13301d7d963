"""Know the names of what ``cdk bootstrap`` creates.

Source: https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one

__all__ = (
    "ASSUMED",
    "ASSUMED_ROLE",
    "DEFAULT_QUALIFIER",
    "PURPOSES",
    "QUALIFIER",
    "ROLE",
    "find_execution_policy",
    "qualifier_options",
)

QUALIFIER = r"[a-z0-9]{1,10}"
"""A pattern of qualifiers."""
DEFAULT_QUALIFIER = "hnb659fds"
"""The qualifier of an app that sets none."""
ASSUMED = "deploy|file-publishing|image-publishing|lookup"
"""A pattern of the purposes of the roles that the CDK assumes."""
PURPOSES = f"{ASSUMED}|cfn-exec"
"""A pattern of the purposes of all roles."""
ROLE = lazy_pattern(
    rf"cdk-(?P<qualifier>{QUALIFIER})-(?P<purpose>{PURPOSES})-role-(?:(?P<account>[0-9]{{12}})-(?P<region>[a-z0-9-]{{6,30}}))?"
)
"""The name of a role, or the beginning of one with another account or Region."""
ASSUMED_ROLE = lazy_pattern(
    rf"(?P<start>arn:[\w-]{{1,20}}:iam::(?:[0-9]{{12}}|ACCOUNT_ID):role/cdk-{QUALIFIER}-)(?:{ASSUMED})-role-"
)
"""The beginning of the ARN of a role that the CDK assumes."""
_EXECUTION_POLICIES = lazy_pattern(
    r"--cloudformation-execution-policies[ =][\"']?(?P<arns>arn:aws[a-z-]{0,12}:iam::[^\s\"']{1,1200})"
)
_OWN_POLICY = lazy_pattern(r"(?a)arn:aws[a-z-]{0,12}:iam::(?P<account>[0-9]{12}):policy/[\w+=,.@/-]{1,600}")


def find_execution_policy(text: str, account: str | None) -> str | None:
    """Return the ARN of the only policy that ``cdk bootstrap`` gives the role of CloudFormation, if the account owns it.

    >>> bootstrap = "cdk bootstrap --cloudformation-execution-policies arn:aws:iam::{}:policy/Deploy"
    >>> find_execution_policy(bootstrap.format("111122223333"), "111122223333")
    'arn:aws:iam::111122223333:policy/Deploy'
    >>> find_execution_policy(bootstrap.format("aws"), "111122223333")
    """
    given = only_one({each["arns"] for each in _EXECUTION_POLICIES.finditer(text)})
    own = None if given is None or "," in given else _OWN_POLICY.fullmatch(given.rstrip("`).;"))
    return None if own is None or own["account"] != account else own[0]


def qualifier_options(qualifier: str) -> tuple[str, ...]:
    """Return the option of ``cdk bootstrap`` for a qualifier, none for the default one.

    >>> qualifier_options("toolkit"), qualifier_options("hnb659fds")
    (('--qualifier toolkit',), ())
    """
    return () if qualifier == DEFAULT_QUALIFIER else (f"--qualifier {qualifier}",)
