"""Compare the Region and the account of a call with those in which a policy or the rest of the text has the resource."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import attrs

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import clip_text, quote_words
from iamtriage.explaining._context.domains import find_domain
from iamtriage.explaining._context.readers.command_lines import find_commands
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._context.readers.region_names import PLACE, region_of_place
from iamtriage.explaining._context.readers.statements import find_said, find_working
from iamtriage.explaining._rules.basics import Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.names.missing_resources import RESOURCE_IN_OTHER_REGION
from iamtriage.explaining._rules.denials.conditions.denied_regions import other_model_region, region_setting
from iamtriage.explaining._rules.denials.conditions.request_conditions import calls_global_profile
from iamtriage.explaining._rules.denials.shown_policies.known_policies import list_known_policies
from iamtriage.explaining._rules.denials.shown_policies.stated_contrasts import Contrast
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.policies.statement_matching import (
    differing_part,
    names_action,
    other_region,
)
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.shared.requirements.required_grants import required_grant
from iamtriage.explaining._rules.shared.wording import denial_summary

_ALLOW_TITLE = lazy_pattern(r"\AAllow ([a-z0-9-]+:.*)")
_MISSING_ALLOWS = frozenset({"no-identity-allow", "access-denied", "resource-policy"})
_REGION, _ACCOUNT, _NAME_PART = 3, 4, 5
# What another account can have, and how a call names it.
_BY_ARN = {
    "dynamodb": ("table", "its ARN as TableName"),
    "ecr": ("repository", "registryId {} (--registry-id)"),
    "events": ("event bus", "its ARN as EventBusName"),
    "glue": ("Data Catalog", "CatalogId {}"),
    "kinesis": ("stream", "its ARN as StreamARN (--stream-arn) instead of StreamName"),
    "kms": ("key", "its ARN as KeyId"),
    "lambda": ("function", "its ARN as FunctionName"),
    "secretsmanager": ("secret", "its ARN as SecretId"),
    "sqs": ("queue", "its URL as QueueUrl"),
}
_CROSSES = lazy_pattern(
    r"(?i:\bcross[- ]account\b|\b(?:an)?other (?:AWS )?account\b|\b(?:central|shared) account\b)"
)
_END_OF_NAME = lazy_pattern(r"(?::log-stream:.*|:\*)\Z")
_CREATES = lazy_pattern(
    r"\b(?:auto_create_(?:group|stream)|awslogs-create-group|create_missing_group|create_log_group)\b"
)
# What a lookup prints that finds nothing.
_NOT_FOUND = lazy_pattern(r"\w*Not(?:Found|Exist)\w*|NonExistent|(?i:\bnot found\b|\bdoes not exist\b)")
_EMPTY = lazy_pattern(r"[^\[]*\[\s{0,8}\]")
_CHARS_OF_OUTPUT = 300
# "Function and table were both created in Frankfurt."
_SAID_PLACE = lazy_pattern(
    rf"\b(?:[Tt]ables?|[Qq]ueues?|[Tt]opics?|[Ss]ecrets?|[Pp]arameters?|[Ff]unctions?|[Kk]eys?|[Ss]treams?|[Rr]epositor(?:y|ies)|[Ll]og groups?|[Ee]verything)\b[^\n.;,]{{0,40}} (?:is|are|was|were|lives?|exists?)(?: (?:both|all|only|really|created|deployed|set up)){{0,2}} in (?:the )?(?:[Rr]egion )?[`'\"(]?(?P<place>{PLACE})(?![\w-])(?! (?:and|or|too|as well)\b)"
)
# A setting in code, and not one of the environment or of a command.
_CALLED = lazy_pattern(rf"Call (?P<region>{REGION}),")
_IN_CODE = lazy_pattern(r", set by \W?(?:region|Region)")
_MISSED = lazy_pattern(
    r"(?i:\bnot found\b|\b(?:does not|doesn't|did not|didn't) (?:exist|see|find)\b|\balready\b|\bexists\b|\bis there\b)"
)
# The commands that find a resource by its name, by service.
_LOOKUPS = {
    "dynamodb": "aws dynamodb describe-table --table-name {} --region {} --query Table.TableArn --output text",
    "lambda": "aws lambda get-function-configuration --function-name {} --region {} --query FunctionArn --output text",
    "secretsmanager": "aws secretsmanager describe-secret --secret-id {} --region {} --query Name --output text",
    "sqs": "aws sqs get-queue-url --queue-name {} --region {}",
    "ssm": "aws ssm describe-parameters --parameter-filters Key=Name,Values={} --region {} --query 'Parameters[].Name'",
}
# Where a policy allows only this action, the caller may not run the command above.
_OTHER_LOOKUPS = {
    "lambda:GetFunction": "aws lambda get-function --function-name {} --region {} --query Configuration.FunctionArn --output text"
}
_NAME = lazy_pattern(r"[\w/][\w+=.@/-]{0,511}")
_SECRET_SUFFIX = lazy_pattern(r"-(?:[A-Za-z0-9]{6}|\?{6})\Z")
# What has one ID or name in several Regions: https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html.
_REPLICA = lazy_pattern(
    r"(?i:\breplica (?:key|secret|table|in|is|exists)\b|\breplicated (?:to|in)\b|\bglobal tables?\b)"
)
_STORE = lazy_pattern(
    r"\b(?P<kind>(?:cluster)?secretstore)s?(?:\.[a-z.-]{1,40})?[ /](?P<name>[a-z0-9][a-z0-9.-]{0,252})"
)


def find_region_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return the contrast that a policy allows the action in another Region only, if nothing else differs."""
    if (of_global := _find_global_contrast(denial, allowed)) is not None:
        return of_global
    if denial.service == "bedrock" and (region := other_region(denial.resource or "", allowed)) is not None:
        place = other_model_region(denial) or f" in {(denial.resource or '').split(':')[3]}"
        return Contrast(f"allows it only in {region}, and the call was denied{place}")
    if (of_account := _find_account_contrast(denial, allowed)) is not None:
        return of_account
    grant = required_grant(denial)
    if grant is None or len(grant.resources) != 1:
        return None
    arn = grant.resources[0]
    region = other_region(arn, allowed)
    if region is None:
        return None
    called = arn.split(":")[3]
    if _is_replica(denial, arn):
        verdict = f"allows it only in {region}, and the replica in {called} has its own ARN"
        return Contrast(verdict)
    # The next remedy is an Allow in an identity-based policy.
    only = None
    if denial.policy_type not in {None, "identity"}:
        only = f"If you mean the one in {called}, the policy must allow {denial.action} on {clip_text(arn)}, too."
    remedy = _call_region(denial, arn, region, only)
    setting = region_setting(denial, called)
    return Contrast(f"allows it only in {region}, and the call went to {called}{setting}", remedy)


def _find_account_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return the contrast that the caller's policy has the resource of another account, and a call by its name went to the own one."""
    resource = denial.resource or ""
    parts = {differing_part(resource, each) for each in allowed} - {None}
    owner = only_one({value for index, value in filter(None, parts) if index == _ACCOUNT})
    kind, how = _BY_ARN.get(denial.service or "", (None, ""))
    if kind is None or owner is None or len(parts) != 1 or not owner.isdigit():
        return None
    if resource.split(":")[_ACCOUNT] != denial.account or denial.policy_type not in {None, "identity"}:
        return None
    # A policy that was copied from another account has the wrong one.
    text = denial.failure.text
    if not (_CROSSES.search(text) or re.search(rf"(?<![\w:]){owner}(?![\w:])", text)):
        return None
    shown = next(each for each in allowed if f":{owner}:" in each)
    if denial.service == "sqs" and (arn := denial.resource_arn) is not None:
        shown = f"https://sqs.{arn.region}.{find_domain(arn.partition)}/{owner}/{arn.resource}"
    value = "" if "{}" in how or "*" in shown else f", {shown}"
    remedy = your_remedy(
        f"Name the {kind} of account {owner} in the call",
        f"Pass {how.format(owner)}{value}. With the name alone, the call goes to the {kind} of this name in the caller's own account.",
        f"The policy of the {kind} in account {owner} must allow the caller, too.",
        url=pages.CROSS_ACCOUNT,
    )
    verdict = (
        f"allows it only in account {owner}, and the call went to the caller's own account {denial.account}"
    )
    return Contrast(verdict, remedy)


def _find_global_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return the contrast that a policy has the model of a global inference profile in a Region only."""
    parts = {differing_part(denial.resource or "", each) for each in allowed} - {None}
    region = only_one({value for index, value in filter(None, parts) if index == _REGION})
    if region is None or not calls_global_profile(denial):
        return None
    text = "A global inference profile (global.…) can send a call to any commercial Region, so AWS also checks the model's ARN without a Region."
    return Contrast(
        f"has the model only in {region}, and the call uses a global inference profile", None, text
    )


def name_alternative(remedy: Remedy) -> Remedy:
    """Return a remedy with an Allow as what to do instead, if the policy or the call is right as it is."""
    return attrs.evolve(remedy, title=_ALLOW_TITLE.sub(r"Or allow \1 on this resource", remedy.title))


def add_resource_elsewhere(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the client calls the wrong Region, if the rest of the text has the resource in another one."""
    parts = (denial.resource or "").split(":", 5)
    if len(parts) <= _NAME_PART or explanation.topic not in _MISSING_ALLOWS or "*" in parts[_NAME_PART]:
        return explanation
    *place, called, account, resource = parts
    start, name = ":".join(place), _END_OF_NAME.sub("", resource)
    if _is_replica(denial, denial.resource or ""):
        return explanation
    found = _find_regions(denial, start, account, name)
    if len(found) != 1 or called in found:
        return explanation
    # Or the resource policy in the text names its own resource in the other Region.
    if any(each.title.startswith(("Call ", "Replace arn:")) for each in explanation.remedies):
        return _leave_policy(denial, explanation, denial.resource or "")
    region, arn = next(iter(found)), f"{start}:{called}:{account}:{name}"
    in_policy = any(
        f":{region}:{account}:{name}" in json.dumps(each.content) for each in denial.context.policies
    )
    remedy = _call_region(denial, arn, region, None, is_there=not in_policy)
    others, why = explanation.remedies, ""
    text = denial.failure.text
    option = _CREATES.search(text)
    is_created = (denial.action or "").partition(":")[2].startswith("Create")
    if is_created and (option is not None or _MISSED.search(text)):
        # What a client creates because it does not find it exists where it is not looked for.
        why = f" In {called}, the client finds none, so it tries to create it."
        option_step = (
            f"{option[0]} lets the client create it: switch it off if something else does."
            if option
            else None
        )
        steps = (*remedy.steps, "The policies can stay as they are.", *present(option_step))
        remedy = attrs.evolve(remedy, steps=steps)
        others = tuple(each for each in others if each.layer != "identity")
    setting, named = region_setting(denial, called), clip_text(_find_name(arn))
    shown = found[region]
    is_said = " " in shown and shown in text
    because = f"The text has {quote_words(shown) if is_said else clip_text(shown)}."
    cause = RESOURCE_IN_OTHER_REGION.cause("derived", text=f"{because}{why}")
    verdict = f"the call went to {called}{setting}, but the text has {named} in {region}"
    explanation = attrs.evolve(
        explanation,
        summary=denial_summary(denial, verdict),
        causes=(cause, *explanation.causes),
        remedies=(remedy, *map(name_alternative, others)),
    )
    return _leave_policy(denial, explanation, arn)


def _leave_policy(denial: Denial, explanation: Explanation, arn: str) -> Explanation:
    """Leave out the Allow for a resource in the called Region, if the text shows that it is not there."""
    first, *others = explanation.remedies
    found, called, name = _CALLED.match(first.title), arn.split(":")[3], clip_text(_find_name(arn))
    if found is None or not _is_absent(denial, called, found["region"], _find_name(arn)):
        return explanation
    is_in_policy = arn.replace(f":{called}:", f":{found['region']}:") in denial.failure.text
    policy = "The policy can stay as it is. " if is_in_policy else ""
    why = f"{policy}An Allow for {called} would not help: it has no {name}, so the call would then fail as not found."
    call = _call_region(denial, arn, found["region"], None, is_there=True)
    call = attrs.evolve(call, steps=(*call.steps, why))
    return attrs.evolve(explanation, remedies=(call, *(each for each in others if each.layer != "identity")))


def _is_absent(denial: Denial, called: str, region: str, name: str) -> bool:
    """Return whether a lookup in the called Region found nothing, or people say that the resource is in the other one."""
    text, (_, end) = denial.failure.text, denial.failure.span
    if {region_of_place(each["place"]) for each in find_said(text, _SAID_PLACE)} == {region}:
        return True
    found = [*find_commands(text, end, len(text))]
    ends = (*(at for at, _ in found[1:]), len(text))
    for (at, command), following in zip(found, ends, strict=False):
        option, (service, operation, *_) = command.option("region"), (*command.words, "", "")
        if service == denial.service and option is not None and option.value == called:
            output = text[at : min(following, at + len(command.text) + _CHARS_OF_OUTPUT)]
            is_named = any(name in {value, value.rpartition("/")[2]} for _, value in command.options)
            if is_named and _NOT_FOUND.search(output):
                return True
            if operation.startswith("list-") and _EMPTY.match(output):
                return True
    return False


def _is_replica(denial: Denial, arn: str) -> bool:
    """Return whether a resource is in several Regions: a multi-Region key, or what a text says that of."""
    return ":key/mrk-" in arn or next(find_said(denial.failure.text, _REPLICA), None) is not None


def _find_regions(denial: Denial, start: str, account: str, name: str) -> dict[str, str]:
    """Return the Regions in which the text has a resource, by its ARN, its URL or a command, each with what shows it."""
    text, (first, last) = denial.failure.text, denial.failure.span
    short = name.replace(":", "/").rpartition("/")[2]
    end = r"(?![\w/+=@-]|[.]\w)"
    patterns = [rf"{re.escape(start)}:({REGION}):{re.escape(account)}:{re.escape(name)}{end}"]
    if denial.service == "sqs":
        patterns.append(rf"https://sqs\.({REGION})\.[a-z.]+/{re.escape(account)}/{re.escape(name)}{end}")
    elif denial.service == "ecr":
        patterns.append(
            rf"{re.escape(account)}\.dkr\.ecr\.({REGION})\.[a-z.]+/{re.escape(name.partition('/')[2])}{end}"
        )
    found = {
        each[1]: each[0]
        for part in (text[:first], text[last:])
        for pattern in patterns
        for each in re.finditer(pattern, part)
    }
    if found or len(short) <= 1:
        return found
    named = rf"(?<![\w/.-]){re.escape(short)}(?![\w-])"
    # "aws … --region eu-west-1 works", and "the table is in Ireland (eu-west-1)".
    worked = find_working(text, re.compile(rf"{named}[^\n]{{0,200}}--region[ =]{REGION}"))
    if worked is not None:
        return dict.fromkeys(re.findall(rf"--region[ =]({REGION})", worked), worked)
    # Not "a copy of the table is in eu-west-1", and not "the table is in eu-west-1 and us-east-1".
    place = re.compile(
        rf"(?<!of )(?<!for ){named}[^\n.;,]{{0,40}}? (?:is|are|exists|lives|was created) (?:only |really )?in [^\n.;,]{{0,30}}?({PLACE})(?: \({REGION}\)|\))?(?! (?:and|or|too|as well)\b)"
    )
    if (said := next(find_said(text, place), None)) is not None:
        return {region_of_place(said[1]): said[0]}
    for run in find_runs(denial.failure):
        region, words = run.command.option("region"), run.command.words
        values = {value.rpartition("/")[2] for _, value in run.command.options}
        if region is not None and short in values and words[:1] == (denial.service,) and run.has_succeeded:
            found[region.value] = (
                f"{clip_text(_find_name(f'{start}:::{name}'))} in the output of aws {' '.join(words)} --region {region.value}"
            )
    return found


def _call_region(
    denial: Denial, arn: str, region: str, only: str | None, *, is_there: bool = False
) -> Remedy:
    """Return how to call the Region in which a resource is, instead of the one in its ARN."""
    called, name, lookup = arn.split(":")[3], _find_name(arn), _find_lookup(denial)
    lines: list[str] = []
    if lookup is not None and _NAME.fullmatch(name) and not is_there:
        lines.append(commands.fill_command(lookup, name, commands.region(region)))
    check: str | None = f"Check that {clip_text(name)} is in {region}." if lines else None
    setting = region_setting(denial, called)
    if denial.service == "secretsmanager" and denial.resource_arn is None:
        check = f"The message has the secret's name instead of its ARN: a sign that {called} has no such secret. {check or ''}".rstrip()
    unset = (
        ""
        if _IN_CODE.match(setting) is None
        else ", or leave it out: AWS_REGION then counts, which Lambda sets to the function's own Region"
    )
    change: str | None = (
        f"{'Then set' if check else 'Set'} the Region of the client to {region}{setting.replace(', set by', ' instead of')}{unset}."
    )
    controller, store = find_controller(denial.failure.text), _STORE.search(denial.failure.text)
    if controller is not None and controller.region_setting:
        change = f"{'Then set' if check else 'Set'} {controller.region_setting} to {region}."
        if store is not None:
            option = "" if store["kind"].startswith("cluster") else " --namespace NAMESPACE"
            patch = json.dumps({"spec": {"provider": {"aws": {"region": region}}}})
            line = f"kubectl patch {store['kind']} {{}}{option} --type merge --patch {{}}"
            lines.append(commands.fill_command(line, store["name"], patch))
    repeated = commands.repeat_command(denial.context.command, changes={"region": commands.region(region)})
    if repeated is not None and (not setting or 'by "--region' in setting):
        is_alone = not (setting or lines)
        change = f"Or set AWS_REGION, or region in the profile, to {region}." if is_alone else None
        lines.append(Labelled("If it is there:", repeated) if lines else repeated)
    title = f"Call {region}, {f'where {clip_text(name)} is' if is_there else f'if you mean {clip_text(name)} in that Region'}"
    if is_there:
        check, change = None, change and change.replace("Then set", "Set")
    return your_remedy(title, check, change, only, commands=tuple(lines), url=pages.EVALUATION)


def _find_lookup(denial: Denial) -> str | None:
    """Return the command that finds the resource, one that a policy in the text allows if there is one."""
    for action, command in _OTHER_LOOKUPS.items():
        allows = [each for policy in list_known_policies(denial) for each in policy.allows]
        if action.startswith(f"{denial.service}:") and any(names_action(each, action) for each in allows):
            return command
    return _LOOKUPS.get(denial.service or "")


def _find_name(arn: str) -> str:
    """Return the name of a resource by which the AWS CLI finds it."""
    service, resource = arn.split(":")[2], arn.split(":", 5)[5]
    if service == "logs":
        return resource.partition(":")[2]
    if (service, resource) == ("glue", "catalog"):
        return "the Data Catalog"
    if service in {"dynamodb", "ssm"}:
        _, _, name = resource.partition("/")
        return f"/{name}" if service == "ssm" and "/" in name else name
    if service == "secretsmanager":
        return _SECRET_SUFFIX.sub("", resource.removeprefix("secret:"))
    return (
        resource.partition(":")[2].partition(":")[0] if service == "lambda" else resource.rpartition("/")[2]
    )
