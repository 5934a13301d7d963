"""Represent attached policies, and select those that apply to a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

import attrs

from iamtriage._rendering.views import View
from iamtriage.arns._principal_parsing import parse_principal
from iamtriage.arns._principals import Role, RoleSession, User
from iamtriage.authorization._strict_json import JsonError, parse_strict_json
from iamtriage.exceptions import InvalidArnError
from iamtriage.policies._sets import PolicyDocument, PolicySet
from iamtriage.typing import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.policies._readers.json_values import JsonObject


__all__ = (
    "FULL_ACCESS",
    "AttachedPolicy",
    "PolicyCollection",
    "decode_policy",
    "merge_collections",
    "name_principal",
)


# AWS attaches it to the root, to every OU and to every account by default.
FULL_ACCESS = PolicyDocument(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
    name="FullAWSAccess",
)


@attrs.frozen
class AttachedPolicy(View):
    """A policy and the principal or resource that it is attached to.

    Attributes:
        policy_type: The type of the policy.
        document: The policy.
        target: The principal or resource: ``"user/ana"``, ``"role/app"``, the ARN or the name of a resource,
            ``"service/kms"`` for an unknown resource of a service. ``None`` if it is not stated; then the
            policy applies to every request.
        level: For control policies, the level from the root.

    >>> policy = PolicyDocument({"Version": "2012-10-17", "Statement": []})
    >>> AttachedPolicy("identity", policy, "role/app").target
    'role/app'
    """

    policy_type: PolicyType
    document: PolicyDocument
    target: str | None = None
    level: int = 0


@attrs.frozen
class PolicyCollection(View):
    """Policies that were read from documents.

    Attributes:
        policies: The policies.
        missing: The policies that are attached but not in the documents, each with its target.
        principals: The users and roles that the documents describe: ``"user/ana"``, ….

    >>> policy = PolicyDocument({"Version": "2012-10-17", "Statement": []})
    >>> collection = PolicyCollection((AttachedPolicy("identity", policy, "role/app"),))
    >>> len(collection.select("arn:aws:iam::111122223333:role/app", "*").identity)
    1
    """

    policies: tuple[AttachedPolicy, ...] = ()
    missing: tuple[tuple[str | None, str], ...] = ()
    principals: frozenset[str] = frozenset()

    def select(self, principal: str, resource: str) -> PolicySet:
        """Return the policies that apply to a principal and a resource.

        Args:
            principal: The principal of the request.
            resource: The ARN of the resource.

        Raises:
            PolicyError: AWS would reject one of the policies.
        """
        own = name_principal(principal)
        chosen = [each for each in self.policies if _applies(each, own, resource)]

        def documents(policy_type: PolicyType) -> list[PolicyDocument]:
            return [each.document for each in chosen if each.policy_type == policy_type]

        return PolicySet(
            identity=documents("identity"),
            permissions_boundary=documents("permissions_boundary") or None,
            session=documents("session") or None,
            resource=documents("resource") or None,
            service_control=_build_levels(chosen, "service_control"),
            resource_control=_build_levels(chosen, "resource_control"),
            vpc_endpoint=documents("vpc_endpoint") or None,
        )

    def find_missing(self, principal: str, resource: str) -> tuple[str, ...]:
        """Return the names of policies that apply to a request but are not in the documents.

        Args:
            principal: The principal of the request.
            resource: The ARN of the resource.
        """
        own = name_principal(principal)
        found = [
            name
            for target, name in self.missing
            if target in {None, own} or _matches_resource(target or "", resource)
        ]
        if self.principals and own is not None and own not in self.principals:
            found.append(f"the policies of {own}")
        return tuple(found)


def name_principal(principal: str) -> str | None:
    """Return the target of a user or role, or ``None`` for another principal.

    >>> name_principal("arn:aws:sts::111122223333:assumed-role/app/i-0a1b2c3d")
    'role/app'
    """
    try:
        parsed = parse_principal(principal)
    except InvalidArnError:
        return None
    if isinstance(parsed, RoleSession):
        return f"role/{parsed.role_name}"
    if isinstance(parsed, Role):
        return f"role/{parsed.name}"
    return f"user/{parsed.name}" if isinstance(parsed, User) else None


def decode_policy(content: object) -> JsonObject | None:
    """Decode a policy, which can be an object, JSON text or percent-encoded; ``None`` for anything else.

    >>> decode_policy("%7B%22Statement%22%3A%5B%5D%7D")
    {'Statement': []}
    """
    if isinstance(content, str):
        text = unquote(content) if content.lstrip().startswith("%7B") else content
        try:
            content = parse_strict_json(text)
        except JsonError:
            return None
    is_policy = isinstance(content, Mapping) and "Statement" in content
    return cast("JsonObject", content) if is_policy else None


def merge_collections(collections: Iterable[PolicyCollection]) -> PolicyCollection:
    """Merge the collections of several documents. A policy that is missing in one can be in another."""
    listed = list(collections)
    policies = tuple(policy for each in listed for policy in each.policies)
    names = {each.document.name for each in policies}
    return PolicyCollection(
        policies,
        tuple(
            missing
            for each in listed
            for missing in each.missing
            if missing[1].rpartition(" ")[2] not in names
        ),
        frozenset(principal for each in listed for principal in each.principals),
    )


def _applies(policy: AttachedPolicy, own: str | None, resource: str) -> bool:
    """Return whether a policy applies to a principal or a resource. Both can be roles."""
    if policy.target is None:
        return True
    if policy.policy_type == "resource":
        return _matches_resource(policy.target, resource)
    return policy.target == own


def _matches_resource(target: str, resource: str) -> bool:
    """Return whether a target is the resource or contains it."""
    if target.startswith(("user/", "role/")):
        # A role is the resource of its trust policy.
        return resource.endswith(f":{target}") or _is_role_with_path(target, resource)
    if target.startswith("service/"):
        # It is about some resource of a service.
        return f":{target.removeprefix('service/')}:" in resource
    names = {resource, resource.rpartition(":")[2], resource.rpartition("/")[2]}
    if ":secret:" in resource:
        # AWS appends six characters to the name of a secret.
        names.add(resource.rpartition(":")[2][:-7])
    bucket = resource.rpartition(":")[2].partition("/")[0] if ":s3:" in resource else resource
    return target in names or target == bucket or target == resource.partition("/")[0]


def _is_role_with_path(target: str, resource: str) -> bool:
    kind, _, name = target.partition("/")
    return f":{kind}/" in resource and resource.endswith(f"/{name}")


def _build_levels(chosen: list[AttachedPolicy], policy_type: PolicyType) -> list[list[PolicyDocument]] | None:
    found = [each for each in chosen if each.policy_type == policy_type]
    if not found:
        return None
    return [list(_documents_at(found, level)) for level in range(max(each.level for each in found) + 1)]


def _documents_at(found: list[AttachedPolicy], level: int) -> Iterator[PolicyDocument]:
    return (each.document for each in found if each.level == level)
