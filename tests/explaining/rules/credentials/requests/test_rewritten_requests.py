"""Test that a proxy or redirect that changes a signed request is found, and one that does not is not blamed."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_REJECTED = "An error occurred (SignatureDoesNotMatch) when calling the ListBuckets operation: The request signature we calculated does not match the signature you provided. Check your key and signing method.\n"
_THROUGH_PROXY = f"$ aws --endpoint-url https://store.acme.example s3 ls\n\n{_REJECTED}\n"
_DIRECT = "$ aws --endpoint-url http://10.1.2.3:9000 s3 ls\n2026-01-02 03:04:05 images\n"


@check_rows(
    ("configuration", "shown", "change"),
    [
        ("location / { proxy_pass http://ceph:7480; }", "sends Host: ceph:7480", "$http_host;"),
        (
            "server { proxy_set_header Host $host;\nlocation / { proxy_set_header X-A b;\nproxy_pass http://ceph; } }",
            "sends Host: ceph",
            "Add the line to the block",
        ),
        (
            "location / { proxy_set_header Host store; proxy_pass http://ceph; }",
            "sends Host: store",
            "Replace proxy_set_header Host store",
        ),
        ("ProxyPass / http://10.0.0.9:9000/", "sends Host: 10.0.0.9:9000", "ProxyPreserveHost On"),
        ("reverse_proxy ceph:80 { header_up Host {upstream_hostport} }", "Caddy sends", "Delete the line"),
        ("http-request set-header Host ceph.internal", "HAProxy sends", "Delete the line"),
        ("loadBalancer:\n  passHostHeader: false", "Traefik replaces the header Host", "passHostHeader"),
        ("nginx.ingress.kubernetes.io/upstream-vhost: ceph", "The Ingress controller", "Remove"),
        (
            "location /s3/ { proxy_set_header Host $host; proxy_pass http://ceph/; }",
            "the path",
            "location /s3/",
        ),
        ("reverse_proxy ceph:80\nhandle_path /s3/*", "the path", "handle_path"),
    ],
)
@check_rows("direct", ["", _DIRECT])
def test_proxy_that_changes_the_request(configuration: str, shown: str, change: str, direct: str) -> None:
    explanation = explain(f"{direct}{_THROUGH_PROXY}{configuration}")
    assert shown in explanation.summary
    assert change in explanation.remedies[0].steps[0]
    assert ("The keys are right" in explanation.summary) is bool(direct)


@check_rows(
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


def test_direct_call_works_and_no_configuration_is_shown() -> None:
    explanation = explain(f"{_DIRECT}{_THROUGH_PROXY}")
    assert "The keys are right" in explanation.summary
    assert explanation.causes[0].evidence == "possible"


_URL = "https://{}/a.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=ab"
_RECEIVED = "<CanonicalRequest>GET\n/a.pdf\nX-Amz-Algorithm=AWS4-HMAC-SHA256\nhost:{}\n\nhost\nUNSIGNED-PAYLOAD</CanonicalRequest>"


@pytest.mark.parametrize(
    ("signed", "received", "is_redirected"),
    [
        ("acme-a.s3.amazonaws.com", "acme-a.s3.eu-south-1.amazonaws.com", True),
        ("acme-a.s3.eu-south-1.amazonaws.com", "acme-a.s3.eu-south-1.amazonaws.com", False),
        ("cdn.acme.example", "acme-a.s3.eu-south-1.amazonaws.com", False),
    ],
)
def test_url_that_s3_redirects(signed: str, received: str, *, is_redirected: bool) -> None:
    explanation = explain(f"{_URL.format(signed)}\n{_REJECTED}{_RECEIVED.format(received)}")
    assert (explanation.causes[0].code == "presigned-url-redirected") is is_redirected
    if is_redirected:
        assert "--endpoint-url https://s3.eu-south-1.amazonaws.com" in explanation.remedies[0].commands[0]


@pytest.mark.parametrize(
    ("host", "is_changed"), [("$host", True), ("acme-a.s3.amazonaws.com", False), ("$proxy_host", False)]
)
def test_proxy_before_s3(host: str, *, is_changed: bool) -> None:
    text = f"{_URL.format('acme-a.s3.amazonaws.com')}\n{_REJECTED}location / {{ proxy_set_header Host {host}; proxy_pass https://acme-a.s3.amazonaws.com; }}"
    assert ("proxy_set_header Host acme-a.s3.amazonaws.com;" in str(explain(text))) is is_changed


@check_rows(
    ("configuration", "shown", "change"),
    [
        (
            "location / { proxy_pass https://acme-a.s3.amazonaws.com; proxy_set_header Host $host; }",
            "nginx sends Host: files.acme.example in place of acme-a.s3.amazonaws.com",
            "Host acme-a.s3.amazonaws.com;",
        ),
        (
            "ProxyPreserveHost On\nProxyPass / https://acme-a.s3.amazonaws.com/",
            "Apache sends Host: files.acme.example",
            "Remove ProxyPreserveHost On",
        ),
        (
            "reverse_proxy https://acme-a.s3.amazonaws.com",
            "Caddy sends Host: files.acme.example",
            "header_up Host {upstream_hostport}",
        ),
        (
            "loadBalancer:\n  servers:\n    - url: https://acme-a.s3.amazonaws.com",
            "Traefik sends Host: files.acme.example",
            "passHostHeader to false",
        ),
        (
            "proxy: {'/f': {target: 'https://acme-a.s3.amazonaws.com'}}",
            "The development proxy sends Host",
            "changeOrigin to true",
        ),
        (
            "backend s3\n  server s3 acme-a.s3.amazonaws.com:443 ssl verify required",
            "HAProxy sends Host: files.acme.example",
            "http-request set-header Host acme-a.s3.amazonaws.com",
        ),
        # These send the host of S3, so something else changes the request.
        ("ProxyPass / https://acme-a.s3.amazonaws.com/", "A reverse proxy changes", "If that is the proxy's"),
        (
            "reverse_proxy https://acme-a.s3.amazonaws.com { header_up Host {upstream_hostport} }",
            "A reverse proxy changes",
            "If that is the proxy's",
        ),
        (
            "loadBalancer:\n  passHostHeader: false\n  servers:\n    - url: https://acme-a.s3.amazonaws.com",
            "A reverse proxy changes",
            "If that is the proxy's",
        ),
    ],
)
def test_proxy_that_sends_its_own_name_to_s3(configuration: str, shown: str, change: str) -> None:
    explanation = explain(
        f"{_REJECTED}{_RECEIVED.format('files.acme.example')}\nThe URL works when opened directly, not through the proxy:\n{configuration}"
    )
    assert shown in explanation.summary
    assert change in explanation.remedies[0].steps[0]


@check_rows(
    ("configuration", "sends"),
    [
        (
            "location / { proxy_pass https://s3.eu-south-1.amazonaws.com; proxy_set_header Host s3.eu-south-1.amazonaws.com; }",
            "nginx sends Host: s3.eu-south-1.amazonaws.com",
        ),
        (
            "location / { proxy_pass https://s3.eu-south-1.amazonaws.com; }",
            "nginx sends Host: s3.eu-south-1.amazonaws.com",
        ),
        (
            "server_name store.acme.example; location / { proxy_pass https://s3.eu-south-1.amazonaws.com; }",
            "nginx sends Host",
        ),
        ("ProxyPass / https://s3.eu-south-1.amazonaws.com/", "Apache sends Host: s3.eu-south-1"),
        (
            "reverse_proxy https://s3.eu-south-1.amazonaws.com { header_up Host {upstream_hostport} }",
            "Caddy sends Host: s3.eu-south-1",
        ),
        # Passed on, to another system, or the proxy of another name.
        (
            "location / { proxy_set_header Host $http_host; proxy_pass https://s3.eu-south-1.amazonaws.com; }",
            None,
        ),
        ("ProxyPreserveHost On\nProxyPass / https://s3.eu-south-1.amazonaws.com/", None),
        ("location / { proxy_pass http://ceph:7480; }", None),
        (
            "location / {\n  # proxy_pass https://s3.eu-south-1.amazonaws.com;\n  proxy_pass http://ceph:7480;\n}",
            None,
        ),
        (
            "location / { proxy_set_header Authorization $signed; proxy_pass https://s3.eu-south-1.amazonaws.com; }",
            None,
        ),
        (
            "server_name www.acme.example; location / { proxy_pass https://s3.eu-south-1.amazonaws.com; }",
            None,
        ),
        (
            "There is no proxy in between; we dropped location / { proxy_pass https://s3.eu-south-1.amazonaws.com; }",
            None,
        ),
        (
            "nginx, changed last year: location / { proxy_pass https://s3.eu-south-1.amazonaws.com; }",
            "nginx sends Host",
        ),
        # One that is gone.
        ("The nginx of last year: location / { proxy_pass https://s3.eu-south-1.amazonaws.com; }", None),
        ("Last month we had Apache:\nProxyPass / https://s3.eu-south-1.amazonaws.com/", None),
        (
            "The proxy was removed since: location / { proxy_pass https://s3.eu-south-1.amazonaws.com; }",
            None,
        ),
    ],
)
def test_endpoint_is_a_proxy_to_aws(configuration: str, sends: str | None) -> None:
    explanation = explain(f"{_THROUGH_PROXY}{configuration}")
    expected = f"The client signed for store.acme.example, but {sends}"
    assert explanation.summary.startswith(expected) is (sends is not None)
    if sends is not None:
        assert "HTTPS_PROXY" in str(explanation)
        assert "access key of" not in str(explanation)


@check_rows(
    ("words", "is_right"),
    [
        ("The same keys without the endpoint: works.", True),
        ("It works without --endpoint-url.", True),
        ("It does not work without the endpoint either.", False),
        ("", False),
    ],
)
def test_keys_that_work_without_the_proxy_to_aws(words: str, *, is_right: bool) -> None:
    explanation = explain(
        f"{_THROUGH_PROXY}{words}\nlocation / {{ proxy_pass https://s3.eu-south-1.amazonaws.com; }}"
    )
    assert ("The keys are right" in explanation.summary) is is_right


@check_rows(
    ("words", "network"),
    [
        (
            "We replaced the host of the presigned URL (acme-a.s3.amazonaws.com) by our CloudFront domain.",
            "CloudFront",
        ),
        ("presigned PUT via our CloudFront distribution", "CloudFront"),
        ("The presigned URL works, but not through Cloudflare.", "the content delivery network"),
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


@check_rows(
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


_CANONICAL = '\n{{"message":"The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this request should have been\n\'GET\n/x\n\nhost:{}\nx-amz-date:20260101T000000Z\n\'"}}\n'
_OF_DOMAIN = _CANONICAL.format("search-prod-abc123.eu-central-1.es.amazonaws.com")
_OF_API = _CANONICAL.format("a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com")
_CURL = '$ curl --aws-sigv4 aws:amz:eu-central-1:es --user "$K:$S" https://{}/x'


@check_rows(
    ("text", "proxy", "own_name"),
    [
        (_CURL.format("search.acme.example") + _OF_DOMAIN, "a proxy on the way", "search.acme.example the custom endpoint of"),
        (f"$ awscurl --service es https://search.acme.example/x{_OF_DOMAIN}# nginx in front; straight to the domain: 200", "nginx", "search.acme.example the custom endpoint of"),
        (f'OpenSearch(hosts=[{{"host": "search.acme.example"}}], http_auth=auth){_OF_DOMAIN}', "a proxy on the way", "search.acme.example the custom endpoint of"),
        (f'requests.get("https://api.acme.example/x", auth=auth){_OF_API}', "a proxy on the way", "api.acme.example a custom domain name of"),
        (_CURL.format("d123.cloudfront.net") + _OF_API, "CloudFront", None),
        # AWS received the host of the URL, or none is known.
        (_CURL.format("search-prod-abc123.eu-central-1.es.amazonaws.com") + _OF_DOMAIN, None, None),
        (_CURL.format("search.acme.example") + _CANONICAL.format("search.acme.example"), None, None),
        (f"See https://wiki.acme.example/x{_OF_DOMAIN}", None, None),
    ],
)  # fmt: skip
def test_host_that_aws_received(text: str, proxy: str | None, own_name: str | None) -> None:
    explanation = explain(text)
    if proxy is None:
        assert "the secret access key is wrong" in explanation.summary
        return
    assert f"but {proxy} sends Host: " in explanation.summary
    assert ("The keys are right" in explanation.summary) is ("200" in text.rpartition("#")[2])
    steps = str(explanation.remedies[0].steps)
    assert (f"Or make {own_name}" in steps) is (own_name is not None)
    assert "--endpoint" not in steps


@check_rows(
    ("said", "is_proxied"),
    [
        ("# search.acme.example is our nginx. Straight to the domain: 200", True),
        ("# Envoy is in front of the domain. It works directly.", True),
        ("# Last year we had nginx in front. Straight to the domain: 200", False),
        ("# Straight to the domain: 403. nginx is in front.", False),
    ],
)
def test_proxy_that_a_text_only_names(said: str, *, is_proxied: bool) -> None:
    explanation = explain(f"{_CURL.format('search.acme.example')}\n{_REJECTED}{said}")
    assert ("A reverse proxy changes the request" in explanation.summary) is is_proxied
