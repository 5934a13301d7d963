"""Test that a proxy or redirect that changes a signed request is found, and one that does not is not blamed."""

from __future__ import annotations

import pytest

from iamtriage import explain

_REJECTED = "An error occurred (SignatureDoesNotMatch) when calling the ListBuckets operation: The request signature we calculated does not match the signature you provided. Check your key and signing method.\n"
_THROUGH_PROXY = f"$ aws --endpoint-url https://store.acme.example s3 ls\n\n{_REJECTED}\n"


@pytest.mark.parametrize(
    "configuration",
    [
        "",
        "location / { proxy_set_header Host $http_host; proxy_pass http://ceph; }",
        "location / { proxy_set_header Host store.acme.example; proxy_pass http://ceph; }",
        "ProxyPreserveHost On\nProxyPass / http://10.0.0.9:9000/",
        "reverse_proxy ceph:80 { header_up Host {host} }",
    ],
)
def test_proxy_that_passes_the_request(configuration: str) -> None:
    explanation = explain(f"{_THROUGH_PROXY}{configuration}")
    assert "the secret key is not the one" in explanation.summary


_URL = "https://{}/a.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=ab"
_RECEIVED = "<CanonicalRequest>GET\n/a.pdf\nX-Amz-Algorithm=AWS4-HMAC-SHA256\nhost:{}\n\nhost\nUNSIGNED-PAYLOAD</CanonicalRequest>"


@pytest.mark.parametrize(
    ("signed", "received", "is_redirected"),
    [
        ("acme-a.s3.eu-south-1.amazonaws.com", "acme-a.s3.eu-south-1.amazonaws.com", False),
        ("cdn.acme.example", "acme-a.s3.eu-south-1.amazonaws.com", False),
    ],
)
def test_url_that_s3_redirects(signed: str, received: str, *, is_redirected: bool) -> None:
    explanation = explain(f"{_URL.format(signed)}\n{_REJECTED}{_RECEIVED.format(received)}")
    assert (explanation.causes[0].code == "presigned-url-redirected") is is_redirected
    if is_redirected:
        assert "--endpoint-url https://s3.eu-south-1.amazonaws.com" in explanation.remedies[0].commands[0]


@pytest.mark.parametrize(("host", "is_changed"), [("acme-a.s3.amazonaws.com", False), ("$proxy_host", False)])
def test_proxy_before_s3(host: str, *, is_changed: bool) -> None:
    text = f"{_URL.format('acme-a.s3.amazonaws.com')}\n{_REJECTED}location / {{ proxy_set_header Host {host}; proxy_pass https://acme-a.s3.amazonaws.com; }}"
    assert ("proxy_set_header Host acme-a.s3.amazonaws.com;" in str(explain(text))) is is_changed


@pytest.mark.parametrize(
    ("words", "network"),
    [
        ("The presigned URL works with curl, not in the browser.", None),
        ("A CloudFront signed URL with Key-Pair-Id=K1.", None),
        (
            "Our site is behind CloudFront, the presigned URL has the host of S3: location / { proxy_pass http://a; }",
            None,
        ),
    ],
)
def test_presigned_url_through_a_network(words: str, network: str | None) -> None:
    explanation = explain(f"{_REJECTED}{words}")
    assert ("was presigned for the host of S3" in explanation.summary) is (network is not None)
    if network is not None:
        assert f"and {network} sends the request with another host" in explanation.summary
        signs = "aws cloudfront sign" in str(explanation.remedies[0].commands)
        assert signs is (network == "CloudFront")


@pytest.mark.parametrize(
    ("said", "is_denied"),
    [
        ("There is no proxy in between.", True),
        ("We do not use a corporate proxy.", True),
        ("We are not behind any proxy.", True),
        ("It goes through the company's proxy.", False),
        ("NO_PROXY is not set.", False),
        ("At home, where there is no proxy, it is the same.", True),
        ("If there is no proxy, the upload goes through.", False),
        ("It works when there is no proxy.", False),
        ("Is there no proxy in between?", False),
        ("There are no proxy logs.", False),
    ],
)
def test_proxy_that_the_text_denies(said: str, *, is_denied: bool) -> None:
    text = f"An error occurred (SignatureDoesNotMatch) when calling the PutObject operation: The request signature we calculated does not match the signature you provided. Check your key and signing method.\n{said}"
    assert any("The client changes the request" in cause.text for cause in explain(text).causes) is is_denied
