"""Explain answers of software and clouds that have the APIs of AWS, such as MinIO.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html and
https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-quickstart.html#cli-configure-quickstart-precedence;
checksums: https://docs.aws.amazon.com/sdkref/latest/guide/feature-dataintegrity.html, https://github.com/boto/boto3/issues/4392
and https://github.com/EnterpriseDB/barman/issues/1112.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, quote_words
from iamtriage.actions._operations import actions_for
from iamtriage.explaining._context.readers.endpoints import CEPH_REQUEST, KEY_LENGTH, UNNAMED_SYSTEM
from iamtriage.explaining._context.values import Stated
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.credentials.keys.unusable_keys import has_key_for_emulator
from iamtriage.explaining._rules.credentials.requests.rewritten_requests import explain_changed_header
from iamtriage.explaining._rules.denials.s3 import unused_endpoints
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import error_code, message_text
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.messages.quoted_message import denial_paragraph
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import find_s3_compatible_host
from iamtriage.failures._failures import Failure

# What the system decided about the caller. Other kinds have their own rules, such as signing regions.
_KINDS = frozenset({"access_denied", "expired_credentials", "invalid_credentials", "signature_mismatch"})
_CODES = frozenset(
    {"NoSuchBucket", "NoSuchKey", "NotImplemented", "BucketAlreadyOwnedByYou", "MethodNotAllowed"}
)
# How such systems answer an upload with a checksum that they do not know, in codes and messages.
_CHECKSUM = lazy_pattern(
    r"(?i:SignatureDoesNotMatch|AuthorizationHeaderMalformed|MissingContentLength|checksum|sha-?256|crc32|aws-chunked|\btrailer\b)"
)
_UPLOAD = lazy_pattern(r"(?i:put_?object|upload_?part)")
_SDK = lazy_pattern(
    r"(?i)(?<![\w/-])(?P<name>boto3|botocore|aws-cli(?=/2)|@aws-sdk/client-s3|aws-sdk-java|software\.amazon\.awssdk:(?:s3|bom|sdk-core)"
    r"|AWSSDK\.S3|aws-sdk-s3|aws-sdk-go-v2/service/s3)[\"'@:=/\s~^(>v<-]{1,12}(?P<version>\d{1,2}\.\d{1,4}(?:\.\d{1,4})?)"
)
# The first versions that send a checksum with each upload.
_FIRST_VERSIONS = {
    "boto3": (1, 36),
    "botocore": (1, 36),
    "aws-cli": (2, 23),
    "@aws-sdk/client-s3": (3, 729),
    "awssdk.s3": (3, 7, 412),
    "aws-sdk-s3": (1, 178),
    "aws-sdk-go-v2/service/s3": (1, 73),
}
_READ = lazy_pattern(
    r"(?i:(?<![\w-])(?:gets?|heads?|lists?|listing|ls|reads?|reading|downloads?)\b[^\n.]{0,60}?\b(?:fine|ok|succeeds?|works?)\b)"
)
_DYNAMODB_LOCAL = "DynamoDB Local"
_GOOGLE, _R2 = "Google Cloud Storage", "Cloudflare R2"
_CLOCK_CODES = frozenset({"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"})
_PRODUCTS = {
    "minio": "MinIO",
    "localstack": "LocalStack",
    ":4566": "LocalStack",
    "r2.cloudflarestorage.com": _R2,
    "storage.googleapis.com": _GOOGLE,
    "dynamodb-local": _DYNAMODB_LOCAL,
    "dynamodblocal": _DYNAMODB_LOCAL,
    "motoserver": "Moto",
    "elasticmq": "ElasticMQ",
}
# Emulators accept any key, with one exception:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.UsageNotes.html.
_EMULATORS = frozenset({"LocalStack", _DYNAMODB_LOCAL, "Moto", "ElasticMQ"})
_LOCAL_HOST = lazy_pattern(r"localhost|127\.|0\.0\.0\.0|host\.docker\.internal|[\w-]{1,60}(?::|\Z)")
# Without quotation marks, a value in code is an expression, but not that of a variable of the environment.
# What is longer, or has other characters, can be a secret.
_KEY_ID = lazy_pattern(
    r"(?a)(?:(?i:access_?key_?id)[\"']?\s?[=:,(]\s?[\"']|\bAWS_ACCESS_KEY_ID[=:]\s?(?!process\.))(?P<key>[A-Za-z0-9]{0,18}[_.-][\w.-]{0,18})(?![\w.+/=(\[-])"
)
# What the system did with a call.
_ANSWERS = {
    "access_denied": "denied {}",
    "signature_mismatch": "rejected the signature of {}: most likely, the secret key is not the one of the access key there",
    "expired_credentials": "answered {}: the credentials have expired",
    "invalid_credentials": "rejected {}: the access key does not exist there",
}
_REMOVE_ENDPOINT = "If you meant to call AWS, remove the endpoint from the code, the options, the profile and AWS_ENDPOINT_URL."

OTHER_SOFTWARE = CauseType(
    "answer-not-from-aws",
    title="The answer is not from AWS",
    text="The answer is not from AWS: no IAM permission is missing, and no AWS policy applies.",
    recognised_by="The text names an endpoint or a host of another system with the API of S3 or AWS.",
    fix="Use the keys and look for the permission in the system that answered, or remove the endpoint URL.",
    sources=(pages.SDK_ENDPOINTS, pages.S3_403),
)
DEFAULT_CHECKSUM = CauseType(
    "default-checksum-rejected",
    title="The SDK adds a checksum to uploads, which the system does not accept",
    text="Since January 2025, the AWS SDKs and CLI add a checksum to uploads, which other systems may not accept.",
    recognised_by="Another system answers an upload, and the text names an SDK with a version that adds checksums.",
    fix="Set AWS_REQUEST_CHECKSUM_CALCULATION and AWS_RESPONSE_CHECKSUM_VALIDATION to when_required.",
    sources=(pages.SDK_CHECKSUMS,),
)


def is_from_other_system(case: Case[Failure]) -> bool:
    """Return whether a system that is not AWS answered, by the endpoint or the system that the text names."""
    failure = case.failure
    named = case.context.other_endpoint or case.context.other_system
    if named is None or error_code(failure) in _CLOCK_CODES or unused_endpoints.is_answer_of_aws(case):
        return False
    if failure.kind == "invalid_credentials" and has_key_for_emulator(failure.text):
        return False
    code = error_code(failure)
    if failure.kind == "missing_credentials":
        return _find_product(named.value, failure.text) in _EMULATORS
    return failure.kind in _KINDS or (
        failure.kind == "aws_error"
        and (
            code in _CODES
            or any(each.search(failure.text) for each in (KEY_LENGTH, CEPH_REQUEST))
            or _may_be_checksum(case)
        )
    )


def explain_s3_compatible_store(denial: Denial) -> Explanation:
    """Explain that S3-compatible software, not AWS, denied a call."""
    return explain_other_system(denial.case)


def explain_other_system(case: Case[Failure]) -> Explanation:
    """Explain that another system with the API of AWS answered a call."""
    failure = case.failure
    if failure.kind == "signature_mismatch" and (explanation := explain_changed_header(case)) is not None:
        return explanation
    endpoint, command = case.context.other_endpoint, case.context.command
    is_of_s3 = "s3" in {each.service for each in actions_for(failure.envelope.operation or "")}
    words = () if command is None or command.option("endpoint-url") is None else command.words[:2]
    if endpoint is not None and is_of_s3 and words in unused_endpoints.UPLOADING:
        return unused_endpoints.explain_upload(
            case, " ".join(words), endpoint.value, _find_product(endpoint.value, "")
        )
    named = None if _may_be_other_software(case) else case.context.other_system
    if named is not None:
        host, because = "that system", f'The text says "{clip_text(named.words)}".'
    elif endpoint is None:
        host = find_s3_compatible_host(denial_paragraph(failure)) or "the host"
        because = f"The text names the host {host}."
    else:
        host = endpoint.value
        because = f"The text sets {endpoint.words} to {host}."
    product = _find_product(host, failure.text) if named is None else named.value
    if unused_endpoints.is_sent_to_aws(case, product):
        return unused_endpoints.explain_unset_endpoint(
            case, None if endpoint is None else host, product or "that system"
        )
    is_about_key = failure.kind in {"invalid_credentials", "missing_credentials"}
    if endpoint is not None and product in _EMULATORS and is_about_key:
        return _explain_emulator(case, product, endpoint)
    system = _name_system(product, has_endpoint=endpoint is not None)
    call = _call_name(failure)
    answer = _ANSWERS.get(failure.kind, f"answered {{}} with {error_code(failure)}").format(call)
    if (lengths := KEY_LENGTH.search(failure.text)) is not None:
        of_key = ", like a key of AWS," if lengths["length"] == "20" else ""
        answer = f"rejected the access key: it has {lengths['length']} characters{of_key}{'' if of_key else ','} but the keys of this system have {lengths['own']}"
    of_aws = unused_endpoints.is_meant_for_aws(case)
    about_key = _describe_key(failure.kind, None if not of_aws else product or "that system")
    text = f"{OTHER_SOFTWARE.text}{'' if failure.kind == 'aws_error' else about_key}"
    checksum = _find_checksum(case, product)
    if checksum is not None and checksum[0]:
        answer = f"{answer.partition(':')[0]}: {checksum[0]} adds a checksum to uploads, which that system does not accept"
        text = OTHER_SOFTWARE.text
    right_key = unused_endpoints.describe_right_key(failure.text) if of_aws else None
    causes: tuple[Cause, ...] = (OTHER_SOFTWARE.cause("derived", present(because, right_key), text=text),)
    if checksum is not None:
        causes += (checksum[1],)
    use_key = your_remedy(
        f"Use an access key of {product if product == _R2 else 'that system'}",
        "Check which key the client sends: one in the code, else AWS_ACCESS_KEY_ID, else that of the profile. The command prints its last characters.",
        f"Pass a key that was created {f'in {product}' if named or product == _R2 else f'at {host}'} to the client, or keep it in a profile for this endpoint.",
        "A Cloudflare API token for R2 has an access key ID and a secret access key. Keep them in variables of their own, such as R2_ACCESS_KEY_ID."
        if product == _R2
        else None,
        None if of_aws else _REMOVE_ENDPOINT,
        commands="aws configure list",
        url=pages.SDK_ENDPOINTS,
    )
    remedies: tuple[Remedy, ...] = (use_key,)
    if failure.kind == "aws_error" and lengths is None:
        remedies = (credential_remedies.check_endpoint(is_other_software=True),)
    elif failure.kind == "access_denied":
        check = your_remedy(
            "Check the permissions of the key in that system",
            "Check in the console of that system which key is used, and what it is allowed to do on which bucket.",
            "Check the name, Region and endpoint of the bucket, too: some systems answer Access Denied if it does not exist.",
            _REMOVE_ENDPOINT,
            url=pages.SDK_ENDPOINTS,
        )
        remedies = (check, use_key)
    if checksum is not None:
        remedies = (checksum[2],) if checksum[0] else (*remedies, checksum[2])
    notes: tuple[str, ...] = ()
    if of_aws and endpoint is not None and checksum is None and failure.kind != "aws_error":
        remedies = (
            unused_endpoints.remove_endpoint_remedy(endpoint.words, failure.text),
            attrs.evolve(
                use_key, title=f"Or, if you meant {product or 'that system'}: use an access key of it"
            ),
        )
        notes = ("A new key, more permissions or waiting do not help: AWS never got the request.",)
    return Explanation(
        failure,
        OTHER_SOFTWARE.code,
        f"{system}{'' if named else f' at {host}'}, not AWS, {answer}.",
        causes,
        remedies,
        notes,
    )


def _may_be_other_software(case: Case[Failure]) -> bool:
    """Return whether the text names a host, and only the form of the answer is MinIO's, which others have, too."""
    named, host = case.context.other_system, find_s3_compatible_host(denial_paragraph(case.failure))
    return named is not None and named.words.startswith("<") and host is not None


def _name_system(product: str | None, *, has_endpoint: bool) -> str:
    if product is None or product == UNNAMED_SYSTEM:
        return "The system" if has_endpoint else "The S3-compatible system"
    return product


def _describe_key(kind: str, other_system: str | None) -> str:
    """Return what is wrong with the key, as a sentence: of a call that is meant for AWS, that it went to another system."""
    if other_system is not None:
        return f" The call is meant for AWS, whose keys {other_system} does not know."
    if kind == "signature_mismatch":
        return " The secret key is another one, or something changed the request after it was signed."
    return " The key lacks the permission in that system, or is one of AWS or of another project."


def _call_name(failure: Failure) -> str:
    operation = failure.envelope.operation
    return f"the call {operation}" if operation and operation.isalnum() else "the call"


def _omit_checksum(older: str) -> Remedy:
    return your_remedy(
        "Send checksums only with calls that require them",
        "Set the variables in the environment of the program that uploads, such as the service or container, and restart it. Or set request_checksum_calculation and response_checksum_validation to when_required in the profile or the client.",
        f"If the program ignores them, use {older or 'a version of the SDK from before January 2025'}.",
        commands=(
            "export AWS_REQUEST_CHECKSUM_CALCULATION=when_required",
            "export AWS_RESPONSE_CHECKSUM_VALIDATION=when_required",
        ),
        url=pages.SDK_CHECKSUMS,
    )


def _may_be_checksum(case: Case[Failure]) -> bool:
    """Return whether another system answered an upload as one that does not know its checksum."""
    is_upload = _UPLOAD.search(case.failure.envelope.operation or case.text) is not None
    return is_upload and _CHECKSUM.search(f"{error_code(case.failure)} {message_text(case)}") is not None


def _find_checksum(case: Case[Failure], product: str | None) -> tuple[str, Cause, Remedy] | None:
    """Return the cause that an upload has a checksum and its remedy, with the SDK that adds it if the text decides that."""
    newer = older = ""
    for each in _SDK.finditer(case.text):
        first = _FIRST_VERSIONS.get(each["name"].lower(), (2, 30))
        if tuple(map(int, each["version"].split("."))) < first:
            older = f"{each['name']} {each['version']}"
        elif not newer:
            newer = f"{each['name']} {each['version']}, like all versions since {'.'.join(map(str, first))},"
    if (older and not newer) or not _may_be_checksum(case):
        return None
    # A wrong key has the same code, unless it works for other calls or worked with an older SDK.
    read, is_ambiguous = _READ.search(case.text), error_code(case.failure) == "SignatureDoesNotMatch"
    if not newer or (is_ambiguous and not (product == _GOOGLE or older or read)):
        return "", DEFAULT_CHECKSUM.cause(), _omit_checksum(older)
    because = present(
        read and f"The key is right: the text says {quote_words(read[0])}.",
        f"{older} in the text adds none." if older else None,
    )
    return newer, DEFAULT_CHECKSUM.cause("derived", because), _omit_checksum(older)


def _find_product(host: str, text: str) -> str | None:
    """Return the system at a host, by its name or the only image of such a system in the text."""
    named = next((name for sign, name in _PRODUCTS.items() if sign in host.lower()), None)
    if named is not None or _LOCAL_HOST.match(host) is None:
        return named
    return only_one({name for sign, name in _PRODUCTS.items() if sign in text.lower()})


def _explain_emulator(case: Case[Failure], product: str, endpoint: Stated) -> Explanation:
    """Explain that an emulator rejected a key, or that there is none: it needs no real one."""
    is_missing = case.failure.kind == "missing_credentials"
    verdict = f"{product} at {endpoint.value}, not AWS, rejected {_call_name(case.failure)}"
    if is_missing:
        verdict = f"The SDK found no credentials, which it needs for {product} at {endpoint.value}, too. Any made-up key will do"
    key, title = None, f"Give the client a made-up key for {product}"
    steps: tuple[str, ...] = (_REMOVE_ENDPOINT,)
    if product == _DYNAMODB_LOCAL and not is_missing:
        key = _KEY_ID.search(case.failure.text)
        shown = f", and {clip_text(key['key'])} has others" if key is not None else ""
        verdict += (
            f": since versions 1.23 and 2.0, it accepts only letters and digits in an access key ID{shown}"
        )
        title = f"Use an access key ID of letters and digits, such as {re.sub(r'[^A-Za-z0-9]', '', key['key'] if key else '') or 'localkey'}"
        steps = (
            "Change it in the code, and in AWS_ACCESS_KEY_ID if the job or container sets it. Do not use a key of AWS.",
            "Pin the version of the image: with the tag latest, a CI job pulls the newest one, while a computer keeps the one that it pulled before.",
            "Without -sharedDb, each key ID and Region has its own database: with another key ID, it starts with empty tables.",
        )
    text = "AWS is not called: no real key, token or IAM permission is missing."
    export = ("export AWS_ACCESS_KEY_ID=localkey", "export AWS_SECRET_ACCESS_KEY=localsecret")
    return case.explain(
        f"{verdict}.",
        OTHER_SOFTWARE.cause("derived", f"The text sets {endpoint.words} to {endpoint.value}.", text=text),
        remedies=your_remedy(title, *steps, commands=() if key else export, url=pages.SDK_ENDPOINTS),
    )
