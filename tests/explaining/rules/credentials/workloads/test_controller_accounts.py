"""The service account of a controller is known from its installation guide."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_NO_CREDENTIALS = 'err="dry-run EC2 API call failed: operation error EC2: DescribeAvailabilityZones, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded"'


@check_rows(
    ("command", "account"),
    [
        ("kubectl -n kube-system logs ebs-csi-controller-6d8f9c7b5-x2x4z -c ebs-plugin", "ebs-csi-controller-sa"),
        # Its other pods have another account, and another namespace has other names.
        ("kubectl -n kube-system logs ebs-csi-node-x2x4z -c ebs-plugin", "SERVICE_ACCOUNT"),
        ("kubectl -n storage logs ebs-csi-controller-6d8f9c7b5-x2x4z -c ebs-plugin", "SERVICE_ACCOUNT"),
    ],
)  # fmt: skip
def test_pod_of_a_controller(command: str, account: str) -> None:
    commands = explain(f"$ {command}\n{_NO_CREDENTIALS}").remedies[0].commands
    assert any(f"kubectl annotate serviceaccount {account} " in each for each in commands)
