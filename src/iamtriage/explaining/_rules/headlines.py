"""Choose which failure of a text to explain.

The one that ``parse`` returns can say less than another one, or be its consequence.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.parsing import parse
from iamtriage._text import line_at
from iamtriage.explaining._context.resolving import resolve_facts
from iamtriage.explaining._facts import NO_FACTS, Facts
from iamtriage.explaining._others.describing import is_of_same_role, is_warned_of, stops_task
from iamtriage.explaining._rules.basics import Case
from iamtriage.explaining._rules.kinds import explain_failure
from iamtriage.failures._failures import (
    AccessDenied,
    AwsError,
    ExpiredCredentials,
    Failure,
    InvalidCredentials,
    InvalidIdentityToken,
    KubernetesUnauthorized,
    MissingCredentials,
    SignatureMismatch,
)

_NO_KEY = "retrieve verification key"
_STANDARD_DENIAL = "is not authorized to perform: "
# The SDK for Java only warns that it skips the credentials of a pod, and takes others.
_MISSING_MODULE = "the 'sts' service module must be"
_SKIPPED_IDENTITY = f"To use web identity tokens, {_MISSING_MODULE}"
# Fewer characters around a denial state no other failure.
_MIN_OTHER = 20
# kubectl repeats a rejected login for each request, and has several words for it.
_MAX_LOGINS = 8
# Of another program than that of the pod.
_IN_JOB = lazy_pattern(r"(?i)\b(?:github|gitlab|workflow|pipeline|laptop)\b")
# The topics of API errors that are often part of normal operation, or that say no more than a code.
_GENERAL_TOPICS = frozenset(
    {"already-exists", "aws-error", "head-without-reason", "no-answer", "service-error", "throttled"}
)


def find_headline(text: str, failure: Failure, facts: Facts) -> Failure:
    """Return the failure of a text to explain: the one that parse() returns, or one that says more."""
    if isinstance(failure, AwsError):
        return _find_specific_error(text, failure) or failure
    if not isinstance(failure, AccessDenied | KubernetesUnauthorized):
        return failure
    if isinstance(failure, KubernetesUnauthorized):
        return _find_rejected_credentials(text, failure, facts) or failure
    if _NO_KEY in text and "/.well-known/" in text:
        # What a request for the documents of an issuer gets is only the reason why STS got no key.
        main = parse(_blank(text, failure.span))
        if isinstance(main, InvalidIdentityToken):
            return attrs.evolve(main, text=text)
    if text.count(_STANDARD_DENIAL) > 1 and (stopping := _find_stopping(text, failure)) is not None:
        return stopping
    if "AssumeRoleWithWebIdentity" in text and (refused := _find_refused_role(text, failure)) is not None:
        return refused
    if is_warned_of(failure, text) and (stopping := _find_untolerated(text)) is not None:
        return stopping
    if failure.action is None or _SKIPPED_IDENTITY in text:
        return _find_specific_failure(text, failure, facts) or failure
    return failure


def _find_specific_error(text: str, error: AwsError) -> Failure | None:
    """Return the first other error of a run that says more than one of which only the code is known."""
    if explain_failure(error, NO_FACTS).topic not in _GENERAL_TOPICS:
        return None
    from iamtriage._reading.scanning import scan

    others = (each for each in scan(text) if isinstance(each, AwsError) and each.envelope != error.envelope)
    found = next(
        (each for each in others if explain_failure(each, NO_FACTS).topic not in _GENERAL_TOPICS), None
    )
    return None if found is None else _in_text(text, found)


def _find_stopping(text: str, denial: AccessDenied) -> Failure | None:
    """Return the denial of another principal because of which ECS could not start a task."""
    from iamtriage._reading.scanning import scan

    stopping = (each for each in scan(text) if isinstance(each, AccessDenied) and stops_task(each))
    found = None if stops_task(denial) else next(stopping, None)
    is_other = found is not None and not is_of_same_role(found, denial)
    return _in_text(text, found) if found is not None and is_other else None


def _find_refused_role(text: str, denial: AccessDenied) -> Failure | None:
    """Return the denial of the role of a pod, because of which the denied call used that of the node."""
    from iamtriage._reading.scanning import scan

    if ":assumed-role/" not in (denial.principal or "") or "/i-" not in (denial.principal or ""):
        return None
    start, end = denial.span
    denials = (each for each in scan(text) if isinstance(each, AccessDenied))
    # The pod asks for its role first. What stands below without this is another attempt.
    found = next(
        (
            each
            for each in denials
            if each.action == "sts:AssumeRoleWithWebIdentity"
            and (each.span[0] < start or "caused by" in text[end : each.span[1]])
        ),
        None,
    )
    if found is None or _IN_JOB.search(line_at(text, found.span[0])):
        return None
    return _in_text(text, found)


def _find_untolerated(text: str) -> Failure | None:
    """Return the first denial after which the program does not say that it goes on."""
    from iamtriage._reading.scanning import scan

    denials = (each for each in scan(text) if isinstance(each, AccessDenied) and each.action is not None)
    found = next((each for each in denials if not is_warned_of(each, text)), None)
    return None if found is None else _in_text(text, found)


def _in_text(text: str, failure: Failure) -> Failure | None:
    """Return a failure that was found in a part of a text with its position in the whole."""
    at = text.find(failure.text[slice(*failure.span)])
    return (
        None
        if at < 0
        else attrs.evolve(failure, text=text, span=(at, at + failure.span[1] - failure.span[0]))
    )


def _find_rejected_credentials(text: str, login: KubernetesUnauthorized, facts: Facts) -> Failure | None:
    """Return the error with which AWS rejects the credentials that kubectl signs its token with."""
    from iamtriage.explaining._rules.credentials.logins.kubectl_logins import has_rejected_credentials

    if not has_rejected_credentials(text, login.span[0]):
        return None
    # A kubeconfig with a token, a profile or another login of its own does not use these credentials.
    if explain_failure(login, resolve_facts(login, facts)).causes[0].code != "identity-not-accepted":
        return None
    headline: Failure | None = login
    shown = text
    for _ in range(_MAX_LOGINS):
        if not isinstance(headline, KubernetesUnauthorized):
            break
        words = shown[slice(*headline.span)]
        shown = shown.replace(words, _blank(words, (0, len(words))))
        headline = parse(shown)
    is_of_credentials = isinstance(headline, ExpiredCredentials | InvalidCredentials | SignatureMismatch)
    return attrs.evolve(headline, text=text) if headline and is_of_credentials else None


def _blank(text: str, span: tuple[int, int]) -> str:
    """Return a text without one failure, in which all others have the same positions."""
    start, end = span
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]


def _find_specific_failure(text: str, denial: AccessDenied, facts: Facts) -> Failure | None:
    """Return the first failure that says more than a denial that names no action.

    Tools such as Terraform print their own sentence about a denial before the AWS message. A denial that is
    only a status or a code is not the headline either if the text states another failure. S3 answers rejected
    keys with 403, too, and a HEAD request does not show that reason.
    """
    # The session of a node has the ID of its instance.
    is_skipped = _SKIPPED_IDENTITY in text and "/i-" in (denial.principal or "/i-")
    is_standard = not is_skipped and _STANDARD_DENIAL in text
    has_room = len(text) - (denial.span[1] - denial.span[0]) > _MIN_OTHER
    is_nameless = not is_standard and has_room and _names_nothing(denial)
    is_head = not is_standard and (denial.envelope.operation or "").startswith("Head")
    if not (is_standard or is_nameless or is_head or is_skipped):
        return None
    from iamtriage._reading.scanning import scan
    from iamtriage.failures._fingerprints import fingerprint

    others = tuple(scan(text))
    called = frozenset(
        each.envelope.operation
        if isinstance(each, AccessDenied)
        else Case(each, resolve_facts(each, NO_FACTS)).operation
        for each in others
    )
    specific: tuple[Failure, ...] = ()
    if is_standard:
        specific = tuple(
            each for each in others if isinstance(each, AccessDenied) and each.action is not None
        )
    elif is_skipped:
        # The denial is that of the credentials that the SDK took instead.
        specific = tuple(
            each for each in others if isinstance(each, MissingCredentials) and _is_skipped(each)
        )
    elif is_head:
        specific = tuple(each for each in others if isinstance(each, InvalidCredentials | SignatureMismatch))
    if not specific and is_nameless and len(others) > 1 and _is_unexplained(denial, facts, called):
        specific = tuple(each for each in others if _says_more(each, denial, text, facts))
    if not specific:
        return None
    # Without the denial, the text has another headline, at the same position, and with all of its context.
    main = parse(_blank(text, denial.span))
    chosen = specific[:1] if is_standard else specific
    if main is not None and fingerprint(main) in map(fingerprint, chosen):
        return attrs.evolve(main, text=text)
    return _in_text(text, specific[0]) or specific[0]


def _is_skipped(failure: Failure) -> bool:
    """Return whether a failure is the warning that the SDK for Java skips the credentials of a pod."""
    return _MISSING_MODULE in failure.text[slice(*failure.span)]


def _names_nothing(denial: AccessDenied) -> bool:
    """Return whether a denial states at most the service that answered."""
    stated = (
        denial.principal,
        denial.action,
        denial.resource,
        denial.deny,
        denial.policy_type,
        denial.envelope.operation,
    )
    return stated == (None,) * len(stated)


def _says_more(failure: Failure, denial: AccessDenied, text: str, facts: Facts) -> bool:
    """Return whether a failure is more specific than a denial that states no call."""
    envelope = denial.envelope
    is_after = text.find(failure.text[slice(*failure.span)], denial.span[1]) >= 0
    match failure:
        case AccessDenied():
            is_known = failure.action is not None or failure.envelope.operation is not None
            is_other = failure.text[slice(*failure.span)] != denial.text[slice(*denial.span)]
            return is_known or (is_other and not _is_unexplained(failure, facts))
        case KubernetesUnauthorized():
            return is_after
        case MissingCredentials():
            # A request that AWS answered had credentials, or needs none. A later one can lack them.
            return (
                is_after or _is_skipped(failure) or (envelope.request_id is None and envelope.host_id is None)
            )
        case AwsError():
            topic = explain_failure(failure, NO_FACTS).topic
            # What a denied call did not create is not found afterwards.
            return topic not in _GENERAL_TOPICS and not (is_after and topic == "not-found")
        case _:
            return True


def _is_unexplained(denial: AccessDenied, facts: Facts, called: frozenset[str | None] = frozenset()) -> bool:
    """Return whether neither the denial nor the text around it shows what was denied.

    Args:
        denial: The denial.
        facts: The facts that the caller supplied.
        called: The operations of the failures in the text, whose commands and frames are not those of the denial.
    """
    from iamtriage.explaining._rules.denials.dispatch import explain_denial
    from iamtriage.explaining._rules.shared.denial import build_denial

    resolved = resolve_facts(denial, facts)
    actions = {each.partition(":")[2] for each in build_denial(denial, resolved).actions}
    if actions:
        return actions <= called
    return explain_denial(Case(denial, resolved)).topic in {"access-denied", "s3-access-denied"}
