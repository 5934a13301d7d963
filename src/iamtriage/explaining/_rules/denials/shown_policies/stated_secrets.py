"""Compare the ARNs of secrets and KMS keys in a policy with that of the call.

Secrets Manager ends each ARN with random characters, and a key has aliases and replicas:
https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._rules.basics import Denial, Labelled, Remedy
from iamtriage.explaining._rules.denials.shown_policies.known_policies import OR_ATTACH
from iamtriage.explaining._rules.denials.shown_policies.stated_contrasts import Contrast
from iamtriage.explaining._rules.denials.statement_words import allowed_resources
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.grants.denial_remedies import with_statements
from iamtriage.explaining._rules.shared.policies.printed_policies import find_printed_policy
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.requirements import companion_hints
from iamtriage.explaining._rules.shared.requirements.required_grants import required_grant
from iamtriage.explaining._rules.shared.texts.ecs_starts import new_task_commands
from iamtriage.policies._arn_templates import RANDOM_END, complete_secret_arn
from iamtriage.policies._documents import allow
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_strings, iterate_statements
from iamtriage.policies._readers.unknown_values import has_reference, widen

_ALIAS = lazy_pattern(
    r"arn:[^:\s]{1,20}:kms:[^:\s]{1,30}:[^:\s]{1,20}:(?P<alias>alias/[A-Za-z0-9/_-]{1,250})"
)
# Actions that use a key, and not those that manage it.
_KEY_ACTION = lazy_pattern(
    r"kms:(?:Decrypt|Encrypt|ReEncrypt(?:\*|From|To)|GenerateDataKey(?:\*|Pair|WithoutPlaintext|PairWithoutPlaintext)?|GenerateMac|VerifyMac|Sign|Verify|GetPublicKey|DescribeKey|DeriveSharedSecret)"
)
# The alias, or another key behind it, is what somebody wants.
_WANTS_ALIAS = lazy_pattern(
    r"(?i:\b(?:keep|stay with|stick (?:to|with)|prefer|continue with|go on using|want to use)(?:ing)?\b[^.\n]{0,30}?\balias(?:es)?\b"
    r"|\bkeys? (?:behind (?:it|the alias) )?(?:gets?|is|are|will be|may be|can be)(?: \w{2,12}ly)? (?:replaced|rotated|swapped|exchanged)\b)"
)
_CDK_IMPORT = lazy_pattern(
    r"(?i)\bfrom_?secret_?(?:name(?:_?v2)?|partial_?arn)\b(?:\((?P<scope>\w{1,40}), ?(?P<id>[\"'][\w-]{1,80}[\"']),)?"
)
_NAME_END = lazy_pattern(r"(?<!:secret:)-[a-z]{6}\Z")
_SECRET_END = lazy_pattern(r"-(?:[A-Za-z0-9]{6}|\?{6}|\*)\Z")
_RANDOM_STEP = "Secrets Manager ends"
_PLACE_OF_SECRETS = lazy_pattern(r":secretsmanager:([a-z0-9-]{6,30}):")
NOT_KMS = " The KMS key is not the cause: a denial of its use would say so (Access to KMS is not allowed)."


def find_secret_arn(denial: Denial, name: str) -> str:
    """Return the ARN of a secret that a call names without it, in the only Region of secrets in the text."""
    grant = required_grant(denial)
    if grant is None or len(grant.resources) != 1:
        return name
    arn = grant.resources[0]
    places: set[str] = set(_PLACE_OF_SECRETS.findall(denial.failure.text)) if ":REGION:" in arn else set()
    filled = arn.replace(":REGION:", f":{places.pop()}:") if len(places) == 1 else arn
    partial = filled.removesuffix(RANDOM_END)
    whole = complete_secret_arn(partial, denial.failure.text)
    return filled if whole == partial else whole


def has_random_end(arn: str) -> bool:
    """Return whether an ARN of a secret ends in what Secrets Manager makes up, and no name does.

    >>> has_random_end("arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-passwd")
    False
    """
    return _SECRET_END.search(arn) is not None and _NAME_END.search(arn) is None


def names_partial_arn(pattern: str, partial: str) -> bool:
    """Return whether a resource of a policy is the ARN of a secret without its end, with any reference but the name."""
    name = pattern.partition(":secret:")[2]
    return not has_reference(name) and matches(partial, compile_glob(widen(pattern)))


def describe_partial_arn(denial: Denial, whole: str, *, is_code: bool) -> Contrast:
    """Return the contrast that a policy has the ARN of a secret without its end, like the call."""
    end, role = whole[-len(RANDOM_END) :], re.escape(denial.role.name if denial.role else "")
    of_role = rf"(?m)^[ \t+~]{{0,12}}role[ \t]{{1,20}}=[ \t]{{1,4}}\"{role}\""
    is_holder = is_code and role != "" and re.search(of_role, denial.failure.text) is not None
    return Contrast(
        f"names the secret without the end of its ARN ({end}), and IAM compares whole ARNs",
        None,
        f"Secrets Manager ends the ARN of each secret with six random characters, which a call may omit, but a policy may not: {clip_text(whole)}.{NOT_KMS if 'KMS' in denial.failure.text else ''}",
        # What is corrected in the caller's policy needs no other one.
        replaces_allow=is_holder,
    )


def find_name_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return the contrast that Secrets Manager takes the end of a secret's name for the end of its ARN.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
    """
    resource = denial.resource or ""
    ends = {each[len(resource) :] for each in allowed if each.startswith(resource)}
    # A random end has other characters than small letters, too: such an ARN is whole, and the policy wrong.
    if _NAME_END.search(resource) is None or not any(map(_SECRET_END.fullmatch, ends)):
        return None
    name, end = resource.rpartition(":")[2], resource[-len(RANDOM_END) :]
    command = commands.fill_command("aws secretsmanager describe-secret --secret-id {}", name)
    command += f" --query ARN --output text --region {commands.region(resource.split(':')[3])}"
    imported = _CDK_IMPORT.search(denial.failure.text)
    new_task: tuple[Labelled, ...] = ()
    where = "the code"
    if imported is not None:
        # A deployment starts new tasks.
        call = f"({imported['scope']}, {imported['id']}, 'ARN')" if imported["id"] else ""
        where = f"fromSecretCompleteArn{call} in the CDK code, instead of {imported[0].partition('(')[0]}"
    elif new_task := new_task_commands(denial.failure.text, resource.split(":")[3]):
        where = "valueFrom of the task definition"
    is_task = bool(new_task) or imported is not None
    others = [
        _SECRET_END.sub("", each).rpartition(":")[2] for each in allowed if not each.startswith(resource)
    ]
    fitting = next((each for each in others if not _NAME_END.search(f":{each}")), None)
    works = (
        f" {clip_text(fitting)} works, because its name has no such end."
        if fitting
        else " A partial ARN works only for names without such an end."
    )
    remedy = your_remedy(
        f"Use the whole ARN of {clip_text(name)}, with its random end",
        f"The command prints it. Write it in {where}{', and deploy again' if imported else ''}.",
        f"Or give the secret a name that does not end in a hyphen and six characters.{'' if is_task else ' A call can also use the name alone, without the ARN.'}",
        commands=(command, *new_task),
        url="https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html",
    )
    return Contrast(
        f"allows the ARN with {clip_text(next(filter(_SECRET_END.fullmatch, sorted(ends))))} at the end, but Secrets Manager takes {end} for this end",
        remedy,
        f"The secret's name itself ends in a hyphen and six characters, so Secrets Manager takes the ARN for the whole one of another secret. An Allow for it does not help: the call then fails with ResourceNotFoundException.{works}",
        replaces_allow=True,
    )


def complete_others(denial: Denial, own: str | None, listed: Sequence[str], remedy: Remedy) -> Remedy:
    """Return a remedy with the other secrets whose ARNs lack their end in the policy in the text, too.

    Args:
        denial: The denial.
        own: The ARN of the denied secret, with its end.
        listed: The ARNs in the policy.
        remedy: The remedy that allows the action on it.
    """
    if (corrected := _complete_printed(denial, own, remedy)) is not None:
        return corrected
    document = copy.deepcopy(dict(remedy.policy or {}))
    pairs = [(each, complete_secret_arn(each, denial.failure.text)) for each in listed]
    others = [whole for each, whole in pairs if whole not in {each, own}]
    first = next(iterate_statements(document))
    if own not in {whole for each, whole in pairs if whole != each} or not others:
        return remedy
    first["Resource"] = [*as_strings(first.get("Resource")), *others]
    names = join_words(tuple(each.rpartition(":")[2].removesuffix(RANDOM_END) for each in others), "and")
    step = f"{names} had the same problem: the policy has {'its' if len(others) == 1 else 'their'} end, too."
    return attrs.evolve(remedy, policy=document, steps=(*remedy.steps, step))


def _complete_printed(denial: Denial, own: str | None, remedy: Remedy) -> Remedy | None:
    """Return the remedy that completes the ARNs in the inline policy of the caller's role that a command printed.

    The policy keeps its name and its actions, so that no second one with more of them is left beside it.
    """
    printed = find_printed_policy(denial)
    if printed is None or own is None or denial.role is None:
        return None
    document = copy.deepcopy(dict(printed.content))
    completed: set[str] = set()
    for statement in iterate_statements(document):
        if statement.get("Effect") != "Allow":
            continue  # a Deny would then match the call
        listed = as_strings(statement.get("Resource"))
        whole = [
            own if each == own[: -len(RANDOM_END)] else complete_secret_arn(each, denial.failure.text)
            for each in listed
        ]
        completed.update(each for each in whole if each not in listed)
        if whole != list(listed):
            statement["Resource"] = whole if len(whole) > 1 else whole[0]
    if own not in completed:
        return None
    steps = tuple(each for each in remedy.steps if each.startswith(_RANDOM_STEP))
    return attrs.evolve(
        remedy,
        title=f"Complete the ARN of the secret in the policy {printed.name} of the role {denial.role.name}",
        steps=("Only the ARN changes. The name of the secret in the call can stay as it is.", *steps),
        policy=document,
        commands=printed.replace,
    )


def complete_key_actions(denial: Denial, allowing: Sequence[Mapping[str, Any]], remedy: Remedy) -> Remedy:
    """Return a remedy with all actions of a statement that names the key only by an alias or in another Region.

    Its other actions lack the key, too, so that the next call would be denied.
    """
    key_id = (denial.resource or "").rpartition("/")[2]
    named = tuple(allowed_resources(allowing))
    is_same = all(_ALIAS.fullmatch(each) or each.rpartition("/")[2] == key_id for each in named)
    actions = tuple(name for each in allowing for name in as_strings(each.get("Action")))
    if len(allowing) != 1 or not named or not is_same or denial.action not in actions:
        return remedy
    [statement] = iterate_statements(remedy.policy or {})
    own = dict.fromkeys((*as_strings(statement.get("Action")), *actions))
    # An action on aliases is checked on the alias as well, which the statement has.
    of_key = [each for each in own if _KEY_ACTION.fullmatch(each)]
    if len(of_key) < 2:
        return remedy
    return attrs.evolve(
        with_statements(
            remedy, [allow(of_key, denial.resource or "", sid="UseKey", condition=statement.get("Condition"))]
        ),
        title=remedy.title.replace(denial.action, join_words(tuple(of_key), "and")),
        steps=tuple(each for each in remedy.steps if each != companion_hints.DATA_KEYS),
    )


def keep_alias(denial: Denial, allowed: Iterable[str], remedy: Remedy) -> Remedy:
    """Return a remedy with the way that allows the key by its alias, which a Resource cannot.

    https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
    """
    aliases = [found["alias"] for each in allowed if (found := _ALIAS.fullmatch(each)) is not None]
    if denial.service != "kms" or denial.resource_arn is None or len(aliases) != 1:
        return remedy
    keys = f"{(denial.resource or '').rpartition(':')[0]}:key/*"
    condition = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": aliases[0]}}
    who = "whoever can change the alias then decides which key it is"
    wanted = _WANTS_ALIAS.search(denial.failure.text)
    if wanted is None:
        step = f"Or, if the alias can get another key, use {keys} as Resource with the condition {json.dumps(condition)[1:-1]}: {who}."
        return attrs.evolve(remedy, steps=(*remedy.steps, step))
    [statement] = iterate_statements(remedy.policy or {})
    steps = (
        f"The condition allows the key that has the alias, also after the alias gets another one: {who}. The code can go on using the alias.",
        f"For this key only, without the condition, use {clip_text(denial.resource or '')} as Resource.",
        *(each for each in remedy.steps if OR_ATTACH not in each),
    )
    by_alias = {**statement, "Resource": keys, "Condition": condition}
    return attrs.evolve(with_statements(remedy, [by_alias]), steps=steps)
