"""Add that Terraform called with its default provider, where the code means one with an alias.

A resource without ``provider`` uses the default provider, and a module gets no provider with an alias unless its call passes
one: https://developer.hashicorp.com/terraform/language/modules/develop/providers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.arns._principals import Role
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.terraform_code import Block, find_blocks, find_resources
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment
from iamtriage.explaining._rules.shared.wording import denial_summary

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAGE = "https://developer.hashicorp.com/terraform/language/modules/develop/providers"
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
    sources=(_PAGE,),
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
    alias = next(iter(aliases)) if len(aliases) == 1 else None
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
                url=_PAGE,
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
    return found[0] if len(found) == 1 else None


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
