"""Explain Authorization headers that AWS cannot parse.

AWS repeats the header, split at spaces, commas and slashes.
"""

from __future__ import annotations

import re
import textwrap
from base64 import b64decode

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.statements import LOCALLY, find_working
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.keys.access_keys import explain_quoted_keys
from iamtriage.explaining._rules.credentials.keys.encoded_keys import adds_to_secret, find_flaw
from iamtriage.explaining._rules.credentials.keys.key_sources import (
    find_secret_object,
    secret_object_remedy,
    stored_keys_remedy,
)
from iamtriage.explaining._rules.credentials.requests.gateway_routes import explain_foreign_header
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy
from iamtriage.explaining._rules.sts.service_scopes import SIGNED_BY_HAND
from iamtriage.failures._failures import AwsError, Failure, SignatureMismatch

# An access key ID that is not right between the equals sign and the slash, in the header that AWS repeats.
_SHOWN_KEY = lazy_pattern(
    r"(?a)\bCredential=(?P<before>(?:\s|\\{1,2}[nrt]|%20|[\"'`<]){0,4})(?P<key>[A-Z0-9]{16,32}|[$%]{0,2}[{(\[][\w .-]{2,60}[})\]]|[A-Z0-9]{0,8}[*xX]{4,40}|)(?P<after>(?:\s|\\{1,2}[nrt]|%20|[\"'`>]){0,4})/\d{8}/"
)
_SLASH_IN_KEY = lazy_pattern(r"\bslash-delimited elements\b[^\n]{0,80} got '(?:[^/'\n]{1,60}/){2,6}\d{8}/")
_NO_KEY = lazy_pattern(r"\bslash-delimited elements\b[^\n]{0,80} got '(?:/|'|undefined/|null/|None/)")
_EMPTY = "is empty"
# The base64 form of AKIA… or ASIA…
_ENCODED_KEY = lazy_pattern(r"(?a)(?<![\w+/=])(?:QUtJQ|QVNJQ)[A-Za-z0-9+/]{19,27}={0,2}(?![\w+/=])")
_MALFORMED_KEY = lazy_pattern(r"[Cc]redential is mal-formed|key=value pair \(missing")
_PHRASES = (
    "Credential is mal-formed",
    "not a valid key=value pair (missing equal-sign) in Authorization header",
    "Invalid key=value pair (missing equal-sign) in Authorization header",
    "Authorization header requires 'Credential' parameter",
    "Authorization header requires 'Signature' parameter",
    "Authorization header requires 'SignedHeaders' parameter",
    "Date in Credential scope does not match",
)
AUTHORIZATION_MALFORMED = CauseType(
    "authorization-malformed",
    title="The Authorization header is malformed",
    text="The Authorization header, or its parameters in the URL, do not have the form that AWS expects.",
    recognised_by="An error code such as IncompleteSignature, or a message that the Authorization header is malformed.",
    fix="Let an AWS SDK sign the request, and remove other Authorization headers.",
    sources=(pages.SIGNATURES,),
)
WHITESPACE_IN_CREDENTIALS = CauseType(
    "whitespace-in-credentials",
    title="A credential contains spaces or newlines",
    text="The access key ID or secret contains a space, a newline, a quote or an extra slash.",
    fix="Copy the credentials again without spaces, newlines and quotes.",
    of="authorization-malformed",
)
# A secret where the key ID belongs: in a header or URL, in an answer of S3, in a setting; or the reverse.
_SWAPPED_KEYS = lazy_pattern(
    r"(?a)(?:\bCredential=|<AWSAccessKeyId>|\b(?i:aws_access_key_id)[\"']?\s?[=:]\s?[\"']?)(?!A[KS]IA)(?=[^\s&<]{0,120}[a-z])(?:[A-Za-z0-9/+]|%2[FB]){40}(?=/\d{8}/|%2F\d{8}%2F|</|[\"'\s]|\Z)"
    r"|\b(?i:aws_secret_access_key)[\"']?\s?[=:]\s?[\"']?A[KS]IA[A-Z0-9]{16}(?!\w)"
)
_SETTINGS_FILE = lazy_pattern(
    r"(?<![\w/.])(?:~/)?\.(?:(?:bash_|z)?profile|(?:bash|zsh)rc|env|aws/credentials)(?![\w/])"
)
# What AWS repeats of a header that is no signature.
_OTHER_SCHEME = lazy_pattern(r"(?i)\bAuthorization=(?:Bearer|Basic|Token)\b")
SWAPPED_KEYS = CauseType(
    "swapped-keys",
    title="The access key ID and the secret access key are swapped",
    text="The text shows 40 characters, the length of a secret, in place of the key ID, which has 20 and begins with AKIA or ASIA.",
    recognised_by="The text shows 40 characters where the access key ID belongs, or a key ID as the secret.",
    fix="Exchange the two values. Then replace the key, because its secret was sent as the key ID.",
    of="authorization-malformed",
    sources=(pages.ACCESS_KEYS,),
)
DATES_DIFFER = CauseType(
    "date-mismatch",
    title="The credential scope and the date header differ",
    recognised_by="The message says that the date in the credential scope does not match the date header.",
    fix="Sign each request once, with one time.",
    sources=(pages.SIGNATURES,),
)


def explain_malformed_header(case: Case[SignatureMismatch], message: str, copy_keys: Remedy) -> Explanation:
    """Explain that AWS cannot parse the Authorization header, or the parameters of the URL."""
    if (swapped := explain_swapped_keys(case) or explain_quoted_keys(case)) is not None:
        return swapped
    causes = [clues.reported_cause(AUTHORIZATION_MALFORMED, message, *_PHRASES)]
    if (defect := _find_key_defect(case.failure.text)) is not None:
        is_from_cli = message.startswith("An error occurred (")
        others = stored_keys_remedy(case) or (copy_keys if is_from_cli else None)
        return _explain_key_defect(case, defect, causes[0], others)
    # A header that has no part of a signature is of another kind, such as an ID token.
    parts = ("Credential", "Signature", "SignedHeaders")
    missing = [each for each in parts if f"requires '{each}'" in message]
    is_unsigned = len(missing) == len(parts)
    is_foreign = is_unsigned or "(missing equal-sign)" in message or _OTHER_SCHEME.search(message) is not None
    if is_foreign and (foreign := explain_foreign_header(case, causes[0])) is not None:
        return foreign
    if _MALFORMED_KEY.search(message):
        split = "AWS splits the header at spaces, commas and slashes."
        causes.append(WHITESPACE_IN_CREDENTIALS.cause(because=split))
    elif missing == ["Signature", "SignedHeaders"]:
        ends = "AWS found a Credential in the header, but nothing after it: a newline in the access key ID ends the header."
        causes.append(WHITESPACE_IN_CREDENTIALS.cause(because=ends))
    dates_differ = "Date in Credential scope" in message
    by_hand = "Custom signing code omits a part of the signature, or a proxy, basic authentication or a bearer token sets the header."
    if dates_differ:
        causes.append(DATES_DIFFER.cause("derived"))
        by_hand = "Custom signing code takes the two dates at different times, or one of them in local time instead of UTC."
    causes.append(SIGNED_BY_HAND.cause(text=by_hand))
    sign = your_remedy(
        "Let an SDK sign the request",
        "Sign with an SDK or with curl --aws-sigv4 instead of custom code.",
        "Send one Authorization header, and only one kind of signature: header or URL.",
    )
    return case.explain(
        "AWS rejected the signature: the date in its credential scope is not the date of the request. No permission is missing."
        if dates_differ
        else "AWS cannot parse the signature in the request's Authorization header, or in the URL. No permission is missing.",
        *causes,
        remedies=(sign,) if dates_differ or is_unsigned else (stored_keys_remedy(case) or copy_keys, sign),
    )


# A setting of one half of a key, and what code or a file sets it to, on the same line or in a Secret.
_SETTING_OF_KEY = lazy_pattern(
    r"(?<![\w$.{])(?P<setting>(?i:(?:aws[_-]?)?(?:access[_-]?key(?:[_-]?id)?|secret[_-]?(?:access[_-]?)?key))|usernameVariable|passwordVariable|accessKeyVariable|secretKeyVariable)[\"']?"
    r"(?:\s{0,8}(?:=>|[:=])[ \t]{0,8}(?P<value>(?:(?! #| //)[^\n,;]){1,120})|\s{1,20}(?:valueFrom:)\s{1,20}secretKeyRef:\s{1,20}(?:name: [\w.-]{1,80}\s{1,20})?key: (?P<member>[\w.-]{1,80}))"
)
_NAME_OF_HALF = lazy_pattern(
    r"(?<![A-Za-z])(?i:(?:access[_-]?key(?:[_-]?id)?|(?P<secret>secret[_-]?(?:access[_-]?)?key))(?![A-Za-z]))"
)
_END_OF_NAME = lazy_pattern(r"[\s\"'`)\]}{]*")
_CHARS_BETWEEN, _LINES = 600, 12


class _ExchangedNames(NamedTuple):
    """Two settings of which each has the other half of a key."""

    key_id: str
    secret: str
    corrected: str


def _find_exchanged_names(text: str) -> _ExchangedNames | None:
    r"""Return the settings that code gives the other half of a key, with the lines as they have to be.

    >>> _find_exchanged_names("access_key = var.secret_key\nsecret_key = var.access_key")[2]
    'access_key = var.access_key\nsecret_key = var.secret_key'
    """
    found: dict[bool, tuple[re.Match[str], re.Match[str]]] = {}
    for each in _SETTING_OF_KEY.finditer(text) if "ariable" in text or "ey" in text else ():
        group = "member" if each["member"] else "value"
        # The name of what is taken comes last: a member of something with such a name is either half.
        names = [
            name
            for name in _NAME_OF_HALF.finditer(text, *each.span(group))
            if _END_OF_NAME.fullmatch(text, name.end(), each.end(group))
        ]
        is_secret = any(word in each["setting"].lower() for word in ("password", "secret"))
        if names and (names[-1]["secret"] is not None) is not is_secret:
            found[is_secret] = (each, names[-1])
    if set(found) != {False, True}:
        return None
    (first, of_first), (last, of_last) = sorted(found.values(), key=lambda pair: pair[0].start())
    if last.start() - first.end() > _CHARS_BETWEEN:
        return None
    # The prefix of a name belongs to both.
    low, high = text.rfind("\n", 0, first.start()) + 1, text.find("\n", last.end())
    high = len(text) if high == -1 else high
    parts = (
        text[low : of_first.start()],
        of_last[0],
        text[of_first.end() : of_last.start()],
        of_first[0],
        text[of_last.end() : high],
    )
    lines = textwrap.dedent("".join(parts)).strip("\n")
    return _ExchangedNames(
        found[False][0]["setting"], found[True][0]["setting"], lines if lines.count("\n") < _LINES else ""
    )


def explain_swapped_keys(case: Case[Failure]) -> Explanation | None:
    """Explain that the key ID and the secret are swapped, or return ``None`` if the text does not show it."""
    names = _find_exchanged_names(case.failure.text)
    found = _SWAPPED_KEYS.search(case.failure.text)
    if names is not None:
        return _explain_exchanged_names(case, names)
    if found is None:
        return None
    file = _SETTINGS_FILE.search(case.failure.text)
    return case.explain(
        "The access key ID and the secret access key are swapped: where the key ID (AKIA…) belongs, the client has the secret. No permission is missing.",
        SWAPPED_KEYS.cause(
            "derived",
            "AWS splits Credential at slashes, and a secret can contain them."
            if "redential" in found[0]
            else None,
            text="The text shows a key ID in place of the secret." if "secret" in found[0].lower() else "",
        ),
        topic=SWAPPED_KEYS.code,
        remedies=(
            your_remedy(
                f"Exchange the values of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY{f' in {file[0]}' if file else ''}, best with those of a new key",
                "The secret was sent as the key ID, so logs and this text have it: create a new access key first, and use its values.",
                "The key ID is the value with 20 characters, the secret the one with 40. Then open a new shell, and start the program again: until then, it has the old values.",
                commands=(
                    "aws iam create-access-key --user-name USER_NAME",
                    Labelled("In a new shell, after the change:", "aws sts get-caller-identity"),
                ),
            ),
            _replace_key_remedy("Deactivate the old key afterwards"),
            stored_keys_remedy(case),
        ),
    )


def _replace_key_remedy(title: str, *steps: str) -> Remedy:
    return account_remedy(
        title,
        *steps,
        commands=(
            "aws iam list-access-keys --user-name USER_NAME",
            "aws iam update-access-key --user-name USER_NAME --access-key-id ACCESS_KEY_ID --status Inactive",
        ),
        url=pages.ROTATE_KEYS,
    )


def _explain_exchanged_names(case: Case[Failure], names: _ExchangedNames) -> Explanation:
    """Explain that code or a file gives each setting of a key the other half of it."""
    return case.explain(
        f"The access key ID and the secret access key are swapped in the text: {names.key_id} is set to the secret, and {names.secret} to the key ID. No permission is missing.",
        SWAPPED_KEYS.cause(
            "derived",
            text="The client sent the secret as the key ID, which AWS does not know. A secret can also contain slashes, at which AWS splits the Credential of the header. The key itself and the Region are not the cause.",
        ),
        topic=SWAPPED_KEYS.code,
        remedies=(
            your_remedy(
                f"Exchange what {names.key_id} and {names.secret} are set to",
                None if names.corrected else "The lines of the two settings have each other's name.",
                manifest=names.corrected or None,
                manifest_language="text",
            ),
            _replace_key_remedy(
                "Then replace the key",
                "Its secret was sent as the key ID, which logs and proxies can record. Create a new key (aws iam create-access-key), store it, and deactivate this one.",
            ),
        ),
    )


def explain_invalid_header(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a client did not send the credentials, because a header cannot have their characters."""
    text = case.failure.text
    is_encoded = any(_ends_with_newline(found[0]) for found in _ENCODED_KEY.finditer(text))
    if is_encoded or (defect := _find_key_defect(text)) in {None, _EMPTY}:
        defect = "ends with a line break, as its Base64 value shows (echo adds one)" if is_encoded else None
    summary = "The credentials contain characters that an HTTP header cannot have, so no request was sent."
    reason = "The access key ID, secret or session token contains a newline, a control character or a non-ASCII letter."
    is_valid = find_working(text, LOCALLY) is not None
    valid = f"The key itself {'is valid, and needs no rotation' if is_valid else 'can be valid'}."
    if defect is not None:
        summary = f"No request was sent, because of a character that an HTTP header cannot have: the access key ID {defect}. {valid}"
        reason = "Check the secret access key and the session token for the same: in the secret access key, it would cause SignatureDoesNotMatch."
        if is_encoded and adds_to_secret(text):
            reason = "The secret access key was encoded with echo, too, so it ends with a newline as well: that would cause SignatureDoesNotMatch next."
    flaw = None if is_encoded else find_flaw(text, "key", without="secret")
    of_secret = find_flaw(text, "secret") if flaw else None
    if flaw is not None:
        summary = (
            f"No request was sent, because an HTTP header cannot have a newline: {flaw.describe()}. {valid}"
        )
        which, ends = "The secret access key", "can end with a newline"
        if of_secret is not None and of_secret.is_certain:
            which, ends = clip_text(of_secret.file or of_secret.name), f"ends with {of_secret.ending}"
        reason = f"{which} {ends}, too: that would cause SignatureDoesNotMatch next."
    is_stored = is_encoded and ("kind: Secret" in text or find_secret_object(text) != "NAME")
    in_secret = secret_object_remedy(case) if flaw or is_stored else None
    remedy = (
        in_secret
        or stored_keys_remedy(case)
        or your_remedy(
            "Set the credentials again, without surrounding whitespace",
            "Copy the access key ID, secret and session token again, without spaces, newlines and quotes.",
            "Check files with Windows line endings, CI secrets, and Kubernetes Secrets that were created with echo: echo adds a newline, printf does not.",
            "The command must not print \\n or \\r. Run it where the program runs, also for AWS_SECRET_ACCESS_KEY.",
            commands='printf %s "$AWS_ACCESS_KEY_ID" | od -c | tail -n 2',
            url=pages.ACCESS_KEYS,
        )
    )
    return case.explain(
        summary,
        WHITESPACE_IN_CREDENTIALS.cause(
            "derived",
            clues.quote_phrases(message, "invalid header field value", "Invalid header value"),
            text=reason,
        ),
        topic=WHITESPACE_IN_CREDENTIALS.code,
        remedies=remedy,
        notes="Neither an IAM policy nor a proxy is involved: the client did not send the request.",
    )


def _ends_with_newline(encoded: str) -> bool:
    try:
        return b64decode(encoded, validate=True).endswith((b"\n", b"\r"))
    except ValueError:
        return False


def _find_key_defect(text: str) -> str | None:
    """Return what is wrong with the access key ID in the Authorization header that AWS repeats, as a clause.

    >>> _find_key_defect("Credential= AKIAIOSFODNN7EXAMPLE/20260102/eu-west-1/s3/aws4_request")
    'begins with a space'
    """
    if _SLASH_IN_KEY.search(text) is not None:
        return "has a slash. Secrets can have one, key IDs cannot, so the two may be swapped"
    if _NO_KEY.search(text) is not None:
        return _EMPTY
    found = _SHOWN_KEY.search(text)
    if found is None or not (found["before"] or found["after"] or not found["key"]):
        return None
    if not found["key"]:
        return _EMPTY
    if found["before"].strip(" ") or found["after"].strip(" "):
        is_quoted = bool(set("\"'`<>") & set(found["before"] + found["after"]))
        ends = "ends" if found["after"].strip(" ") else "begins"
        return "has quotes or brackets around it" if is_quoted else f"{ends} with a line break"
    return "begins with a space" if found["before"] else "ends with a space"


def _explain_key_defect(
    case: Case[SignatureMismatch], defect: str, malformed: Cause, copy_keys: Remedy | None
) -> Explanation:
    """Explain an Authorization header whose access key ID is not what AWS issued."""
    title = "Enter the access key ID again, without spaces, line breaks and quotes"
    steps: tuple[str, ...] = (
        "Correct it where the program that signs gets its key: in its own settings, a variable or a file.",
        "Check the secret access key for the same: with it, the next error would be SignatureDoesNotMatch.",
    )
    if defect == _EMPTY:
        title = "Set the access key ID where the program that signs gets it"
        steps = ("The setting, variable or file is empty, or the program looks for another name.",)
    return case.explain(
        f"AWS cannot parse the Authorization header: the access key ID in it {defect}. No permission is missing.",
        WHITESPACE_IN_CREDENTIALS.cause(
            "derived",
            text="AWS splits the header at spaces, commas and slashes, so it does not find the key ID. It did not look at the policies of the caller.",
        ),
        malformed,
        remedies=present(your_remedy(title, *steps, url=pages.ACCESS_KEYS), copy_keys),
    )
