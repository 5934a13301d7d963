"""Describe the request whose credentials AWS rejected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.regions import find_working_regions
from iamtriage.explaining._rules.shared.clues import (
    AWS_COMPATIBLE,
    error_code,
    find_access_key,
    find_partition,
    find_region,
    find_role_arn,
    message_text,
)
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.sts._evidence import StsCall

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidCredentials

__all__ = (
    "INVALID_TOKEN_CODES",
    "REJECTION_PHRASES",
    "UNKNOWN_KEY_CODES",
    "RejectedRequest",
    "describe_request",
)

REJECTION_PHRASES = (
    "security token included in the request is invalid",
    "Access Key Id you provided does not exist in our records",
    "AWS was not able to validate the provided access credentials",
    "provided token is malformed or otherwise invalid",
    "Session token not found or invalid",
)
UNKNOWN_KEY_CODES = frozenset({"InvalidAccessKeyId", "InvalidAccessKeyIdException"})
INVALID_TOKEN_CODES = frozenset({"InvalidToken", "InvalidTokenId"})
# These operations send a token instead of a signature.
_WEB_IDENTITY_ERROR = "WebIdentityErr"  # of the AWS SDK for Go v1
# Keys of sessions, tools that start sessions, and the setting that makes SDKs get them from the global endpoint.
_SESSIONS = lazy_pattern(
    r"(?<![A-Z0-9])ASIA[A-Z0-9]{16}|:assumed-role/|:federated-user/|AWS_STS_REGIONAL_ENDPOINTS=legacy"
    r"|\b(?:saml2aws|aws-vault|aws-?azure-?login|gimme-aws-creds|okta-?aws|onelogin-aws|aws2-wrap|awsume|granted|assume)\b"
)
# A temporary access key ID in variables, files and manifests. It can be masked.
_TEMPORARY_KEY = lazy_pattern(
    r"\b(?P<name>(?:aws_)?access_?key(?:_?id)?)[\"']{0,2}(?: ?[=:] ?| value: ?|, ?\"value\" ?: ?)[\"']?(?P<key>ASIA[A-Z0-9]{0,28})",
    re.IGNORECASE | re.ASCII,
)
_SECRET_KEY = lazy_pattern(r"\b(?:aws_)?secret_?(?:access_)?key\b", re.IGNORECASE)
_SESSION_TOKEN = lazy_pattern(r"(?:session|security)[_-]?token\b", re.IGNORECASE)
_TOKEN = lazy_pattern(r"token\b[\"']? ?[=:]", re.IGNORECASE)
_UNSIGNED_OPERATIONS = frozenset({"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"})


@attrs.frozen(eq=False, repr=False)
class RejectedRequest(Value):
    """A request whose credentials AWS rejected.

    Attributes:
        message: The message.
        code: The error code.
        key: The access key ID in the text.
        region: The region of the call.
        is_opt_in: Whether accounts must opt in to the region; ``None`` if that is unknown.
        partition: The partition of the role or the call.
        role: The role that called or was to be assumed.
        is_aws_compatible: Whether the text names an endpoint of AWS-compatible software.
        is_s3: Whether S3 or a store like it rejected the request.
        is_signed: Whether the operation is signed with an access key.
        uses_session: Whether the credentials are most likely those of a session.
        variable_without_token: The variable or setting that has a temporary access key ID, if the text lists the
            credentials and they have no session token.
        working_regions: Other Regions in which the text shows successful calls.
    """

    message: str
    code: str
    key: str | None
    region: str | None
    is_opt_in: bool | None
    partition: str
    role: Role | None
    is_aws_compatible: bool
    is_s3: bool
    is_signed: bool
    uses_session: bool = False
    variable_without_token: str | None = None
    working_regions: tuple[str, ...] = ()

    @property
    def is_temporary(self) -> bool | None:
        """Whether the access key is temporary; ``None`` if the text shows none."""
        return None if self.key is None else self.key.startswith("ASIA")

    @property
    def concerns_token(self) -> bool:
        """Whether the session token is the problem."""
        return bool(self.is_temporary) or self.code in INVALID_TOKEN_CODES

    @property
    def may_need_opt_in(self) -> bool:
        """Whether the region, which the text does not state, can be one to opt in to."""
        return self.region is None and self.partition == "aws"

    @property
    def may_be_for_other_store(self) -> bool:
        """Whether the keys can belong to an S3-compatible store."""
        return self.is_s3 and not self.is_aws_compatible


def describe_request(case: Case[InvalidCredentials]) -> RejectedRequest:
    message, region = message_text(case), find_region(case)
    service = case.failure.envelope.service
    code, role = error_code(case.failure), _find_role(case)
    temporary = _TEMPORARY_KEY.search(case.text)
    # Terraform's provider names it token.
    token = _TOKEN if temporary and temporary["name"] == "access_key" else _SESSION_TOKEN
    lacks_token = _SECRET_KEY.search(case.text) and not token.search(case.text)
    # A call that is to assume the role has the source profile's credentials.
    operation = case.failure.envelope.operation
    assumes_role = operation == "AssumeRole" or (operation is None and service == "sts")
    working = () if region is None else find_working_regions(case.failure.text, *case.failure.span)
    return RejectedRequest(
        message=message,
        code=code,
        key=find_access_key(case) or (temporary["key"].upper() if temporary else None),
        region=region,
        is_opt_in=None if region is None else StsCall().is_opt_in(region),
        partition=find_partition(case) if role is None else role.partition,
        role=role,
        is_aws_compatible=AWS_COMPATIBLE.search(case.text) is not None,
        is_s3=service == "s3" or code in UNKNOWN_KEY_CODES | INVALID_TOKEN_CODES,
        is_signed=not (
            case.failure.envelope.operation in _UNSIGNED_OPERATIONS or _WEB_IDENTITY_ERROR in message
        ),
        uses_session=_SESSIONS.search(case.text) is not None or (role is not None and not assumes_role),
        variable_without_token=temporary["name"] if temporary and lacks_token else None,
        working_regions=tuple(each for each in working if each != region),
    )


def _find_role(case: Case[InvalidCredentials]) -> Role | None:
    """Return the role that was to be assumed, or that called."""
    texts = (case.failure.resource, case.facts.resource, find_role_arn(case.text), case.caller)
    return next(
        (role for text in texts if (role := underlying_role(try_parse_principal(text))) is not None), None
    )
