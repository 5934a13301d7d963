"""Build templates of records, with variables for the values that differ between two records of a call."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._typing import NamedTuple
from iamtriage.failures._envelopes import Envelope
from iamtriage.failures._fingerprints import fingerprint
from iamtriage.testing._cloudtrail.calls import DENIALS, ERRORS, SUCCESSES
from iamtriage.testing._denials import denial
from iamtriage.testing._sample_data import REQUEST_ID, S3_REQUEST_ID, TIME
from iamtriage.testing._service_errors import aws_error
from iamtriage.testing._services import build_host

if TYPE_CHECKING:
    from iamtriage.testing._cloudtrail.calls import Call, DeniedCall, FailedCall
    from iamtriage.testing._samples import Sample

__all__ = ("ProblemTemplate", "build_error", "build_problem", "build_success")

# Values of samples -> variables, which `%` formats with different values for each record.
_SESSION, _ENCODED, _AUTHORIZATION_ID = "zqsessionzq", "zqencodedzq", "zqauthorizationzq"
_VARIABLES = {
    '"5f1d7a94-0b1c-4e0f-9a51-1c2b3a4d5e6f"': '"%(event_id)s"',
    f'"{REQUEST_ID}"': '"%(request_id)s"',
    f'"{S3_REQUEST_ID}"': '"%(s3_request_id)s"',
    "ASIAEXAMPLEEXAMPLE12": "ASIA%(key)s",
    '"192.0.2.7"': '"%(ip)s"',
    TIME: "%(time)s",
    _SESSION: "%(session)s",
    _ENCODED: "%(encoded)s",
    _AUTHORIZATION_ID: "%(encoded)s",
}
_USER_AGENTS = (
    "Boto3/1.44.8 md/Botocore#1.44.8 ua/2.1 os/linux#6.1.0 md/arch#aarch64 lang/python#3.12.3",
    "aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.24.1 md/GOARCH#amd64 api/sts#1.33.19",
    "aws-sdk-java/2.31.6 md/io#sync md/http#Apache ua/2.1 api/KMS#2.31.x os/Linux#5.10 lang/java#21.0.6",
    "aws-cli/2.27.0 md/awscrt#0.26.1 ua/2.1 os/macos#24.4.0 md/arch#arm64 lang/python#3.13.2",
)


class ProblemTemplate(NamedTuple):
    """A problem that a tree contains.

    Attributes:
        text: The template of its records.
        fingerprint: The fingerprint of the failure in its records.
        policy_type: The policy type in its records.
    """

    text: str
    fingerprint: str
    policy_type: str | None


def build_problem(number: int, account: str, region: str) -> ProblemTemplate:
    """Return the problem with a number, which determines the denial."""
    call = DENIALS[number % len(DENIALS)]
    sample = _deny(call, number, account, region)
    record = sample.cloudtrail()
    _set_identity(record, call, number, account)
    principal = record["userIdentity"].get("arn")
    failure = attrs.evolve(
        sample.failure,
        principal=sample.failure.principal or principal,
        envelope=Envelope(operation=sample.operation),
    )
    text = _finish(
        record, sample.service, (account, region), number, _parameters_of(call, number, account, region)
    )
    return ProblemTemplate(text, fingerprint(failure), call.policy_type if call.deny else None)


def build_error(number: int, account: str, region: str) -> str:
    """Return the template of a call that failed for a reason other than a denial."""
    call: FailedCall = ERRORS[number % len(ERRORS)]
    record = _copy_failed_record(call.code, call.operation, call.service, region)
    record["errorMessage"] = call.message.format(account=account, n=number)
    record["userIdentity"] = _build_role_identity(number, account)
    return _finish(record, call.service, (account, region), number, None)


def _copy_failed_record(code: str, operation: str, service: str, region: str) -> dict[str, Any]:
    return dict(_build_failed_record(code, operation, service, region))


@lru_cache(1_024)
def _build_failed_record(code: str, operation: str, service: str, region: str) -> dict[str, Any]:
    # Creating a sample parses it, which takes longer than everything else.
    return aws_error(code, "none", operation, service, region=region).cloudtrail()


def build_success(number: int, account: str, region: str) -> str:
    """Return the template of a call that succeeded."""
    call: Call = SUCCESSES[number % len(SUCCESSES)]
    record = _copy_failed_record("None", call.operation, call.service, region)
    del record["errorCode"], record["errorMessage"]
    record["userIdentity"] = _build_role_identity(number, account)
    values: Any = _fill(
        {"requestParameters": call.parameters, "responseElements": call.response}, number, account, region
    )
    record["responseElements"] = values["responseElements"]
    return _finish(record, call.service, (account, region), number, values["requestParameters"])


# ---------------------------------------------------------------------------------------------- denials


def _deny(call: DeniedCall, number: int, account: str, region: str) -> Sample:
    resource, policy = _fill([call.resource, call.policy], number, account, region)
    return denial(
        call.action,
        principal=_principal(call.caller, number, account),
        resource=resource,
        deny=call.deny,
        policy_type=call.policy_type,
        policy_arn=policy,
        authorization_id=_AUTHORIZATION_ID if call.form == "with_id" else None,
        encoded=_ENCODED if call.form == "encoded" else False,
        bare=call.form == "bare",
        operation=call.operation,
        region=region,
    )


def _principal(caller: str, number: int, account: str) -> str:
    other = f"{(int(account) + 111111111111) % 10**12:012d}"
    principals = {
        "anonymous": "anonymous",
        "federated": f"arn:aws:sts::{account}:federated-user/ana-{number}",
        "other_account": f"arn:aws:sts::{other}:assumed-role/reader-{number}/{_SESSION}",
        "root": f"arn:aws:iam::{account}:root",
        "service": "backup.amazonaws.com",
        "user": f"arn:aws:iam::{account}:user/ana-{number}",
    }
    return principals.get(caller, f"arn:aws:sts::{account}:assumed-role/app-{number}/{_SESSION}")


def _set_identity(record: dict[str, Any], call: DeniedCall, number: int, account: str) -> None:
    """Set the identity that CloudTrail records for a type of principal.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    """
    if call.form == "bare":
        principal = _principal(call.caller, number, account)
        identity = denial("sqs:SendMessage", principal=principal).cloudtrail()["userIdentity"]
        record["userIdentity"] = identity
    elif call.caller == "other_account":
        arn = record["userIdentity"]["arn"]
        record["userIdentity"] = {
            "type": "AWSAccount",
            "principalId": f"AROAEXAMPLEEXAMPLE12:{_SESSION}",
            "accountId": arn.split(":")[4],
        }
    elif call.caller == "web_identity":
        provider = f"arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com"
        subject = f"repo:example/orders-{number}:ref:refs/heads/main"
        record["userIdentity"] = {
            "type": "WebIdentityUser",
            "principalId": f"{provider}:sts.amazonaws.com:{subject}",
            "userName": subject,
            "identityProvider": provider,
        }
    elif call.caller == "saml":
        record["userIdentity"] = {
            "type": "SAMLUser",
            "principalId": f"aBcDeFgHiJkLmNoPqRsTuVwXyZ0=:ana-{number}",
            "userName": f"ana-{number}",
            "identityProvider": "aBcDeFgHiJkLmNoPqRsTuVwXyZ0=",
        }


def _parameters_of(call: DeniedCall, number: int, account: str, region: str) -> dict[str, Any] | None:
    if call.action.startswith("sts:"):
        role = f"arn:aws:iam::{account}:role/orders-{number}"
        return {"roleArn": role, "roleSessionName": _SESSION}
    if call.action.startswith("s3:"):
        return {"bucketName": f"orders-{number}", "Host": f"orders-{number}.s3.{region}.amazonaws.com"}
    return None


# ---------------------------------------------------------------------------------------------- records


@lru_cache(1_024)
def _build_role_identity(number: int, account: str) -> dict[str, Any]:
    principal = f"arn:aws:sts::{account}:assumed-role/app-{number}/{_SESSION}"
    identity: dict[str, Any] = denial("sqs:SendMessage", principal=principal).cloudtrail()["userIdentity"]
    return identity


def _finish(
    record: dict[str, Any],
    service: str,
    location: tuple[str, str],
    number: int,
    parameters: dict[str, Any] | None,
) -> str:
    """Return a record as a template, with the members that most real records have."""
    account, region = location
    record["recipientAccountId"] = account
    record["userAgent"] = _USER_AGENTS[number % len(_USER_AGENTS)]
    record["requestParameters"] = parameters
    if service == "s3":
        record["additionalEventData"] = {
            "SignatureVersion": "SigV4",
            "CipherSuite": "TLS_AES_128_GCM_SHA256",
            "bytesTransferredIn": 0,
            "AuthenticationMethod": "AuthHeader",
            "x-amz-id-2": "nQ8x2example+host/id/Vw7Kp0ZtYb3LrDcE5uGmSaJhFi1oT6XyNq9==",
            "bytesTransferredOut": 243,
        }
    record["tlsDetails"] = {
        "tlsVersion": "TLSv1.3",
        "cipherSuite": "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": build_host(service, region),
    }
    text = json.dumps(record, separators=(",", ":")).replace("%", "%%")
    for value, variable in _VARIABLES.items():
        text = text.replace(value, variable)
    return text


def _fill(value: Any, number: int, account: str, region: str) -> Any:  # noqa: ANN401 (JSON)
    """Return a value with the placeholders in its strings replaced."""
    if isinstance(value, str):
        return value.format(account=account, region=region, n=number)
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {name: _fill(each, number, account, region) for name, each in members.items()}
    if isinstance(value, list):
        return [_fill(each, number, account, region) for each in cast("list[object]", value)]
    return value
