"""Explain signatures that AWS rejects.

Source: https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html, for the password of SMTP.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import as_sentence
from iamtriage.explaining._context.readers.proxies import denies_proxy
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.keys import access_keys, key_sources, secret_keys
from iamtriage.explaining._rules.credentials.keys.limited_credentials import find_shown_caller
from iamtriage.explaining._rules.credentials.requests import (
    authorization_headers,
    presigned_requests,
    presigned_urls,
    rewritten_requests,
)
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.common_causes import OTHER_ENDPOINT, REQUEST_CHANGED
from iamtriage.explaining._rules.shared.credentials import clock_remedies, clocks, credential_remedies
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.failures._failures import SignatureMismatch

_CLOCK_SKEW = lazy_pattern(
    r"Signature expired|Signature not yet current|difference between the request time and the|RequestTimeTooSkewed|RequestInTheFuture"
)
_CLOCK_SKEW_CODES = frozenset({"RequestTimeTooSkewed", "RequestTimeTooSkewedException", "RequestInTheFuture"})
_MALFORMED_CODES = lazy_pattern(
    r"IncompleteSignature(?:Exception)?|Authorization(?:HeaderMalformed|QueryParametersError)"
)
_MALFORMED_HEADER = lazy_pattern(
    r"Authorization header requires|key=value pair \(missing|[Cc]redential is mal-formed|slash-delimited elements|Date in Credential scope"
)
# Version 2, with the expiry of a URL instead of a date.
_OLD_URL = lazy_pattern(r"<StringToSign>[A-Z]{3,7} [^<]{0,260}?\b1\d{9} ")
_CANONICAL_REQUEST = lazy_pattern(
    r"Canonical String for this request|<CanonicalRequest>|<StringToSign>|CanonicalRequest"
)
_S3 = lazy_pattern(r"\bs3\b|S3|<StringToSign>|Check your key and signing method")
# What the AWS CLI prints of a listing that fails.
_CLI_ERROR = "fatal error: An error occurred"
# The code that signs a URL is often at the end of a text.
_CHARS_AROUND = 8_000
_PHRASES = (
    "request signature we calculated does not match the signature you provided",
    "Signature expired",
    "Signature not yet current",
    "difference between the request time and the current time is too large",
    "difference between the request time and the server's time is too large",
    "X-Amz-Expires must be less than a week",
)
CLOCK_SKEW = CauseType(
    "clock-skew",
    title="The time of the signature differs too much from the AWS time",
    recognised_by='The error code RequestTimeTooSkewed, or "Signature not yet current".',
    fix="Synchronize the clock with NTP.",
    sources=(pages.SIGNATURES,),
)
SIGNATURE_MISMATCH = CauseType(
    "signature-mismatch",
    title="The signature does not match",
    text="AWS knows the access key ID, but computes another signature for the request.",
    recognised_by="The error code SignatureDoesNotMatch.",
    fix="Use the secret access key of this access key ID, and send the request as it was signed.",
    sources=(pages.SIGNATURES,),
)
WRONG_SECRET = CauseType(
    "wrong-secret",
    title="The secret access key belongs to another access key ID",
    text="The secret access key belongs to another access key ID, or was copied with a space, a quote or a missing character.",
    fix="Copy the access key ID and its secret access key again.",
    recognised_by="The credentials file in the text has quotes around the secret access key, which become a part of it.",
    sign=r"\[[\w -]{1,40}\] aws_access_key_id ?= ?\w{16,32} (?P<shown>aws_secret_access_key ?= ?[\"'])",
    remedy="Check where the key is set",
    of="signature-mismatch",
)


def explain_signature(case: Case[SignatureMismatch]) -> Explanation:
    """Explain that AWS rejects a signature."""
    message, code = clues.message_text(case), clues.error_code(case.failure)
    if code in _CLOCK_SKEW_CODES or _CLOCK_SKEW.search(message):
        return _explain_clock_skew(case, message)
    if presigned_urls.EXPIRES_TOO_LONG.search(message):
        return presigned_urls.explain_url_too_long(case, clues.quote_phrases(message, *_PHRASES))
    if presigned_urls.INCOMPLETE_QUERY.search(message):
        return presigned_urls.explain_query_incomplete(case, message)
    if _MALFORMED_CODES.fullmatch(code) or _MALFORMED_HEADER.search(message):
        return authorization_headers.explain_malformed_header(case, message, _COPY_KEYS)
    changed = None
    if not case.stands_alone:
        changed = rewritten_requests.explain_changed_header(case) or access_keys.explain_quoted_keys(case)
    return changed or _explain_mismatch(case, message)


def _explain_clock_skew(case: Case[SignatureMismatch], message: str) -> Explanation:
    skew = clocks.find_clock_skew(message)
    is_shown = skew is not None and clock_remedies.shows_clock(skew, case.failure.text, *case.failure.span)
    is_in_vm = clock_remedies.is_in_container_machine(case.failure.text)
    # The AWS CLI signs a request and sends it at once.
    is_of_cli = case.context.command is not None or is_shown or is_in_vm or _CLI_ERROR in message
    because = clues.quote_phrases(message, *_PHRASES)
    if skew is None or not skew.seconds:
        differs, end, causes = _describe_unknown_skew(message)
        summary, text = f"{differs}{end}", f"{differs}."
        if (stated := clocks.find_stated_clocks(case.failure.text)) is not None:
            summary = f"AWS rejected the signature because of its time: {stated.difference}."
            causes = [clocks.CLOCK_WRONG.cause("derived", text=clock_remedies.describe_clocks(case.text))]
        elif is_of_cli:
            del causes[1:]
    else:
        machine = "WSL" if credential_remedies.WSL.search(case.text) else "the machine"
        whose = f"The clock of {machine}" if is_shown else "The request's time"
        whose = "The clock of the virtual machine that runs the container" if is_in_vm else whose
        its = "the" if is_shown or is_in_vm else "its"
        summary = f"{whose} is {skew.duration} {'behind' if skew.seconds > 0 else 'ahead of'} the AWS time, so AWS rejected {its} signature."
        causes = [_known_skew_cause(skew, case.text, can_be_held=not is_of_cli)]
        # The summary has the difference.
        because, text = (), f"AWS accepts signatures that {clock_remedies.describe_window(case.text)}."
    return case.explain(
        summary,
        CLOCK_SKEW.cause("reported", because, text=text),
        *causes,
        remedies=lambda: present(
            clock_remedies.set_clock(case.text, case.failure.text),
            # A request that is sent late does not have a time in the future.
            None
            if is_of_cli or causes[0].text.endswith(" ahead.")
            else your_remedy(
                "Sign requests right before they are sent",
                "A request that waits in a queue, in a debugger or while a laptop sleeps must be signed again.",
                "Let the SDK retry requests: it signs each attempt again.",
            ),
        ),
        notes="New access keys do not help, and no permission is missing: AWS compares the times before it evaluates policies.",
    )


def _known_skew_cause(skew: clocks.ClockSkew, text: str, *, can_be_held: bool) -> Cause:
    duration = skew.duration
    because: tuple[str, ...] = (
        f"The request was signed at {skew.request:%Y-%m-%d %H:%M:%S} UTC, and AWS received it at {skew.server:%Y-%m-%d %H:%M:%S}.",
    )
    if skew.is_whole_hours and not credential_remedies.WSL.search(text):
        hours = max(round(abs(skew.seconds) / 3600), 1)
        because += (
            f"The difference is close to {hours} hour{'s' if hours > 1 else ''}, as if the local time of a time zone, or of daylight saving, was used as UTC.",
        )
    if skew.seconds < 0:
        ahead = f"The clock of the machine that signed is {duration} ahead."
        return clocks.CLOCK_WRONG.cause("derived", because, text=ahead)
    behind = f"The clock of the machine that signed is {duration} behind"
    behind += ", or the request was sent that long after it was signed." if can_be_held else "."
    return clocks.CLOCK_WRONG.cause("derived", because, text=behind)


def _describe_unknown_skew(message: str) -> tuple[str, str, list[Cause]]:
    """Return how the time of a signature is off, the end of that sentence, and the causes, if no times are known."""
    clock, end, is_ahead = (
        "The clock of the machine that signed is",
        ", so AWS rejected its signature.",
        False,
    )
    if "not yet current" in message or "RequestInTheFuture" in message:
        is_ahead, state, differs = True, "ahead", "is ahead of the AWS time"
    elif "Signature expired" in message:
        state, differs = "behind", "is behind the AWS time"
    else:
        state, differs = (
            "ahead or behind: the message does not say which",
            "differs from the AWS time by more than 15 minutes",
        )
        end = ": most likely, the clock of the machine that signed is wrong."
    cause = clocks.CLOCK_WRONG.cause("derived" if is_ahead else "possible", text=f"{clock} {state}.")
    held = clocks.REQUEST_HELD.cause(text="The request was sent long after it was signed.")
    return f"The request's time {differs}", end, [cause] if is_ahead else [cause, held]


def _explain_mismatch(case: Case[SignatureMismatch], message: str) -> Explanation:
    is_s3 = case.failure.envelope.service == "s3" or _S3.search(message) is not None
    is_alone = case.stands_alone
    start, end = case.failure.span
    around = case.failure.text[max(start - _CHARS_AROUND, 0) : end + _CHARS_AROUND]
    # The code that signed the URL, or what somebody says of it, can stand in another paragraph.
    is_call = case.failure.envelope.operation is not None or _CLI_CALL.search(message) is not None
    is_presigned = (text_signs.PRESIGNED.search(message) or _OLD_URL.search(message)) is not None
    signs = (presigned_requests.SIGNER, presigned_requests.SIGNED_URL)
    is_presigned |= not is_call and any(each.search(around) for each in signs)
    difference = presigned_requests.compare_with_url(around) if is_presigned else None
    if difference is not None and difference.because:
        return _explain_other_request(case, message, difference)
    if not (is_alone or is_presigned) and (
        overridden := key_sources.explain_override(case, "rejected its signature", "signature-mismatch")
    ):
        return overridden
    is_other_software = text_signs.AWS_COMPATIBLE.search(case.text) is not None
    # The CLI signs the request itself.
    is_from_cli = _CLI_CALL.search(message) is not None
    summary = f"{'The endpoint' if is_other_software else 'AWS'} knows the access key ID, but rejected the signature: most often, the secret access key is wrong. No permission is missing."
    problem = None if is_alone or is_presigned else secret_keys.find_secret_problem(case.failure.text)
    is_open = (problem or "").startswith("most likely")
    is_of_shell = is_from_cli or getattr(case.context.command, "program", "") == "aws"
    if problem is None and difference is None and is_of_shell and (shown := find_shown_caller(case)):
        return _explain_changed_request(case, message, shown)
    is_of_session = _SESSION_SIGNED.search(message) is not None and not is_of_shell and not is_presigned
    if problem is None and difference is None and is_of_session and secret_keys.set_again(case) is None:
        return _explain_changed_session(case, message)
    if difference is not None:
        summary = _url_summary(difference)
    shown_url = "The text shows a presigned URL." if is_presigned else None
    edited_url = presigned_requests.PRESIGNED_URL_EDITED.cause(because=shown_url)
    # Nor has a call of an SDK a URL that someone signed before.
    may_be_edited = is_s3 and problem is None and not is_call
    other_endpoint = OTHER_ENDPOINT.cause(
        because="The text names storage or an endpoint outside AWS.",
        text="The endpoint does not belong to AWS and requires its own keys and settings.",
    )
    encoded = "Secrets can contain / and +, which must be percent-encoded in URLs."
    wrong_secret = WRONG_SECRET.cause(because=encoded if _URL_WITH_KEYS.search(message) else None)
    if problem is not None:
        summary = f"AWS rejected the signature: {problem}. No permission is missing."
        if is_open:
            problem_text = f"{as_sentence(problem)} If not, the secret belongs to another access key ID."
            wrong_secret = WRONG_SECRET.cause(text=problem_text)
        else:
            wrong_secret = WRONG_SECRET.cause("derived", text=as_sentence(problem))
    may_be_elsewhere = is_s3 and problem is None and not clues.find_aws_hosts(message)

    def set_keys() -> Remedy:
        again = None if is_presigned else secret_keys.set_again(case)
        stored = key_sources.stored_keys_remedy(case)
        return again or stored or _own_keys_remedy(case) or _COPY_KEYS

    by_client = "The client changes the request after signing, such as a header or how the path is encoded."
    is_by_client = not is_alone and denies_proxy(case.failure.text)
    differs = "The endpoint computes another signature for the request." if is_other_software else None
    elsewhere = credential_remedies.check_endpoint(is_other_software=True)
    return case.explain(
        summary,
        clues.reported_cause(SIGNATURE_MISMATCH, message, *_PHRASES, text=differs),
        edited_url if is_presigned else None,
        other_endpoint if is_other_software else None,
        wrong_secret,
        None if problem is not None else smtp_cause(case),
        None
        if problem is not None and not is_open
        else REQUEST_CHANGED.cause(text=by_client if is_by_client else ""),
        edited_url if may_be_edited and not is_presigned else None,
        remedies=lambda: (
            elsewhere if is_other_software else None,
            difference and difference.remedy,
            set_keys(),
            None
            if problem is not None
            else _changed_request_remedy(message, is_presigned=is_presigned or is_s3),
            elsewhere if may_be_elsewhere and not is_other_software else None,
        ),
    )


def _explain_other_request(
    case: Case[SignatureMismatch], message: str, difference: presigned_requests.Difference
) -> Explanation:
    text = "The access key is not the problem."
    return case.explain(
        _url_summary(difference),
        presigned_requests.PRESIGNED_URL_EDITED.cause("derived", difference.because, text=text),
        clues.reported_cause(SIGNATURE_MISMATCH, message, *_PHRASES, text="S3 rejected the signature."),
        # What the text shows of both sides settles it.
        remedies=difference.remedy,
    )


def _explain_changed_request(case: Case[SignatureMismatch], message: str, caller: str) -> Explanation:
    """Explain a signature that does not match although the same credentials work for another call."""
    remedy = _changed_request_remedy(message, is_presigned=False)
    again = commands.repeat_command(case.context.command)
    return case.explain(
        f"AWS rejected the signature, although the same credentials work for another call ({caller}): key ID and secret are right, and something changes this request. No permission is missing.",
        clues.reported_cause(SIGNATURE_MISMATCH, message, *_PHRASES),
        REQUEST_CHANGED.cause(
            text="A proxy, an endpoint URL, or characters in the key, the metadata or a header that the client encodes in another way: AWS computes the signature of what it receives."
        ),
        remedies=attrs.evolve(remedy, steps=remedy.steps[1:], commands=present(again and f"{again} --debug")),
    )


# The canonical request has the token of temporary credentials.
_SESSION_SIGNED = lazy_pattern(r"(?<![\w-])x-amz-security-token:\S")


def _explain_changed_session(case: Case[SignatureMismatch], message: str) -> Explanation:
    """Explain that the signature of a program with temporary credentials does not match: it got key and secret together."""
    wrong = "Somebody copied the temporary credentials, and the key ID, the secret or the token is that of another session."
    return case.explain(
        "AWS rejected the signature of a request with temporary credentials: most likely, something changes the request after signing. No permission is missing.",
        clues.reported_cause(SIGNATURE_MISMATCH, message, *_PHRASES),
        REQUEST_CHANGED.cause(),
        WRONG_SECRET.cause(text=wrong),
        remedies=(
            _changed_request_remedy(message, is_presigned=False),
            credential_remedies.check_endpoint(is_other_software=True)
            if text_signs.AWS_COMPATIBLE.search(case.text)
            else None,
        ),
    )


def _url_summary(difference: presigned_requests.Difference) -> str:
    return f"S3 rejected the signature of the presigned URL: {difference.summary}. It has not checked permissions yet."


_COPY_KEYS = your_remedy(
    "Check where the key is set, and set key ID and secret again",
    "The first command shows where they are set. Environment variables (env) override profiles.",
    "Paste key ID and secret of one key, without spaces or newlines, and quote them where a shell, YAML or a CI system reads them. If the secret is lost, create a new key pair (aws iam create-access-key): AWS shows a secret only once.",
    commands=(
        "aws configure list",
        Labelled(
            "If it says env, unset them, or set all of them again:",
            "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
        ),
        Labelled("To replace both in a file (--profile NAME for a named profile):", "aws configure"),
        "aws sts get-caller-identity",
    ),
    url=pages.ACCESS_KEYS,
)


# Where programs keep keys of their own, the command that replaces them, and what it asks or writes.
_OWN_KEYS = {
    # https://developer.hashicorp.com/vault/api-docs/auth/aws and https://developer.hashicorp.com/vault/api-docs/secret/aws
    "Vault": ("SETTINGS on the server", 'printf %s "$secret" | vault write SETTINGS access_key=ACCESS_KEY_ID secret_key=-', "Without keys there, the server takes those of its environment or machine."),
    "mc": ("its alias", "mc alias set ALIAS URL", "It asks for both, if they are left out."),
    "rclone": ("its remote", "rclone config", "With env_auth = true, the remote has none: then rclone reads those of the AWS CLI."),
    "s3cmd": ("~/.s3cfg", "s3cmd --configure", "Variables with keys (env) override the file."),
}  # fmt: skip


def _own_keys_remedy(case: Case[SignatureMismatch]) -> Remedy | None:
    """Return the remedy that sets the keys of a program that has its own, or ``None``."""
    program, path = clues.find_program(case.failure) or "", text_signs.find_vault_settings(case.failure.text)
    if program not in _OWN_KEYS:
        return None
    place, command, note = (each.replace("SETTINGS", path) for each in _OWN_KEYS[program])
    note += (
        " A write to config/root replaces all its settings: repeat the others." if "/root " in command else ""
    )
    paste = Labelled("Run this alone, and paste the secret access key:", "read -rs secret")
    return your_remedy(
        f"Set key ID and secret of {program} again",
        f"{program} has its keys in {place}: aws configure does not change them. {note}",
        "Set both, of the same key, without spaces, quotes or newlines. If the secret is lost, create a new key: AWS shows a secret only once.",
        commands=(paste, Labelled("Then:", command)) if "$secret" in command else command,
        url=pages.ACCESS_KEYS,
    )


def _changed_request_remedy(message: str, *, is_presigned: bool) -> Remedy:
    return your_remedy(
        "Check whether something changes the request in transit",
        "If aws sts get-caller-identity works with the same credentials, the secret is correct, and something changes the request.",
        "Try without the proxy, or configure it to pass Host, path, query and signed headers unchanged.",
        "The response contains the canonical request that AWS computed: compare it line by line with the client's."
        if _CANONICAL_REQUEST.search(message)
        else None,
        "Use a presigned URL unchanged, with the method and headers that it was signed for, including Content-Type."
        if is_presigned
        else None,
        commands="aws sts get-caller-identity --debug",
    )


_CLI_CALL = lazy_pattern(r"(?<![\w-])aws (?:--\S+ )*s3(?:api)? [a-z]")
_URL_WITH_KEYS = lazy_pattern(r"://[^\s/@]{1,200}@")


SMTP_PASSWORD_AS_SECRET = CauseType(
    "smtp-password-as-secret",
    title="The SMTP password of Amazon SES is used as the secret access key",
    text="The key is that of SMTP credentials of Amazon SES: their user name is an access key ID, but their password is not its secret access key, so the API rejects the signature.",
    recognised_by="The API of Amazon SES rejects the signature.",
    fix="Use an access key (ID and secret) for the API, and the SMTP credentials only for SMTP.",
    of="signature-mismatch",
    sources=("https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html",),
)
_SES = lazy_pattern(
    r"\bemail\.[a-z0-9-]{6,30}\.amazonaws\.com\b|/ses/aws4_request\b|\bSes(?:V2)?Client\b|\bSESClient\b|\bSimpleEmailService\b|\bSend(?:Raw)?Email\b"
)


def smtp_cause(case: Case[SignatureMismatch]) -> Cause | None:
    """Return that the key can be an SMTP password, if the API of Amazon SES rejects a signature."""
    is_ses = case.failure.envelope.service in {"ses", "sesv2"} or _SES.search(case.text) is not None
    return SMTP_PASSWORD_AS_SECRET.cause() if is_ses else None
