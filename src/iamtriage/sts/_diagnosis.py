"""From what is known of a pod and its failing call of STS to the causes; not for asking AWS or the cluster.

The page whose advice this brings up to date is
https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html. Which host a client calls is
the business of ``sts_endpoints`` and ``sts_settings``, what EKS sets in a pod that of ``eks_pods``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, get_args

from iamtriage._reading.parsing import parse
from iamtriage._text import quote_text
from iamtriage.failures._failures import Failure
from iamtriage.sts import _call_checks, _pod_checks
from iamtriage.sts._causes import Certainty, StsDiagnosis
from iamtriage.sts._evidence import Known
from iamtriage.sts._pods import sts_default
from iamtriage.sts._sdks import SDKS, Sdk

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.sts._causes import StsCause

__all__ = ("diagnose_sts",)

_CERTAINTIES: tuple[str, ...] = get_args(Certainty)
_BOTOCORE = re.compile(r"(?:boto3|botocore)-(\d{1,3})\.(\d{1,4})(?:\.[\w.]{1,40})?", re.ASCII)
_FIRST_REGIONAL_BOTOCORE = (1, 40)
# Far more than any SDK prints about one call, and little enough to be read in no time.
_LOOKED_AT = 200_000
_LONGEST_NAME = 100

# Among causes of one certainty this is the order in which they are told.
_RULES: tuple[Callable[[Known], StsCause | None], ...] = (
    _call_checks.wrong_scope,
    _call_checks.global_host,
    _call_checks.region_disabled,
    _call_checks.missing_region,
    _call_checks.unknown_region,
    _call_checks.other_partition,
    _call_checks.private_dns,
    _call_checks.fips,
    _pod_checks.unknown_value,
    _pod_checks.pod_identity,
    _pod_checks.not_recreated,
    _pod_checks.annotation_false,
    _call_checks.v1_token,
)


def diagnose_sts(  # noqa: PLR0913 (each is one thing that may be known, and none is needed)
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
    """Find the causes for which a pod's call of STS fails, or goes elsewhere than wanted.

    Give what you know; what is not given counts as not known, never as absent.

    Args:
        failure: the error: what :func:`iamtriage.parse` takes, or what it gives.
        env: the environment of the pod's container. What is not in it is not set.
        annotations: of the service account. What is not among them is not there.
        region: the region that the code or a config file gives to the client.
        endpoint: the URL of STS that the code gives to the client.
        sdk: the SDK, by a name that :class:`iamtriage.StsSettings` takes: ``"boto3"``, ``"boto3-1.39"``,
            ``"java-v1"``, ``"cli-v2"``, ….
        kubernetes_version: of the cluster, ``"1.31"``.
        cluster_region: where the cluster is.
        vpc_endpoint: the pod's VPC has an interface endpoint of STS with private DNS.
        opt_in: the region is one that an account has to enable. None: as AWS lists it.
        pod_identity: the service account has a Pod Identity association.
        namespace: of the service account, for commands.
        service_account: its name, for commands.
        workload: what makes the pods, for commands: ``"deployment/app"``.

    Raises:
        EndpointError: a Kubernetes version that cannot be read.
        ValueError: no such SDK.
        TypeError: an argument is of another type. No content of the failure, the environment or the
            annotations raises.

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
    drop the endpoint URL from the code, or name https://sts.us-west-2.amazonaws.com
    """
    read, text = _read(failure)
    known = Known(
        failure=read,
        text=text,
        env=_texts(env, "env"),
        annotations=_texts(annotations, "annotations"),
        given_region=_text(region, "region") or None,
        given_endpoint=_text(endpoint, "endpoint") or None,
        sdk=_sdk(_text(sdk, "sdk")),
        kubernetes_version=kubernetes_version,
        cluster_region=_text(cluster_region, "cluster_region") or None,
        vpc_endpoint=_flag(vpc_endpoint, "vpc_endpoint"),
        opt_in=_flag(opt_in, "opt_in"),
        pod_identity=_flag(pod_identity, "pod_identity"),
        namespace=_text(namespace, "namespace"),
        service_account=_text(service_account, "service_account"),
        workload=_text(workload, "workload"),
    )
    if kubernetes_version is not None:
        sts_default(kubernetes_version)  # refuses what is none
    causes = [cause for rule in _RULES if (cause := rule(known)) is not None]
    causes.sort(key=lambda cause: _CERTAINTIES.index(cause.certainty))
    return StsDiagnosis(tuple(causes), read)


def _read(
    error: str | bytes | BaseException | Mapping[str, object] | Failure | None,
) -> tuple[Failure | None, str]:
    """Give the failure and its text. What is no failure to ``parse`` may still be the text of an SDK."""
    if error is None:
        return None, ""
    read = error if isinstance(error, Failure) else parse(error)
    if read is not None:
        start = max(read.span[0] - _LOOKED_AT // 2, 0)
        return read, read.text[start : start + _LOOKED_AT]
    text = ""
    if isinstance(error, str):
        text = error
    elif isinstance(error, bytes | bytearray):
        text = bytes(error[:_LOOKED_AT]).decode("utf-8", "replace")
    elif isinstance(error, BaseException):
        text = type(error).__name__
        with suppress(Exception):  # of a __str__ that is not ours
            text += f": {error}"
    return None, text[:_LOOKED_AT]


def _sdk(name: str | None) -> Sdk | None:
    if name is None:
        return None
    key = re.sub(r"[\s_]+", "-", name.strip().lower()) if len(name) <= _LONGEST_NAME else name
    release = _BOTOCORE.fullmatch(key)
    if release is not None:
        old = (int(release[1]), int(release[2])) < _FIRST_REGIONAL_BOTOCORE
        return SDKS["boto3-1.39" if old else "boto3"]
    if key == "botocore":
        key = "boto3"
    if key not in SDKS:
        msg = f"sdk is one of {', '.join(SDKS)}, not {quote_text(name)}"
        raise ValueError(msg)
    return SDKS[key]


def _text(value: object, name: str) -> str | None:
    if value is not None and not isinstance(value, str):
        msg = f"{name} is text, not {type(value).__name__}"
        raise TypeError(msg)
    return value


def _flag(value: object, name: str) -> bool | None:
    if value is not None and not isinstance(value, bool):
        msg = f"{name} is True, False or None, not {type(value).__name__}"
        raise TypeError(msg)
    return value


def _texts(given: Mapping[str, str] | None, name: str) -> Mapping[str, str] | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"{name} is a mapping, not {type(given).__name__}"  # type: ignore[unreachable]
        raise TypeError(msg)
    for key, value in given.items():
        for part in (key, value):
            if not isinstance(part, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                msg = f"{name} maps text to text; {type(part).__name__} is none"  # type: ignore[unreachable]
                raise TypeError(msg)
    return given
