"""Test requests to the instance metadata service without a session token."""

from __future__ import annotations

import pytest

from iamtriage import explain

_URL = "http://169.254.169.254/latest/"
_ROLE = f"{_URL}meta-data/iam/security-credentials/"
_REQUIRED = '{"HttpTokens": "required", "HttpEndpoint": "enabled"}'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"$ curl -s {_ROLE}\n<h1>401 - Unauthorized</h1>\n{_REQUIRED}", ("the instance requires IMDSv2", "export-credentials", "$role")),
        (f"requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: {_URL}meta-data/placement/region", ("most likely, the instance requires IMDSv2", f"{_URL}meta-data/placement/region")),
        (f"$ wget {_URL}user-data\nHTTP request sent, awaiting response... 401 Unauthorized", ("asks for user-data without",)),
        (f"$ docker exec app curl -i {_URL}meta-data/instance-id\nHTTP/1.1 401 Unauthorized", ("hop limit of 2",)),
        (f"urllib.error.HTTPError: HTTP Error 401: Unauthorized\n urlopen('{_URL}dynamic/instance-identity/document')", ("dynamic/instance-identity/document",)),
    ],
)  # fmt: skip
def test_request_without_a_token(text: str, says: tuple[str, ...]) -> None:
    explanation = explain(text)
    shown = explanation.to_text(detail="full")
    assert explanation.topic == "metadata-token-missing"
    assert [words for words in says if words not in " ".join(shown.split())] == []
    assert not any(remedy.policy for remedy in explanation.remedies)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'$ curl -H "X-aws-ec2-metadata-token: $T" {_ROLE}\n401 - Unauthorized', id="a token"),
        pytest.param(f"$ curl {_ROLE}\n404 - Not Found", id="no role"),
        pytest.param(
            f"$ curl {_URL}meta-data/instance-id\ni-0a1b2c3d4e5f60718\n$ curl -i https://api.acme.example/v2\nHTTP/1.1 401 Unauthorized",
            id="another server",
        ),
    ],
)
def test_other_answers(text: str) -> None:
    assert explain(text).topic != "metadata-token-missing"
