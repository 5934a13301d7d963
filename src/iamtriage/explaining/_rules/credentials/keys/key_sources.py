"""Explain where access keys are from: variables that override a profile, or the store of a pod, task, function or CI job.

Source: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-quickstart.html#cli-configure-quickstart-precedence.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_runs import find_working_profile, selects_profile_itself
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._context.readers.profiles import (
    ListedKey,
    find_key_file,
    find_listed_key,
    find_profile_sections,
)
from iamtriage.explaining._context.readers.statements import LOCALLY, find_working
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.keys import key_stores, printed_lengths
from iamtriage.explaining._rules.credentials.profiles.environment_files import (
    explain_hidden_role,
    explain_keys_beside_sign_in,
)
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import selected_profiles
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.failures._failures import Failure

_SECRET_OBJECT = lazy_pattern(
    r"(?as)(?:(?<![\w/-])secrets?/|\bkubectl [^\n]{0,60}\b(?:secret generic |(?:get|describe) secrets? ))(?P<name>[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)"
    r"|\b(?:s|\w{1,30}S)ecret(?:Key|AccessKeySecret)?Ref:\s{1,40}(?:\{ ?)?(?:key: \S{1,80}\s{1,40})?name: [\"']?(?P<ref>[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)"
    r"|\bkind: Secret\b(?:(?!\bkind:).){1,300}?\bmetadata:\s{1,40}(?:\{\s{0,4})?(?:namespace: \S{1,80}\s{1,40})?name: [\"']?(?P<manifest>[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)"
)
_SHOWN_SECRET = lazy_pattern(
    r"(?m)\bkubectl [^\n]{0,80}\b(?:get|describe|edit|create) secrets? |^kind: Secret[ \t\r]*$"
    # A pod with the keys in its environment.
    r"|\bkubectl [^\n]{0,80}\bexec [^\n]{0,200}\bAWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY)\b"
)
# The plugin of Jenkins for credentials in Secrets, whose members have fixed names:
# https://jenkinsci.github.io/kubernetes-credentials-provider-plugin/examples/
_JENKINS_LABEL = "jenkins.io/credentials-type: usernamePassword"
# The Secrets that External Secrets reads are in the namespace of the object, and it reads them again at each refresh.
_EXTERNAL_SECRET = lazy_pattern(
    r"\"(?:ExternalSecret|SecretStore|PushSecret)\": ?\{\"name\": ?\"[^\"\n]{1,253}\", ?\"namespace\": ?\"(?P<namespace>[a-z0-9-]{1,63})\""
)
_KEY_ID_MEMBER = lazy_pattern(
    r"(?iam)(?:\bdata\.|\bdata: {0,2}(?:[\w.-]{1,80}(?: ?[,/] ?| and ))?|\bkey: [\"']?|--from-literal[= ][\"']?|--from-file[= ][\"']?(?:[\w.~-]{0,60}/){0,6}|^ {1,8}(?=[\w.-]{1,80}: ))(?P<key>(?![\w.-]{0,40}secret)[\w.-]{0,40}(?:key[_-]?id|access[_-]?key)[\w.-]{0,20})(?![\w.:-]*Ref\b)"
)
_SECRET_MEMBER = lazy_pattern(
    r"(?iam)(?:\bdata\.|\bdata: {0,2}(?:[\w.-]{1,80}(?: ?[,/] ?| and ))?|\bkey: [\"']?|--from-literal[= ][\"']?|--from-file[= ][\"']?(?:[\w.~-]{0,60}/){0,6}|^ {1,8}(?=[\w.-]{1,80}: ))(?P<key>[\w.-]{0,40}secret[\w.-]{0,40})(?![\w.:-]*Ref\b)"
)

# A cluster whose pods can have no role of EKS.
_OUTSIDE_AWS = lazy_pattern(
    r"(?i:\bon[- ]?prem(?:ises)?\b|\b(?:no|without) irsa\b|\bbare[- ]metal\b|\b(?:k3s|microk8s|minikube|openshift|gke|aks)\b)"
)


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
    keys = None if "role-to-assume" in text else key_stores.find_store(kind, text)
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
    r"(?as)\bkind\"?: \"?Secret\b(?:(?!\bkind\"?:).){1,300}?\bmetadata\"?:(?:(?!\b(?:data|stringData|kind)\"?:).){1,200}?\bnamespace\"?: [\"']?(?P<namespace>[a-z0-9-]{1,63})"
    r"|\bkubectl(?=[^\n]{1,80}\bsecrets?\b)[^\n]{0,80} (?:-n|--namespace)[ =](?P<option>[a-z0-9-]{1,63})"
)


def find_namespace(case: Case[Failure]) -> str:
    """Return the namespace of the Secret, from its manifest or the facts, or a placeholder."""
    found = _NAMESPACE_OF_SECRET.search(case.failure.text)
    return commands.namespace(found["namespace"] or found["option"] if found else case.facts.namespace)


_MANIFEST_OF_SECRET = lazy_pattern(
    r"\bkubectl [^\n]{0,80}\b(?:apply|create|replace) [^\n]{0,60}?(?:-f|--filename)[ =]?(?P<file>[\w./-]{0,80}secrets?[\w.-]{0,40}\.ya?ml)\b"
)
_KEY_NAMES = {"key_id": "access key ID", "secret": "secret access key"}


def secret_object_remedy(case: Case[Failure]) -> Remedy:
    """Return the remedy that sets the keys in a Kubernetes Secret again."""
    text = case.failure.text
    controller, name = find_controller(text), find_secret_object(text)
    workload = controller.workload if controller else "deployment/NAME"
    # A wrong signature is due to the secret, and an unknown key to its ID.
    is_secret_wrong = case.failure.kind == "signature_mismatch"
    key, other = _KEY_ID_MEMBER.search(text), _SECRET_MEMBER.search(text)
    of_key, of_secret = (key["key"] if key else "KEY_ID_KEY", other["key"] if other else "SECRET_KEY")
    is_of_jenkins = _JENKINS_LABEL in text
    if is_of_jenkins:
        of_key, of_secret = "username", "password"
    member, length = (of_secret, 40) if is_secret_wrong else (of_key, 20)
    values = {of_secret: "secret"} if is_secret_wrong else {of_key: "key_id"}
    counted = printed_lengths.find_lengths(text)
    is_counted = (counted.secret if is_secret_wrong else counted.key_id) is not None
    if (key and other) or is_of_jenkins:
        values = {of_key: "key_id", of_secret: "secret"}
    # Without a value, the shell does not run the command.
    patch = ", ".join(f'\\"{each}\\": \\"${{{variable}:?}}\\"' for each, variable in values.items())
    reads = (
        Labelled(f"Run this alone, and paste the {_KEY_NAMES[each]}:", f"read -rs {each}")
        for each in values.values()
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
        again = f"kubectl rollout restart {workload} --namespace NAMESPACE"
        then, restart = "", Labelled.required("Then restart the pods, which keep their old values:", again)
    first = f"kubectl get secret {name} --namespace {namespace} --output 'jsonpath={{.data.{escaped}}}' | base64 -d | wc -c"
    check = (
        f"The first command prints the length: {length} is right, {length + 1} means a newline at the end."
    )
    both = "Set key ID and secret of the same key: check the other value, too (the secret has 40 characters)."
    lost, title = None, "Set key ID and secret again in the Kubernetes Secret"
    if is_counted:
        both = f"It must have {length} characters. Key ID and secret must be of the same key."
        title = f"Set the {_KEY_NAMES[values[member]]} again in the Kubernetes Secret"
        # The length is known, but not always in which Secret and under which name the value is.
        first = f"kubectl get {workload} --namespace {namespace} --output yaml | grep -A 3 -e secretKeyRef: -e secretRef:"
        check = "The first command prints the name of the Secret, and the name of the value in it."
        if name != "NAME" and member not in {"SECRET_KEY", "KEY_ID_KEY"}:
            first = check = ""
        lost = "If the secret is lost, create a new key pair: AWS shows a secret only once."
        if find_working(text, LOCALLY):
            # Somebody has the pair, and it is right.
            both, lost = f"It must have {length} characters.", None
    file = _MANIFEST_OF_SECRET.search(text)
    variable = values[member]
    return your_remedy(
        title,
        check if is_counted else f"{signer}: aws configure on your machine does not change them. {check}",
        f"{both} If you encode values yourself, use printf %s: echo adds a newline.",
        lost,
        f'The file {file["file"]} still has the old value, which the next kubectl apply restores: replace it there by what printf %s "${variable}" | base64 prints.'
        if file
        else None,
        then or None
        if _OUTSIDE_AWS.search(text)
        else f"{then} Better, give the {'agent' if is_of_jenkins else 'service account'} a role (IRSA or EKS Pod Identity), and delete the keys.".lstrip(),
        commands=(
            first or None,
            *reads,
            Labelled(
                "Then:",
                f'kubectl patch secret {name} --namespace {namespace} --patch "{{\\"stringData\\": {{{patch}}}}}"',
            ),
            restart,
        ),
        url="https://kubernetes.io/docs/tasks/configmap-secret/managing-secret-using-kubectl/",
    )


_KEY_IN_SHELL = lazy_pattern(r"\bAWS_ACCESS_KEY_ID[\"']? ?= ?[\"']?(?P<key>[A-Z0-9*.x]{4,40})")
_ENDING, _KEY_LENGTH = 4, 20
UNSET_KEYS = "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"
"""The command that removes access keys from a shell."""
LIST_VARIABLES = "env | grep -o '^AWS_[A-Z_]*'"
"""The command that prints the names of the variables for AWS, without their values."""
FIND_KEYS = "grep -rls AWS_ACCESS_KEY_ID ~/.profile ~/.bashrc ~/.bash_profile ~/.zshrc ~/.zshenv ~/.zprofile ~/.config/fish/config.fish /etc/environment /etc/profile.d .env .envrc"
"""The command that finds the files that set access keys for a shell."""
PROFILE_OVERRIDDEN = CauseType(
    "profile-overridden",
    title="Access keys are used instead of the profile or the role",
    meaning="Access keys in environment variables take precedence over AWS_PROFILE and the files, and keys in both over the role of an instance. Only --profile takes precedence over variables. A call without a profile uses the keys of the profile default.",
    recognised_by="The text shows an access key in the environment together with AWS_PROFILE, or with another key in the credentials file, or keys of an instance that has a role, or keys of the profile default next to the sign-in of another profile.",
    fix="Unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or select the profile.",
    sources=(pages.CLI_CREDENTIALS,),
)


class Override(NamedTuple):
    """A profile whose credentials are not used.

    Attributes:
        profile: The name of the profile.
        used: The last characters of the key in the environment, if they are known.
        unused: Those of the key of the profile.
        is_sso: Whether the profile uses IAM Identity Center, and the text does not show the sign-in.
        is_selected: Whether a variable of the shell selects the profile.
        file: The file that sets the keys, if the text shows it.
        default: The key of the profile default that was used, if none is in the environment.
    """

    profile: str
    used: str | None
    unused: str | None
    is_sso: bool
    is_selected: bool = True
    file: str | None = None
    default: ListedKey | None = None

    @property
    def reason(self) -> str:
        """Why the credentials of the profile were not used."""
        key = f"the access key …{self.used}" if self.used else "an access key"
        if self.default is None:
            return f"{key} in the environment takes precedence over the profile {self.profile}, whose credentials were not used"
        return f"nothing selects the profile {self.profile}, so the call used {key} of {self.default.section}"

    @property
    def because(self) -> str:
        """What shows this, as sentences."""
        if self.default is not None:
            return self.default.shown
        return "The text shows the keys and the profile. The option --profile takes precedence over such keys, AWS_PROFILE does not."


def find_override(case: Case[Failure]) -> Override | None:
    """Return the profile that a shell selects, or the default one with another key, if its environment has an access key."""
    text = case.failure.text
    default = selected_profiles.find_key_of_call(case)
    if default is not None and (default.file is None or default.profile not in {None, "default"}):
        default = None
    is_in_shell = selected_profiles.has_key_in_shell(text)
    if not (is_in_shell or default) or selects_profile_itself(case.failure):
        return None
    signed_in = selected_profiles.find_signed_in_profile(text)
    # A denial has nothing to do with other calls that succeed with a profile.
    working = None if case.failure.kind == "access_denied" else find_working_profile(case.failure)
    selected = selected_profiles.find_shell_profile(text) or signed_in or clues.safe_name(working)
    if default is not None and not is_in_shell:
        if selected is None or selected == "default":
            return None
        return Override(
            selected, _ending(default.ending), None, is_sso=False, is_selected=False, default=default
        )
    listed, shown = find_listed_key(text), _KEY_IN_SHELL.search(text)
    used = _ending(listed.ending if listed and listed.kind == "env" else shown["key"] if shown else None)
    sections = [each for each in find_profile_sections(text) if each.name == (selected or "default")]
    keys = (_ending(each.settings.get("aws_access_key_id")) for each in sections)
    unused = next(filter(None, keys), None)
    if (selected is None and (used is None or unused is None)) or (used is not None and used == unused):
        return None
    is_sso = signed_in is None and any(each.is_sso for each in sections)
    is_selected = selected_profiles.find_shell_profile(text) is not None
    file = find_key_file(text, "AWS_ACCESS_KEY_ID=")
    # The output of another command can follow the path of a file of profiles.
    file = None if file is None or file.endswith(("/config", "/credentials")) else clip_text(file)
    return Override(selected or "default", used, unused, is_sso, is_selected, file)


def _ending(key: str | None) -> str | None:
    """Return the last characters of an access key ID, which AWS prints, too."""
    if key and key.startswith(("AKIA", "ASIA")) and len(key) < _KEY_LENGTH:
        # The text shows only its beginning.
        return None
    ending = (key or "")[-_ENDING:]
    return ending if len(ending) == _ENDING and ending.isalnum() and ending.upper() == ending else None


def explain_override(case: Case[Failure], verdict: str, topic: str) -> Explanation | None:
    """Explain that AWS rejected the keys in the environment, not the profile: the verdict is what AWS did with them."""
    override = find_override(case)
    if override is None:
        hidden = explain_hidden_role(case, verdict, topic, PROFILE_OVERRIDDEN)
        return hidden or explain_keys_beside_sign_in(case, verdict, topic)
    if override.default is not None:
        return _explain_default_keys(case, override, override.default, verdict, topic)
    key = f"A{' temporary' if 'AWS_ACCESS_KEY_ID=ASIA' in case.failure.text else 'n'} access key in the environment"
    if override.used:
        key = f"The access key …{override.used} in the environment"
    unused = "its credentials were not sent"
    if override.unused:
        unused = f"its key …{override.unused} was not sent"
    unused += ", so another sign-in does not help" if " sso login" in case.failure.text else ""
    because = "The text shows the keys and the profile."
    if override.used and override.unused:
        because = f"The environment has the key …{override.used}, and the file has …{override.unused}."
    return case.explain(
        f"{key} takes precedence over the profile {override.profile}, and AWS {verdict}. The profile is not the problem: {unused}.",
        PROFILE_OVERRIDDEN.cause(
            "derived",
            because,
            text=f"Access keys in environment variables take precedence over the profile {override.profile}, unless the command has the option --profile.",
        ),
        topic=topic,
        remedies=use_profile(case, override),
        notes=_NO_NEW_KEY,
    )


_NO_NEW_KEY = "No permission is missing, and no new key is needed."


def _explain_default_keys(
    case: Case[Failure], override: Override, default: ListedKey, verdict: str, topic: str
) -> Explanation:
    """Explain that the call had the keys of the profile default, not those of the profile that is signed in."""
    login = ", so another sign-in does not help" if " login" in case.failure.text else ""
    key = f"the access key …{override.used}" if override.used else "the access key"
    return case.explain(
        f"The call used {key} of {default.section}, and AWS {verdict}. The profile {override.profile} is not the problem: nothing selects it{login}.",
        PROFILE_OVERRIDDEN.cause(
            "derived",
            default.shown,
            text="Without --profile or AWS_PROFILE, calls use the profile default. Nothing renews keys in this file.",
        ),
        topic=topic,
        remedies=use_profile(case, override),
        notes=_NO_NEW_KEY,
    )


def use_profile(case: Case[Failure], override: Override) -> Remedy:
    """Return the remedy that lets a call use its profile instead of access keys in the environment or of the profile default."""
    name = override.profile
    if override.default is not None and override.default.file is not None:
        command = case.context.command
        again = (
            commands.repeat_command(command, changes={"profile": name})
            if command and command.program == "aws"
            else None
        )
        # A caller that is only denied can be in use elsewhere.
        clear = (
            None
            if case.failure.kind == "access_denied"
            else commands.delete_section("default", override.default.file)
        )
        return your_remedy(
            f"Select the profile {name}",
            "AWS_PROFILE selects it for all calls of a shell, --profile for one.",
            commands=(
                again,
                f"export AWS_PROFILE={name}",
                "aws sts get-caller-identity",
                clear and Labelled.required(commands.DELETE_OLD.format("[default]"), clear),
            ),
            url=pages.CLI_PROFILES,
        )
    return your_remedy(
        f"Unset the keys, so that the profile {name} is used",
        "Unset the variables in the shell or service that makes the call. Then aws configure list must not print env as the type of access_key.",
        f"{override.file} sets them: delete the lines there, or they come back in the next shell."
        if override.file
        else "Each file that grep prints sets them: delete the lines there, or they come back in the next shell. Tools such as direnv, IDEs and CI systems set them, too.",
        commands=(
            UNSET_KEYS,
            f"aws sso login --profile {name}" if override.is_sso else None,
            None if override.is_selected or name == "default" else f"export AWS_PROFILE={name}",
            "aws configure list",
            # With --profile, it would print the profile's identity even with the keys.
            "aws sts get-caller-identity",
            None if override.file else FIND_KEYS,
        ),
        url=pages.CLI_CREDENTIALS,
    )
