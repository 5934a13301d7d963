"""Explain that an app of the AWS CDK uses another qualifier than the one with which the environment was bootstrapped.

Source: https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-custom-synth.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._typing import NamedTuple
from iamtriage.arns._names import ACCOUNT_IN_TEXT
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts import cdk_bootstrap

_PAGE = "https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-custom-synth.html"
_Q = cdk_bootstrap.QUALIFIER
# The parameter or the role that the CDK does not find or may not use.
_WANTED = lazy_pattern(
    rf"SSM\s+parameter\s+/cdk-bootstrap/(?P<missing>{_Q})/version\s+not\s+found"
    rf"|could\s+not\s+be\s+used\s+to\s+assume\s+['\"]?arn:[^\s'\"]{{1,60}}:role/cdk-(?P<unassumed>{_Q})-"
    rf"|not authorized to perform: sts:AssumeRole on resource: \S{{0,60}}?:role/cdk-(?P<denied>{_Q})-(?:{cdk_bootstrap.PURPOSES})-role-"
    rf"|not authorized to perform: ssm:GetParameter on resource: \S{{0,80}}?:parameter/cdk-bootstrap/(?P<unread>{_Q})/version",
)
# What an environment has, or was bootstrapped with.
_ENVIRONMENT = lazy_pattern(
    rf"/cdk-bootstrap/(?P<parameter>{_Q})/version\b|\brole/cdk-(?P<role>{_Q})-(?:(?:{cdk_bootstrap.PURPOSES})-role\b|\*)"
    rf"|(?<![\w/-])cdk-(?P<named>{_Q})-(?:(?:{cdk_bootstrap.PURPOSES})-role|assets)-|--qualifier[ =][\"']?(?P<option>{_Q})(?![\w-])"
)
_SET = lazy_pattern(rf"(?:bootstrapQualifier|\bqualifier)[\"']?\s?[:=]\s?[\"'](?P<set>{_Q})[\"']")

_CHARS_OF_NAME = 80
_REGION = lazy_pattern(rf"(?<![\w-]){REGION}(?![\w-])", re.ASCII)
_ACCOUNT_IN_NAME = lazy_pattern(r"(?<![0-9])[0-9]{12}(?![0-9])", re.ASCII)
# Where code or the environment has the Region of a stack, and a command that printed the parameter in another one.
_STACK_REGION = lazy_pattern(
    rf"(?:\bregion[\"']?\s?[:=]\s?[\"']|\bCDK_DEFAULT_REGION\s?=\s?[\"']?|\baws://\d{{12}}/)(?P<region>{REGION})\b",
    re.ASCII,
)
_PRINTED = lazy_pattern(
    rf"--name /cdk-bootstrap/{_Q}/version\b[^\n]{{0,100}}--region[ =](?P<region>{REGION})\b[^\n]{{0,100}}\n\s{{0,8}}\"?\d",
    re.ASCII,
)
NOT_BOOTSTRAPPED = CauseType(
    "cdk-not-bootstrapped",
    title="The environment is not bootstrapped, or not for this account",
    text="The account and Region are not bootstrapped, or not with this qualifier and --trust for the caller's account.",
    fix="Run cdk bootstrap for the account and Region, with --trust if the caller is in another account.",
    recognised_by="The text says that the bootstrap stack's SSM parameter was not found.",
    sign=r"\bSSM parameter /cdk-bootstrap/\w{1,20}/version not found\b|\bHas the environment been bootstrapped\b",
    remedy="Bootstrap ",
    of="cdk-roles-not-assumed",
    subject="denials",
)
OTHER_QUALIFIER = CauseType(
    "cdk-other-qualifier",
    title="The CDK app uses another qualifier than the environment",
    meaning="The names of the bootstrap roles, of the bucket and of the parameter contain the qualifier. The app looks for names that the environment does not have.",
    recognised_by="The role or parameter that the CDK does not find has another qualifier than the parameter, roles or options that the text shows.",
    fix="Set the qualifier of the environment in the app: the context key @aws-cdk/core:bootstrapQualifier in cdk.json.",
    sources=(_PAGE,),
)


class _Qualifiers(NamedTuple):
    """The qualifier that an app uses, and the one of the environment, with the words that show it."""

    used: str
    bootstrapped: str
    shown: str


def _find_qualifiers(text: str) -> _Qualifiers | None:
    """Return the qualifiers of the app and of the environment, if they differ."""
    found = _WANTED.search(text)
    if found is None:
        return None
    used, accounts = next(filter(None, found.groups())), _find_accounts(found)
    others = {
        next(filter(None, each.groups())): each[0]
        for each in _ENVIRONMENT.finditer(text)
        if used not in each.groups()
        and not (accounts and (own := _find_accounts(each)) and accounts.isdisjoint(own))
    }
    is_there = re.search(rf"/cdk-bootstrap/{used}/version\"?[\s,:\"'|]{{1,8}}\d", text) is not None
    if len(others) != 1 or is_there:
        return None
    ((bootstrapped, shown),) = others.items()
    if any(each["set"] == bootstrapped for each in _SET.finditer(text)):
        return None  # the app has it already
    return _Qualifiers(used, bootstrapped, shown)


def _find_accounts(found: re.Match[str]) -> set[str]:
    """Return the accounts in the name or ARN that a match is a part of."""
    text, (start, end) = found.string, found.span()
    rest = re.match(r"[^\s\"',]*", text[end : end + _CHARS_OF_NAME])
    begin = re.search(r"[^\s\"',]*\Z", text[max(start - _CHARS_OF_NAME, 0) : start])
    return set(_ACCOUNT_IN_NAME.findall(f"{begin[0] if begin else ''}{found[0]}{rest[0] if rest else ''}"))


# The command with its stacks and options.
_DEPLOY = lazy_pattern(
    r"(?:\b(?:npx|yarn|bunx|pnpm exec) )?(?<![\w-])cdk deploy\b(?P<rest>(?: [\w./:=@,*-]{1,100}){0,12})(?=[ \t]*(?:[\n`]|\Z))"
)


def _repeat_deploy(text: str) -> str:
    """Return the command that deploys, as the text has it."""
    found = (commands.repeat_line(each[0]) for each in _DEPLOY.finditer(text) if each["rest"])
    return next(filter(None, found), "npx cdk deploy --all")


def _explain(found: _Qualifiers, text: str) -> tuple[str, Cause, Remedy]:
    used, bootstrapped = found.used, found.bootstrapped
    names = f"cdk-{used}-* and /cdk-bootstrap/{used}/version"
    key = f"@aws-cdk/core:bootstrapQualifier={bootstrapped}"
    title, manifest = (
        f"Set the qualifier {bootstrapped} in cdk.json",
        f'{{\n  "context": {{\n    "@aws-cdk/core:bootstrapQualifier": "{bootstrapped}"\n  }}\n}}\n',
    )
    step = f"Add the key to the context that cdk.json has, or give it to a stack: new DefaultStackSynthesizer({{ qualifier: '{bootstrapped}' }}). Delete an old cdk.out before you deploy. The CDK then assumes the roles cdk-{bootstrapped}-*."
    return (
        f"The CDK app uses the qualifier {used}{' (the default)' * (used == cdk_bootstrap.DEFAULT_QUALIFIER)}, but the environment is bootstrapped with {bootstrapped}: the CDK looks for roles and a parameter that do not exist there.",
        OTHER_QUALIFIER.cause(
            "derived",
            f"The text shows {found.shown}.",
            text=f"{names} do not exist: all names of this environment have {bootstrapped}. A permission for them, such as sts:AssumeRole or ssm:GetParameter, does not help. Do not run cdk bootstrap: with {used}, it would change the bootstrap stack, or create a second one.",
        ),
        your_remedy(
            title,
            step,
            commands=Labelled("To try it first:", f"{_repeat_deploy(text)} --context {key}"),
            manifest=manifest,
            url=_PAGE,
        ),
    )


def explain_other_qualifier(denial: Denial) -> Explanation | None:
    """Explain a denial of the CDK for another qualifier, or return ``None``."""
    found = None if denial.is_explicit else _find_qualifiers(denial.failure.text)
    if found is None:
        return None
    summary, cause, remedy = _explain(found, denial.failure.text)
    return denial.explain(summary, cause, remedies=remedy)


def explain_missing_parameter(text: str, _facts: Facts) -> Explanation | None:
    """Explain that the CDK finds no parameter of the bootstrap, without a denial."""
    wanted = _WANTED.search(text)
    if wanted is None or wanted["missing"] is None:
        return None
    if (found := _find_qualifiers(text)) is not None:
        summary, cause, remedy = _explain(found, text)
    else:
        summary, cause, remedy = _explain_missing(text, wanted)
    return Explanation(None, cause.code, summary, (cause,), (remedy,))


def _explain_missing(text: str, wanted: re.Match[str]) -> tuple[str, Cause, Remedy]:
    qualifier, there = wanted["missing"], _PRINTED.search(text)
    option = "".join(f" {each}" for each in cdk_bootstrap.qualifier_options(qualifier))
    accounts = set(ACCOUNT_IN_TEXT.findall(text))
    regions = {each["region"] for each in _STACK_REGION.finditer(text)} or set(_REGION.findall(text))
    regions -= {there["region"]} if there else set()
    account = only_one(accounts, "ACCOUNT_ID")
    region = only_one(regions, "REGION")
    where = "The account and Region that the CDK deploys to have" if region == "REGION" else f"{region} has"
    because = f'The text says "{" ".join(wanted[0].split())}".'
    why = f"they are not bootstrapped with the qualifier {qualifier}, or the credentials are for another account or Region"
    if region != "REGION":
        why = f"{region} is not bootstrapped with the qualifier {qualifier}, or the credentials are for another account"
    if there is not None and region != "REGION":
        because = f"{because} The parameter that it shows is in {there['region']}: each Region is bootstrapped separately."
    return (
        f"{where} no parameter /cdk-bootstrap/{qualifier}/version: {why}.",
        NOT_BOOTSTRAPPED.cause("derived", because),
        account_remedy(
            f"Bootstrap {region if region != 'REGION' else 'the account and Region'}",
            "Compare the account and the Region with those of the stack first. If the environment was bootstrapped with another qualifier, set that one in cdk.json (@aws-cdk/core:bootstrapQualifier) instead.",
            commands=(
                "aws sts get-caller-identity",
                f"aws ssm get-parameters-by-path --path /cdk-bootstrap --recursive --region {region} --query 'Parameters[].[Name,Value]' --output text",
                f"npx cdk bootstrap{option} aws://{account}/{region}",
            ),
            url=_PAGE,
        ),
    )
