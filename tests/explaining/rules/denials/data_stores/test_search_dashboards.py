"""A browser opens the dashboards of an OpenSearch domain without a signature."""

from __future__ import annotations

import pytest

from iamtriage import explain

BODY = '{"Message":"User: anonymous is not authorized to perform: es:ESHttpGet"}'
HOST = "search-logs-a1b2c3d4e5f6a1b2c3d4e5f6a1.eu-west-1.es.amazonaws.com"
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/ingest"}, "Action": "es:*", "Resource": "arn:aws:es:eu-west-1:111122223333:domain/logs/*"}]}'


@pytest.mark.parametrize(
    ("text", "resource"),
    [
        (f"https://{HOST}/_plugin/kibana/\n{BODY}\n{POLICY}", "arn:aws:es:eu-west-1:111122223333:domain/logs/*"),
        (f"https://{HOST}/_dashboards/app/home\n{BODY}", "arn:aws:es:eu-west-1:ACCOUNT_ID:domain/logs/*"),
    ],
)  # fmt: skip
def test_address_or_sign_in_for_a_browser(text: str, resource: str) -> None:
    explanation = explain(text)
    assert explanation.summary.startswith("The browser was denied es:ESHttpGet: it does not sign requests")
    assert ("allows only arn:aws:iam::111122223333:role/ingest" in explanation.causes[0].text) is (
        "role/" in text
    )
    first, second = explanation.remedies
    assert first.policy is not None
    assert first.policy["Statement"][0]["Resource"] == resource
    assert first.policy["Statement"][0]["Condition"] == {"IpAddress": {"aws:SourceIp": "YOUR_ADDRESS/32"}}
    assert "Cognito" in second.title


def test_addresses_do_not_limit_a_domain_in_a_vpc() -> None:
    (only,) = explain(f"https://{HOST.replace('search-', 'vpc-')}/_dashboards\n{BODY}").remedies
    assert only.policy is None


@pytest.mark.parametrize(
    "text",
    [
        f"$ curl https://{HOST}/_dashboards/api/status\n{BODY}",
        f"https://{HOST}/logs/_search\n{BODY}",
        f"POST https://{HOST}/_dashboards/api/saved_objects/_import -H osd-xsrf:true\n{BODY}",
    ],
)
def test_programs_can_sign(text: str) -> None:
    assert explain(text).summary.startswith("An anonymous caller was denied")
