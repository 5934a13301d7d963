"""Correct access keys where a pod, task, function or CI job gets them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.text_signs import is_about_pods

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import Failure

_SECRET_OBJECT = lazy_pattern(
    r"(?:(?<![\w/-])secrets?/|\bkubectl [^\n]{0,60}\b(?:secret generic |(?:get|describe) secrets? ))(?P<name>[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)"
    r"|\b(?:s|\w{1,30}S)ecret(?:Key|AccessKeySecret)?Ref:\s{1,40}(?:\{ ?)?(?:key: \S{1,80}\s{1,40})?name: [\"']?(?P<ref>[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)"
    r"|\bkind: Secret\b(?:(?!\bkind:).){1,300}?\bmetadata:\s{1,40}(?:namespace: \S{1,80}\s{1,40})?name: [\"']?(?P<manifest>[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)",
    re.ASCII | re.DOTALL,
)
_SHOWN_SECRET = lazy_pattern(r"\bkubectl [^\n]{0,80}\b(?:get|describe|edit|create) secrets? ")
# The Secrets that External Secrets reads are in the namespace of the object, and it reads them again at each refresh.
_EXTERNAL_SECRET = lazy_pattern(
    r"\"(?:ExternalSecret|SecretStore|PushSecret)\": ?\{\"name\": ?\"[^\"\n]{1,253}\", ?\"namespace\": ?\"(?P<namespace>[a-z0-9-]{1,63})\""
)
_KEY_ID_MEMBER = lazy_pattern(
    r"(?:\bdata\.|\bkey: [\"']?|--from-literal[= ][\"']?|^ {1,8}(?=[\w.-]{1,80}: ))(?P<key>(?![\w.-]{0,40}secret)[\w.-]{0,40}(?:key[_-]?id|access[_-]?key)[\w.-]{0,20})(?![\w.:-]*Ref\b)",
    re.ASCII | re.IGNORECASE | re.MULTILINE,
)
_SECRET_MEMBER = lazy_pattern(
    r"(?:\bdata\.|\bkey: [\"']?|--from-literal[= ][\"']?|^ {1,8}(?=[\w.-]{1,80}: ))(?P<key>[\w.-]{0,40}secret[\w.-]{0,40})(?![\w.:-]*Ref\b)",
    re.ASCII | re.IGNORECASE | re.MULTILINE,
)


class _KeyStore(NamedTuple):
    """Where a runtime gets the access keys that it signs with."""

    signer: str
    place: str
    store: str
    retry: str
    alternative: str


# By the kind of the runtime.
_KEY_STORES = {
    "github-actions": _KeyStore(
        "job",
        "GitHub",
        "the secrets of the repository, environment or organization",
        "run the job again",
        "A secret of an environment overrides that of the repository: set it with --env. Better, replace the keys by a role that the job assumes with OIDC (role-to-assume).",
    ),
    "gitlab": _KeyStore(
        "job",
        "GitLab",
        "the CI/CD variables of the project or group",
        "run the job again",
        "Better, replace the keys by a role that the job assumes with OIDC (id_tokens).",
    ),
    "jenkins": _KeyStore(
        "job",
        "Jenkins",
        "the credentials of Jenkins",
        "run the job again",
        "Better, replace the keys by the role of the agent's instance or pod.",
    ),
    "ecs": _KeyStore(
        "task",
        "the task definition",
        "environment or secrets of the task definition",
        "start new tasks of the new revision",
        "Better, replace the keys by the task role (taskRoleArn).",
    ),
}


def stored_keys_remedy(case: Case[Failure]) -> Remedy | None:
    """Return the remedy that corrects the keys where a pod, task, function or CI job gets them, if the text is from one."""
    text, context = case.failure.text, case.context
    runtime, failed = context.runtime, context.command
    kind = None if runtime is None else runtime.kind
    if kind == "lambda":
        return your_remedy(
            "Use the credentials of the execution role",
            "Lambda sets AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN for the role. The names are reserved: the function's configuration cannot set them.",
            "Remove keys from the code: the SDK then finds all three values itself. If the code reads other keys, from variables of its own or a secret, correct both there.",
            url="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
        )
    keys = None if kind is None or "role-to-assume" in text else _KEY_STORES.get(kind)
    if keys is not None:
        return your_remedy(
            f"Set key ID and secret again in {keys.place}",
            f"The {keys.signer} signs with the keys in {keys.store}: aws configure on your machine does not change them.",
            f"Set both, of the same key, without spaces, quotes or newlines, then {keys.retry}. If the secret is lost, create a new key: AWS shows a secret only once.",
            keys.alternative,
            commands=("gh secret set AWS_ACCESS_KEY_ID", "gh secret set AWS_SECRET_ACCESS_KEY")
            if kind == "github-actions"
            else (),
            url="https://cli.github.com/manual/gh_secret_set"
            if kind == "github-actions"
            else pages.ACCESS_KEYS,
        )
    if failed is not None and failed.program == "aws":
        # The reader ran the command, whatever pods the text shows.
        return None
    if kind not in {None, "eks-pod"} or not (
        is_about_pods(text) or _SHOWN_SECRET.search(text) or find_controller(text) is not None
    ):
        return None
    return _secret_object_remedy(case)


def _secret_object_remedy(case: Case[Failure]) -> Remedy:
    text = case.failure.text
    controller, found = find_controller(text), _SECRET_OBJECT.search(text)
    name = commands.kubernetes_name(found[found.lastgroup or 0] if found else None)
    # A wrong signature is due to the secret, and an unknown key to its ID.
    is_secret_wrong = case.failure.kind == "signature_mismatch"
    key, other = _KEY_ID_MEMBER.search(text), _SECRET_MEMBER.search(text)
    of_key, of_secret = (key["key"] if key else "KEY_ID_KEY", other["key"] if other else "SECRET_KEY")
    member, length = (of_secret, 40) if is_secret_wrong else (of_key, 20)
    values = {of_secret: "secret"} if is_secret_wrong else {of_key: "key_id"}
    if key and other:
        values = {of_key: "key_id", of_secret: "secret"}
    # Without a value, the shell does not run the command.
    patch = ", ".join(f'\\"{each}\\": \\"${{{variable}:?}}\\"' for each, variable in values.items())
    reads = (
        Labelled(f"Run this alone, and paste the value of {each}:", f"read -rs {variable}")
        for each, variable in values.items()
    )
    external, escaped = _EXTERNAL_SECRET.search(text), member.replace(".", "\\.")
    namespace = external["namespace"] if external else "NAMESPACE"
    restart = (
        f"kubectl rollout restart {controller.workload if controller else 'deployment/NAME'} --namespace NAMESPACE",
    )
    then = "External Secrets reads the Secret again at its next refresh."
    if external is None:
        then = "Then restart the pods: they keep the values that they started with."
    return your_remedy(
        "Set key ID and secret again in the Kubernetes Secret",
        f"The pod signs with its own keys, usually from a Secret: aws configure on your machine does not change them. The first command prints the length: {length} is right, {length + 1} means a newline at the end.",
        "Set key ID and secret of the same key: check the other value, too (the secret has 40 characters). If you encode values yourself, use printf %s: echo adds a newline.",
        f"{then} Better, give the service account a role (IRSA or EKS Pod Identity), and delete the keys.",
        commands=(
            f"kubectl get secret {name} --namespace {namespace} --output 'jsonpath={{.data.{escaped}}}' | base64 -d | wc -c",
            *reads,
            Labelled(
                "Then:",
                f'kubectl patch secret {name} --namespace {namespace} --patch "{{\\"stringData\\": {{{patch}}}}}"',
            ),
            *(restart if external is None else ()),
        ),
        url="https://kubernetes.io/docs/tasks/configmap-secret/managing-secret-using-kubectl/",
    )
