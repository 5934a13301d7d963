"""Explain the errors of boto3 and botocore, collect denials, and query AWS about failures.

Apart from ``s3://`` inputs, only this package calls AWS. It reads the environment and files only if the
function's documentation says so. You pass the boto3 or botocore session. Only ``install`` modifies it, or
botocore's classes if you pass none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.boto._calls import call_facts
    from iamtriage.boto._collecting import Attempt, Collection, collect
    from iamtriage.boto._explaining import ErrorExplainer, explain_errors
    from iamtriage.boto._install.installing import install, installed, uninstall
    from iamtriage.boto._queries.authorization import RequestAuthorization, authorization_details
    from iamtriage.boto._queries.calls import Refusal
    from iamtriage.boto._queries.decoding import decode_message
    from iamtriage.boto._queries.gathering import gather_facts
    from iamtriage.boto._queries.identity import Identity, find_role_arn, whoami
    from iamtriage.boto._queries.policies import GatheredPolicies, gather_policies
    from iamtriage.boto._sts.client import sts_client
    from iamtriage.boto._sts.failover import Failover, FailoverEvent, FailoverKind
    from iamtriage.boto._sts.settings import sts_settings
    from iamtriage.boto._warming_up import warm_up

__all__ = (
    "Attempt",
    "Collection",
    "ErrorExplainer",
    "Failover",
    "FailoverEvent",
    "FailoverKind",
    "GatheredPolicies",
    "Identity",
    "Refusal",
    "RequestAuthorization",
    "authorization_details",
    "call_facts",
    "collect",
    "decode_message",
    "explain_errors",
    "find_role_arn",
    "gather_facts",
    "gather_policies",
    "install",
    "installed",
    "sts_client",
    "sts_settings",
    "uninstall",
    "warm_up",
    "whoami",
)

# botocore is loaded with the first name that needs it, the rules of explanations with the first failure.
_MODULE_BY_NAME = {
    "Attempt": "_collecting",
    "Collection": "_collecting",
    "ErrorExplainer": "_explaining",
    "Failover": "_sts.failover",
    "FailoverEvent": "_sts.failover",
    "FailoverKind": "_sts.failover",
    "GatheredPolicies": "_queries.policies",
    "Identity": "_queries.identity",
    "Refusal": "_queries.calls",
    "RequestAuthorization": "_queries.authorization",
    "authorization_details": "_queries.authorization",
    "call_facts": "_calls",
    "collect": "_collecting",
    "decode_message": "_queries.decoding",
    "explain_errors": "_explaining",
    "find_role_arn": "_queries.identity",
    "gather_facts": "_queries.gathering",
    "gather_policies": "_queries.policies",
    "install": "_install.installing",
    "installed": "_install.installing",
    "sts_client": "_sts.client",
    "sts_settings": "_sts.settings",
    "uninstall": "_install.installing",
    "warm_up": "_warming_up",
    "whoami": "_queries.identity",
}
if not TYPE_CHECKING:  # with a `__getattr__`, type checkers accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
