"""What a text says of the key of a volume decides why instances cannot start: its state, its policy, another launch."""

from __future__ import annotations

import pytest

from iamtriage import explain

_REPORTED = "{}: Termination Reason: Client.InvalidKMSKey.InvalidState: The KMS key provided is in an incorrect state\n"
_GROUP = _REPORTED.format("AsgInstanceLaunchFailures")
_POLICY = '{{"Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "arn:aws:iam::111122223333:{}"}}, "Action": "{}:*", "Resource": "*"}}]}}'
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
    ],
)
def test_key_of_a_volume(text: str, summary: str, title: str) -> None:
    explanation = explain(text)
    assert summary in explanation.summary
    assert explanation.remedies[0].title.startswith(title)
