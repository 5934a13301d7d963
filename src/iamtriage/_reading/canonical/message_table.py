"""List the messages of AWS services that contain no values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.typing import Kind

# Messages without values, by kind, one per line. The group is the part that states the failure; it is empty for
# messages that do not determine the kind. Other systems use the unsure ones, too.
_TABLE = r"""
[access_denied]
unsure | (Access Denied)
unsure | (You are not authorized to perform this operation)\.(?! Encoded)
unsure | (You don't have permissions to access this resource)\.
sure   | (The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access)\.
sure   | (You don't have access to the model with the specified model ID)\.

[expired_credentials]
sure   | (The security token included in the request is expired)
sure   | (The provided token has expired)\.
unsure | (Request has expired)\.
sure   | (Token expired: current date/time) [0-9]+ must be before the expiration date/time ?[0-9]+

[invalid_credentials]
sure   | (The security token included in the request is invalid)\.?
sure   | (AWS was not able to validate the provided access credentials)
sure   | (The AWS Access Key Id you provided does not exist in our records)\.

[signature_mismatch]
sure   | (The request signature we calculated does not match the signature you provided)\. Check your key and signing method\.
sure   | (The request signature we calculated does not match the signature you provided)\. Check your AWS Secret Access Key and signing method\. Consult the service documentation for details\.
sure   | (Signature expired: [0-9]{8}T[0-9]{6}Z is now earlier than) [0-9]{8}T[0-9]{6}Z \([0-9]{8}T[0-9]{6}Z - [0-9]+ min\.\)
sure   | The (difference between the request time and the current time is too large)\.

[credential_scope]
sure   | (Credential should be scoped to a valid region)\.?

[invalid_identity_token]
sure   | (No OpenIDConnect provider found in your account) for https://oidc\.eks\.[a-z]{2}-(?:[a-z]{3}-)?(?:north|south|east|west|central)+-[0-9]\.amazonaws\.com/id/[0-9A-F]{32}
sure   | (No OpenIDConnect provider found in your account) for https://token\.actions\.githubusercontent\.com
sure   | (Incorrect token audience)
sure   | (Couldn't retrieve verification key from your identity provider),  please reference AssumeRoleWithWebIdentity documentation for requirements

[missing_credentials]
sure   | (Request is missing Authentication Token)
sure   | (Unable to locate credentials)(?:\. You can configure credentials by running "aws (?:configure|login)"\.)?

[malformed_policy]
sure   | (Syntax errors in policy)\.
sure   | (This policy contains invalid Json)

[access_key_quota]
sure   | (Cannot exceed quota for AccessKeysPerUser): [0-9]+

[aws_error]
sure   | (The role defined for the function cannot be assumed by Lambda)\.

[]
unsure | ()The specified key does not exist\.
unsure | ()Rate [Ee]xceeded\.?
unsure | ()Please reduce your request rate\.
unsure | ()Request limit exceeded\.
unsure | ()(?:Forbidden|Not Found|Bad Request)
unsure | ()The level of configured provisioned throughput for the table was exceeded\. Consider increasing your provisioning level with the UpdateTable API\.
"""


def compile_table() -> tuple[Callable[[str, int], re.Match[str] | None], list[tuple[Kind | None, bool]]]:
    """Return the matcher of the table, and the kind and certainty of each of its groups."""
    meanings: list[tuple[Kind | None, bool]] = []
    patterns: list[str] = []
    kind = ""
    for line in filter(None, _TABLE.splitlines()):
        if line.startswith("["):
            kind = line.strip("[]")
        else:
            certainty, _, pattern = line.partition(" | ")
            meanings.append((cast("Kind", kind) if kind else None, certainty.strip() == "sure"))
            patterns.append(pattern)
    return re.compile("|".join(patterns), re.ASCII).match, meanings
