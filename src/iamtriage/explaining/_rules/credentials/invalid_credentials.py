"""Explains credentials that AWS does not know or does not accept; not those that expired, nor wrong signatures.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage.arns._principals import Role
from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.credentials.access_keys import key_remedies
from iamtriage.explaining._rules.credentials.unsigned_requests import (
    explain_no_registry_login,
    is_of_registry,
)
from iamtriage.explaining._rules.shared import commands, credential_remedies, pages
from iamtriage.explaining._rules.shared.cases import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.clues import (
    AWS_COMPATIBLE,
    error_code,
    find_access_key,
    find_aws_hosts,
    find_partition,
    find_profile,
    find_region,
    find_user,
    message_text,
    quote_phrases,
)
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.sts.findings import StsFindings, diagnose_sts_call
from iamtriage.sts._evidence import GLOBAL_HOST, Known

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidCredentials

__all__ = ("explain_invalid",)

_SENTENCES = (
    "security token included in the request is invalid",
    "Access Key Id you provided does not exist in our records",
    "AWS was not able to validate the provided access credentials",
    "provided token is malformed or otherwise invalid",
    "Session token not found or invalid",
)
_UNKNOWN_ID = frozenset({"InvalidAccessKeyId", "InvalidAccessKeyIdException"})
_TOKEN = frozenset({"InvalidToken", "InvalidTokenId"})
_OTHER_PARTITION = frozenset({"china-without-region", "partition-without-region"})
_ROLE = re.compile(r"arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}", re.ASCII)
# These calls carry a token in place of a signature.
_WITHOUT_KEY = frozenset({"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"})
_MOST = 6


@attrs.frozen
class _Signs:
    """What text and facts tell of rejected credentials."""

    message: str
    code: str
    key: str | None
    region: str | None
    opts_in: bool | None
    partition: str
    role: Role | None
    is_local: bool
    of_s3: bool
    has_key: bool

    @property
    def is_temporary(self) -> bool | None:
        return None if self.key is None else self.key.startswith("ASIA")


def explain_invalid(case: Case[InvalidCredentials]) -> Explanation:
    """Say what AWS does not accept, and which reasons there may be for it."""
    signs = _signs(case)
    if "Session token not found" in signs.message or signs.code == "SSOTokenLoadError":
        return _sso(case, signs)
    if is_of_registry(signs.message):
        return explain_no_registry_login(case, signs.message)
    region = _of_region(case, signs)
    own = [] if any(cause.code in _OTHER_PARTITION for cause in region.causes) else _own(signs)
    causes = (_reported(signs), *own, *region.causes, *_general(signs))
    return Explanation(
        failure=case.failure,
        topic="invalid-credentials",
        summary=_summary(signs),
        causes=causes[:_MOST],
        remedies=tuple(_remedies(case, signs, region)),
        notes=(
            "No IAM policy helps here: AWS does not know who calls, so it looks at no permissions. Trying again with the same credentials does not help either.",
        ),
    )


def _signs(case: Case[InvalidCredentials]) -> _Signs:
    message, region = message_text(case), find_region(case)
    service = case.failure.envelope.service
    code, role = error_code(case.failure), _role(case)
    return _Signs(
        message=message,
        code=code,
        key=find_access_key(case),
        region=region,
        opts_in=None if region is None else Known().opts_in(region),
        partition=find_partition(case) if role is None else role.partition,
        role=role,
        is_local=AWS_COMPATIBLE.search(case.text) is not None,
        of_s3=service == "s3" or code in _UNKNOWN_ID | _TOKEN,
        has_key=case.failure.envelope.operation not in _WITHOUT_KEY,
    )


def _role(case: Case[InvalidCredentials]) -> Role | None:
    """Give the role that was to be assumed, or that called."""
    found = _ROLE.search(case.text)
    texts = (
        case.failure.resource,
        case.facts.resource,
        None if found is None else found[0].rstrip(",."),
        case.caller,
    )
    return next(
        (role for text in texts if (role := underlying_role(try_parse_principal(text))) is not None), None
    )


def _summary(signs: _Signs) -> str:
    if signs.code in _UNKNOWN_ID:
        return "AWS does not know the access key id."
    if signs.code in _TOKEN:
        return "AWS does not accept the session token."
    return "AWS does not know the credentials, or does not accept them."


def _reported(signs: _Signs) -> Cause:
    because = quote_phrases(signs.message, *_SENTENCES)
    if signs.code in _UNKNOWN_ID:
        text = "The access key id of the request is in no record of the service that was called."
        return Cause("unknown-access-key", text, "reported", because)
    if signs.code in _TOKEN:
        text = "The session token is cut, altered, of another key, or not good for the region."
        return Cause("invalid-session-token", text, "reported", because)
    text = "AWS cannot tell whose the access key id or session token is."
    if not signs.has_key:
        text = "STS does not take the call, which carries a token and no access key."
    return Cause("invalid-credentials", text, "reported", because)


# ------------------------------------------------ causes


def _own(signs: _Signs) -> list[Cause]:
    """Give what the text itself speaks for."""
    causes: list[Cause] = []
    if signs.is_local:
        causes.append(
            Cause(
                "other-endpoint",
                "The endpoint is not AWS's, and does not know keys of AWS; or it is the other way round.",
                "possible",
                ("The text names an endpoint that is not AWS's.",),
            )
        )
    if signs.is_temporary:
        causes.append(
            Cause(
                "session-token-missing",
                "The key is a temporary one, and its session token is missing or is another key's.",
                "possible",
                ("The text shows a key id that begins with ASIA, as those of temporary credentials do.",),
            )
        )
    if signs.partition != "aws":
        causes.append(
            Cause(
                "other-partition",
                f"The call goes to one partition with keys of another: those of {signs.partition} hold there alone.",
                "possible",
                (f"Caller or region are of {signs.partition}.",),
            )
        )
    return causes


def _of_region(case: Case[InvalidCredentials], signs: _Signs) -> StsFindings:
    """Give what is known of tokens and regions: those of the global host, and regions to opt in to."""
    found = StsFindings()
    if signs.opts_in:
        found = diagnose_sts_call(case, codes=frozenset({"v1-token-in-opt-in-region"}))
        disabled = Cause(
            "region-not-enabled",
            f"The account has not enabled {signs.region}.",
            "possible",
            (f"The region {signs.region} is one that accounts opt in to.",),
        )
        found = attrs.evolve(found, causes=(disabled, *found.causes))
    if signs.role is not None and signs.partition != "aws":
        # What the environment holds is not known; that many SDKs call the global host without a region is.
        names_global = GLOBAL_HOST in find_aws_hosts(signs.message)
        other = diagnose_sts_call(
            case,
            codes=_OTHER_PARTITION,
            because=(f"The role is {signs.role}.",),
            env={"AWS_ROLE_ARN": str(signs.role)},
            endpoint=f"https://{GLOBAL_HOST}" if names_global else None,
        )
        found = StsFindings((*other.causes, *found.causes), (*other.remedies, *found.remedies))
    return found


def _general(signs: _Signs) -> list[Cause]:
    """Give what is likely wherever credentials are rejected, the likeliest first."""
    gone = Cause(
        "key-gone",
        "The key was deleted or deactivated, by its owner, or because it was found in public.",
        "possible",
    )
    token = Cause(
        "session-token-missing",
        "Temporary credentials were sent without their session token, or a session token stands beside another key.",
        "possible",
        ("An AWS_SESSION_TOKEN that an older session left behind spoils a new key.",),
    )
    mistyped = Cause(
        "key-mistyped", "The key id is mistyped, cut, or a placeholder that nobody replaced.", "possible"
    )
    new = Cause(
        "key-just-made", "The key or user was made seconds ago, and is not known everywhere yet.", "possible"
    )
    causes = [gone, token, mistyped]
    if not signs.has_key or signs.is_temporary:
        causes = []
    elif signs.code in _TOKEN:
        causes = [token]
    if signs.code == "AuthFailure":
        causes.append(Cause("clock-off", "The machine's clock is wrong: EC2 says the same then.", "possible"))
    if signs.region is None and signs.partition == "aws":
        causes.append(
            Cause(
                "region-not-enabled",
                "The call goes to a region that the account has not enabled, or brings a token of STS's global host there.",
                "possible",
            )
        )
    if signs.of_s3 and not signs.is_local:
        text = "The keys are those of MinIO, LocalStack or another provider, and the call went to AWS; or the reverse."
        causes.append(Cause("other-endpoint", text, "possible"))
    if signs.has_key and not signs.is_temporary and signs.code not in _TOKEN:
        causes.append(new)
    if signs.partition == "aws":
        text = "The keys are of another partition: those of China, GovCloud or the European Sovereign Cloud hold there alone."
        causes.append(Cause("other-partition", text, "possible"))
    return causes


# ------------------------------------------------ remedies


def _remedies(case: Case[InvalidCredentials], signs: _Signs, region: StsFindings) -> list[Remedy]:
    by_token = signs.is_temporary or signs.code in _TOKEN
    remedies = [credential_remedies.show_identity(find_profile(case))] if signs.has_key else []
    if signs.is_local:
        remedies.insert(0, credential_remedies.check_endpoint(is_other_software=True))
    if signs.has_key and signs.is_temporary is not False:
        remedies.append(credential_remedies.clear_environment())
    if signs.has_key:
        remedies.append(credential_remedies.get_new_credentials() if by_token else _look_key_up(case, signs))
    remedies += region.remedies
    if signs.opts_in or (signs.region is None and signs.partition == "aws"):
        remedies.append(credential_remedies.enable_region(signs.region))
    if signs.partition != "aws" and not region.remedies:
        remedies.append(_own_partition())
    if signs.of_s3 and not signs.is_local:
        remedies.append(credential_remedies.check_endpoint(is_other_software=True))
    if signs.code == "AuthFailure":
        remedies.append(credential_remedies.set_clock())
    if signs.has_key and not by_token:
        remedies += key_remedies(find_user(case), key=signs.key, for_new=False)
    return remedies


def _look_key_up(case: Case[InvalidCredentials], signs: _Signs) -> Remedy:
    key = commands.access_key(signs.key)
    return Remedy(
        title="See whether the key is there and active",
        who="account administrator",
        steps=(
            "The first command tells of which account the key is; that needs no right in that account.",
            "The second tells the user's keys and whether they are active. A key that is not among them is deleted, for good.",
            "If a policy named AWSCompromisedKeyQuarantine hangs on the user, AWS found the key in public: replace it, do not activate it.",
        ),
        commands=(
            command("aws", "sts", "get-access-key-info", "--access-key-id", key),
            command("aws", "iam", "list-access-keys", "--user-name", commands.user_name(find_user(case))),
        ),
        url=pages.ACCESS_KEYS,
    )


def _own_partition() -> Remedy:
    return Remedy(
        title="Let keys and endpoint be of one partition",
        who="you",
        steps=(
            "Each partition has accounts and keys of its own. Name a region of the keys' partition, in the profile or in AWS_REGION and AWS_DEFAULT_REGION.",
            "Drop endpoint URLs of another partition.",
        ),
        commands=("aws configure list",),
        url=pages.STS_REGIONS,
    )


def _sso(case: Case[InvalidCredentials], signs: _Signs) -> Explanation:
    profile = find_profile(case)
    return Explanation(
        failure=case.failure,
        topic="invalid-sso-token",
        summary="IAM Identity Center does not accept the login.",
        causes=(
            Cause(
                "invalid-sso-token",
                "The token of the login is not known, or not any more.",
                "reported" if "Session token not found" in signs.message else "derived",
                quote_phrases(signs.message, *_SENTENCES, "Error loading SSO Token"),
            ),
            Cause("logged-out", "Somebody logged out, or an administrator ended the session.", "possible"),
            Cause(
                "other-sso-region",
                "The profile's sso_region is not the region of the Identity Center instance.",
                "possible",
            ),
        ),
        remedies=(
            credential_remedies.sso_login(profile),
            Remedy(
                title="If that does not help, log out first, and compare the profile",
                who="you",
                steps=(
                    "Logging out deletes the tokens that the AWS CLI keeps, for all profiles.",
                    "Compare sso_start_url and sso_region in ~/.aws/config with what the access portal shows.",
                ),
                commands=(
                    "aws sso logout",
                    command("aws", "sso", "login", "--profile", commands.profile(profile)),
                ),
                url=pages.SSO_LOGIN,
            ),
        ),
        notes=(credential_remedies.POLICIES_DO_NOT_HELP,),
    )
