"""Read the names of EKS clusters in a kubeconfig, and the one of kubectl's current context."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, search_last

__all__ = ("CLUSTER_NAME", "find_current_cluster", "find_listed_clusters", "parse_cluster_name")

CLUSTER_NAME = r"[0-9A-Za-z][\w-]{0,99}"
"""A pattern for the name of a cluster."""
# The names that the AWS CLI and eksctl give to a cluster in a kubeconfig.
_NAME_OF_CLUSTER = (
    rf"(?:arn:aws[a-z-]{{0,12}}:eks:(?P<region>[a-z0-9-]{{1,30}}):[0-9]{{12}}:cluster/(?P<name>{CLUSTER_NAME})"
    rf"|(?P<eksctl>{CLUSTER_NAME})\.(?P<eksctl_region>[a-z]{{2}}[a-z0-9-]{{1,28}})\.eksctl\.io)"
)
_NAMED_CLUSTER = lazy_pattern(_NAME_OF_CLUSTER, re.ASCII)
_LISTED_CLUSTER = lazy_pattern(
    rf"(?a)\bserver[\"']?: [^\n]{{1,200}}\n\s{{0,20}}\}}?,?\s{{0,20}}[\"']?name[\"']?: [\"']?{_NAME_OF_CLUSTER}"
)
# The cluster of the current context, as kubectl prints it. eksctl puts the caller before its name.
_CURRENT_CLUSTER = lazy_pattern(
    rf"(?am)(?:\bcurrent-context:?[^\S\n]{{0,4}}\n?|^\*[ \t]{{1,20}}(?:\S{{1,200}}[ \t]{{1,200}})?)\"?(?:[\w.@-]{{1,100}}@)?{_NAME_OF_CLUSTER}"
)
# What aws eks update-kubeconfig says: it selects the context.
_WRITTEN_CLUSTER = lazy_pattern(rf"(?a)\b(?:Added new|Updated) context {_NAME_OF_CLUSTER}")


def find_current_cluster(text: str) -> tuple[str, str] | None:
    """Return the name and the Region of the cluster of kubectl's current context, as the name of the context says."""
    found = _CURRENT_CLUSTER.search(text) or search_last(_WRITTEN_CLUSTER, text)
    return None if found is None else _identify(found)


def find_listed_clusters(text: str) -> set[tuple[str, str]]:
    """Return the names and the Regions of the clusters of a kubeconfig."""
    return {_identify(each) for each in _LISTED_CLUSTER.finditer(text)}


def parse_cluster_name(name: str) -> tuple[str, str] | None:
    """Return the name and the Region of a cluster from its name in a kubeconfig, or ``None`` if somebody chose that.

    >>> parse_cluster_name("shop.eu-west-1.eksctl.io")
    ('shop', 'eu-west-1')
    """
    found = _NAMED_CLUSTER.fullmatch(name)
    return None if found is None else _identify(found)


def _identify(found: re.Match[str]) -> tuple[str, str]:
    return found["name"] or found["eksctl"], found["region"] or found["eksctl_region"]
