"""Explain a failure with the rule for its kind, which is imported when it is first needed."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias, cast

import attrs

from iamtriage._reading.parsing import parse
from iamtriage._text import wrong_type_message
from iamtriage.explaining._cause_types import when_open
from iamtriage.explaining._completion import complete_explanation
from iamtriage.explaining._context.resolving import context_of, resolve_facts
from iamtriage.explaining._explanations.explanations import Explanation, copy_with
from iamtriage.explaining._extensions import apply_extensions
from iamtriage.explaining._facts import NO_FACTS, add_attached_facts
from iamtriage.explaining._rules.kinds import explain_failure
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.loading import load_rule
from iamtriage.failures._failures import (
    FAILURE_CLASSES,
    AccessDenied,
    AwsError,
    Failure,
    KubernetesUnauthorized,
)
from iamtriage.failures._secrets import has_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.explaining._combined_remedies import CombinedRemedies
    from iamtriage.explaining._facts import Facts, FactsLike

    _Error: TypeAlias = str | bytes | BaseException | Mapping[str, object] | Failure

__all__ = ("explain",)

# In a text without any of these, unparsed texts show no problem.
_UNPARSED_SIGNS = (
    ".dkr.ecr", "AKIA", "access denied by server", "AWS", "aws-", "localhost", ":8080", "KUBERNETES_MASTER",
    "ACTIONS_ID_TOKEN", 'context "', "is forbidden: ", "admission webhook", "ecret", "ccess key", "SageMaker",
    "SAML response", "permission denied for ", "command denied to user", "awselb/", "CloudFront",
    "docker", "ccessible by integration", "denied to ", "' to database '",
    "API returned error: ", "with the database ", "S3_INTEGRATION", "backup/restore option",
    "(at least one of) the ", "/cdk-bootstrap/", "public.ecr.aws/", "unauthorized_client", "Skipping file s3://",
    "AuthorizationFailed", "authorization to perform action", "169.254.169.254", "fd00:ec2::254", "/v1/",
    "{transfer:", "{Transfer:", "RDS proxy", "RDS Proxy",
)  # fmt: skip
_SHUTTING_DOWN = "The error is not explained: Python is shutting down and can import nothing more."
# What databases and brokers say of a login, which can be one with a token of IAM.
_LOGIN_SIGNS = (
    "denied for user '", "authentication failed for user", "SASL", "SaslAuth", "WRONGPASS",
    "AuthorizationE", "AuthorizationFailed", "AUTHORIZATION_FAILED", "uthorization failed",
)  # fmt: skip
_MAX_UNPARSED = 200_000
# In a text without any of these, no other failure says more than a denial with an action.
_HEADLINE_SIGNS = (
    "retrieve verification key", "the 'sts' service module must be", "CannotPull",
    "ResourceInitializationError", "on-fatal", "AssumeRoleWithWebIdentity",
    "ontinuing", "roceeding", "going on", "carrying on", "moving on", "gnoring", "gnored",
)  # fmt: skip
_DENIED = "is not authorized to perform: "
# In a text without any of these, nothing is past.
_PAST_SIGNS = (
    "ixed", "olved", "leared", " rid of", "ot past", "ot around", "gone", "went away", "disappeared",
    "removed", "detached", "deleted", "dropped", "revoked", "irst ", "efore that", "arlier", "revious",
    "nitially", "riginally", "esterday", "ast week", "ast month", "ast night", "sed to", "no longer",
)  # fmt: skip
# In a text without any of these, no names are those of something else.
_CONTRAST_SIGNS = (
    "nlike", "confused with", "ee also", "not us", "n't us", "n't actually use", "not actually use",
    "xample:",
)  # fmt: skip
# In a text without any of these, commands print whole responses.
_RESPONSE_SIGNS = ("--query", "--output", "-+\n", "---\n|", ":\n- ", ":\n  ")
# Before or in the lines that a change has changed, and in documents in YAML.
_CHANGES = (
    "\n@@ -", "\n+ ", "evaluations:\n", "EvaluationResults:\n", "matchedStatements:\n", "explicitDeny: ",
)  # fmt: skip
# What a part of the text adds to an explanation: the kinds of failures, or all, the part, and the rule.
_OF_BACKENDS = ("missing_credentials", "expired_credentials", "invalid_credentials")
_OF_LOGINS = ("expired_credentials", "invalid_credentials", "signature_mismatch")
_OF_REMOTE_RUNS = ("expired_credentials", "invalid_credentials")
_ADDITIONS = (
    (_OF_BACKENDS, 'backend "s3"', "shared.credentials.backend_blocks.add_backend_credentials"),
    (_OF_BACKENDS, "S3 Backend: ", "shared.credentials.backend_blocks.add_unseen_backend"),
    (_OF_BACKENDS, 'the backend "s3": ', "shared.credentials.backend_blocks.add_unseen_backend"),
    *(
        (_OF_REMOTE_RUNS, each, "credentials.workloads.remote_runs.add_workspace_credentials")
        for each in (" in HCP Terraform", " in Terraform Cloud", "the remote backend")
    ),
    ((), "exec: executable aws", "kubernetes.logins.client_configurations.add_failed_helper"),
    (
        _OF_LOGINS,
        "asked for the client to provide cred",
        "credentials.logins.kubectl_logins.add_rejected_login",
    ),
    (_OF_LOGINS, "be logged in to the server", "credentials.logins.kubectl_logins.add_rejected_login"),
    (("aws_error",), "the kubernetes cluster", "kubernetes.nodes.add_node_access"),
    ((), "AKIA", "credentials.keys.access_keys.add_exposed_key"),
    ((), "ASIA", "credentials.exposed_sessions.add_exposed_session"),
)


def explain(
    error_or_failure: str | bytes | BaseException | Mapping[str, object] | Failure,
    *,
    facts: FactsLike | Iterable[FactsLike | None] | None = None,
) -> Explanation:
    """Explain why a call failed, how certain that is, and how to fix it.

    The explanation uses only the text and the facts, and makes no AWS API calls. A remedy suggests an
    identity-based ``Allow`` only if it can grant the access: never against an explicit deny, an SCP or RCP, a
    permissions boundary, or a session, VPC endpoint or trust policy.

    Args:
        error_or_failure: Anything that :func:`iamtriage.parse` accepts, or a failure that it returned. If
            ``iamtriage.boto`` has explained an exception, the facts of its call are used.
        facts: What you know in addition to the text: a :class:`iamtriage.Facts`, a mapping with any of its
            names, a :class:`iamtriage.DecodedMessage`, an :class:`iamtriage.AuthorizationDetails`, a result
            from ``iamtriage.boto``, or an iterable of these. If several state the same fact, the last one
            wins.

    Returns:
        The explanation. If the text contains no failure, its ``failure`` is ``None``. It has causes and
        remedies only if the text shows another problem, such as an exposed access key.

    Raises:
        DocumentError: A fact is unknown or invalid.
        TypeError: An argument has the wrong type.

    The content of the error never raises an exception: if a rule has a bug, the explanation has only the
    failure, or no remedies, and a ``RuntimeWarning`` names the place. A function that was added with
    :func:`iamtriage.explaining.extend` can raise any exception. At shutdown, only a summary is left.

    Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html and
    https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html.

    >>> explanation = explain(
    ...     "An error occurred (AccessDeniedException) when calling the DescribeCluster operation: User: "
    ...     "arn:aws:iam::111122223333:user/ana is not authorized to perform: eks:DescribeCluster on "
    ...     "resource: arn:aws:eks:eu-west-1:111122223333:cluster/orders because no identity-based policy "
    ...     "allows the eks:DescribeCluster action"
    ... )
    >>> [(cause.code, cause.evidence) for cause in explanation.causes]
    [('no-identity-allow', 'reported')]
    >>> explanation.remedies[0].title, explanation.remedies[0].who
    ('Allow eks:DescribeCluster for the user ana', 'account administrator')
    >>> explanation.remedies[0].policy["Statement"][0]["Resource"]
    'arn:aws:eks:eu-west-1:111122223333:cluster/orders'
    """
    try:
        return _explain(error_or_failure, facts)
    except ImportError:
        if sys.meta_path:
            raise
        return Explanation(None, "nothing", _SHUTTING_DOWN)


def _explain(error_or_failure: _Error, facts: FactsLike | Iterable[FactsLike | None] | None) -> Explanation:
    known = _build_facts(facts)
    if isinstance(error_or_failure, BaseException):
        known = add_attached_facts(error_or_failure, known)
    elif isinstance(error_or_failure, Mapping):
        if (of_record := _explain_record(error_or_failure, known)) is not None:
            return of_record
    elif not isinstance(error_or_failure, (str, bytes, bytearray, *FAILURE_CLASSES)):
        expected = "a string, bytes, an exception, a mapping or a failure"
        raise TypeError(wrong_type_message("the first argument of explain()", expected, error_or_failure))
    try:
        explanation = _explain_by_rules(error_or_failure, known)
    except Exception as problem:
        if isinstance(problem, ImportError):
            raise
        from iamtriage.explaining._explanations.unexplained import describe_unexplained, warn_of_bug

        failure = _read(error_or_failure)
        topic = "nothing" if failure is None else "unexplained"
        explanation = Explanation(failure, topic, describe_unexplained(failure, warn_of_bug(problem)))
    return explanation if explanation.failure is None else apply_extensions(explanation)


def _read(given: _Error) -> Failure | None:
    return given if isinstance(given, FAILURE_CLASSES) else parse(cast("str", given))


def _explain_by_rules(error_or_failure: _Error, known: Facts) -> Explanation:
    failure = _read(error_or_failure)
    text = told = error_or_failure if isinstance(error_or_failure, str) else None
    if text is not None and any(sign in text for sign in _PAST_SIGNS):
        failure, told = _skip_past_parts(text, failure)
    if told is not None and any(sign in told for sign in _CONTRAST_SIGNS):
        failure, told = _skip_contrasts(told, failure)
    failure, told, superseded = _skip_superseded(failure, told)
    if failure is None:
        return _explain_unparsed(error_or_failure if told is None else told, known)
    is_of_run = isinstance(failure, AwsError) and told is not None and told.count("Error: ") > 1
    if told is not None and (is_of_run or isinstance(failure, AccessDenied | KubernetesUnauthorized)):
        failure = _find_headline(told, failure, known)
    # Rules get a failure without secrets, borders and what is past. The explanation has the original failure.
    unframed = shown = _restore_responses(_without_borders(failure))
    if text is not None and text != told == failure.text:
        failure = attrs.evolve(failure, text=text)
    if has_secrets(failure):
        from iamtriage.explaining._sources import without_secrets

        shown = without_secrets(unframed)
    given, known = known, resolve_facts(shown, known)
    explanation = _explain_answer(shown, known)
    if any(map(when_open, explanation.causes)):
        from iamtriage.explaining._signs import promote_shown_causes

        explanation = promote_shown_causes(explanation, Case(unframed, known))
    explanation = _add_parts(unframed, known, explanation)
    explanation = complete_explanation(
        explanation, known, told, functools.partial(_combine_remedies, facts=given), _describe_other
    )
    if superseded is not None:
        explanation = copy_with(
            explanation,
            summary=f"{explanation.summary} The denial at {superseded} named another reason, which is no "
            "longer reported: the change in between most likely took effect. "
            "A message names only one reason.",
        )
    return explanation if shown is failure else copy_with(explanation, failure=failure)


def _add_parts(failure: Failure, facts: Facts, explanation: Explanation) -> Explanation:
    """Return the explanation with what parts of the text add to that of a failure of any kind."""
    for kinds, part, rule in _ADDITIONS:
        if part in failure.text and (not kinds or failure.kind in kinds):
            explanation = load_rule(rule)(Case(failure, facts), explanation)
    return explanation


def _build_facts(given: FactsLike | Iterable[FactsLike | None] | None) -> Facts:
    if given is None or given is NO_FACTS:
        return NO_FACTS
    from iamtriage.explaining._given_facts import build_facts

    return build_facts(given)


def _explain_record(document: Mapping[str, object], facts: Facts) -> Explanation | None:
    """Explain a CloudTrail record, or an event with one, by its text. Return ``None`` for other mappings."""
    from iamtriage.explaining._given_facts import text_of_record

    text = text_of_record(document)
    failure = None if text is None else parse(document)
    if text is None or failure is None:
        return None
    return copy_with(explain(text, facts=facts), failure=failure)


def _skip_past_parts(text: str, failure: Failure | None) -> tuple[Failure | None, str]:
    """Return the failure of a text without the errors and policies that are past, and that text.

    If it has no other failure, somebody asks about the one that is past.
    """
    from iamtriage.explaining._context.readers.past_parts import without_past_parts

    told = without_past_parts(text)
    if told == text:
        return failure, text
    present = parse(told)
    return (failure, text) if present is None and failure is not None else (present, told)


def _skip_contrasts(text: str, failure: Failure | None) -> tuple[Failure | None, str]:
    """Return the failure of a text without the names of something else, and that text."""
    from iamtriage.explaining._context.readers.contrasts import without_contrasts

    told = without_contrasts(text)
    return (failure, text) if told == text else (parse(told), told)


def _skip_superseded(
    failure: Failure | None, told: str | None
) -> tuple[Failure | None, str | None, str | None]:
    """Return the failure of a text without superseded denials, that text, and the time of the last."""
    if told is None or not isinstance(failure, AccessDenied) or told.count(_DENIED) <= 1:
        return failure, told, None
    from iamtriage.explaining._context.readers.past_parts import without_superseded

    told, superseded = without_superseded(told)
    if superseded is None:
        return failure, told, None
    last = parse(told)
    is_same = isinstance(last, AccessDenied) and (last.action, last.resource) == (
        failure.action,
        failure.resource,
    )
    return last, told, superseded if is_same else None


def _find_headline(text: str, failure: Failure, facts: Facts) -> Failure:
    """Return the failure of a text to explain, which is the denial of most texts that name its action."""
    is_plain = isinstance(failure, AccessDenied) and failure.action is not None
    if is_plain and not any(sign in text for sign in _HEADLINE_SIGNS):
        return failure
    from iamtriage.explaining._rules.headlines import find_headline

    return find_headline(text, failure, facts)


def _explain_unparsed(error: object, facts: Facts) -> Explanation:
    """Explain an error without a failure, which can show another problem with AWS access."""
    if isinstance(error, bytes | bytearray):
        error = error.decode(errors="replace")
    from iamtriage.explaining._rules.shared.texts.unread_texts import NOTHING_FOUND, describe_unread

    if not isinstance(error, str):
        return NOTHING_FOUND
    text = error[:_MAX_UNPARSED]
    if any(sign in text for sign in _LOGIN_SIGNS):
        from iamtriage.explaining._rules.denials.data_stores.token_logins import find_rejected_login

        if (login := find_rejected_login(text)) is not None:
            return copy_with(explain(login, facts=facts), failure=None)
    if any(sign in error for sign in _UNPARSED_SIGNS):
        from iamtriage.explaining._rules.denials.unparsed_texts import explain_unparsed

        if (explanation := explain_unparsed(text, facts)) is not None:
            return explanation
    from iamtriage.explaining._others.foreign_failures import name_foreign

    return describe_unread(text, name_foreign(text))


def _without_borders(failure: Failure) -> Failure:
    """Return a failure whose text has no drawn borders and wrapped lines, or the same one."""
    if failure.text.isascii() and "\n" not in failure.text.rstrip():
        return failure
    from iamtriage._reading.unwrapping.boxes import remove_borders

    view = remove_borders(failure.text)
    if view.text == failure.text:
        return failure
    start, end = failure.span
    return attrs.evolve(failure, text=view.text, span=(view.position(start), view.position(end)))


def _restore_responses(failure: Failure) -> Failure:
    """Return a failure with the whole responses of which it shows parts, and the files after changes."""
    shows_parts = "aws " in failure.text and any(map(failure.text.__contains__, _RESPONSE_SIGNS))
    if not shows_parts and not ("\n" in failure.text and any(map(failure.text.__contains__, _CHANGES))):
        return failure
    from iamtriage.explaining._responses.restoring import restore_responses

    return restore_responses(failure)


def _combine_remedies(
    explanation: Explanation, others: tuple[Failure, ...], facts: Facts
) -> CombinedRemedies:
    from iamtriage.explaining._combined_remedies import combine_remedies

    return combine_remedies(explanation, others, facts, explain)


def _describe_other(failure: Failure, of_caller: Failure | None = None) -> str:
    from iamtriage.explaining._others.describing import describe_failure, has_own_verdict
    from iamtriage.explaining._others.repeats import has_request

    if has_request(failure):
        from iamtriage.explaining._denied_requests import describe_request

        return describe_request(failure, of_caller)
    if (
        isinstance(failure, AccessDenied)
        and failure.action is not None
        and failure.deny is None
        and failure.policy_type is None
    ):
        return f"{describe_failure(failure)}: no reason is given"
    explanation = explain(failure)
    if isinstance(failure, AccessDenied) and failure.deny is None:
        from iamtriage.explaining._rules.shared.grants.denial_remedies import is_sentence_cut

        # Nothing else says why.
        operation = failure.envelope.operation
        why = "the message is cut off" if is_sentence_cut(failure) else explanation.summary.rstrip(".")
        return why if operation is None or operation in why else f"{operation}: {why}"
    if explanation.remedies and has_own_verdict(failure, explanation.topic):
        first = explanation.remedies[0]
        return f"{explanation.summary} First: {first.title} [{first.who}]"
    return describe_failure(failure, explanation.topic)


def _explain_answer(failure: Failure, facts: Facts) -> Explanation:
    if context_of(facts).other_endpoint is not None or context_of(facts).other_system is not None:
        from iamtriage.explaining._rules.denials.s3 import s3_compatible_stores

        case = Case(failure, facts)
        if s3_compatible_stores.is_from_other_system(case):
            return s3_compatible_stores.explain_other_system(case)
    return explain_failure(failure, facts)
