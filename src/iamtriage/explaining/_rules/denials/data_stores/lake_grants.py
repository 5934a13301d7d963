"""Compare the caller with those who have a grant of Lake Formation, by what list-permissions prints in the text.

Source, for the role of a session: https://docs.getdbt.com/docs/core/connect-data-platform/glue-setup.
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


class ListedGrants(NamedTuple):
    """Who has a grant of Lake Formation.

    Attributes:
        text: The sentences about them and the caller.
        is_of_session: Whether the session or job has a grant that the program starts, but not the program.
    """

    text: str
    is_of_session: bool


def describe_listed(denial: Denial) -> ListedGrants | None:
    """Return who has a grant by the output of list-permissions in the text, if the caller is not among them."""
    text = denial.failure.text
    listed = "\n".join(each["output"] for each in _LISTED_GRANTS.finditer(text))
    names = dict.fromkeys(each["name"] or each["group"] for each in _PRINCIPAL.finditer(listed))
    own = getattr(denial.role or denial.principal, "name", None)
    if not names or own is None or own in names or len(names) > _MAX_NAMES:
        return None
    others = join_words(tuple(map(clip_text, names)), "and")
    whole = f"The list in the text has grants only for {others}: whoever calls as one of them succeeds, and {denial.caller}, which made this call, has none."
    sessions = {each["name"]: each for each in _SESSION_ROLE.finditer(text) if each["name"] in names}
    if sessions:
        (name, found), *_ = sessions.items()
        key, program = found["key"] or found["dbt"], "dbt" if found["dbt"] else "the program"
        where = "the Glue session" if found["dbt"] else "the session or job"
        call = denial.operation or "this call"
        whole = f"The list in the text has grants only for {others}. {clip_text(name)} ({key}) is only the role of {where} that {program} starts. For {call}, {program} uses its own credentials: those of {denial.caller}, which has no grant."
    people = [each for each in names if each not in sessions]
    if len(people) == 1 and find_working(text, LOCALLY) is not None:
        whole += f" Locally, it works because the caller there most likely is {clip_text(people[0])}."
    return ListedGrants(whole, bool(sessions))
