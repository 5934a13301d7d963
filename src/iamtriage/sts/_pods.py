"""Determine what EKS adds to a pod's environment for AWS SDKs.

The rules are those of the webhook that EKS runs in every cluster, taken from its source:
https://github.com/aws/amazon-eks-pod-identity-webhook (``pkg/cache/cache.go``, ``pkg/handler/handler.go``,
``main.go``). Volumes, mounts, labels and the webhook's ConfigMap are left out because they set no variable.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Literal

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.views import View
from iamtriage._text import quote_text, wrong_type_message
from iamtriage.exceptions import EndpointError

__all__ = (
    "StsDefault",
    "TokenSettings",
    "eks_webhook_flags",
    "parse_go_bool",
    "pod_environment",
    "sts_default",
    "token_settings",
)

# The flags of the webhook that set variables, with their defaults.
_DEFAULTS: dict[str, object] = {
    "annotation-prefix": "eks.amazonaws.com",
    "aws-default-region": "",
    "compose-role-arn": False,
    "container-credentials-audience": "pods.eks.amazonaws.com",
    "container-credentials-full-uri": "http://169.254.170.23/v1/credentials",
    "container-credentials-token-mount-path": "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount",
    "container-credentials-token-path": "eks-pod-identity-token",
    "sts-regional-endpoint": False,
    "token-audience": "sts.amazonaws.com",
    "token-expiration": 86400,
    "token-mount-path": "/var/run/secrets/eks.amazonaws.com/serviceaccount",
}
_WEB_IDENTITY_VARIABLES = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")
_CONTAINER_VARIABLES = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
_REGION_VARIABLES = ("AWS_DEFAULT_REGION", "AWS_REGION")
_REGIONAL_VARIABLE = "AWS_STS_REGIONAL_ENDPOINTS"

_MIN_EXPIRATION = 600
_DEFAULT_EXPIRATION = 86400
_JITTERED_EXPIRATION = 79200

# The webhook derives the partition from the region's prefix. For other regions it uses `aws`, even in
# aws-iso-e and aws-iso-f: the result here is what the pod gets, not what it should get.
_PARTITION_PREFIXES = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eusc-": "aws-eusc",
}
_GO_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_GO_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})
# For strconv.ParseInt(…, 10, 64): more digits are out of its range, or are leading zeros.
_GO_INT = lazy_pattern(r"[+-]?0*([0-9]{1,19})", re.ASCII)
# A field of a CSV line in Go's encoding/csv: a quote inside an unquoted field is an error.
_CSV_FIELD = lazy_pattern(r'"([^"]*(?:""[^"]*)*)"|([^",\n]*)')
_VERSION = lazy_pattern(r"v?(\d{1,3})\.(\d{1,3})(?:[.+-].*)?", re.ASCII)
_PLATFORM = lazy_pattern(r"eks\.(\d{1,4})", re.ASCII)
# Kubernetes 1.x -> the first platform version whose webhook supports the annotation.
_FIRST_PLATFORMS = {18: 9, 19: 7, 20: 3, 21: 3}
# Kubernetes 1.x since which EKS is regional by default.
_FIRST_REGIONAL = 22


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
    association, there are none.

    Args:
        annotations: The annotations of the service account. ``None`` if the webhook does not know the service
            account.
        region: The cluster's region, for the flag ``aws-default-region``. ``None`` if the flag is not set.
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
    flags = _merge_flags(webhook_flags)
    if region is not None and "aws-default-region" not in _flag_names(webhook_flags):
        flags["aws-default-region"] = _require_string(region, "region")
    account_annotations = _require_strings(annotations, "annotations")
    present = _require_strings(container_env, "container_env") or {}
    pod = _require_strings(pod_annotations, "pod_annotations") or {}
    prefix = _get_flag(flags, "annotation-prefix")

    role = None if pod_identity else _find_role(account_annotations, flags, instance_identity)
    if not pod_identity and not role:
        return {}
    if container is not None and container in _parse_skipped_containers(pod.get(f"{prefix}/skip-containers")):
        return {}

    added: dict[str, str] = {}
    if _REGIONAL_VARIABLE not in present and _is_regional(account_annotations, flags):
        added[_REGIONAL_VARIABLE] = "regional"
    default_region = _get_flag(flags, "aws-default-region")
    if default_region and present.keys().isdisjoint(_REGION_VARIABLES):
        added |= dict.fromkeys(_REGION_VARIABLES, default_region)
    names = _CONTAINER_VARIABLES if pod_identity else _WEB_IDENTITY_VARIABLES
    if present.keys().isdisjoint(names):
        value = _get_flag(flags, "container-credentials-full-uri") if pod_identity else role or ""
        added |= dict(
            zip(names, (value, _token_file(flags, pod_identity=pod_identity, windows=windows)), strict=True)
        )
    return added


@attrs.frozen
class TokenSettings(View):
    """How the webhook requests the service account's token.

    Attributes:
        audience: The token's ``aud``, which the role's trust policy must accept.
        expiration_seconds: How long the token is valid; the maximum, if it varies.
        shortest_expiration_seconds: The minimum. Pod Identity varies the default, so not all tokens expire at
            once; else it equals ``expiration_seconds``.

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
    flags = _merge_flags(webhook_flags)
    account = _require_strings(annotations, "annotations")
    pod = _require_strings(pod_annotations, "pod_annotations") or {}
    prefix = _get_flag(flags, "annotation-prefix")

    audience = _get_flag(flags, "token-audience")
    if pod_identity:
        audience = _get_flag(flags, "container-credentials-audience")
    elif account is not None:
        audience = account.get(f"{prefix}/audience", audience)

    expiration = _DEFAULT_EXPIRATION
    if account is not None:
        expiration = max(_get_int_flag(flags, "token-expiration"), _MIN_EXPIRATION)
        expiration = _parse_expiration(account.get(f"{prefix}/token-expiration"), expiration)
    expiration = _parse_expiration(pod.get(f"{prefix}/token-expiration"), expiration)
    varies = pod_identity and expiration == _DEFAULT_EXPIRATION
    return TokenSettings(audience, expiration, _JITTERED_EXPIRATION if varies else expiration)


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

    Note that *global* means only that the variable is not set: nothing makes the SDK global, and SDKs since
    July 2025 are regional by default.

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
    value = None if annotation is None else parse_go_bool(_require_string(annotation, "annotation"))
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
        region: The cluster's region.
        kubernetes_version: The cluster's version. ``None`` for any version that EKS supports today.

    Raises:
        EndpointError: The version is invalid.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/configure-sts-endpoint.html

    >>> eks_webhook_flags("eu-west-1")
    {'aws-default-region': 'eu-west-1', 'sts-regional-endpoint': True}
    """
    is_regional = kubernetes_version is None or sts_default(kubernetes_version).default == "regional"
    return {"aws-default-region": region, "sts-regional-endpoint": is_regional}


def parse_go_bool(text: str) -> bool | None:
    """Parse a boolean like Go's ``strconv.ParseBool``; return ``None`` if that rejects it.

    Source: https://pkg.go.dev/strconv#ParseBool

    >>> parse_go_bool("T"), parse_go_bool("0"), parse_go_bool("yes")
    (True, False, None)
    """
    return True if text in _GO_TRUE else False if text in _GO_FALSE else None


# ------------------------------------------------ annotations and versions


def _find_role(
    annotations: Mapping[str, str] | None, flags: Mapping[str, object], identity: Mapping[str, str] | None
) -> str:
    """Return the role's ARN as injected. The webhook also injects an invalid one, with a warning."""
    role = (annotations or {}).get(f"{_get_flag(flags, 'annotation-prefix')}/role-arn", "")
    if not role or "arn:" in role or not _get_bool_flag(flags, "compose-role-arn"):
        return role
    instance = _require_strings(identity, "instance_identity") or {}
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
    annotation = annotations.get(f"{_get_flag(flags, 'annotation-prefix')}/sts-regional-endpoints")
    value = None if annotation is None else parse_go_bool(annotation)
    return _get_bool_flag(flags, "sts-regional-endpoint") if value is None else value


def _token_file(flags: Mapping[str, object], *, pod_identity: bool, windows: bool) -> str:
    if pod_identity:
        folder = _get_flag(flags, "container-credentials-token-mount-path")
        name = _get_flag(flags, "container-credentials-token-path")
    else:
        folder, name = _get_flag(flags, "token-mount-path"), "token"
    # Like Go's filepath.Join, which merges two leading slashes.
    joined = "/".join(part for part in (folder, name) if part)
    path = posixpath.normpath(re.sub(r"^/+", "/", joined)) if joined else ""
    return "C:" + path.replace("/", "\\") if windows else path


def _parse_skipped_containers(annotation: str | None) -> frozenset[str]:
    """Parse the names in the first line of a CSV text; return none if Go's reader would fail."""
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
    seconds = None if annotation is None else _parse_go_int(annotation)
    return default if seconds is None else max(seconds, _MIN_EXPIRATION)


def _parse_go_int(text: str) -> int | None:
    digits = _GO_INT.fullmatch(text)
    if digits is None:
        return None
    number = -int(digits[1]) if text.startswith("-") else int(digits[1])
    return number if -(2**63) <= number < 2**63 else None


def _parse_kubernetes_version(version: str) -> int:
    match = _VERSION.fullmatch(_require_string(version, "kubernetes_version"))
    if match is None or match[1] != "1":
        msg = f"kubernetes_version must be like '1.31', not {quote_text(version)}"
        raise EndpointError(msg, setting="kubernetes_version", value=version)
    return int(match[2])


def _parse_platform_version(version: str) -> int:
    match = _PLATFORM.fullmatch(_require_string(version, "platform_version"))
    if match is None:
        msg = f"platform_version must be like 'eks.3', not {quote_text(version)}"
        raise EndpointError(msg, setting="platform_version", value=version)
    return int(match[1])


# ------------------------------------------------ arguments


def _flag_names(flags: Mapping[str, object] | None) -> frozenset[str]:
    return frozenset(name.removeprefix("--") for name in flags or ())


def _merge_flags(flags: Mapping[str, object] | None) -> dict[str, object]:
    """Return the flags with the webhook's defaults; names can begin with ``--``."""
    if flags is None:
        return dict(_DEFAULTS)
    if not isinstance(flags, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(wrong_type_message("webhook_flags", "a mapping", flags))
    return _DEFAULTS | {
        _require_string(name, "a key of webhook_flags").removeprefix("--"): value
        for name, value in flags.items()
    }


def _get_flag(flags: Mapping[str, object], name: str) -> str:
    return _require_string(flags[name], f"the flag {name}")


def _get_bool_flag(flags: Mapping[str, object], name: str) -> bool:
    value = flags[name]
    parsed = parse_go_bool(value) if isinstance(value, str) else value
    if not isinstance(parsed, bool):
        msg = f"the flag {name} must be a boolean, not {quote_text(str(value))}"
        raise EndpointError(msg, setting=name, value=value)
    return parsed


def _get_int_flag(flags: Mapping[str, object], name: str) -> int:
    value = flags[name]
    number = _parse_go_int(value) if isinstance(value, str) else value
    if not isinstance(number, int) or isinstance(number, bool):
        msg = f"the flag {name} must be an integer, not {quote_text(str(value))}"
        raise EndpointError(msg, setting=name, value=value)
    return number


def _require_string(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise TypeError(wrong_type_message(name, "a string", value))
    return value


def _require_strings(values: Mapping[str, str] | None, name: str) -> Mapping[str, str] | None:
    if values is None:
        return None
    if not isinstance(values, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(wrong_type_message(name, "a mapping", values))
    for key, value in values.items():
        _require_string(key, f"a key of {name}")
        _require_string(value, f"{name}[{quote_text(key)}]")
    return values
