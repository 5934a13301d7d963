"""Explain where access keys are from: variables that override a profile, or the store of a pod, task, function or CI job.

Source: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-quickstart.html#cli-configure-quickstart-precedence.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._rules.basics import Case, CauseType, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.failures._failures import Failure

_SECRET_OBJECT = lazy_pattern(
    r"(?:(?<![\w/-])secrets?/|\bkubectl [^\n]{0,60}\b(?:secret generic |(?:get|describe) secrets? ))(?P<name>[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)"
    r"|\b(?:s|\w{1,30}S)ecret(?:Key|AccessKeySecret)?Ref:\s{1,40}(?:\{ ?)?(?:key: \S{1,80}\s{1,40})?name: [\"']?(?P<ref>[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)"
    r"|\bkind: Secret\b(?:(?!\bkind:).){1,300}?\bmetadata:\s{1,40}(?:\{\s{0,4})?(?:namespace: \S{1,80}\s{1,40})?name: [\"']?(?P<manifest>[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)",
    re.ASCII | re.DOTALL,
)
_SHOWN_SECRET = lazy_pattern(
    r"\bkubectl [^\n]{0,80}\b(?:get|describe|edit|create) secrets? |^kind: Secret[ \t\r]*$", re.MULTILINE
)
# The plugin of Jenkins for credentials in Secrets, whose members have fixed names:
# https://jenkinsci.github.io/kubernetes-credentials-provider-plugin/examples/
_JENKINS_LABEL = "jenkins.io/credentials-type: usernamePassword"
# The Secrets that External Secrets reads are in the namespace of the object, and it reads them again at each refresh.
_EXTERNAL_SECRET = lazy_pattern(
    r"\"(?:ExternalSecret|SecretStore|PushSecret)\": ?\{\"name\": ?\"[^\"\n]{1,253}\", ?\"namespace\": ?\"(?P<namespace>[a-z0-9-]{1,63})\""
)
_KEY_ID_MEMBER = lazy_pattern(
    r"(?:\bdata\.|\bkey: [\"']?|--from-literal[= ][\"']?|--from-file[= ][\"']?(?:[\w.~-]{0,60}/){0,6}|^ {1,8}(?=[\w.-]{1,80}: ))(?P<key>(?![\w.-]{0,40}secret)[\w.-]{0,40}(?:key[_-]?id|access[_-]?key)[\w.-]{0,20})(?![\w.:-]*Ref\b)",
    re.ASCII | re.IGNORECASE | re.MULTILINE,
)
_SECRET_MEMBER = lazy_pattern(
    r"(?:\bdata\.|\bkey: [\"']?|--from-literal[= ][\"']?|--from-file[= ][\"']?(?:[\w.~-]{0,60}/){0,6}|^ {1,8}(?=[\w.-]{1,80}: ))(?P<key>[\w.-]{0,40}secret[\w.-]{0,40})(?![\w.:-]*Ref\b)",
    re.ASCII | re.IGNORECASE | re.MULTILINE,
)


# A cluster whose pods can have no role of EKS.
_OUTSIDE_AWS = lazy_pattern(
    r"(?i:\bon[- ]?prem(?:ises)?\b|\b(?:no|without) irsa\b|\bbare[- ]metal\b|\b(?:k3s|microk8s|minikube|openshift|gke|aks)\b)"
)


class _KeyStore(NamedTuple):
    """Where a runtime gets the access keys that it signs with."""

    place: str
    store: str
    alternative: str
    signer: str = "job"
    retry: str = "run the job again"


# By the kind of the runtime.
_KEY_STORES = {
    "github-actions": _KeyStore(
        "GitHub",
        "the secrets of the repository, environment or organization",
        "A secret of an environment overrides that of the repository: set it with --env. Better, replace the keys by a role that the job assumes with OIDC (role-to-assume).",
    ),
    "gitlab": _KeyStore(
        "GitLab",
        "the CI/CD variables of the project or group",
        "Better, replace the keys by a role that the job assumes with OIDC (id_tokens).",
    ),
    "jenkins": _KeyStore(
        "Jenkins",
        "the credentials of Jenkins",
        "Better, replace the keys by the role of the agent's instance or pod.",
    ),
    "ecs": _KeyStore(
        "the task definition",
        "environment or secrets of the task definition",
        "Better, replace the keys by the task role (taskRoleArn).",
        "task",
        "start new tasks of the new revision",
    ),
}


def stored_keys_remedy(case: Case[Failure]) -> Remedy | None:
    """Return the remedy that corrects the keys where a pod, task, function or CI job gets them, if the text is from one."""
    text, kind, failed = case.failure.text, case.context.runtime_kind, case.context.command
    if kind == "lambda":
        return your_remedy(
            "Use the credentials of the execution role",
            "Lambda sets AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN for the role. The names are reserved: the function's configuration cannot set them.",
            "Remove keys from the code: the SDK then finds all three values itself. If the code reads other keys, from its own variables or a secret, correct both there.",
            url="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
        )
    keys = None if "role-to-assume" in text else _KEY_STORES.get(kind)
    lines, url = None, pages.ACCESS_KEYS
    if kind == "github-actions":
        lines = ("gh secret set AWS_ACCESS_KEY_ID", "gh secret set AWS_SECRET_ACCESS_KEY")
        url = "https://cli.github.com/manual/gh_secret_set"
    if keys is not None:
        return your_remedy(
            f"Set key ID and secret again in {keys.place}",
            f"The {keys.signer} signs with the keys in {keys.store}: aws configure on your machine does not change them.",
            f"Set both, of the same key, without spaces, quotes or newlines, then {keys.retry}. If the secret is lost, create a new key: AWS shows a secret only once.",
            keys.alternative,
            commands=lines,
            url=url,
        )
    # If the reader ran the AWS CLI, it has their keys, whatever pods the text shows.
    is_of_reader = failed is not None and failed.program == "aws"
    is_of_pod = text_signs.is_about_pods(text) or _SHOWN_SECRET.search(text) or find_controller(text)
    return secret_object_remedy(case) if kind in {"", "eks-pod"} and is_of_pod and not is_of_reader else None


def find_secret_object(text: str) -> str:
    """Return the name of the Kubernetes Secret that a text names, or a placeholder."""
    found = _SECRET_OBJECT.search(text)
    return commands.kubernetes_name(found[found.lastgroup or 0] if found else None)


_NAMESPACE_OF_SECRET = lazy_pattern(
    r"\bkind\"?: \"?Secret\b(?:(?!\bkind\"?:).){1,300}?\bmetadata\"?:(?:(?!\b(?:data|stringData|kind)\"?:).){1,200}?\bnamespace\"?: [\"']?(?P<namespace>[a-z0-9-]{1,63})"
    r"|\bkubectl(?=[^\n]{1,80}\bsecrets?\b)[^\n]{0,80} (?:-n|--namespace)[ =](?P<option>[a-z0-9-]{1,63})",
    re.ASCII | re.DOTALL,
)


def find_namespace(case: Case[Failure]) -> str:
    """Return the namespace of the Secret, from its manifest or the facts, or a placeholder."""
    found = _NAMESPACE_OF_SECRET.search(case.failure.text)
    return commands.namespace(found["namespace"] or found["option"] if found else case.facts.namespace)


def secret_object_remedy(case: Case[Failure]) -> Remedy:
    """Return the remedy that sets the keys in a Kubernetes Secret again."""
    text = case.failure.text
    controller, name = find_controller(text), find_secret_object(text)
    # A wrong signature is due to the secret, and an unknown key to its ID.
    is_secret_wrong = case.failure.kind == "signature_mismatch"
    key, other = _KEY_ID_MEMBER.search(text), _SECRET_MEMBER.search(text)
    of_key, of_secret = (key["key"] if key else "KEY_ID_KEY", other["key"] if other else "SECRET_KEY")
    is_of_jenkins = _JENKINS_LABEL in text
    if is_of_jenkins:
        of_key, of_secret = "username", "password"
    member, length = (of_secret, 40) if is_secret_wrong else (of_key, 20)
    values = {of_secret: "secret"} if is_secret_wrong else {of_key: "key_id"}
    if (key and other) or is_of_jenkins:
        values = {of_key: "key_id", of_secret: "secret"}
    # Without a value, the shell does not run the command.
    patch = ", ".join(f'\\"{each}\\": \\"${{{variable}:?}}\\"' for each, variable in values.items())
    reads = (
        Labelled(f"Run this alone, and paste the value of {each}:", f"read -rs {variable}")
        for each, variable in values.items()
    )
    external, escaped = _EXTERNAL_SECRET.search(text), member.replace(".", "\\.")
    is_read_again = external is not None or (controller is not None and "External Secrets" in controller.name)
    namespace = external["namespace"] if external else find_namespace(case)
    then, restart = "External Secrets reads the Secret again at its next refresh.", None
    signer = "The pod signs with its own keys, usually from a Secret"
    if is_of_jenkins:
        # The plugin watches the Secrets.
        then, signer = "The next job uses the new values.", "The job signs with the keys in the Secret"
    elif not is_read_again:
        then = "Then restart the pods: they keep the values that they started with."
        restart = f"kubectl rollout restart {controller.workload if controller else 'deployment/NAME'} --namespace NAMESPACE"
    return your_remedy(
        "Set key ID and secret again in the Kubernetes Secret",
        f"{signer}: aws configure on your machine does not change them. The first command prints the length: {length} is right, {length + 1} means a newline at the end.",
        "Set key ID and secret of the same key: check the other value, too (the secret has 40 characters). If you encode values yourself, use printf %s: echo adds a newline.",
        then
        if _OUTSIDE_AWS.search(text)
        else f"{then} Better, give the {'agent' if is_of_jenkins else 'service account'} a role (IRSA or EKS Pod Identity), and delete the keys.",
        commands=(
            f"kubectl get secret {name} --namespace {namespace} --output 'jsonpath={{.data.{escaped}}}' | base64 -d | wc -c",
            *reads,
            Labelled(
                "Then:",
                f'kubectl patch secret {name} --namespace {namespace} --patch "{{\\"stringData\\": {{{patch}}}}}"',
            ),
            restart,
        ),
        url="https://kubernetes.io/docs/tasks/configmap-secret/managing-secret-using-kubectl/",
    )


PROFILE_OVERRIDDEN = CauseType(
    "profile-overridden",
    title="Access keys in environment variables are used instead of the role",
    meaning="Access keys in environment variables take precedence over AWS_PROFILE, the files and the role of a container. Only --profile takes precedence over them.",
    recognised_by="An IAM user was denied, and the text shows an access key in the environment together with the role of the container.",
    fix="Unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.",
    sources=(pages.CLI_CREDENTIALS,),
)
