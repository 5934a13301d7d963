"""Every text that a sample can stand in, by name; not for how SDKs word errors, see ``_sdk_texts``."""

from __future__ import annotations

import json
import re
import textwrap
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from iamtriage.testing._documents import LOGGED, kubernetes_status
from iamtriage.testing._sdk_texts import SDK_TEXTS, go_v2, java_v2
from iamtriage.testing._services import service_of
from iamtriage.testing._wire import body_of

if TYPE_CHECKING:
    from iamtriage.testing._samples import Sample

__all__ = ("ENVELOPES", "EnvelopeName", "carried_by", "text_of")

EnvelopeName: TypeAlias = Literal[
    "message",
    "botocore",
    "traceback",
    "cli",
    "cli-legacy",
    "cli-v1",
    "cli-json",
    "go-v1",
    "go-v2",
    "java-v1",
    "java-v2",
    "js-v2",
    "js-v3",
    "dotnet",
    "ruby",
    "php",
    "rust",
    "cpp",
    "terraform",
    "terraform-plain",
    "cloudformation",
    "cloudtrail",
    "body",
    "log",
    "kubectl",
    "kubernetes-client",
    "kubernetes-status",
]
"""Where a failure is read: the bare sentence, SDKs, the CLI, tools, logs, and what goes over the wire."""

ENVELOPES: tuple[EnvelopeName, ...] = get_args(EnvelopeName)
"""All of them."""

_KUBERNETES: tuple[EnvelopeName, ...] = ("kubectl", "kubernetes-client", "kubernetes-status")
# The answer to a HEAD request has no body. botocore makes the status the code, each other SDK something else.
_HEAD: tuple[EnvelopeName, ...] = (
    "botocore",
    "traceback",
    "cli",
    "cli-legacy",
    "cli-v1",
    "log",
    "cloudtrail",
)
_TERRAFORM_WIDTH = 78


def carried_by(sample: Sample) -> tuple[EnvelopeName, ...]:
    """Give the envelopes that a sample can stand in."""
    if sample.words:
        own: set[EnvelopeName] = {name for name, _ in sample.words}
        own.add("log")
        if "terraform-plain" in own:
            own.add("terraform")
        if sample.kind.startswith("kubernetes"):
            own.update(("kubernetes-client", "kubernetes-status"))
        return tuple(name for name in ENVELOPES if name in own)
    if sample.code and sample.code.isdigit():
        return _HEAD
    excluded = set(_KUBERNETES)
    if sample.kind not in LOGGED:
        excluded.add("cloudtrail")
    return tuple(name for name in ENVELOPES if name not in excluded)


def text_of(sample: Sample, envelope: EnvelopeName) -> str:
    """Write a sample in an envelope.

    Raises:
        ValueError: there is no such envelope, or it cannot hold such a failure.
    """
    if envelope not in ENVELOPES:
        msg = f"there is no envelope {envelope!r}; there are {', '.join(ENVELOPES)}"
        raise ValueError(msg)
    if envelope not in carried_by(sample):
        what = f"{sample.kind} of {sample.service}" if sample.service else sample.kind
        msg = f"{envelope!r} cannot hold this {what}; what can: {', '.join(carried_by(sample))}"
        raise ValueError(msg)
    if envelope == "log":
        own: EnvelopeName = "message" if sample.words else "botocore"
        return f"{sample.time[:10]} {sample.time[11:19]},000 ERROR orders.jobs: {text_of(sample, own)}"
    if envelope == "terraform":
        return _box(text_of(sample, "terraform-plain"))
    if envelope == "kubernetes-status":
        return json.dumps(kubernetes_status(sample), ensure_ascii=False)
    if envelope == "kubernetes-client":
        return _api_exception(sample)
    words = dict(sample.words)
    if envelope in words:
        return words[envelope]
    return _around(sample, envelope)


def _around(sample: Sample, envelope: EnvelopeName) -> str:
    if envelope in SDK_TEXTS:
        return SDK_TEXTS[envelope](sample)
    if envelope == "terraform-plain":
        return f"Error: {_doing(sample)}: {go_v2(sample)}"
    if envelope == "cloudformation":
        return (
            f'Resource handler returned message: "{java_v2(sample)}" '
            f"(RequestToken: 7d2e9a01-3b4c-4d5e-8f60-718293a4b5c6, HandlerErrorCode: {_handler_code(sample)})"
        )
    if envelope == "cloudtrail":
        return json.dumps(sample.cloudtrail(), ensure_ascii=False)
    if envelope == "body":
        return body_of(sample).decode()
    return sample.message


def _handler_code(sample: Sample) -> str:
    # https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
    if sample.kind == "access_denied":
        return "AccessDenied"
    return "Throttling" if sample.message.lower().startswith("rate exceeded") else "GeneralServiceException"


_VERBS = {"Create": "creating", "Delete": "deleting", "Put": "putting", "Update": "updating"}
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z0-9]*|[a-z0-9]+|[A-Z]+")


def _doing(sample: Sample) -> str:
    """Say what the provider was doing: ``reading EKS Cluster (orders)``."""
    verb, *words = _WORDS.findall(sample.operation or "") or [""]
    what = " ".join([service_of(sample.service).name, *words])
    return f"{_VERBS.get(verb, 'reading')} {what} (orders)"


def _box(text: str) -> str:
    """Draw the box that Terraform draws on a terminal.

    https://github.com/hashicorp/terraform, internal/command/format/diagnostic.go
    """
    lines: list[str] = []
    for line in text.split("\n"):
        lines += textwrap.wrap(
            line, _TERRAFORM_WIDTH - 2, break_long_words=False, break_on_hyphens=False
        ) or [""]
    lines += [
        "",
        "  with module.orders.aws_example.this,",
        '  on modules/orders/main.tf line 12, in resource "aws_example" "this":',
        '  12: resource "aws_example" "this" {',
        "",
    ]
    return "╷\n" + "".join(f"│ {line}\n" for line in lines) + "╵"


def _api_exception(sample: Sample) -> str:
    # https://github.com/kubernetes-client/python, ``ApiException.__str__``.
    reason = "Unauthorized" if sample.status == 401 else "Forbidden"
    headers = "{'Audit-Id': '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9', 'Content-Type': 'application/json'}"
    return (
        f"({sample.status})\nReason: {reason}\nHTTP response headers: HTTPHeaderDict({headers})\n"
        f"HTTP response body: {json.dumps(kubernetes_status(sample), separators=(',', ':'))}\n"
    )
