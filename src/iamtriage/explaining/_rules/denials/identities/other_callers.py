"""Add that a call was made with other credentials than those that are meant, such as access keys that take precedence."""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import as_sentence, clip_text, line_start, quote_words
from iamtriage.arns._principals import IdentityCenterRole, RoleSession, User
from iamtriage.explaining._context.readers.command_runs import find_contrast, find_failed, find_runs
from iamtriage.explaining._context.readers.kubernetes.pod_evidence import read_pod_evidence
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.credentials.keys import key_sources
from iamtriage.explaining._rules.credentials.profiles import environment_files
from iamtriage.explaining._rules.credentials.workloads.ecs_tasks import (
    NO_TASK_ROLE,
    remove_keys_from_task,
    task_role_remedy,
)
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import STATED_POLICY_ALLOWS
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.clues import find_instance
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.texts.ecs_starts import find_task_role
from iamtriage.explaining._rules.shared.texts.text_signs import find_controller_of_denial, is_about_pods
from iamtriage.explaining._rules.shared.wording import denial_summary


def add_working_profile(denial: Denial, explanation: Explanation) -> Explanation:
    """Add the profile with which the same command succeeded, if nothing else differs."""
    contrast = find_contrast(denial.failure) if explanation.topic != "s3-access-denied" else None
    if contrast is None or contrast.kind != "profile":
        return explanation
    profile = clip_text(contrast.succeeded)
    title = f"Call with the profile {profile}, if its caller is meant to make the call"
    step = f"The same command succeeded with it. Otherwise, allow the call to {denial.caller}."
    line = commands.fill_command("export AWS_PROFILE={}", contrast.succeeded)
    remedy = remedies.your_remedy(title, step, commands=line, url=pages.OTHER_ACCOUNTS)
    summary = f"{explanation.summary} With the profile {profile}, the same command succeeds."
    return attrs.evolve(explanation, summary=summary, remedies=(remedy, *explanation.remedies))


def add_other_caller(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the denied user is not the caller that the text shows, so that the call used other access keys."""
    caller = denial.context.caller
    shown = None if caller is None else principal_words.try_parse_principal(caller.value)
    if not isinstance(denial.principal, User) or shown is None or shown == denial.principal:
        return explanation
    who = principal_words.describe_principal(shown, None)
    text = (
        f" The text shows {who} as the caller, so this call used other credentials: those of {denial.caller}."
    )
    summary = f"{explanation.summary}{text}"
    profile = _find_profile(denial, caller.value) if caller is not None else None
    account = getattr(shown, "account", None)
    if profile is not None and account is not None and account == denial.resource_account:
        remedy = remedies.your_remedy(
            f"Call with the profile {clip_text(profile)}, which is of the resource's account {account}",
            "Environment variables with access keys precede AWS_PROFILE: unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN where they are set.",
            commands=commands.fill_command("export AWS_PROFILE={}", profile),
            url=pages.CLI_PROFILES,
        )
        return attrs.evolve(explanation, summary=summary, remedies=(remedy, *explanation.remedies))
    title = f"If {who} is meant to call, find where the access key of {denial.caller} comes from"
    step = "Run it where the call is made: environment variables precede a profile, and a program can have its own keys."
    remedy = remedies.your_remedy(title, step, commands="aws configure list", url=pages.CLI_PROFILES)
    return attrs.evolve(
        explanation, summary=summary, remedies=(*explanation.remedies[:1], remedy, *explanation.remedies[1:])
    )


def _find_profile(denial: Denial, caller: str) -> str | None:
    """Return the profile of the command that printed a caller, unless the failed command has it, too."""
    runs = [*find_runs(denial.failure)]
    failed = find_failed(denial.failure, runs)
    found = {run.profile for run in runs if caller in run.output} - {"default"}
    profile = only_one(found)
    return None if failed is not None and failed.profile == profile else profile


_EXECUTION_ROLE = lazy_pattern(
    r"\b[eE]xecution_?[rR]ole_?[aA]rn\"?\s{0,8}[:=]\s{0,8}(?:\"?arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/(?:[\w+=,.@-]{1,64}/){0,8}(?P<name>[\w+=,.@-]{1,64})|(?P<reference>aws_iam_role\.[\w-]{1,80}))"
)


def add_task_role(denial: Denial, explanation: Explanation) -> Explanation:
    """Say that a task has no role, or does not use the one of its definition, if the text has that."""
    session: str = getattr(denial.principal, "session_name", "")
    if find_instance(session) != session or not session:
        return explanation
    text, role = denial.case.text, find_task_role(denial.failure.text)
    is_missing = role is None and re.search(NO_TASK_ROLE.sign, text) is not None
    if role is None and not is_missing:
        return explanation
    why = "and the definition in the text has no task role"
    reason = "Without a task role, a container on EC2 gets the role of its instance."
    if is_missing and (execution := _EXECUTION_ROLE.search(text)) is not None:
        reason += f" The execution role {execution['name'] or execution['reference']} is for the ECS agent, which pulls the image, writes logs and reads secrets: no policy on it has an effect on the program."
    if role is not None:
        why = f"and not with the task role {clip_text(role)}"
        reason = "The running task is of another revision, or the process does not have AWS_CONTAINER_CREDENTIALS_RELATIVE_URI."
    kept = tuple(each for each in explanation.causes if each.evidence != "possible")
    allow = next((each for each in explanation.remedies if each.layer == "identity"), None)
    first = task_role_remedy(text, is_missing=is_missing)
    if allow is not None:
        grantee = f"the role {clip_text(role)}" if role else "the task role"
        step = f"Allow {denial.action} on {denial.resource or 'the resource'} for {grantee}, not for the instance's role, which all its containers share."
        first = attrs.evolve(first, steps=(*first.steps[:1], step, *first.steps[1:]))
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, f"the container called with the role of its instance, {why}"),
        causes=(*kept, NO_TASK_ROLE.cause("derived", text=reason)),
        remedies=(first,),
    )


# What a program says of its own settings, before it calls as its instance.
_NO_CREDENTIALS = lazy_pattern(
    r"(?i:\bno (?:aws )?credentials (?:(?:are|were) )?(?:configured|provided|selected|specified)\b[^\n.!\"]{0,40})"
)


def add_missing_setting(denial: Denial, explanation: Explanation) -> Explanation:
    """Say that a program without credentials called as its instance, if it says so before the denial."""
    found = _NO_CREDENTIALS.search(denial.failure.text, 0, denial.failure.span[0])
    session: str = getattr(denial.principal, "session_name", "")
    if found is None or not session or find_instance(session) != session:
        return explanation
    note = f"The program has no credentials of its own ({quote_words(found[0])}), so it called with the role of its EC2 instance. If you mean another caller, select its credentials in the settings of the program."
    return attrs.evolve(explanation, notes=(note, *explanation.notes))


# A sentence about a policy on the task execution role, in a text about a program in a task.
_ON_EXECUTION_ROLE = lazy_pattern(
    r"(?i:\b(?:attach|add|put|set|gave|grant|via|through)(?:ed|ing)?\b(?:(?!\b(?:not|never|instead)\b|n't\b)[^\n.]){0,80}?\b(?:ECS |task )?execution[- ]role\b)"
)
_NOT_SAID = lazy_pattern(r"(?i:\b(?:not|never|should|must|can|could|do I|does|if)\b|n't\b)[^.]{0,60}\Z")
_CHARS_OF_QUESTION = 60
_OF_TASK = lazy_pattern(r"\bECS\b|(?i:\bfargate\b)|\btask definition\b")
# What ECS itself does with the execution role.
_OF_AGENT = lazy_pattern(r"ResourceInitializationError|CannotPull|registry auth|/var/task/")


def _is_said(found: re.Match[str]) -> bool:
    """Return whether what matched is neither a question nor a negation."""
    text, (start, end) = found.string, found.span()
    after = text[end : end + _CHARS_OF_QUESTION].partition("\n")[0]
    return "?" not in after and _NOT_SAID.search(text[line_start(text, start) : start]) is None


def add_policy_of_execution_role(denial: Denial, explanation: Explanation) -> Explanation:
    """Say that the task execution role is not the caller, if the text says that it has the policy for the program."""
    text = denial.failure.text
    if denial.principal_text is not None or not _OF_TASK.search(text) or _OF_AGENT.search(text):
        return explanation
    if explanation.topic == "service-principal":
        return explanation  # a service called for itself, and not the program
    if not any(map(_is_said, _ON_EXECUTION_ROLE.finditer(text))):
        return explanation
    step = "The program calls with taskRoleArn of the task definition. Its trust policy names ecs-tasks.amazonaws.com."
    remedy = task_role_remedy(text, is_missing=False)
    title = "Attach the policy to the task role, not to the execution role"
    remedy = attrs.evolve(remedy, title=title, steps=(step, *remedy.steps))
    reason = "The execution role is for the ECS agent, which pulls the image, writes logs and reads secrets: no policy on it has an effect on the program."
    verdict = "the text has the policy on the task execution role, with which the program does not call"
    return attrs.evolve(
        explanation,
        summary=f"{re.split(r'[:.](?: |$)', explanation.summary)[0]}: {verdict}.",
        causes=(NO_TASK_ROLE.cause("derived", text=reason), *explanation.causes),
        remedies=(remedy, *explanation.remedies),
    )


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
    is_hidden = is_user and override is None and role is None
    hidden = environment_files.find_hidden_role(denial.case) if is_hidden else None
    task = find_task_role(text) if is_hidden else None
    if not is_user:
        # Tools set the variables of the profile's own session, too. Another role is not that of the sign-in.
        own = principal_words.underlying_role(denial.principal)
        is_sso = override is not None and (override.is_sso or "aws sso login" in text)
        if not is_sso or isinstance(own, IdentityCenterRole):
            return explanation
    note: tuple[str, ...] = ()
    if override is not None:
        verdict, because = override.reason, (override.because,)
        remedy = key_sources.use_profile(denial.case, override)
    elif (role is not None or task is not None) and _KEY.search(text) is not None:
        arn = role and (role["role"] or role["annotated"] or role["task"])
        found = principal_words.underlying_role(principal_words.try_parse_principal(arn)) if arn else None
        known = found.name if found else task
        name = f"the role {clip_text(known)}" if known else "the role of the container"
        verdict = (
            f"access keys in the container's environment take precedence over {name}, which was not used"
        )
        because = (f"The text shows AWS_ACCESS_KEY_ID and {name}.",)
        remedy = _remove_keys(denial, name, explanation)
        note = (f"Do not allow {denial.action} for {denial.caller}: the permission belongs to {name}.",)
    elif hidden is not None:
        verdict = f"{hidden.key} takes precedence over {hidden.role}, which was not used"
        because, remedy = ("The text shows where the key is from.",), hidden.remedy
    elif (pod_role := _find_pod_role(text, role)) is not None and _is_of_program(denial):
        return _explain_keys_of_pod(denial, explanation, pod_role)
    else:
        return explanation
    causes, others = explanation.causes, () if note else explanation.remedies
    if hidden is not None or (override is not None and override.is_selected):
        # The call was meant to be made with the profile or the role, whatever the user is allowed.
        kept = {"reported"} if hidden is not None else {"reported", "derived", "supplied"}
        causes = tuple(each for each in causes if each.evidence in kept)
        others = ()
        on = f" on {clip_text(denial.resource)}" if denial.resource else ""
        note = (
            f"Only if {denial.caller or 'the caller'} itself is to make the call, an administrator allows {denial.action}{on} for it.",
        )
    cause = key_sources.PROFILE_OVERRIDDEN.cause("derived", because, text=as_sentence(verdict))
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, verdict),
        causes=(cause, *causes),
        remedies=(remedy, *others),
        notes=(*note, *explanation.notes),
    )


# The address and the token of the EKS Pod Identity Agent, which the webhook writes into a pod.
_POD_IDENTITY = lazy_pattern(r"\beks-pod-identity-token\b|\bhttp://(?:169\.254\.170\.23|\[fd00:ec2::23\])/")


def _find_pod_role(text: str, shown: re.Match[str] | None) -> str | None:
    """Return the ARN of the role that the pod was given, an empty string if only its association is known."""
    if shown is None:
        return None
    if arn := shown["role"] or shown["annotated"] or shown["associated"]:
        return str(arn)
    if _POD_IDENTITY.search(text) is None:
        return None
    given = read_pod_evidence(text).given
    return (given.role if given is not None and given.is_association else None) or ""


KEYS_IN_POD = CauseType(
    "pod-uses-access-keys",
    title="The pod uses access keys, and not the role of its service account",
    meaning="AWS SDKs use access keys in the environment before the role of a service account, and so do programs that have keys in their settings. A role never calls as an IAM user.",
    recognised_by="An IAM user was denied, a pod made the call, and the text shows the role of its service account.",
    fix="Remove the access keys from the pod: its environment, its Secrets and the values of its chart.",
    sources=(pages.SDK_CREDENTIALS,),
)
# Where the values of a chart name the Secret with access keys, as for Velero: https://github.com/vmware-tanzu/helm-charts.
_VALUES = lazy_pattern(
    r"(?m)^(?P<indent>[ \t]{0,12})(?P<block>\w{1,40}):[ \t]*\n(?P<rest>(?:(?P=indent)[ \t][^\n]{1,207}\n){0,12}?(?P=indent)[ \t]{1,8}(?P<name>useSecret|existingSecret(?:Name)?|useExistingSecret|credentialsSecret(?:Name)?): *[\"']?(?P<value>[\w.-]{1,200})[^\n]{0,40}(?:\n(?P=indent)[ \t]{1,8}existingSecret: *[\"']?(?P<secret>[a-z0-9][a-z0-9.-]{0,252}))?)"
)


# How stores and issuers of controllers name a Secret with access keys.
_REFERENCE = lazy_pattern(
    r"\b(?P<name>accessKeyIDSecretRef|secretAccessKeySecretRef|credentialsSecretRef)\b[^\w\n]{1,4}(?:\s{0,40}(?:name|key|namespace): [\w.-]{1,200}[ ,]{0,2}){0,3}"
)
_SECRET_NAME = lazy_pattern(r"\bname: (?P<secret>[a-z0-9][a-z0-9.-]{0,252})")
_KIND = lazy_pattern(r"\b(?:Cluster)?(?:SecretStore|Issuer|Generator)\b")
_TOKEN_FILE = lazy_pattern(r"\bAWS_WEB_IDENTITY_TOKEN_FILE\S{0,200}")


# All keys of a Secret as variables.
_ENV_FROM = lazy_pattern(r"\bsecretRef:\s{0,40}\{?\s{0,40}name: [\"']?(?P<secret>[a-z0-9][a-z0-9.-]{0,252})")
_SPEAKS_OF_KEYS = lazy_pattern(
    r"(?<![a-z0-9])(?:aws|cred(?:ential)?s?|(?:access|secret)?keys?|s3|iam)(?![a-z0-9])"
)


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
    if not arn:
        role = "the role of its Pod Identity association"
    values = _VALUES.search(denial.failure.text)
    secret = None
    reference = _REFERENCE.search(denial.failure.text)
    if reference is not None and (named := _SECRET_NAME.search(reference[0])) is not None:
        secret = named["secret"]
    elif values is None:
        secret = _find_env_secret(denial.failure.text)
    else:
        secret = values["secret"] or (values["value"] if "useSecret" not in values["name"] else None)
    place = f"in the Secret {clip_text(secret)}" if secret else "in a Secret, a file or its environment"
    text = f"A role never calls as an IAM user: the program found access keys of {denial.caller}, {'' if secret else 'such as '}{place}, and uses them first. Neither the trust policy nor the service account of {role} is the problem."
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, f"the pod called with access keys of this user, and not with {role}"),
        causes=(
            KEYS_IN_POD.cause(
                "derived",
                f"The text shows {clip_text(arn or 'AWS_CONTAINER_CREDENTIALS_FULL_URI')}.",
                text=text,
            ),
            *(each for each in explanation.causes if each.evidence == "reported"),
        ),
        remedies=(_drop_keys(denial, values, secret, role),),
        notes=(f"Do not allow {denial.action} for {denial.caller}: the permission belongs to {role}.",),
    )


def _find_env_secret(text: str) -> str | None:
    """Return the only Secret whose keys are all in the environment of a container, if its name speaks of keys."""
    names = {each["secret"] for each in _ENV_FROM.finditer(text)} if "envFrom" in text else set[str]()
    name = only_one(names)
    return name if name is not None and _SPEAKS_OF_KEYS.search(name) else None


def _drop_keys(denial: Denial, values: re.Match[str] | None, secret: str | None, role: str) -> Remedy:
    """Return how a pod gets no access keys, in the values of its chart or elsewhere."""
    user = getattr(denial.principal, "name", "")
    line = commands.fill_command("aws iam list-access-keys --user-name {}", user)
    # A Secret that becomes the environment can have other values.
    is_alone = secret is not None and (
        values is not None or _REFERENCE.search(denial.failure.text) is not None
    )
    last = f"When it works, delete {f'the Secret {clip_text(secret or str())} and ' if is_alone else ''}the access key of {denial.caller} ({line})."
    title = f"Give the pod no access keys, so that it uses {role}"
    if (reference := _REFERENCE.search(denial.failure.text)) is not None:
        kind = _KIND.search(denial.failure.text)
        place = f" of the {kind[0]}" if kind else ""
        first = f"Remove {reference['name']} and the other key from the settings{place} (auth.secretRef in External Secrets). Without them, the program uses the role of its pod."
        return remedies.cluster_remedy(title, first, last, url=pages.SDK_CREDENTIALS)
    if values is None:
        if secret is not None:
            first = f"Remove secretRef {clip_text(secret)} from envFrom in the template of the pod, and re-create the pod. If the program needs other values of the Secret, remove only AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY from it. What gives the pod {role} is right and stays."
            return remedies.cluster_remedy(title, first, last, url=pages.SDK_CREDENTIALS)
        first = "Find where they are from: env, envFrom and volumes of the pod (AWS_ACCESS_KEY_ID, AWS_SHARED_CREDENTIALS_FILE, a mounted .aws/credentials) and the settings of the program. Remove them there."
        show = clusters.restart_command(denial.case).replace("rollout restart", "describe")
        return remedies.cluster_remedy(title, first, last, commands=show, url=pages.SDK_CREDENTIALS)
    is_switch = "seSecret" in values["name"] or "useExisting" in values["name"]
    block, name = values["block"], values["name"]
    listed = f"{name}: false" if is_switch else f'{name}: ""'
    others = " Remove existingSecret, too." if is_switch and values["secret"] else ""
    return remedies.cluster_remedy(
        title,
        f"Change the values of the chart as below.{others} Then run helm upgrade with them, and restart the pods if the chart does not.",
        last,
        manifest=f"{block}:\n  {listed}\n",
        manifest_language="yaml",
        url=pages.SDK_CREDENTIALS,
    )


def _remove_keys(denial: Denial, role: str, explanation: Explanation) -> Remedy:
    text, user = denial.failure.text, getattr(denial.principal, "name", "")
    shown = " ".join(each.text for each in explanation.causes if each.code == STATED_POLICY_ALLOWS.code)
    has = "has the permission already" if f"to {role} and not to" in shown else "needs the permission"
    line = commands.fill_command("aws iam list-access-keys --user-name {}", user)
    last = f"The SDK then uses {role}, which {has}. When it works, deactivate the access key of {denial.caller} ({line}), unless something else uses it."
    title = f"Remove the access keys from the container, so that {role} is used"
    if is_about_pods(text):
        step = "Delete AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY from env and envFrom of the container, the Secret or ConfigMap that sets them, or the image."
        command = clusters.restart_command(denial.case).replace("rollout restart", "set env")
        command = f"{command} AWS_ACCESS_KEY_ID- AWS_SECRET_ACCESS_KEY- AWS_SESSION_TOKEN-"
        return remedies.cluster_remedy(title, step, last, commands=command, url=pages.SDK_CREDENTIALS)
    if _OF_TASK.search(text) or find_task_role(text) is not None:
        return remove_keys_from_task(text, title, last)
    step = "Delete AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY where the container gets them: its environment, an env file or the image. Then start it again."
    return remedies.your_remedy(title, step, last, url=pages.SDK_CREDENTIALS)
