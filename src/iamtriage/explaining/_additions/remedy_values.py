"""Fill the remedies of an explanation with the values that the facts and the text state."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.placeholders import fill_placeholders, fill_step, find_placeholders, stated_names
from iamtriage.arns._principals import User
from iamtriage.explaining._additions.arn_values import resources_of
from iamtriage.explaining._additions.command_regions import (
    find_only_region,
    name_regions,
    name_regions_of_iam,
)
from iamtriage.explaining._additions.kubectl_options import (
    find_kubeconfig,
    find_other_context,
    for_cluster,
    kubectl_option,
    kubectl_value,
)
from iamtriage.explaining._additions.placeholder_values import (
    find_only_account,
    object_key,
    own_service,
    value_of_endpoint,
    values_of_resource,
    values_of_session,
    values_of_text,
)
from iamtriage.explaining._additions.pod_names import (
    name_of_role,
    role_lookups,
    with_pod_lookups,
    with_role_lookups,
    without_restarts,
)
from iamtriage.explaining._additions.saved_policies import rename_saved_file, save_printed_policy
from iamtriage.explaining._additions.shown_output import drop_answered_commands
from iamtriage.explaining._context.readers.kubernetes.controller_signs import may_name_controller
from iamtriage.explaining._context.readers.profiles import find_listed_key
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations.remedies import change_commands
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.clues import find_access_key, find_instance, find_region, find_user
from iamtriage.explaining._rules.shared.credentials.selected_profiles import (
    find_profile,
    selects_profile_in_shell,
)
from iamtriage.explaining._rules.shared.principals.principal_words import underlying_role
from iamtriage.explaining._rules.shared.remedies import UNKNOWN_CALLER
from iamtriage.policies._masked_arns import find_partition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from iamtriage.explaining._context.values import Runtime, Stated
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._facts import Facts
    from iamtriage.failures._failures import Failure

_PRINT_ENVIRONMENT = "env | "
_LIST_DEVICES = "aws iam list-mfa-devices"
_CALLER_IDENTITY, _LIST = "aws sts get-caller-identity", "aws configure list"
_PRINT_CALLER = (_CALLER_IDENTITY, f"{_CALLER_IDENTITY} --query Arn --output text")
_SELECTION = "export AWS_PROFILE="
_OTHER_CREDENTIALS = "unset AWS_ACCESS_KEY_ID"
_NO_SHELL = frozenset({"glue", "lambda", "redshift", "the execution role of the ECS task"})  # runs no command
_ARN = lazy_pattern(r"\barn:[^\s\"'`<>()]{1,2048}")
_KINDS_OF_CREDENTIALS = frozenset({"expired_credentials", "invalid_credentials", "missing_credentials"})
_KINDS_OF_REJECTIONS = frozenset(
    {"access_denied", "expired_credentials", "invalid_credentials", "signature_mismatch"}
)
# Only a profile has a sign-in.
_SSO_CODE = lazy_pattern(r"SSO|Login|TokenRetrieval|UnauthorizedException")
_LISTED_VARIABLE = lazy_pattern(r"(?m)^(?:export )?AWS_(?:ACCESS_KEY_ID|PROFILE)=")
# Commands that need the profile of the failed call.
_COMMAND_OF_PROFILE = lazy_pattern(
    r"aws (?:sts get-caller-identity(?: --query (?:Account|Arn) --output text)?|(?:sso )?login|configure(?: (?:list|sso|get [a-z_]{3,40}|set region \S{1,30}))?)"
)
_CALL = lazy_pattern(
    r"aws (?P<service>[a-z0-9-]{2,40}) (?:(?! --(?:profile|no-sign-request)\b)[^|;&<>$`\n]){1,2000}"
)


def fill_remedies(explanation: Explanation, facts: Facts, runtime: Runtime | None) -> tuple[Remedy, ...]:
    """Return the remedies of an explanation with the values that are known."""
    names = stated_names(_stated_values(explanation.failure, facts))
    lines = "\n".join(
        [
            line
            for remedy in explanation.remedies
            for line in (*remedy.commands, remedy.manifest or "", *remedy.placeholders)
        ]
    )
    known = _known_values(explanation.failure, facts, lines)
    values = {word: value for word, value in known if word not in names}
    for word, value in (*values_of_resource(facts.resource, lines), *values_of_text(explanation)):
        if word not in names:
            values.setdefault(word, value)
    if explanation.topic == "kubernetes-rbac" and _is_denied_account(explanation.failure, facts):
        # The remedy asks for another service account than the denied one.
        values.pop("SERVICE_ACCOUNT", None)
    values.update(values_of_session(explanation.failure, facts))
    resources = {fill_placeholders(arn, values) for arn, _ in resources_of(explanation)}
    if len(resources) == 1 and not find_placeholders(resource := resources.pop()) and "*" not in resource:
        values.setdefault("RESOURCE_ARN", resource)
    if (name := name_of_role(explanation.topic, explanation.failure, facts)) is not None:
        values["ROLE_NAME"] = name
    lookups = () if "ROLE_NAME" in values else role_lookups(explanation.topic, explanation.failure, facts)
    answered = _answered_checks(explanation, facts, values)
    service = own_service(explanation.failure, context_of(facts))
    remedies = (
        _complete_remedy(
            _print_in_pod(each, explanation.failure, facts),
            values,
            runtime,
            service if each.who == "you" else None,
        )
        for each in explanation.remedies
    )
    if names:
        remedies = (attrs.evolve(each, names=names) for each in remedies)
    profile = values.get("PROFILE")
    if profile is not None and (checks := _checks_of_environment(explanation.failure)):
        remedies = (_without_profile(each, profile, checks) for each in remedies)
    stated = _value(context_of(facts).profile)
    text = explanation.failure.text if explanation.failure is not None else ""
    completed = (without_restarts(_without_checks(each, answered, stated), facts, text) for each in remedies)
    with_lookups = tuple(
        with_pod_lookups(
            with_role_lookups(each, lookups), facts, partial(for_cluster, values=values, who=each.who)
        )
        for each in completed
    )
    saved = tuple(rename_saved_file(save_printed_policy(each), text) for each in with_lookups)
    shown = drop_answered_commands(saved, explanation.failure)
    return name_regions_of_iam(shown, explanation.failure, facts, values.get("REGION"))


def _stated_values(failure: Failure | None, facts: Facts) -> Iterator[str | None]:
    """Yield the ARNs, and names without an ARN, in the failure and the text around it."""
    context = context_of(facts)
    for stated in (context.role_arn, context.function, context.profile, context.api, context.key):
        yield _value(stated)
    yield facts.resource
    if failure is not None:
        yield from (failure.principal, failure.resource)
        start, end = failure.span
        yield from _ARN.findall(failure.text[start:end])


def _is_denied_account(failure: Failure | None, facts: Facts) -> bool:
    """Return whether the stated service account is the user that Kubernetes denied."""
    user = getattr(failure, "user", None) or ""
    return user.startswith("system:serviceaccount:") and user.endswith(f":{facts.service_account}")


def _checks_of_environment(failure: Failure | None) -> tuple[str, ...]:
    """Return how the checks begin that must see the keys in the environment, as the failed call does.

    With ``--profile``, botocore ignores them, and ``aws configure list`` prints the keys of the profile.
    """
    # If a call has no credentials, the environment has none, either.
    if failure is None or failure.kind == "missing_credentials":
        return ()
    if selects_profile_in_shell(failure.text):
        return (_CALLER_IDENTITY, _LIST)
    is_rejected = failure.kind in _KINDS_OF_REJECTIONS and not _SSO_CODE.search(
        failure.envelope.code or "SSO"
    )
    if not is_rejected:
        return ()
    from iamtriage.explaining._context.readers.command_runs import selects_profile_itself

    return () if selects_profile_itself(failure) else (_LIST,)


def _without_profile(remedy: Remedy, profile: str, checks: tuple[str, ...]) -> Remedy:
    """Return a remedy whose checks use the credentials of the shell, as the failed call does.

    With AWS_PROFILE, botocore uses the access keys in environment variables first. With --profile, it ignores
    them: ``create_credential_resolver`` in botocore/credentials.py.
    """
    lines = tuple(
        line.removesuffix(f" --profile {profile}") if line.startswith(checks) else line
        for line in remedy.commands
    )
    return change_commands(remedy, lines)


def _known_values(failure: Failure | None, facts: Facts, lines: str) -> Iterator[tuple[str, str]]:
    """Yield each placeholder of lines whose meaning does not depend on the command, with its value."""
    context = context_of(facts)
    cluster, role_arn = facts.cluster, _value(context.role_arn)
    region = profile = instance = user = key = domain = account_id = caller_arn = None
    namespace, account = facts.namespace, facts.service_account
    if failure is not None:
        case = Case(failure, facts)
        text = case.text
        region, profile = find_region(case), find_profile(case)
        if cluster is None and "CLUSTER" in lines:
            from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster

            cluster, region = (found := find_cluster(case)).name, region or found.region
        if region is None and ("aws " in lines or "REGION" in lines):
            region = find_only_region(failure)
        instance = _find_instance(failure, facts)
        if account is None and may_name_controller(text):
            from iamtriage.explaining._context.readers.kubernetes.controllers import usual_account
            from iamtriage.explaining._rules.shared.kubernetes.clusters import runs_elsewhere

            if namespace is None or not runs_elsewhere(_value(context.pod), text):
                namespace, account = usual_account(facts, text)
        own = underlying_role(case.stated_principal)
        caller = own or case.principal
        if caller is not None and not getattr(caller, "lacks_its_path", False):
            caller_arn = str(caller)
        if "ACCOUNT_ID" in lines:
            account_id = find_only_account(case)
        if role_arn is not None and own is not None and role_arn.endswith(f"/{own.name}"):
            # The remedies of a denial are about another role than the caller's.
            role_arn = None
        # A denied command can name another user than the caller, who must not get the permission.
        user = find_user(case)
        if failure.kind == "access_denied":
            user = caller.name if isinstance(caller, User) else None
        key = find_access_key(case)
        if "vpc-" in text or "search-" in text:
            from iamtriage.explaining._rules.shared.requirements.resource_policies import find_domain

            domain = find_domain(text)
        if failure.kind == "access_denied" and (key or "").startswith("ASIA"):
            # The remedies deactivate a key of a user, which the one of a session is not.
            key = None
    region, assumed = facts.region or region, _value(context.role_arn) or ""
    # A Region of another partition is the mistake.
    region = None if assumed and region and f":{find_partition(region)}:" not in assumed else region
    endpoint = _value(context.vpc_endpoint) or value_of_endpoint(facts)
    stated: tuple[tuple[str, str | None, Callable[[str | None], str]], ...] = (
        ("REGION", region, commands.region),
        ("CLUSTER", cluster, commands.cluster),
        ("NAMESPACE", namespace, commands.namespace),
        ("SERVICE_ACCOUNT", account, commands.kubernetes_name),
        ("PROFILE", profile, commands.profile),
        ("KUBECONFIG_FILE", find_kubeconfig(context, failure), kubectl_option),
        ("KUBECTL_CONTEXT", kubectl_value(context, "context", "kube-context"), kubectl_option),
        ("WORKING_CONTEXT", find_other_context(context, failure), kubectl_option),
        ("BUCKET", _value(context.bucket), commands.bucket),
        ("OBJECT_KEY", _value(context.key), object_key),
        ("ROLE_ARN", role_arn, commands.arn),
        ("USER_NAME", user, commands.user_name),
        ("CALLER_ARN", caller_arn, commands.arn),
        ("ACCOUNT_ID", account_id, commands.account),
        ("ACCESS_KEY_ID", key, commands.access_key),
        ("POD", _value(context.pod), commands.kubernetes_name),
        ("POD_NAME", _value(context.pod), commands.kubernetes_name),
        ("WORKLOAD", _value(context.workload), _workload),
        ("INSTANCE_ID", instance, commands.user_name),
        ("ENDPOINT_ID", endpoint, commands.user_name),
        ("VPC_ENDPOINT_ID", endpoint, commands.user_name),
        ("API_ID", _value(context.api), commands.user_name),
        ("FUNCTION_NAME", _value(context.function), commands.user_name),
        ("DOMAIN", domain and domain["domain"], commands.user_name),
    )
    for name, value, argument in stated:
        if value is not None and argument(value) == value:
            yield name, value


def _find_instance(failure: Failure, facts: Facts) -> str | None:
    """Return the EC2 instance that the remedies of a failure are about, if the text names it."""
    context = context_of(facts)
    names = ("instance-id", "instance-ids", "target")
    target = None if context.command is None else context.command.option(*names)
    if target is not None and failure.kind in _KINDS_OF_CREDENTIALS:
        # The remedies are about the instance on which the command runs, and not about the one that it names.
        return None
    start, end = failure.span
    own = find_instance(failure.text[start : max(end, failure.text.find("\n", end))])
    return own or _value(context.instance) or find_instance(failure.text)


def _workload(workload: str | None) -> str:
    """Return a workload with its kind if its name is valid, or a placeholder."""
    kind, _, name = (workload or "").partition("/")
    return f"{kind}/{commands.kubernetes_name(name)}"


def _answered_checks(explanation: Explanation, facts: Facts, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return parts of commands whose output the facts or the failure already state."""
    failure = explanation.failure
    is_caller_reported = (
        failure is not None and failure.kind == "access_denied" and failure.principal is not None
    )
    text = "" if failure is None else failure.text
    has_trust_policy = facts.trust_policy is not None and not any(
        each.is_condition for each in context_of(facts).policies
    )
    checks = (
        (find_listed_key(text) is not None, "aws configure list "),
        ("AWS_" in text and _LISTED_VARIABLE.search(text) is not None, "env | grep -o -e AWS_ACCESS_KEY_ID "),
        (is_caller_reported or facts.caller is not None, _CALLER_IDENTITY),
        ("MFA_DEVICE_ARN" in values and _LIST_DEVICES in text, _LIST_DEVICES),
        ("SOURCE_PROFILE" in values, "aws configure get source_profile "),
        (has_trust_policy, "--query Role.AssumeRolePolicyDocument"),
        (facts.token_claims is not None, "cat /var/run/secrets/eks.amazonaws.com/serviceaccount/token"),
        (facts.token_claims is not None, "cluster.identity.oidc.issuer"),
        (facts.token_claims is not None, 'cp "$AWS_WEB_IDENTITY_TOKEN_FILE"'),
    )
    return tuple(words for is_known, words in checks if is_known)


def _without_checks(remedy: Remedy, answered: tuple[str, ...], profile: str | None) -> Remedy:
    """Return a remedy without commands that only print known values, if other commands remain.

    The identity that the text shows is not that of another profile.
    """
    kept = tuple(
        line
        for line in remedy.commands
        if not any(words in f"{line} " for words in answered)
        # What the text shows is how it was before.
        or (line == _CALLER_IDENTITY and any(each.startswith(_OTHER_CREDENTIALS) for each in remedy.commands))
        or (line.startswith(_CALLER_IDENTITY) and line.partition(" --profile ")[2] not in {"", profile})
    )
    return attrs.evolve(remedy, commands=kept) if kept and kept != remedy.commands else remedy


def _value(stated: Stated | None) -> str | None:
    return None if stated is None else stated.value


def _print_in_pod(remedy: Remedy, failure: Failure | None, facts: Facts) -> Remedy:
    """Return a remedy that prints the environment of the pod, if it is one, and not that of the reader's shell."""
    if failure is None or not any(each.startswith(_PRINT_ENVIRONMENT) for each in remedy.commands):
        return remedy
    # Most explanations do not need the module.
    from iamtriage.explaining._rules.shared.kubernetes.clusters import runs_in_pod

    if not runs_in_pod(Case(failure, facts)):
        return remedy
    run = "kubectl exec deployment/NAME --namespace NAMESPACE --"
    lines = tuple(
        f"{run} {each}" if each.startswith(_PRINT_ENVIRONMENT) else each for each in remedy.commands
    )
    return change_commands(remedy, lines)


def _complete_remedy(
    remedy: Remedy, values: dict[str, str], runtime: Runtime | None, called: str | None
) -> Remedy:
    lines = tuple(fill_placeholders(command, values) for command in remedy.commands)
    has_no_shell = runtime is not None and not _NO_SHELL.isdisjoint((runtime.kind, runtime.caller))
    printing = _PRINT_CALLER[: 2 if has_no_shell else 1]
    # Steps about the command say where it must run.
    is_explained = not has_no_shell and any("get-caller-identity" in each for each in remedy.steps)
    lookup = None if runtime is None or is_explained else runtime.command
    if lookup is not None and any(line in printing for line in lines):
        # The identity of the shell is not that of the failed call.
        lookup = fill_placeholders(lookup, values)
        lines = tuple(lookup if line in printing else line for line in lines)
    elif (profile := values.get("PROFILE")) and not any(line.startswith(_SELECTION) for line in lines):
        lines = tuple(
            f"{line} --profile {profile}"
            if _COMMAND_OF_PROFILE.fullmatch(line)
            or (called and (call := _CALL.fullmatch(line)) and call["service"] == called)
            else line
            for line in lines
        )
    lines = tuple(for_cluster(line, values, remedy.who) for line in lines)
    bucket, key = values.get("BUCKET"), values.get("OBJECT_KEY")
    if bucket is not None and key is not None:
        lines = tuple(line.replace(f"s3://{bucket}/KEY ", f"s3://{bucket}/{key} ") for line in lines)
    workload = values.get("WORKLOAD")
    if workload is not None:
        lines = tuple(line.replace("deployment/NAME", workload) for line in lines)
    lines = name_regions(lines, values.get("REGION"))
    role = values.get("ROLE_NAME")
    caller = UNKNOWN_CALLER if role is None else f"the role {role}, if that is the caller"
    steps = tuple(
        fill_step(each.replace(UNKNOWN_CALLER, caller), values)
        for each in remedy.steps
        # "TABLE_NAME is the name that …"
        if each.partition(" is ")[0] not in values
    )
    changes: dict[str, Any] = {"steps": steps}
    for name in ("policy", "statement"):
        if (document := getattr(remedy, name)) is not None and values:
            changes[name] = json.loads(fill_placeholders(json.dumps(document), values))
    if remedy.manifest is not None:
        changes["manifest"] = fill_placeholders(remedy.manifest, values)
    return attrs.evolve(change_commands(remedy, lines), **changes)
