"""Diagnose failed STS calls of pods.

This updates the advice of https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, get_args

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.parsing import parse
from iamtriage._text import quote_text, wrong_type_message
from iamtriage.failures._failures import Failure
from iamtriage.sts import _call_checks, _pod_checks, _region_checks
from iamtriage.sts._causes import Certainty, StsDiagnosis
from iamtriage.sts._evidence import StsCall
from iamtriage.sts._regional_defaults import sts_default
from iamtriage.sts._sdks import SDKS, Sdk
from iamtriage.sts._webhook_flags import require_strings

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.sts._causes import StsCause

__all__ = ("diagnose_sts",)

_CERTAINTIES: tuple[str, ...] = get_args(Certainty)
_BOTOCORE = lazy_pattern(r"(?:boto3|botocore)-(\d{1,3})\.(\d{1,4})(?:\.[\w.]{1,40})?", re.ASCII)
_FIRST_REGIONAL_BOTOCORE = (1, 40)
# Characters. SDKs print far less about a call, and this is still fast to search.
_MAX_TEXT = 200_000
_MAX_NAME_LENGTH = 100

# The order of causes with the same certainty.
_CHECKS: tuple[Callable[[StsCall], StsCause | None], ...] = (
    _call_checks.check_scope,
    _call_checks.check_global_endpoint,
    _region_checks.check_disabled_region,
    _region_checks.check_missing_region,
    _region_checks.check_unknown_region,
    _region_checks.check_partition,
    _call_checks.check_private_dns,
    _call_checks.check_fips,
    _pod_checks.check_values,
    _pod_checks.check_pod_identity,
    _pod_checks.check_environment,
    _pod_checks.check_false_annotation,
    _call_checks.check_token_version,
)


def diagnose_sts(  # noqa: PLR0913 (each is an optional fact)
    failure: str | bytes | BaseException | Mapping[str, object] | Failure | None = None,
    *,
    env: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    region: str | None = None,
    endpoint: str | None = None,
    sdk: str | None = None,
    kubernetes_version: str | None = None,
    cluster_region: str | None = None,
    vpc_endpoint: bool | None = None,
    opt_in: bool | None = None,
    pod_identity: bool | None = None,
    namespace: str | None = None,
    service_account: str | None = None,
    workload: str | None = None,
) -> StsDiagnosis:
    """Find out why a pod's STS call fails, or calls an unintended endpoint.

    Pass what you know. An omitted argument is unknown, never absent.

    Args:
        failure: The error, as accepted or returned by :func:`iamtriage.parse`.
        env: All environment variables of the pod's container.
        annotations: All annotations of the service account.
        region: The client's Region, from the code or a config file.
        endpoint: The client's STS URL, from the code.
        sdk: The SDK, by a name that :class:`iamtriage.StsSettings` accepts: ``"boto3"``, ``"boto3-1.39"``,
            ``"java-v1"``, ``"cli-v2"``, ….
        kubernetes_version: The cluster's version, such as ``"1.31"``.
        cluster_region: The cluster's Region.
        vpc_endpoint: Whether the pod's VPC has an STS interface endpoint with private DNS.
        opt_in: Whether the Region is an opt-in Region. ``None`` uses the list in the AWS documentation.
        pod_identity: Whether the service account has a Pod Identity association.
        namespace: The service account's namespace, for commands.
        service_account: The service account's name, for commands.
        workload: The workload that creates the pods, for commands: ``"deployment/app"``.

    Raises:
        EndpointError: The Kubernetes version is invalid.
        ValueError: The SDK is unknown.
        TypeError: An argument has the wrong type. The content of the failure, the environment and the
            annotations never raises an error.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html

    >>> found = diagnose_sts(
    ...     "An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: "
    ...     "Credential should be scoped to a valid region",
    ...     endpoint="https://sts.amazonaws.com",
    ...     env={"AWS_REGION": "us-west-2", "AWS_STS_REGIONAL_ENDPOINTS": "regional"},
    ... )
    >>> [(cause.code, cause.certainty) for cause in found.causes]
    [('wrong-scope', 'reported'), ('global-host-regional-credentials', 'derived')]
    >>> print(found.causes[1].fixes[0].text)
    remove the endpoint URL from the code, or set it to https://sts.us-west-2.amazonaws.com
    """
    parsed, text = _parse_failure(failure)
    call = StsCall(
        failure=parsed,
        text=text,
        env=require_strings(env, "env"),
        annotations=require_strings(annotations, "annotations"),
        given_region=_require_string(region, "region") or None,
        given_endpoint=_require_string(endpoint, "endpoint") or None,
        sdk=_find_sdk(_require_string(sdk, "sdk")),
        kubernetes_version=kubernetes_version,
        cluster_region=_require_string(cluster_region, "cluster_region") or None,
        vpc_endpoint=_require_bool(vpc_endpoint, "vpc_endpoint"),
        opt_in=_require_bool(opt_in, "opt_in"),
        pod_identity=_require_bool(pod_identity, "pod_identity"),
        namespace=_require_string(namespace, "namespace"),
        service_account=_require_string(service_account, "service_account"),
        workload=_require_string(workload, "workload"),
    )
    if kubernetes_version is not None:
        sts_default(kubernetes_version)  # raises if it is invalid
    causes = [cause for check in _CHECKS if (cause := check(call)) is not None]
    causes.sort(key=lambda cause: _CERTAINTIES.index(cause.certainty))
    return StsDiagnosis(tuple(causes), parsed)


def _parse_failure(
    error: str | bytes | BaseException | Mapping[str, object] | Failure | None,
) -> tuple[Failure | None, str]:
    """Return the failure and its text. A text without a failure can still be an SDK error."""
    if error is None:
        return None, ""
    failure = error if isinstance(error, Failure) else parse(error)
    if failure is not None:
        start = max(failure.span[0] - _MAX_TEXT // 2, 0)
        return failure, failure.text[start : start + _MAX_TEXT]
    text = ""
    if isinstance(error, str):
        text = error
    elif isinstance(error, bytes | bytearray):
        text = bytes(error[:_MAX_TEXT]).decode("utf-8", "replace")
    elif isinstance(error, BaseException):
        text = type(error).__name__
        with suppress(Exception):  # any error in a __str__ of user code
            text += f": {error}"
    return None, text[:_MAX_TEXT]


def _find_sdk(name: str | None) -> Sdk | None:
    if name is None:
        return None
    key = re.sub(r"[\s_]+", "-", name.strip().lower()) if len(name) <= _MAX_NAME_LENGTH else name
    release = _BOTOCORE.fullmatch(key)
    if release is not None:
        is_legacy = (int(release[1]), int(release[2])) < _FIRST_REGIONAL_BOTOCORE
        return SDKS["boto3-1.39" if is_legacy else "boto3"]
    if key == "botocore":
        key = "boto3"
    if key not in SDKS:
        msg = f"unknown sdk {quote_text(name)}; expected one of {', '.join(SDKS)}"
        raise ValueError(msg)
    return SDKS[key]


def _require_string(value: object, name: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(wrong_type_message(name, "a string", value))
    return value


def _require_bool(value: object, name: str) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise TypeError(wrong_type_message(name, "a boolean or None", value))
    return value
