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


_API = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/live/orders"


@check_rows(
    ("code", "line", "says"),
    [
        ('# call.py\nauth = AWS4Auth(refreshable_credentials=boto3.Session().get_credentials(), region="eu-west-1", service="apigateway")', None, "call.py is set to apigateway: the endpoint and the Region, eu-west-1, are right."),
        ("auth = AWSSigV4('lambda', region='eu-west-1')", "auth = AWSSigV4('execute-api', region='eu-west-1')", "the Region, eu-west-1, are right"),
        ('// call.js\nconst signer = new SignatureV4({\n  credentials: defaultProvider(),\n  service: "lambda",\n  sha256: Sha256,\n});', 'service: "execute-api",', "call.js is set to lambda: the endpoint is right."),
        ('err := signer.SignHTTP(ctx, creds, req, hash, "apigateway", "us-east-1", time.Now())', 'err := signer.SignHTTP(ctx, creds, req, hash, "execute-api", "us-east-1", time.Now())', "is set to apigateway: the endpoint is right."),
        ("$signer = new SignatureV4('apigateway', 'eu-west-1');", "$signer = new SignatureV4('execute-api', 'eu-west-1');", "is set to apigateway"),
        ('signer = Aws::Sigv4::Signer.new(service: "apigateway", region: "eu-west-1")', 'signer = Aws::Sigv4::Signer.new(service: "execute-api", region: "eu-west-1")', "is set to apigateway"),
        # The right service, and a variable that no line of the text sets.
        ('auth = AWS4Auth(region="eu-west-1", service="execute-api")', "", None),
        ('auth = AWS4Auth(region="eu-west-1", service=SERVICE)', "", None),
    ],
    ids=["keywords", "first", "object", "go", "php", "ruby", "right", "variable"],
)  # fmt: skip
def test_service_in_code(code: str, line: str | None, says: str | None) -> None:
    explanation = explain(f"{code}\nGET {_API}\n{_REJECTED.format('execute-api')}")
    first, text = explanation.remedies[0], " ".join(str(explanation).split())
    assert (first.manifest is not None) is (says is not None)
    assert not line or first.manifest == line
    assert says is None or says in text
    assert "is set to" not in text or says is not None


_SCOPE = "$ kubectl -n media logs deploy/id\nAn error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: Credential should be scoped to a valid region, not 'eu-west-1'.\n"


@check_rows(
    ("code", "place", "name"),
    [
        ('# app/ident.py\nsts = boto3.client("sts", endpoint_url="https://sts.amazonaws.com")', "app/ident.py", "endpoint_url"),
        ('$ sed -n 4,6p lib/id.rb\n  endpoint: "https://sts.amazonaws.com",', "lib/id.rb", "endpoint"),
        ('cfg.BaseEndpoint = aws.String("https://sts.amazonaws.com")', "the code", "BaseEndpoint"),
        # Files of settings have no quotes, and a variable is no argument.
        ("[default]\nendpoint_url = https://sts.amazonaws.com", None, ""),
        ('env:\n  AWS_ENDPOINT_URL_STS: "https://sts.amazonaws.com"', None, ""),
        # A comment, and a line that a change removes.
        ('    # sts = boto3.client("sts", endpoint_url="https://sts.amazonaws.com")', None, ""),
        ('- sts = boto3.client("sts", endpoint_url="https://sts.amazonaws.com")\n+ sts = boto3.client("sts")', None, ""),
    ],
)  # fmt: skip
def test_endpoint_that_code_sets(code: str, place: str | None, name: str) -> None:
    found = explain(_SCOPE + code)
    first = found.remedies[0]
    assert (first.title == f"Remove the endpoint of the STS client from {place}") == (place is not None)
    if place is not None:
        assert first.steps[0].startswith(f"Remove {name} there")
        # The environment cannot change it.
        assert not any("annotate" in line for each in found.remedies for line in each.commands)
        assert any(each.evidence == "derived" and name in (each.text or "") for each in found.causes)
