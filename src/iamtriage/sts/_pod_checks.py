"""Check what EKS configures for a pod: annotations, environment and Pod Identity.

Each check returns its cause or ``None``, and is independent of the other checks. The webhook's behavior comes
from its source, https://github.com/aws/amazon-eks-pod-identity-webhook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_text
from iamtriage.sts._causes import Fix, StsCause, build_fix
from iamtriage.sts._evidence import (
    CONTAINER_VARIABLE,
    REGIONAL_VARIABLE,
    ROLE_ANNOTATION,
    STS_ANNOTATION,
    WEB_IDENTITY_VARIABLES,
    quote_argument,
)
from iamtriage.sts._regional_defaults import sts_default
from iamtriage.sts._webhook_flags import parse_go_bool

if TYPE_CHECKING:
    from iamtriage.sts._evidence import StsCall

__all__ = ("check_environment", "check_false_annotation", "check_pod_identity", "check_values")

_REJECTED_VALUE = lazy_pattern(r"STS regional endpoints option (.{0,200}?) is invalid")


def check_false_annotation(call: StsCall) -> StsCause | None:
    """Check whether an annotation with the value false is meant to make an SDK global."""
    value = call.get_annotation(STS_ANNOTATION)
    if value is None or parse_go_bool(value) is not False:
        return None
    # The client is legacy for another reason, which the annotation does not prevent.
    if call.mode is not None and call.mode[0] == "legacy":
        return None
    evidence = [
        f"the annotation {STS_ANNOTATION} is {quote_text(value)}, for which the webhook adds no variable"
    ]
    if call.sdk is None or call.mode is None:
        evidence.append("SDKs are regional by default since July 2025, and many always were")
    else:
        evidence.append(call.mode[1])
    fixes = [
        build_fix(
            "service account",
            "remove the annotation; calls are regional anyway",
            call.annotate_command(f"{STS_ANNOTATION}-"),
        )
    ]
    if call.sdk is None or call.sdk.has_setting:
        fixes.append(
            build_fix(
                "pod",
                "or, for an SDK that supports the setting, set legacy in the container's specification; "
                "clients in the oldest Regions, and no others, then call the global endpoint",
                call.set_env_command(f"{REGIONAL_VARIABLE}=legacy"),
            )
        )
    return StsCause(
        "annotation-false-has-no-effect",
        "The annotation does not make an SDK call the global endpoint.",
        tuple(evidence),
        "possible" if call.sdk is None else "derived",
        tuple(fixes),
    )


def check_values(call: StsCall) -> StsCause | None:
    """Check whether the settings for the STS endpoint have valid values."""
    evidence: list[str] = []
    fixes: list[Fix] = []
    rejected = _REJECTED_VALUE.search(call.text)
    if rejected is not None:
        evidence.append(f"the failure says {quote_text(rejected[0])}")
    value = call.get_variable(REGIONAL_VARIABLE)
    has_setting = call.sdk is None or call.sdk.has_setting
    if has_setting and value is not None and value not in {"legacy", "regional"}:
        evidence.append(
            f"{REGIONAL_VARIABLE} is {quote_text(value)}, but SDKs accept only legacy and regional"
        )
    if evidence:
        command = call.set_env_command(f"{REGIONAL_VARIABLE}=regional")
        text = "set regional in the container's specification, or remove the variable"
        fixes.append(build_fix("pod", text, command))
    annotation = call.get_annotation(STS_ANNOTATION)
    if annotation is not None and parse_go_bool(annotation) is None:
        evidence.append(
            f"the annotation {STS_ANNOTATION} is {quote_text(annotation)}, but the webhook accepts only true "
            "and false, and ignores other values"
        )
        commands = call.annotate_command(f"{STS_ANNOTATION}=true"), call.restart_command
        fixes.append(build_fix("service account", "set true, or remove the annotation", *commands))
    if not evidence:
        return None
    return StsCause(
        "annotation-value-not-known",
        "A setting for the STS endpoint has an invalid value.",
        tuple(evidence),
        "derived" if rejected is None else "reported",
        tuple(fixes),
    )


def check_environment(call: StsCall) -> StsCause | None:
    """Check whether the pod's environment matches the service account's annotations."""
    if not call.env or not call.annotations:
        return None
    evidence = [*_compare_role(call), *_compare_setting(call)]
    if not evidence:
        return None
    return StsCause(
        "pods-not-recreated",
        "The pod's environment does not match the service account's annotations.",
        tuple(evidence),
        # An unreachable webhook, a skipped container, or the container's specification have the same effect.
        "possible",
        (
            build_fix(
                "pod",
                "re-create the pods: the webhook changes pods only when they are created, and does not "
                "override variables in the container's specification",
                call.restart_command,
            ),
            build_fix(
                "cluster",
                "if new pods do not differ, check whether the webhook exists",
                "kubectl get mutatingwebhookconfigurations pod-identity-webhook",
            ),
        ),
    )


def _compare_role(call: StsCall) -> list[str]:
    role, actual = call.get_annotation(ROLE_ANNOTATION), call.get_variable("AWS_ROLE_ARN")
    # Pod Identity replaces the role.
    if not role or call.get_variable(CONTAINER_VARIABLE) or call.pod_identity:
        return []
    expected = f"the annotation {ROLE_ANNOTATION} is {quote_text(role)}"
    if actual is None:
        return [f"{expected}, but the environment has no AWS_ROLE_ARN"]
    # The webhook can compose an ARN from a bare name.
    if actual == role or ("arn:" not in role and actual.endswith(f":role/{role}")):
        return []
    return [f"{expected}, but AWS_ROLE_ARN is {quote_text(actual)}"]


def _compare_setting(call: StsCall) -> list[str]:
    # The webhook sets the variable only in pods that it changes.
    if not call.get_annotation(ROLE_ANNOTATION) and not call.get_variable(CONTAINER_VARIABLE):
        return []
    annotation, actual = call.get_annotation(STS_ANNOTATION), call.get_variable(REGIONAL_VARIABLE)
    default = sts_default(call.kubernetes_version, annotation)
    expected = (
        default.reason
        if annotation is None
        else f"the annotation {STS_ANNOTATION} is {quote_text(annotation)}"
    )
    if default.adds_variable and actual is None:
        return [f"{expected}, but the environment has no {REGIONAL_VARIABLE}"]
    if default.annotation is False and actual == "regional":
        return [f"{expected}, but {REGIONAL_VARIABLE} is regional"]
    return []


def check_pod_identity(call: StsCall) -> StsCause | None:
    """Check whether both IRSA and Pod Identity are configured."""
    role, container = call.get_annotation(ROLE_ANNOTATION), call.get_variable(CONTAINER_VARIABLE)
    has_web_identity = all(call.get_variable(name) for name in WEB_IDENTITY_VARIABLES)
    if not (role or has_web_identity) or not (container or call.pod_identity):
        return None
    names = " and ".join(WEB_IDENTITY_VARIABLES)
    signs = (
        (role, f"the service account has the annotation {ROLE_ANNOTATION} (IRSA)"),
        (has_web_identity, f"the environment has {names} (IRSA)"),
        (container, f"the environment has {CONTAINER_VARIABLE} (Pod Identity)"),
        (call.pod_identity, "the service account has a Pod Identity association"),
        (
            has_web_identity and container,
            "if an environment has both, botocore and other SDKs use IRSA first",
        ),
    )
    account = quote_argument(call.service_account, "SERVICE_ACCOUNT")
    return StsCause(
        "pod-identity-wins",
        "IRSA and Pod Identity are both configured; new pods use Pod Identity.",
        tuple(text for is_present, text in signs if is_present),
        "possible" if has_web_identity else "derived",
        (
            build_fix(
                "service account",
                "to use only Pod Identity, remove the role annotation",
                call.annotate_command(f"{ROLE_ANNOTATION}-"),
                call.restart_command,
            ),
            build_fix(
                "cluster",
                "to use only IRSA, delete the association",
                "aws eks list-pod-identity-associations --cluster-name CLUSTER"
                f" --namespace {quote_argument(call.namespace, 'NAMESPACE')} --service-account {account}",
                "aws eks delete-pod-identity-association --cluster-name CLUSTER --association-id ID",
                call.restart_command,
            ),
        ),
    )
