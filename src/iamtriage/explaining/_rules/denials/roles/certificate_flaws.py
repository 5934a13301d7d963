"""Explain that IAM Roles Anywhere does not accept a certificate, and what is wrong in one that a text shows.

Source: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.clues import find_option, message_text
from iamtriage.explaining._rules.shared.remedies import your_remedy

_PAGE = "https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html"
_ANCHOR = lazy_pattern(
    r"(?a)arn:aws[a-z-]{0,12}:rolesanywhere:(?P<region>[a-z0-9-]{5,30}):[0-9]{12}:trust-anchor/(?P<id>[0-9a-f-]{36})(?![\w-])"
)
_NOT_EVALUATED = "No IAM policy was evaluated, so neither an Allow nor the role's trust policy helps."
_PATH = lazy_pattern(r"(?a)[\w./~-]{1,200}")

CERTIFICATE_NOT_TRUSTED = CauseType(
    "certificate-not-trusted",
    title="IAM Roles Anywhere does not trust the certificate",
    text="No trust chain leads from the certificate to the CA of the trust anchor.",
    recognised_by='IAM Roles Anywhere says "Untrusted signing certificate", "Untrusted certificate" or "Certificate revoked or expired".',
    fix="Use a certificate of the trust anchor's CA, and pass intermediate CAs with --intermediates.",
    sources=(_PAGE,),
)


_VERIFIED = lazy_pattern(r"\bopenssl verify\b[^\n]{0,200}\n[^\n]{1,200}: OK\b")
_STATED_PATH = lazy_pattern(r"(?a)(?<!\S)--certificate[= ](?P<path>[\w./~-]{1,200})(?!\S)")
# What openssl x509 -text prints.
_KEY_USAGE = lazy_pattern(
    r"(?m)^\s{0,20}X509v3 Key Usage:[ \t]*(?:critical)?\s{1,60}(?P<usage>[A-Z][^\n]{2,200})"
)
_IS_CA = lazy_pattern(r"X509v3 Basic Constraints:[ \t]*(?:critical)?\s{1,60}CA:TRUE")
_WEAK_SIGNATURE = lazy_pattern(
    r"(?m)^\s{0,20}Signature Algorithm: (?P<name>(?i:[\w-]{0,20}(?:md5|sha1)[\w-]{0,20}))\b"
)
_SHOWN_FILE = lazy_pattern(r"\bopenssl x509 [^\n]{0,100}?-in (?:\S{0,200}/)?(?P<name>[\w.-]{1,100})")
_VERSION_1 = lazy_pattern(r"(?m)^\s{0,12}Version: (?P<number>[12]) \(0x[01]\)")
_REQUEST = "Certificate Request"


def find_flaw(text: str, path: str | None) -> str | None:
    """Return what Roles Anywhere does not accept in the certificate of a file, unless the text shows another one."""
    shown = {each["name"] for each in _SHOWN_FILE.finditer(text)}
    if path is not None and shown and path.rpartition("/")[2] not in shown:
        return None
    if max(map(text.count, ("X509v3 Basic Constraints", "X509v3 Key Usage"))) > 1 or _REQUEST in text:
        return None  # that of the CA, too
    usage = _KEY_USAGE.search(text)
    if usage is not None and "Digital Signature" not in usage["usage"]:
        return f"its key usage is {clip_text(usage['usage'].strip())}, and lacks Digital Signature"
    if _IS_CA.search(text):
        return "it is the certificate of a CA (CA:TRUE), not of an end entity"
    if (weak := _WEAK_SIGNATURE.search(text)) is not None:
        return f"it is signed with {clip_text(weak['name'])}, and must be with SHA-256 or stronger"
    if (version := _VERSION_1.search(text)) is not None:
        return f"it is an X.509 certificate of version {version['number']}, and must be of version 3"
    return None


# What openssl prints of the validity, and the times in logs and of commands.
_DATE = r"(?P<{}>[A-Z][a-z]{{2}} {{1,2}}\d{{1,2}} \d\d:\d\d:\d\d \d{{4}}) GMT"
_NOT_AFTER = lazy_pattern(rf"\b(?:notAfter ?= ?|Not After ?: ){_DATE.format('end')}")
_NOT_BEFORE = lazy_pattern(rf"\b(?:notBefore ?= ?|Not Before ?: ){_DATE.format('start')}")
_TIMES = lazy_pattern(
    r"\b(?P<iso>20\d\d[-/][01]\d[-/][0-3]\d)[T ][0-2]\d:[0-5]\d|\b[A-Z][a-z]{2},? (?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2}) \d\d:\d\d:\d\d (?:AM |PM )?[A-Z]{3,4} (?P<year>20\d\d)\b"
)
_SAID_EXPIRED = lazy_pattern(
    r"(?i:\bcertificate(?: (?:has|had|is|was))?(?: already)? expired\b(?! or\b)|\bexpired certificate\b)"
)
_OF_CA = lazy_pattern(
    r"(?i:\b(?:CA|root|intermediate|old|previous) certificate(?: (?:has|had|is|was))? expired\b)"
)


def find_validity(text: str) -> str | None:
    r"""Return that the certificate in a text has expired, or is not valid yet, if its dates or words show that.

    >>> find_validity("notAfter=Jan  1 00:00:00 2026 GMT\n2026/03/02 10:00:00 AccessDeniedException")
    'it expired on 2026-01-01 (notAfter)'
    """
    ends, starts = (
        {_parse_date(each) for each in pattern.findall(text)} for pattern in (_NOT_AFTER, _NOT_BEFORE)
    )
    if len(ends) > 1:
        return None  # that of the CA, too
    now = max(_find_days(text), default="")
    end, start = ends.pop() if ends else "", only_one(starts, "")
    if end and now > end:
        return f"it expired on {end} (notAfter)"
    if start and now and now < start:
        return f"it is not valid before {start} (notBefore)"
    if _SAID_EXPIRED.search(text) and not _OF_CA.search(text) and not (now and end):
        return f"it has expired{f', on {end} (notAfter)' if end else ', as the text says'}"
    return None


def _find_days(text: str) -> Iterator[str]:
    """Yield the days of the times in a text, without those of the certificate."""
    for found in _TIMES.finditer(text):
        if found["iso"]:
            yield found["iso"].replace("/", "-")
        else:
            yield _parse_date(f"{found['month']} {found['day']} 00:00:00 {found['year']}")


def _parse_date(written: str) -> str:
    try:
        return datetime.strptime(" ".join(written.split()), "%b %d %H:%M:%S %Y").date().isoformat()  # noqa: DTZ007
    except ValueError:
        return ""


def explain_rejected_certificate(denial: Denial) -> Explanation:
    """Explain that IAM Roles Anywhere found no trust chain, or that the certificate is revoked or has expired."""
    path = find_option(denial.case, "certificate")
    path = path if path is not None and _PATH.fullmatch(path) else None
    path = path or only_one({each["path"] for each in _STATED_PATH.finditer(denial.failure.text)})
    stated = f"the certificate {clip_text(path)}" if path else "the certificate"
    anchor = _ANCHOR.search(denial.failure.text)
    name, region = anchor.group("id", "region") if anchor else ("TRUST_ANCHOR_ID", None)
    of_anchor = f"the trust anchor{f' {name}' if anchor else ''}"
    verdict = f"found no trust chain from {stated} to the CA of {of_anchor}"
    text = f"Another CA than the one in {of_anchor} issued the certificate, or an intermediate CA was not passed. Or it is not a version 3 certificate of an end entity (CA: false) with the key usage digitalSignature, signed with SHA-256 or stronger."
    if (validity := find_validity(denial.failure.text)) is not None:
        return _explain_validity(denial, stated, path, validity)
    if "revoked or expired" in message_text(denial).lower():
        verdict = f"rejected {stated}: it has expired, is not valid yet, or was revoked"
        text = (
            "The certificate has expired, or a CRL in Roles Anywhere lists it (aws rolesanywhere list-crls)."
        )
    elif (flaw := find_flaw(denial.failure.text, path)) is not None:
        return _explain_flaw(denial, stated, path, flaw)
    return denial.explain(
        f"IAM Roles Anywhere {verdict}.",
        CERTIFICATE_NOT_TRUSTED.cause("reported", text=text),
        remedies=your_remedy(
            "Check the certificate's issuer and dates, and pass the intermediate CAs",
            "Compare the issuer of the certificate with the CA in the trust anchor, and check its dates and the clock of the machine.",
            "If an intermediate CA issued it, pass the intermediate certificates with --intermediates. If it has expired or was revoked, issue a new one.",
            "The trust anchor must be enabled, and be the one of the Region that the call uses.",
            commands=(
                commands.fill_command(
                    "openssl x509 -in {} -noout -issuer -dates -ext basicConstraints,keyUsage",
                    path or "CERTIFICATE_FILE",
                ),
                commands.fill_command(
                    "aws rolesanywhere get-trust-anchor --trust-anchor-id {} --region {}",
                    name,
                    commands.region(region),
                ),
            ),
            url=_PAGE,
        ),
        notes=_NOT_EVALUATED,
    )


def _explain_validity(denial: Denial, stated: str, path: str | None, validity: str) -> Explanation:
    """Explain that the certificate has expired, or is not valid yet."""
    is_early = "before" in validity
    return denial.explain(
        f"IAM Roles Anywhere rejected {stated}: {validity}.",
        CERTIFICATE_NOT_TRUSTED.cause(
            "derived",
            text="IAM Roles Anywhere accepts a certificate only from notBefore to notAfter, whatever its trust anchor, profile and role.",
        ),
        remedies=your_remedy(
            "Correct the clock, or wait until the certificate is valid"
            if is_early
            else "Issue a new certificate from the same CA, and use it",
            None
            if is_early
            else "The CA of the trust anchor must issue it. The trust anchor, the profile and the role can stay as they are.",
            None
            if is_early
            else "Renew it before it expires next time: sessions last for hours, and no new one starts after notAfter.",
            commands=commands.fill_command(
                "openssl x509 -in {} -noout -subject -issuer -dates", path or "CERTIFICATE_FILE"
            ),
            url=_PAGE,
        ),
        notes=_NOT_EVALUATED,
    )


def _explain_flaw(denial: Denial, stated: str, path: str | None, flaw: str) -> Explanation:
    """Explain that the certificate itself is not one that IAM Roles Anywhere accepts."""
    verified = " The chain is valid (openssl verify)." if _VERIFIED.search(denial.failure.text) else ""
    path = path or "CERTIFICATE_FILE"
    return denial.explain(
        f"IAM Roles Anywhere rejected {stated}: {flaw}.",
        CERTIFICATE_NOT_TRUSTED.cause(
            "derived",
            text=f"The certificate of an end entity must be of version 3, with CA: false and the key usage Digital Signature, and signed with SHA-256 or stronger.{verified}",
        ),
        remedies=your_remedy(
            "Have the certificate issued again, with these extensions",
            "Whoever runs the CA of the trust anchor does that, with SHA-256. With openssl x509 -req, pass the lines as a file with -extfile.",
            commands=commands.fill_command(
                "openssl x509 -in {} -noout -issuer -dates -ext basicConstraints,keyUsage", path
            ),
            manifest="basicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature\n",
            manifest_language="text",
            url=_PAGE,
        ),
        notes="No IAM policy was evaluated, and no other call was made: neither an Allow nor the role's trust policy helps.",
    )
