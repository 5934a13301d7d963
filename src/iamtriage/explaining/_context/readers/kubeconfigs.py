"""Read which kubeconfig kubectl reads, and which one a command wrote."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern

__all__ = ("find_kubeconfig_file", "find_written_file")

# The kubeconfig of a node is not that of a person, and another one is needed instead.
_KUBECONFIG = lazy_pattern(
    r"(?:\bKUBECONFIG=[\"']?|\b(?:echo|printenv) \$?\{?KUBECONFIG\}?\n)(?!/var/lib/kubelet|/etc/kubernetes)((?:~|\$HOME)?[\w./-]{1,200})(?=[\s\"';&]|\Z)"
)
# What aws eks update-kubeconfig says.
_WRITTEN = lazy_pattern(r"\b(?:Added new|Updated) context \S{1,200} (?:to|in) ([\w./~-]{1,200}\w)")


def find_kubeconfig_file(text: str) -> str | None:
    r"""Return the only kubeconfig that a variable names.

    >>> find_kubeconfig_file("$ echo $KUBECONFIG\n/home/ana/.kube/prod.yaml\n")
    '/home/ana/.kube/prod.yaml'
    """
    found: set[str] = set(_KUBECONFIG.findall(text)) if "KUBECONFIG" in text else set()
    return found.pop() if len(found) == 1 else None


def find_written_file(text: str) -> str | None:
    """Return the kubeconfig that aws eks update-kubeconfig wrote, as it says."""
    found = _WRITTEN.search(text)
    return None if found is None else found[1]
