"""Read the scope of associated access policies: JSON, YAML, tables and text of the AWS CLI, Terraform, and options."""

from __future__ import annotations

import re

from iamtriage._patterns import KUBERNETES_NAME, lazy_pattern, only_one

_NAMESPACES = lazy_pattern(
    # JSON and the code of Terraform.
    r"(?am)(?:\"namespaces\"\s{0,4}:\s{0,4}|\bnamespaces[ \t]{1,20}=[ \t]{1,20})\[(?P<list>[^\[\]]{0,2000})\]"
    # A title and the rows of a table, or lines of text.
    r"|^\|{2,8} {1,120}namespaces {1,120}\|{2,8}\n(?P<rows>(?:\|[|+ ]{0,8}[^\n|]{1,300}[+|]{1,8}\n?){1,40})"
    r"|^ACCESSSCOPE\tnamespace\n(?P<lines>(?:NAMESPACES\t[^\n]{1,64}\n?){1,40})"
    r"|\baccess_?[Ss]cope:\n(?:[ \t]{1,20}type: [^\n]{1,20}\n)?[ \t]{1,20}namespaces:(?P<items>(?:\n[ \t]{1,20}- [^\n]{1,64}){1,40}| ?\[[^\[\]\n]{1,400}\])"
    r"|\btype=namespace,namespaces=(?P<option>[\w.*,-]{1,400})"
    # A sentence.
    r"|\bAmazonEKS\w{3,20}Policy[\"'`]?[ ,(]{1,3}(?:(?:for|in|on|to|with|scoped|limited|only|the) ){0,5}namespace:? [\"'`]?(?P<said>(?!scope)[a-z0-9][a-z0-9-]{0,62})(?![\w*-]|\.\w)"
    r"|\bAmazonEKS\w{3,20}Policy[\"'`]?[ ,(]{1,3}(?:(?:scoped|limited|only) ){0,2}(?:for|in|on|to) the [\"'`]?(?P<named>(?!(?:same|whole|right|wrong|correct|other|entire) )[a-z0-9][a-z0-9-]{0,62})[\"'`]? namespace\b"
)
# A pattern, such as dev-*, is a name with characters that no namespace has.
_NAME = lazy_pattern(r"(?<![\w.*-])(?!NAMESPACES\b)[\w.*-]*[a-z0-9*][\w.*-]*")
_WIDE = lazy_pattern(
    r"(?m)\btype[\"']?\s{0,4}[:=]\s{0,4}[\"']?cluster\b|^\|{2,8} {1,4}type {1,80}\| {1,4}cluster\b|^ACCESSSCOPE\tcluster$"
)


def find_namespaces(text: str) -> tuple[str, ...]:
    r"""Return the namespaces of the only scope of access policies that a text shows, unless it has patterns.

    >>> find_namespaces("accessScope:\n  namespaces:\n  - pay\n  - tea\n  type: namespace")
    ('pay', 'tea')
    >>> find_namespaces("--access-scope type=namespace,namespaces=dev-*")
    ()
    """
    found = only_one(
        {tuple(_NAME.findall("".join(filter(None, each.groups())))) for each in _NAMESPACES.finditer(text)}
    )
    return found if found and all(re.fullmatch(KUBERNETES_NAME, each) for each in found) else ()


def has_cluster_scope(text: str) -> bool:
    r"""Return whether a text shows an access policy for the whole cluster.

    >>> has_cluster_scope("|||  type  |  cluster  |||"), has_cluster_scope('"type": "namespace"')
    (True, False)
    """
    return _WIDE.search(text) is not None
