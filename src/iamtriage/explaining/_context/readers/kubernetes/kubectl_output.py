"""Read what commands for clusters print: which kubeconfig kubectl reads, where pods run, and that a search for bindings found none."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one

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

# What the API server says.
_MISSING_BINDING = lazy_pattern(
    r"\b(?P<kind>cluster)?rolebindings\.rbac\.authorization\.k8s\.io \"(?P<name>[\w.:-]{1,200})\" not found"
)

# A list with the column NODE, right after its command, which names the namespace unless a column does.
_PODS = lazy_pattern(
    r"\bkubectl\b(?=[^\n]{1,200} -{1,2}o(?:utput)?[ =]?wide\b)(?P<options>[^\n|]{1,200}?)[ \t]*\r?\n"
    r"(?P<head>(?:NAMESPACE +)?NAME +[^\n]{0,200}\bNODE\b[^\n]*)\n(?P<rows>(?:[a-z0-9][^\n]{20,400}(?:\n|\Z)){1,200})"
)
_NAMESPACE = lazy_pattern(r" (?:-n|--namespace)[ =]?([a-z0-9-]{1,63})")


def find_pod_nodes(text: str, namespace: str) -> set[str]:
    r"""Return the nodes on which the pods of a namespace run, as ``kubectl get pods -o wide`` lists them.

    >>> head = "NAME    READY   STATUS    IP           NODE"
    >>> find_pod_nodes(f"$ kubectl get po -n web -o wide\n{head}\ncart-0  1/1     Running   10.0.2.17    ip-10-0-2-9\n", "web")
    {'ip-10-0-2-9'}
    """
    nodes: set[str] = set()
    for found in _PODS.finditer(text) if " NODE" in text else ():
        named, at = _NAMESPACE.search(found["options"]), found["head"].index(" NODE") + 1
        has_column = found["head"].startswith("NAMESPACE")
        if not has_column and (named is None or named[1] != namespace):
            continue
        for row in found["rows"].splitlines():
            node = row[at:].split(maxsplit=1)[:1]
            # Another layout than the head's, such as one without its spaces.
            if not node or row[at - 1] != " " or node[0] == "<none>":
                continue
            if not has_column or row.split(maxsplit=1)[0] == namespace:
                nodes.add(node[0])
    return nodes


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


def find_missing_binding(text: str, group: str) -> str | None:
    """Return the kind and name of a binding for a group, by its name, that the API server did not find.

    >>> find_missing_binding('clusterrolebindings.rbac.authorization.k8s.io "viewers-binding" not found', "viewers")
    'ClusterRoleBinding viewers-binding'
    >>> find_missing_binding('rolebindings.rbac.authorization.k8s.io "editors" not found', "viewers") is None
    True
    """
    found = _MISSING_BINDING.finditer(text) if "rolebindings." in text else ()
    # The group view is not that of reviewers.
    own = re.compile(rf"(?<![a-z0-9]){re.escape(group.removesuffix('-group'))}(?![a-z0-9])")
    named = (each for each in found if own.search(each["name"]))
    return next((f"{'Cluster' if each['kind'] else ''}RoleBinding {each['name']}" for each in named), None)


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
