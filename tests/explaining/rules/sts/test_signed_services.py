"""A configuration that signs for another service than the endpoint's: the line is corrected, and the endpoint stays."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_REJECTED = (
    'HTTP status 403 Forbidden: {{"message":"Credential should be scoped to correct service: \'{}\'. "}}\n'
)
_SEARCH = "search-octo-abc123.eu-west-1.es.amazonaws.com"
_WRITE = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1a2b3c4d/api/v1/remote_write"


@check_rows(
    ("expected", "configuration", "line"),
    [
        ("aps", f'extensions:\n  sigv4auth:\n    region: eu-west-1\n    service: "prometheus"\nexporters:\n  prometheusremotewrite:\n    endpoint: "{_WRITE}"\n', 'service: "aps"'),
        ("aps", f'otelcol.auth.sigv4 "x" {{\n  region = "eu-west-1"\n  service = "amp"\n}}\nurl = "{_WRITE}"\n', 'service = "aps"'),
        ("es", f"[OUTPUT]\n    Name opensearch\n    Host {_SEARCH}\n    AWS_Auth On\n    AWS_Service_Name opensearch\n", "AWS_Service_Name es"),
        ("es", f"output {{\n  opensearch {{\n    hosts => [\"https://{_SEARCH}\"]\n    auth_type => {{\n      type => 'aws_iam'\n      service_name => 'aoss'\n    }}\n  }}\n}}\n", "service_name => 'es'"),
        ("aps", "image: aws-sigv4-proxy:1\nargs:\n  - --name\n  - prometheus\n  - --host\n  - aps-workspaces.eu-west-1.amazonaws.com\n", "- aps"),
        # The right service, and settings that say nothing about the signature.
        ("es", f"extensions:\n  sigv4auth:\n    service: es\nendpoint: https://{_SEARCH}\n", None),
        ("es", f"kind: Service\nservice: web\nendpoint: https://{_SEARCH}\n", None),
    ],
    ids=["collector", "alloy", "fluent-bit", "logstash", "proxy", "right", "other"],
)  # fmt: skip
def test_service_in_a_configuration(expected: str, configuration: str, line: str | None) -> None:
    explanation = explain(_REJECTED.format(expected) + configuration)
    first = explanation.remedies[0]
    assert (first.manifest == line) is (line is not None or first.manifest is None)
    codes = {each.code for each in explanation.causes if each.evidence == "derived"}
    assert ("custom-signing" in codes) is (line is not None)
    assert line is None or not any(each.title.startswith("Remove") for each in explanation.remedies)
