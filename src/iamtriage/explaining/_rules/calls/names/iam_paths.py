"""Explain that a call or a setting names a role or a policy without its path, or with another one, as the text shows.

A name is unique in its account, but the ARN has the path:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html. For AWS Batch, see
https://docs.aws.amazon.com/batch/latest/userguide/invalid_compute_environment.html, and for permission sets
https://docs.aws.amazon.com/singlesignon/latest/userguide/howtocmp.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, lower_first, quote_argument
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.role_paths import BuiltArn, find_built_arns, find_shown_paths
from iamtriage.explaining._rules.basics import Case, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.principals.arn_diagnosis import PATH_MISSING
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy
from iamtriage.failures._failures import Failure

_ARN = lazy_pattern(
    r"(?P<start>arn:aws[a-z-]{0,12}:iam::(?P<account>\d{12}):(?P<kind>role|policy))/(?P<path>(?:[\w+=,.@-]{1,128}/){0,8})(?P<name>[\w+=,.@-]{0,63}[\w+=@-])(?![\w/*?{$])",
    re.ASCII,
)
# In aws-auth, the ARN has no path, and a statement can be about another ARN than the call.
_ELSEWHERE = lazy_pattern(r"(?:\brolearn:\s?[\"']?|\bResource[\"']?\s?[:=]\s?(?:\[[^\]]{0,400}|[\"']))\Z")
# Words that an ARN is not that of the role or policy, or not any more, before and after it.
_NEGATED = lazy_pattern(
    r"(?i:\b(?:no|not|never|no longer|deleted|removed|another|other|different|instead of)\b[^\n.;:{}\"]{0,60})\Z"
)
_GONE = lazy_pattern(
    r"[^\n.;]{0,20}?(?i:\b(?:was|were|is|has been|got) (?:deleted|removed|gone)\b|\b(?:does not|doesn[’']t|no longer) exists?\b)"
)
_MISSING = lazy_pattern(
    r"\bPolicy (?P<arn>arn:aws[a-z-]{0,12}:iam::(?P<account>\d{12}):policy/(?P<path>(?:[\w+=,.@-]{1,128}/){0,8})(?P<name>[\w+=,.@-]{1,128})) does not exist or is not attachable"
)
# The roles that a summary names.
_NAMED_ROLE = lazy_pattern(
    r"(?:\b[Tt]he role |:role/(?:[\w+=,.@-]{1,128}/){0,8})(?P<name>[\w+=,.@-]{0,63}[\w+=@-])"
)
_PASSES = "pass-role"
_PRINTS = ("get-role", "list-roles", "create-role", "get-policy", "list-policies", "create-policy")
# The key, option or word before an ARN in its line.
_SETTING = lazy_pattern(r"(?P<name>(?:--)?\b[A-Za-z][\w.-]{2,60})[\"']?(?:\s?[:=]\s?|\s)[\"']?\Z")
_ENVIRONMENT = lazy_pattern(r"\"computeEnvironmentName\"\s?:\s?\"(?P<name>[\w-]{1,128})\"")
_BATCH_PAGE = "https://docs.aws.amazon.com/batch/latest/userguide/invalid_compute_environment.html"


class IamPaths(NamedTuple):
    """A role or policy that a text names with two paths.

    Attributes:
        kind: ``"role"`` or ``"policy"``.
        name: Its name.
        written: The ARN that the call or the setting has.
        actual: The ARN that it has.
        is_certain: Whether something else than a policy shows that.
    """

    kind: str
    name: str
    written: str
    actual: str
    is_certain: bool = True

    @property
    def path(self) -> str:
        """The path that it has, as in its ARN."""
        path, slash, _ = self.actual.partition(f":{self.kind}/")[2].rpartition("/")
        return f"{path}{slash}"


def find_iam_paths(failure: Failure, kind: str) -> IamPaths | None:
    """Return the only role or policy that a text names with two paths, one of which it has.

    It is the one that IAM printed, or else the one that is not empty: people leave a path out, but do not invent one.
    """
    text, (first, last) = failure.text, failure.span
    found: dict[tuple[str, str], dict[str, str]] = {}
    certain: set[str] = set()
    for each in _ARN.finditer(text):
        is_said = not first <= each.start() < last
        if each["kind"] != kind or (
            is_said
            and (
                _NEGATED.search(
                    text, max(each.start() - 80, last if each.start() >= last else 0), each.start()
                )
                or _GONE.match(text, each.end())
            )
        ):
            continue
        if not _ELSEWHERE.search(text, max(each.start() - 420, 0), each.start()):
            certain.add(each[0])
        elif not each["path"]:
            # But a path in a policy is there on purpose.
            continue
        found.setdefault((each["account"], each["name"]), {})[each["path"]] = each[0]
    several = only_one([(key, arns) for key, arns in found.items() if len(arns) > 1])
    if kind == "role" and several is None:
        return _find_listed_path(failure, found)
    if several is None or len(several[1]) != 2:
        return None
    (_, name), arns = several
    printed = "\n".join(
        run.output
        for run in find_runs(failure)
        if run.command.words[:1] == ("iam",) and run.command.words[1:2] and run.command.words[1] in _PRINTS
    )
    shown = [path for path, arn in arns.items() if re.search(rf"{re.escape(arn)}(?![\w/])", printed)]
    actual = only_one(shown) if shown else only_one([path for path in arns if path])
    if actual is None:
        return None
    written = next(path for path in arns if path != actual)
    resource = getattr(failure, "resource", None)
    if resource is not None and f":{kind}/" in resource and resource != arns[written]:
        return None
    return IamPaths(kind, name, arns[written], arns[actual], arns[actual] in certain)


def _find_listed_path(failure: Failure, found: dict[tuple[str, str], dict[str, str]]) -> IamPaths | None:
    """Return the role of which a list in the text shows another path than its only ARN, or the ARN that code builds."""
    shown = find_shown_paths(failure.text)
    different: list[IamPaths] = []
    for (_, name), arns in found.items() if shown else ():
        path, written = next(iter(arns.items()))
        if name in shown and len(arns) == 1 and path != shown[name]:
            start = written.partition(":role/")[0]
            different.append(IamPaths("role", name, written, f"{start}:role/{shown[name]}{name}"))
            resource: str | None = getattr(failure, "resource", None)
            if resource is not None and resource != written and ":role/" in resource:
                return None
    built = find_built_arn(failure.text)
    if built is not None and not different:
        name, path = built[1:]
        different.append(IamPaths("role", name, built[0].text, built[0].with_path(path)))
    return only_one(different)


def find_built_arn(text: str) -> tuple[BuiltArn, str, str] | None:
    """Return the only ARN in a text that code builds with another path than the role has, its name and this path.

    If the text gives the variable of the name no value, the only role that it shows with a path is meant.
    """
    shown = find_shown_paths(text)
    named = [
        (each, each.name or next(iter(shown)))
        for each in find_built_arns(text)
        if shown and (each.name in shown or (each.name is None and len(shown) == 1))
    ]
    different = [(each, name, shown[name]) for each, name in named if each.path != shown[name]]
    return only_one(different)


def add_role_path(case: Case[Failure], explanation: Explanation) -> Explanation:
    """Replace an explanation of a role that is not assumed if no role has the ARN of the call or the setting."""
    paths = find_iam_paths(case.failure, "role")
    named = {each["name"] for each in _NAMED_ROLE.finditer(explanation.summary)}
    if paths is None or (named and paths.name not in named):
        return explanation
    setting = _find_setting(case, paths)
    written = f"{setting} is {paths.written}, but the" if setting else "The"
    text = f"{written} ARN of the role is {paths.actual}."
    why = "AWS reports a role that does not exist like one that must not be assumed: neither the trust policy nor a policy of the caller needs a change for that."
    if explanation.topic == _PASSES:
        why = "IAM compares the ARN of the call with policies, whether the role exists or not. With the whole ARN, a policy for it applies."
    return attrs.evolve(
        explanation,
        topic=PATH_MISSING.code,
        summary=_describe(paths),
        causes=(PATH_MISSING.cause("derived" if paths.is_certain else "possible", why, text=text),),
        remedies=(_correct_remedy(case, paths, setting), *_allow_actual(explanation, paths)),
        notes=(),
    )


def _allow_actual(explanation: Explanation, paths: IamPaths) -> Iterator[Remedy]:
    """Yield the remedy that allows to pass the role under its own ARN, unless a policy in the text has that."""
    for each in explanation.remedies if explanation.topic == _PASSES and paths.is_certain else ():
        if each.layer == "identity" and each.policy is not None:
            policy = json.loads(json.dumps(each.policy).replace(paths.written, paths.actual))
            title = f"If the call is still denied, {lower_first(each.title)}"
            yield attrs.evolve(each, title=title, policy=policy)


def _describe(paths: IamPaths) -> str:
    lacks = f"lacks the path {clip_text(paths.path)}"
    if paths.written.count("/") > 1:
        other = f", {clip_text(paths.path)}" if paths.path else ", which has none"
        lacks = f"has another path than the {paths.kind}{other}"
    if not paths.is_certain:
        return f"Most likely, no {paths.kind} has the ARN {paths.written}: it {lacks} that the policy in the text has."
    return f"No {paths.kind} has the ARN {paths.written}: it {lacks}."


_PERMISSION_SET = lazy_pattern(
    r"permissionSet/ssoins-|\bpermission[- ]sets?\b|\bsso-admin\b|\baws_ssoadmin_|AWS::SSO::|\bSSO Account Assignment\b|CustomerManagedPolicyReference",
    re.IGNORECASE,
)
_SET_ARN = lazy_pattern(r"arn:aws[a-z-]{0,12}:sso:::permissionSet/(?P<id>ssoins-\w{6,40})/ps-\w{6,40}")
_SET_PAGE = "https://docs.aws.amazon.com/singlesignon/latest/userguide/howtocmp.html"
_UNCHANGED = "IAM Identity Center looks for the policy by name and path in each account of an assignment: both must be the same in all of them."


def add_policy_path(case: Case[Failure], explanation: Explanation) -> Explanation:
    """Replace an explanation of a policy that does not exist if the text shows it with another path."""
    text = case.failure.text
    paths = find_iam_paths(case.failure, "policy")
    is_of_set = _PERMISSION_SET.search(text) is not None
    missing = _MISSING.search(text)
    if paths is None or (missing is not None and missing["arn"] != paths.written):
        if not is_of_set or missing is None:
            return explanation
        return _explain_reference(explanation, missing)
    if not is_of_set:
        text = f"The ARN of the policy is {paths.actual}."
        remedy = your_remedy(
            f"Use the whole ARN of the policy, {paths.actual}",
            "Correct it where the ARN is set, and repeat the call.",
        )
    else:
        found = _SET_ARN.search(text)
        instance = f"arn:aws:sso:::instance/{found['id']}" if found else "INSTANCE_ARN"
        named = commands.command(
            *("--instance-arn", instance, "--permission-set-arn", found[0] if found else "PERMISSION_SET_ARN")
        )
        old, new = (
            f"Name={paths.name},Path=/{each.partition(':policy/')[2].removesuffix(paths.name)}"
            for each in (paths.written, paths.actual)
        )
        path = paths.written.partition(":policy/")[2].removesuffix(paths.name)
        text = f"The permission set refers to it with the path /{path}, and the policy in the account is {paths.actual}."
        start = "aws sso-admin {}-customer-managed-policy-reference-{}-permission-set"
        remedy = account_remedy(
            f"Attach the reference with the path /{paths.path} to the permission set",
            f"{_UNCHANGED} If the other accounts have it with the old path, create it with that path in this account instead.",
            "Then repeat the assignment (create-account-assignment), and provision the permission set in the other accounts (provision-permission-set).",
            commands=(
                f"{start.format('detach', 'from')} {named} --customer-managed-policy-reference {old}",
                f"{start.format('attach', 'to')} {named} --customer-managed-policy-reference {new}",
            ),
            url=_SET_PAGE,
        )
    return attrs.evolve(
        explanation,
        topic=PATH_MISSING.code,
        summary=_describe(paths),
        causes=(PATH_MISSING.cause("derived", text=text),),
        remedies=(remedy,),
    )


def _explain_reference(explanation: Explanation, missing: re.Match[str]) -> Explanation:
    """Explain that an account of a permission set lacks the policy to which it refers, by name or by path."""
    path = missing["path"]
    named = commands.fill_command(
        "aws iam list-policies --scope Local --query {} --output text",
        f"Policies[?PolicyName=='{missing['name']}'].Arn",
    )
    remedy = account_remedy(
        f"Create the policy {clip_text(missing['name'])} with the path /{path} in account {missing['account']}",
        f"{_UNCHANGED} If the command, run in account {missing['account']}, prints the policy with another path, create it again with this one, or change the reference in the permission set.",
        "Then repeat the assignment or provision the permission set again.",
        commands=named,
        url=_SET_PAGE,
    )
    text = f"The permission set refers to a customer managed policy with the name {clip_text(missing['name'])} and the path /{path}."
    reported = explanation.causes[0]
    return attrs.evolve(
        explanation,
        summary=f"Account {missing['account']} has no policy {missing['arn']}, to which the permission set refers.",
        causes=(reported, PATH_MISSING.cause(text=text)),
        remedies=(remedy,),
    )


def _find_setting(case: Case[Failure], paths: IamPaths) -> str | None:
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


def _correct_remedy(case: Case[Failure], paths: IamPaths, setting: str | None) -> Remedy:
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
