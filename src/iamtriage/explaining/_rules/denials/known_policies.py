"""Find the policies that the facts or the text around a denial contain."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._rules.shared.denial import ASSUME_ROLE_ACTIONS
from iamtriage.explaining._rules.sts.trust_documents import (
    allow_statements,
    as_strings,
    parse_document,
    principal_names,
)
from iamtriage.policies._managed_policies import build_managed_policy, is_known_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from iamtriage.explaining._cause_types import Evidence
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.policies._sets import Document
    from iamtriage.typing import PolicyType

_CONTROLS = frozenset({"service_control", "resource_control"})
_CONTROL_POLICY_ID = lazy_pattern(r"(?<![\w-])p-[0-9a-z_]{8,128}(?![\w-])", re.ASCII)
# Types of policies that name a principal.
_WITH_PRINCIPAL = frozenset({"resource", "resource_control", "vpc_endpoint"})


class KnownPolicy(NamedTuple):
    """A policy that the facts or the text contain.

    Attributes:
        content: The policy document.
        name: What an explanation calls it, such as ``"the policy in the text"``.
        evidence: How its content is known.
        policy_type: Its type, ``None`` if nobody states it.
        has_principal: Whether a statement names a principal, as in resource-based policies.
        is_code: Whether it is in code or a template, which can be about another caller.
        is_whole: Whether all of its statements are known.
        owner: The role or user whose policy it is, with its kind, if the text states it.
        version: The ARN and version ID of a managed policy, if it is a version other than the default one.
        has_references: Whether some values are references, so that they are not known.
    """

    content: Mapping[str, Any]
    name: str
    evidence: Evidence
    policy_type: PolicyType | None
    has_principal: bool
    is_code: bool = False
    is_whole: bool = True
    owner: tuple[str, str] | None = None
    version: tuple[str, str] | None = None
    has_references: bool = False


def list_resource_statements(denial: Denial, part: str) -> list[tuple[list[str], str]]:
    """Return principals and resource of each Allow of resource-based policies in the text whose resource has a part."""
    return [
        (principal_names(statement) or ["*"], resource)
        for policy in denial.context.policies
        if policy.has_principal and policy.is_whole and not policy.is_trust_policy
        for statement in allow_statements(policy.content)
        for resource in as_strings(statement.get("Resource"))
        if part in resource
    ]


def list_known_policies(denial: Denial) -> Iterator[KnownPolicy]:
    """Yield the policies of the facts, then those of the text but for trust policies."""
    given = denial.facts.policies
    if given is not None:
        # Most denials have no policies.
        from iamtriage.policies._evaluation.results import LAYER_NAMES
        from iamtriage.policies._sets import PolicyDocument

        for policy_type, type_name in LAYER_NAMES.items():
            # Control policies have levels.
            for document in _flatten(getattr(given, policy_type, None) or ()):
                name = document.name if isinstance(document, PolicyDocument) else None
                content = document.document if isinstance(document, PolicyDocument) else document
                yield KnownPolicy(
                    json.loads(content) if isinstance(content, str) else content,
                    f"the given {type_name}{f' {clip_text(name)}' if name else ''}",
                    "supplied",
                    policy_type,
                    policy_type in _WITH_PRINCIPAL,
                )
    trust = parse_document(denial.facts.trust_policy)
    if trust is not None:
        evidence: Evidence = "derived" if is_derived(denial.facts, "trust_policy") else "supplied"
        yield KnownPolicy(trust, "the role's trust policy", evidence, "role_trust", has_principal=True)
    name = "the policy in the text"
    is_control = denial.policy_type in _CONTROLS
    ids = set(_CONTROL_POLICY_ID.findall(denial.failure.text)) if is_control else set[str]()
    stated = [each for each in denial.context.policies if not each.is_trust_policy]
    called = (denial.policy or "").rpartition("/")[2]
    if len(ids) == 1:
        name = f"the policy {ids.pop()} in the text"
    elif called and len(stated) == 1 and called in re.split(r"[^\w/+=,.@-]+", denial.failure.text):
        # The text names the policy of the message without its ARN, too.
        name = f"the policy {clip_text(called)} in the text"
    if (permission_set := find_permission_set(denial)) is not None:
        content = build_managed_policy(permission_set)
        owner = _identify_caller(denial)
        yield KnownPolicy(content, permission_set, "derived", None, has_principal=False, owner=owner)
    for each in stated:
        named = each.name or (name if each.file is None else f"the policy in {clip_text(each.file)}")
        details = (
            each.has_principal,
            each.is_code,
            each.is_whole,
            each.owner,
            each.version,
            each.has_references,
        )
        yield KnownPolicy(each.content, named, "derived", None, *details)


def find_permission_set(denial: Denial) -> str | None:
    """Return the permission set of the caller, if it has the name of an AWS managed policy that it normally has."""
    name = getattr(denial.role, "permission_set", None)
    return name if name is not None and is_known_policy(name) else None


def _flatten(documents: Iterable[Any]) -> Iterator[Document]:
    for each in documents:
        yield from each if isinstance(each, tuple) else (each,)


def may_decide(policy: KnownPolicy, denial: Denial) -> bool:
    """Return whether a policy is of the type that denied the call, as far as known."""
    if policy.policy_type == "role_trust":
        is_of_role = denial.lowercase_action in ASSUME_ROLE_ACTIONS
        return is_of_role and denial.policy_type in {"resource", "role_trust"}
    if policy.policy_type is not None and denial.policy_type is not None:
        return policy.policy_type == denial.policy_type
    return policy.has_principal is (denial.policy_type in _WITH_PRINCIPAL)


def is_of_other(policy: KnownPolicy, denial: Denial) -> bool:
    """Return whether a policy is known to be that of another role or user than the caller."""
    if policy.owner is None or denial.principal is None:
        return False
    return policy.owner != _identify_caller(denial)


def is_of_caller(policy: KnownPolicy, denial: Denial) -> bool:
    """Return whether a policy is known to be attached to the caller."""
    return policy.policy_type == "identity" or (
        policy.owner is not None and policy.owner == _identify_caller(denial)
    )


def _identify_caller(denial: Denial) -> tuple[str, str]:
    name: str = getattr(denial.role or denial.principal, "name", "")
    return "user" if denial.role is None else "role", name
