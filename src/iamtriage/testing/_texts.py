"""Format a sample as the text of an envelope."""

from __future__ import annotations

import json
import re
import textwrap
from typing import TYPE_CHECKING

from iamtriage.testing._documents import (
    CLOUDTRAIL_KINDS,
    build_cloudtrail_record,
    build_kubernetes_status,
)
from iamtriage.testing._envelopes import ENVELOPES
from iamtriage.testing._sample_data import CALLER
from iamtriage.testing._sdk_texts import SDK_TEXTS, write_go_v2, write_java_v2
from iamtriage.testing._services import find_service
from iamtriage.testing._wire import build_body

if TYPE_CHECKING:
    from iamtriage.testing._envelopes import EnvelopeName
    from iamtriage.testing._sample_data import SampleData

__all__ = ("list_envelopes", "write_text")

_KUBERNETES_ENVELOPES: tuple[EnvelopeName, ...] = ("kubectl", "kubernetes-client", "kubernetes-status")
# A HEAD response has no body. botocore uses the status as the error code; other SDKs use other codes.
_HEAD_ENVELOPES: tuple[EnvelopeName, ...] = (
    "botocore", "traceback", "cli", "cli-legacy", "cli-v1", "log", "cloudtrail",
)  # fmt: skip
_TERRAFORM_WIDTH = 78


def list_envelopes(sample: SampleData) -> tuple[EnvelopeName, ...]:
    """Return the envelopes that are available for a sample."""
    if sample.words:
        supported: set[EnvelopeName] = {name for name, _ in sample.words}
        supported.add("log")
        if "terraform-plain" in supported:
            supported.add("terraform")
        if sample.kind.startswith("kubernetes"):
            supported.update(("kubernetes-client", "kubernetes-status"))
        return tuple(name for name in ENVELOPES if name in supported)
    if sample.code and sample.code.isdigit():
        return _HEAD_ENVELOPES
    excluded = set(_KUBERNETES_ENVELOPES)
    if sample.kind not in CLOUDTRAIL_KINDS:
        excluded.add("cloudtrail")
    return tuple(name for name in ENVELOPES if name not in excluded)


def write_text(sample: SampleData, envelope: EnvelopeName) -> str:
    """Return a sample as the text of an envelope.

    Raises:
        ValueError: The envelope is unknown or not available for the sample.
    """
    if envelope not in ENVELOPES:
        msg = f"unknown envelope {envelope!r}; expected one of {', '.join(ENVELOPES)}"
        raise ValueError(msg)
    if envelope not in list_envelopes(sample):
        failure = f"{sample.kind} of {sample.service}" if sample.service else sample.kind
        supported = ", ".join(list_envelopes(sample))
        msg = f"the envelope {envelope!r} is not available for {failure}; expected one of {supported}"
        raise ValueError(msg)
    if envelope == "log":
        inner: EnvelopeName = "message" if sample.words else "botocore"
        return f"{sample.time[:10]} {sample.time[11:19]},000 ERROR orders.jobs: {write_text(sample, inner)}"
    if envelope == "terraform":
        return _draw_box(write_text(sample, "terraform-plain"))
    if envelope == "kubernetes-status":
        return json.dumps(build_kubernetes_status(sample), ensure_ascii=False)
    if envelope == "kubernetes-client":
        return _write_api_exception(sample)
    words = dict(sample.words)
    if envelope in words:
        return words[envelope]
    return _write_service_error(sample, envelope)


def _write_service_error(sample: SampleData, envelope: EnvelopeName) -> str:
    if envelope in SDK_TEXTS:
        return SDK_TEXTS[envelope](sample)
    if envelope == "terraform-plain":
        return f"Error: {_describe_step(sample)}: {write_go_v2(sample)}"
    if envelope == "cloudformation":
        return (
            f'Resource handler returned message: "{write_java_v2(sample)}" '
            "(RequestToken: 7d2e9a01-3b4c-4d5e-8f60-718293a4b5c6, HandlerErrorCode: "
            f"{_find_handler_code(sample)})"
        )
    if envelope == "cloudtrail":
        return json.dumps(build_cloudtrail_record(sample, CALLER), ensure_ascii=False)
    if envelope == "body":
        return build_body(sample).decode()
    return sample.message


def _find_handler_code(sample: SampleData) -> str:
    # https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
    if sample.kind == "access_denied":
        return "AccessDenied"
    return "Throttling" if sample.message.lower().startswith("rate exceeded") else "GeneralServiceException"


_PARTICIPLES = {"Create": "creating", "Delete": "deleting", "Put": "putting", "Update": "updating"}
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z0-9]*|[a-z0-9]+|[A-Z]+")


def _describe_step(sample: SampleData) -> str:
    """Return the step in the Terraform provider's error: ``reading EKS Cluster (orders)``."""
    verb, *words = _WORDS.findall(sample.operation or "") or [""]
    what = " ".join([find_service(sample.service).name, *words])
    return f"{_PARTICIPLES.get(verb, 'reading')} {what} (orders)"


def _draw_box(text: str) -> str:
    """Return a text in the box that Terraform draws on a terminal.

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


def _write_api_exception(sample: SampleData) -> str:
    # https://github.com/kubernetes-client/python, ``ApiException.__str__``.
    reason = "Unauthorized" if sample.status == 401 else "Forbidden"
    headers = "{'Audit-Id': '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9', 'Content-Type': 'application/json'}"
    return (
        f"({sample.status})\nReason: {reason}\nHTTP response headers: HTTPHeaderDict({headers})\n"
        f"HTTP response body: {json.dumps(build_kubernetes_status(sample), separators=(',', ':'))}\n"
    )
