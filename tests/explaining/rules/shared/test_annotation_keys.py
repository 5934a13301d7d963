"""Check the explanations of service accounts whose role is in another annotation, and of cert-manager's issuers."""

from __future__ import annotations

from textwrap import indent

import pytest

from iamtriage import explain

ROLE = "arn:aws:iam::111122223333:role/cart"
POD = "pod cart-7d9f8b6c5-x2x4z: botocore.exceptions.NoCredentialsError: Unable to locate credentials\n\n"
ACCOUNT = "kind: ServiceAccount\nmetadata:\n  name: cart\n  namespace: shop\n  annotations:\n    {}: {}\n"


def _explain(text: str) -> str:
    return " ".join(str(explain(text)).replace("\\\n", "").split())


_NODE = "User: arn:aws:sts::111122223333:assumed-role/prod-workers/i-0c1d2e3f4a5b6c7d8 is not authorized to perform: {} because no identity-based policy allows the {} action\n\n"
_OF_VOLUMES = "ebs-csi-controller:\n" + _NODE.format(
    "ec2:CreateVolume on resource: arn:aws:ec2:eu-west-1:111122223333:volume/*",
    "ec2:CreateVolume",
)
_OF_APP = _NODE.format("s3:PutObject on resource: arn:aws:s3:::octo/1.csv", "s3:PutObject")
_VALUES = "values.yaml:\n{}serviceAccount:\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/cart\n\n"
_OF_DRIVER = "controller:\n  serviceAccount:\n    annotations:\n      eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/cart\n"
_QUERY = '$ kubectl -n shop get sa cart -o jsonpath=\'{.metadata.annotations}\'\n{"meta.helm.sh/release-name":"cart"}\n'
_EKSCTL = "$ eksctl create iamserviceaccount --cluster tide --namespace shop --name cart \\\n  --attach-policy-arn arn:aws:iam::111122223333:policy/cart --approve\n1 iamserviceaccount (shop/cart) was excluded (based on the include/exclude rules)\nserviceaccounts that exist in Kubernetes will be excluded, use --override-existing-serviceaccounts to override\n"


@pytest.mark.parametrize(
    ("text", "reason", "first"),
    [
        (_OF_VOLUMES + _OF_DRIVER, "the pod did not use the role cart", "Re-create the pods"),
        (_OF_VOLUMES + "aws-ebs-csi-driver:\n" + indent(_OF_DRIVER, "  "), "the pod did not use the role cart", "Re-create the pods"),
        (_OF_VOLUMES + _OF_DRIVER.replace("controller", "node") + _OF_DRIVER, "the pod did not use the role cart", "Re-create the pods"),
        (_OF_VOLUMES + _OF_DRIVER.replace("controller", "node"), "the pod did not use the role cart", "Re-create the pods"),
        (_OF_APP + _VALUES.format(""), "the pod did not use the role cart", "Re-create the pods"),
        (_OF_APP + _EKSCTL.replace("1 iamserviceaccount (", "1 existing iamserviceaccount(s) ("), "", "If a pod called, give its service account its own role"),
    ],
    ids=["key that it reads", "chart of charts", "two parts", "other part", "no account", "existing"],
)  # fmt: skip
def test_role_that_no_account_has(text: str, reason: str, first: str) -> None:
    """Nobody should allow the action to the role of the node instead."""
    explanation = explain(text)
    assert reason in explanation.summary
    assert explanation.remedies[0].title.startswith(first)
    if first.startswith("Set the annotation"):
        assert "role-arn: arn:aws:iam::111122223333:role/cart" in (explanation.remedies[0].manifest or "")
    if "eksctl skipped" in reason:
        assert explanation.remedies[0].commands[0] == (
            "eksctl create iamserviceaccount --cluster tide --namespace shop --name cart "
            "--attach-policy-arn arn:aws:iam::111122223333:policy/cart --approve --override-existing-serviceaccounts"
        )
    if reason:
        assert explanation.notes[0].startswith("Do not allow it for the role of the node")


@pytest.mark.parametrize("key", ["eks.amazonaws.com/role-arn", "example.org/role"])
def test_right_or_unknown_key(key: str) -> None:
    """The right key, and one that nobody takes for it, are no mistake."""
    assert "has the key" not in _explain(POD + ACCOUNT.format(key, ROLE))


def test_annotation_of_pod() -> None:
    """Kiam reads the annotations of pods, so one there is no mistake."""
    assert "has the key" not in _explain(
        f"{POD}kind: Pod\nmetadata:\n  annotations:\n    iam.amazonaws.com/role: cart\n"
    )
