"""Say which release of a Kubernetes controller requires the denied action, and which credentials Velero does not use.

Sources: https://karpenter.sh/docs/upgrading/upgrade-guide/,
https://github.com/terraform-aws-modules/terraform-aws-iam/issues/433, the release notes of
https://github.com/kubernetes-sigs/aws-load-balancer-controller/releases, its page deploy/upgrade/migrate_v1_v2 and its file
docs/install/iam_policy_v1_to_v2_additional.json,
https://github.com/vmware-tanzu/velero/issues/7302, issue 8320 and
https://github.com/vmware-tanzu/velero-plugin-for-aws.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.arns._principals import RoleSession
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller_of_account
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.shared import commands, pages, policy_principals
from iamtriage.explaining._rules.shared.denial_remedies import policy_holder
from iamtriage.explaining._rules.shared.remedies import (
    cluster_remedy,
    identity_remedy,
    resource_policy_remedy,
    save_step,
)
from iamtriage.explaining._rules.shared.services import RESOURCE_POLICIES
from iamtriage.explaining._rules.shared.text_signs import find_controller_of_denial
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

POLICY_OLDER_THAN_RELEASE = CauseType(
    "policy-older-than-release",
    title="The role's policy is older than the release of the controller",
    meaning="The controller requires the action since one of its releases, and the policy of its role was not updated with it.",
    recognised_by="The denied action is one that a release of the controller added.",
    fix="Update the policy of the role to the one of the release, in the module or template that manages it.",
    sources=("https://karpenter.sh/docs/upgrading/upgrade-guide/",),
)


_MIGRATION = (
    "https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/upgrade/migrate_v1_v2/"
)
OLDER_CONTROLLER = CauseType(
    "resource-of-older-controller",
    title="Version 1 of the controller created the resource",
    meaning="The policy of the AWS Load Balancer Controller allows changes only of resources with its tag elbv2.k8s.aws/cluster. What its predecessor, the ALB Ingress Controller (v1), created has the tag ingress.k8s.aws/cluster instead.",
    recognised_by="The text names the ALB Ingress Controller, and the resource's name is not one of the new controller (k8s-…).",
    fix="Attach the additional policy for the migration from v1 to v2.",
    of="no-identity-allow",
    sources=(_MIGRATION,),
)
# What names version 1 as what ran before, or the tag that it set.
_VERSION_1 = lazy_pattern(
    r"\balb-ingress-controller\b\W{0,4}v?1\.[01]\b|\b(?i:upgrad|migrat|mov|switch)\w{0,5}\b[^\n.]{0,60}\b(?i:alb[- ]ingress[- ]controller)\b|\bingress\.k8s\.aws/|\b(?i:alb[- ]ingress[- ]controller)\b[^\n.]{0,60}\bto\b[^\n.]{0,60}\b(?i:load[- ]balancer[- ]controller)\b",
    re.ASCII,
)
# What the additional policy allows on resources with the tag of version 1, by service.
_ACTIONS_ON_OLD = {
    "ec2": (["ec2:CreateTags", "ec2:DeleteTags"], ["security-group/"]),
    "elasticloadbalancing": (
        [f"elasticloadbalancing:{each}" for each in ("AddTags", "RemoveTags", "DeleteTargetGroup")],
        ["loadbalancer/", "targetgroup/"],
    ),
}


class _Release(NamedTuple):
    """The release that began to require an action, its purpose, and what works without it."""

    version: str
    purpose: str
    works: str = ""


_PROFILES = _Release("0.32", "to manage the instance profiles of its nodes")
_LISTENERS = _Release("2.9", "to manage the attributes of listeners")
_CAPACITY = _Release("2.11", "to manage the capacity reservations of load balancers")
_RELEASES: dict[str, dict[str, _Release]] = {
    "Karpenter": {
        "iam:ListInstanceProfiles": _Release(
            "1.7",
            "to delete instance profiles that are no longer used (instanceprofile.garbagecollection)",
            "Only this clean-up fails: nodes are launched, and unused profiles stay.",
        ),
        **dict.fromkeys(
            (
                "iam:AddRoleToInstanceProfile",
                "iam:CreateInstanceProfile",
                "iam:DeleteInstanceProfile",
                "iam:GetInstanceProfile",
                "iam:RemoveRoleFromInstanceProfile",
                "iam:TagInstanceProfile",
            ),
            _PROFILES,
        ),
    },
    "the AWS Load Balancer Controller": {
        "elasticloadbalancing:DescribeListenerAttributes": _LISTENERS,
        "elasticloadbalancing:ModifyListenerAttributes": _LISTENERS,
        "ec2:GetSecurityGroupsForVpc": _Release("2.10", "to find security groups"),
        "elasticloadbalancing:DescribeCapacityReservation": _CAPACITY,
        "elasticloadbalancing:ModifyCapacityReservation": _CAPACITY,
        "ec2:DescribeRouteTables": _Release("2.13", "to find subnets"),
    },
}


def add_release(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the role's policy is older than the controller, if a release added the denied action."""
    action = denial.action or ""
    controller = find_controller_of_denial(action, denial.failure)
    if controller is not None and _is_of_version_1(denial, controller.name):
        return _explain_version_1(denial, explanation)
    release = None if controller is None else _RELEASES.get(controller.name, {}).get(action)
    if controller is None or release is None or not explanation.remedies:
        return explanation
    name = capitalize_start(controller.name)
    text = f"{name} requires {action} since release {release.version}, {release.purpose}: the policy of its role is older. {release.works}"
    first, *others = explanation.remedies
    # The policy of the release has its own remedy for controllers that publish it as a file.
    update = " If a module or template manages the role, update that to a version for this release instead."
    steps = tuple(f"{each}{update}" if " calls more actions" in each else each for each in first.steps)
    return attrs.evolve(
        explanation,
        causes=(POLICY_OLDER_THAN_RELEASE.cause("derived", text=text.rstrip()), *explanation.causes),
        remedies=(attrs.evolve(first, steps=steps), *others),
    )


def _is_of_version_1(denial: Denial, controller: str) -> bool:
    """Return whether the ALB Ingress Controller, the first version, created the denied resource."""
    actions, types = _ACTIONS_ON_OLD.get(denial.service or "", ([], []))
    resource = "" if denial.resource_arn is None else denial.resource_arn.resource
    is_old = resource.startswith(tuple(types)) and "/k8s-" not in resource and not resource.endswith("*")
    is_old = is_old and denial.action in actions and controller == "the AWS Load Balancer Controller"
    return is_old and _VERSION_1.search(denial.failure.text) is not None


def _explain_version_1(denial: Denial, explanation: Explanation) -> Explanation:
    """Return that the policy is about what version 2 created, and how to allow the rest during the migration."""
    statements = tuple(
        {
            "Effect": "Allow",
            "Action": actions,
            "Resource": [f"arn:{denial.location.partition or 'aws'}:{service}:*:*:{each}*" for each in types],
            "Condition": {"Null": {"aws:ResourceTag/ingress.k8s.aws/cluster": "false"}},
        }
        for service, (actions, types) in _ACTIONS_ON_OLD.items()
    )
    kind, name = f"{denial.resource}".split(":")[5].partition("/")[::2]
    kind = {"targetgroup": "target group", "loadbalancer": "load balancer"}.get(kind, "security group")
    show, target = "aws elbv2 describe-tags --region {} --resource-arns {}", f"{denial.resource}"
    if denial.service == "ec2":
        show, target = "aws ec2 describe-tags --region {} --filters {}", f"Name=resource-id,Values={name}"
    region = getattr(denial.resource_arn, "region", None)
    kind_of_holder, holder = policy_holder(denial) or ("role", "ROLE_NAME")
    remedy = identity_remedy(
        f"Attach the additional policy for the migration to {denial.caller}",
        "It is iam_policy_v1_to_v2_additional.json of the project. The policy of the release stays as it is.",
        "Detach it after the migration, when the controller has tagged the old resources itself.",
        statements=statements,
        commands=(
            commands.put_policy(holder, "MigrateIngressesFromV1", kind_of_holder),
            Labelled("To see the tags:", commands.fill_command(show, commands.region(region), target)),
        ),
        url=_MIGRATION,
    )
    verdict = f"version 1 of the controller created the {kind}, so it lacks the tag elbv2.k8s.aws/cluster, which the controller's policy requires"
    text = f"Version 1 (the ALB Ingress Controller) set the tag ingress.k8s.aws/cluster instead. The policy has an Allow for {denial.action}, but only for a {kind} with the new tag: that is enough for new Ingresses."
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, verdict),
        causes=(
            OLDER_CONTROLLER.cause("derived", text=text),
            *(each for each in explanation.causes if each.evidence == "reported"),
        ),
        remedies=(remedy,),
    )


_PAGE = "https://github.com/vmware-tanzu/velero-plugin-for-aws#compatibility"
_LOCATION = lazy_pattern(
    r"^kind: *BackupStorageLocation[ \t\r]*$(?P<rest>(?:\n(?!---|kind:)[^\n]{0,200}){1,40})", re.MULTILINE
)
_NAME = lazy_pattern(
    r"^metadata:[^\n]*\n(?:[ \t][^\n]*\n){0,10}?[ \t]{1,8}name: *[\"']?([a-z0-9][a-z0-9.-]{0,252})",
    re.MULTILINE,
)
_BUCKET = lazy_pattern(
    r"^[ \t]{1,12}bucket: *[\"']?([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?![\w.-])", re.MULTILINE
)
_SECRET = lazy_pattern(
    r"^[ \t]{1,8}credential:[ \t\r]*\n(?:[ \t]{2,12}key:[^\n]*\n)?[ \t]{2,12}name: *[\"']?([a-z0-9][a-z0-9.-]{0,252})",
    re.MULTILINE,
)
_PLUGIN = lazy_pattern(
    r"\bvelero-plugin-for-aws:v(?P<major>\d{1,3})\.(?P<minor>\d{1,3})(?:\.\d{1,3})?", re.ASCII
)
_FIXED = (1, 9)
LOCATION_KEYS_IGNORED = CauseType(
    "location-keys-ignored",
    title="Velero uses the role of its pod instead of the keys of the backup location",
    meaning="Before version 1.9, Velero's plugin for AWS prefers the web identity of its pod (IRSA) to the credential of a BackupStorageLocation.",
    recognised_by="A role was denied the bucket of a BackupStorageLocation whose manifest in the text has a credential.",
    fix="Update velero-plugin-for-aws to version 1.9 or later, or allow the role in the bucket policy.",
    sources=("https://github.com/vmware-tanzu/velero/issues/7302",),
)


def add_ignored_keys(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the keys of the location in the text were not used, if a role was denied its bucket."""
    bucket = (denial.resource or "").partition(":::")[2].partition("/")[0]
    blocks = [each["rest"] for each in _LOCATION.finditer(denial.failure.text)]
    block = next((each for each in blocks if (found := _BUCKET.search(each)) and found[1] == bucket), "")
    secret, plugin = _SECRET.search(block), _PLUGIN.search(denial.failure.text)
    is_fixed = plugin is not None and (int(plugin["major"]), int(plugin["minor"])) >= _FIXED
    if secret is None or is_fixed or not isinstance(denial.principal, RoleSession):
        return explanation
    found = _NAME.search(block)
    location = f"the location {clip_text(found[1])}" if found else "the location"
    used = f"{denial.caller}{f' of account {denial.account}' if denial.account else ''}"
    version = f"The text shows {clip_text(plugin[0])}." if plugin else "Check the version of the plugin."
    text = f"The keys in the Secret {clip_text(secret[1])} were not used: velero-plugin-for-aws before v1.9 prefers the web identity of the pod (IRSA) to the credential of a location."
    cause = LOCATION_KEYS_IGNORED.cause("derived", version, text=text)
    return attrs.evolve(
        explanation,
        summary=f"Velero used {used} for {location}, and not the keys in its Secret {clip_text(secret[1])}: {denial.action} was denied on {bucket}.",
        causes=(cause, *explanation.causes),
        remedies=(_update_plugin(), _allow_role(denial, bucket)),
    )


def _update_plugin() -> Remedy:
    return cluster_remedy(
        "Update velero-plugin-for-aws to v1.9 or later",
        "These versions use the credential of each location. Choose the version that the page lists for your Velero: v1.9 is for Velero v1.13.",
        "Keep the credential of the location. The default location goes on using IRSA.",
        manifest="initContainers:\n  - name: velero-plugin-for-aws\n    image: velero/velero-plugin-for-aws:v1.9.0\n",
        url=_PAGE,
    )


def _allow_role(denial: Denial, bucket: str) -> Remedy:
    """Return the remedy that allows the role all that Velero does in a bucket."""
    controller, policy = find_controller_of_account("velero"), RESOURCE_POLICIES["s3"]
    listed = (
        []
        if controller is None
        else controller.build_statements(
            denial.action or "", denial.resource or "", denial.location.partition or "aws"
        )
    )
    principal = {"AWS": policy_principals.policy_principal_arn(denial)}
    statements = [
        {"Effect": "Allow", "Principal": principal, "Action": each["Action"], "Resource": each["Resource"]}
        for each in listed
        if ":s3:" in each["Resource"]
    ]
    return resource_policy_remedy(
        f"Or allow {denial.caller} in the bucket policy",
        f"{save_step('the bucket policy')} Run the commands in the account of the bucket.",
        f"If that is not account {denial.account}, a policy of {denial.caller} must allow the same actions on the bucket, too.",
        statements=statements,
        commands=tuple(
            each.replace("BUCKET", commands.bucket(bucket))
            for each in (policy.show_command, policy.change_command)
        ),
        url=pages.CROSS_ACCOUNT,
    )
