"""Know the names of what ``cdk bootstrap`` creates.

Source: https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one

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
# The option, and what cdk bootstrap prints without it.
_EXECUTION_POLICIES = lazy_pattern(
    r"(?:--cloudformation-execution-policies[ =]|\bUsing default execution policy of )[\"']?(?P<arns>arn:aws[a-z-]{0,12}:iam::[^\s\"']{1,1200})"
)
_ENVIRONMENT = lazy_pattern(r"\baws://([0-9]{12})/")
_POLICY = lazy_pattern(r"(?a)arn:aws[a-z-]{0,12}:iam::(?P<account>[0-9]{12}|aws):policy/[\w+=.@/-]{1,600}")


def find_execution_policy(text: str, account: str | None) -> str | None:
    """Return the ARN of the only policy that ``cdk bootstrap`` gives the role of CloudFormation, if the account owns it.

    >>> bootstrap = "cdk bootstrap --cloudformation-execution-policies arn:aws:iam::{}:policy/Deploy"
    >>> find_execution_policy(bootstrap.format("111122223333"), "111122223333")
    'arn:aws:iam::111122223333:policy/Deploy'
    >>> find_execution_policy(bootstrap.format("aws"), "111122223333")
    """
    given = find_execution_policies(text, account)
    return given[0] if len(given) == 1 and f"::{account}:" in given[0] else None


def find_execution_policies(text: str, account: str | None) -> tuple[str, ...]:
    """Return the ARNs of the policies that ``cdk bootstrap`` gives the role of CloudFormation in an account.

    >>> find_execution_policies("Using default execution policy of 'arn:aws:iam::aws:policy/Deploy'.", "111122223333")
    ('arn:aws:iam::aws:policy/Deploy',)
    """
    given = only_one({each["arns"].rstrip("`).;,") for each in _EXECUTION_POLICIES.finditer(text)}, "")
    policies = [_POLICY.fullmatch(each) for each in given.split(",")]
    # The bootstrap of another account can have other policies.
    is_own = not {*_ENVIRONMENT.findall(text)} - {account}
    known = tuple(each[0] for each in policies if each is not None and each["account"] in {account, "aws"})
    return known if is_own and len(known) == len(policies) else ()


def qualifier_options(qualifier: str) -> tuple[str, ...]:
    """Return the option of ``cdk bootstrap`` for a qualifier, none for the default one.

    >>> qualifier_options("toolkit"), qualifier_options("hnb659fds")
    (('--qualifier toolkit',), ())
    """
    return () if qualifier == DEFAULT_QUALIFIER else (f"--qualifier {qualifier}",)
