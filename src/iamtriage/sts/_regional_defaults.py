"""Determine whether EKS makes the STS calls of pods regional."""

from __future__ import annotations

import re
from typing import Literal

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.views import View
from iamtriage._text import quote_text
from iamtriage.exceptions import EndpointError
from iamtriage.sts._webhook_flags import parse_go_bool, require_string

__all__ = ("StsDefault", "eks_webhook_flags", "sts_default")

_VERSION = lazy_pattern(r"v?(\d{1,3})\.(\d{1,3})(?:[.+-].*)?", re.ASCII)
_PLATFORM = lazy_pattern(r"eks\.(\d{1,4})", re.ASCII)
# Kubernetes 1.x -> the first platform version whose webhook supports the annotation.
_FIRST_PLATFORMS = {18: 9, 19: 7, 20: 3, 21: 3}
# Kubernetes 1.x since which EKS is regional by default.
_FIRST_REGIONAL = 22


@attrs.frozen
class StsDefault(View):
    """How EKS interprets the annotation ``sts-regional-endpoints`` in a cluster.

    Attributes:
        adds_variable: Whether the webhook sets ``AWS_STS_REGIONAL_ENDPOINTS=regional``; ``None`` if that is
            unknown.
        default: The endpoint without the annotation; ``None`` if the version is unknown.
        knows_annotation: Whether the cluster's webhook supports the annotation; ``None`` if that is unknown.
        annotation: The annotation's value for the webhook; ``None`` if it is missing or not a Go boolean,
            which the webhook ignores.
        reason: The reason, in one sentence.

    >>> sts_default("1.31", None).default
    'regional'
    """

    adds_variable: bool | None
    default: Literal["regional", "global"] | None
    knows_annotation: bool | None
    annotation: bool | None
    reason: str


def sts_default(
    kubernetes_version: str | None, annotation: str | None = None, *, platform_version: str | None = None
) -> StsDefault:
    """Return how EKS interprets a service account's ``sts-regional-endpoints`` in a cluster of a version.

    Here, *global* means only that the variable is not set. That does not make an SDK global: since July 2025,
    SDKs are regional by default.

    Args:
        kubernetes_version: The cluster's version: ``"1.31"``, ``"v1.31.2-eks-7f9249a"``. ``None`` if it is
            unknown.
        annotation: The annotation's value. ``None`` if the service account has none.
        platform_version: The cluster's platform version, ``"eks.3"``; it matters only for versions 1.18 to
            1.21.

    Raises:
        EndpointError: A version is invalid.
        TypeError: An argument is not a string.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/configure-sts-endpoint.html

    >>> sts_default("1.31", None).adds_variable
    True
    >>> sts_default("1.31", "false").adds_variable
    False
    >>> sts_default("1.20", "true", platform_version="eks.2").reason
    'EKS 1.20 supports the annotation since platform version eks.3'
    """
    value = None if annotation is None else parse_go_bool(require_string(annotation, "annotation"))
    if kubernetes_version is None:
        reason = "the annotation decides" if value is not None else "the cluster's version is unknown"
        return StsDefault(value, None, None, value, reason)
    minor = _parse_kubernetes_version(kubernetes_version)
    if minor >= _FIRST_REGIONAL:
        if value is not None:
            reason = "the annotation decides"
        elif annotation is None:
            reason = "EKS is regional by default since Kubernetes 1.22"
        else:
            reason = (
                "the annotation is neither true nor false, so the default of EKS applies: regional since 1.22"
            )
        return StsDefault(value is not False, "regional", True, value, reason)  # noqa: FBT003 (fields in order)
    first_platform = _FIRST_PLATFORMS.get(minor)
    if first_platform is None:
        reason = f"EKS 1.{minor} does not support the annotation and is global"
        return StsDefault(False, "global", False, value, reason)  # noqa: FBT003 (fields in order)
    is_supported = (
        None if platform_version is None else _parse_platform_version(platform_version) >= first_platform
    )
    if is_supported:
        reason = "the annotation decides" if value is not None else f"EKS 1.{minor} is global by default"
        return StsDefault(value is True, "global", True, value, reason)  # noqa: FBT003 (fields in order)
    adds_variable = None if is_supported is None and value else False
    reason = f"EKS 1.{minor} supports the annotation since platform version eks.{first_platform}"
    return StsDefault(adds_variable, "global", is_supported, value, reason)


def eks_webhook_flags(region: str, kubernetes_version: str | None = None) -> dict[str, object]:
    """Return the flags with which EKS runs the webhook, if they set variables.

    Args:
        region: The cluster's Region.
        kubernetes_version: The cluster's version. ``None`` for any version that EKS supports today.

    Raises:
        EndpointError: The version is invalid.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/configure-sts-endpoint.html

    >>> eks_webhook_flags("eu-west-1")
    {'aws-default-region': 'eu-west-1', 'sts-regional-endpoint': True}
    """
    is_regional = kubernetes_version is None or sts_default(kubernetes_version).default == "regional"
    return {"aws-default-region": region, "sts-regional-endpoint": is_regional}


def _parse_kubernetes_version(version: str) -> int:
    match = _VERSION.fullmatch(require_string(version, "kubernetes_version"))
    if match is None or match[1] != "1":
        msg = f"kubernetes_version must be like '1.31', not {quote_text(version)}"
        raise EndpointError(msg, setting="kubernetes_version", value=version)
    return int(match[2])


def _parse_platform_version(version: str) -> int:
    match = _PLATFORM.fullmatch(require_string(version, "platform_version"))
    if match is None:
        msg = f"platform_version must be like 'eks.3', not {quote_text(version)}"
        raise EndpointError(msg, setting="platform_version", value=version)
    return int(match[1])
