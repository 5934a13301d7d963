"""Controllers of Kubernetes have a setting for how often they call."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_GO = "operation error {}: {}, exceeded maximum number of attempts, 3, https response error StatusCode: 400, RequestID: 12f20059-7cd2-48f9-a38f-7078327f8fa8, api error {}: Rate exceeded"
_SECRETS = '{{"level":"error","logger":"controllers.ExternalSecret","msg":"could not get secret data from provider","ExternalSecret":{{"name":"db","namespace":"shop"}},"error":"{}"}}'
_DNS = 'time="2026-11-29T10:11:12Z" level=error msg="external-dns: failed to list hosted zones: {}"'
_SCALER = "E1129 10:11:12.307357       1 aws_manager.go:265] Failed to regenerate ASG cache: {}"


@check_rows(
    ("log", "call", "setting"),
    [
        (_SECRETS, ("SSM", "GetParameter", "ThrottlingException"), "refreshInterval"),
        (_SECRETS, ("Secrets Manager", "GetSecretValue", "ThrottlingException"), "refreshInterval"),
        (_DNS, ("Route 53", "ListHostedZones", "Throttling"), "--interval"),
        (_SCALER, ("Auto Scaling", "DescribeAutoScalingGroups", "Throttling"), "--scan-interval"),
        # Calls that the setting has no effect on, and calls of other programs.
        (_SECRETS, ("STS", "AssumeRole", "Throttling"), None),
        (_SCALER, ("Auto Scaling", "SetDesiredCapacity", "Throttling"), None),
        ("{}", ("SSM", "GetParameter", "ThrottlingException"), None),
        ("We do not use external-secrets. {}", ("SSM", "GetParameter", "ThrottlingException"), None),
    ],
)
def test_interval_of_a_controller(log: str, call: tuple[str, str, str], setting: str | None) -> None:
    first, *others = explain(log.format(_GO.format(*call))).remedies
    assert first.title.endswith(f"set a longer {setting}") is (setting is not None)
    assert ("AWS_RETRY_MODE" in str(first.steps)) is (setting is None)
    assert any("high-throughput-enabled" in str(each.commands) for each in others) is (
        call[1] == "GetParameter"
    )


@pytest.mark.parametrize(
    ("text", "is_known"),
    [
        (_SECRETS.format("ThrottlingException: Rate exceeded\\n\\tstatus code: 400, request id: 0a1b"), True),
        (_SCALER.format("Throttling: Rate exceeded\n\tstatus code: 400, request id: 0a1b"), True),
        ("external-secrets runs here, too.\nreport: Throttling: Rate exceeded\n\tstatus code: 400, request id: 0a1b", False),
    ],
    ids=["secrets", "autoscaler", "other line"],
)  # fmt: skip
def test_call_that_an_older_sdk_does_not_name(text: str, *, is_known: bool) -> None:
    first = explain(text).remedies[0]
    assert ("call less often" in first.title) is is_known
    assert "lookup-events" not in str(first.commands)


def test_interval_is_only_for_controllers_in_go() -> None:
    python = "An error occurred (ThrottlingException) when calling the GetParameter operation (reached max retries: 4): Rate exceeded"
    text = f"external-secrets is installed, too.\nTraceback (most recent call last):\nbotocore.exceptions.ClientError: {python}"
    assert "refreshInterval" not in str(explain(text))


@check_rows(
    ("log", "call", "said", "part"),
    [
        (_DNS, ("Route 53", "ListHostedZones", "Throttling"), "args: --interval=30s", "raise --interval=30s to --interval=5m"),
        (_DNS, ("Route 53", "ListHostedZones", "Throttling"), "args: --interval 10m", "raise --interval 10m. Add"),
        (_DNS, ("Route 53", "ListHostedZones", "Throttling"), "--min-event-sync-interval=1s", "Add --interval=5m to"),
        (_SCALER, ("Auto Scaling", "DescribeAutoScalingGroups", "Throttling"), "--scan-interval=10s", "raise --scan-interval=10s to --scan-interval=30s"),
        (_DNS, ("Route 53", "ListHostedZones", "Throttling"), "12 EKS clusters write to this zone.", "in all 12 clusters"),
        (_DNS, ("Route 53", "ListHostedZones", "Throttling"), "We have 12 clusters, each with an account.", "If other clusters use"),
        (_DNS, ("Route 53", "ListHostedZones", "Throttling"), "12 clusters, but only c1 has it.", "If other clusters use"),
        # CloudTrail records the calls of global services in one Region.
        (_DNS, ("Route 53", "ListHostedZones", "Throttling"), "", "--region us-east-1"),
        (_SCALER, ("Auto Scaling", "DescribeAutoScalingGroups", "Throttling"), "", "--region REGION"),
    ],
)  # fmt: skip
def test_change_of_a_flag(log: str, call: tuple[str, str, str], said: str, part: str) -> None:
    remedy = explain(f"{log.format(_GO.format(*call))}\n{said}").remedies[0]
    assert part in " ".join((*remedy.steps, *remedy.commands))


@check_rows(
    ("call", "says_rate"),
    [
        (("Route 53", "ListResourceRecordSets", "Throttling"), True),
        # Changes have a limit of their own.
        (("Route 53", "ChangeResourceRecordSets", "Throttling"), False),
        (("Auto Scaling", "DescribeAutoScalingGroups", "Throttling"), False),
    ],
)
def test_rate_of_route_53(call: tuple[str, str, str], *, says_rate: bool) -> None:
    cause = explain(_GO.format(*call)).causes[0]
    assert ("5 to 10 requests a second" in cause.text) is says_rate
