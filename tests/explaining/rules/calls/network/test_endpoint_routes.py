"""Tests for calls that cannot reach an endpoint from a private subnet."""

from __future__ import annotations

import pytest

from iamtriage import explain

FAILED = 'Could not connect to the endpoint URL: "https://{}.eu-west-1.amazonaws.com/"\n'


@pytest.mark.parametrize(
    ("name", "said", "title", "option"),
    [
        ("sts", "private subnets, no nat; we have vpc endpoints for s3", "Create an interface endpoint for com.amazonaws.eu-west-1.sts", "--private-dns-enabled"),
        ("dynamodb", "The function is in a subnet without NAT gateway.", "Create a gateway endpoint for com.amazonaws.eu-west-1.dynamodb", "--vpc-endpoint-type Gateway"),
        ("api.ecr", "isolated subnets only", "Create an interface endpoint for com.amazonaws.eu-west-1.ecr.api", "--vpc-endpoint-type Interface"),
    ],
)  # fmt: skip
def test_missing_endpoint_is_created(name: str, said: str, title: str, option: str) -> None:
    explanation = explain(FAILED.format(name) + said)
    first = explanation.remedies[0]
    assert "its subnet has no NAT gateway" in explanation.summary
    assert first.title == title
    assert option in first.commands[0]


@pytest.mark.parametrize(
    "said",
    ["", "The subnet has a NAT gateway.", "no NAT, but com.amazonaws.eu-west-1.sts is there", "no NAT, and a VPC endpoint for STS", "no NAT; interface endpoints: ecr.api, ec2 and sts.", "no NAT. There is an STS VPC endpoint."],
)  # fmt: skip
def test_other_networks_are_tested_first(said: str) -> None:
    assert explain(FAILED.format("sts") + said).remedies[0].title == "Test the connection to the endpoint"


def test_endpoint_with_the_name_of_its_region() -> None:
    text = 'Could not connect to the endpoint URL: "https://sts.amazonaws.com/"\nThe VPC has the interface endpoint com.amazonaws.eu-west-1.sts.'
    explanation = explain(text)
    assert "has only the name of its Region, sts.eu-west-1.amazonaws.com" in explanation.summary
    assert explanation.remedies[0].commands == (
        "export AWS_REGION=eu-west-1 AWS_STS_REGIONAL_ENDPOINTS=regional",
    )
    assert not any("service account" in each.title for each in explanation.remedies)


def test_host_of_a_service_with_another_name() -> None:
    first = explain(FAILED.format("kinesis") + "no NAT").remedies[0]
    assert first.title == "Create an interface endpoint for com.amazonaws.eu-west-1.kinesis-streams"
    assert first.commands[-1].endswith("nslookup kinesis.eu-west-1.amazonaws.com")


@pytest.mark.parametrize("name", ["sts", "s3"])
def test_endpoint_in_the_vpc_of_a_cluster(name: str) -> None:
    facts = {"cluster": "isolated", "region": "eu-west-1", "namespace": "etl", "service_account": "load"}
    explanation = explain(FAILED.format(name) + "private subnets, no NAT", facts=facts)
    find, create, *_ = explanation.remedies[0].commands
    assert find.startswith('vpc_id="$(aws eks describe-cluster --name isolated --region eu-west-1 ')
    assert ' --vpc-id "$vpc_id" ' in create
    assert ("the pod first exchanges its token at STS" in explanation.causes[0].text) is (name == "sts")
