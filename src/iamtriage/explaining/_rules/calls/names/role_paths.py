"""Explain that a call or a setting names a role without its path, or with another one, as the text shows.

The name of a role is unique in its account, but its ARN has the path:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html. For AWS Batch, see
https://docs.aws.amazon.com/batch/latest/userguide/invalid_compute_environment.html.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, quote_argument
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.principals.arn_diagnosis import PATH_MISSING
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.failures._failures import Failure

_ARN = lazy_pattern(
    r"(?P<start>arn:aws[a-z-]{0,12}:iam::(?P<account>\d{12}):role)/(?P<path>(?:[\w+=,.@-]{1,128}/){0,8})(?P<name>[\w+=,.@-]{0,63}[\w+=@-])(?![\w/*?{$])",
    re.ASCII,
)
# In aws-auth, the ARN has no path, and a statement can be about another ARN than the call.
_ELSEWHERE = lazy_pattern(r"(?:\brolearn:\s?[\"']?|\bResource[\"']?\s?[:=]\s?(?:\[[^\]]{0,400}|[\"']))\Z")
_PRINTS_ROLE = ("get-role", "list-roles", "create-role")
# The key, option or word before an ARN in its line.
_SETTING = lazy_pattern(r"(?P<name>(?:--)?\b[A-Za-z][\w.-]{2,60})[\"']?(?:\s?[:=]\s?|\s)[\"']?\Z")
_ENVIRONMENT = lazy_pattern(r"\"computeEnvironmentName\"\s?:\s?\"(?P<name>[\w-]{1,128})\"")
_BATCH_PAGE = "https://docs.aws.amazon.com/batch/latest/userguide/invalid_compute_environment.html"


class RolePaths(NamedTuple):
    """A role that a text names with two paths."""

    name: str
    written: str
    actual: str

    @property
    def path(self) -> str:
        """The path of the role, as in its ARN."""
        return self.actual.partition(":role/")[2].removesuffix(self.name)


def find_role_paths(failure: Failure) -> RolePaths | None:
    """Return the only role that a text names with two paths, one of which is that of the role.

    It is the one that IAM printed, or else the one that is not empty: people leave a path out, but do not invent one.
    """
    text = failure.text
    found: dict[tuple[str, str], dict[str, str]] = {}
    for each in _ARN.finditer(text):
        if _ELSEWHERE.search(text, max(each.start() - 420, 0), each.start()):
            continue
        found.setdefault((each["account"], each["name"]), {})[each["path"]] = each[0]
    several = only_one([(key, arns) for key, arns in found.items() if len(arns) > 1])
    if several is None or len(several[1]) != 2:
        return None
    (_, name), arns = several
    printed = "\n".join(
        run.output
        for run in find_runs(failure)
        if run.command.words[:1] == ("iam",)
        and run.command.words[1:2]
        and run.command.words[1] in _PRINTS_ROLE
    )
    shown = [path for path, arn in arns.items() if re.search(rf"{re.escape(arn)}(?![\w/])", printed)]
    actual = only_one(shown) if shown else only_one([path for path in arns if path])
    if actual is None:
        return None
    written = next(path for path in arns if path != actual)
    resource = getattr(failure, "resource", None)
    if resource is not None and ":role/" in resource and resource != arns[written]:
        return None
    return RolePaths(name, arns[written], arns[actual])


def add_role_path(case: Case[Failure], explanation: Explanation) -> Explanation:
    """Replace an explanation of a role that is not assumed if no role has the ARN of the call or the setting."""
    paths = find_role_paths(case.failure)
    if paths is None or (paths.name not in explanation.summary and ":role/" in explanation.summary):
        return explanation
    lacks = f"lacks the path {clip_text(paths.path)}"
    if paths.written.count("/") > 1:
        lacks = f"has another path than the role{f', {clip_text(paths.path)}' if paths.path else ', which has none'}"
    setting = _find_setting(case, paths)
    written = f"{setting} is {paths.written}, but the" if setting else "The"
    text = f"{written} ARN of the role is {paths.actual}."
    why = "AWS reports a role that does not exist like one that must not be assumed: neither the trust policy nor a policy of the caller needs a change for that."
    return attrs.evolve(
        explanation,
        topic=PATH_MISSING.code,
        summary=f"No role has the ARN {paths.written}: it {lacks}.",
        causes=(PATH_MISSING.cause("derived", why, text=text),),
        remedies=(_correct_remedy(case, paths, setting),),
        notes=(),
    )


def _find_setting(case: Case[Failure], paths: RolePaths) -> str | None:
    """Return the key or the option that has the wrong ARN outside of the message."""
    text, (start, end) = case.failure.text, case.failure.span
    message = text[start:end]
    names = {
        found["name"]
        for each in _ARN.finditer(text)
        if each[0] == paths.written
        and (not start <= each.start() < end or message.lstrip().startswith(("{", "[")))
        and (found := _SETTING.search(text, max(each.start() - 80, 0), each.start())) is not None
    }
    keys = {each for each in names if re.search(r"(?i)role|arn", each)}
    return only_one(keys)


def _correct_remedy(case: Case[Failure], paths: RolePaths, setting: str | None) -> Remedy:
    text = case.failure.text
    environment = _ENVIRONMENT.search(text) if setting == "serviceRole" else None
    if environment is not None:
        return your_remedy(
            f"Set serviceRole of {environment['name']} to the whole ARN, with the path",
            "Whoever runs the command needs iam:PassRole on the role. Then wait for the status VALID.",
            "Pass the whole ARN in the script, too: AWS Batch takes a name alone for a role without a path.",
            commands=commands.fill_command(
                "aws batch update-compute-environment --compute-environment {} --service-role {}",
                environment["name"],
                paths.actual,
            ),
            url=_BATCH_PAGE,
        )
    line = case.context.command
    option = next(
        (name for name, value in (line.options if line else ()) if str(value) == paths.written), None
    )
    again = None
    if option is not None:
        again = commands.repeat_command(line, changes={option: quote_argument(paths.actual)})
    return your_remedy(
        f"Use the whole ARN of the role, {paths.actual}",
        f"Correct it where the ARN is set{f' ({setting})' if setting else ''}, and repeat the call.",
        commands=present(again),
        url=pages.ASSUME_ROLE,
    )
