"""Explains errors of AWS's APIs that are no denials: throttling, not found, quota, no answer and the rest.

They are no matter of permissions, and nothing here proposes any. Sources:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html,
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the pages of the remedies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.calls.api_error_kinds import KINDS, SENTENCES, code_lines, fit
from iamtriage.explaining._rules.calls.malformed_policies import size_remedy
from iamtriage.explaining._rules.calls.service_roles import explain_service_role
from iamtriage.explaining._rules.calls.session_manager import explain_session, is_session
from iamtriage.explaining._rules.calls.unreachable_endpoints import explain_unanswered
from iamtriage.explaining._rules.credentials.identity_pools import explain_pool_roles
from iamtriage.explaining._rules.shared import commands, credential_remedies, pages
from iamtriage.explaining._rules.shared.clues import error_code, find_profile, find_region, message_text
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.sts.other_endpoints import explain_non_sts_response, is_non_sts_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamtriage.explaining._rules.calls.api_error_kinds import ApiKind
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

    _Rule = Callable[["Case[AwsError]", str], Explanation]

__all__ = ("explain_api_error",)

_SIZE = re.compile(r"PolicySize|Maximum policy size|PackedPolicyTooLarge|ACLSizePerRole|[Pp]olicy size")
_KEY = re.compile(r"KMSInvalidState|KMS\.?Disabled|KMSKeyDisabled")
_KEY_SAYS = re.compile(r"\bis (?:disabled|pending (?:deletion|import))\b")
_KEY_ARN = re.compile(r"arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{1,30}:[0-9]{12}:key/[A-Za-z0-9-]{1,64}", re.ASCII)
_QUOTA = re.compile(
    r"LimitExceeded|QuotaExceeded|ServiceQuota|ResourceLimit|InstanceLimit|VcpuLimit|AddressLimit"
)
_REACHED = re.compile(
    r"maximum number of|exceed(?:ed|s)? (?:the |your )?(?:quota|limit|maximum)|[Ll]imit (?:has been |was )?(?:exceeded|reached)"
)
_FOUND = re.compile(r"NotFound|NoSuch|NonExistent|DoesNotExist|UnknownResource")
_NOT_THERE = re.compile(r"No \w{1,20} found|could not be found|was not found|does not exist", re.ASCII)
_SERVICES = {"elasticmapreduce": "elasticmapreduce", "elb": "elasticloadbalancing", "logs": "logs"}
_NOTE = "It is no denial, so no policy helps."


def explain_api_error(case: Case[AwsError]) -> Explanation:
    """Say what an error is about that is no denial, and what is usual against it."""
    message = message_text(case)
    return explain_service_role(case, message) or _rule_for(case, message)(case, message)


def _rule_for(case: Case[AwsError], message: str) -> _Rule:
    code, envelope = error_code(case.failure), case.failure.envelope
    if is_non_sts_response(case, message):
        return explain_non_sts_response
    if _SIZE.search(code) or _SIZE.search(message):
        return _too_long
    if (
        _KEY.search(code)
        or (envelope.service == "kms" and _KEY_SAYS.search(message))
        or code == "DisabledException"
    ):
        return _key_state
    if code == "InvalidIdentityPoolConfigurationException":
        return _pool_roles
    if is_session(code, message):
        return explain_session
    if _by_sentence(code, message) is not None:
        return _plain
    if any(kind.fits(code, envelope.status_code, message) for kind in KINDS):
        return _plain
    if _bare_status(case) in {"400", "301", "307"} and _is_head(case):
        return _head
    if code == "404":
        return _not_found
    if _QUOTA.search(code) or (not code and _REACHED.search(message)):
        return _quota
    if _FOUND.search(code) or (
        _NOT_THERE.search(message) and (not code or "Valid" in code or "Param" in code)
    ):
        return _not_found
    if not code or envelope.status_code == 0:
        return explain_unanswered
    return _other


def _by_sentence(code: str, message: str) -> ApiKind | None:
    for kind in SENTENCES:
        if kind.code.search(code) and kind.says is not None and kind.says.search(message):
            return kind
    return None


def _plain(case: Case[AwsError], message: str) -> Explanation:
    code, status = error_code(case.failure), case.failure.envelope.status_code
    kind = _by_sentence(code, message) or next(kind for kind in KINDS if kind.fits(code, status, message))
    if kind.topic == "no-answer":
        return explain_unanswered(case, message)
    told = Cause(
        kind.topic,
        kind.text,
        "reported" if code and not kind.of_sdk else "derived",
        code_lines(code, status, of_sdk=kind.of_sdk),
    )
    return Explanation(
        failure=case.failure,
        topic=kind.topic,
        summary=kind.summary,
        causes=(told, *kind.causes),
        remedies=kind.remedies,
        notes=(*kind.notes, _NOTE),
    )


# ------------------------------------------------ what depends on the text


def _not_found(case: Case[AwsError], message: str) -> Explanation:
    region, profile = find_region(case), find_profile(case)
    code, status = error_code(case.failure), case.failure.envelope.status_code
    where = "" if region is None else f" in {region}"
    return Explanation(
        failure=case.failure,
        topic="not-found",
        summary=f"AWS has no such thing{where}, for the account that asks.",
        causes=(
            Cause("not-found", "What the call names is not there.", "reported", code_lines(code, status)),
            Cause("other-region", "It is in another region than the call.", "possible"),
            Cause("other-account", "It is in another account than that of the credentials.", "possible"),
            Cause(
                "name-differs", "Its name, id or ARN is mistyped, or upper and lower case differ.", "possible"
            ),
            Cause("gone-or-new", "It was deleted, or was made seconds ago.", "possible"),
        ),
        remedies=(
            Remedy(
                title="See in which account and region the call looks",
                who="you",
                steps=(
                    "Compare the account that the first command prints with that of what is looked for.",
                    "Compare the region; the second command prints the one that is set, where the call names none.",
                ),
                commands=(
                    credential_remedies.with_profile(profile, "aws", "sts", "get-caller-identity"),
                    credential_remedies.with_profile(profile, "aws", "configure", "get", "region"),
                ),
                url=pages.CLI_CREDENTIALS,
            ),
            *_listed(case, message, region),
        ),
        notes=(_NOTE,),
    )


def _listed(case: Case[AwsError], message: str, region: str | None) -> tuple[Remedy, ...]:
    """List the clusters, which is what users of EKS look for; other services have too many things to list."""
    if case.failure.envelope.service != "eks" and "No cluster found" not in message:
        return ()
    return (
        Remedy(
            title="List the clusters of the region",
            who="you",
            steps=("Name the cluster as it stands in the list.",),
            commands=(fill_command("aws eks list-clusters --region {}", commands.region(region)),),
            url=pages.EKS_KUBECONFIG,
        ),
    )


def _pool_roles(case: Case[AwsError], _words: str) -> Explanation:
    return explain_pool_roles(case.failure, commands.region(find_region(case)))


def _quota(case: Case[AwsError], _words: str) -> Explanation:
    service = case.failure.envelope.service
    name = service if service and re.fullmatch(r"[a-z][a-z0-9-]{1,40}", service) else None
    service_code = _SERVICES.get(name or "", name or "SERVICE_CODE")
    region = commands.region(find_region(case))
    code, status = error_code(case.failure), case.failure.envelope.status_code
    return Explanation(
        failure=case.failure,
        topic="quota-reached",
        summary="The account has reached a quota.",
        causes=(
            Cause(
                "quota-reached",
                "A quota of the account, the region or the resource is used up.",
                "reported",
                code_lines(code, status),
            ),
        ),
        remedies=(
            Remedy(
                title="Free what is not needed",
                who="you",
                steps=(
                    "Delete what nobody uses any more. Look at other regions too, where the quota is of the whole account.",
                ),
                url=pages.QUOTAS,
            ),
            Remedy(
                title="Ask for a higher quota",
                who="account administrator",
                steps=(
                    "Look the quota up: the list tells its value, its code, and whether it can be raised.",
                    "Ask for a higher one. Some answers come at once, others take days.",
                ),
                commands=(
                    fill_command(
                        "aws service-quotas list-service-quotas --service-code {} --region {}",
                        service_code,
                        region,
                    ),
                    fill_command(
                        "aws service-quotas request-service-quota-increase --service-code {} --quota-code QUOTA_CODE --desired-value VALUE --region {}",
                        service_code,
                        region,
                    ),
                ),
                url=pages.QUOTAS,
            ),
        ),
        notes=(_NOTE,),
    )


def _too_long(case: Case[AwsError], message: str) -> Explanation:
    code, status = error_code(case.failure), case.failure.envelope.status_code
    if "PackedPolicy" in code or "PackedPolicy" in message:
        return Explanation(
            failure=case.failure,
            topic="session-too-long",
            summary="Session policies and session tags are too long together.",
            causes=(
                Cause(
                    "session-too-long",
                    "STS packs them into the session token, and they do not fit.",
                    "reported",
                    code_lines(code, status),
                ),
            ),
            remedies=(
                Remedy(
                    title="Hand less over",
                    who="you",
                    steps=(
                        "Name managed policies by their ARNs in place of an inline session policy, or write a shorter one.",
                        "Hand over fewer and shorter session tags. EKS Pod Identity adds six by itself, which an association can leave out.",
                    ),
                    url=pages.SESSION_TAGS,
                ),
            ),
        )
    return Explanation(
        failure=case.failure,
        topic="policy-too-long",
        summary="The policy is too long.",
        causes=(
            Cause(
                "policy-too-long",
                "The document, or all of one entity together, is longer than IAM takes.",
                "reported",
                code_lines(code, status),
            ),
        ),
        remedies=(size_remedy(),),
        notes=("No permission is missing. Nothing was saved.",),
    )


def _key_state(case: Case[AwsError], message: str) -> Explanation:
    found = _KEY_ARN.search(message)
    key = commands.arn(found[0] if found else None, "KEY_ARN")
    code, status = error_code(case.failure), case.failure.envelope.status_code
    disabled = "is disabled" in message
    state = (
        "The key is disabled."
        if disabled
        else "The key is disabled, to be deleted, or waits for its material."
    )
    if "pending deletion" in message:
        state = "The key is to be deleted."
    return Explanation(
        failure=case.failure,
        topic="kms-key-state",
        summary="The KMS key cannot be used in the state in which it is.",
        causes=(Cause("kms-key-state", state, "reported", code_lines(code, status)),),
        remedies=(
            Remedy(
                title="See the key's state, and bring it back",
                who="resource owner",
                steps=(
                    "Look at KeyState. Disabled: enable it. PendingDeletion: cancel the deletion, then enable it.",
                    "Once it is deleted, what it encrypted is lost. So find out first who wanted that, and why.",
                ),
                commands=(
                    fill_command(
                        "aws kms describe-key --key-id {} --query 'KeyMetadata.[KeyState,DeletionDate]'", key
                    ),
                    *(() if disabled else (fill_command("aws kms cancel-key-deletion --key-id {}", key),)),
                    fill_command("aws kms enable-key --key-id {}", key),
                ),
                url=pages.KMS_KEY_STATE,
            ),
        ),
        notes=(_NOTE,),
    )


def _bare_status(case: Case[AwsError]) -> str:
    """Give the HTTP status that stands in place of a code."""
    code, status = error_code(case.failure), case.failure.envelope.status_code
    return code or ("" if status is None else str(status))


def _is_head(case: Case[AwsError]) -> bool:
    return case.failure.envelope.operation in {"HeadObject", "HeadBucket"}


def _head(case: Case[AwsError], _words: str) -> Explanation:
    """Explain a bare status of S3, whose code stands in the body that an answer to HEAD does not have.

    The codes that S3 gives with these statuses: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """
    failure = case.failure
    status = _bare_status(case)
    elsewhere = Cause(
        "other-region", "The bucket is in another region than the one that was asked.", "possible"
    )
    causes = (
        (
            Cause(
                "expired-token",
                "The session token has expired, or is not one: S3 says 400 to these too.",
                "possible",
            ),
            elsewhere,
            Cause(
                "customer-key",
                "The object is encrypted with a key of the customer's own (SSE-C), and the call does not send it.",
                "possible",
            ),
        )
        if status == "400"
        else (elsewhere,)
    )
    return Explanation(
        failure=failure,
        topic="head-without-reason",
        summary=f"S3 said {status} to {failure.envelope.operation} and gave no reason.",
        causes=(
            Cause(
                "no-body",
                "A HEAD request has an answer without a body: S3 cannot say why.",
                "derived",
                ("The code was made of the HTTP status.",),
            ),
            *causes,
        ),
        remedies=tuple(_head_remedies(case, all_of_it=status == "400")),
        notes=(_NOTE,),
    )


def _head_remedies(case: Case[AwsError], *, all_of_it: bool) -> Iterator[Remedy]:
    profile = find_profile(case)
    if all_of_it:
        yield Remedy(
            title="Ask with a call that can say why",
            who="you",
            steps=(
                "The first command fails with ExpiredToken or InvalidToken where the credentials are the reason: then log in anew.",
                "The second is the call with GET in place of HEAD: its answer has a code and a sentence.",
            ),
            commands=(
                credential_remedies.with_profile(profile, "aws", "sts", "get-caller-identity"),
                credential_remedies.with_profile(
                    profile, "aws", "s3api", "get-object", "--bucket", "BUCKET", "--key", "KEY", "/dev/null"
                ),
            ),
            url=pages.S3_ERRORS,
        )
    yield Remedy(
        title="Ask in the bucket's region",
        who="you",
        steps=("The command tells the bucket's region; null is us-east-1. Make the client for that region.",),
        commands=(
            credential_remedies.with_profile(
                profile, "aws", "s3api", "get-bucket-location", "--bucket", "BUCKET"
            ),
        ),
        url=pages.S3_ERRORS,
    )


def _other(case: Case[AwsError], _words: str) -> Explanation:
    failure = case.failure
    code, envelope = error_code(failure), failure.envelope
    operation = fit(envelope.operation)
    call = f"The call {operation}" if operation else "The call"
    return Explanation(
        failure=failure,
        topic="aws-error",
        summary=f"{call} failed with {code}." if fit(code) else f"{call} failed.",
        causes=(
            Cause(
                "aws-error",
                "AWS gives only the HTTP status, and no code."
                if code.isdigit()
                else "AWS gives this code, which names no missing permission. The sentence that stands beside it says more.",
                "reported",
                code_lines(code, envelope.status_code),
            ),
        ),
        remedies=(
            Remedy(
                title="Look the code up",
                who="you",
                steps=(
                    "The API reference of the service lists the errors of each operation, and what each means.",
                ),
                url=pages.EC2_ERRORS if envelope.service == "ec2" else pages.API_REFERENCES,
            ),
        ),
    )
