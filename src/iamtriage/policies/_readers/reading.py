"""Read policies from JSON documents, and recognize the format by the members."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, cast

import attrs

from iamtriage._text import wrong_type_message
from iamtriage.authorization._strict_json import JsonError, parse_strict_json
from iamtriage.exceptions import DocumentError
from iamtriage.policies._readers.account_details import read_account_details
from iamtriage.policies._readers.collection import (
    FULL_ACCESS,
    AttachedPolicy,
    PolicyCollection,
    decode_policy,
)
from iamtriage.policies._readers.json_values import JsonObject, get_object, get_objects, get_text
from iamtriage.policies._readers.lines import StatementLines
from iamtriage.policies._readers.terraform import read_terraform
from iamtriage.policies._sets import PolicyDocument

if TYPE_CHECKING:
    from iamtriage.typing import PolicyType

__all__ = ("read_policies",)


def read_policies(
    document: str | Mapping[str, Any],
    *,
    policy_type: PolicyType | None = None,
    level: int = 0,
    file: str | None = None,
) -> PolicyCollection:
    r"""Read the policies in a document.

    The document can be a policy, the output of ``terraform show -json``, or the output of one of these
    commands of the AWS CLI: ``iam get-account-authorization-details``, ``get-user-policy``,
    ``get-role-policy``, ``get-group-policy``, ``get-policy-version`` and ``get-role``,
    ``s3api get-bucket-policy``, ``kms get-key-policy``, ``sqs get-queue-attributes``,
    ``sns get-topic-attributes``, ``secretsmanager get-resource-policy``, ``ecr get-repository-policy``,
    ``organizations describe-policy``.

    Args:
        document: JSON text, or the parsed document.
        policy_type: The type of the policies; by default, the one that the document states. A plain policy is
            resource-based if it has a principal, and otherwise identity-based.
        level: For control policies, the level from the root.
        file: The file that contains the document, for messages and decisions.

    Raises:
        DocumentError: The document is none of these.
        TypeError: The document is neither a mapping nor a string.

    >>> found = read_policies('{"Policy": "{\\"Statement\\": []}"}')
    >>> found.policies[0].policy_type, found.policies[0].document.document
    ('resource', {'Statement': []})
    """
    data = _parse(document, file)
    lines = StatementLines(document, data) if isinstance(document, str) else None
    collection = _read(data, file)
    policies = tuple(_add_source(each, policy_type, level, file, lines) for each in collection.policies)
    return attrs.evolve(collection, policies=policies)


def _parse(document: object, file: str | None) -> JsonObject:
    data = document
    if isinstance(document, str):
        try:
            data = parse_strict_json(document)
        except JsonError as error:
            _fail(str(error), file)
    elif not isinstance(document, Mapping):
        raise TypeError(wrong_type_message("document", "a mapping or JSON text", document))
    if not isinstance(data, Mapping):
        _fail("expected an object", file)
    return cast("JsonObject", data)


def _read(data: JsonObject, file: str | None) -> PolicyCollection:
    found = (reader(data) for member, reader in _READERS.items() if member in data)
    collection = next(filter(None, found), None)
    if collection is None:
        _fail(
            "expected a policy, an AWS API response with a policy, or the output of terraform show -json",
            file,
        )
    return collection


def _add_source(
    policy: AttachedPolicy,
    policy_type: PolicyType | None,
    level: int,
    file: str | None,
    lines: StatementLines | None,
) -> AttachedPolicy:
    document = policy.document
    found = lines.find_lines(document.document) if lines is not None else ()
    described = attrs.evolve(document, file=file, lines=found)
    if policy_type is None:
        return attrs.evolve(policy, document=described, level=level)
    # If the caller states the type, the caller also knows that the policy applies.
    return AttachedPolicy(policy_type, described, None, level)


def _fail(reason: str, file: str | None) -> NoReturn:
    msg = f"{file}: {reason}" if file else reason
    raise DocumentError(msg, path="")


# ---------------------------------------------------------------------------------------------- answers


def _build_collection(
    policy_type: PolicyType, content: object, name: str | None = None, target: str | None = None
) -> PolicyCollection | None:
    document = decode_policy(content)
    if document is None:
        return None
    return PolicyCollection((AttachedPolicy(policy_type, PolicyDocument(document, name=name), target),))


def _read_plain(data: JsonObject) -> PolicyCollection | None:
    statements = [get_object(data, "Statement"), *get_objects(data, "Statement")]
    has_principal = any(not {"Principal", "NotPrincipal"}.isdisjoint(each) for each in statements)
    return _build_collection("resource" if has_principal else "identity", data)


def _read_inline(data: JsonObject) -> PolicyCollection | None:
    """Read the output of ``get-role-policy``, ``get-user-policy`` and ``get-group-policy``."""
    kinds = (("role", get_text(data, "RoleName")), ("user", get_text(data, "UserName")))
    target = next((f"{kind}/{name}" for kind, name in kinds if name), None)
    return _build_collection("identity", data["PolicyDocument"], get_text(data, "PolicyName"), target)


def _read_version(data: JsonObject) -> PolicyCollection | None:
    return _build_collection("identity", get_object(data, "PolicyVersion").get("Document"))


def _read_role(data: JsonObject) -> PolicyCollection | None:
    role = get_object(data, "Role")
    found = _build_collection("resource", role.get("AssumeRolePolicyDocument"), None, get_text(role, "Arn"))
    boundary = get_text(get_object(role, "PermissionsBoundary"), "PermissionsBoundaryArn")
    if found is None or boundary is None:
        return found
    missing = ((f"role/{get_text(role, 'RoleName')}", f"the policy {boundary}"),)
    return attrs.evolve(found, missing=missing)


def _read_policy_member(data: JsonObject) -> PolicyCollection | None:
    """Read a resource's policy from its service, or a control policy from Organizations."""
    described = get_object(data, "Policy")
    if "Content" not in described:
        return _build_collection("resource", data["Policy"])
    summary = get_object(described, "PolicySummary")
    policy_type = _CONTROL_TYPES.get(get_text(summary, "Type"))
    return (
        _build_collection(policy_type, described["Content"], get_text(summary, "Id")) if policy_type else None
    )


def _read_attributes(data: JsonObject) -> PolicyCollection | None:
    attributes = get_object(data, "Attributes")
    return _build_collection(
        "resource", attributes.get("Policy"), None, get_text(attributes, "QueueArn", "TopicArn")
    )


def _read_listed(data: JsonObject) -> PolicyCollection | None:
    """Read the output of ``list-policies-for-target``: the attached policies without their content."""
    listed = [each for each in get_objects(data, "Policies") if get_text(each, "Type") in _CONTROL_TYPES]
    if not listed:
        return None
    is_full = any(get_text(each, "Id") == "p-FullAWSAccess" for each in listed)
    policies = (AttachedPolicy("service_control", FULL_ACCESS),) if is_full else ()
    return PolicyCollection(policies, tuple(_find_contents_missing(listed)))


def _find_contents_missing(listed: list[JsonObject]) -> Iterator[tuple[None, str]]:
    for each in listed:
        identifier = get_text(each, "Id")
        if identifier not in {"p-FullAWSAccess", "p-RCPFullAWSAccess"}:
            yield None, f"the control policy {identifier}"


_CONTROL_TYPES: dict[str | None, PolicyType] = {
    "SERVICE_CONTROL_POLICY": "service_control",
    "RESOURCE_CONTROL_POLICY": "resource_control",
}
_READERS: dict[str, Callable[[JsonObject], PolicyCollection | None]] = {
    "Statement": _read_plain,
    "UserDetailList": read_account_details,
    "RoleDetailList": read_account_details,
    "PolicyDocument": _read_inline,
    "PolicyVersion": _read_version,
    "Role": _read_role,
    "Policy": _read_policy_member,
    "ResourcePolicy": lambda data: _build_collection(
        "resource", data["ResourcePolicy"], None, get_text(data, "ARN")
    ),
    "policyText": lambda data: _build_collection("resource", data["policyText"]),
    "Attributes": _read_attributes,
    "Policies": _read_listed,
    "planned_values": read_terraform,
    "values": read_terraform,
}
