"""Explain requests whose signature or credentials have expired, and find out whether a source printed such credentials.

EC2 has one code for both: https://github.com/jenkinsci/ec2-plugin/issues/2011 and
https://github.com/aws/aws-sdk-ruby/issues/143.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import cached_pattern, lazy_pattern
from iamtriage._text import lower_first
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.statements import LOCALLY, find_working
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.credentials import expired_logins, session_renewal
from iamtriage.explaining._rules.credentials.keys import limited_credentials
from iamtriage.explaining._rules.credentials.keys.key_sources import explain_override
from iamtriage.explaining._rules.credentials.requests import presigned_urls
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials import clock_remedies, clocks
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import PRESIGNED
from iamtriage.failures._failures import ExpiredCredentials

_BEHIND = "The clock of the machine that signed it is behind."
_NO_POLICY = "An IAM policy does not help, and neither does sending the same request again."
_HELD = "The request waited in a queue, or was sent again without a new signature."
_CALLER_CALL = lazy_pattern(r"(?i)\bget-?caller-?identity\b")
# That it works in another place than the failed call says nothing of this one.
_ELSEWHERE = lazy_pattern(
    rf"{LOCALLY.pattern}|\b(?i:CloudShell|on the host|(?:an)?other (?:host|machine|server|shell|terminal|profile|user))\b"
)
_LONG_TERM = lazy_pattern(
    r"\bAKIA[A-Z0-9*.…]{4,}|\b(?i:(?:long[- ]term|static|IAM user(?:'s)?) (?:access )?keys?)\b"
)
_TEMPORARY = lazy_pattern(
    r"\bASIA[A-Z0-9*.…]{4,}|\b(?i:session_?token)\b[\"']?\s?[:=]\s?[\"']?\w|:assumed-role/"
)
EXPIRED_SESSION = CauseType(
    "expired-session",
    title="The credentials have expired",
    recognised_by='An error code such as ExpiredToken, ExpiredTokenException or RequestExpired, or the message "The security token included in the request is expired".',
    fix="Get new credentials, and let the SDK refresh them automatically.",
    sources=(pages.TEMPORARY_CREDENTIALS,),
)
EXPIRED_REQUEST = CauseType(
    "expired-request",
    title="The signature of the request has expired",
    recognised_by='The message says "Signature expired" or "Request has expired".',
    fix="Sign the request again and send it immediately.",
    sources=(pages.SIGNATURES,),
)


def explain_request(case: Case[ExpiredCredentials], message: str) -> Explanation:
    """Explain that a signature had expired when its request reached AWS."""
    late = "The signature of the request had expired when the request reached AWS"
    reported = clues.reported_cause(EXPIRED_REQUEST, message, *expired_logins.EXPIRY_PHRASES)
    set_clock = clock_remedies.set_clock(case.text, case.failure.text)
    if (stated := clocks.find_stated_clocks(case.failure.text)) is not None:
        clock = clocks.CLOCK_WRONG.cause("derived", text=clock_remedies.describe_clocks(case.text))
        return case.explain(
            f"{late}: {stated.difference}.", reported, clock, remedies=set_clock, notes=_NO_POLICY
        )
    again = your_remedy(
        "Sign the request again",
        "Create a new presigned URL. It is valid for at most 7 days, and never longer than the credentials that signed it.",
        "Sign requests right before they are sent, and sign retries again.",
        url=pages.S3_PRESIGNED,
    )
    return case.explain(
        f"{late}.",
        reported,
        clocks.CLOCK_WRONG.cause(text=_BEHIND),
        presigned_urls.PRESIGNED_URL_EXPIRED.cause(text="The presigned URL is older than its expiry."),
        clocks.REQUEST_HELD.cause(text=_HELD),
        remedies=(set_clock, again),
        notes=_NO_POLICY,
    )


class _Valid(NamedTuple):
    """What shows that the credentials of a call have not expired.

    Attributes:
        because: What the text shows, as a clause.
        has_session: Whether the credentials are temporary, so that a program can still have older ones.
        was_accepted: Whether STS accepted a signature, so that the clock of that machine is right.
    """

    because: str
    has_session: bool
    was_accepted: bool


def _find_valid_credentials(case: Case[ExpiredCredentials]) -> _Valid | None:
    text = case.failure.text
    caller = limited_credentials.find_shown_caller(case)
    works = find_working(text, _CALLER_CALL)
    if works is not None and _ELSEWHERE.search(works):
        return None
    if caller is not None or works is not None:
        shown = "get-caller-identity worked" if caller is None else f"get-caller-identity printed {caller}"
        return _Valid(
            shown, ":user/" not in (caller or "") and _LONG_TERM.search(text) is None, was_accepted=True
        )
    if _LONG_TERM.search(text) is None or _TEMPORARY.search(text) is not None:
        return None
    return _Valid(
        "the key in the text is a long-term key (AKIA…), which does not expire",
        has_session=False,
        was_accepted=False,
    )


def _explain_late_request(case: Case[ExpiredCredentials], message: str, valid: _Valid) -> Explanation:
    """Explain a signature that was too old although the credentials are valid."""
    clock = _BEHIND
    started = None
    if valid.was_accepted:
        clock = "The request was signed elsewhere, such as in a virtual machine, whose clock is behind. Where get-caller-identity worked, the clock is right."
    if valid.has_session:
        started = "Restart the program if it runs longer than a session: it can still have the credentials of the one before."
    causes = (clocks.REQUEST_HELD.cause(text=_HELD), clocks.CLOCK_WRONG.cause(text=clock))
    remedies = (
        your_remedy(
            "Sign the request again, right before it is sent",
            "Repeat the call. If it works, the failed request was an old one: sign each attempt again, also those from a queue, and create a new presigned URL.",
            started,
        ),
        clock_remedies.set_clock(case.text, case.failure.text),
    )
    first = 1 if valid.was_accepted else -1
    new = (
        "a new login only if the program has older credentials"
        if valid.has_session
        else "neither do new credentials"
    )
    lead = (
        "the request was sent too late"
        if valid.was_accepted
        else "the clock of the machine is behind, or the request was sent too late"
    )
    return case.explain(
        f"The signature of the request had expired when the request reached AWS, and the credentials have not: {valid.because}. So {lead}. No permission is missing.",
        clues.reported_cause(EXPIRED_REQUEST, message, *expired_logins.EXPIRY_PHRASES),
        *causes[::first],
        remedies=remedies[::first],
        notes=f"An IAM policy does not help, and {new}.",
    )


def explain_old_request(case: Case[ExpiredCredentials], message: str) -> Explanation:
    """Explain a code that EC2 has for expired credentials and for an old signature."""
    was_held = cached_pattern(clocks.REQUEST_HELD.sign).search(case.failure.text) is not None
    if was_held or clocks.find_stated_clocks(case.failure.text) or PRESIGNED.search(case.text):
        return explain_request(case, message)
    if (valid := _find_valid_credentials(case)) is not None:
        return _explain_late_request(case, message, valid)
    verdict = "answers with RequestExpired: most likely, it has expired"
    if (overridden := explain_override(case, verdict, EXPIRED_SESSION.code)) is not None:
        return overridden
    # The remedy of a profile or of a workload says how to renew.
    renew = session_renewal.renewal_remedy(case)
    tells = "With the same credentials, aws sts get-caller-identity tells the two apart: ExpiredToken means that the credentials have expired, and SignatureDoesNotMatch that the clock is wrong."
    # Nothing is deleted before the check.
    first = 0 if renew.commands[:1] and "sed " in renew.commands[0] else 1
    renew = attrs.evolve(
        renew,
        title=f"If the credentials have expired: {lower_first(renew.title)}",
        steps=(tells, *renew.steps),
        commands=(*renew.commands[:first], "aws sts get-caller-identity", *renew.commands[first:]),
    )
    text = "The temporary credentials of the call have expired: EC2 reports that with this code, too."
    return case.explain(
        "The request is too old for AWS: either the temporary credentials of the call have expired, or the clock of the machine is behind. No permission is missing.",
        clues.reported_cause(
            EXPIRED_REQUEST, message, *expired_logins.EXPIRY_PHRASES, text="The code does not tell which."
        ),
        EXPIRED_SESSION.cause(text=text),
        clocks.CLOCK_WRONG.cause(text=_BEHIND),
        clocks.REQUEST_HELD.cause(text=_HELD),
        remedies=(renew, clock_remedies.set_clock(case.text, case.failure.text)),
        notes=_NO_POLICY,
    )
