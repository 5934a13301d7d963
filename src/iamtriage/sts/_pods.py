"""Determine the variables that EKS adds to a pod's environment for AWS SDKs.

The rules are those of the webhook that EKS runs in every cluster, taken from its source:
https://github.com/aws/amazon-eks-pod-identity-webhook (``pkg/cache/cache.go``, ``pkg/handler/handler.go``,
``main.go``). Volumes, mounts, labels and the webhook's ConfigMap are left out because they set no variable.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.views import View
from iamtriage._text import quote_text
from iamtriage.exceptions import EndpointError
from iamtriage.sts._webhook_flags import (
    get_bool_flag,
    get_flag,
    get_flag_names,
    get_int_flag,
    merge_flags,
    parse_go_bool,
    parse_go_int,
    require_string,
    require_strings,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("TokenSettings", "pod_environment", "token_settings")

_WEB_IDENTITY_VARIABLES = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")
_CONTAINER_VARIABLES = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
_REGION_VARIABLES = ("AWS_DEFAULT_REGION", "AWS_REGION")
_REGIONAL_VARIABLE = "AWS_STS_REGIONAL_ENDPOINTS"

_MIN_EXPIRATION = 600
_DEFAULT_EXPIRATION = 86400
_JITTERED_EXPIRATION = 79200

# The webhook derives the partition from the region's prefix. For other regions it uses `aws`, even in
# aws-iso-e and aws-iso-f. This module returns what the pod gets, not what it should get.
_PARTITION_PREFIXES = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eusc-": "aws-eusc",
}
# A field of a CSV line in Go's encoding/csv: a quote inside an unquoted field is an error.
_CSV_FIELD = lazy_pattern(r'"([^"]*(?:""[^"]*)*)"|([^",\n]*)')


def pod_environment(  # noqa: PLR0913 (each is something that the webhook evaluates, and most are optional)
    annotations: Mapping[str, str] | None,
    *,
    region: str | None = None,
    webhook_flags: Mapping[str, object] | None = None,
    pod_annotations: Mapping[str, str] | None = None,
    container: str | None = None,
    container_env: Mapping[str, str] | None = None,
    pod_identity: bool = False,
    windows: bool = False,
    instance_identity: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the environment variables that the EKS pod identity webhook adds to a container.

    They apply to new pods; a running pod keeps its environment. Without a role annotation or a Pod Identity
    association, the webhook adds none.

    Args:
        annotations: The annotations of the service account. ``None`` if the webhook does not know the service
            account.
        region: The cluster's Region, for the flag ``aws-default-region``. ``None`` if the flag is not set.
        webhook_flags: The webhook's flags and their values, such as ``{"sts-regional-endpoint": True}``.
            Missing flags have the webhook's defaults; :func:`iamtriage.sts.eks_webhook_flags` returns those
            of EKS. Flags that set no variable are ignored.
        pod_annotations: The annotations of the pod, which can exclude containers.
        container: The name of the container, for the pod's annotations.
        container_env: The environment in the container's specification. If it sets one variable of a pair,
            the webhook adds neither.
        pod_identity: Whether the service account has a Pod Identity association, which takes precedence over
            the annotation.
        windows: Whether the pod's node selector requires Windows, which changes the path of the token.
        instance_identity: ``accountID`` and ``region`` or ``partition`` of the webhook's instance, for the
            flag ``compose-role-arn``, which builds an ARN from a role name.

    Raises:
        EndpointError: The webhook does not start with the value of a flag, or ``instance_identity`` lacks the
            account to build an ARN.
        TypeError: An annotation or variable is not a string.

    Source: https://github.com/aws/amazon-eks-pod-identity-webhook

    >>> role = {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/app"}
    >>> for name, value in pod_environment(role, region="eu-west-1").items():
    ...     print(name, value)
    AWS_DEFAULT_REGION eu-west-1
    AWS_REGION eu-west-1
    AWS_ROLE_ARN arn:aws:iam::111122223333:role/app
    AWS_WEB_IDENTITY_TOKEN_FILE /var/run/secrets/eks.amazonaws.com/serviceaccount/token
    >>> pod_environment({**role, "eks.amazonaws.com/sts-regional-endpoints": "true"})[
    ...     "AWS_STS_REGIONAL_ENDPOINTS"
    ... ]
    'regional'
    >>> list(pod_environment(role, pod_identity=True))
    ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE']
    >>> pod_environment({})
    {}
    """
    flags = merge_flags(webhook_flags)
    if region is not None and "aws-default-region" not in get_flag_names(webhook_flags):
        flags["aws-default-region"] = require_string(region, "region")
    account_annotations = require_strings(annotations, "annotations")
    present = require_strings(container_env, "container_env") or {}
    pod = require_strings(pod_annotations, "pod_annotations") or {}
    prefix = get_flag(flags, "annotation-prefix")

    role = None if pod_identity else _find_role(account_annotations, flags, instance_identity)
    if not pod_identity and not role:
        return {}
    if container is not None and container in _parse_skipped_containers(pod.get(f"{prefix}/skip-containers")):
        return {}

    added: dict[str, str] = {}
    if _REGIONAL_VARIABLE not in present and _is_regional(account_annotations, flags):
        added[_REGIONAL_VARIABLE] = "regional"
    default_region = get_flag(flags, "aws-default-region")
    if default_region and present.keys().isdisjoint(_REGION_VARIABLES):
        added |= dict.fromkeys(_REGION_VARIABLES, default_region)
    names = _CONTAINER_VARIABLES if pod_identity else _WEB_IDENTITY_VARIABLES
    if present.keys().isdisjoint(names):
        value = get_flag(flags, "container-credentials-full-uri") if pod_identity else role or ""
        added |= dict(
            zip(
                names,
                (value, _build_token_path(flags, pod_identity=pod_identity, windows=windows)),
                strict=True,
            )
        )
    return added


@attrs.frozen
class TokenSettings(View):
    """How the webhook requests the service account's token.

    Attributes:
        audience: The token's ``aud``, which the role's trust policy must accept.
        expiration_seconds: How long the token is valid; the maximum, if it varies.
        shortest_expiration_seconds: The minimum. Pod Identity varies the default, so that tokens do not all
            expire at the same time. Otherwise it equals ``expiration_seconds``.

    >>> token_settings({}).audience
    'sts.amazonaws.com'
    """

    audience: str
    expiration_seconds: int
    shortest_expiration_seconds: int


def token_settings(
    annotations: Mapping[str, str] | None,
    pod_annotations: Mapping[str, str] | None = None,
    webhook_flags: Mapping[str, object] | None = None,
    *,
    pod_identity: bool = False,
) -> TokenSettings:
    """Return the audience and lifetime of the token that the webhook mounts.

    The pod's annotation takes precedence over the service account's, which takes precedence over the flag. A
    lifetime that is not a number is ignored; the minimum is ten minutes. The audience for Pod Identity comes
    only from a flag.

    Args:
        annotations: The annotations of the service account. ``None`` if the webhook does not know the service
            account.
        pod_annotations: The annotations of the pod.
        webhook_flags: As for :func:`iamtriage.pod_environment`.
        pod_identity: Whether the service account has a Pod Identity association.

    Raises:
        EndpointError: The webhook does not start with the value of a flag.
        TypeError: An annotation is not a string.

    Source: https://github.com/aws/amazon-eks-pod-identity-webhook

    >>> token_settings({"eks.amazonaws.com/token-expiration": "3600"}).expiration_seconds
    3600
    >>> token_settings({"eks.amazonaws.com/token-expiration": "60"}).expiration_seconds
    600
    >>> settings = token_settings({}, pod_identity=True)
    >>> settings.audience, settings.shortest_expiration_seconds, settings.expiration_seconds
    ('pods.eks.amazonaws.com', 79200, 86400)
    """
    flags = merge_flags(webhook_flags)
    account = require_strings(annotations, "annotations")
    pod = require_strings(pod_annotations, "pod_annotations") or {}
    prefix = get_flag(flags, "annotation-prefix")

    audience = get_flag(flags, "token-audience")
    if pod_identity:
        audience = get_flag(flags, "container-credentials-audience")
    elif account is not None:
        audience = account.get(f"{prefix}/audience", audience)

    expiration = _DEFAULT_EXPIRATION
    if account is not None:
        expiration = max(get_int_flag(flags, "token-expiration"), _MIN_EXPIRATION)
        expiration = _parse_expiration(account.get(f"{prefix}/token-expiration"), expiration)
    expiration = _parse_expiration(pod.get(f"{prefix}/token-expiration"), expiration)
    varies = pod_identity and expiration == _DEFAULT_EXPIRATION
    return TokenSettings(audience, expiration, _JITTERED_EXPIRATION if varies else expiration)


def _find_role(
    annotations: Mapping[str, str] | None, flags: Mapping[str, object], identity: Mapping[str, str] | None
) -> str:
    """Return the role's ARN as injected. The webhook also injects an invalid one, with a warning."""
    role = (annotations or {}).get(f"{get_flag(flags, 'annotation-prefix')}/role-arn", "")
    if not role or "arn:" in role or not get_bool_flag(flags, "compose-role-arn"):
        return role
    instance = require_strings(identity, "instance_identity") or {}
    account = instance.get("accountID")
    if not account:
        msg = f"instance_identity must have an accountID to build the role's ARN from {quote_text(role)}"
        raise EndpointError(msg, setting="instance_identity", value=None)
    region = instance.get("region", "")
    partitions = (name for prefix, name in _PARTITION_PREFIXES.items() if region.startswith(prefix))
    partition = instance.get("partition") or next(partitions, "aws")
    return f"arn:{partition}:iam::{account}:role/{role}"


def _is_regional(annotations: Mapping[str, str] | None, flags: Mapping[str, object]) -> bool:
    # Even the flag has no effect for a service account that the webhook does not know.
    if annotations is None:
        return False
    annotation = annotations.get(f"{get_flag(flags, 'annotation-prefix')}/sts-regional-endpoints")
    value = None if annotation is None else parse_go_bool(annotation)
    return get_bool_flag(flags, "sts-regional-endpoint") if value is None else value


def _build_token_path(flags: Mapping[str, object], *, pod_identity: bool, windows: bool) -> str:
    if pod_identity:
        folder = get_flag(flags, "container-credentials-token-mount-path")
        name = get_flag(flags, "container-credentials-token-path")
    else:
        folder, name = get_flag(flags, "token-mount-path"), "token"
    # Like Go's filepath.Join, which merges two leading slashes.
    joined = "/".join(part for part in (folder, name) if part)
    path = posixpath.normpath(re.sub(r"^/+", "/", joined)) if joined else ""
    return "C:" + path.replace("/", "\\") if windows else path


def _parse_skipped_containers(annotation: str | None) -> frozenset[str]:
    """Parse the names in the first line of a CSV text; there are none if Go's reader would fail."""
    line = (annotation or "").replace("\r\n", "\n").lstrip("\n")
    names: list[str] = []
    position = 0
    while line and (field := _CSV_FIELD.match(line, position)):
        names.append(field[2] if field[1] is None else field[1].replace('""', '"'))
        position = field.end()
        if line[position : position + 1] != ",":
            break
        position += 1
    return frozenset(names) if line[position : position + 1] in {"", "\n"} else frozenset()


def _parse_expiration(annotation: str | None, default: int) -> int:
    seconds = None if annotation is None else parse_go_int(annotation)
    return default if seconds is None else max(seconds, _MIN_EXPIRATION)
