"""What EKS puts into a pod's environment for AWS SDKs; not for what an SDK then makes of it.

The rules are those of the webhook that EKS runs in every cluster, read in its source:
https://github.com/aws/amazon-eks-pod-identity-webhook (``pkg/cache/cache.go``, ``pkg/handler/handler.go``,
``main.go``). Volumes, mounts, labels and the webhook's own ConfigMap are left out: they set no variable.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Literal

import attrs

from iamtriage._rendering.views import View
from iamtriage._text import quote_text
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

# The webhook's flags, where they matter here, with its own defaults.
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
_WEB_IDENTITY = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")
_CONTAINER = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
_REGION = ("AWS_DEFAULT_REGION", "AWS_REGION")
_STS = "AWS_STS_REGIONAL_ENDPOINTS"

_MIN_EXPIRATION = 600
_DEFAULT_EXPIRATION = 86400
_JITTERED_EXPIRATION = 79200

# The webhook knows partitions by how the region begins. Of the others it takes `aws`, wrong as that is in
# aws-iso-e and aws-iso-f: the answer here is what the pod gets, not what it should get.
_PARTITION_STARTS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eusc-": "aws-eusc",
}
_GO_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_GO_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})
# Of strconv.ParseInt(…, 10, 64): more digits than these are out of its range, or lead with zeros.
_GO_INT = re.compile(r"[+-]?0*([0-9]{1,19})", re.ASCII)
# A field of a CSV line, as Go's encoding/csv takes it: a quote inside of a bare field is an error.
_CSV_FIELD = re.compile(r'"([^"]*(?:""[^"]*)*)"|([^",\n]*)')
_VERSION = re.compile(r"v?(\d{1,3})\.(\d{1,3})(?:[.+-].*)?", re.ASCII)
_PLATFORM = re.compile(r"eks\.(\d{1,4})", re.ASCII)
# Kubernetes 1.x -> the platform version from which EKS's webhook knew the annotation, and its default.
_FIRST_PLATFORMS = {18: 9, 19: 7, 20: 3, 21: 3}
_FIRST_REGIONAL = 22


def pod_environment(  # noqa: PLR0913 (all but the first are optional, and each is one thing that the webhook looks at)
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
    """Give the environment variables that EKS's pod identity webhook adds to a container.

    They are for pods made from now on; a running pod keeps what it was made with. Without a role's
    annotation and without a Pod Identity association there are none.

    Args:
        annotations: of the service account. None: the webhook does not know the service account.
        region: the cluster's region, for the flag ``aws-default-region``. None: the flag is not set.
        webhook_flags: the webhook's command line: flag -> value, e.g. ``{"sts-regional-endpoint": True}``.
            What is missing has the webhook's own default; EKS's are those of
            :func:`iamtriage.sts.eks_webhook_flags`. Flags that set no variable are not looked at.
        pod_annotations: of the pod: which containers are to be left alone.
        container: the container's name, for the above.
        container_env: what the container's own specification sets. A pair of which it sets one variable
            is left alone.
        pod_identity: the service account has a Pod Identity association, which beats the annotation.
        windows: the pod's node selector asks for Windows, so that the token's path is one of Windows.
        instance_identity: ``accountID`` and ``region`` or ``partition`` of the webhook's instance, from
            which the flag ``compose-role-arn`` makes an ARN of a bare role name.

    Raises:
        EndpointError: a flag has a value with which the webhook does not start, or the ARN is to be composed
            and ``instance_identity`` does not tell the account.
        TypeError: an annotation or variable is no text.

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
    flags = _flags(webhook_flags)
    if region is not None and "aws-default-region" not in _names(webhook_flags):
        flags["aws-default-region"] = _text(region, "the region")
    known = _texts(annotations, "annotations")
    present = _texts(container_env, "the container's environment") or {}
    pod = _texts(pod_annotations, "the pod's annotations") or {}
    prefix = _flag_text(flags, "annotation-prefix")

    role = None if pod_identity else _role(known, flags, instance_identity)
    if not pod_identity and not role:
        return {}
    if container is not None and container in _skipped(pod.get(f"{prefix}/skip-containers")):
        return {}

    added: dict[str, str] = {}
    if _STS not in present and _is_regional(known, flags):
        added[_STS] = "regional"
    default_region = _flag_text(flags, "aws-default-region")
    if default_region and present.keys().isdisjoint(_REGION):
        added |= dict.fromkeys(_REGION, default_region)
    names = _CONTAINER if pod_identity else _WEB_IDENTITY
    if present.keys().isdisjoint(names):
        first = _flag_text(flags, "container-credentials-full-uri") if pod_identity else role or ""
        added |= dict(
            zip(names, (first, _token_file(flags, pod_identity=pod_identity, windows=windows)), strict=True)
        )
    return added


@attrs.frozen
class TokenSettings(View):
    """How the webhook has the service account's token made.

    Attributes:
        audience: the token's ``aud``, which a role's trust policy must let pass.
        expiration_seconds: how long the token is valid; the longest, where that is drawn by lot.
        shortest_expiration_seconds: the shortest that may be drawn: Pod Identity varies the default, so
            that not all tokens end at once. Else the same.

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
    """Give the audience and life of the token that the webhook has mounted.

    The pod's annotation beats the service account's, which beats the flag. A life that is no number is not
    looked at, and one below ten minutes is taken for ten minutes. Pod Identity's audience is a flag's alone.

    Args:
        annotations: of the service account. None: the webhook does not know the service account.
        pod_annotations: of the pod.
        webhook_flags: as for :func:`iamtriage.pod_environment`.
        pod_identity: the service account has a Pod Identity association.

    Raises:
        EndpointError: a flag has a value with which the webhook does not start.
        TypeError: an annotation is no text.

    Source: https://github.com/aws/amazon-eks-pod-identity-webhook

    >>> token_settings({"eks.amazonaws.com/token-expiration": "3600"}).expiration_seconds
    3600
    >>> token_settings({"eks.amazonaws.com/token-expiration": "60"}).expiration_seconds
    600
    >>> settings = token_settings({}, pod_identity=True)
    >>> settings.audience, settings.shortest_expiration_seconds, settings.expiration_seconds
    ('pods.eks.amazonaws.com', 79200, 86400)
    """
    flags = _flags(webhook_flags)
    known = _texts(annotations, "annotations")
    pod = _texts(pod_annotations, "the pod's annotations") or {}
    prefix = _flag_text(flags, "annotation-prefix")

    audience = _flag_text(flags, "token-audience")
    if pod_identity:
        audience = _flag_text(flags, "container-credentials-audience")
    elif known is not None:
        audience = known.get(f"{prefix}/audience", audience)

    expiration = _DEFAULT_EXPIRATION
    if known is not None:
        expiration = max(_flag_int(flags, "token-expiration"), _MIN_EXPIRATION)
        expiration = _expiration(known.get(f"{prefix}/token-expiration"), expiration)
    expiration = _expiration(pod.get(f"{prefix}/token-expiration"), expiration)
    varies = pod_identity and expiration == _DEFAULT_EXPIRATION
    return TokenSettings(audience, expiration, _JITTERED_EXPIRATION if varies else expiration)


@attrs.frozen
class StsDefault(View):
    """What EKS makes of the annotation ``sts-regional-endpoints`` in a cluster.

    Attributes:
        adds_variable: the webhook sets ``AWS_STS_REGIONAL_ENDPOINTS=regional``. None: cannot be told.
        default: the endpoint that EKS chooses without the annotation. None: the version is not known.
        knows_annotation: the cluster's webhook reads the annotation. None: cannot be told.
        annotation: what the annotation says to the webhook. None: there is none, or it is no Go boolean,
            which the webhook passes over.
        reason: why, in one sentence.

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
    """Give what EKS does with a service account's ``sts-regional-endpoints`` in a cluster of a version.

    Note that *global* is the absence of a variable: nothing tells the SDK to be global, and SDKs since
    July 2025 are regional by themselves.

    Args:
        kubernetes_version: of the cluster: ``"1.31"``, ``"v1.31.2-eks-7f9249a"``. None: not known.
        annotation: the annotation's value. None: the service account has none.
        platform_version: of the cluster, ``"eks.3"``; asked for only by versions 1.18 to 1.21.

    Raises:
        EndpointError: a version that cannot be read.
        TypeError: an argument is no text.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/configure-sts-endpoint.html

    >>> sts_default("1.31", None).adds_variable
    True
    >>> sts_default("1.31", "false").adds_variable
    False
    >>> sts_default("1.20", "true", platform_version="eks.2").reason
    'EKS 1.20 reads the annotation from platform version eks.3 on'
    """
    said = None if annotation is None else parse_go_bool(_text(annotation, "an annotation"))
    if kubernetes_version is None:
        reason = "the annotation decides" if said is not None else "the cluster's version is not known"
        return StsDefault(said, None, None, said, reason)
    minor = _minor(kubernetes_version)
    if minor >= _FIRST_REGIONAL:
        if said is not None:
            reason = "the annotation decides"
        elif annotation is None:
            reason = "EKS is regional by default since Kubernetes 1.22"
        else:
            reason = (
                "the annotation is neither true nor false, so that EKS's default holds: regional since 1.22"
            )
        return StsDefault(said is not False, "regional", True, said, reason)  # noqa: FBT003 (fields in order)
    needed = _FIRST_PLATFORMS.get(minor)
    if needed is None:
        reason = f"EKS 1.{minor} does not read the annotation and is global"
        return StsDefault(False, "global", False, said, reason)  # noqa: FBT003 (fields in order)
    knows = None if platform_version is None else _platform(platform_version) >= needed
    if knows:
        reason = "the annotation decides" if said is not None else f"EKS 1.{minor} is global by default"
        return StsDefault(said is True, "global", True, said, reason)  # noqa: FBT003 (fields in order)
    adds = None if knows is None and said else False
    reason = f"EKS 1.{minor} reads the annotation from platform version eks.{needed} on"
    return StsDefault(adds, "global", knows, said, reason)


def eks_webhook_flags(region: str, kubernetes_version: str | None = None) -> dict[str, object]:
    """Give the flags with which EKS runs the webhook, as far as they set variables.

    Args:
        region: the cluster's.
        kubernetes_version: the cluster's. None: one that EKS supports today.

    Raises:
        EndpointError: a version that cannot be read.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/configure-sts-endpoint.html

    >>> eks_webhook_flags("eu-west-1")
    {'aws-default-region': 'eu-west-1', 'sts-regional-endpoint': True}
    """
    regional = kubernetes_version is None or sts_default(kubernetes_version).default == "regional"
    return {"aws-default-region": region, "sts-regional-endpoint": regional}


def parse_go_bool(text: str) -> bool | None:
    """Read a boolean as Go's ``strconv.ParseBool`` does; None for what it refuses.

    Source: https://pkg.go.dev/strconv#ParseBool

    >>> parse_go_bool("T"), parse_go_bool("0"), parse_go_bool("yes")
    (True, False, None)
    """
    return True if text in _GO_TRUE else False if text in _GO_FALSE else None


# ------------------------------------------------ what the webhook reads


def _role(
    annotations: Mapping[str, str] | None, flags: Mapping[str, object], identity: Mapping[str, str] | None
) -> str:
    """Give the role's ARN as injected: the webhook warns of a wrong one, and injects it all the same."""
    role = (annotations or {}).get(f"{_flag_text(flags, 'annotation-prefix')}/role-arn", "")
    if not role or "arn:" in role or not _flag_bool(flags, "compose-role-arn"):
        return role
    known = _texts(identity, "the instance's identity") or {}
    account = known.get("accountID")
    if not account:
        msg = (
            f"the role's ARN is composed of {quote_text(role)} and the instance's account, which is not given"
        )
        raise EndpointError(msg, setting="instance_identity", value=None)
    region = known.get("region", "")
    starts = (partition for start, partition in _PARTITION_STARTS.items() if region.startswith(start))
    partition = known.get("partition") or next(starts, "aws")
    return f"arn:{partition}:iam::{account}:role/{role}"


def _is_regional(annotations: Mapping[str, str] | None, flags: Mapping[str, object]) -> bool:
    # Even the flag does not count for a service account that the webhook does not know.
    if annotations is None:
        return False
    annotation = annotations.get(f"{_flag_text(flags, 'annotation-prefix')}/sts-regional-endpoints")
    said = None if annotation is None else parse_go_bool(annotation)
    return _flag_bool(flags, "sts-regional-endpoint") if said is None else said


def _token_file(flags: Mapping[str, object], *, pod_identity: bool, windows: bool) -> str:
    if pod_identity:
        folder = _flag_text(flags, "container-credentials-token-mount-path")
        name = _flag_text(flags, "container-credentials-token-path")
    else:
        folder, name = _flag_text(flags, "token-mount-path"), "token"
    # Go's filepath.Join: as here, but two slashes at the front are one to it.
    joined = "/".join(part for part in (folder, name) if part)
    path = posixpath.normpath(re.sub(r"^/+", "/", joined)) if joined else ""
    return "C:" + path.replace("/", "\\") if windows else path


def _skipped(annotation: str | None) -> frozenset[str]:
    """Read the names in the first line of a CSV text; none where Go's reader would give an error."""
    line = (annotation or "").replace("\r\n", "\n").lstrip("\n")
    names: list[str] = []
    at = 0
    while line and (field := _CSV_FIELD.match(line, at)):
        names.append(field[2] if field[1] is None else field[1].replace('""', '"'))
        at = field.end()
        if line[at : at + 1] != ",":
            break
        at += 1
    return frozenset(names) if line[at : at + 1] in {"", "\n"} else frozenset()


def _expiration(annotation: str | None, otherwise: int) -> int:
    seconds = None if annotation is None else _go_int(annotation)
    return otherwise if seconds is None else max(seconds, _MIN_EXPIRATION)


def _go_int(text: str) -> int | None:
    digits = _GO_INT.fullmatch(text)
    if digits is None:
        return None
    number = -int(digits[1]) if text.startswith("-") else int(digits[1])
    return number if -(2**63) <= number < 2**63 else None


def _minor(version: str) -> int:
    found = _VERSION.fullmatch(_text(version, "a version"))
    if found is None or found[1] != "1":
        msg = f"a Kubernetes version is like '1.31', not {quote_text(version)}"
        raise EndpointError(msg, setting="kubernetes_version", value=version)
    return int(found[2])


def _platform(version: str) -> int:
    found = _PLATFORM.fullmatch(_text(version, "a platform version"))
    if found is None:
        msg = f"a platform version of EKS is like 'eks.3', not {quote_text(version)}"
        raise EndpointError(msg, setting="platform_version", value=version)
    return int(found[1])


# ------------------------------------------------ arguments


def _names(flags: Mapping[str, object] | None) -> frozenset[str]:
    return frozenset(name.removeprefix("--") for name in flags or ())


def _flags(given: Mapping[str, object] | None) -> dict[str, object]:
    """Give the flags with the webhook's defaults; names may be written as on its command line."""
    if given is None:
        return dict(_DEFAULTS)
    if not isinstance(given, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"flags are a mapping, not {type(given).__name__}"  # type: ignore[unreachable]
        raise TypeError(msg)
    return _DEFAULTS | {
        _text(name, "a flag's name").removeprefix("--"): value for name, value in given.items()
    }


def _flag_text(flags: Mapping[str, object], name: str) -> str:
    return _text(flags[name], f"the flag {name}")


def _flag_bool(flags: Mapping[str, object], name: str) -> bool:
    value = flags[name]
    said = parse_go_bool(value) if isinstance(value, str) else value
    if not isinstance(said, bool):
        msg = f"the flag {name} is true or false, not {quote_text(str(value))}"
        raise EndpointError(msg, setting=name, value=value)
    return said


def _flag_int(flags: Mapping[str, object], name: str) -> int:
    value = flags[name]
    number = _go_int(value) if isinstance(value, str) else value
    if not isinstance(number, int) or isinstance(number, bool):
        msg = f"the flag {name} is a number, not {quote_text(str(value))}"
        raise EndpointError(msg, setting=name, value=value)
    return number


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        msg = f"{what} is text, not {type(value).__name__}"
        raise TypeError(msg)
    return value


def _texts(given: Mapping[str, str] | None, what: str) -> Mapping[str, str] | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"{what}: a mapping is wanted, not {type(given).__name__}"  # type: ignore[unreachable]
        raise TypeError(msg)
    for name, value in given.items():
        _text(name, f"{what}: a name")
        _text(value, f"{what}: {quote_text(str(name))}")
    return given
