"""Correct the name of a role in Terraform code, if a service uses only a role with a fixed name.

Source: https://docs.aws.amazon.com/dms/latest/userguide/security-iam.html#CHAP_Security.APIRole.
"""

from __future__ import annotations

import attrs

from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.terraform_code import Block, find_resources
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment
from iamtriage.failures._failures import Failure

_RETRY = "IAM can take a few seconds to make a new role available: if the same error comes back, apply again."


def find_other_name(text: str, role: str, principal: str, policy: str) -> Block | None:
    r"""Return the only role in Terraform code that trusts a service and has another name than it requires.

    A role that the code passes by its ARN, such as that of an endpoint, has another purpose, and so has one with only
    other policies of AWS.

    >>> code = 'resource "aws_iam_role" "a" {{ name = "{}"\\nassume_role_policy = "dms.amazonaws.com" }}'
    >>> [
    ...     block and block.address
    ...     for name in ("dms", "dms-vpc-role")
    ...     for block in [find_other_name(code.format(name), "dms-vpc-role", "dms.amazonaws.com", "service-role/A")]
    ... ]
    ['aws_iam_role.a', None]
    """
    found = [
        each
        for each in find_resources(text, "aws_iam_role")
        if f'"{principal}"' in each.body and f"{each.address}.arn" not in text
    ]
    if len(found) != 1 or found[0].text_of("name") in {None, role}:
        return None
    attached = _find_attachments(text, found[0])
    is_other = bool(attached) and all(
        ":iam::aws:policy/" in each.arguments["policy_arn"] for each in attached
    )
    return None if is_other and not _has_policy(attached, policy) else found[0]


def _find_attachments(text: str, role: Block) -> list[Block]:
    attachments = find_resources(text, "aws_iam_role_policy_attachment")
    return [
        each
        for each in attachments
        if role.address in each.arguments.get("role", "") and "policy_arn" in each.arguments
    ]


def _has_policy(attachments: list[Block], policy: str) -> bool:
    return any(each.arguments["policy_arn"].strip('"').endswith(f"/{policy}") for each in attachments)


def rename_role(case: Case[Failure], role: str, block: Block, policy: str, url: str) -> Remedy:
    """Return how to give the role in the code the name that the service requires."""
    attached, name = _find_attachments(case.failure.text, block), policy.rpartition("/")[2]
    deployment = find_deployment(case.failure, case.facts)
    using = deployment.resource if deployment is not None and deployment.is_terraform else None
    after = attached[0].address if len(attached) == 1 else block.address
    user = f"the resource {clip_text(using)}" if using else "the resource that uses the role"
    kept = "Its trust policy stays as it is"
    steps = (
        f"{kept}, and so does its policy {name}."
        if _has_policy(attached, policy)
        else f"{kept}. The role also needs {name}.",
        f"Add the depends_on to {user}, which does not refer to the role. {_RETRY}",
        "An account has one role of this name: if another one exists already, import it instead.",
    )
    code = f'resource "aws_iam_role" "{block.name}" {{\n  name = "{role}"\n  # the rest stays\n}}\n# in {user}:\ndepends_on = [{after}]'
    remedy = account_remedy(f"Change the name of {block.address} to {role}", *steps, url=url)
    return attrs.evolve(remedy, manifest=code, manifest_language="hcl")
