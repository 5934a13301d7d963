"""Check the explanations of service accounts whose role is in another annotation, and of cert-manager's issuers."""

from __future__ import annotations

import pytest

from iamtriage import explain

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
        (STORE, "iam.amazonaws.com/role", ROLE, "that of kiam and kube2iam, and External Secrets reads eks."),
        (POD, "iam.amazonaws.com/role", "cart", "that of kiam and kube2iam, and EKS reads eks."),
        (POD, "eks.amazonaws.com/role_arn", ROLE, "the key eks.amazonaws.com/role_arn, and EKS reads eks."),
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


@pytest.mark.parametrize("key", ["eks.amazonaws.com/role-arn", "example.org/role"])
def test_right_or_unknown_key(key: str) -> None:
    """The right key, and one that nobody takes for it, are no mistake."""
    assert "has the key" not in _explain(POD + ACCOUNT.format(key, ROLE))


def test_annotation_of_pod() -> None:
    """Kiam reads the annotations of pods, so one there is no mistake."""
    assert "has the key" not in _explain(
        f"{POD}kind: Pod\nmetadata:\n  annotations:\n    iam.amazonaws.com/role: cart\n"
    )


@pytest.mark.parametrize(
    ("manifest", "verdict", "first"),
    [
        (
            "\nkind: Issuer\nmetadata:\n  name: dns\n",
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
