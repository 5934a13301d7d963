"""Check the explanations of pod execution roles against the entries that the text lists."""

from __future__ import annotations

import pytest

from iamtriage import explain

DENIED = (
    "Misconfigured Fargate Profile: fargate profile batch blocked for new launches due to: Pod execution role is not"
    " found in auth config or does not have all required permissions for launching fargate pods.\n\n"
)
ROLE = "arn:aws:iam::111122223333:role/shop-fargate"
TERRAFORM = f'  pod_execution_role_arn = "{ROLE}"\n\n'
PROFILE = f'$ aws eks describe-fargate-profile --cluster-name shop --fargate-profile-name batch\n{{"fargateProfile": {{"podExecutionRoleArn": "{ROLE}"}}}}\n\n'
MAP = "mapRoles: |\n  - rolearn: arn:aws:iam::111122223333:role/{}\n    username: system:node:{{{{SessionName}}}}\n    groups:\n    - system:nodes\n"


def _entries(*names: str) -> str:
    listed = ", ".join(f'"arn:aws:iam::111122223333:role/{name}"' for name in names)
    return f'$ aws eks list-access-entries --cluster-name shop\n{{"accessEntries": [{listed}]}}\n\n'


def _explain(text: str, mode: str = "API_AND_CONFIG_MAP") -> str:
    facts = {"cluster": "shop", "region": "eu-west-1", "authentication_mode": mode}
    return " ".join(str(explain(DENIED + text, facts=facts)).replace("\\\n", "").split())


@pytest.mark.parametrize("role", [TERRAFORM, PROFILE])
def test_not_listed(role: str) -> None:
    """A role that none of the lists has needs an entry, and no policy."""
    shown = _explain(role + _entries("admin") + MAP.format("shop-nodes"))
    assert "no entry for the pod execution role shop-fargate" in shown
    assert (
        f"create-access-entry --cluster-name shop --region eu-west-1 --principal-arn {ROLE} --type FARGATE_LINUX"
        in shown
    )
    assert "describe-fargate-profile" not in shown


@pytest.mark.parametrize("lists", [_entries("shop-fargate"), _entries("admin") + MAP.format("shop-fargate")])
def test_listed(lists: str) -> None:
    """A role that has an entry lacks the policy."""
    shown = _explain(PROFILE + lists)
    assert "so most likely it lacks AmazonEKSFargatePodExecutionRolePolicy" in shown
    assert "Do this first: Attach AmazonEKSFargatePodExecutionRolePolicy" in shown


def test_map_only() -> None:
    """A cluster that uses only aws-auth needs the entry there."""
    shown = _explain(PROFILE + MAP.format("shop-nodes"), "CONFIG_MAP")
    assert "Do this first: Map the pod execution role in aws-auth" in shown
    assert "Reported" not in shown


@pytest.mark.parametrize(
    ("shown", "first"),
    [
        (_entries("admin"), "Create an access entry of type FARGATE_LINUX"),
        (MAP.format("shop-nodes"), "Map the pod execution role in aws-auth"),
    ],
)
def test_one_list(shown: str, first: str) -> None:
    """A list alone does not show that the other place has no entry."""
    explained = " ".join(str(explain(DENIED + PROFILE + shown)).split())
    assert "without an entry for the pod execution role shop-fargate" in explained
    assert f"Do this first: {first}" in explained


def test_no_lists() -> None:
    """Without lists, the text does not decide between the two reasons."""
    shown = _explain(PROFILE)
    assert "not mapped in the cluster, or lacks permissions" in shown
