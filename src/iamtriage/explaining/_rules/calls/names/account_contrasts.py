"""Explain that a request names a resource of another account only by its name, which means one of the caller's account.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-cross-account-access.html and the API
references of the services.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, escape_controls, hide_secrets, line_at
from iamtriage._typing import NamedTuple
from iamtriage.arns._names import ACCOUNT_IN_TEXT
from iamtriage.explaining._context.domains import find_domain
from iamtriage.explaining._context.values import Document
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.shared.policies.corrected_patterns import is_slip
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary
from iamtriage.failures._failures import AwsError
from iamtriage.policies._readers.elements import principal_names

_NAME_PART, _MAX_LINE, _CALLER_AND_OWNER = 5, 300, 2
OTHER_ONE = lazy_pattern(r"(?i:\b(?:an?|the|its|old|only)(?: [\w-]{1,20})? (?:copy|backup|replica|clone)\b)")
"""What a text says of a resource elsewhere that is not the one that is meant."""
# What a text says of a resource in another account, without the account.
_SHARED = lazy_pattern(
    r"\b(?i:cross[- ]account|(?:another|other|central|shared|data|owning|owner|producer|platform|hub)(?:'s)? (?:aws )?account)\b"
)


class _Parameter(NamedTuple):
    """How the requests of a service name a resource of another account.

    Attributes:
        noun: The resource.
        name: The parameter to pass.
        value: Its value, with the ARN, the account, the Region, the name and the domain to fill in.
        words: The words before the name in code and in commands, if the ARN replaces it there.
        url: The page of the documentation.
    """

    noun: str
    name: str
    value: str
    words: str
    url: str


_API = "https://docs.aws.amazon.com/{}.html"
PARAMETERS = {
    ("dynamodb", "table/"): _Parameter("table", "TableName", "{arn}", r"table_?-?(?:name)?", _API.format("amazondynamodb/latest/developerguide/rbac-cross-account-access")),
    ("kinesis", "stream/"): _Parameter("stream", "StreamARN", "{arn}", "", _API.format("streams/latest/dev/controlling-access")),
    ("lambda", "function:"): _Parameter("function", "FunctionName", "{arn}", r"function_?-?(?:name)?", _API.format("lambda/latest/dg/access-control-resource-based")),
    ("secretsmanager", "secret:"): _Parameter("secret", "SecretId", "{arn}", r"secret_?-?(?:id|name)?", _API.format("secretsmanager/latest/userguide/auth-and-access_examples_cross")),
    ("ssm", "parameter/"): _Parameter("parameter", "Name", "{arn}", "name", _API.format("systems-manager/latest/userguide/parameter-store-shared-parameters")),
    ("events", "event-bus/"): _Parameter("event bus", "EventBusName", "{arn}", r"event_?-?bus_?-?(?:name)?", _API.format("eventbridge/latest/userguide/eb-cross-account")),
    ("sqs", ""): _Parameter("queue", "QueueUrl", "https://sqs.{region}.{suffix}/{account}/{name}", "", _API.format("AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers")),
    ("ecr", "repository/"): _Parameter("repository", "registryId", "{account}", "", _API.format("AmazonECR/latest/userguide/repository-policies")),
    ("codeartifact", "domain/"): _Parameter("domain", "domainOwner", "{account}", "", _API.format("codeartifact/latest/ug/domain-policies")),
}  # fmt: skip
"""How requests name resources, by the service and by the start of the resource in its ARN."""

NAMED_IN_OWN_ACCOUNT = CauseType(
    "named-in-own-account",
    title="The request names a resource of another account without the account",
    meaning="A name without an account means a resource in the account of the caller. So the request is for another resource than the one that is meant.",
    recognised_by="The denied resource is in the account of the caller, and the text has one with the same name in another account, or says that another account has it.",
    fix="Pass the ARN, or the account, of the resource in the request.",
    sources=(_API.format("amazondynamodb/latest/developerguide/rbac-cross-account-access"),),
)


class _Meant(NamedTuple):
    """A resource of another account that a request most likely means.

    Attributes:
        parameter: How a request names it.
        account: The account that has it.
        arn: Its ARN.
        is_said: Whether the text has the ARN.
        name: Its name.
    """

    parameter: _Parameter
    account: str
    arn: str
    is_said: bool
    name: str


def add_resource_in_other_account(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the request names only the name of a resource, if the text has it in another account."""
    own, text = denial.account, denial.failure.text
    parts = (denial.resource or "").split(":", _NAME_PART)
    if len(parts) <= _NAME_PART and denial.service == "secretsmanager" and own and denial.resource:
        # A secret that does not exist has no ARN.
        parts = [
            "arn",
            denial.location.partition or "aws",
            denial.service,
            "",
            own,
            f"secret:{denial.resource}",
        ]
    if len(parts) <= _NAME_PART or own is None or own != parts[4]:
        return explanation
    meant = _find_meant(text, parts, denial.context.policies)
    if meant is None:
        return explanation
    noun = meant.parameter.noun
    return attrs.evolve(
        explanation,
        topic=NAMED_IN_OWN_ACCOUNT.code,
        summary=denial_summary(
            denial,
            f"that is the {noun} {clip_text(meant.name)} of the caller's own account {own}, and the {noun} that is meant is in {meant.account}",
        ),
        causes=(_build_cause(meant, f" An Allow for {clip_text(denial.resource or '')} does not help."),),
        remedies=(_remedy(meant, text, denial.context.policies, denial.action),),
    )


def explain_missing_in_own_account(case: Case[AwsError], noun: str, name: str | None) -> Explanation | None:
    """Explain that a resource does not exist in the caller's account, if the text says that another account shares it."""
    text = case.failure.text
    found = next(((of, start) for (of, start), each in PARAMETERS.items() if each.noun == noun), None)
    accounts = set(ACCOUNT_IN_TEXT.findall(text))
    own = getattr(case.principal, "account", None)
    if found is None or name is None or (own is None and len(accounts) != _CALLER_AND_OWNER):
        return None
    service, start = found
    region = case.context.region.value if case.context.region else ""
    parts = ["arn", "aws", service, region, own or "", f"{start}{name.lstrip('/')}"]
    meant = _find_meant(text, parts, case.context.policies)
    if meant is None or not _SHARED.search(text):
        return None  # or the caller is in the wrong account
    return case.explain(
        f"The {noun} {clip_text(name)} does not exist in the account of the call: it is in account {meant.account}, and the request names it without the account.",
        _build_cause(meant, ""),
        topic=NAMED_IN_OWN_ACCOUNT.code,
        remedies=_remedy(meant, text, case.context.policies, None),
        notes=NOT_A_DENIAL,
    )


def _build_cause(meant: _Meant, more: str) -> Cause:
    return NAMED_IN_OWN_ACCOUNT.cause(
        "derived",
        f"The text has {clip_text(meant.arn)}." if meant.is_said else None,
        text=f"The request names the {meant.parameter.noun} without its account, and a name means one in the account of the caller.{more}",
    )


def _remedy(meant: _Meant, text: str, policies: Sequence[Document], action: str | None) -> Remedy:
    parameter, (_, partition, _, region, *_) = meant.parameter, meant.arn.split(":")
    # The code in the text can have the partition aws for all Regions.
    partition = "aws-cn" if region.startswith("cn-") else partition
    value = parameter.value.format(
        arn=meant.arn, account=meant.account, region=region, name=meant.name, suffix=find_domain(partition)
    )
    in_policy = any(meant.arn in json.dumps(each.content) for each in policies)
    both = f"A policy of the caller and the one of the {parameter.noun} must both allow {action or 'the call'} on {clip_text(meant.arn)}. If the program is meant to run in account {meant.account}, use credentials of that account instead."
    return your_remedy(
        f"Set {parameter.name} to {clip_text(value)}",
        f"Change the request in the code or its configuration. The client's Region must be that of the {parameter.noun}{f', {region}' if region != 'REGION' else ''}.",
        f"GetQueueUrl takes QueueOwnerAWSAccountId: {meant.account}." if parameter.noun == "queue" else None,
        "The policies can stay as they are: the one in the text has this ARN already." if in_policy else both,
        manifest=_correct_line(text, parameter, meant.name, value),
        manifest_language="text",
        url=parameter.url,
    )


def _find_meant(text: str, parts: list[str], policies: Sequence[Document]) -> _Meant | None:
    """Return the resource of another account that the text has instead of one of the caller's.

    Args:
        text: The text.
        parts: The parts of the ARN of the request. The Region and the account can be unknown.
        policies: The policies in the text.
    """
    partition, service, region, own, resource = parts[1:]
    parameter = next(
        (each for (of, start), each in PARAMETERS.items() if of == service and resource.startswith(start)),
        None,
    )
    if parameter is None:
        return None
    name = resource if service == "sqs" else re.split("[:/]", resource, maxsplit=1)[-1]
    end = "(?:-[A-Za-z0-9]{6})?" if service == "secretsmanager" else ""
    place = re.escape(region) or "[a-z0-9-]{6,30}"
    found: dict[str, str] = {
        each[0]: each[1]
        for each in re.finditer(
            rf"arn:{partition}:{service}:{place}:(\d{{12}}):{re.escape(resource)}{end}(?![\w-])", text
        )
        if each[1] != own and not OTHER_ONE.search(line_at(text, each.start()))
    }
    owners: set[str] = set(found.values())
    said = rf"\b(?:lives?|is|are|sits?|resides?|belongs?|owned|hosted|stays?) (?:in|to|by) (?:the |our )?(?:[\w-]{{1,20}} )?(?:account )?({'|'.join(owners) or '[0-9]{12}'})\b"
    if owners:
        # The policy of the resource is that of its account, and names the caller's account.
        is_shared = re.search(said, text) or _SHARED.search(text) or (own and _allows_account(policies, own))
        owners = owners if is_shared else set()
    else:
        of_name = rf"\b{re.escape(name)}\b[\"'`]?[^.\n]{{0,30}}?{said}|\b{parameter.noun}\b[\"'`]?[^.\n]{{0,20}}?{said}"
        owners = {each for pair in re.findall(of_name, text) for each in pair if each} - {own}
    if len(owners) != 1 or is_slip(next(iter(owners)), own):
        return None
    (account,) = owners
    arns = list(found) or [f"arn:{partition}:{service}:{region or 'REGION'}:{account}:{resource}"]
    return _Meant(parameter, account, arns[0], bool(found), name) if len(arns) == 1 else None


def _allows_account(policies: Sequence[Document], account: str) -> bool:
    allows = (each for policy in policies for each in policy.allows)
    return any(account in name for each in allows for name in principal_names(each, "AWS"))


def _correct_line(text: str, parameter: _Parameter, name: str, value: str) -> str | None:
    """Return the only line of code that names the resource, with the ARN instead."""
    if not parameter.words:
        return None
    pattern = re.compile(
        rf"(?P<before>--(?i:{parameter.words})[ =][\"']?|(?i:{parameter.words})[\"'\w]{{0,10}}\s?[=:(,]\s?[\"'])(?P<name>{re.escape(name)})(?=[\"'\s]|\Z)"
    )
    lines = [line for line in text.split("\n") if pattern.search(line) and "arn:" not in line]
    if len(lines) != 1 or len(lines[0]) > _MAX_LINE:
        return None
    return escape_controls(hide_secrets(pattern.sub(lambda found: found["before"] + value, lines[0].strip())))
