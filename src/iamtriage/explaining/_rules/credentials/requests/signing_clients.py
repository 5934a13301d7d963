"""Explain that a client of Amazon Managed Service for Prometheus does not sign, because its configuration does not say so.

Sources: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#remote_write,
https://grafana.com/docs/alloy/latest/reference/components/prometheus/prometheus.remote_write/,
https://docs.fluentbit.io/manual/pipeline/outputs/prometheus-remote-write and the other pages in the table.
"""

from __future__ import annotations

from typing import Literal

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.common_causes import UNSIGNED_CALL
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import Failure

_WORKSPACE = lazy_pattern(
    rf"https?://aps-workspaces\.(?P<region>{REGION})\.amazonaws\.com(?:\.cn)?(?:/[\w/.-]{{0,200}}\w)?"
)
UNSIGNED_BY_CHOICE = CauseType(
    "client-does-not-sign",
    title="The client does not sign",
    text="The client does not sign: it uses --no-sign-request, or it is a browser, curl or a health check.",
    meaning="The client does not sign: it uses --no-sign-request, it is a browser, curl or a health check, or its configuration does not tell it to sign.",
    fix="Remove --no-sign-request, use a client that signs, or set it to sign.",
    recognised_by="The text shows curl, --no-sign-request or a health check, or the configuration of a client without the setting.",
    sign=r"\bcurl (?!.{0,200}--aws-sigv4)(?:-\w+ ){0,3}[\"']?https?://|--no-sign-request\b|\bsignature_version ?= ?(?:botocore\.)?UNSIGNED\b|\bELB-HealthChecker/|\bkube-probe/",
    remedy="Sign the request",
    of="unsigned-call",
)


class _Client(NamedTuple):
    """A client that signs requests only if its configuration says so.

    Attributes:
        name: The client.
        shown: What shows its configuration.
        sign: What shows that it signs.
        setting: What its configuration lacks, in words.
        manifest: The configuration with the setting.
        language: The language of the manifest.
        step: Where it belongs.
        url: The page about the setting.
    """

    name: str
    shown: str
    sign: str
    setting: str
    manifest: str
    language: Literal["yaml", "hcl", "text"]
    step: str
    url: str


_PROMETHEUS_STEP = "Keep the other settings of the entry. sigv4 excludes authorization, basic_auth and oauth2. In Helm values, the list is server.remoteWrite (prometheus) or prometheus.prometheusSpec.remoteWrite (kube-prometheus-stack)."
# The most specific configurations come first.
_CLIENTS = (
    _Client(
        "the OpenTelemetry Collector",
        r"\bprometheusremotewrite\b",
        r"\bsigv4auth\b",
        "the authenticator sigv4auth",
        "extensions:\n  sigv4auth:\n    region: {region}\n    service: aps\nexporters:\n  prometheusremotewrite:\n    endpoint: {url}\n    auth:\n      authenticator: sigv4auth\nservice:\n  extensions: [sigv4auth]\n",
        "yaml",
        "Keep the other extensions of the service, and restart the collector.",
        "https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/extension/sigv4authextension",
    ),
    _Client(
        "Grafana Alloy",
        r"\bprometheus\.remote_write \"",
        r"\bsigv4 ?\{",
        "a sigv4 block",
        'endpoint {{\n  url = "{url}"\n  sigv4 {{\n    region = "{region}"\n  }}\n}}\n',
        "hcl",
        "Keep the other settings of the endpoint, and reload Alloy.",
        "https://grafana.com/docs/alloy/latest/reference/components/prometheus/prometheus.remote_write/",
    ),
    _Client(
        "vmagent",
        r"\bremoteWrite\.url\b",
        r"\bremoteWrite\.aws\.useSigv4\b",
        "the flag -remoteWrite.aws.useSigv4",
        "-remoteWrite.url={url}\n-remoteWrite.aws.useSigv4=true\n-remoteWrite.aws.service=aps\n-remoteWrite.aws.region={region}\n",
        "text",
        "Add the flags, and restart vmagent.",
        "https://docs.victoriametrics.com/victoriametrics/vmagent/",
    ),
    _Client(
        "Vector",
        r"\btype\s{0,20}[=:]\s?\"?prometheus_remote_write\b",
        r"\bstrategy\s?[=:]\s?\"?aws\b",
        'auth.strategy = "aws"',
        'auth.strategy = "aws"\naws.region = "{region}"\n',
        "text",
        "Add the settings to the sink, and restart Vector.",
        "https://vector.dev/docs/reference/configuration/sinks/prometheus_remote_write/",
    ),
    _Client(
        "Fluent Bit",
        r"(?i:\bname:?\s{1,20}prometheus_remote_write\b)",
        r"(?i:\baws_auth:?\s{1,20}(?:on|true)\b)",
        "aws_auth on",
        "aws_auth    on\naws_region  {region}\n",
        "text",
        "Add the settings to the output, and restart Fluent Bit.",
        "https://docs.fluentbit.io/manual/pipeline/outputs/prometheus-remote-write",
    ),
    _Client(
        "Grafana",
        r"\bdatasources:|\bjsonData\b",
        r"\bsigV4Auth[\"']?:\s?true\b",
        "sigV4Auth",
        "jsonData:\n  sigV4Auth: true\n  sigV4AuthType: default\n  sigV4Region: {region}\n",
        "yaml",
        "Add the settings to the data source. Grafana must allow it: GF_AUTH_SIGV4_AUTH_ENABLED=true.",
        "https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-onboard-query-standalone-grafana.html",
    ),
    _Client(
        "Prometheus",
        r"\bremoteWrite:",
        r"\bsigv4:",
        "a sigv4 block",
        "remoteWrite:\n  - url: {url}\n    sigv4:\n      region: {region}\n",
        "yaml",
        _PROMETHEUS_STEP,
        "https://prometheus.io/docs/prometheus/latest/configuration/configuration/#remote_write",
    ),
    _Client(
        "Prometheus",
        r"\bremote_write:|\bcomponent=remote\b|\"component\":\s?\"remote\"",
        r"\bsigv4:",
        "a sigv4 block",
        "remote_write:\n  - url: {url}\n    sigv4:\n      region: {region}\n",
        "yaml",
        f"{_PROMETHEUS_STEP} Then reload Prometheus.",
        "https://prometheus.io/docs/prometheus/latest/configuration/configuration/#remote_write",
    ),
)
# A line of the log is no configuration.
_LOGGED = lazy_pattern(r"\"?component[=\"]")


def explain_client_setting(case: Case[Failure], message: str) -> Explanation | None:
    """Explain that a client of Amazon Managed Service for Prometheus is not set to sign, or return ``None``."""
    text = case.failure.text
    if (workspace := _WORKSPACE.search(text)) is None:
        return None
    client = next((each for each in _CLIENTS if lazy_pattern(each.shown).search(text)), None)
    if client is None or lazy_pattern(client.sign).search(text):
        return None
    found = lazy_pattern(client.shown).finditer(text)
    is_shown = any(_LOGGED.match(text, each.start()) is None for each in found)
    lacks = "the one in the text does not" if is_shown else "the text does not show the configuration"
    name = capitalize_start(client.name)
    return case.explain(
        f"{name} sent the request to Amazon Managed Service for Prometheus unsigned: {'' if is_shown else 'most likely, '}its configuration lacks {client.setting}.",
        UNSIGNED_CALL.cause(
            "reported",
            quote_phrases(message, "Missing Authentication Token")[:1],
            text="The missing token is the signature of the request: AWS saw no identity, so the role, its policy and its trust policy are not the cause.",
        ),
        UNSIGNED_BY_CHOICE.cause(
            "derived" if is_shown else "possible",
            text=f"{name} uses the AWS credentials of its environment only if its configuration has {client.setting}, and {lacks}.",
        ),
        topic="request-unsigned",
        remedies=your_remedy(
            f"Sign the request: add {client.setting} to the configuration of {client.name}",
            client.step,
            "It then signs with the credentials that its environment has, such as the role of the pod.",
            manifest=client.manifest.format(url=workspace[0], region=workspace["region"]),
            manifest_language=client.language,
            url=client.url,
        ),
    )
