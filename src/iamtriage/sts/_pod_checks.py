"""The rules that find causes in what EKS sets up for a pod; not for the call itself, see ``_sts_calls``.

Each rule gives its cause or None, and none looks at what the others found. What the webhook does is of its
source, https://github.com/aws/amazon-eks-pod-identity-webhook.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._text import quote_text
from iamtriage.sts._causes import Fix, StsCause, fix_in
from iamtriage.sts._evidence import ANNOTATION, CONTAINER, ROLE, SETTING, WEB_IDENTITY, word
from iamtriage.sts._pods import parse_go_bool, sts_default

if TYPE_CHECKING:
    from iamtriage.sts._evidence import Known

__all__ = ("annotation_false", "not_recreated", "pod_identity", "unknown_value")

_REFUSED_VALUE = re.compile(r"STS regional endpoints option (.{0,200}?) is invalid")


def annotation_false(known: Known) -> StsCause | None:
    value = known.annotation(ANNOTATION)
    if value is None or parse_go_bool(value) is not False:
        return None
    # Something else makes the client legacy, and the annotation lets it be so.
    if known.mode is not None and known.mode[0] == "legacy":
        return None
    evidence = [f"the annotation {ANNOTATION} is {quote_text(value)}, for which the webhook adds no variable"]
    if known.sdk is None or known.mode is None:
        evidence.append("SDKs are regional by default since July 2025, and many always were")
    else:
        evidence.append(known.mode[1])
    fixes = [
        fix_in(
            "service account",
            "drop the annotation: calls are regional anyhow",
            known.annotate(f"{ANNOTATION}-"),
        )
    ]
    if known.sdk is None or known.sdk.has_setting:
        fixes.append(
            fix_in(
                "pod",
                "or, for an SDK that reads the setting, set legacy in the container's specification; that "
                "sends the oldest regions to the global host, and no others",
                known.set_env(f"{SETTING}=legacy"),
            )
        )
    return StsCause(
        "annotation-false-has-no-effect",
        "The annotation does not make an SDK call the global host.",
        tuple(evidence),
        "possible" if known.sdk is None else "derived",
        tuple(fixes),
    )


def unknown_value(known: Known) -> StsCause | None:
    evidence: list[str] = []
    fixes: list[Fix] = []
    refused = _REFUSED_VALUE.search(known.text)
    if refused is not None:
        evidence.append(f"the failure says {quote_text(refused[0])}")
    value = known.variable(SETTING)
    reads = known.sdk is None or known.sdk.has_setting
    if reads and value is not None and value not in {"legacy", "regional"}:
        evidence.append(f"{SETTING} is {quote_text(value)}, and SDKs know legacy and regional")
    if evidence:
        command = known.set_env(f"{SETTING}=regional")
        fixes.append(fix_in("pod", "set regional in the container's specification, or nothing", command))
    annotation = known.annotation(ANNOTATION)
    if annotation is not None and parse_go_bool(annotation) is None:
        evidence.append(
            f"the annotation {ANNOTATION} is {quote_text(annotation)}, and the webhook knows true "
            "and false: it "
            "passes over the rest"
        )
        commands = known.annotate(f"{ANNOTATION}=true"), known.restart
        fixes.append(fix_in("service account", "set true, or drop the annotation", *commands))
    if not evidence:
        return None
    return StsCause(
        "annotation-value-not-known",
        "A setting for the STS endpoint has a value that its reader does not know.",
        tuple(evidence),
        "derived" if refused is None else "reported",
        tuple(fixes),
    )


def not_recreated(known: Known) -> StsCause | None:
    if not known.env or not known.annotations:
        return None
    evidence = [*_other_role(known), *_other_setting(known)]
    if not evidence:
        return None
    return StsCause(
        "pods-not-recreated",
        "The pod's environment is not what its service account's annotations ask for.",
        tuple(evidence),
        # A webhook out of reach, a container to skip, or the container's own specification look the same.
        "possible",
        (
            fix_in(
                "pod",
                "make the pods anew: the webhook changes them only when they are made, and leaves alone what "
                "the container's own specification sets",
                known.restart,
            ),
            fix_in(
                "cluster",
                "if new pods are no different, see whether the webhook is there",
                "kubectl get mutatingwebhookconfigurations pod-identity-webhook",
            ),
        ),
    )


def _other_role(known: Known) -> list[str]:
    role, present = known.annotation(ROLE), known.variable("AWS_ROLE_ARN")
    # Pod Identity takes the role's place.
    if not role or known.variable(CONTAINER) or known.pod_identity:
        return []
    asked = f"the annotation {ROLE} is {quote_text(role)}"
    if present is None:
        return [f"{asked}, and AWS_ROLE_ARN is not in the environment"]
    # The webhook may compose an ARN of a bare name.
    if present == role or ("arn:" not in role and present.endswith(f":role/{role}")):
        return []
    return [f"{asked}, and AWS_ROLE_ARN is {quote_text(present)}"]


def _other_setting(known: Known) -> list[str]:
    # The webhook sets the variable in the pods that it changes, and only those.
    if not known.annotation(ROLE) and not known.variable(CONTAINER):
        return []
    annotation, setting = known.annotation(ANNOTATION), known.variable(SETTING)
    expected = sts_default(known.kubernetes_version, annotation)
    asked = (
        expected.reason if annotation is None else f"the annotation {ANNOTATION} is {quote_text(annotation)}"
    )
    if expected.adds_variable and setting is None:
        return [f"{asked}, and {SETTING} is not in the environment"]
    if expected.annotation is False and setting == "regional":
        return [f"{asked}, and {SETTING} is regional"]
    return []


def pod_identity(known: Known) -> StsCause | None:
    role, container = known.annotation(ROLE), known.variable(CONTAINER)
    pair = all(known.variable(name) for name in WEB_IDENTITY)
    if not (role or pair) or not (container or known.pod_identity):
        return None
    signs = (
        (role, f"the service account has the annotation {ROLE}, which is IRSA's"),
        (pair, f"the environment has {WEB_IDENTITY[0]} and {WEB_IDENTITY[1]}, which are IRSA's"),
        (container, f"the environment has {CONTAINER}, which is Pod Identity's"),
        (known.pod_identity, "the service account has a Pod Identity association"),
        (pair and container, "with both in one environment, botocore and others look at IRSA's first"),
    )
    account = word(known.service_account, "SERVICE_ACCOUNT")
    return StsCause(
        "pod-identity-wins",
        "Both IRSA and Pod Identity are set up; in pods that are made now, Pod Identity wins.",
        tuple(text for holds, text in signs if holds),
        "possible" if pair else "derived",
        (
            fix_in(
                "service account",
                "for Pod Identity alone, drop the role's annotation",
                known.annotate(f"{ROLE}-"),
                known.restart,
            ),
            fix_in(
                "cluster",
                "for IRSA alone, delete the association",
                "aws eks list-pod-identity-associations --cluster-name CLUSTER"
                f" --namespace {word(known.namespace, 'NAMESPACE')} --service-account {account}",
                "aws eks delete-pod-identity-association --cluster-name CLUSTER --association-id ID",
                known.restart,
            ),
        ),
    )
