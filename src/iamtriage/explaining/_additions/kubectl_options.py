"""Run kubectl commands with the kubeconfig and the context of the call that failed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.kubernetes.kubectl_output import find_kubeconfig_file

if TYPE_CHECKING:
    from iamtriage.explaining._context.model import Context
    from iamtriage.failures._failures import Failure

_KUBECTL_OPTION = lazy_pattern(r"(?!/var/lib/kubelet|/etc/kubernetes)[\w./~][\w./:@-]{0,200}", re.ASCII)
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
