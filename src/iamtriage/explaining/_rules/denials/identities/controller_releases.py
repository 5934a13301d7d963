"""Say which release of a Kubernetes controller began to require the denied action, or created the resource.

Sources: https://karpenter.sh/docs/upgrading/upgrade-guide/,
https://github.com/terraform-aws-modules/terraform-aws-iam/issues/433, the release notes of
https://github.com/kubernetes-sigs/aws-load-balancer-controller/releases, its page deploy/upgrade/migrate_v1_v2 and its file
docs/install/iam_policy_v1_to_v2_additional.json.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.grants.denial_remedies import policy_holder
from iamtriage.explaining._rules.shared.remedies import identity_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import find_controller_of_denial
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary

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
    # https://github.com/kubernetes-sigs/external-dns/pull/5058
    "ExternalDNS": {
        "route53:ListTagsForResources": _Release(
            "0.16",
            "to read the tags of several zones at once for --aws-zone-tags (before, it called ListTagsForResource for each zone)",
        )
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
    text = f"{name} requires {action} since release {release.version}, {release.purpose}: the policy of its role is older, and is enough only for earlier releases. {release.works}"
    first, *others = explanation.remedies
    # The policy of the release has its own remedy for controllers that publish it as a file.
    update = " If a module or template manages the role, update that to a version for this release instead."
    steps = tuple(f"{each}{update}" if " calls more actions" in each else each for each in first.steps)
    return attrs.evolve(
        explanation,
        causes=(POLICY_OLDER_THAN_RELEASE.cause("derived", text=text.rstrip()), *explanation.causes),
        remedies=(attrs.evolve(first, steps=steps), *others),
    )


def add_grpc_code(_denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the code of a driver is not about credentials: https://github.com/kubernetes-sigs/aws-efs-csi-driver/issues/1335."""
    note = "Unauthenticated is only the gRPC code with which the driver reports that AWS denied access: the credentials are valid."
    return attrs.evolve(explanation, notes=(note, *explanation.notes))


def _is_of_version_1(denial: Denial, controller: str) -> bool:
    """Return whether the ALB Ingress Controller, the first version, created the denied resource."""
    actions, types = _ACTIONS_ON_OLD.get(denial.service or "", ([], []))
    resource = "" if denial.resource_arn is None else denial.resource_arn.resource
    is_old = resource.startswith(tuple(types)) and "/k8s-" not in resource and not resource.endswith("*")
    is_old = is_old and denial.action in actions and controller == "the AWS Load Balancer Controller"
    return is_old and _VERSION_1.search(denial.failure.text) is not None


def _explain_version_1(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the policy is about what version 2 created, and how to allow the rest during the migration."""
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
    text = f"Version 1 (the ALB Ingress Controller) set the tag ingress.k8s.aws/cluster instead. The condition of the Allow on aws:ResourceTag/elbv2.k8s.aws/cluster excludes this {kind}, but not those of new Ingresses."
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, verdict),
        causes=(
            OLDER_CONTROLLER.cause("derived", text=text),
            *(each for each in explanation.causes if each.evidence == "reported"),
        ),
        remedies=(remedy,),
    )
