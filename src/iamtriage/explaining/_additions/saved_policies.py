"""Save the policy that a command prints in a file that a later command reads."""

from __future__ import annotations

import re
from functools import partial

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.explanations.command_blocks import files_of, find_saved_file
from iamtriage._rendering.labels import Labelled, keep_label
from iamtriage.explaining._explanations.remedies import Remedy, change_commands
from iamtriage.explaining._rules.shared.remedies import KEEP_OTHERS

# A command that prints nothing but a policy. Other outputs have other values, too.
_PRINTS_POLICY = lazy_pattern(
    r"aws [a-z0-9-]+ (?:get|describe)-[^|;&<>]* --query "
    r"'?(?:(?P<object>Role\.AssumeRolePolicyDocument|PolicyVersion\.Document|PolicyDocument)"
    r"|(?:Attributes\.|VpcEndpoints\[0\]\.|profile\.|association\.|destinations\[0\]\.access)?(?i:resource|session|inline)?(?i:policy)(?:Text|InJson|Document|\.document)?"
    r"|DomainConfig\.AccessPolicies\.Options|Policy\.Content)'?(?= |\Z)[^|;&<>]*"
)
_KEEPS_OTHERS = lazy_pattern(rf"{KEEP_OTHERS}[^.:]{{1,80}} in [\w.-]+\.json: [\w -]{{1,60}} replaces it\.")
_SAVED_BY_HAND = " Save the changed policy as policy.json."
# A command that saves a policy, to be changed or with a statement added.
_SAVES = lazy_pattern(r"(?: > (?:old-)?| \| tee )([\w.-]{1,60}\.json)(?!\S)")
# A step about a path that the ARN of a role in the policy can lack.
_PATH = lazy_pattern(r"STS omits (?:a role's path|the path of the role)\b")
# Parameters that take the policy as a JSON string, and the jq filter around it.
_AS_STRING = {
    "--attributes": "{Policy: .}",
    "--patch-operations": '[{op: "replace", path: "/policy", value: .}]',
}


def rename_saved_file(remedy: Remedy, text: str) -> Remedy:
    """Return a remedy that saves a policy in a file with another name than those in a text: they are the reader's."""
    saved = find_saved_file(remedy.documents, remedy.commands)
    file = saved or ((found := _SAVES.search("\n".join(remedy.commands))) and found[1])
    if (
        file is None
        or file not in text
        or re.search(rf"(?<![\w.-])(?:old-)?{re.escape(file)}(?![\w-])", text) is None
    ):
        return remedy
    rename = partial(re.compile(rf"(?<![\w.-])((?:old-)?{re.escape(file[:-5])})(?=\.json)").sub, r"\1-2")
    return attrs.evolve(
        remedy,
        steps=tuple(map(rename, remedy.steps)),
        commands=tuple(
            Labelled(rename(each.label), rename(each), is_required=each.is_required)
            if isinstance(each, Labelled)
            else rename(each)
            for each in remedy.commands
        ),
    )


def save_printed_policy(remedy: Remedy) -> Remedy:
    """Return a remedy whose command that prints a policy saves it, if a later one replaces it by a changed one.

    >>> from iamtriage.explaining import Remedy
    >>> show = "aws iam get-role --role-name app --query Role.AssumeRolePolicyDocument"
    >>> change = "aws iam update-assume-role-policy --role-name app --policy-document file://trust.json"
    >>> remedy = Remedy("Trust it", "resource owner", commands=(show, change), statement={"Effect": "Allow"})
    >>> save_printed_policy(remedy).commands[0].removeprefix(show)
    ' --output json > old-trust.json'
    """
    remedy = change_commands(remedy, tuple(map(_pass_as_string, remedy.commands)))
    documents, commands = remedy.documents, remedy.commands
    files = [each for each in files_of("\n".join(commands)) if each.endswith(".json")]
    if len(files) != 1 or any("Statement" in each for each in documents):
        return remedy
    [file] = files
    reader = next(number for number, each in enumerate(commands) if file in files_of(each))
    printers = [
        (number, found)
        for number, each in enumerate(commands[:reader])
        if (found := _PRINTS_POLICY.fullmatch(each)) is not None
    ]
    if not printers or any(f"> {file}" in each for each in commands):
        return remedy
    number, found = printers[-1]
    # The configured output of the AWS CLI can be a table.
    # API Gateway returns the policy with backslashes before its quotes.
    output = " --output json" if found["object"] else r" | tr -d '\\'" if " get-rest-api " in found[0] else ""
    # Who changes a statement has to read it first.
    saving = f"{found[0]}{output} {f'> old-{file}' if documents else f'| tee {file}'}"
    label = f"Then, with the statement changed in {file}:"
    if documents:
        # A short form can omit the step about the path.
        path = " and the role's ARN in it" if any(map(_PATH.match, remedy.steps)) else ""
        label = f"Check {file}{path}, then replace the policy:"
        # The commands keep the other statements.
        steps = (each for each in remedy.steps if not _KEEPS_OTHERS.fullmatch(each))
        remedy = attrs.evolve(remedy, steps=tuple(steps))
    else:
        # The label of the last command says it, after the command that would overwrite the file.
        steps = (each.replace(_SAVED_BY_HAND, "") for each in remedy.steps)
        remedy = attrs.evolve(remedy, steps=tuple(steps))
    lines = [*commands]
    lines[number] = keep_label(lines[number], saving)
    if not isinstance(lines[reader], Labelled):
        lines[reader] = Labelled(label, lines[reader], is_required=bool(documents or remedy.manifest))
    return attrs.evolve(remedy, commands=tuple(lines))


def _pass_as_string(command: str) -> str:
    for option, jq_filter in _AS_STRING.items():
        if (argument := f"{option} file://policy.json") in command:
            return f"jq -Rs '{jq_filter}' policy.json | {command.replace(argument, f'{option} file:///dev/stdin')}"
    return command
