"""Find where the permissions boundary of a role or user is set: in Terraform, a template or eksctl, and what changed it."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, search_last
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment
from iamtriage.failures._failures import Failure

# The settings of eksctl for the boundary and the ARN of a role, by the role's logical ID or the name of its stack:
# https://docs.aws.amazon.com/eks/latest/eksctl/iam-permissions-boundary.html
_EKSCTL_SETTINGS = (
    ("NodeInstanceRole", "iam.{} of the node group", "instanceRolePermissionsBoundary", "instanceRoleARN"),
    ("-podidentityrole-", "{} of the association", "permissionsBoundaryARN", "roleARN"),
    ("-addon-iamserviceaccount-", "{} of the service account", "permissionsBoundary", "attachRoleARN"),
    ("FargatePodExecutionRole", "iam.{}", "fargatePodExecutionRolePermissionsBoundary", "fargatePodExecutionRoleARN"),
    ("-ServiceRole-", "iam.{}", "serviceRolePermissionsBoundary", "serviceRoleARN"),
)  # fmt: skip
# A line of a plan, of a diff or of code that sets a boundary: "+ permissions_boundary = "arn:…"", "PermissionsBoundary: arn:…".
_SETTING = lazy_pattern(
    r"(?m)^[^\S\n│├└─]{0,40}[│├└─]{0,2}[^\S\n]{0,4}(?:\[?(?P<sign>[+~])\]?[^\S\n]{1,40})?[\"']?(?P<name>permissions_boundary|[Pp]ermissionsBoundary)[\"']?"
    # The CDK prints a value on the next line.
    r"(?:\s{0,20}[:=]\s{0,4}|\n[^\S\n]{1,40}[│├└─]{1,2} (?:\[[+~]\] )?)(?:[\"'][^\"'\n]{1,400}[\"'] -> )?[\"']?(?P<arn>arn:aws[a-z-]{0,12}:iam::\w{3,12}:policy/[\w+=,.@/-]{1,600})(?![^\n]{0,3}-> null)"
)
# The head of a block in a plan of Terraform.
_PLANNED = lazy_pattern(
    r"(?m)^[^\S\n]{0,8}# (?P<address>[\w.\[\]\"-]{3,200}) (?:will|must) be (?P<what>\w{3,12})"
)
# "module bump 3.1 -> 4.0", "upgraded the module from v3.1.0 to v4.0.0"
_UPDATE = lazy_pattern(
    r"(?i:\b(?:modules?|bump\w{0,4}|upgrad\w{1,4}|updat\w{1,4}|version)\b)[^\n]{0,60}?(?<![\w.])v?(?P<old>\d{1,4}(?:\.\d{1,4}){1,3})\"? ?(?:->|→|=>|to) ?\"?v?(?P<new>\d{1,4}(?:\.\d{1,4}){1,3})(?![\w.])"
)
_CHARS_BEFORE = 600


class BoundaryChange(NamedTuple):
    """What a text shows of the setting of a boundary.

    Attributes:
        sentence: What added or changed it, as a sentence, or an empty string.
        step: Where to change it.
    """

    sentence: str
    step: str


def find_boundaries(text: str) -> set[str]:
    """Return the ARNs of the permissions boundaries that settings in a text have."""
    return {each["arn"] for each in _SETTING.finditer(text)} if "oundary" in text else set()


def find_change(text: str, boundary: str | None) -> BoundaryChange | None:
    r"""Return what in a text sets a permissions boundary.

    Args:
        text: The text.
        boundary: Its ARN.

    >>> plan = '# aws_iam_role.app will be updated in-place\n  + permissions_boundary = "arn:aws:iam::111122223333:policy/limits"'
    >>> find_change(plan, "arn:aws:iam::111122223333:policy/limits").sentence
    'The plan in the text adds this boundary (aws_iam_role.app): before, the policies of the role were enough.'
    """
    if boundary is None or "oundary" not in text:
        return None
    found = [each for each in _SETTING.finditer(text) if each["arn"] == boundary]
    if not found:
        return None
    setting = next((each for each in found if each["sign"]), found[0])
    kind = "Terraform" if "_" in setting["name"] else "a template"
    name, path = boundary.rpartition("/")[2], boundary.partition(":policy/")[2].rpartition("/")[0]
    owner = f" (its path is /{clip_text(path)}/)" if path else ""
    step = f"The role gets {clip_text(name)} in {kind}: whoever manages this policy{owner} should add the statement where they do, or the next run can undo it."
    planned = search_last(_PLANNED, text, max(setting.start() - _CHARS_BEFORE, 0), setting.start())
    if setting["sign"] is None or (planned and planned["what"] == "created"):
        return BoundaryChange("", step)
    low = max((setting if planned is None else planned).start() - _CHARS_BEFORE, 0)
    updated = search_last(_UPDATE, text, low, setting.start())
    what = "The plan" if planned else "The change"
    where = f" ({clip_text(planned['address'])})" if planned else ""
    since = f", with the update from {updated['old']} to {updated['new']}" if updated else ""
    if setting["sign"] == "~":
        return BoundaryChange(f"{what} in the text sets another boundary than before{where}{since}.", step)
    added = f"adds this boundary{where}{since}: before, the policies of the role were enough."
    return BoundaryChange(f"{what} in the text {added}", step)


# Pulumi prints the type and the name of a resource above its diagnostics.
_PULUMI = lazy_pattern(r"\baws:iam[:/]\w{1,40}(?:[:/]\w{1,40})? \([\w.-]{1,200}\):")


def name_settings(failure: Failure, facts: Facts, resource: str) -> tuple[str, str]:
    """Return the setting for the boundary of a new role or user, and where an existing role can be used instead."""
    deployment = find_deployment(failure, facts)
    of = f" instead of {clip_text(deployment.resource)}" if deployment and deployment.resource else ""
    if "/eksctl-" in resource:
        for sign, where, boundary, arn in _EKSCTL_SETTINGS:
            if sign in resource:
                return f"in eksctl, {where.format(boundary)}", f" as {where.format(arn)}"
    if _PULUMI.search(failure.text):
        return "in Pulumi, permissionsBoundary", ""
    if deployment is None:
        return "--permissions-boundary, in Terraform permissions_boundary", ""
    if deployment.is_terraform:
        return "in Terraform, permissions_boundary", of
    return "in the template, PermissionsBoundary", of
