"""Read pods, DaemonSets and nodes from what kubectl prints."""

from __future__ import annotations

import re
from typing import NamedTuple

from iamtriage._patterns import lazy_pattern

__all__ = ("AccountsOfPod", "PodRow", "find_accounts", "find_daemon_set", "find_node_of_pod", "find_pod_rows")

_NAME = r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?"
# A namespace precedes the name with --all-namespaces; the last two columns are those of --output wide.
_POD_ROW = lazy_pattern(
    rf"^[ \t|│]{{0,8}}(?:{_NAME}[ \t]{{1,40}})?(?P<name>{_NAME})[ \t]{{1,80}}(?P<ready>\d{{1,3}})/(?P<total>\d{{1,3}})[ \t]{{1,40}}(?P<status>[A-Z][\w:]{{2,40}})"
    rf"(?:[ \t]{{1,40}}\d{{1,6}}(?: \([^)\n]{{1,30}}\))?[ \t]{{1,40}}\w{{2,12}}(?:[ \t]{{1,40}}(?:[\da-f.:]{{3,39}}|<none>)[ \t]{{1,40}}(?P<node>{_NAME}))?)?",
    re.ASCII | re.MULTILINE,
)
_DAEMON_SET_ROW = r"^[ \t|│]{{0,8}}(?:[a-z0-9-]{{1,63}}[ \t]{{1,40}})?{}[ \t]{{1,80}}(\d{{1,5}})[ \t]{{1,40}}\d{{1,5}}[ \t]{{1,40}}(\d{{1,5}})[ \t]"
_NODE_OF_POD = lazy_pattern(
    rf"\bkubectl [^\n]{{0,200}}\bpods?[ /](?P<pod>{_NAME})\b[^\n]{{0,80}}\.spec\.nodeName[^\n]{{0,20}}\n(?P<node>{_NAME})[ \t]{{0,8}}(?:[$%]|$)",
    re.ASCII | re.MULTILINE,
)


_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# Which service account a workload runs as, and which one has the annotation, as kubectl printed them.
_ACCOUNT_OF_WORKLOAD = lazy_pattern(
    rf"\bkubectl (?:-n |--namespace[ =])?(?P<namespace>{_LABEL})?[^\n]{{0,80}}? (?P<kind>deploy|deployment|ds|daemonset|sts|statefulset)[ /](?P<name>{_LABEL})\b[^\n]{{0,80}}serviceAccountName[^\n]{{0,20}}\n(?P<account>{_LABEL})[ \t]{{0,8}}(?:[$%]|$)",
    re.ASCII | re.MULTILINE,
)
_ANNOTATED_ACCOUNT = lazy_pattern(
    rf"\bkubectl [^\n]{{0,80}}? (?:sa|serviceaccounts?)[ /](?P<account>{_LABEL})\b[^\n]{{0,120}}\n[^$%]{{0,400}}?eks\.amazonaws\.com/role-arn",
    re.ASCII,
)


class AccountsOfPod(NamedTuple):
    """A workload that runs as another service account than the one with a role.

    Attributes:
        namespace: The namespace, if the command states it.
        workload: The workload with its kind.
        account: The service account that it runs as.
        annotated: The service account that has the annotation.
    """

    namespace: str | None
    workload: str
    account: str
    annotated: str


def find_accounts(text: str) -> AccountsOfPod | None:
    """Return the workload that kubectl shows to run as another service account than the one with a role."""
    if "serviceAccountName" not in text:
        return None
    workloads, annotated = list(_ACCOUNT_OF_WORKLOAD.finditer(text)), list(_ANNOTATED_ACCOUNT.finditer(text))
    if len(workloads) != 1 or len(annotated) != 1:
        return None
    found, wanted = workloads[0], annotated[0]["account"]
    kind = {"deploy": "deployment", "ds": "daemonset", "sts": "statefulset"}.get(found["kind"], found["kind"])
    if found["account"] == wanted:
        return None
    return AccountsOfPod(found["namespace"], f"{kind}/{found['name']}", found["account"], wanted)


class PodRow(NamedTuple):
    """A pod in the output of ``kubectl get pods``.

    Attributes:
        name: The name of the pod.
        is_ready: Whether all its containers are ready.
        status: Its status, such as ``"CrashLoopBackOff"``.
        node: Its node, if the output is wide.
    """

    name: str
    is_ready: bool
    status: str
    node: str | None


def find_pod_rows(text: str) -> tuple[PodRow, ...]:
    """Return the pods in tables that kubectl printed.

    >>> find_pod_rows("cart-7c9 0/1 Error 4 (9s ago) 3m 10.0.1.2 ip-10-0-1-9.ec2.internal")
    (PodRow(name='cart-7c9', is_ready=False, status='Error', node='ip-10-0-1-9.ec2.internal'),)
    """
    return tuple(
        PodRow(found["name"], found["ready"] == found["total"] != "0", found["status"], found["node"])
        for found in _POD_ROW.finditer(text)
    )


def find_daemon_set(text: str, name: str) -> tuple[int, int] | None:
    """Return how many pods a DaemonSet should have, and how many are ready, as kubectl printed them.

    >>> find_daemon_set("proxy   6   6   5   6   5   <none>   9d", "proxy")
    (6, 5)
    """
    found = re.search(_DAEMON_SET_ROW.format(re.escape(name)), text, re.ASCII | re.MULTILINE)
    return None if found is None else (int(found[1]), int(found[2]))


def find_node_of_pod(text: str) -> tuple[str, str] | None:
    r"""Return a pod and its node, as a query for ``.spec.nodeName`` printed it.

    >>> find_node_of_pod("$ kubectl get pod cart-7c9 -o jsonpath='{.spec.nodeName}'\nip-10-0-1-9.ec2.internal\n")
    ('cart-7c9', 'ip-10-0-1-9.ec2.internal')
    """
    found = _NODE_OF_POD.search(text)
    return None if found is None else (found["pod"], found["node"])
