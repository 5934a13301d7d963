"""Run kubectl commands with the kubeconfig and the context of the call that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._context.readers.kubernetes.kubectl_output import find_kubeconfig_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._context.model import Context
    from iamtriage.explaining._explanations.remedies import Who
    from iamtriage.failures._failures import Failure

_KUBECTL_OPTION = lazy_pattern(r"(?a)(?!/var/lib/kubelet|/etc/kubernetes)[\w./~][\w./:@-]{0,200}")
ADMIN = lazy_pattern(r"(?i)(?<![a-z])(?<!non-)(?<!no-)(?<!not-)admin(?:istrator)?s?(?![a-z])")
"""The name of an administrator's profile or context."""
# A command with a context, and the start of what it printed, which is no error.
_WORKING_CONTEXT = lazy_pattern(
    r"(?a)\bkubectl [^\n|;&]{0,200}?--context[ =](?P<name>[\w./:@-]{1,200})(?![\w./:@-])[^\n]{0,300}\n(?![^\n]{0,300}\b(?i:error|forbidden|unauthorized|unable|refused|must be logged in)\b)\s{0,4}(?![$#%>+])\S"
)
_END_OF_KUBECTL = lazy_pattern(r" (?:--|[|>]|2>) ")


def find_kubeconfig(context: Context, failure: Failure | None) -> str | None:
    """Return the kubeconfig that a command or a variable names."""
    stated = kubectl_value(context, "kubeconfig")
    return stated if stated is not None or failure is None else find_kubeconfig_file(failure.text)


def kubectl_value(context: Context, *names: str) -> str | None:
    """Return the value of an option of the kubectl or Helm command."""
    command = context.command
    if command is None or command.program not in {"kubectl", "helm"}:
        return None
    stated = command.option(*names)
    return None if stated is None else stated.value


def find_other_context(context: Context, failure: Failure | None) -> str | None:
    """Return the only context, of an administrator of the same cluster by its name, with which other commands work."""
    own = kubectl_value(context, "context")
    if own is None or failure is None:
        return None
    names = {each["name"] for each in _WORKING_CONTEXT.finditer(failure.text)} - {own}
    found = only_one(names)
    # Any other context can be of another cluster.
    is_same = found is not None and ADMIN.search(found) and ADMIN.sub("", found).strip("-_.:@/") in own
    return found if is_same else None


def kubectl_option(value: str | None) -> str:
    """Return the value of an option if no shell changes it, or an empty string."""
    return value if value is not None and _KUBECTL_OPTION.fullmatch(value) else ""


def with_kubeconfig(line: str, file: str | None, name: str | None) -> str:
    """Return a command for the kubeconfig and the context of the call that failed.

    >>> with_kubeconfig("kubectl get pods | wc -l", "kc.yaml", "prod")
    'kubectl get pods --kubeconfig kc.yaml --context prod | wc -l'
    >>> with_kubeconfig("aws eks update-kubeconfig --name shop", "kc.yaml", "prod")
    'aws eks update-kubeconfig --name shop --kubeconfig kc.yaml --alias prod'
    """
    is_kubectl = line.startswith("kubectl ")
    if "--kubeconfig" in line or not (is_kubectl or line.startswith("aws eks update-kubeconfig ")):
        return line
    options = f" --kubeconfig {file}" if file else ""
    if name and (is_kubectl or " --alias " not in line):
        options += f" --{'context' if is_kubectl else 'alias'} {name}"
    end = _END_OF_KUBECTL.search(line)
    at = len(line) if end is None else end.start()
    return f"{line[:at]}{options}{line[at:]}"


def for_cluster(line: str, values: Mapping[str, str], who: Who) -> str:
    """Return a kubectl command for the kubeconfig of the caller, or for a context with which others work."""
    if who == "you":
        return with_kubeconfig(line, values.get("KUBECONFIG_FILE"), values.get("KUBECTL_CONTEXT"))
    context = values.get("WORKING_CONTEXT") if who == "cluster administrator" else None
    return with_kubeconfig(line, None, context)
