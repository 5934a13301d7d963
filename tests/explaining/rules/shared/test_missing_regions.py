"""A client has no Region: where it is set depends on what calls."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

STS = "failed to refresh cached credentials, operation error STS: AssumeRole, failed to resolve service endpoint, an AWS region is required, but was not found"
ENDPOINT = 'unknown endpoint, could not resolve endpoint, partition: "aws", service: "ec2", region: "", known: [eu-west-1]'
CROSSPLANE = "Set spec.forProvider.region in the managed resource"
CLIENT = "Set the client's Region"


@check_rows(
    ("text", "title"),
    [
        (
            f"connect failed: cannot get terraform setup: failed to retrieve aws credentials: {STS}",
            CROSSPLANE,
        ),
        (
            f"Warning  CannotObserve  3s  managed/role.iam.aws.crossplane.io  observe failed: {STS}",
            CROSSPLANE,
        ),
        (
            f"  - message: 'create failed: {ENDPOINT}'\n    reason: ReconcileError\n    type: Synced",
            CROSSPLANE,
        ),
        (f"Error: configuring Terraform AWS Provider: {STS}", CLIENT),
        (f"tea-api: {ENDPOINT}", CLIENT),
        ("Error: invalid AWS Region: []", CLIENT),
    ],
)
def test_setting_of_what_calls(text: str, title: str) -> None:
    explanation = explain(text)
    assert explanation.summary.startswith("No Region is set where the call runs")
    assert explanation.remedies[0].title == title


def test_a_provider_of_crossplane_runs_in_a_pod() -> None:
    text = "observe failed: cannot get terraform setup: failed to retrieve aws credentials from aws config: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded"
    explanation = explain(text)
    assert "Terraform" not in explanation.summary
    assert explanation.remedies[0].title == "Give the pod's service account a role"


def test_the_load_balancer_controller_runs_in_a_pod() -> None:
    text = "Failed build model due to couldn't auto-discover subnets: NoCredentialProviders: no valid providers in chain. Deprecated."
    assert "aws-load-balancer-controller" in explain(text).remedies[0].commands[0]
