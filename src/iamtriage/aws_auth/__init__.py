"""Load, lint, fix, and query aws-auth ConfigMaps, and migrate them to access entries.

The functions work on the text of a ConfigMap: they read no cluster and write no file. They require the extra
``iamtriage[yaml]``. The rules are those of ``pkg/config``, ``pkg/mapper``, and ``pkg/server`` in
kubernetes-sigs/aws-iam-authenticator, and of
https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import is_installed, lazy_names

if TYPE_CHECKING:
    from iamtriage.aws_auth._entries import AwsAuth, Entry, RoleEntry, SsoRole, UserEntry
    from iamtriage.aws_auth._fixing import diff, fix
    from iamtriage.aws_auth._linting import CODES, Finding, lint
    from iamtriage.aws_auth._loading import load
    from iamtriage.aws_auth._matching import Match, who_matches
    from iamtriage.aws_auth._migration.access_entries import AccessEntryPlan, PolicyAssociation
    from iamtriage.aws_auth._migration.migration import Migration
    from iamtriage.aws_auth._migration.planning import migrate

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

_MODULE_BY_NAME = {
    "AccessEntryPlan": "_migration.access_entries",
    "AwsAuth": "_entries",
    "CODES": "_linting",
    "Entry": "_entries",
    "Finding": "_linting",
    "Match": "_matching",
    "Migration": "_migration.migration",
    "PolicyAssociation": "_migration.access_entries",
    "RoleEntry": "_entries",
    "SsoRole": "_entries",
    "UserEntry": "_entries",
    "diff": "_fixing",
    "fix": "_fixing",
    "lint": "_linting",
    "load": "_loading",
    "migrate": "_migration.planning",
    "who_matches": "_matching",
}


if not is_installed("ruamel.yaml"):
    # Fail on import, not when the first ConfigMap is parsed.
    _msg = "iamtriage.aws_auth needs ruamel.yaml: pip install 'iamtriage[yaml]'"
    raise ImportError(_msg, name="ruamel.yaml")

if not TYPE_CHECKING:  # with a `__getattr__`, type checkers accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
