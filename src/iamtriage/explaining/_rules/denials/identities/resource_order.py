"""Add that Terraform attached the policies of a role after the resource that needs them.

Terraform orders resources by their references, and a resource refers to its role, not to the policies of the role:
https://developer.hashicorp.com/terraform/language/meta-arguments/depends_on.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.terraform_code import find_resources, find_steps
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.shared.common_causes import ROLE_TOO_NEW
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import your_remedy

_PAGE = "https://developer.hashicorp.com/terraform/language/meta-arguments/depends_on"
# What gives a role a policy.
_ATTACHING = (
    *("aws_iam_role_policy_attachment", "aws_iam_role_policy", "aws_iam_policy_attachment"),
    "aws_iam_role_policies_exclusive",
)
_ROLE = lazy_pattern(r"\baws_iam_role\.[A-Za-z_][\w-]{0,60}", re.ASCII)
# What people say if the order is left to chance.
_LATER = lazy_pattern(
    r"(?i:\b(?:second|next|another|again)\b[^.\n]{0,30}\b(?:apply|run|time)\b[^.\n]{0,30}\b(?:works?|succeeds?|fine|goes through)\b|\bworks?\b[^.\n]{0,20}\bon (?:the |a )?(?:second|next)\b)"
)
# The causes that a service reports about the role of a resource.
_OF_ROLE = frozenset({"execution-role", "service-role-lacks-permission"})
POLICY_ATTACHED_LATER = CauseType(
    "policy-attached-later",
    title="Terraform attached the role's policy after it created the resource",
    meaning="Terraform creates first what an argument refers to. A resource refers to its role, and not to the policies of the role, so it can be created while the role has no permissions yet.",
    recognised_by="The log of Terraform shows that the policy was attached after the creation of the resource began, or the next apply succeeds.",
    fix="Add depends_on with the attachment to the resource.",
    of="execution-role",
    sources=(_PAGE,),
)


def add_resource_order(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that a resource was created before its role got its policies, if the text shows that."""
    if _OF_ROLE.isdisjoint(each.code for each in explanation.causes):
        return explanation  # the caller of Terraform lacks a permission
    stated, text = denial.context.terraform, denial.failure.text
    address = "" if stated is None else re.sub(r"\[[^\]]*\]$", "", stated.value)
    local = ".".join(address.split(".")[-2:])
    if not local.startswith("aws_") or local.startswith("aws_iam_"):
        return explanation
    later = _find_later(text, address)
    blocks = {each.address: each for each in find_resources(text)}
    own = blocks[local].body if local in blocks else ""
    if "depends_on" in own:
        return explanation
    roles = set(_ROLE.findall(own))
    of_role = [
        name
        for name, block in blocks.items()
        if block.type in _ATTACHING and (roles & set(_ROLE.findall(block.body)))
    ]
    attached = [each for each in later if not own or each in of_role or each not in blocks]
    if not attached and _LATER.search(text) is not None:
        attached = of_role
    if not attached:
        return explanation
    kind, _, name = local.partition(".")
    named = join_words(attached, "and")
    code = f'resource "{kind}" "{name}" {{\n  # the other arguments stay\n  depends_on = [{", ".join(attached)}]\n}}\n'
    shown = f"Terraform created {named} only afterwards." if later else "The next apply succeeds."
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary} Terraform attached the role's policy too late, because nothing orders {clip_text(local)} and {named}.",
        causes=(
            *(each for each in explanation.causes if each.code != ROLE_TOO_NEW.code),
            POLICY_ATTACHED_LATER.cause(
                "derived",
                shown,
                text="Terraform creates first what an argument refers to. The resource refers to its role, not to the role's policies, so the role had no permissions yet.",
            ),
        ),
        remedies=(
            your_remedy(
                f"Add depends_on to {clip_text(local)}",
                "The policy itself is right, and the caller of Terraform needs no further permission. A retry or a second apply only hides the missing order.",
                "On destroy, Terraform keeps the reverse order: the role has its permissions until the resource is deleted.",
                manifest=code,
                manifest_language="hcl",
                commands="terraform apply",
                url=_PAGE,
            ),
        ),
    )


def _find_later(text: str, address: str) -> list[str]:
    """Return the attachments whose creation began after that of a resource."""
    begun = text.find(f"{address}: Creating...")
    if begun < 0:
        return []
    before = {each.address for each in find_steps(text[:begun], *_ATTACHING)}
    after = (each.address for each in find_steps(text[begun:], *_ATTACHING) if each.what == "Creating")
    return [each for each in dict.fromkeys(after) if each not in before]
