"""What samples know of services and operations, beside botocore's own models."""

from __future__ import annotations

from typing import Any

import botocore.loaders
import pytest
from botocore.exceptions import UnknownServiceError

from iamtriage import actions
from iamtriage.testing import denial
from iamtriage.testing._services import _SERVICES

# The client of each service; where it is called otherwise than its actions' prefix.
_CLIENTS = {
    "bedrock": "bedrock-runtime",
    "elasticfilesystem": "efs",
    "elasticloadbalancing": "elbv2",
    "states": "stepfunctions",
}
# Those that an older botocore does not know, and those to which it speaks query.
_NEW = {"bedrock", "eks-auth"}
_ONCE_QUERY = {"cloudwatch", "sqs"}


def _model(prefix: str) -> dict[str, Any]:
    loader = botocore.loaders.create_loader()
    return dict(loader.load_service_model(_CLIENTS.get(prefix, prefix), "service-2"))


@pytest.mark.parametrize("prefix", _SERVICES)
def test_services_are_those_of_botocore(prefix: str) -> None:
    service = _SERVICES[prefix]
    try:
        metadata = _model(prefix)["metadata"]
    except UnknownServiceError:
        if prefix not in _NEW:
            raise
        pytest.skip(f"this botocore does not know {_CLIENTS.get(prefix, prefix)}")
    assert service.name == metadata["serviceId"]
    assert (service.endpoint or prefix) == metadata["endpointPrefix"]
    # S3 has a dialect of its own; CloudWatch speaks several protocols, and its errors are told in JSON.
    protocols = {"rest-xml": "s3"} if prefix == "s3" else {}
    spoken = {protocols.get(each, each) for each in metadata.get("protocols", [metadata["protocol"]])}
    if prefix in _ONCE_QUERY and spoken == {"query"}:
        pytest.skip(f"this botocore speaks query to {prefix}")
    assert service.protocol in spoken
    assert service.query_codes is ("awsQueryCompatible" in metadata)
    if service.protocol == "json":
        assert service.json == metadata["jsonVersion"]
        content_type = denial(f"{prefix}:ListThings").http()[1]["Content-Type"]
        assert content_type == f"application/x-amz-json-{metadata['jsonVersion']}"


@pytest.mark.parametrize(
    "prefix", ["dynamodb", "ecr", "eks", "iam", "kms", "lambda", "s3", "secretsmanager", "sns", "sqs", "sts"]
)
def test_a_denial_is_of_an_operation_that_there_is(prefix: str) -> None:
    operations = set(_model(prefix)["operations"])
    needed = {
        action
        for operation in operations
        for needs in actions.actions_for(operation, prefix)
        for action in needs.actions
        if action.startswith(f"{prefix}:")
    }
    assert len(needed) > 5
    assert {action for action in needed if denial(action).operation not in operations} == set()
