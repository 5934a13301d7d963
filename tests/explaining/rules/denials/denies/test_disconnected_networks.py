"""Test what a text says of the network of a call that a Deny limits: the VPN was off, and for whom."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_RECORD = (
    '{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/Dev/ana","accountId":"111122223333"},'
    '"eventTime":"2026-11-02T19:44:10Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7",'
    '"errorCode":"AccessDenied","errorMessage":"User: arn:aws:sts::111122223333:assumed-role/Dev/ana is not authorized to perform: s3:GetObject on '
    'resource: \\"arn:aws:s3:::octo-reports/a.txt\\" with an explicit deny in a service control policy"}\n\n'
    '"Sid":"Net","Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"NotIpAddressIfExists":{"aws:SourceIp":["203.0.113.0/24"]},'
    '"StringNotEqualsIfExists":{"aws:SourceVpce":["vpce-0aa11bb22cc33dd44"]}}\n\n'
)


@check_rows(
    ("said", "step"),
    [
        ("ana was at home, not on the VPN.", 'The text says "not on the VPN": let ana connect the VPN'),
        ("I was at home, VPN off.", 'The text says "VPN off": connect the VPN'),
        ("The VPN had disconnected. The VPN was down.", 'The text says "VPN was down": connect the VPN'),
        # It makes no difference, or nobody knows.
        ("With the VPN off, it still fails.", "Connect through the VPN"),
        ("It fails with and without the VPN.", "Connect through the VPN"),
        ("Does it work with the VPN off?", "Connect through the VPN"),
        ("I am on the VPN.", "Connect through the VPN"),
    ],
)
def test_vpn_that_was_off(said: str, step: str) -> None:
    """The address in the record shows that the call came through no VPC endpoint."""
    explanation = explain(_RECORD + said)
    assert explanation.summary.endswith(
        "not in 203.0.113.0/24, and the call did not come through vpce-0aa11bb22cc33dd44."
    )
    assert f"aws:SourceIp must be in 203.0.113.0/24. {step}" in explanation.remedies[0].steps[0]
