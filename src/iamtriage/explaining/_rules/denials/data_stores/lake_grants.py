"""Compare the caller with those who have a grant of Lake Formation, by what list-permissions prints in the text.

Sources: https://docs.getdbt.com/docs/core/connect-data-platform/glue-setup for the role of a session, and
https://docs.aws.amazon.com/lake-formation/latest/dg/upgrade-glue-lake-formation-background.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.statements import LOCALLY, find_working
from iamtriage.explaining._rules.basics import Denial

# Its output as JSON, YAML, a table or text, up to a line that is none of these, or the next command.
_LISTED_GRANTS = lazy_pattern(
    r"\blakeformation list-permissions\b[^\n]{0,400}\n(?P<output>(?:(?![^\n]{0,80}[$#❯] )(?:[ \t]{1,80}\S|[][{}\"'|+-]|arn:|[A-Z_]{4}|Principal)[^\n]{0,600}\n?){1,80})"
)
_PRINCIPAL = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:iam::[0-9]{12}:(?:role|user)/(?:[\w+=,.@-]{1,64}/){0,8}(?P<name>[\w+=,.@-]{1,64})|\b(?P<group>IAM_ALLOWED_PRINCIPALS)\b"
)
_MAX_NAMES = 3
# The role that a program passes to the session or job of a service. In a profile of the CLI, role_arn is another one.
_SESSION_ROLE = lazy_pattern(
    r"(?am)(?:^[ \t]{0,20}type:[ \t]?glue\b(?:[^\n]{0,200}\n){1,12}?[ \t]{0,20}(?P<dbt>role_arn):[ \t]?"
    r"|(?P<key>%iam_role|\b(?:execution_?role_?arn|executionRoleArn|--execution-role-arn))[\"']?[ \t]?[:=]?[ \t]?)"
    r"[\"']?arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/(?:[\w+=,.@-]{1,64}/){0,8}(?P<name>[\w+=,.@-]{1,64})"
)

_GROUP = r"(?i:IAM[_ -]?Allowed[_ -]?Principals?)"
_GONE = r"(?i:deleted|disabled|dropped|gone|off|removed|revoked|switched off|turned off|unchecked|withdrawn)"
_REVOKED = lazy_pattern(
    rf"(?:^|(?<=[\n.;!?]))(?P<before>[^\n.;!?]{{0,200}}?)(?:\b(?i:delet(?:ed|ing)|dropp(?:ed|ing)|remov(?:ed|ing)|revok(?:ed|ing)|t(?:ook|aking) away|withdrew)\b[^\n.;]{{0,60}}?{_GROUP}"
    rf"|\b(?:[Dd]isabled|[Tt]urned off|[Uu]nchecked|[Ss]witched off)[^\n.;]{{0,20}}?[\"'`“]?(?i:use only IAM access control)|{_GROUP}[^\n.;,]{{0,30}}? (?:is|are|was|were|got|has been|have been) (?:now |all )?{_GONE}\b)"
    rf"|\blakeformation (?:batch-)?revoke-permissions\b[^\n]{{0,600}}IAM_ALLOWED_PRINCIPALS"
)
_NOT_DONE = lazy_pattern(
    r"(?i:\b(?:not|never|nobody|cannot|if|should|must|could|would|whether|unless|wants?|plan(?:s|ned|ning)?|consider\w{0,4}|docs?|documentation|guide)\b|n't\b)"
)


class ListedGrants(NamedTuple):
    """Who has a grant of Lake Formation.

    Attributes:
        text: The sentences about them and the caller.
        is_of_session: Whether the session or job has a grant that the program starts, but not the program.
    """

    text: str
    is_of_session: bool


def describe_listed(denial: Denial, own: str | None, caller: str) -> ListedGrants | None:
    """Return who has a grant by the output of list-permissions in the text, if the caller is not among them.

    Args:
        denial: The denial.
        own: The name of the caller's role or user.
        caller: The caller in words.
    """
    text = denial.failure.text
    listed = "\n".join(each["output"] for each in _LISTED_GRANTS.finditer(text))
    names = dict.fromkeys(each["name"] or each["group"] for each in _PRINCIPAL.finditer(listed))
    if not names or own is None or own in names or len(names) > _MAX_NAMES:
        return None
    others = join_words(tuple(map(clip_text, names)), "and")
    whole = f"The list in the text has grants only for {others}: whoever calls as one of them succeeds, and {caller}, which made this call, has none."
    sessions = {each["name"]: each for each in _SESSION_ROLE.finditer(text) if each["name"] in names}
    if sessions:
        (name, found), *_ = sessions.items()
        key, program = found["key"] or found["dbt"], "dbt" if found["dbt"] else "the program"
        where = "the Glue session" if found["dbt"] else "the session or job"
        call = denial.operation or "this call"
        whole = f"The list in the text has grants only for {others}. {clip_text(name)} ({key}) is only the role of {where} that {program} starts. For {call}, {program} uses its own credentials: those of {caller}, which has no grant."
    people = [each for each in names if each not in sessions]
    if len(people) == 1 and find_working(text, LOCALLY) is not None:
        whole += f" Locally, it works because the caller there most likely is {clip_text(people[0])}."
    return ListedGrants(whole, bool(sessions))


def describe_revoked(text: str) -> str | None:
    """Return what it changes that the grant to all IAM principals was revoked, if the text says so.

    >>> describe_revoked("It ran until they revoked IAMAllowedPrincipals.").partition(":")[0]
    'The text says that IAMAllowedPrincipals has no grant any more'
    >>> describe_revoked("We did not revoke it, nor should IAMAllowedPrincipals be revoked.")
    """
    done = (each for each in _REVOKED.finditer(text) if not _NOT_DONE.search(each["before"] or ""))
    if next(done, None) is None:
        return None
    return "The text says that IAMAllowedPrincipals has no grant any more: with it, IAM policies were enough. Without it, each role and user needs a grant of its own."
