"""Find the EKS cluster of a failure and build the AWS CLI commands for it.

Commands contain a placeholder in capitals for what neither the facts nor the text state.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeAlias

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.labels import Labelled
from iamtriage._rendering.values import Value
from iamtriage._text import lower_first
from iamtriage.arns._arns import Arn
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.explaining._context.readers.kubernetes.controllers import (
    find_controller,
    find_controller_of_account,
    usual_account,
)
from iamtriage.explaining._context.readers.kubernetes.program_regions import find_variable_map
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn
from iamtriage.explaining._rules.shared.remedies import cluster_remedy
from iamtriage.failures._failures import Failure
from iamtriage.typing import AuthenticationMode

AnyCase: TypeAlias = "Case[Failure]"

_KINDS_OF_ENTRIES = ("access_entry", "invalid_arn")
_CHARS_BEFORE, _MAX_LENGTH, _CHARS_OF_SENTENCE, _CHARS_AFTER = 500, 4_000, 160, 800
# Terraform's AWS provider names access entries CLUSTER:ARN and policy associations CLUSTER#ARN#POLICY.
_ENTRY = lazy_pattern(
    r"(?a)Access (?:Entry|Policy Association) \(?(?:([0-9A-Za-z][\w-]{0,99})[:#])?(arn:[^\s#),\"']{1,600})"
)
# The ARN of a cluster, and those of what belongs to one.
_CLUSTER_ARN = lazy_pattern(
    r"(?a)\b(?P<start>arn:aws[a-z-]{0,12}:eks:[a-z0-9-]{1,30}:[0-9]{12}):(?:cluster|(?:access-entry|addon|fargateprofile|nodegroup|podidentityassociation)(?=/[^/\s]{1,100}/))/(?P<name>[0-9A-Za-z][\w-]{0,99})"
)
# Characters of a text that are searched for the ARN of the cluster.
_MAX_CHARS = 100_000
_IAM_ARN = lazy_pattern(r"arn:[a-z-]{1,20}:(?:iam|sts):[^:\s]{0,20}:[^:\s]{0,40}:[^\s\"'`#),;\\]{1,600}")


@attrs.frozen(eq=False, repr=False)
class Cluster(Value):
    """What is known about an EKS cluster.

    Attributes:
        name: The name.
        region: The region.
        account: The account ID.
        partition: The partition.
        mode: The authentication mode.
        profile: The profile of the AWS CLI.
        is_mode_derived: Whether the text states the mode, not the facts.
    """

    name: str | None = None
    region: str | None = None
    account: str | None = None
    partition: str = "aws"
    mode: AuthenticationMode | None = None
    profile: str | None = None
    is_mode_derived: bool = False

    @property
    def argument(self) -> str:
        """The name as a command argument."""
        return commands.cluster(self.name)

    @property
    def uses_entries(self) -> bool:
        """Whether the cluster can use access entries."""
        return self.mode != "CONFIG_MAP"

    @property
    def uses_aws_auth(self) -> bool:
        """Whether the cluster can use the ``aws-auth`` ConfigMap."""
        return self.mode != "API"

    @property
    def entry_precedence(self) -> str | None:
        """What a new access entry does to the entry of its principal in ``aws-auth``."""
        replaces = "If aws-auth maps the principal, give the entry the same groups (--kubernetes-groups)."
        return replaces if self.uses_aws_auth else None

    def eks_command(
        self,
        verb: str,
        *words: str,
        principal: str | None = None,
        query: str | None = None,
        flag: str = "--cluster-name",
    ) -> str:
        """Return an ``aws eks`` command.

        Args:
            verb: The subcommand.
            words: More arguments, unquoted.
            principal: The argument for ``--principal-arn``, quoted.
            query: What to print as text, if not the whole result.
            flag: The option for the cluster's name.

        >>> Cluster("orders", region="eu-west-1").eks_command("describe-cluster", flag="--name")
        'aws eks describe-cluster --name orders --region eu-west-1'
        """
        parts = [commands.command("aws", "eks", verb, flag, self.argument, *self.region_arguments)]
        if principal is not None:
            parts.append(f"--principal-arn {principal}")
        if query is not None:
            words += ("--query", query, "--output", "text")
        return " ".join([*parts, *([commands.command(*words)] if words else [])])

    def association_commands(self, *calls: tuple[str, str]) -> tuple[str, ...]:
        """Return the commands that look up the pod's association of EKS Pod Identity, and then use it.

        Args:
            calls: The verb and the options of each command.
        """
        of_account = ("--namespace", "NAMESPACE", "--service-account", "SERVICE_ACCOUNT")
        query = "associations[0].associationId"
        find = self.eks_command("list-pod-identity-associations", *of_account, query=query)
        used = (
            f'{self.eks_command(f"{verb}-pod-identity-association")} --association-id "$association_id" {options}'
            for verb, options in calls
        )
        return (f"association_id=$({find})", *used)

    def kubeconfig_command(self) -> str:
        """Return the command that adds the cluster to the kubeconfig.

        >>> Cluster("orders").kubeconfig_command()
        'aws eks update-kubeconfig --name orders --region REGION'
        """
        region = commands.region(self.region)
        return commands.fill_command("aws eks update-kubeconfig --name {} --region {}", self.argument, region)

    def token_command(self) -> str:
        """Return the command that requests a token as kubectl does, and discards the token."""
        return f"{self.eks_command('get-token')} > /dev/null"

    def show_mode_command(self) -> str | None:
        """Return the command that prints the authentication mode, unless it is known."""
        if self.mode is not None:
            return None
        query = "cluster.accessConfig.authenticationMode"
        return self.eks_command("describe-cluster", query=query, flag="--name")

    def change_mode_commands(self) -> tuple[str, str]:
        """Return the commands that enable access entries beside ``aws-auth``, and wait for that."""
        change = ("--access-config", "authenticationMode=API_AND_CONFIG_MAP")
        wait = commands.command(
            "aws", "eks", "wait", "cluster-active", "--name", self.argument, *self.region_arguments
        )
        return self.eks_command("update-cluster-config", *change, flag="--name"), wait

    def enable_entries_remedy(self, *, is_alternative: bool = False) -> Remedy:
        """Return the remedy that enables access entries in the cluster."""
        title = "Change the authentication mode to API_AND_CONFIG_MAP"
        if is_alternative:
            title = f"Or {lower_first(title)}, which cannot be undone, and create an access entry"
        return cluster_remedy(
            title,
            "The change cannot be undone: a cluster never goes back to CONFIG_MAP.",
            "With API_AND_CONFIG_MAP, aws-auth entries keep working, except for principals with an access entry, which takes precedence. With API, the cluster ignores aws-auth.",
            "When the cluster is ACTIVE again, create access entries. An entry alone grants nothing: associate an access policy, or set groups that RBAC allows (--kubernetes-groups).",
            commands=(self.show_mode_command(), *self.change_mode_commands()),
            url=pages.EKS_ACCESS_MODE,
        )

    @property
    def region_arguments(self) -> tuple[str, ...]:
        """The arguments for the region and the profile, empty if both are unknown."""
        region, profile = commands.region(self.region), commands.profile(self.profile)
        # Where the default Region of the AWS CLI can be another one, the Region of the cluster is REGION.
        return (
            *(() if region == "REGION" != self.region else ("--region", region)),
            *(() if profile == "PROFILE" else ("--profile", profile)),
        )


def find_cluster(case: AnyCase) -> Cluster:
    """Return the cluster that the facts or the text name."""
    facts = case.facts
    name, region, account = facts.cluster, facts.region, None
    arn = _parse_cluster_arn(case.failure.resource) or _parse_cluster_arn(facts.resource)
    if arn is not None:
        of_arn = arn.resource.partition("/")[2]
        name = name or of_arn
        if name == of_arn:
            region, account = region or arn.region or None, arn.account or None
    stated = _find_stated_arn(case.failure.text, name) if account is None else None
    if stated is not None:
        name, region, account = stated.resource.partition("/")[2], region or stated.region, stated.account
    if name is None:
        found = _ENTRY.search(failure_context(case)) if "Access" in case.failure.text else None
        name = (found[1] if found else None) or clues.find_option(case, "cluster-name")
    return Cluster(
        name=name,
        region=region or clues.find_region(case),
        account=account,
        partition=arn.partition if arn and arn.partition in PARTITIONS else clues.find_partition(case),
        mode=facts.authentication_mode,
        is_mode_derived=is_derived(facts, "authentication_mode"),
        # Whoever changes an access entry is an administrator of the cluster.
        profile=clues.find_option(case, "profile") if case.failure.kind in _KINDS_OF_ENTRIES else None,
    )


def _find_stated_arn(text: str, name: str | None) -> Arn | None:
    """Return the ARN of the only cluster, or of the one with this name, that a text such as a kubeconfig states."""
    if ":eks:" not in text:
        return None
    found = {
        f"{each['start']}:cluster/{each['name']}": each["name"]
        for each in _CLUSTER_ARN.finditer(text, 0, _MAX_CHARS)
    }
    arns = [arn for arn, of_arn in found.items() if name in {None, of_arn}]
    return _parse_cluster_arn(arns[0]) if len(arns) == 1 else None


def failure_context(case: AnyCase) -> str:
    """Return the failure's text with its context, whitespace folded."""
    return _unescaped_text(case, _CHARS_BEFORE, _CHARS_AFTER)


def failure_sentence(case: AnyCase) -> str:
    """Return the failure's text up to the end of its sentence, whitespace folded."""
    return _unescaped_text(case, 0, _CHARS_OF_SENTENCE)


def _unescaped_text(case: AnyCase, before: int, after: int) -> str:
    failure = case.failure
    start, end = failure.span
    words = failure.text[max(start - before, 0) : min(end, start + _MAX_LENGTH) + after]
    return " ".join(words.replace('\\"', '"').split())


def find_entry_arn(case: AnyCase) -> str | None:
    """Return the ARN of the access entry's principal, if the text or the facts state it."""
    words = failure_context(case)
    if found := _ENTRY.search(words):
        return found[2]
    arns = (*find_iam_arns(words), *find_iam_arns(case.facts.resource or ""))
    return clues.find_option(case, "principal-arn") or next(iter(arns), None)


def find_iam_arns(words: str) -> tuple[str, ...]:
    """Return the IAM and STS ARNs in a text, in order, without trailing punctuation, but not those with a pseudo parameter.

    >>> find_iam_arns("'arn:aws:iam::111122223333:role/app' is not a valid role ARN. arn:aws:s3:::b")
    ('arn:aws:iam::111122223333:role/app',)
    """
    found = (each.rstrip(".:!?]}>") for each in _IAM_ARN.findall(words) if "${AWS:" not in each)
    return tuple(dict.fromkeys(found))


def _parse_cluster_arn(text: str | None) -> Arn | None:
    arn = try_parse_arn(text)
    is_of_cluster = arn is not None and arn.service == "eks" and arn.resource.startswith("cluster/")
    return arn if is_of_cluster else None


def disable_session_tags_remedy(case: AnyCase, title: str) -> Remedy:
    """Return the remedy that turns off the session tags of a pod's association of EKS Pod Identity."""
    lines = find_cluster(case).association_commands(("update", "--disable-session-tags"))
    return cluster_remedy(
        title,
        "New sessions then have none of its six tags, so restart the pods.",
        "Look first for policies that use these tags, such as aws:PrincipalTag/kubernetes-namespace or aws:PrincipalTag/eks-cluster-name: they no longer match.",
        commands=(*lines, restart_command(case)),
        url="https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html",
    )


def restart_command(case: AnyCase) -> str:
    """Return the command that restarts the pods of the controller that the text or the service account names."""
    account = case.facts.service_account
    controller = find_controller(f"{case.text} {account or ''}") or find_controller_of_account(account)
    is_of_controller = controller is not None and account in (None, controller.service_account)
    workload = controller.workload if controller is not None and is_of_controller else "deployment/NAME"
    namespace = commands.namespace(usual_account(case.facts, case.text)[0])
    return f"kubectl rollout restart {workload} --namespace {namespace}"


# The pod of a job that a CronJob started: its name has the minutes since 1970.
_POD_OF_CRON_JOB = lazy_pattern(
    r"(?<![\w./-])(?P<name>[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?)-(?:2[6-9]|3\d)\d{6}-[a-z0-9]{5}(?![\w-])"
)


def renew_pods_command(case: AnyCase, namespace: str) -> Labelled:
    """Return the command that starts pods with new values of a Secret or ConfigMap, also of a CronJob that the text names."""
    name = only_one({each["name"] for each in _POD_OF_CRON_JOB.finditer(case.failure.text)})
    if name is not None:
        label = "Then start a new job, because pods keep the values that they started with:"
        line = f"kubectl create job {name}-again --from=cronjob/{name} --namespace {namespace}"
        return Labelled.required(label, line)
    label = "Then restart the pods, which keep the values that they started with:"
    line = restart_command(case).replace("--namespace NAMESPACE", f"--namespace {namespace}")
    return Labelled.required(label, line)


def set_variables_command(case: AnyCase, variables: str) -> str:
    """Return the command that sets environment variables of a workload, which restarts its pods."""
    return f"{restart_command(case).replace('rollout restart', 'set env')} {variables}"


def correct_variable_commands(case: AnyCase, name: str, value: str) -> tuple[str, ...]:
    """Return the commands that remove an environment variable of a workload, or correct it in its ConfigMap.

    What comes from a ConfigMap is not in the container's ``env``, so ``kubectl set env`` cannot remove it. A key
    can be required there (``configMapKeyRef``), so it stays.
    """
    found = find_own_map(case, name)
    if found is None:
        return (set_variables_command(case, f"{name}-"),)
    namespace = commands.namespace(found[1] or case.facts.namespace)
    line = patch_map_command(found[0], namespace, {name: value})
    return line, restart_command(case).replace("--namespace NAMESPACE", f"--namespace {namespace}")


def find_own_map(case: AnyCase, variable: str) -> tuple[str, str | None] | None:
    """Return the ConfigMap that sets a variable. A pod reads none of another namespace."""
    found = find_variable_map(case.failure.text, variable)
    is_other = found is not None and len({found[1], case.facts.namespace} - {None}) > 1
    return None if is_other else found


def patch_map_command(config_map: str, namespace: str, values: Mapping[str, str]) -> str:
    """Return the command that sets keys of a ConfigMap."""
    call = "kubectl patch configmap {} --namespace {} --type merge --patch {}"
    return commands.fill_command(
        call, commands.kubernetes_name(config_map), namespace, json.dumps({"data": {**values}})
    )


def runs_in_pod(case: AnyCase) -> bool:
    """Return whether a pod made the call, and not a reader's AWS CLI."""
    context = case.context
    if context.command is not None and context.command.program == "aws":
        return False
    return case.facts.service_account is not None or context.runtime_kind == "eks-pod"


def runs_elsewhere(pod: str | None, text: str) -> bool:
    """Return whether a pod is not one of the controller that a text is about, or is unknown.

    >>> [runs_elsewhere(pod, "ebs-csi") for pod in ("ebs-csi-controller-6d8f-x2x4z", "ebs-csi-node-x2x4z", None)]
    [False, True, True]
    """
    controller = find_controller(text)
    return controller is None or not (pod or "").startswith(f"{controller.workload.rpartition('/')[2]}-")
