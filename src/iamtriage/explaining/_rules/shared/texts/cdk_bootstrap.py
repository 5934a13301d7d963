"""Know the names of what ``cdk bootstrap`` creates.

Source: https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import REGION, cached_pattern, lazy_pattern, only_one
from iamtriage._text import line_start
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared.remedies import your_remedy

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
# What exists only in an environment that is bootstrapped.
_BOOTSTRAPPED = lazy_pattern(
    r"\bcdk-[a-z0-9]{1,10}-assets-\S{1,80}['\"]? exists, but|\bCDKToolkit\b[^❯$]{0,300}?\b(?:CREATE|UPDATE)_COMPLETE"
    r"|--name /cdk-bootstrap/\w{1,20}/version\b[^\n]{0,200}\n(?:[^\n]{0,80}\"Value\": )?\"?\d"
)
# What people say of it, and what cdk bootstrap prints of an environment that was bootstrapped before.
_SAID_BOOTSTRAPPED = lazy_pattern(
    r"(?i)\b(?:accounts?|environments?|[Rr]egions?|aws://\S{12,40}) (?:(?:is|are|was|were) (?:already |now |both |all )?|(?:has|have) (?:already )?been )bootstrapped\b"
    r"|\balready bootstrapped\b|\bbootstrapped \(no changes\)"
    r"|\b[Cc]dk bootstrap\b[`'\"]?[^.?\n]{0,40}?\b(?:changed nothing|(?:did|does)(?:n't| not) (?:help|change|fix)|made no difference|succeeded|went through|is done)\b"
    r"|\b(?:ran|re-?ran|repeated) [`'\"]?(?:npx )?cdk bootstrap\b(?![^.\n]{0,60}\b(?:fail|error|denied))"
    r"|\broles? (?:(?:mentioned|named|listed|shown) )?(?:above |below )?(?:do |does |all |already )?exists?\b"
    r"|\bCDKToolkit\b(?: stack)?[^.?\n]{0,20}?\b(?<!\blonger )(?:exists|is there|is in place|is present)\b|\bI (?:can )?see the CDKToolkit\b"
)
# What makes it a question, a condition or a rule.
_NOT_SAID = lazy_pattern(
    r"(?i:\b(?:not|never|if|whether|unless|until|once|when|after|before|should|must|have to|need to|docs?|documentation)\b|n't\b)[^.;\n]{0,50}\Z"
)
_ASKED = lazy_pattern(r"[^.!\n]{0,60}\?")
_CHARS_BEFORE = 70
_REGION = lazy_pattern(rf"(?a)\b{REGION}\b")
# A deployment that works with another caller, but not one of another app or to another environment.
_DEPLOYS = r"(?i)^(?!.*\b(?:accounts?|apps?|clusters?|environments?|projects?|regions?|stages?|synth\w*|diff|dev|test|staging|prod(?:uction)?|sandbox|old|other|another|different)\b).*?(?:\bdeploy(?:s|ing|ments?)?\b|{})"
# The option, and what cdk bootstrap prints without it.
_EXECUTION_POLICIES = lazy_pattern(
    r"(?:--cloudformation-execution-policies[ =]|\bUsing default execution policy of )[\"']?(?P<arns>arn:aws[a-z-]{0,12}:iam::[^\s\"']{1,1200})"
)
_BOOTSTRAP = lazy_pattern(
    rf"(?P<quote>[\"'`]?)\bcdk bootstrap\b(?:(?!--qualifier)[^\n;&|]){{0,400}}(?:--qualifier[ =][\"']?(?P<qualifier>{QUALIFIER})\b)?"
)
_ENVIRONMENT = lazy_pattern(r"\baws://([0-9]{12})/")
_POLICY = lazy_pattern(r"(?a)arn:aws[a-z-]{0,12}:iam::(?P<account>[0-9]{12}|aws):policy/[\w+=.@/-]{1,600}")


def is_bootstrapped(text: str, region: str | None) -> bool:
    """Return whether the text shows that the Region of the roles is bootstrapped, or that the same deployment works elsewhere.

    >>> text = "I ran cdk deploy. From my laptop, the same deploy {}."
    >>> [is_bootstrapped(text.format(each), None) for each in ("works", "fails", "to dev works")]
    [True, False, False]
    """
    said = (each for each in _SAID_BOOTSTRAPPED.finditer(text) if _is_said(each))
    found = _BOOTSTRAPPED.search(text) or next(said, None)
    if found is None:
        # Most denials do not need the module.
        from iamtriage.explaining._context.readers.statements import LOCALLY, find_working

        works = find_working(text, cached_pattern(_DEPLOYS.format(LOCALLY.pattern)))
        return works is not None and {region, *_REGION.findall(works)} == {region}
    # A command before its output can name the Region.
    named = _REGION.findall(text[line_start(text, found.start()) : found.end()])
    return region is None or not named or region in named


def _is_said(found: re.Match[str]) -> bool:
    """Return whether what people say of an environment is a statement."""
    text, start = found.string, found.start()
    is_open = _NOT_SAID.search(text, max(start - _CHARS_BEFORE, 0), start) is not None
    return not is_open and _ASKED.match(text, found.end()) is None


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


def find_other_qualifier(text: str, used: str) -> str | None:
    """Return the qualifier of the only bootstrap in a text, if the app uses another one.

    >>> find_other_qualifier("cdk bootstrap --qualifier shop aws://111122223333/eu-west-1", "hnb659fds")
    'shop'
    >>> find_other_qualifier("cdk bootstrap aws://111122223333/eu-west-1 --qualifier shop", "shop")
    """
    # The CDK quotes the command in its advice.
    found = (each for each in _BOOTSTRAP.finditer(text) if each["qualifier"] or not each["quote"])
    own = only_one({each["qualifier"] or DEFAULT_QUALIFIER for each in found})
    return None if own == used else own


def describe_missing(role: re.Match[str], where: str, parameter: str) -> str:
    """Return why an environment lacks the parameter of the bootstrap, for the role of an app."""
    other = find_other_qualifier(role.string, role["qualifier"])
    how = "not bootstrapped for the CDK, or with another qualifier"
    if other is not None:
        how = f"bootstrapped with the qualifier {other}, and the app uses {role['qualifier']}"
    return f"{where} is {how}: it lacks the parameter {parameter}"


def use_qualifier_remedy(role: re.Match[str], url: str) -> Remedy | None:
    """Return how to let an app use the qualifier with which an environment was bootstrapped."""
    used = role["qualifier"]
    if (own := find_other_qualifier(role.string, used)) is None or own == DEFAULT_QUALIFIER:
        return None
    options = " ".join(qualifier_options(used))
    return your_remedy(
        f"Bootstrap is done: use its qualifier {own} in the app",
        "Add the line below to context in cdk.json, or pass DefaultStackSynthesizer with this qualifier to the stacks. Then deploy again.",
        f"Or bootstrap with the qualifier of the app, too: npx cdk bootstrap{f' {options}' if options else ''}.",
        manifest=f'"@aws-cdk/core:bootstrapQualifier": "{own}"\n',
        url=url,
    )
