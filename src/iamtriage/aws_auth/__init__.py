"""The aws-auth ConfigMap of EKS clusters: read, linted, mended, matched, and replaced by access entries.

This package is for texts: it reads no cluster and writes no file. It needs the extra ``iamtriage[yaml]``.
Rules: ``pkg/config``, ``pkg/mapper`` and ``pkg/server`` of kubernetes-sigs/aws-iam-authenticator, and
https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html.
"""

from __future__ import annotations

from importlib import import_module

try:
    import_module("ruamel.yaml")
except ImportError as _error:
    _words = "iamtriage.aws_auth needs ruamel.yaml: pip install 'iamtriage[yaml]'"
    raise ImportError(_words, name="ruamel.yaml") from _error

from iamtriage.aws_auth._entries import AwsAuth, Entry, RoleEntry, SsoRole, UserEntry
from iamtriage.aws_auth._fixing import diff, fix
from iamtriage.aws_auth._linting import CODES, Finding, lint
from iamtriage.aws_auth._loading import load
from iamtriage.aws_auth._matching import Match, who_matches
from iamtriage.aws_auth._migration.access_entries import AccessEntryPlan, Migration, PolicyAssociation
from iamtriage.aws_auth._migration.migrate import migrate

__all__ = (
    "CODES",
    "AccessEntryPlan",
    "AwsAuth",
    "Entry",
    "Finding",
    "Match",
    "Migration",
    "PolicyAssociation",
    "RoleEntry",
    "SsoRole",
    "UserEntry",
    "diff",
    "fix",
    "lint",
    "load",
    "migrate",
    "who_matches",
)
