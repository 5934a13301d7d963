"""Find what a request has if a condition has a value that no request has, such as a service without a Region.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html and https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service.
"""

from __future__ import annotations

from collections.abc import Sequence

from iamtriage._patterns import lazy_pattern
from iamtriage.actions._operations import actions_for
from iamtriage.arns._principals import Role, User
from iamtriage.explaining._context.readers.regions import find_mentioned_regions
from iamtriage.explaining._rules.denials.conditions import encrypted_data
from iamtriage.explaining._rules.shared.clues import find_region
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.grants.denial_remedies import region_argument
from iamtriage.policies._patterns import compile_glob, matches

# Only requests of service principals have them.
_OF_SERVICES = frozenset({"aws:sourcearn", "aws:sourceaccount"})
WITHOUT_REGION = lazy_pattern(r"[a-z0-9-]{2,40}\.amazonaws\.com(?:\.cn)?")
"""A value that kms:ViaService never has, because it lacks the Region."""


def find_via_service(denial: Denial) -> str | None:
    """Return the value of kms:ViaService in the request to KMS that a call of another service implies.

    It has a placeholder for a Region that is not known.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    """
    operation, text = encrypted_data.called_operation(denial), denial.failure.text
    callers = [each.service for each in actions_for(operation)] if operation else []
    if "kms" in callers:
        return None
    service = denial.service if denial.service in encrypted_data.SERVICES else None
    service = service or next((each for each in callers[:1] if each in encrypted_data.SERVICES), None)
    service = "secretsmanager" if "Access to KMS is not allowed" in text else service
    service = service or encrypted_data.find_calling_service(denial)
    arn = denial.resource_arn
    region = (
        (arn.region if arn else None)
        or encrypted_data.find_region_of_data(denial, service)
        or region_argument(denial)
    )
    if region == "REGION":
        mentioned = find_mentioned_regions(text)
        only = mentioned.pop() if len(mentioned) == 1 else None
        region = find_region(denial.case) or only or region
    condition = encrypted_data.via_service(service, region, denial.location.partition)
    return None if condition is None else condition["StringEquals"]["kms:ViaService"]


def _may_be_role(value: str, role: Role, denial: Denial) -> bool:
    """Return whether a value for aws:PrincipalArn can be a role of which STS does not report the path."""
    prefix, found, rest = value.partition(":role/")
    is_own = matches(role.name, compile_glob(rest.rpartition("/")[2])) if found else False
    if is_own and matches(str(role).partition(":role/")[0], compile_glob(prefix)):
        return True
    if "${" in value or matches(str(role), compile_glob(value)):
        return True
    # AWS says that a Deny matched, which exempts a role whose path fits its pattern.
    has_pattern = not {"*", "?"}.isdisjoint(value) and ":assumed-role/" not in value
    return has_pattern and not denial.is_explicit


def find_value_instead(key: str, values: Sequence[str], denial: Denial) -> tuple[str, ...] | None:
    """Return what the request has for a condition key whose values no request has, ``None`` if they can be right."""
    name, found = key.lower(), None
    if name in _OF_SERVICES and (denial.role is not None or isinstance(denial.principal, User)):
        return ()
    if name == "kms:viaservice" and all(map(WITHOUT_REGION.fullmatch, values)):
        found = find_via_service(denial)
    role = denial.role
    if name == "aws:principalarn" and role and not any(_may_be_role(each, role, denial) for each in values):
        # The key has the ARN of the session's role.
        found = str(role)
    return None if found is None else (found,)
