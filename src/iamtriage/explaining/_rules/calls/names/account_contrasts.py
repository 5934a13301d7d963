"""Explain that a request names a resource of another account only by its name, which means one of the caller's account.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-cross-account-access.html and the API
references of the services.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, escape_controls, hide_secrets
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.shared.corrected_patterns import is_slip
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary
from iamtriage.policies._readers.elements import principal_names

_NAME_PART, _MAX_LINE = 5, 300
# What people say of a resource in another account, without the account.
_SHARED = lazy_pattern(
    r"\b(?i:cross[- ]account|(?:another|other|central|shared|data|owning|owner|producer|platform|hub)(?:'s)? (?:aws )?account)\b"
)


class _Parameter(NamedTuple):
    """How the requests of a service name a resource of another account.

    Attributes:
        noun: The resource.
        name: The parameter to pass.
        value: Its value, with the ARN, the account, the Region and the name to fill in.
        words: The words before the name in code and in commands, if the ARN replaces it there.
        url: The page of the documentation.
    """

    noun: str
    name: str
    value: str
    words: str
    url: str


_API = "https://docs.aws.amazon.com/{}.html"
# By the service, and by the start of the resource in its ARN.
_PARAMETERS = {
    ("dynamodb", "table/"): _Parameter("table", "TableName", "{arn}", r"table_?-?(?:name)?", _API.format("amazondynamodb/latest/developerguide/rbac-cross-account-access")),
    ("kinesis", "stream/"): _Parameter("stream", "StreamARN", "{arn}", "", _API.format("streams/latest/dev/controlling-access")),
    ("lambda", "function:"): _Parameter("function", "FunctionName", "{arn}", r"function_?-?(?:name)?", _API.format("lambda/latest/dg/access-control-resource-based")),
    ("secretsmanager", "secret:"): _Parameter("secret", "SecretId", "{arn}", r"secret_?-?(?:id|name)?", _API.format("secretsmanager/latest/userguide/auth-and-access_examples_cross")),
    ("ssm", "parameter/"): _Parameter("parameter", "Name", "{arn}", "name", _API.format("systems-manager/latest/userguide/parameter-store-shared-parameters")),
    ("events", "event-bus/"): _Parameter("event bus", "EventBusName", "{arn}", r"event_?-?bus_?-?(?:name)?", _API.format("eventbridge/latest/userguide/eb-cross-account")),
    ("sqs", ""): _Parameter("queue", "QueueUrl", "https://sqs.{region}.amazonaws.com/{account}/{name}", "", _API.format("AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers")),
    ("ecr", "repository/"): _Parameter("repository", "registryId", "{account}", "", _API.format("AmazonECR/latest/userguide/repository-policies")),
    ("codeartifact", "domain/"): _Parameter("domain", "domainOwner", "{account}", "", _API.format("codeartifact/latest/ug/domain-policies")),
}  # fmt: skip

NAMED_IN_OWN_ACCOUNT = CauseType(
    "named-in-own-account",
    title="The request names a resource of another account without the account",
    meaning="A name without an account means a resource in the account of the caller. So the request is for another resource than the one that is meant.",
    recognised_by="The denied resource is in the account of the caller, and the text has one with the same name in another account, which it says has it.",
    fix="Pass the ARN, or the account, of the resource in the request.",
    sources=(_API.format("amazondynamodb/latest/developerguide/rbac-cross-account-access"),),
)


def add_resource_in_other_account(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the request names only the name of a resource, if the text has it in another account."""
    parts = (denial.resource or "").split(":", _NAME_PART)
    if len(parts) <= _NAME_PART or denial.account != parts[4]:
        return explanation
    service, resource = parts[2], parts[_NAME_PART]
    parameter = next(
        (each for (of, start), each in _PARAMETERS.items() if of == service and resource.startswith(start)),
        None,
    )
    account = None if parameter is None else _find_owner(denial, parts)
    if parameter is None or account is None:
        return explanation
    arn = ":".join((*parts[:4], account, resource))
    name = re.split("[:/]", resource, maxsplit=1)[-1]
    value = parameter.value.format(arn=arn, account=account, region=parts[3], name=name)
    in_policy = any(arn in json.dumps(each.content) for each in denial.context.policies)
    line = _correct_line(denial.failure.text, parameter, name, value)
    own = f"{parameter.noun} {clip_text(name)}"
    return attrs.evolve(
        explanation,
        topic=NAMED_IN_OWN_ACCOUNT.code,
        summary=denial_summary(
            denial,
            f"that is the {own} of the caller's own account {denial.account}, and the {parameter.noun} that is meant is in {account}",
        ),
        causes=(
            NAMED_IN_OWN_ACCOUNT.cause(
                "derived",
                f"The text has {clip_text(arn)}." if arn in denial.failure.text else None,
                text=f"The request names the {parameter.noun} without its account, and a name means one in the account of the caller. An Allow for {clip_text(denial.resource or '')} does not help.",
            ),
        ),
        remedies=(
            your_remedy(
                f"Set {parameter.name} to {clip_text(value)}",
                f"Change the request in the code or its configuration. The client's Region must be that of the {parameter.noun}, {parts[3]}.",
                "The policies can stay as they are: the one in the text has this ARN already."
                if in_policy
                else f"A policy of the caller and the one of the {parameter.noun} must both allow {denial.action} on {clip_text(arn)}.",
                manifest=line,
                manifest_language="text",
                url=parameter.url,
            ),
        ),
    )


def _find_owner(denial: Denial, parts: list[str]) -> str | None:
    """Return the other account in which the text says that a resource is."""
    text, own = denial.failure.text, parts[4]
    start, resource = re.escape(":".join(parts[:4])), re.escape(parts[_NAME_PART])
    owners: set[str] = set(re.findall(rf"{start}:(\d{{12}}):{resource}(?![\w-])", text)) - {own}
    said = rf"\b(?:lives?|is|are|sits?|resides?|belongs?|owned|hosted|stays?) (?:in|to|by) (?:the |our )?(?:[\w-]{{1,20}} )?(?:account )?({'|'.join(owners) or r'[0-9]{12}'})\b"
    if not owners:
        short = re.escape(re.split("[:/]", parts[_NAME_PART])[-1])
        said_name = rf"\b{short}\b[\"'`]?[^.\n]{{0,30}}?{said}|\b(?:table|stream|function|secret|parameter|bus|queue|repository|domain)\b[\"'`]?[^.\n]{{0,20}}?{said}"
        found = {each for pair in re.findall(said_name, text) for each in pair if each} - {own}
        return found.pop() if len(found) == 1 and not is_slip(next(iter(found)), own) else None
    if len(owners) != 1 or is_slip(next(iter(owners)), own):
        return None
    # The policy of the resource is that of its account, and names the caller's account.
    is_shared = re.search(said, text) or _SHARED.search(text) or _allows_account(denial, own)
    return owners.pop() if is_shared else None


def _allows_account(denial: Denial, account: str) -> bool:
    allows = (each for policy in denial.context.policies for each in policy.allows)
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
