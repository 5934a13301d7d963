"""Clients of Amazon Managed Service for Prometheus that sign only if their configuration says so."""

from __future__ import annotations

import pytest

from iamtriage import explain

_URL = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-0a1b2c3d/api/v1/remote_write"
_DENIED = 'server returned HTTP status 403 Forbidden: {"message":"Missing Authentication Token"}\n'
_LOG = f'caller=dedupe.go:112 component=remote level=error url={_URL} err="{_DENIED}"\n'


@pytest.mark.parametrize(
    ("text", "verdict", "manifest"),
    [
        (f"{_LOG}remote_write:\n  - url: {_URL}\n", "unsigned: its configuration lacks a sigv4 block", "    sigv4:\n      region: eu-west-1\n"),
        (f"{_LOG}remoteWrite:\n  - url: {_URL}\n", "unsigned: its configuration lacks a sigv4 block", f"remoteWrite:\n  - url: {_URL}\n    sigv4:"),
        (_LOG, "unsigned: most likely, its configuration lacks a sigv4 block", "remote_write:"),
        (f"{_DENIED}exporters:\n  prometheusremotewrite:\n    endpoint: {_URL}\n", "The OpenTelemetry Collector sent", "authenticator: sigv4auth"),
        (f'{_DENIED}prometheus.remote_write "amp" {{\n  endpoint {{\n    url = "{_URL}"\n  }}\n}}\n', "Grafana Alloy sent", '  sigv4 {\n    region = "eu-west-1"'),
        (f"{_DENIED}args:\n- -remoteWrite.url={_URL}\n", "vmagent sent", "-remoteWrite.aws.useSigv4=true"),
        (f'{_DENIED}[sinks.amp]\ntype = "prometheus_remote_write"\nendpoint = "{_URL}"\n', "Vector sent", 'auth.strategy = "aws"'),
        (f"{_DENIED}[OUTPUT]\n    name prometheus_remote_write\n    uri {_URL}\n", "Fluent Bit sent", "aws_auth    on"),
        (f"{_DENIED}datasources:\n- name: amp\n  url: {_URL}\n", "Grafana sent", "sigV4Region: eu-west-1"),
        # It is there already, or the host is another one.
        (f"{_LOG}remote_write:\n  - url: {_URL}\n    sigv4:\n      region: eu-west-1\n", "The request has no signature", None),
        (f"{_DENIED}remote_write:\n  - url: https://metrics.example.com/api/v1/push\n", "no signature", None),
    ],
)  # fmt: skip
def test_client_without_the_setting(text: str, verdict: str, manifest: str | None) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    assert (manifest is None) is (explanation.remedies[0].manifest is None)
    assert (manifest or "") in str(explanation.remedies[0].manifest)
    assert not any(remedy.policy for remedy in explanation.remedies)
