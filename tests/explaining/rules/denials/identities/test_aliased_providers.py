"""Terraform calls with its default provider unless a resource or the call of a module names another one."""

from __future__ import annotations

import pytest

from iamtriage import explain

_TEXT = """Error: creating Route53 Record: operation error Route 53: ChangeResourceRecordSets, https response error StatusCode: 403, RequestID: 1a2b, api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/ci/aws-go-sdk-1764493321 is not authorized to perform: route53:ChangeResourceRecordSets on resource: arn:aws:route53:::hostedzone/Z0A1B2C3D4E5F6

  with {}aws_route53_record.web,

provider "aws" {{
  alias = "network"
  assume_role {{ role_arn = "arn:aws:iam::444455556666:role/dns" }}
}}
data "aws_route53_zone" "main" {{
  provider = aws.network
  name     = "shop.example"
}}
"""
_MODULE = 'module "dns" {\n  source  = "./dns"\n  zone_id = data.aws_route53_zone.main.zone_id\n}\n'
_RESOURCE = 'resource "aws_route53_record" "web" {\n  zone_id = data.aws_route53_zone.main.zone_id\n}\n'
_OF_ROLE = _TEXT.replace("assumed-role/ci", "assumed-role/dns").replace(
    "sts::111122223333", "sts::444455556666"
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (_TEXT.format("module.dns.") + _MODULE, "  providers = { aws = aws.network }"),
        (_TEXT.format("") + _RESOURCE, "  provider = aws.network"),
        (_TEXT.format('module.dns["a"].module.record.') + _MODULE, "  providers = { aws = aws.network }"),
        (_TEXT.format("module.dns.") + _MODULE.replace("}", "  providers = { aws = aws.other }\n}"), None),
        (_TEXT.format("") + _RESOURCE.replace("}", "  provider = aws.network\n}"), None),
        (_TEXT.format("module.dns.") + _MODULE.replace("data.aws_route53_zone.main.zone_id", '"Z0A1"'), None),
        (_TEXT.format("") + _RESOURCE.replace("}", '  name = aws_x.own.name\n}\nresource "aws_x" "own" {\n}'), None),
        (_TEXT.format("") + _RESOURCE.replace("data.", '"Z0A1" # data.'), None),
        (_OF_ROLE.format("module.dns.") + _MODULE, None),
        (_TEXT.format("module.other.") + _MODULE, None),
    ],
    ids=["module", "resource", "nested", "passed", "named", "no-reference", "both-providers", "comment", "right-caller", "other-module"],
)  # fmt: skip
def test_default_provider(text: str, line: str | None) -> None:
    explanation = explain(text)
    assert (explanation.causes[0].code == "default-provider") is (line is not None)
    if line is not None:
        first = explanation.remedies[0]
        assert line in (first.manifest or "").split("\n")
        assert [each.policy for each in explanation.remedies] == [None]
