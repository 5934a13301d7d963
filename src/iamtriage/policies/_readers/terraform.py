"""Read the policies in the output of ``terraform show -json``, for a plan or a state.

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.policies._readers.collection import (
    FULL_ACCESS,
    AttachedPolicy,
    PolicyCollection,
    decode_policy,
)
from iamtriage.policies._readers.json_values import JsonObject, get_object, get_objects, get_text, get_texts
from iamtriage.policies._readers.terraform_references import Plan, PlannedResource, read_plan
from iamtriage.policies._sets import PolicyDocument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.typing import PolicyType

__all__ = ("read_terraform",)

# Type of the resource -> its attribute with the policy, and the attributes that name or refer to the target.
_RESOURCE_POLICIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "aws_s3_bucket_policy": ("policy", ("bucket",)),
    "aws_kms_key": ("policy", ("arn", "key_id")),
    "aws_kms_key_policy": ("policy", ("key_id",)),
    "aws_sqs_queue": ("policy", ("arn", "name")),
    "aws_sqs_queue_policy": ("policy", ("queue_url",)),
    "aws_sns_topic": ("policy", ("arn", "name")),
    "aws_sns_topic_policy": ("policy", ("arn",)),
    "aws_secretsmanager_secret_policy": ("policy", ("secret_arn",)),
    "aws_ecr_repository_policy": ("policy", ("repository",)),
    "aws_dynamodb_resource_policy": ("policy", ("resource_arn",)),
}
# These can have a policy. If they have none, AWS creates one.
_OPTIONAL_POLICIES = frozenset({"aws_kms_key", "aws_sqs_queue", "aws_sns_topic"})
# The attributes that name a resource that has no ARN yet.
_NAMES = ("arn", "bucket", "name", "id")
_INLINE = {"aws_iam_role_policy": "role", "aws_iam_user_policy": "user", "aws_iam_group_policy": "group"}
_ATTACHMENTS = {
    "aws_iam_role_policy_attachment": "role",
    "aws_iam_user_policy_attachment": "user",
    "aws_iam_group_policy_attachment": "group",
}
_PRINCIPALS = {"aws_iam_role": "role", "aws_iam_user": "user"}
_CONTROL_TYPES: dict[str | None, PolicyType] = {
    None: "service_control",
    "SERVICE_CONTROL_POLICY": "service_control",
    "RESOURCE_CONTROL_POLICY": "resource_control",
}


def read_terraform(data: JsonObject) -> PolicyCollection:
    """Return the policies that the resources of a plan or state contain."""
    return _Reader(read_plan(data)).read()


class _Reader:
    """Collect the policies, and the names of those that the document does not contain."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.policies: list[AttachedPolicy] = []
        self.missing: list[tuple[str | None, str]] = []
        self.members = self._find_members()

    def read(self) -> PolicyCollection:
        for resource in self.plan.resources:
            if not resource.is_data:
                self._read_resource(resource)
        controls = [each for each in self.policies if each.policy_type == "service_control"]
        if controls and not any(_has_allow(each.document.document) for each in controls):
            # AWS attaches it by default, and Terraform does not manage it.
            self.policies.append(AttachedPolicy("service_control", FULL_ACCESS))
        return PolicyCollection(tuple(self.policies), tuple(self.missing))

    def _read_resource(self, resource: PlannedResource) -> None:
        kind, values = resource.type, resource.values
        if kind in _INLINE:
            self._add_identity(resource, "policy", self._find_targets(resource, _INLINE[kind]))
        elif kind in _ATTACHMENTS:
            self._attach(resource, self._find_targets(resource, _ATTACHMENTS[kind]))
        elif kind == "aws_iam_policy_attachment":
            self._attach(resource, list(self._find_all_targets(resource)))
        elif kind in _PRINCIPALS:
            self._read_principal(resource, _PRINCIPALS[kind])
        elif kind == "aws_organizations_policy":
            policy_type = _CONTROL_TYPES.get(get_text(values, "type"))
            if policy_type is not None:
                self._add(policy_type, self._find_policy(resource, "content"), resource.address, None)
        elif kind in _RESOURCE_POLICIES:
            self._read_resource_policy(resource)

    def _read_principal(self, resource: PlannedResource, kind: str) -> None:
        values = resource.values
        name = get_text(values, "name")
        target = f"{kind}/{name}" if name else None
        if kind == "role":
            trusting = get_text(values, "arn") or target or "service/iam"
            trust = self._find_policy(resource, "assume_role_policy")
            self._add("resource", trust, resource.address, trusting)
            for inline in get_objects(values, "inline_policy"):
                if inline.get("policy"):
                    self._add("identity", inline.get("policy"), resource.address, target)
            for arn in get_texts(values, "managed_policy_arns"):
                self._attach_arn(arn, target, "identity")
        boundary = get_text(values, "permissions_boundary")
        if boundary is not None:
            self._attach_arn(boundary, target, "permissions_boundary")
        elif self.plan.is_configured(resource, "permissions_boundary"):
            self._attach_referenced(resource, "permissions_boundary", target, "permissions_boundary")

    def _read_resource_policy(self, resource: PlannedResource) -> None:
        attribute, names = _RESOURCE_POLICIES[resource.type]
        content = self._find_policy(resource, attribute)
        is_optional = resource.type in _OPTIONAL_POLICIES
        if content is None and is_optional and not self.plan.is_configured(resource, attribute):
            return
        target = get_text(resource.values, *names)
        for each in names:
            referenced = None if target else self.plan.find_referenced(resource, each)
            target = target or (get_text(referenced.values, *_NAMES) if referenced else None)
        # A queue's target is its URL: https://sqs.eu-west-1.amazonaws.com/111122223333/orders.
        target = target.rpartition("/")[2] if target and target.startswith("https://") else target
        # aws_s3_bucket_policy belongs to S3, and aws_secretsmanager_secret_policy to Secrets Manager.
        service = f"service/{resource.type.split('_')[1]}"
        self._add("resource", content, resource.address, target or service)

    def _find_policy(self, resource: PlannedResource, attribute: str) -> object:
        """Return the policy of an attribute, or of the document that it refers to; ``None`` if unknown."""
        content: object = resource.values.get(attribute)
        if content is not None and content != "":
            return content
        document = self.plan.find_referenced(resource, attribute)
        if document is None or document.type != "aws_iam_policy_document":
            return None
        return get_text(document.values, "json", "minified_json")

    def _find_targets(self, resource: PlannedResource, kind: str) -> list[str | None]:
        name = get_text(resource.values, kind)
        if name is None:
            referenced = self.plan.find_referenced(resource, kind)
            name = None if referenced is None else get_text(referenced.values, "name")
        if name is None:
            return [None]
        if kind != "group":
            return [f"{kind}/{name}"]
        return list(self.members.get(name, ()))

    def _find_all_targets(self, resource: PlannedResource) -> Iterator[str | None]:
        """Yield the users and roles of an attachment that lists them."""
        for member, kind in (("roles", "role"), ("users", "user")):
            for name in get_texts(resource.values, member):
                yield f"{kind}/{name}"
        for name in get_texts(resource.values, "groups"):
            yield from self.members.get(name, ())
        for member in ("roles", "users", "groups"):
            if resource.values.get(member) is None and self.plan.is_configured(resource, member):
                yield None

    def _find_members(self) -> dict[str, list[str | None]]:
        """Return the members of each group."""
        members: dict[str, list[str | None]] = {}
        for resource in self.plan.resources:
            values = resource.values
            if resource.type == "aws_iam_user_group_membership":
                for group in get_texts(values, "groups"):
                    members.setdefault(group, []).extend(self._find_targets(resource, "user"))
            elif resource.type == "aws_iam_group_membership":
                users = [f"user/{name}" for name in get_texts(values, "users")]
                members.setdefault(get_text(values, "group") or "", []).extend(users)
        return members

    def _attach(self, resource: PlannedResource, targets: list[str | None]) -> None:
        arn = get_text(resource.values, "policy_arn")
        for target in targets:
            if arn is not None:
                self._attach_arn(arn, target, "identity")
            else:
                self._attach_referenced(resource, "policy_arn", target, "identity")

    def _attach_referenced(
        self, resource: PlannedResource, attribute: str, target: str | None, policy_type: PolicyType
    ) -> None:
        """Attach the policy that an attribute refers to, before its ARN is known."""
        policy = self.plan.find_referenced(resource, attribute)
        if policy is None or policy.type != "aws_iam_policy":
            self.missing.append((target, f"the policy that {resource.address} attaches"))
        else:
            self._add(policy_type, self._find_policy(policy, "policy"), policy.address, target)

    def _attach_arn(self, arn: str, target: str | None, policy_type: PolicyType) -> None:
        for each in self.plan.resources:
            if each.type == "aws_iam_policy" and get_text(each.values, "arn") == arn:
                self._add(policy_type, self._find_policy(each, "policy"), each.address, target)
                return
        self.missing.append((target, f"the policy {arn}"))

    def _add_identity(self, resource: PlannedResource, attribute: str, targets: list[str | None]) -> None:
        for target in targets:
            self._add("identity", self._find_policy(resource, attribute), resource.address, target)

    def _add(self, policy_type: PolicyType, content: object, address: str, target: str | None) -> None:
        document = decode_policy(content)
        # A policy of an unknown principal or resource must not apply to every one.
        is_control = policy_type in {"service_control", "resource_control"}
        is_known = is_control or (target is not None and not target.startswith("service/"))
        if document is None or not is_known:
            self.missing.append((target, f"the policy of {address}"))
        else:
            self.policies.append(AttachedPolicy(policy_type, PolicyDocument(document, name=address), target))


def _has_allow(document: JsonObject | str) -> bool:
    if isinstance(document, str):
        return False
    statements = [get_object(document, "Statement"), *get_objects(document, "Statement")]
    return any(each.get("Effect") == "Allow" for each in statements)
