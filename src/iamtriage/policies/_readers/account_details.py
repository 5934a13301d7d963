"""Read the output of ``aws iam get-account-authorization-details``.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.policies._readers.collection import AttachedPolicy, PolicyCollection, decode_policy
from iamtriage.policies._readers.json_values import JsonObject, get_object, get_objects, get_text, get_texts
from iamtriage.policies._sets import PolicyDocument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.typing import PolicyType

__all__ = ("read_account_details",)


def read_account_details(data: JsonObject) -> PolicyCollection:
    """Return the policies of the users and roles, with those of the users' groups."""
    return _Reader(data).read()


class _Reader:
    """Collect the policies, and the names of those that the document does not contain."""

    def __init__(self, data: JsonObject) -> None:
        self.data = data
        self.managed = dict(_managed_policies(data))
        self.groups = {get_text(each, "GroupName"): each for each in get_objects(data, "GroupDetailList")}
        self.policies: list[AttachedPolicy] = []
        self.missing: list[tuple[str | None, str]] = []
        self.principals: set[str] = set()

    def read(self) -> PolicyCollection:
        for user in get_objects(self.data, "UserDetailList"):
            target = f"user/{get_text(user, 'UserName')}"
            self._read_principal(user, target, "UserPolicyList")
            for name in get_texts(user, "GroupList"):
                if name in self.groups:
                    self._read_identity(self.groups[name], target, "GroupPolicyList")
                else:
                    self.missing.append((target, f"the policies of the group {name}"))
        for role in get_objects(self.data, "RoleDetailList"):
            target = f"role/{get_text(role, 'RoleName')}"
            self._read_principal(role, target, "RolePolicyList")
            arn = get_text(role, "Arn") or target
            self._add("resource", role.get("AssumeRolePolicyDocument"), f"{target} trust policy", arn)
        return PolicyCollection(tuple(self.policies), tuple(self.missing), frozenset(self.principals))

    def _read_principal(self, described: JsonObject, target: str, inline: str) -> None:
        self.principals.add(target)
        self._read_identity(described, target, inline)
        arn = get_text(get_object(described, "PermissionsBoundary"), "PermissionsBoundaryArn")
        if arn is not None:
            self._add("permissions_boundary", self.managed.get(arn), arn, target)

    def _read_identity(self, described: JsonObject, target: str, inline: str) -> None:
        for policy in get_objects(described, inline):
            self._add("identity", policy.get("PolicyDocument"), get_text(policy, "PolicyName") or "?", target)
        for policy in get_objects(described, "AttachedManagedPolicies"):
            arn = get_text(policy, "PolicyArn") or "?"
            self._add("identity", self.managed.get(arn), arn, target)

    def _add(self, policy_type: PolicyType, content: object, name: str, target: str) -> None:
        document = decode_policy(content)
        if document is None:
            self.missing.append((target, f"the policy {name}"))
        else:
            self.policies.append(AttachedPolicy(policy_type, PolicyDocument(document, name=name), target))


def _managed_policies(data: JsonObject) -> Iterator[tuple[str, object]]:
    """Yield the ARN of each managed policy, and its default version."""
    for policy in get_objects(data, "Policies"):
        for version in get_objects(policy, "PolicyVersionList"):
            if version.get("IsDefaultVersion"):
                yield get_text(policy, "Arn") or "?", version.get("Document")
