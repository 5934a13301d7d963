"""Find out which policy a resource has, and fill the resource into the commands that show and change it."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._principals import ServicePrincipal
from iamtriage.explaining._rules.denials import policy_principals
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.policies.policy_changes import statement_id
from iamtriage.explaining._rules.shared.requirements import services

_BUCKET = lazy_pattern(r"arn:[\w-]{3,20}:s3:::(?P<bucket>[a-z0-9.-]{3,63})(?:/|\Z)", re.ASCII)
_ARN = r"arn:[\w-]{3,20}:"
_NAME = r"(?P<name>[A-Za-z0-9][\w./-]{1,255})(?:/\*)?\Z"
# What commands name by another word than the ARN: the form of the ARN, and the placeholder.
_NAMED_RESOURCES = tuple(
    (lazy_pattern(form, re.ASCII), word)
    for form, word in (
        (rf"{_ARN}ecr:[^:]*:[^:]*:repository/{_NAME}", "REPOSITORY"),
        (rf"{_ARN}execute-api:[^:]*:[^:]*:(?P<name>[a-z0-9]{{5,20}})(?:/|\Z)", "API_ID"),
        (rf"{_ARN}es:[^:]*:[^:]*:domain/(?P<name>[a-z0-9-]{{3,28}})(?:/|\Z)", "DOMAIN"),
        (rf"(?P<name>{_ARN}s3tables:[^:]*:[^:]*:bucket/[a-z0-9-]{{3,63}})(?:/|\Z)", "TABLE_BUCKET_ARN"),
        (rf"{_ARN}s3:[^:]+:[^:]*:accesspoint/(?P<name>[a-z0-9-]{{3,50}})(?:/|\Z)", "ACCESS_POINT"),
        (rf"{_ARN}s3express:[^:]*:[^:]*:bucket/(?P<name>[a-z0-9-]{{3,63}})\Z", "BUCKET"),
        (rf"{_ARN}events:[^:]*:[^:]*:event-bus/{_NAME}", "BUS"),
        (rf"{_ARN}elasticfilesystem:[^:]*:[^:]*:file-system/{_NAME}", "FILE_SYSTEM"),
        (rf"{_ARN}backup:[^:]*:[^:]*:backup-vault:{_NAME}", "VAULT"),
        # Commands in the account of the resource take the name in place of an ARN whose account is masked.
        (rf"{_ARN}kms:[^:]*:ACCOUNT_ID:key/(?P<name>(?:mrk-)?[0-9a-f-]{{32,36}})\Z", "ARN"),
        (
            rf"{_ARN}secretsmanager:[^:]*:ACCOUNT_ID:secret:(?P<name>[A-Za-z0-9][\w/+=.@-]{{0,512}})-[A-Za-z0-9]{{6}}\Z",
            "ARN",
        ),
        (rf"{_ARN}lambda:[^:]*:ACCOUNT_ID:function:(?P<name>[A-Za-z0-9][\w-]{{0,63}})\Z", "ARN"),
    )
)
_QUEUE = lazy_pattern(
    rf"arn:aws(?:-us-gov)?:sqs:(?P<region>[a-z0-9-]{{6,30}}|REGION):(?P<account>[0-9]{{12}}|ACCOUNT_ID):{_NAME}",
    re.ASCII,
)
OTHER_POLICY = services.ResourcePolicy("resource's policy", "", "")
"""The policy of a type of resource of which nothing is known."""


def bucket_argument(denial: Denial) -> str:
    """Return the bucket's name as a command argument."""
    bucket = _BUCKET.match(denial.resource or "")
    return commands.bucket(bucket["bucket"] if bucket else None)


def policy_of(denial: Denial) -> services.ResourcePolicy:
    """Return what is known about the policy of the resource's type."""
    policy = services.find_resource_policy(denial.service, denial.resource) or OTHER_POLICY
    domain = _find_domain(denial)
    if domain is None:
        return policy
    return policy._replace(name=f"access policy of the domain {domain['domain']}")


def _find_domain(denial: Denial) -> re.Match[str] | None:
    """Return the host or the ARN of the only OpenSearch domain of the text, which its denials do not name."""
    if denial.service != "es" or denial.resource is not None:
        return None
    return services.find_named_domain(denial.failure.text)


def policy_commands(denial: Denial, *templates: str) -> tuple[str, ...]:
    """Return commands with what is known about the resource, none for an unknown type of policy."""
    placeholder = "KEY_ID" if denial.service == "kms" else "RESOURCE_ARN"
    resource = commands.arn(denial.resource, placeholder)
    # One with an asterisk identifies no resource.
    values = {"ARN": placeholder if resource.endswith("*") else resource, "BUCKET": bucket_argument(denial)}
    if denial.resource_account is not None:
        values["ACCOUNT_ID"] = denial.resource_account
    if denial.action is not None:
        values["ACTION"] = denial.action
        values["STATEMENT_ID"] = statement_id(denial.action)
    if isinstance(denial.principal, ServicePrincipal):
        values["PRINCIPAL"] = f"{denial.principal.name} --source-account {commands.account(denial.account)}"
    else:
        values["PRINCIPAL"] = commands.arn(policy_principals.policy_principal_arn(denial), "PRINCIPAL_ARN")
    for pattern, word in _NAMED_RESOURCES:
        if (found := pattern.match(resource)) is not None:
            values[word] = found["name"]
    if (queue := _QUEUE.match(resource)) is not None:
        values["QUEUE_URL"] = (
            f"https://sqs.{queue['region']}.amazonaws.com/{queue['account']}/{queue['name']}"
        )
    # The CLI uses the configured Region, whatever Region an ARN has.
    region = denial.resource_arn.region if denial.resource_arn is not None else ""
    if (domain := _find_domain(denial)) is not None:
        region, values["DOMAIN"] = domain["region"], domain["domain"]
    is_known = region != "" and commands.region(region) == region
    return tuple(
        commands.command(
            *(part for word in template.split() for part in values.get(word, word).split()),
            *(("--region", region) if is_known and "--region" not in template else ()),
        )
        for template in templates
        if template
    )
