"""Name the formats in which a failure can appear."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

__all__ = ("ENVELOPES", "EnvelopeName")

EnvelopeName: TypeAlias = Literal[
    "message", "botocore", "traceback", "cli", "cli-legacy", "cli-v1", "cli-json", "go-v1", "go-v2",
    "java-v1", "java-v2", "js-v2", "js-v3", "dotnet", "ruby", "php", "rust", "cpp", "terraform",
    "terraform-plain", "cloudformation", "cloudtrail", "body", "log", "kubectl", "kubernetes-client",
    "kubernetes-status",
]  # fmt: skip
"""The format of a failure: the message alone, an SDK, the AWS CLI, a tool, a log, or the response body."""

ENVELOPES: tuple[EnvelopeName, ...] = get_args(EnvelopeName)
"""All envelope names."""
