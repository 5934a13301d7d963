"""What a text says of the key of a volume decides why instances cannot start: its state, its policy, another launch."""

from __future__ import annotations

import pytest

from iamtriage import explain

_REPORTED = "{}: Termination Reason: Client.InvalidKMSKey.InvalidState: The KMS key provided is in an incorrect state\n"
_GROUP = _REPORTED.format("AsgInstanceLaunchFailures")
_POLICY = '{{"Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "arn:aws:iam::111122223333:{}"}}, "Action": "{}:*", "Resource": "*"}}]}}'
_KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
_LINKED = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"


@pytest.mark.parametrize(
    ("text", "summary", "title"),
    [
        (
            f"{_GROUP}the key is Enabled",
            "misleading: the key is enabled",
            "Allow AWSServiceRoleForAutoScaling",
        ),
        (
            f"{_GROUP}the key is disabled",
            "of their EBS volumes is disabled",
            "Check the key's state, and enable",
        ),
        (f"{_GROUP}Is it that the key is not enabled?", "or the key is disabled", "Check the key's state"),
        (f"{_GROUP}A manual launch with the same key works.", "most likely", "Allow AWSServiceRoleFor"),
        (
            f"{_GROUP}A manual launch with the same key does not work.",
            "or the key is disabled",
            "Check the key's",
        ),
        (
            _GROUP + _POLICY.format("role/ops", "kms"),
            "allows only arn:aws:iam::111122223333:role/ops",
            "As ops, allow AWSServiceRoleFor",
        ),
        (
            _REPORTED.format("Spot Fleet") + _POLICY.format("root", "kms"),
            "allows only arn:aws:iam::111122223333:root, not AWSServiceRoleForEC2SpotFleet",
            "Allow AWSServiceRoleForEC2SpotFleet",
        ),
        (_GROUP + _POLICY.format(_LINKED, "kms"), "or the key is disabled", "Check the key's state"),
        (_GROUP + _POLICY.format("role/ops", "s3"), "or the key is disabled", "Check the key's state"),
        (_REPORTED.format("Karpenter") + _POLICY.format("root", "kms"), "or the key is disabled", "Check"),
        (
            f"{_GROUP}The same launch template, started by me: it runs.",
            "most likely",
            "Allow AWSServiceRoleFor",
        ),
        (f"{_GROUP}The same AMI started by hand never starts.", "or the key is disabled", "Check the key's"),
        (
            f"{_GROUP}The policy of {_KEY} is the default.",
            "allows only arn:aws:iam::111122223333:root, not AWSServiceRoleFor",
            "Allow AWSServiceRoleFor",
        ),
        (f"{_GROUP}The policy of {_KEY} is not the default.", "or the key is disabled", "Check the key's"),
    ],
    ids=[
        "enabled",
        "disabled",
        "question",
        "by-hand",
        "not-by-hand",
        "role",
        "root",
        "allowed",
        "bucket",
        "caller",
        "by-me",
        "never-by-hand",
        "default-policy",
        "other-policy",
    ],
)
def test_key_of_a_volume(text: str, summary: str, title: str) -> None:
    explanation = explain(text)
    assert summary in explanation.summary
    assert explanation.remedies[0].title.startswith(title)


_AUTO_MODE = "EKS Auto Mode: Client.InternalError: Client error on launch. volumes are encrypted with an inaccessible AWS KMS key.\n"
_ROLE = "arn:aws:iam::111122223333:role/shop-cluster"


@pytest.mark.parametrize(
    ("shown", "policy", "is_cause"),
    [
        (f"Cluster role: {_ROLE}", _POLICY.format(_LINKED, "kms"), True),
        (f'"roleArn": "{_ROLE}"', _POLICY.format("role/ops", "kms"), True),
        (f"Cluster role: {_ROLE}", _POLICY.format("role/shop-cluster", "kms"), False),
        (f"Cluster role: {_ROLE}", _POLICY.format("root", "kms"), False),
        ("", _POLICY.format(_LINKED, "kms"), False),
    ],
    ids=["linked-role", "output", "allowed", "root", "unknown-role"],
)
def test_cluster_role_of_auto_mode(shown: str, policy: str, *, is_cause: bool) -> None:
    explanation = explain(f"{_AUTO_MODE}{shown}\n{policy}")
    assert ("not the cluster role shop-cluster" in explanation.summary) == is_cause
    assert ("An IAM policy does not help" in str(explanation.causes[0].text)) == is_cause
    [statement, _] = (explanation.remedies[0].policy or {})["Statement"]
    assert statement["Principal"] == {"AWS": _ROLE if shown else "CLUSTER_ROLE_ARN"}


def test_failed_node_claim_is_deleted() -> None:
    """The claims of nodes that are ready stay."""
    listing = "$ kubectl get nodeclaims\nNAME       TYPE        NODE   READY     AGE\nweb-2m8dq  c6g.large  i-0a1   True      9d\nweb-7xk2p  c6g.large          Unknown   4m\n"
    assert "kubectl delete nodeclaim web-7xk2p" in str(explain(f"{listing}{_AUTO_MODE}"))


_START = (
    "StartInstances returned 200.\nState transition message: Client.InternalError: Client error on launch\n"
)


@pytest.mark.parametrize(
    ("text", "verdict", "title"),
    [
        (f"{_START}Role night-jobs has ec2:StartInstances.", "the role night-jobs lacks kms:CreateGrant", "Allow kms:CreateGrant"),
        (_START, "whoever starts it lacks kms:CreateGrant", "Allow kms:CreateGrant"),
        (f"{_START}Role night-jobs has kms:CreateGrant.", "the key policy of the KMS key", "Check the key's state"),
        (_START.replace("StartInstances", "RunInstances"), "the key policy of the KMS key", "Check the key's state"),
    ],
)  # fmt: skip
def test_start_of_an_instance_with_an_encrypted_volume(text: str, verdict: str, title: str) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    assert explanation.remedies[0].title.startswith(title)


@pytest.mark.parametrize(
    ("said", "works"),
    [("Started by hand, it works.", True), ("An admin's start works fine.", True), ("In the console, it does not work.", False)],
)  # fmt: skip
def test_a_start_by_somebody_else(said: str, *, works: bool) -> None:
    assert ("A start by somebody else works" in explain(_START + said).to_text(detail="full")) is works
