"""Choose how to make fewer calls by the program that AWS throttled.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html,
https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md,
https://kubernetes-sigs.github.io/external-dns/latest/docs/rate-limits and
https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/configurations/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.controllers import find_controller
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.pod_wording import is_about_pods

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

__all__ = ("calls_iam_or_sts", "throttling_remedy")

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
    envelope = case.failure.envelope
    is_sts = _STS_OPERATION.match(envelope.operation or "") is not None
    return envelope.service in {"iam", "sts"} or is_sts


def throttling_remedy(case: Case[AwsError]) -> Remedy:
    """Return the remedy that makes fewer calls, with the settings that the program has."""
    controller = find_controller(case.failure.text)
    runtime = context_of(case.facts).runtime
    is_pod = controller is not None or (runtime is not None and runtime.kind == "eks-pod")
    is_pod = is_pod or is_about_pods(case.text)
    fewer = _REUSE if calls_iam_or_sts(case) else _FEWER
    if controller is not None:
        namespace = commands.namespace(case.facts.namespace or controller.namespace)
        return Remedy(
            title=f"Let {controller.name} make fewer calls",
            who="cluster administrator",
            steps=(
                _FLAGS.get(controller.name, "Raise the interval in which it checks its objects."),
                "Run one replica per cluster, or use leader election. Retries are not enough: they are calls, too.",
                _FIND_CALLERS,
            ),
            commands=(fill_command("kubectl --namespace {} edit {}", namespace, controller.workload),),
            url=pages.SDK_RETRIES,
        )
    retry = "Let the SDK retry: the modes standard and adaptive use exponential backoff with jitter; adaptive also slows down."
    lines: tuple[str, ...] = ()
    if _CLI.search(case.text) and not is_pod and runtime is None:
        lines = ("aws configure set retry_mode adaptive", "aws configure set max_attempts 10")
    else:
        retry += " Set AWS_RETRY_MODE=adaptive and AWS_MAX_ATTEMPTS=10 in the environment of the program."
    return Remedy(
        title="Retry with exponential backoff and jitter, and make fewer calls",
        who="you",
        steps=(retry, fewer, _FIND_CALLERS),
        commands=lines,
        url=pages.SDK_RETRIES,
    )
