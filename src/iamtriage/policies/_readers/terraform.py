"""Read the policies of what ``terraform show -json`` prints, for a plan or a state.

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.policies._readers.collection import AttachedPolicy, PolicyCollection, decode_policy
from iamtriage.policies._readers.json_values import JsonObject, get_object, get_objects, get_text, get_texts
from iamtriage.policies._sets import PolicyDocument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.typing import PolicyType

__all__ = ("read_terraform",)

# Type of the resource -> its attribute with the policy, and the attributes that name what it is attached to.
_RESOURCE_POLICIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "aws_s3_bucket_policy": ("policy", ("bucket",)),
    "aws_kms_key": ("policy", ("arn", "key_id")),
    "aws_kms_key_policy": ("policy", ("key_id",)),
    "aws_sqs_queue": ("policy", ("arn", "name")),
    "aws_sqs_queue_policy": ("policy", ()),
    "aws_sns_topic": ("policy", ("arn", "name")),
    "aws_sns_topic_policy": ("policy", ("arn",)),
    "aws_secretsmanager_secret_policy": ("policy", ("secret_arn",)),
    "aws_ecr_repository_policy": ("policy", ("repository",)),
    "aws_dynamodb_resource_policy": ("policy", ("resource_arn",)),
}
_INLINE = {"aws_iam_role_policy": "role", "aws_iam_user_policy": "user"}
_ATTACHMENTS = {"aws_iam_role_policy_attachment": "role", "aws_iam_user_policy_attachment": "user"}


def read_terraform(data: JsonObject) -> PolicyCollection:
    """Return the policies that the resources of a plan or state contain."""
    return _Reader(data).read()


class _Reader:
    """Collect the policies, and the names of those that the document does not contain."""

    def __init__(self, data: JsonObject) -> None:
        values = get_object(data, "planned_values") or get_object(data, "values")
        self.resources = list(_resources(get_object(values, "root_module")))
        self.references = dict(_references(data))
        self.policies: list[AttachedPolicy] = []
        self.missing: list[tuple[str | None, str]] = []

    def read(self) -> PolicyCollection:
        for address, kind, values in self.resources:
            self._read_resource(address, kind, values)
        return PolicyCollection(tuple(self.policies), tuple(self.missing))

    def _read_resource(self, address: str, kind: str, values: JsonObject) -> None:
        if kind in _INLINE:
            target = self._find_target(address, _INLINE[kind], values)
            self._add("identity", values.get("policy"), address, target)
        elif kind in _ATTACHMENTS:
            self._attach(address, self._find_target(address, _ATTACHMENTS[kind], values), values)
        elif kind in {"aws_iam_role", "aws_iam_user"}:
            self._read_principal(address, kind.removeprefix("aws_iam_"), values)
        elif kind == "aws_organizations_policy":
            is_rcp = get_text(values, "type") == "RESOURCE_CONTROL_POLICY"
            self._add(
                "resource_control" if is_rcp else "service_control", values.get("content"), address, None
            )
        elif kind in _RESOURCE_POLICIES:
            attribute, names = _RESOURCE_POLICIES[kind]
            self._add("resource", values.get(attribute), address, get_text(values, *names))

    def _read_principal(self, address: str, kind: str, values: JsonObject) -> None:
        name = get_text(values, "name")
        target = f"{kind}/{name}" if name else None
        if kind == "role":
            self._add(
                "resource", values.get("assume_role_policy"), address, get_text(values, "arn") or target
            )
            for inline in get_objects(values, "inline_policy"):
                self._add("identity", inline.get("policy"), address, target)
            for arn in get_texts(values, "managed_policy_arns"):
                self._attach_arn(arn, target, "identity")
        boundary = get_text(values, "permissions_boundary")
        if boundary is not None:
            self._attach_arn(boundary, target, "permissions_boundary")

    def _find_target(self, address: str, kind: str, values: JsonObject) -> str | None:
        name = get_text(values, kind) or get_text(self._find_referenced(address, kind), "name")
        return f"{kind}/{name}" if name else None

    def _attach(self, address: str, target: str | None, values: JsonObject) -> None:
        arn = get_text(values, "policy_arn")
        policy = self._find_referenced(address, "policy_arn").get("policy")
        if policy is not None:
            self._add("identity", policy, self.references[address, "policy_arn"], target)
        elif arn is not None:
            self._attach_arn(arn, target, "identity")
        else:
            self.missing.append((target, f"the policy that {address} attaches"))

    def _attach_arn(self, arn: str, target: str | None, policy_type: PolicyType) -> None:
        for address, kind, values in self.resources:
            if kind == "aws_iam_policy" and get_text(values, "arn") == arn:
                self._add(policy_type, values.get("policy"), address, target)
                return
        self.missing.append((target, f"the policy {arn}"))

    def _find_referenced(self, address: str, attribute: str) -> JsonObject:
        """Return the values of the resource that an attribute refers to, before its ARN is known."""
        referenced = self.references.get((address, attribute))
        for other, _, values in self.resources:
            if other == referenced:
                return values
        return {}

    def _add(self, policy_type: PolicyType, content: object, address: str, target: str | None) -> None:
        if content in (None, ""):
            return
        document = decode_policy(content)
        if document is None:
            self.missing.append((target, f"the policy of {address}"))
        else:
            self.policies.append(AttachedPolicy(policy_type, PolicyDocument(document, name=address), target))


def _resources(module: JsonObject) -> Iterator[tuple[str, str, JsonObject]]:
    """Yield address, type and values of the resources in a module and in those that it calls."""
    for resource in get_objects(module, "resources"):
        if resource.get("mode", "managed") == "managed":
            yield (
                get_text(resource, "address") or "?",
                get_text(resource, "type") or "",
                get_object(resource, "values"),
            )
    for child in get_objects(module, "child_modules"):
        yield from _resources(child)


def _references(data: JsonObject) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the attributes that refer to a resource in the configuration of the root module."""
    root = get_object(get_object(data, "configuration"), "root_module")
    for resource in get_objects(root, "resources"):
        expressions = get_object(resource, "expressions")
        for attribute in expressions:
            names = list(get_texts(get_object(expressions, attribute), "references"))
            if names:
                # The last reference is the resource: ["aws_iam_policy.read.arn", "aws_iam_policy.read"].
                yield (get_text(resource, "address") or "?", attribute), names[-1]
