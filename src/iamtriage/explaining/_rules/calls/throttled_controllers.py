"""Advise on controllers of Kubernetes whose calls are throttled: the setting for how often they call.

Sources:
https://external-secrets.io/latest/introduction/faq,
https://kubernetes-sigs.github.io/external-dns/latest/docs/rate-limits and
https://docs.aws.amazon.com/eks/latest/best-practices/cas.html (Reducing API call frequency)
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import line_at
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._rules.basics import Case, Remedy
from iamtriage.explaining._rules.shared.remedies import Commands, present, your_remedy
from iamtriage.failures._failures import AwsError


class _Interval(NamedTuple):
    """How often a controller calls.

    Attributes:
        operations: A pattern for the operations that it calls each time.
        setting: The field or the flag.
        step: What it does each time, and how to change that.
        url: The page about the setting.
        command: The command that prints the present values.
        manifest: The setting as YAML.
    """

    operations: re.Pattern[str]
    setting: str
    step: str
    url: str
    command: str | None = None
    manifest: str | None = None


_INTERVALS = {
    "External Secrets Operator": _Interval(
        lazy_pattern(r"(?:Batch)?GetSecretValue|GetParameter|DescribeSecret|DescribeParameters|ListSecrets"),
        "refreshInterval",
        "The operator reads each key again after spec.refreshInterval of its ExternalSecret. Set it as below in those with a shorter one, in the code or chart that creates them.",
        "https://external-secrets.io/latest/introduction/faq",
        "kubectl get externalsecrets --all-namespaces",
        "spec:\n  refreshInterval: 1h\n",
    ),
    "ExternalDNS": _Interval(
        lazy_pattern(
            r"ListHostedZones|ListResourceRecordSets|ListTagsForResources?\Z|ChangeResourceRecordSets"
        ),
        "--interval",
        "ExternalDNS lists the records of its zones at each interval, by default every minute. Add --interval=5m to the arguments of its container, and --provider-cache-time=15m to keep the records in memory.",
        "https://kubernetes-sigs.github.io/external-dns/latest/docs/rate-limits",
    ),
    "Cluster Autoscaler": _Interval(
        lazy_pattern(r"Describe"),
        "--scan-interval",
        "Cluster Autoscaler reads the Auto Scaling groups at each scan, by default every 10 seconds. Add --scan-interval=30s to the command of its container: it then adds nodes a little later.",
        "https://docs.aws.amazon.com/eks/latest/best-practices/cas.html",
    ),
}


# The controllers are in Go.
_SOURCES = frozenset({None, "", "go-v1", "go-v2"})


def call_less_often(case: Case[AwsError], others: Commands) -> Remedy | None:
    """Return the remedy that lets the controller that makes a throttled call make it less often.

    Args:
        case: The throttled call.
        others: The commands that show who else calls.
    """
    if case.failure.envelope.source not in _SOURCES or case.context.runtime_kind == "lambda":
        return None
    # Other lines can be about another program.
    controller = find_controller(line_at(case.failure.text, *case.failure.span))
    name = controller.name if controller is not None else ""
    interval = _INTERVALS.get(name)
    if interval is None or not (case.operation is None or interval.operations.match(case.operation)):
        return None
    return your_remedy(
        f"Let {name} call less often: set a longer {interval.setting}",
        interval.step,
        commands=(*present(interval.command), *others),
        manifest=interval.manifest,
        url=interval.url,
    )
