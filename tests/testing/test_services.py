"""The services and operations of samples, compared with botocore's models."""

from __future__ import annotations

from typing import Any

import botocore.loaders
import pytest
from botocore.exceptions import UnknownServiceError

from iamtriage import actions
from iamtriage.testing import denial
from iamtriage.testing._services import _SERVICES
from tests.tables import check_rows

# Action prefix -> client name, if they differ.
_CLIENTS = {
    "bedrock": "bedrock-runtime",
    "elasticfilesystem": "efs",
    "elasticloadbalancing": "elbv2",
    "states": "stepfunctions",
}
# Services that an older botocore lacks, and those for which it uses the query protocol.
_NEW = {"bedrock", "eks-auth"}
_ONCE_QUERY = {"cloudwatch", "sqs"}


def _model(prefix: str) -> dict[str, Any]:
    loader = botocore.loaders.create_loader()
    return dict(loader.load_service_model(_CLIENTS.get(prefix, prefix), "service-2"))


@pytest.mark.unmeasured
@pytest.mark.parametrize("prefix", _SERVICES)
def test_services_match_botocores_models(prefix: str) -> None:
    service = _SERVICES[prefix]
    try:
        metadata = _model(prefix)["metadata"]
    except UnknownServiceError:
        if prefix not in _NEW:
            raise
        pytest.skip(f"this botocore has no model of {_CLIENTS.get(prefix, prefix)}")
    assert service.name == metadata["serviceId"]
    assert (service.endpoint or prefix) == metadata["endpointPrefix"]
    # S3 has its own variant of REST-XML; CloudWatch supports several protocols.
    renamed = {"rest-xml": "s3"} if prefix == "s3" else {}
    protocols = {renamed.get(each, each) for each in metadata.get("protocols", [metadata["protocol"]])}
    if prefix in _ONCE_QUERY and protocols == {"query"}:
        pytest.skip(f"this botocore uses the query protocol for {prefix}")
    assert service.protocol in protocols
    assert service.has_query_codes is ("awsQueryCompatible" in metadata)
    if service.protocol == "json":
        assert service.json_version == metadata["jsonVersion"]
        content_type = denial(f"{prefix}:ListThings").http()[1]["Content-Type"]
        assert content_type == f"application/x-amz-json-{metadata['jsonVersion']}"


@check_rows(
    "prefix", ["dynamodb", "ecr", "eks", "iam", "kms", "lambda", "s3", "secretsmanager", "sns", "sqs", "sts"]
)
def test_denied_operations_exist(prefix: str) -> None:
    operations = set(_model(prefix)["operations"])
    required = {
        action
        for operation in operations
        for needs in actions.actions_for(operation, prefix)
        for action in needs.actions
        if action.startswith(f"{prefix}:")
    }
    assert len(required) > 5
    assert {action for action in required if denial(action).operation not in operations} == set()
