"""Read that a search for bindings of Kubernetes RBAC found none."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern

__all__ = ("find_vain_search",)

# What follows the command: a prompt, an empty line, the end, or what people write about it.
_SEARCH = lazy_pattern(
    # Without this option, kubectl prints no subjects.
    r"\bkubectl\b(?=[^\n|]{0,200}[ ](?:-[a-zA-Z]{0,3}o|--output)[ =]?(?:wide|ya?ml|json|custom|go-template))"
    r" (?:-\S{1,60} ){0,4}get (?:[\w.-]{1,60},){0,3}(?:cluster)?rolebindings?\b[^\n|]{0,200}\|[^\n]{0,60}?\bgrep (?:-\S{1,20} ){0,3}[\"']?(?P<words>[\w.:@/-]{2,120})[\"']?"
    r"(?:[ \t]{0,8}\n(?=\s{0,4}\Z|[ \t]{0,8}\n|[^\n$#%\u276f]{0,80}[$#%\u276f](?:\s|\Z)|\W{0,4}(?i:no output|nothing|empty)\b)"
    r"|[`\"']{0,2} (?:(?:returns?|shows?|prints?|finds?|gives?|lists?) (?:me )?(?:nothing|no\b)|(?:is|comes? back) empty))"
)


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
