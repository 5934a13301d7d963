"""Say which release of a Kubernetes controller began to require the denied action, or created the resource.

Sources: https://karpenter.sh/docs/upgrading/upgrade-guide/,
https://github.com/terraform-aws-modules/terraform-aws-iam/issues/433, the release notes of
https://github.com/kubernetes-sigs/aws-load-balancer-controller/releases, its page deploy/upgrade/migrate_v1_v2 and its file
docs/install/iam_policy_v1_to_v2_additional.json.
"""

from __future__ import annotations

import attrs

from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared.texts.text_signs import find_controller_of_denial
from iamtriage.explaining._rules.shared.wording import capitalize_start

POLICY_OLDER_THAN_RELEASE = CauseType(
    "policy-older-than-release",
    title="The role's policy is older than the release of the controller",
    meaning="The controller requires the action since one of its releases, and the policy of its role was not updated with it.",
    recognised_by="The denied action is one that a release of the controller added.",
    fix="Update the policy of the role to the one of the release, in the module or template that manages it.",
    sources=("https://karpenter.sh/docs/upgrading/upgrade-guide/",),
)


class _Release(NamedTuple):
    """The release whose policy has an action first, its purpose, what works without it, and who else requires it."""

    version: str
    purpose: str
    works: str = ""
    service: str = ""


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
        # https://github.com/kubernetes-sigs/aws-load-balancer-controller/pull/3921
        "ec2:GetSecurityGroupsForVpc": _Release(
            "2.10",
            "to create a load balancer",
            service="Elastic Load Balancing requires it, whatever the release of the controller",
        ),
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
    release = None if controller is None else _RELEASES.get(controller.name, {}).get(action)
    if controller is None or release is None or not explanation.remedies:
        return explanation
    name = capitalize_start(controller.name)
    text = f"{name} requires {action} since release {release.version}, {release.purpose}: the policy of its role is older, and is enough only for earlier releases. {release.works}"
    if release.service:
        text = f"The controller's policy has {action} since release {release.version}, {release.purpose}. {release.service}."
    first, *others = explanation.remedies
    # The policy of the release has its own remedy for controllers that publish it as a file.
    update = " If a module or template manages the role, update that to a version for this release instead."
    steps = tuple(f"{each}{update}" if " calls more actions" in each else each for each in first.steps)
    return attrs.evolve(
        explanation,
        causes=(POLICY_OLDER_THAN_RELEASE.cause("derived", text=text.rstrip()), *explanation.causes),
        remedies=(attrs.evolve(first, steps=steps), *others),
    )
