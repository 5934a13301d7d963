"""Explain that a line makes the YAML of an ``aws-auth`` map invalid.

The maps are strings, so Kubernetes accepts any text. Source:
https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Explanation
from iamtriage.explaining._rules.kubernetes.aws_auth.aws_auth_maps import YAML_BROKEN
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, find_cluster
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

_MAP = lazy_pattern(
    r"^(?P<indent>[ \t]*)(?P<name>map(?:Roles|Users)): ?[|>][-+0-9]{0,2}[ \t]*\r?\n(?P<lines>(?:(?:(?P=indent)|\t)[ \t]+\S[^\n]*(?:\n|\Z)|[ \t]*\n){1,200})",
    re.MULTILINE,
)
_KEY = lazy_pattern(
    r"(?P<indent>[ \t]*)(?P<dash>-[ ]{1,8})?(?P<key>rolearn|userarn|username|groups)(?P<colon>:?)(?P<rest>.*)"
)
# Those of explanations that a map without entries can have.
_TOPICS = frozenset(
    {"eks-console", "kubernetes-login", "kubernetes-not-mapped", "kubernetes-node-login", "nodes-not-joined"}
)


class BrokenLine(NamedTuple):
    """A line of a map that is invalid.

    Attributes:
        text: The line.
        reason: What is wrong with it, as the end of a sentence.
        corrected: The corrected line.
    """

    text: str
    reason: str
    corrected: str


def find_broken_line(text: str) -> BrokenLine | None:
    r"""Return the first invalid line of an ``aws-auth`` map, or ``None``.

    >>> find_broken_line("mapRoles: |\n  - rolearn: arn:aws:iam::111122223333:role/ci\n   username: ci\n").corrected
    '    username: ci'
    """
    return next(_find_lines(text), None) if "map" in text and "arn" in text else None


def _find_lines(text: str) -> Iterator[BrokenLine]:
    # If the text shows a map before and after a change, the last one is in effect.
    for found in {each["name"]: each for each in _MAP.finditer(text)}.values():
        column: int | None = None
        for line in found["lines"].splitlines():
            key = _KEY.fullmatch(line)
            if key is None:
                continue
            if key["dash"]:
                column = len(key["indent"]) + len(key["dash"])
            if column is None:
                continue
            start = f"{key['indent']}{key['dash'] or ''}"
            right = start.expandtabs(2) if key["dash"] else " " * column
            value = key["rest"].removeprefix(":").strip()
            corrected = f"{right}{key['key']}: {value}".rstrip()
            if "\t" in start:
                yield BrokenLine(line, "begins with a tab, and YAML allows only spaces there", corrected)
            elif start != right and not key["dash"]:
                yield BrokenLine(
                    line, f"has to begin below the first key of its entry, in column {column + 1}", corrected
                )
            elif key["colon"] and value and not key["rest"].startswith(" "):
                yield BrokenLine(line, "has no space after the colon", corrected)


def explain_broken_map(case: AnyCase, explanation: Explanation) -> Explanation | None:
    """Return the explanation of a caller that the map in the text does not map, because its YAML is invalid."""
    if explanation.topic not in _TOPICS or not find_cluster(case).uses_aws_auth:
        return None
    broken = find_broken_line(case.failure.text)
    if broken is None:
        return None
    line = clip_text(broken.text.strip())
    correct = cluster_remedy(
        "Correct the line in aws-auth",
        "The last command checks the result. Somebody with access to the cluster does this, such as its creator.",
        commands=("kubectl -n kube-system edit configmap aws-auth", commands.aws_auth_command()),
        manifest=broken.corrected,
        url=pages.EKS_AUTH_CONFIGMAP,
    )
    text = "Kubernetes stores each map as a string and does not check it. The authenticator cannot read an invalid one, so all of its entries are lost."
    return attrs.evolve(
        explanation,
        summary=f'The YAML of the aws-auth map in the text is invalid, so the cluster maps none of its entries: the line "{line}" {broken.reason}.',
        causes=(
            YAML_BROKEN.cause("derived", text=text),
            *(each for each in explanation.causes if each.evidence != "possible"),
        ),
        remedies=(correct, *(each for each in explanation.remedies if "access entry" in each.title)),
    )
