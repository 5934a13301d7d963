"""Add that access keys take precedence over a profile, or over the role of a container or pod.

Source: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import as_sentence, clip_text
from iamtriage.arns._principals import IdentityCenterRole, RoleSession, User
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.credentials.keys import key_sources
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import find_controller_of_denial, is_about_pods
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary

# The variables of a container, in the output of env, in manifests and in task definitions.
_KEY = lazy_pattern(r"\bAWS_ACCESS_KEY_ID\b(?:[\"']?\s?[=:]|\s{0,4}[\"',])")
_ROLE = lazy_pattern(
    r"\bAWS_ROLE_ARN[\"']?\s?[=:]\s?[\"']?(?P<role>arn:[\w:/+=,.@-]{20,600})|\bAWS_CONTAINER_CREDENTIALS_(?:RELATIVE|FULL)_URI\b"
    r"|\beks\.amazonaws\.com/role-arn[\"']?: ?[\"']?(?P<annotated>arn:[\w:/+=,.@-]{20,600})|\bcreate-pod-identity-association\b[^\n]{0,300}?--role-arn[ =](?P<associated>arn:[\w:/+=,.@-]{20,600})|\"?taskRoleArn\"?\s?[=:]\s?\"(?P<task>arn:[\w:/+=,.@-]{20,600})"
)


def add_precedence(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the keys of the denied user take precedence over a profile or a role, if the text shows both."""
    text, is_user = denial.failure.text, isinstance(denial.principal, User)
    if not (is_user or isinstance(denial.principal, RoleSession)):
        return explanation
    override, role = key_sources.find_override(denial.case), next(find_said(text, _ROLE), None)
    if not is_user:
        # Tools set the variables of the profile's own session, too. Another role is not that of the sign-in.
        own = principal_words.underlying_role(denial.principal)
        is_sso = override is not None and (override.is_sso or "aws sso login" in text)
        if not is_sso or isinstance(own, IdentityCenterRole):
            return explanation
    if override is not None:
        key = f"the access key …{override.used}" if override.used else "an access key"
        verdict = f"{key} in the environment takes precedence over the profile {override.profile}, whose credentials were not used"
        because = (
            "The text shows both. The option --profile takes precedence over such keys, AWS_PROFILE does not.",
        )
        remedy = key_sources.unset_keys(override)
    elif role is not None and _KEY.search(text) is not None:
        arn = role["role"] or role["annotated"] or role["task"]
        found = principal_words.underlying_role(principal_words.try_parse_principal(arn)) if arn else None
        name = f"the role {found.name}" if found else "the role of the container"
        verdict = (
            f"access keys in the container's environment take precedence over {name}, which was not used"
        )
        because = (f"The text shows AWS_ACCESS_KEY_ID and {name}.",)
        remedy = _remove_keys(denial, name)
    elif (pod_role := _find_role_of_pod(role)) is not None and _is_of_program(denial):
        return _explain_keys_of_pod(denial, explanation, pod_role)
    else:
        return explanation
    note: tuple[str, ...] = ()
    others = explanation.remedies
    if override is not None and override.is_selected:
        # The call was meant to be made with the profile.
        others = tuple(each for each in others if each.layer is None)
        note = (
            f"{capitalize_start(denial.caller or 'the caller')} needs no permission: the call was meant to be made with the profile {override.profile}.",
        )
    cause = key_sources.PROFILE_OVERRIDDEN.cause("derived", because, text=as_sentence(verdict))
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, verdict),
        causes=(cause, *explanation.causes),
        remedies=(remedy, *others),
        notes=(*note, *explanation.notes),
    )


KEYS_IN_POD = CauseType(
    "pod-uses-access-keys",
    title="The pod uses access keys, and not the role of its service account",
    meaning="AWS SDKs use access keys in the environment before the role of a service account, and so do programs that have keys in their settings. A role never calls as an IAM user.",
    recognised_by="An IAM user was denied, a pod made the call, and the text shows the role of its service account.",
    fix="Remove the access keys from the pod: its environment, its Secrets and the values of its chart.",
    sources=(pages.SDK_CREDENTIALS,),
    subject="denials",
)
# Where the values of a chart name the Secret with access keys, as for Velero: https://github.com/vmware-tanzu/helm-charts.
_VALUES = lazy_pattern(
    r"^(?P<indent>[ \t]{0,12})(?P<block>\w{1,40}):[ \t]*\n(?P<rest>(?:(?P=indent)[ \t]{1,8}[^\n]{1,200}\n){0,12}?(?P=indent)[ \t]{1,8}(?P<name>useSecret|existingSecret(?:Name)?|useExistingSecret|credentialsSecret(?:Name)?): *[\"']?(?P<value>[\w.-]{1,200})[^\n]{0,40}(?:\n(?P=indent)[ \t]{1,8}existingSecret: *[\"']?(?P<secret>[a-z0-9][a-z0-9.-]{0,252}))?)",
    re.MULTILINE,
)


# How stores and issuers of controllers name a Secret with access keys.
_REFERENCE = lazy_pattern(
    r"\b(?P<name>accessKeyIDSecretRef|secretAccessKeySecretRef|credentialsSecretRef)\b[^\w\n]{1,4}(?:\s{0,40}(?:name|key|namespace): [\w.-]{1,200}[ ,]{0,2}){0,3}"
)
_SECRET_NAME = lazy_pattern(r"\bname: (?P<secret>[a-z0-9][a-z0-9.-]{0,252})")
_KIND = lazy_pattern(r"\b(?:Cluster)?(?:SecretStore|Issuer|Generator)\b")
_TOKEN_FILE = lazy_pattern(r"\bAWS_WEB_IDENTITY_TOKEN_FILE\S{0,200}")


def _find_role_of_pod(found: re.Match[str] | None) -> str | None:
    """Return the role that a service account has."""
    return None if found is None else found["role"] or found["annotated"] or found["associated"]


def _is_of_program(denial: Denial) -> bool:
    """Return whether a program in a pod made the call, and not a person with a command."""
    command = denial.context.command
    is_of_person = command is not None and command.program in {"aws", "eksctl", "terraform"}
    if command is not None and command.program == "aws" and command.words[:1] == ("eks",):
        # It set up the role, and the call is of another service.
        is_of_person = False
    # The variable of a token alone does not say what made the call.
    text = _TOKEN_FILE.sub("", denial.failure.text)
    is_of_pod = is_about_pods(text) or denial.facts.service_account is not None or "kubectl logs" in text
    is_of_pod = is_of_pod or find_controller_of_denial(denial.action or "", denial.failure) is not None
    return is_of_pod and not is_of_person and denial.service not in {"eks", "cloudformation"}


def _explain_keys_of_pod(denial: Denial, explanation: Explanation, arn: str) -> Explanation:
    """Add that a pod called with the access keys of a user, and not with the role of its service account."""
    arn = arn.rstrip(".,")
    found = principal_words.underlying_role(principal_words.try_parse_principal(arn))
    role = f"the role {clip_text(found.name)}" if found else "the role of its service account"
    values = _VALUES.search(denial.failure.text)
    secret = None
    reference = _REFERENCE.search(denial.failure.text)
    if reference is not None and (named := _SECRET_NAME.search(reference[0])) is not None:
        secret = named["secret"]
    elif values is not None:
        secret = values["secret"] or (values["value"] if "useSecret" not in values["name"] else None)
    place = f"in the Secret {clip_text(secret)}" if secret else "in a Secret, a file or its environment"
    text = f"A role never calls as an IAM user: the program found access keys of {denial.caller}, {'' if secret else 'such as '}{place}, and uses them first. Neither the trust policy nor the service account of {role} is the problem."
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, f"the pod called with access keys of this user, and not with {role}"),
        causes=(
            KEYS_IN_POD.cause("derived", f"The text shows {clip_text(arn)}.", text=text),
            *(each for each in explanation.causes if each.evidence == "reported"),
        ),
        remedies=(_drop_keys(denial, values, secret, role),),
        notes=(f"Do not allow {denial.action} for {denial.caller}: the permission belongs to {role}.",),
    )


def _drop_keys(denial: Denial, values: re.Match[str] | None, secret: str | None, role: str) -> Remedy:
    """Return how a pod gets no access keys, in the values of its chart or elsewhere."""
    user = getattr(denial.principal, "name", "")
    line = commands.fill_command("aws iam list-access-keys --user-name {}", user)
    last = f"When it works, delete {f'the Secret {clip_text(secret)} and ' if secret else ''}the access key of {denial.caller} ({line})."
    title = f"Give the pod no access keys, so that it uses {role}"
    if (reference := _REFERENCE.search(denial.failure.text)) is not None:
        kind = _KIND.search(denial.failure.text)
        place = f" of the {kind[0]}" if kind else ""
        first = f"Remove {reference['name']} and the other key from the settings{place} (auth.secretRef in External Secrets). Without them, the program uses the role of its pod."
        return cluster_remedy(title, first, last, url=pages.SDK_CREDENTIALS)
    if values is None:
        first = "Find where they are from: env, envFrom and volumes of the pod (AWS_ACCESS_KEY_ID, AWS_SHARED_CREDENTIALS_FILE, a mounted .aws/credentials) and the settings of the program. Remove them there."
        show = clusters.restart_command(denial.case).replace("rollout restart", "describe")
        return cluster_remedy(title, first, last, commands=show, url=pages.SDK_CREDENTIALS)
    is_switch = "seSecret" in values["name"] or "useExisting" in values["name"]
    block, name = values["block"], values["name"]
    listed = f"{name}: false" if is_switch else f'{name}: ""'
    others = " Remove existingSecret, too." if is_switch and values["secret"] else ""
    return cluster_remedy(
        title,
        f"Change the values of the chart as below.{others} Then run helm upgrade with them, and restart the pods if the chart does not.",
        last,
        manifest=f"{block}:\n  {listed}\n",
        manifest_language="yaml",
        url=pages.SDK_CREDENTIALS,
    )


def _remove_keys(denial: Denial, role: str) -> Remedy:
    steps = (
        "Delete AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY from env and envFrom of the container, the Secret or ConfigMap that sets them, or the image.",
        f"The SDK then uses {role}: allow there what the program needs. Only if the user is meant, allow the action for the user instead.",
    )
    title = f"Remove the access keys from the container, so that {role} is used"
    if is_about_pods(denial.failure.text):
        line = clusters.restart_command(denial.case).replace("rollout restart", "set env")
        line = f"{line} AWS_ACCESS_KEY_ID- AWS_SECRET_ACCESS_KEY- AWS_SESSION_TOKEN-"
        return cluster_remedy(title, *steps, commands=line, url=pages.SDK_CREDENTIALS)
    return your_remedy(title, *steps, "Then start new tasks or containers.", url=pages.SDK_CREDENTIALS)
