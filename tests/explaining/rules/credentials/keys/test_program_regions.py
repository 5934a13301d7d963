"""Tests for ConfigMaps that set a Region of another partition for a program."""

from __future__ import annotations

from typing import Any

import pytest

from iamtriage import explain
from tests.tables import check_rows

_INVALID = 'level=error msg="send failed" error="UnrecognizedClientException: The security token included in the request is invalid."\n'
_GOV: dict[str, Any] = {"region": "us-gov-east-1", "namespace": "metrics"}
_MANIFEST = """apiVersion: v1
kind: ConfigMap
metadata:
  name: shipper
  namespace: metrics
data:
  sink.yaml: |
    type: kinesis
    aws_region: {}
"""
_PRINTED = "$ kubectl -n metrics get configmap shipper -o yaml\ndata:\n  sink.conf: |\n    [OUTPUT]\n        region   {}\n"
_USER = "$ aws sts get-caller-identity --query Arn --output text\narn:aws-cn:iam::111122223333:user/li\n"


@check_rows(
    ("text", "facts", "words", "region"),
    [
        (_MANIFEST.format("eu-west-1"), _GOV, "aws_region: eu-west-1 in the ConfigMap shipper", "us-gov-east-1"),
        (_PRINTED.format("us-west-2"), _GOV, "region us-west-2 in the ConfigMap shipper", "us-gov-east-1"),
        (_PRINTED.format("cn-north-1"), {"region": "eu-west-1"}, "region cn-north-1 in the ConfigMap", "eu-west-1"),
        (_USER + _MANIFEST.format("eu-west-1"), {}, "aws_region: eu-west-1 in the ConfigMap shipper", "cn-"),
    ],
)  # fmt: skip
def test_region_of_another_partition(text: str, facts: dict[str, Any], words: str, region: str) -> None:
    explanation = explain(f"{_INVALID}\n{text}", facts=facts)
    assert words in explanation.summary
    (remedy,) = explanation.remedies
    assert remedy.title.startswith(f"Set {words.split(maxsplit=1)[0].rstrip(':')} to {region}")
    assert remedy.commands[0] == "kubectl edit configmap shipper --namespace metrics"
    assert remedy.commands[1].startswith("kubectl rollout restart ")
    assert remedy.commands[1].endswith(" --namespace metrics")


@check_rows(
    ("text", "facts"),
    [
        pytest.param(_MANIFEST.format("us-gov-west-1"), _GOV, id="same partition"),
        pytest.param(_PRINTED.format("us-west-2").replace("    region", "    # region"), _GOV, id="comment"),
        pytest.param(_PRINTED.format("us-west-2") + "        region   us-gov-east-1\n", _GOV, id="two Regions"),
        pytest.param("The ConfigMap shipper has no region, eu-west-1 was only a test.\n", _GOV, id="prose"),
        pytest.param(_PRINTED.format("us-west-2").replace(" configmap ", " deployment "), _GOV, id="no ConfigMap"),
        pytest.param(_MANIFEST.format("eu-west-1"), {}, id="partition of the caller unknown"),
        pytest.param(f"$ aws eks list-clusters --region cn-north-1\n{{}}\n{_MANIFEST.format('eu-west-1')}", {}, id="Region of another command"),
        pytest.param(_USER + _MANIFEST.format("eu-west-1"), _GOV, id="partitions that differ"),
    ],
)  # fmt: skip
def test_region_that_explains_nothing(text: str, facts: dict[str, Any]) -> None:
    assert "in the ConfigMap" not in str(explain(f"{_INVALID}\n{text}", facts=facts))


@pytest.mark.parametrize(
    "failed",
    [
        "$ aws kinesis list-streams --region us-gov-east-1\nAn error occurred (UnrecognizedClientException) when calling the ListStreams operation: The security token included in the request is invalid.\n",
        'provider "aws" {\n  region = "us-gov-east-1"\n}\nError: reading Kinesis Streams: api error UnrecognizedClientException: The security token included in the request is invalid.\n',
    ],
)
def test_call_that_reads_no_config_map(failed: str) -> None:
    shown = str(explain(f"{failed}\n{_MANIFEST.format('eu-west-1')}", facts=_GOV))
    assert "not valid" in shown or "does not accept" in shown
    assert "in the ConfigMap" not in shown


_CALLER = "$ aws sts get-caller-identity --query Arn --output text\narn:aws:iam::444455556666:user/lee\n"
_REJECTED = "\nAn error occurred (InvalidClientTokenId) when calling the {} operation: The security token included in the request is invalid.\n"


@check_rows(
    ("command", "operation", "again", "has_setting"),
    [
        ("aws sts get-caller-identity --region us-gov-east-1", "GetCallerIdentity", "aws sts get-caller-identity --region us-east-1", False),
        ("aws iam list-users --region us-gov-east-1", "ListUsers", "aws iam list-users --region us-east-1", False),
        # The Region of a variable or a profile applies to other calls, too.
        ("AWS_REGION=us-gov-east-1 aws iam list-users", "ListUsers", "aws iam list-users --region us-east-1", True),
    ],
)  # fmt: skip
def test_command_in_another_partition(command: str, operation: str, again: str, has_setting: bool) -> None:  # noqa: FBT001
    explanation = explain(f"{_CALLER}$ {command}\n{_REJECTED.format(operation)}")
    own, home = explanation.remedies
    assert "--profile PROFILE_NAME" in own.commands[0]
    assert home.commands[-1] == again
    assert ("aws configure set region us-east-1" in home.commands) is has_setting
    # Roles of another partition are reached by federation, and not by AssumeRole.
    assert "sts:AssumeRole does not work" in explanation.notes[0]
    assert "sts:GetWebIdentityToken" in explanation.notes[0]
