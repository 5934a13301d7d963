"""Say how the resource of a known policy differs from that of the request, if that is easily overlooked.

Sources: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html and
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.TableAttributes.html.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.actions._lookup import find_action
from iamtriage.explaining._rules.denials.stated_contrasts import Contrast
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.sts.trust_documents import as_strings, iterate_statements
from iamtriage.policies._arn_templates import RANDOM_END
from iamtriage.policies._patterns import compile_glob, matches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

_MAX_RESOURCES = 3
# All resources of a type.
_TYPE = lazy_pattern(r"\d?:[a-z-]{2,40}[/:]\*\Z", re.ASCII)
_CDK_PARTIAL = lazy_pattern(r"\bfrom_?secret_?partial_?arn\b", re.IGNORECASE)
_CDK_TABLE = lazy_pattern(r"\b(?P<import>from_?table_?(?:name|arn))\b", re.IGNORECASE)
_SAM_READ = lazy_pattern(
    r"\bSSMParameterReadPolicy:\s{1,40}ParameterName: ?(?P<name>[^\n#]{1,200}?)[ \t]{0,40}(?:#|\n|\Z)"
)


def describe_partial_arn(denial: Denial, whole: str) -> Contrast:
    """Return that a policy has the ARN of a secret without its end, like the call."""
    end = whole[-len(RANDOM_END) :]
    remedies: tuple[Remedy, ...] = ()
    if _CDK_PARTIAL.search(denial.failure.text):
        step = "Upgrade the CDK: up to 1.78, the grants of fromSecretPartialArn omit the end. Or import the secret with fromSecretCompleteArn or fromSecretNameV2. Then deploy again."
        remedies = (
            your_remedy(
                "Let the CDK write the whole ARN of the secret",
                step,
                url="https://github.com/aws/aws-cdk/issues/12411",
            ),
        )
    return Contrast(
        f"has the secret's ARN without {end} at the end, but IAM compares it with the whole ARN",
        remedies,
        "The call may use the secret's name or the ARN without its end, as in the message. The policy may not: the secret's ARN is "
        f"{clip_text(whole)}.",
    )


def find_slash_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return that a policy has two slashes, or none, where the ARN of the request has one."""
    resource = denial.resource or ""
    for each in allowed:
        if "//" in each and matches(resource, compile_glob(each.replace("//", "/"))):
            verdict = f"allows it on {clip_text(each.rpartition(':')[2])}, with two slashes, and ARNs are compared as text"
            return Contrast(
                verdict, _slash_remedies(denial), "The action matches, and so does the rest of the resource."
            )
    return None


def _slash_remedies(denial: Denial) -> tuple[Remedy, ...]:
    sam = _SAM_READ.search(denial.failure.text)
    if sam is None:
        return (
            your_remedy(
                "Remove one of the slashes where the ARN is written",
                "The name begins with a slash, and the template of the ARN has one before the name: omit that one.",
                "Then deploy again. A change in IAM alone is not in the code: the next deployment can undo it.",
            ),
        )
    return (
        your_remedy(
            "Use SSMParameterWithSlashPrefixReadPolicy in the template",
            "SSMParameterReadPolicy writes parameter/ before the name, which begins with a slash itself. The other policy template writes parameter.",
            "Then deploy again. A change of the role in IAM alone is not in the template: the next deployment can undo it.",
            manifest=f"Policies:\n  - SSMParameterWithSlashPrefixReadPolicy:\n      ParameterName: {sam['name']}",
            url="https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html",
        ),
    )


def find_index_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return that a policy has a table without its indexes."""
    table, separator, index = (denial.resource or "").partition("/index/")
    if not separator or table not in allowed or ":dynamodb:" not in table:
        return None
    remedies: tuple[Remedy, ...] = ()
    if (found := _CDK_TABLE.search(denial.failure.text)) is not None:
        name = clip_text(table.rpartition("/")[2])
        remedies = (
            your_remedy(
                "Import the table in the CDK with its indexes",
                f"{found['import']} does not know the indexes, so the grants omit them. Replace it as below, and deploy again.",
                f"The deployment adds {clip_text(table)}/index/* to the Resource of the policy. If it cannot wait, add that in IAM.",
                manifest=f"Table.fromTableAttributes(this, 'Table', {{ tableName: '{name}', grantIndexPermissions: true }})",
                url="https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.TableAttributes.html",
            ),
        )
    return Contrast(
        f"allows it on the table only, whose ARN does not cover the index {clip_text(index)}",
        remedies,
        "An index is a resource of its own. Calls that do not use it, such as GetItem, need only the table.",
    )


def describe_star_only(action: str | None) -> str | None:
    """Return that only ``*`` as the resource allows an action, if AWS checks no resource for it."""
    known = find_action(action or "")
    if known is None or not known.only_wildcard:
        return None
    return f"AWS checks no resource for {known.name}: only a statement with the Resource * allows it. The other actions of the policy can keep theirs."


def allowed_resources(allows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the resources that statements name."""
    return [each for statement in allows for each in as_strings(statement.get("Resource"))]


def join_resources(resources: list[str]) -> str:
    """Return resources as words, the first of many."""
    # A statement with NotResource lists those that it does not allow.
    return join_words(tuple(map(clip_text, resources[:_MAX_RESOURCES])), "and") or "other resources"


def limit_to_resource(remedy: Remedy, resource: str) -> Remedy:
    """Return a remedy whose policy names the denied resource: one limited to some resources is not opened to all."""
    if remedy.policy is None or remedy.layer != "identity":
        return remedy
    document = copy.deepcopy(dict(remedy.policy))
    for each in iterate_statements(document):
        listed = as_strings(each.get("Resource"))
        if any(_is_wider(name, resource) for name in listed):
            kept = [resource if _is_wider(name, resource) else name for name in listed]
            each["Resource"] = kept[0] if len(kept) == 1 else list(dict.fromkeys(kept))
    return attrs.evolve(remedy, policy=document)


def _is_wider(pattern: str, resource: str) -> bool:
    """Return whether a pattern stands for all resources of the type of one."""
    is_of_type = ":s3:" not in pattern and _TYPE.search(pattern) is not None
    return is_of_type and matches(resource, compile_glob(pattern))
