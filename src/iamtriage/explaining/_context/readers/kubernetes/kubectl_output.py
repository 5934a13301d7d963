"""Read what commands for clusters print: which kubeconfig kubectl reads, and that a search for bindings found none."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one

__all__ = ("find_kubeconfig_file", "find_vain_search", "find_written_file")

# The kubeconfig of a node is not that of a person, and another one is needed instead.
_KUBECONFIG = lazy_pattern(
    r"(?:\bKUBECONFIG=[\"']?|\b(?:echo|printenv) \$?\{?KUBECONFIG\}?\n)(?!/var/lib/kubelet|/etc/kubernetes)((?:~|\$HOME)?[\w./-]{1,200})(?=[\s\"';&]|\Z)"
)
# What aws eks update-kubeconfig says.
_WRITTEN = lazy_pattern(r"\b(?:Added new|Updated) context \S{1,200} (?:to|in) ([\w./~-]{1,200}\w)")
# What follows the command: a prompt, an empty line, the end, or what people write about it.
_SEARCH = lazy_pattern(
    # Without this option, kubectl prints no subjects.
    r"\bkubectl\b(?=[^\n|]{0,200}[ ](?:-[a-zA-Z]{0,3}o|--output)[ =]?(?:wide|ya?ml|json|custom|go-template))"
    r" (?:-\S{1,60} ){0,4}get (?:[\w.-]{1,60},){0,3}(?:cluster)?rolebindings?\b[^\n|]{0,200}\|[^\n]{0,60}?\bgrep (?:-\S{1,20} ){0,3}[\"']?(?P<words>[\w.:@/-]{2,120})[\"']?"
    r"(?:[ \t]{0,8}\n(?=\s{0,4}\Z|[ \t]{0,8}\n|[^\n$#%\u276f]{0,80}[$#%\u276f](?:\s|\Z)|\W{0,4}(?i:no output|nothing|empty)\b)"
    r"|[`\"']{0,2} (?:(?:returns?|shows?|prints?|finds?|gives?|lists?) (?:me )?(?:nothing|no\b)|(?:is|comes? back) empty))"
)


def find_kubeconfig_file(text: str) -> str | None:
    r"""Return the only kubeconfig that a variable names.

    >>> find_kubeconfig_file("$ echo $KUBECONFIG\n/home/ana/.kube/prod.yaml\n")
    '/home/ana/.kube/prod.yaml'
    """
    return only_one(set(_KUBECONFIG.findall(text))) if "KUBECONFIG" in text else None


def find_written_file(text: str) -> str | None:
    """Return the kubeconfig that aws eks update-kubeconfig wrote, as it says."""
    found = _WRITTEN.search(text)
    return None if found is None else found[1]


def find_vain_search(text: str) -> str | None:
    r"""Return what somebody searched the bindings of a cluster for, if there was none.

    >>> find_vain_search("$ kubectl get clusterrolebindings -o wide | grep viewers\n$ ")
    'viewers'
    >>> find_vain_search("$ kubectl get rolebindings -A | grep viewers\nweb  viewers  ClusterRole/view  3d\n") is None
    True
    >>> find_vain_search("$ kubectl get rolebindings -A | grep viewers\n$ ") is None
    True
    """
    found = _SEARCH.search(text) if "rolebinding" in text else None
    return None if found is None else found["words"]
