"""Explain that admission control rejected an object, which ``parse`` does not read, because no permission is missing.

Sources: https://kubernetes.io/docs/concepts/security/pod-security-standards/,
https://kubernetes.io/docs/concepts/security/pod-security-admission/ and k8s.io/pod-security-admission/policy (messages).
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import hide_secrets, join_words, quote_words
from iamtriage.explaining._context.readers.names import find_namespace
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Explanation, Labelled, Remedy
from iamtriage.explaining._rules.kubernetes.rbac.other_denials import REFUSED_BY_ADMISSION
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.kubernetes.manifests import write_scalar
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, present, your_remedy

_REJECTED = lazy_pattern(
    r"(?:\b(?P<type>pod|service|secret|configmap|persistentvolumeclaim)s )?\"(?P<name>[a-z0-9.-]{1,253})\" is forbidden: (?P<reason>violates PodSecurity \"(?P<level>baseline|restricted):[\w.-]{1,20}\": (?P<checks>[^\n]{1,4000})"
    r"|(?:exceeded|failed) quota: (?P<quota>[a-z0-9.-]{1,253})[:,][^\n]{0,400}|(?:maximum|minimum) [\w./-]{1,60} usage per [^\n]{1,400})"
    r"|admission webhook \"(?P<webhook>[\w./-]{1,253})\" denied the request\b[^\n]{0,400}"
)
# Only what exceeds the quota.
_USAGE = lazy_pattern(r"requested: (\S{1,400}), used: (\S{1,400}), limited: (\S{1,400})")
_QUANTITY = lazy_pattern(r"(\d{1,12})([kKMGTP]?i?|m)")
# The Deployment before the hash of its ReplicaSet.
_OF_DEPLOYMENT = lazy_pattern(r"([a-z0-9][a-z0-9.-]{0,200})-[a-z0-9]{8,10}-")
# A check that failed, and what it found.
_CHECK = lazy_pattern(r"([\w!=&/ -]{1,60}) \(((?:[^()\n]|\([^()\n]{0,200}\)){1,600})\)")
_CONTAINER = lazy_pattern(r"\"([a-z0-9-]{1,63})\"(?=[^()]{0,600} must set)")
# What the level "restricted" requires, in the manifest of a container.
_SETTINGS = {
    "allowPrivilegeEscalation=false": "allowPrivilegeEscalation: false",
    'capabilities.drop=["ALL"]': 'capabilities: {drop: ["ALL"]}',
    "runAsNonRoot=true": "runAsNonRoot: true",
    "seccompProfile.type to": "seccompProfile: {type: RuntimeDefault}",
}
_LABEL = "pod-security.kubernetes.io/enforce"
# Checks of the level "baseline", too.
_OF_BASELINE = ("must not", "hostPath", "hostPort", "host namespaces", "Unconfined")


def explain_rejected_object(text: str, facts: Facts) -> Explanation | None:
    """Explain that admission control rejected an object; return ``None`` for other texts."""
    text = text.replace(r"\"", '"')
    found = _REJECTED.search(text)
    if found is None:
        return None
    stated = find_namespace(text, None)
    namespace = commands.namespace(stated.value if stated else facts.namespace)
    who, reason = f"The admission webhook {found['webhook']}", found["reason"] or found[0]
    show = "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"
    remedies: tuple[Remedy, ...] = (
        your_remedy("Change the object as the webhook requires", "The message states the reason."),
        cluster_remedy("If the reason is wrong, change the webhook's policy", commands=show),
    )
    source = excess = ""
    name = found["name"] or "the object"
    named = f"the {found['type']} {name}{'*' * name.endswith('-')}" if found["type"] else name
    if found["level"]:
        source = (
            f"The level {found['level']} is from the namespace's label {_LABEL}, or the cluster's default."
        )
        who, reason = "Pod Security admission", reason.partition('": ')[0] + '"'
        remedies = _secure_pod(found["level"], hide_secrets(found["checks"]), namespace)
    elif found["reason"]:
        kind, name = ("ResourceQuota", found["quota"]) if found["quota"] else ("LimitRange", None)
        who = f"The {kind} {name or 'of the namespace'}"
        show = fill_command(
            f"kubectl describe {kind.lower()}{' {}' if name else ''} -n {{}}", *present(name, namespace)
        )
        remedies = (
            your_remedy("Change the requests and limits as the message states", commands=show),
            cluster_remedy(f"Or change the {kind}"),
        )
        if (usage := _USAGE.search(hide_secrets(reason))) is not None:
            excess, remedies = _free_quota(found, usage, show, namespace)
            source, reason = (
                "The quota counts all objects of the namespace, also those that a rolling update adds.",
                "",
            )
    return Explanation(
        failure=None,
        topic="kubernetes-admission",
        summary=f"{who} rejected {named}{excess}. Authentication and RBAC allowed the request: no permission is missing.",
        causes=(
            REFUSED_BY_ADMISSION.cause(
                "reported",
                f"The text says {quote_words(reason)}." if reason else None,
                text=source or f"{who} rejected the object.",
            ),
        ),
        remedies=remedies,
        notes=("Neither an IAM policy nor an RBAC role helps.",),
    )


def _read_pairs(text: str) -> dict[str, str]:
    return {key: value for key, _, value in (each.partition("=") for each in text.split(","))}


def _free_quota(
    found: re.Match[str], usage: re.Match[str], show: str, namespace: str
) -> tuple[str, tuple[Remedy, ...]]:
    """Return what exceeds a quota as the end of a sentence, and the remedies."""
    workload = _OF_DEPLOYMENT.fullmatch(found["name"] or "")
    target = f"deployment/{workload[1] if workload else 'NAME'}"
    requested, used, limited = map(_read_pairs, map(str, usage.groups()))
    words: list[str] = []
    lines: list[str] = [show]
    for key in (each for each in requested if each in used and each in limited):
        taken, most = _QUANTITY.fullmatch(used[key]), _QUANTITY.fullmatch(limited[key])
        left, rest = 0, ""
        if taken and most and taken[2] == most[2]:
            left = max(int(most[1]) - int(taken[1]), 0)
            rest = f"{left}{most[2]}"
        words.append(
            f"it needs {requested[key]} of {key}, and {used[key]} of {limited[key]} is used{rest and f' ({rest} is left)'}"
        )
        kind, _, name = key.partition(".")
        if left and kind in {"requests", "limits"} and name in {"cpu", "memory"}:
            line = f"kubectl set resources {{}} -n {{}} --{kind}={name}={rest}"
            lines.append(Labelled("If less is enough:", fill_command(line, target, namespace)))
    raise_quota = fill_command("kubectl edit resourcequota {} -n {}", found["quota"], namespace)
    return f": {join_words(words, 'and')}", (
        your_remedy(
            "Request less, or delete or scale down what the namespace does not need",
            "A Deployment or Job retries automatically: nothing needs a restart.",
            commands=tuple(lines),
        ),
        cluster_remedy(f"Or raise the ResourceQuota {found['quota']}", commands=raise_quota),
    )


def _secure_pod(level: str, checks: str, namespace: str) -> tuple[Remedy, ...]:
    """Return the remedies for a pod that does not meet a Pod Security Standard."""
    settings = [setting for sign, setting in _SETTINGS.items() if sign in checks]
    containers = list(dict.fromkeys(_CONTAINER.findall(checks))) or ["CONTAINER"]
    others = [
        f"Change what fails the check {check.strip()}: {what}."
        for check, what in _CHECK.findall(checks)
        if "must not" in what or not any(sign in what for sign in _SETTINGS)
    ]
    lines = ["spec:", "  containers:"]
    for name in containers:
        lines += [
            f"    - name: {write_scalar(name)}",
            "      securityContext:",
            *(f"        {each}" for each in settings),
        ]
    is_for_root = "runAsNonRoot=true" in checks
    weaker = (
        "privileged" if level == "baseline" or any(sign in checks for sign in _OF_BASELINE) else "baseline"
    )
    return (
        your_remedy(
            "Change the securityContext in the manifest of the pod or its template",
            *others,
            "An image that runs as root also needs runAsUser with another user ID, such as 1000."
            if is_for_root
            else None,
            manifest="\n".join((*lines, "")) if settings else None,
            url="https://kubernetes.io/docs/concepts/security/pod-security-standards/",
        ),
        cluster_remedy(
            f"Or lower the level {level} of the namespace, for all its pods",
            "Better, run the pod in a namespace that has a lower level already.",
            commands=(
                fill_command("kubectl get namespace {} --show-labels", namespace),
                Labelled(
                    "If its pods may have more privileges:",
                    fill_command(f"kubectl label --overwrite namespace {{}} {_LABEL}={weaker}", namespace),
                ),
            ),
            url="https://kubernetes.io/docs/concepts/security/pod-security-admission/",
        ),
    )
