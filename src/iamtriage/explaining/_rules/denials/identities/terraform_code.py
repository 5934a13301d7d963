"""Add what in the code of Terraform denies a call: its default provider, or a policy that is attached too late."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.terraform_code import (
    Block,
    find_blocks,
    find_resources,
    find_steps,
)
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared.common_causes import ROLE_TOO_NEW
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment
from iamtriage.explaining._rules.shared.wording import denial_summary

_PROVIDERS_PAGE = "https://developer.hashicorp.com/terraform/language/modules/develop/providers"
_COMMENT = lazy_pattern(r"[ \t](?:#|//)[^\n]*")
_REFERENCE = lazy_pattern(r"(?<![\w.])(?:data\.)?aws_\w{1,80}\.[A-Za-z_][\w-]{0,80}")
_PROVIDER = lazy_pattern(r"aws\.(?P<alias>[A-Za-z_][\w-]{0,60})")
_MODULE = lazy_pattern(r"module\.(?P<name>[\w-]{1,64})(?:\[[^\]\n]{1,100}\])?\.")

DEFAULT_PROVIDER = CauseType(
    "default-provider",
    title="Terraform called with its default provider instead of one with an alias",
    meaning="A resource without a provider argument uses the default provider. A module gets no provider with an alias unless its call has providers.",
    recognised_by="The code in the text refers to what another provider reads, in a resource or module that names no provider.",
    fix="Name the provider in the resource, or pass it to the module with providers.",
    sources=(_PROVIDERS_PAGE,),
)


def add_default_provider(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that a resource or a module lacks the provider with which what it refers to was read."""
    text, deployment = denial.failure.text, find_deployment(denial.failure, denial.facts)
    address = (deployment.resource if deployment else None) or ""
    block = _find_block(text, address)
    if block is None or not block.is_whole:
        return explanation
    is_module = block.kind == "module"
    argument = "providers" if is_module else "provider"
    if argument in block.arguments:
        return explanation
    used = dict(_find_aliases(text, block.body))
    aliases = set(used.values())
    # What joins two accounts, such as a peering connection, also refers to what the default provider has.
    alias = only_one(aliases)
    provider = next(
        (each for each in find_blocks(text, "provider", "aws") if each.text_of("alias") == alias), None
    )
    if alias is None or provider is None:
        return explanation
    role, own = _find_role(provider), denial.role
    if role is None or (own is not None and (role.name, role.account) == (own.name, own.account)):
        return explanation
    what = f"the module {block.name} gets no providers" if is_module else f"{block.address} names no provider"
    inherited = (
        "A module gets no provider with an alias unless its call passes it."
        if is_module
        else "A resource without provider uses the default one."
    )
    shown = ", ".join(sorted(used))
    caller = denial.caller
    elsewhere = (
        f" A policy of {caller} does not help: the provider works in account {role.account}, as {role.name}."
        if role.account != denial.account
        else f" The provider works as the role {role.name}."
    )
    line = f"  providers = {{ aws = aws.{alias} }}" if is_module else f"  provider = aws.{alias}"
    manifest = text[block.start : block.end + 1].replace("{", f"{{\n{line}", 1)
    return attrs.evolve(
        explanation,
        summary=denial_summary(
            denial, f"Terraform called with its default provider and not with aws.{alias}, because {what}"
        ),
        causes=(
            DEFAULT_PROVIDER.cause(
                "derived", text=f"{inherited} {shown}, to which it refers, has aws.{alias}.{elsewhere}"
            ),
        ),
        remedies=(
            your_remedy(
                f"Pass aws.{alias} to the module {clip_text(block.name)}"
                if is_module
                else f"Name aws.{alias} in {clip_text(block.address)}",
                "If the module also creates resources with the default provider, declare the second one there (configuration_aliases in required_providers), and set provider in this resource only."
                if is_module
                else None,
                manifest=f"{manifest}\n",
                manifest_language="hcl",
                commands="terraform apply",
                url=_PROVIDERS_PAGE,
            ),
        ),
        notes=(),
    )


def _find_block(text: str, address: str) -> Block | None:
    """Return the call of the outermost module of an address, or the block of the resource."""
    module = _MODULE.match(address)
    if module is not None:
        found = [each for each in find_blocks(text, "module") if each.name == module["name"]]
    else:
        local = address.partition("[")[0]
        found = [each for each in find_resources(text) if each.address == local]
    return only_one(found)


def _find_aliases(text: str, body: str) -> Iterator[tuple[str, str | None]]:
    """Yield the addresses to which code refers and whose blocks the text has, with the alias of their provider."""
    for address in dict.fromkeys(_REFERENCE.findall(_COMMENT.sub("", body))):
        kind = "data" if address.startswith("data.") else "resource"
        for each in find_blocks(text, kind):
            found = _PROVIDER.fullmatch(each.arguments.get("provider", ""))
            if each.address == address:
                yield address, found["alias"] if found else None


def _find_role(provider: Block) -> Role | None:
    nested = (each.text_of("role_arn") for each in provider.find_nested("assume_role"))
    role = try_parse_principal(next(nested, None))
    return role if isinstance(role, Role) else None


_ORDER_PAGE = "https://developer.hashicorp.com/terraform/language/meta-arguments/depends_on"
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
    sources=(_ORDER_PAGE,),
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
                url=_ORDER_PAGE,
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
