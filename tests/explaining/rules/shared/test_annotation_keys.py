"""Check the explanations of service accounts whose role is in another annotation, and of cert-manager's issuers."""

from __future__ import annotations

from textwrap import indent

import pytest

from iamtriage import explain
from tests.tables import check_rows

ROLE = "arn:aws:iam::111122223333:role/cart"
STORE = "secretstore cart: unable to create session: an IAM role must be associated with service account cart (namespace: shop)\n\n"
POD = "pod cart-7d9f8b6c5-x2x4z: botocore.exceptions.NoCredentialsError: Unable to locate credentials\n\n"
ACCOUNT = "kind: ServiceAccount\nmetadata:\n  name: cart\n  namespace: shop\n  annotations:\n    {}: {}\n"
AMBIENT = "error instantiating route53 challenge solver: unable to construct route53 provider: empty credentials; perhaps you meant to enable ambient credentials?"


def _explain(text: str) -> str:
    return " ".join(str(explain(text)).replace("\\\n", "").split())


@pytest.mark.parametrize(
    ("before", "key", "value", "expected"),
    [
        (
            STORE,
            "iam.amazonaws.com/role",
            ROLE,
            "the annotation of kiam and kube2iam, and External Secrets reads eks.",
        ),
        (POD, "iam.amazonaws.com/role", "cart", "the annotation of kiam and kube2iam, and EKS reads eks."),
        (POD, "eks.amazonaws.com/role_arn", ROLE, "the key eks.amazonaws.com/role_arn, and EKS reads eks."),
        (POD, "eks.amazon.com/role-arn", ROLE, "the key eks.amazon.com/role-arn, and EKS reads eks."),
    ],
)
def test_other_key(before: str, key: str, value: str, expected: str) -> None:
    """The first remedy annotates the account with the right key and the role of the text."""
    shown = _explain(before + ACCOUNT.format(key, value))
    assert expected in shown
    arn = ROLE if value == ROLE else "ROLE_ARN"
    assert (
        f"kubectl annotate serviceaccount cart --namespace shop --overwrite eks.amazonaws.com/role-arn={arn}"
        in shown
    )
    assert "system:serviceaccount:shop:cart" in shown
    assert ("no pod has to restart" in shown) == (before == STORE)


_NODE = "User: arn:aws:sts::111122223333:assumed-role/prod-workers/i-0c1d2e3f4a5b6c7d8 is not authorized to perform: {} because no identity-based policy allows the {} action\n\n"
_OF_VOLUMES = "ebs-csi-controller:\n" + _NODE.format(
    "ec2:CreateVolume on resource: arn:aws:ec2:eu-west-1:111122223333:volume/*",
    "ec2:CreateVolume",
)
_OF_ROUTES = _NODE.format("route53:ListHostedZones (external-dns)", "route53:ListHostedZones")
_OF_APP = _NODE.format("s3:PutObject on resource: arn:aws:s3:::octo/1.csv", "s3:PutObject")
_VALUES = "values.yaml:\n{}serviceAccount:\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/cart\n\n"
_OF_DRIVER = "controller:\n  serviceAccount:\n    annotations:\n      eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/cart\n"
_QUERY = '$ kubectl -n shop get sa cart -o jsonpath=\'{.metadata.annotations}\'\n{"meta.helm.sh/release-name":"cart"}\n'
_EKSCTL = "$ eksctl create iamserviceaccount --cluster tide --namespace shop --name cart \\\n  --attach-policy-arn arn:aws:iam::111122223333:policy/cart --approve\n1 iamserviceaccount (shop/cart) was excluded (based on the include/exclude rules)\nserviceaccounts that exist in Kubernetes will be excluded, use --override-existing-serviceaccounts to override\n"


@check_rows(
    ("text", "reason", "first"),
    [
        (_OF_APP + ACCOUNT.format("iam.amazonaws.com/role", ROLE), "the annotation of kiam and kube2iam, and EKS reads", "Annotate the service account with eks.amazonaws.com/role-arn"),
        (_OF_VOLUMES + _VALUES.format("") + _QUERY, "under serviceAccount: the chart of the EBS CSI driver reads it from controller.serviceAccount", "Set the annotation where the chart reads it, and upgrade the release"),
        (_OF_ROUTES + _VALUES.format("") + _QUERY, "although serviceAccount is the right place: the release was not upgraded", "Upgrade the release with the values"),
        (_OF_APP + _VALUES.format("") + _QUERY, "under serviceAccount: most likely, the chart reads it from another key", "Upgrade the release with the values"),
        (_OF_VOLUMES + '--set serviceAccount.annotations."eks\\.amazonaws\\.com/role-arn"=arn:aws:iam::111122223333:role/cart\n' + _QUERY, "reads it from controller.serviceAccount", "Set the annotation where"),
        (_OF_VOLUMES + 'set {\n  name = "serviceAccount.annotations.eks\\\\.amazonaws\\\\.com/role-arn"\n  value = "arn:aws:iam::111122223333:role/cart"\n}\n' + _QUERY, "reads it from controller.serviceAccount", "Set the annotation where"),
        (_OF_APP + "podAnnotations:\n  eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/cart\n", "the annotation with the role is on the pod (podAnnotations)", "Annotate the service account of the pod instead"),
        (_OF_APP + "kind: Deployment\nspec:\n  template:\n    metadata:\n      annotations:\n        eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/cart\n", "is on the pod (spec.template.metadata.annotations)", "Annotate the service account of the pod instead"),
        (_OF_APP + _EKSCTL, "eksctl skipped its service account shop/cart, which existed already", "Run eksctl again with --override-existing-serviceaccounts"),
        (_OF_APP + _VALUES.format("").replace("  annotations", "  create: false\n  annotations") + _QUERY, "with create: false under serviceAccount, the chart neither creates nor annotates it", "Annotate the service account itself"),
        (_OF_VOLUMES + _VALUES.format(""), "under serviceAccount: the chart of the EBS CSI driver reads it from controller.serviceAccount", "Set the annotation where"),
        (_OF_VOLUMES + _OF_DRIVER, "the pod did not use the role cart", "Re-create the pods"),
        (_OF_VOLUMES + "aws-ebs-csi-driver:\n" + indent(_OF_DRIVER, "  "), "the pod did not use the role cart", "Re-create the pods"),
        (_OF_VOLUMES + _OF_DRIVER.replace("controller", "node") + _OF_DRIVER, "the pod did not use the role cart", "Re-create the pods"),
        (_OF_VOLUMES + _OF_DRIVER.replace("controller", "node"), "the pod did not use the role cart", "Re-create the pods"),
        (_OF_ROUTES + '--set rbac.serviceAccount.annotations."eks\\.amazonaws\\.com/role-arn"=arn:aws:iam::111122223333:role/cart\n', "under rbac.serviceAccount: the chart of ExternalDNS reads it from serviceAccount", "Set the annotation where"),
        (_OF_APP + _VALUES.format(""), "the pod did not use the role cart", "Re-create the pods"),
        (_OF_APP + _EKSCTL.replace("1 iamserviceaccount (", "1 existing iamserviceaccount(s) ("), "", "If a pod called, give its service account its own role"),
    ],
    ids=["other key", "other place", "right place", "unknown chart", "argument", "Terraform", "chart of a pod", "template of a pod", "eksctl", "not created", "key that the chart ignores", "key that it reads", "chart of charts", "two parts", "other part", "other key of an argument", "no account", "existing"],
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


@check_rows(
    ("manifest", "verdict", "first"),
    [
        (
            "\nkind: Issuer\nmetadata:\n  name: dns\n",
            "for the Issuer dns.",
            "Make the Issuer dns a ClusterIssuer",
        ),
        (
            "\nkind: Issuer\nmetadata: {name: dns, namespace: shop}\n",
            "for the Issuer dns.",
            "Make the Issuer dns a ClusterIssuer",
        ),
        (
            "\nkind: ClusterIssuer\nmetadata:\n  name: dns\n",
            "for the ClusterIssuer dns.",
            "Start the controller with --cluster-issuer-ambient-credentials",
        ),
        ("", "most likely an Issuer, not a ClusterIssuer", "a ClusterIssuer"),
    ],
)
def test_ambient_credentials(manifest: str, verdict: str, first: str) -> None:
    """Which flag and remedy apply depends on the kind of the issuer."""
    shown = _explain(f"{AMBIENT}\n{manifest}")
    assert verdict in shown
    assert first in shown
    assert "put-role-policy" not in shown
