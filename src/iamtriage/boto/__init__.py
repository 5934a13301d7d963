"""What iamtriage does with botocore and boto3: errors explained, denials gathered, AWS asked; not for texts.

An edge: it imports botocore, reads the environment and files where a function says so, and calls AWS.
Sessions are arguments, of boto3 or of botocore; none is made here, and ``install`` alone changes one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.boto._collecting import Attempt, Collection, collect
    from iamtriage.boto._explaining import ErrorExplainer, explain_errors
    from iamtriage.boto._installing import install, uninstall
    from iamtriage.boto._queries.authorization import RequestAuthorization, authorization_details
    from iamtriage.boto._queries.calls import Refusal
    from iamtriage.boto._queries.decoding import decode_message
    from iamtriage.boto._queries.gathering import gather_facts
    from iamtriage.boto._queries.identity import Identity, find_role_arn, whoami
    from iamtriage.boto._sts.client import sts_client
    from iamtriage.boto._sts.failover import Failover, FailoverEvent, FailoverKind
    from iamtriage.boto._sts.settings import sts_settings

__all__ = (
    "Attempt",
    "Collection",
    "ErrorExplainer",
    "Failover",
    "FailoverEvent",
    "FailoverKind",
    "Identity",
    "Refusal",
    "RequestAuthorization",
    "authorization_details",
    "collect",
    "decode_message",
    "explain_errors",
    "find_role_arn",
    "gather_facts",
    "install",
    "sts_client",
    "sts_settings",
    "uninstall",
    "whoami",
)

# botocore is loaded by who asks for something that needs it, the rules of explanations when something fails.
_HOMES = {
    "Attempt": "_collecting",
    "Collection": "_collecting",
    "ErrorExplainer": "_explaining",
    "Failover": "_sts.failover",
    "FailoverEvent": "_sts.failover",
    "FailoverKind": "_sts.failover",
    "Identity": "_queries.identity",
    "Refusal": "_queries.calls",
    "RequestAuthorization": "_queries.authorization",
    "authorization_details": "_queries.authorization",
    "collect": "_collecting",
    "decode_message": "_queries.decoding",
    "explain_errors": "_explaining",
    "find_role_arn": "_queries.identity",
    "gather_facts": "_queries.gathering",
    "install": "_installing",
    "sts_client": "_sts.client",
    "sts_settings": "_sts.settings",
    "uninstall": "_installing",
    "whoami": "_queries.identity",
}
if not TYPE_CHECKING:  # a type checker that sees it takes any name for one that is there
    __getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    """List the public names, for completion."""
    return sorted(__all__)
