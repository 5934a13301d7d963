"""Choose how to make fewer calls by the program that AWS throttled.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html,
https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md,
https://kubernetes-sigs.github.io/external-dns/latest/docs/rate-limits,
https://developer.hashicorp.com/terraform/cli/commands/apply (-parallelism) and
https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/configurations/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.controllers import find_controller
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.text_signs import is_about_pods

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError


_DEFAULT_ATTEMPTS = 10
# What SDKs print when they give up; botocore counts the retries after the first attempt.
_ATTEMPTS = lazy_pattern(
    r"maximum number of attempts, (?P<attempts>\d{1,3})\b|reached max retries: (?P<retries>\d{1,3})\b"
)
_TERRAFORM = lazy_pattern(
    r"\bError: (?:reading|creating|updating|deleting|listing|waiting for) [A-Z]|\bterraform (?:plan|apply|destroy|refresh)\b"
)
_STS_OPERATION = lazy_pattern(r"AssumeRole|GetCallerIdentity|GetSessionToken|GetFederationToken")
_CLI = lazy_pattern(
    r"\baws [a-z][a-z0-9-]{1,30} [a-z]|\(reached max retries: \d+\)|\baws-cli/|\bboto|An error occurred \("
)
# How each controller calls less often, by its name.
_FLAGS = {
    "Cluster Autoscaler": "Raise --scan-interval, which is 10 seconds by default, for example to 1m, and let it watch fewer Auto Scaling groups: narrow the tags in --node-group-auto-discovery.",
    "ExternalDNS": "Raise --interval, which is one minute by default, and set --provider-cache-time, for example to 15m.",
    "the AWS Load Balancer Controller": "Limit its calls with --aws-api-throttle.",
}
_FEWER = "Make fewer calls: cache results, use filters and large pages, and run fewer jobs in parallel."
_REUSE = "Make fewer calls: reuse the credentials of one AssumeRole until they expire instead of a call each time, and run fewer jobs in parallel."
_FIND_CALLERS = "To find who else calls, count the events of the operation by userIdentity in CloudTrail: all callers of the account share the rate."


def calls_iam_or_sts(case: Case[AwsError]) -> bool:
    """Return whether the throttled call is of IAM or STS."""
    return case.failure.envelope.service == "iam" or _calls_sts(case)


def _calls_sts(case: Case[AwsError]) -> bool:
    envelope = case.failure.envelope
    return envelope.service == "sts" or _STS_OPERATION.match(envelope.operation or "") is not None


def throttling_remedy(case: Case[AwsError]) -> Remedy:
    """Return the remedy that makes fewer calls, with the settings that the program has."""
    controller = find_controller(case.failure.text)
    context = context_of(case.facts)
    runtime = context.runtime
    is_pod = controller is not None or (runtime is not None and runtime.kind == "eks-pod")
    is_pod = is_pod or is_about_pods(case.text)
    fewer = _REUSE if _calls_sts(case) else _FEWER
    if controller is not None:
        namespace = commands.namespace(case.facts.namespace or controller.namespace)
        return cluster_remedy(
            f"Let {controller.name} make fewer calls",
            _FLAGS.get(controller.name, "Raise the interval in which it checks its objects."),
            "Run one replica per cluster, or use leader election. Retries are not enough: they are calls, too.",
            _FIND_CALLERS,
            commands=(fill_command("kubectl --namespace {} edit {}", namespace, controller.workload),),
            url=pages.SDK_RETRIES,
        )
    found = _ATTEMPTS.search(case.text)
    attempts = int(found["attempts"] or int(found["retries"]) + 1) if found is not None else 0
    if context.terraform is not None or _TERRAFORM.search(case.text):
        return _terraform_remedy(attempts)
    retry = "Let the SDK retry: the modes standard and adaptive use exponential backoff with jitter; adaptive also slows down."
    lines: tuple[str, ...] = ()
    has_enough = attempts >= _DEFAULT_ATTEMPTS
    if has_enough:
        retry = f"The SDK already made {attempts} attempts. More of them are more calls: let it slow down with the retry mode adaptive."
    if _CLI.search(case.text) and not is_pod and runtime is None:
        lines = ("aws configure set retry_mode adaptive",)
        lines += () if has_enough else (f"aws configure set max_attempts {_DEFAULT_ATTEMPTS}",)
    else:
        number = "" if has_enough else f" and AWS_MAX_ATTEMPTS={_DEFAULT_ATTEMPTS}"
        retry += f" Set AWS_RETRY_MODE=adaptive{number} in the environment of the program."
    return your_remedy(
        "Retry with exponential backoff and jitter, and make fewer calls",
        retry,
        fewer,
        _FIND_CALLERS,
        commands=lines,
        url=pages.SDK_RETRIES,
    )


def _terraform_remedy(attempts: int) -> Remedy:
    """Return the remedy for Terraform, whose provider retries by itself."""
    retried = (
        f"The provider already made {attempts} attempts. " if attempts else "The provider retries by itself. "
    )
    return your_remedy(
        "Let Terraform make fewer calls at once",
        f"{retried}Run plan and apply with fewer operations at once: -parallelism is 10 by default.",
        'If that is not enough, set retry_mode = "adaptive" in the provider, or split the state: each run reads every resource in it.',
        _FIND_CALLERS,
        commands=("terraform apply -parallelism=3",),
        url="https://developer.hashicorp.com/terraform/cli/commands/apply",
    )
