"""Answer what a text asks about a denial, as far as the denial settles it: whether something else is the cause.

AWS evaluates policies only for a request that reached it with valid credentials and a valid signature:
https://docs.aws.amazon.com/IAM/latest/UserGuide/intro-structure.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_words
from iamtriage.arns._principals import IdentityCenterRole, RoleSession, User
from iamtriage.explaining._context.readers.statements import find_said, find_working
from iamtriage.explaining._explanations.questions import find_questions
from iamtriage.explaining._rules.basics import Denial, Explanation
from iamtriage.explaining._rules.denials.statement_words import describe_operation
from iamtriage.explaining._rules.shared.texts.text_fragments import SERVICES_BY_SESSION_NAME
from iamtriage.explaining._rules.shared.wording import find_forwarding_service

_MAX_ANSWERS = 2
# "I start the execution as an administrator."
_STARTED_AS = lazy_pattern(
    r"\b(?:I|[Ww]e) (?:start|run|launch|trigger|invoke|execute|deploy|kick off)(?:ed)? (?!into\b)[^.,;:\n]{1,40} (?:as|with)(?: an?| the| my| our)? (?:account |AWS |own )?(?i:admin\w{0,12}|root user|power ?user)\b"
    # Who the reader is, and not the role.
    r"|\b(?:I am|I'm|[Ww]e are) (?:(?:an?|the|also|full|account|AWS|IAM) ){0,4}(?i:admin(?:istrator)?s?)\b|\b(?:I|[Ww]e) have (?:full )?(?i:admin(?:istrator)? (?:rights|access|permissions)|AdministratorAccess)\b"
    r"|\b[Mm]y (?:own )?(?:IAM |AWS )?user (?:is (?:an )?(?i:admin(?:istrator)?)|has (?i:admin(?:istrator)? (?:rights|access|permissions)|AdministratorAccess))\b"
)
# What works for the reader, with permissions of their own.
_OWN = lazy_pattern(
    r"\bmy (?:own )?(?:(?i:admin(?:istrator)?) (?:user|role|account|credentials|profile|rights)|(?:IAM |AWS )?user)\b|\bas (?:an? )?(?i:admin(?:istrator)?)\b"
)
_MASK = lazy_pattern(r"\*{4,10}\d{2,6}(?=:)")
_MAX_MENTIONS = 8
_BROKEN = (
    r"\b(?:bad|broken|cached?|different|expired|invalid|missing|old|other|problem|wrong|cause|reason|fault)\b"
)
# "Should I turn that off?" follows what it is about.
_ASKS_FOR_PUBLIC = lazy_pattern(
    r"(?i:\b(?:off|disable|remove|switch|turn|make|set|open)\b[^?.\n]{0,40}\b(?:block public access|(?:bucket|objects?|it|site) public)\b[^?.\n]{0,40}\?"
    r"|\bblock(?:ed|ing)? (?:all )?public access\b[^?]{0,160}\b(?:off|disable|remove|switch|turn|relax)\b[^?.]{0,60}\?)"
)
_STAYS_PRIVATE = "No, leave Block Public Access on: it does not concern CloudFront with origin access control, and a policy that names only the distribution does not make the bucket public."
_NO_RESTART = "No new sign-in or restart is necessary: a change of the role's policies applies to its sessions within seconds."
# What a remedy says that changes whose credentials are used, so that the answer above doesn't hold.
_RESTARTS = lazy_pattern(r"\brestart\b|(?i:\b(?:sign|log) in again\b|\baws sso login\b)")
_CREDENTIALS = r"\b(?:credentials?|access keys?|tokens?|login|profile)\b"
_DATABASE_LOGINS = frozenset(
    {
        "redshift:getclustercredentials",
        "redshift:getclustercredentialswithiam",
        "redshift-serverless:getcredentials",
        "rds-db:connect",
    }
)


def _is_of_policies(denial: Denial) -> bool:
    """Return whether AWS says that an Allow in an identity-based policy is missing."""
    return denial.policy_type == "identity" and not denial.is_explicit


def _has_session(denial: Denial) -> bool:
    return isinstance(denial.principal, RoleSession) and not denial.lowercase_action.startswith("sts:")


def _has_pod_role(denial: Denial) -> bool:
    """Return whether the caller can be the role of a pod, and not that of its node."""
    session: str = getattr(denial.principal, "session_name", "")
    return _has_session(denial) and _is_of_policies(denial) and not session.startswith(("i-", "mi-"))


def _is_of_service(denial: Denial) -> bool:
    """Return whether a role that is not that of a person lacks an Allow."""
    return (
        _has_session(denial) and _is_of_policies(denial) and not isinstance(denial.role, IdentityCenterRole)
    )


def _is_named(denial: Denial) -> bool:
    return isinstance(denial.principal, RoleSession | User) and denial.failure.principal is not None


_PRESIGNED = lazy_pattern(r"(?i:\bpre-?signed\b|X-Amz-Signature=)")


def _is_of_presigned_url(denial: Denial) -> bool:
    return _is_named(denial) and denial.service == "s3" and _PRESIGNED.search(denial.failure.text) is not None


# What a question is about, for which denials the answer holds, and the answer.
_ANSWERS: tuple[tuple[re.Pattern[str], Callable[[Denial], bool], str], ...] = (
    (lazy_pattern(r"(?i:\b(?:add|attach|give|grant|put)\b[^?]{0,60}\ballow\b|\bwhat\b[^?]{0,40}\b(?:add|attach|allow|grant)\b)"), lambda denial: denial.is_explicit, "An Allow does not override an explicit Deny, wherever you add it."),
    (lazy_pattern(r"(?i:\b(?:browser|client|customer|frontend|partner|upload|user)s?\b[^?]{0,80}\b(?:credentials?|keys?|role|session)\b|\b(?:credentials?|role)\b[^?]{0,60}\b(?:browser|client|frontend|user)\b|\bwhose (?:credentials|role|permissions)\b)"), _is_of_presigned_url, "The URL was presigned with the credentials of {caller}: S3 checks the permissions of that caller when the URL is used."),
    (lazy_pattern(r"\bGRANTs?\b|(?i:\bdatabase (?:grant|permission|privilege|right|role)s?\b)"), lambda denial: _is_of_policies(denial) and denial.lowercase_action in _DATABASE_LOGINS, "No GRANT in the database is missing: IAM denied the call before any login."),
    (lazy_pattern(r"(?i:(?<!image )(?<!code )(?<!code-)(?<!package )(?<!commit )\b(?:signatures?|sigv4|body hash|signing)\b|\bclock(?: (?:skew|drift)|s)?\b(?! (?:this|that|it|in|out)\b))"), _is_named, "The signature is valid: AWS recognized {caller}, and answers a wrong signature with another error."),
    (lazy_pattern(r"(?i:\bresource[- ]based polic)"), lambda denial: denial.service == "kms" and denial.policy_type == "resource", "The resource-based policy in the message is the key policy of the KMS key: what the key encrypts has no part in it."),
    (lazy_pattern(r"(?i:\btrust (?:policy|policies|relationships?)\b)"), lambda denial: _has_session(denial) and _is_of_policies(denial), "The role's trust policy is not the cause: the call was made with a session of {caller}."),
    (lazy_pattern(rf"(?:\bIRSA\b|(?i:\bpod identity\b|\bservice ?account\b|\bOIDC\b))[^?]{{0,60}}(?i:{_BROKEN})|(?i:{_BROKEN})[^?]{{0,40}}\bIRSA\b"), _has_pod_role, "The credentials of the role arrive: the call was made as {caller}. Only its policies lack the Allow."),
    (lazy_pattern(rf"(?i:{_CREDENTIALS}[^?]{{0,60}}{_BROKEN}|{_BROKEN}[^?]{{0,40}}{_CREDENTIALS})"), lambda denial: _is_named(denial) and _is_of_policies(denial), "The credentials are valid, and those of {caller}: AWS evaluated its policies."),
    (lazy_pattern(r"(?i:\b(?:abus|attack|compromis|hack|hijack|leak|malicious|misus|stole|suspicious|unauthorized use)\w{0,5}\b)"), lambda denial: find_forwarding_service(denial.failure.text) is not None, "The record alone is no sign of abuse: an AWS service made the call to carry out another one of {caller}, with its permissions (invokedBy)."),
    (lazy_pattern(r"(?i:\b(?:network|firewall|security groups?|NACLs?|proxy|DNS|NAT gateway|subnets?|routing|VPN)\b)"), lambda denial: _is_named(denial) and _is_of_policies(denial), "The network is not the cause: the call reached AWS, which names the missing Allow."),
    (lazy_pattern(r"(?i:\b(?:log ?in again|re-?login|sign in again|new (?:session|token|login)|re-?authenticate|restart|reboot|redeploy(?! (?:(?:the|our|my) )?(?:stack|template|terraform|cdk)))\b)"), lambda denial: _has_session(denial) and _is_of_policies(denial), _NO_RESTART),
)  # fmt: skip


def add_answers(denial: Denial, explanation: Explanation) -> Explanation:
    """Add notes that answer the questions of a text, and say which name in it is that of an operation and not of an action."""
    asked = " ".join(question for _, question in find_questions(denial.failure.text))
    found = [
        answer.format(caller=clip_text(denial.caller))
        for about, applies, answer in _ANSWERS
        if asked and about.search(asked) and applies(denial)
    ]
    # The note about the service of a session says it, too.
    session_name: str = getattr(denial.principal, "session_name", "")
    is_said = "your own user" in explanation.summary or session_name.startswith(
        tuple(SERVICES_BY_SESSION_NAME)
    )
    if not is_said and _is_of_service(denial):
        said = next((each[0] for each in find_said(denial.failure.text, _STARTED_AS)), None)
        said = said or find_working(denial.failure.text, _OWN)
        if said is not None:
            found.insert(
                0,
                f"The text says {quote_words(said)}: the call is made by {clip_text(denial.caller)}, and only its policies count.",
            )
    if "cloudfront" in denial.failure.text.lower() and _ASKS_FOR_PUBLIC.search(denial.failure.text):
        found.append(_STAYS_PRIVATE)
    if _NO_RESTART in found and _says_restart(explanation):
        found.remove(_NO_RESTART)
    masked = _MASK.search(denial.failure.resource or "")
    if masked is not None and denial.resource_account is not None:
        found.append(
            f"API Gateway masks the account ID in its answers ({masked[0]}): policies need all of it, {denial.resource_account}."
        )
    stated = {each.text for each in explanation.causes}
    operations = (each for each in _explain_operations(denial) if each not in stated)
    notes = (*operations, *found)[:_MAX_ANSWERS]
    return attrs.evolve(explanation, notes=(*notes, *explanation.notes)) if notes else explanation


def _says_restart(explanation: Explanation) -> bool:
    """Return whether a remedy replaces the credentials of what calls, which then has to start again."""
    for each in explanation.remedies:
        if any(_RESTARTS.search(words) for words in (*each.steps, *each.commands)):
            return True
    return False


def _explain_operations(denial: Denial) -> Iterator[str]:
    """Yield which action that the text names is an operation, if the denied action is one of those that it requires."""
    service, _, name = (denial.action or "").partition(":")
    if not name:
        return
    pattern = rf"(?<![\w:./-]){re.escape(service)}:([A-Z]\w{{2,60}})(?![\w*])"
    named = dict.fromkeys(re.findall(pattern, denial.failure.text)[:_MAX_MENTIONS])
    others = [each for each in named if each.lower() != name.lower()]
    if not others:
        return
    for each in others:
        if (operation := describe_operation(f"{service}:{each}", denial.action or "")) is not None:
            yield operation
