"""Tests for pods that call the global STS endpoint in a VPC that has one for the regional name only."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

TIMEOUT = 'WebIdentityErr: failed to retrieve credentials\ncaused by: RequestError: send request failed\ncaused by: Post "https://sts.amazonaws.com/": dial tcp 54.239.29.25:443: i/o timeout\n'
FACTS = {"cluster": "shop", "region": "eu-west-1"}


@check_rows(
    ("shown", "has_endpoint"),
    [
        ("Interface endpoints for ec2, ecr.api, sts.", True),
        ("sts.eu-west-1.amazonaws.com. 60 IN A 10.0.3.4", True),
        ("Name: sts.eu-west-1.amazonaws.com\nAddress: 172.20.0.9", True),
        ("com.amazonaws.eu-west-1.sts available", True),
        ("Name: sts.eu-west-1.amazonaws.com\nAddress: 54.240.0.9", False),
        ("There is no VPC endpoint for sts.", False),
        ("VPC endpoints for s3 and ec2, but not sts", False),
    ],
)
def test_endpoint_in_the_text(shown: str, *, has_endpoint: bool) -> None:
    explanation = explain(f"{TIMEOUT}{shown}", facts=FACTS)
    assert ("the VPC has an endpoint only for sts.eu-west-1" in explanation.summary) == has_endpoint
    remedies = explanation.remedies
    assert ("describe-vpc-endpoints" in str(remedies[0].commands)) != has_endpoint
    assert ("Let the subnet of the pods reach STS" in [each.title for each in remedies]) != has_endpoint


@check_rows(
    ("setting", "is_legacy"),
    [
        ("- name: AWS_STS_REGIONAL_ENDPOINTS\n  value: legacy", True),
        ("AWS_STS_REGIONAL_ENDPOINTS=legacy", True),
        ("# AWS_STS_REGIONAL_ENDPOINTS=legacy", False),
        ("AWS_STS_REGIONAL_ENDPOINTS: legacy was removed, now it is regional", False),
        ("We no longer set AWS_STS_REGIONAL_ENDPOINTS=legacy", False),
        ('{"name": "AWS_STS_REGIONAL_ENDPOINTS", "value": "legacy"}', True),
        ("sts_regional_endpoints = legacy", True),
        ("- name: AWS_STS_REGIONAL_ENDPOINTS\n  value: regional\n- name: MODE\n  value: legacy", False),
    ],
)
def test_setting_for_the_global_endpoint(setting: str, *, is_legacy: bool) -> None:
    explanation = explain(f"{TIMEOUT}com.amazonaws.eu-west-1.sts\n{setting}", facts=FACTS)
    assert ("AWS_STS_REGIONAL_ENDPOINTS=legacy makes the SDK call" in explanation.summary) == is_legacy
    first = explanation.remedies[0]
    assert first.title.startswith("Remove AWS_STS_REGIONAL_ENDPOINTS=legacy") == is_legacy
    sets = "kubectl set env deployment/NAME --namespace NAMESPACE AWS_STS_REGIONAL_ENDPOINTS=regional"
    assert (first.commands == (sets,)) == is_legacy


@pytest.mark.parametrize(
    ("facts", "caller"), [({"namespace": "shop"}, "pods"), ({"region": "eu-central-1"}, "caller")]
)
def test_subnet_of_the_caller(facts: dict[str, str], caller: str) -> None:
    text = 'failed to refresh cached credentials, operation error STS: AssumeRole, https response error StatusCode: 0, RequestID: , request send failed, Post "https://sts.eu-central-1.amazonaws.com/": dial tcp 198.51.100.7:443: i/o timeout'
    [remedy] = explain(text, facts=facts).remedies
    assert remedy.title == f"Let the subnet of the {caller} reach STS"
    assert f"port 443 from the {caller}" in remedy.steps[0]


@check_rows(
    ("said", "workload"),
    [
        ("The ebs-csi pods are happy, cert-manager is not.", "deployment/cert-manager"),
        ("external-dns works. velero fails:", "deployment/velero"),
        ("external-dns and velero fail:", "deployment/NAME"),
        ("external-dns and velero are not fine:", "deployment/NAME"),
    ],
)
def test_controller_that_works_is_left_alone(said: str, workload: str) -> None:
    assert workload in str(explain(f"{said}\n{TIMEOUT}", facts=FACTS).remedies[0].commands)


def test_agent_is_known_by_its_log() -> None:
    text = f"2031-01-01T00:00:00Z E! WriteToCloudWatch failure, err:  {TIMEOUT}"
    assert "daemonset/cloudwatch-agent" in str(explain(text, facts=FACTS).remedies[0].commands)


@check_rows(
    ("versions", "title"),
    [
        ("boto3 1.28.57 botocore 1.31.57 region=eu-west-1", "Let boto3 call the regional STS endpoint"),
        ("botocore==1.34.2", "Let botocore call the regional STS endpoint"),
        ("Boto3/1.9.220 Botocore/1.12.220", "Let Boto3 call the regional STS endpoint"),
        ("boto3 1.40.1 botocore 1.40.1", "Change how the code calls STS"),
        ("upgraded from botocore==1.34.2 to botocore==1.41.0", "Change how the code calls STS"),
        ("boto3==1.28.57, AWS_STS_REGIONAL_ENDPOINTS=regional", "Change how the code calls STS"),
        ("boto3==1.28.57, sts_regional_endpoints = legacy", "Change how the code calls STS"),
        ("", "Change how the code calls STS"),
    ],
)
def test_old_boto3_outside_of_a_pod(versions: str, title: str) -> None:
    error = 'botocore.exceptions.ConnectTimeoutError: Connect timeout on endpoint URL: "https://sts.amazonaws.com/"'
    explanation = explain(f"{versions}\n{error}\ncom.amazonaws.eu-west-1.sts\tavailable\tTrue\n")
    first, *others = explanation.remedies
    assert first.title == title
    is_old = title.startswith("Let")
    assert ("upgrade boto3 and botocore to 1.40 or later" in str(first.steps)) is is_old
    assert "AWS_STS_REGIONAL_ENDPOINTS=regional" in first.commands[0]
    assert "[REDACTED" not in str(first)
    # The text shows the endpoint, through which the request does not go.
    assert not any(each.title.startswith("Check the network's") for each in others)
    assert "neither the endpoint's security group nor an IAM policy" in explanation.notes[0]


@check_rows(
    ("command", "namespace"),
    [
        ("kubectl --context cn -n shop get pod cart-7f6c9d-xk2lq -o yaml", "shop"),
        ("kubectl get pod cart-7f6c9d-xk2lq -n shop -o yaml", "shop"),
        ("kubectl logs deploy/cart --namespace=shop", "shop"),
    ],
)
def test_namespace_of_a_command_on_one_pod(command: str, namespace: str) -> None:
    text = f"$ {command}\n- name: AWS_ROLE_ARN\n  value: arn:aws-cn:iam::111122223333:role/cart\n- name: AWS_WEB_IDENTITY_TOKEN_FILE\n  value: /var/run/secrets/eks.amazonaws.com/serviceaccount/token\nAn error occurred (InvalidClientTokenId) when calling the AssumeRoleWithWebIdentity operation: The security token included in the request is invalid"
    lines = [line for each in explain(text).remedies for line in each.commands if "--namespace" in line]
    assert lines
    assert all(f"--namespace {namespace}" in line for line in lines)
