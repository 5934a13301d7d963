"""Say what a Deny statement requires of the call: satisfying it comes before changing a policy."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, escape_lines, join_words, upper_first
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations.explanations import copy_with
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.conditions import (
    denied_regions,
    deny_conditions,
    required_settings,
)
from iamtriage.explaining._rules.denials.conditions.condition_keys import set_in_code
from iamtriage.explaining._rules.denials.conditions.requested_values import (
    describe_way,
    is_function_without_vpc,
)
from iamtriage.explaining._rules.denials.denies import deny_remedies, ordered_remedies
from iamtriage.explaining._rules.denials.denies.data_perimeters import perimeter_remedy
from iamtriage.explaining._rules.denials.denies.named_requirements import (
    describe_tested_value,
    exempt_service,
    remedy_by_name,
)
from iamtriage.explaining._rules.denials.denies.required_tags import leave_out, tag_step, tagged_types
from iamtriage.explaining._rules.denials.policy_causes import DENIES
from iamtriage.explaining._rules.denials.resource_commands import principal_arn_pattern
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.remedies import organization_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary

if TYPE_CHECKING:
    from iamtriage.authorization._decoded_statements import DenyingCondition
    from iamtriage.explaining._rules.denials.conditions.deny_conditions import Requirement
    from iamtriage.explaining._rules.denials.denies.corrections import Correction
    from iamtriage.explaining._rules.denials.denies.stated_denies import StatedDeny

_READS = lazy_pattern(
    r'(?:policy|boundary)=arn:|(?:(?:boundary|version)="\$\()?aws [a-z0-9-]+ (?:get|list|describe|simulate)-'
)
_GENERAL_CODES = frozenset(each.code for each in DENIES.values())
_MAX_ACTIONS = 4
DENYING_CONDITION = CauseType(
    "denying-condition",
    title="The condition of the Deny statement matches",
    meaning="The decoded message states which condition of the Deny statement matched the request.",
    recognised_by="The decoded message states the condition keys of the Deny statement.",
    fix="Make the call so that the condition does not match, or change the statement.",
    sources=(pages.EVALUATION,),
)


def typical_requirement(denial: Denial) -> str | None:
    """Return what Deny statements on the action often require, unless the conditions of the statement are known."""
    if denial.statements and denial.facts.decoded_message is not None:
        return None
    for action, part, words in deny_conditions.TYPICAL:
        if denial.lowercase_action == action and part in (denial.resource or ""):
            return f"{deny_conditions.ENFORCES.format(denial.action)} {words}."
    return None


def add_requirement(denial: Denial, explanation: Explanation) -> Explanation:
    """Add which condition of a Deny matched, and first of all how to call as the Deny requires."""
    if explanation.topic == "compromised-key":
        return explanation
    message = denial.facts.decoded_message
    conditions = () if message is None else message.denying_conditions()
    stated: tuple[StatedDeny, ...] = ()
    correction: Correction | None = None
    facts = denial.facts
    if message is None and (facts.policies or facts.trust_policy or context_of(facts).policies):
        from iamtriage.explaining._rules.denials.denies import stated_denies

        stated = stated_denies.find_stated_denies(denial)
        if not stated and (excluded := stated_denies.describe_excluded(denial)):
            explanation = copy_with(explanation, summary=f"{explanation.summary}{escape_lines(excluded)}")
        if len(stated) == 1:
            from iamtriage.explaining._rules.denials.denies.corrected_denies import correct_deny

            correction = correct_deny(denial, stated[0])
        if stated:
            verdict = stated_denies.describe_denies(stated) if correction is None else correction.verdict
            conditions = tuple(condition for each in stated for condition in each.conditions)
            explanation = copy_with(
                explanation,
                summary=escape_lines(denial_summary(denial, verdict)),
                causes=(
                    *(each.cause(denial, is_only=not stated[1:], correction=correction) for each in stated),
                    # They say the same without the statement.
                    *(each for each in explanation.causes if each.code not in _GENERAL_CODES),
                ),
            )
    # The caller can change the request more easily than the resource or who calls.
    owners = ("request", "resource", "principal")
    ordered = sorted(conditions, key=lambda each: owners.index(deny_remedies.condition_owner(each)))
    met = next((each for each in ordered if each.request_values), None)
    # Whether the condition of a statement accepts its values is known without those of the request.
    met = met or next((each for each in ordered if getattr(each, "accepts_values", None) is not None), None)

    def build_remedies() -> tuple[Remedy, ...]:
        unsent = stated[0].unsent if len(stated) == 1 else None
        needs_deny = False
        if unsent is None:
            remedy, needs_deny = _satisfying_remedy(denial, ordered, met)
        else:
            from iamtriage.explaining._rules.denials.denies.stated_denies import unsent_remedy

            remedy = unsent_remedy(denial, unsent)
        others = explanation.remedies
        remedy = exempt_service(denial, remedy, others)
        if remedy is not None and remedy.url == pages.BEDROCK_PROFILES:
            # What was a guess before.
            others = tuple(each for each in others if each.url != remedy.url)
        if len(stated) == 1:
            remedy, others = stated[0].refine_all(denial, remedy, others, correction)
            if remedy is not None and stated[0].exempts_sessions:
                remedy = _say_it_is_exempt(remedy, stated[0])
        if correction is not None:
            return correction.remedy(denial, others)
        if remedy is not None and others and needs_deny:
            remedy = _show_deny(remedy, others[0])
        remedies = ordered_remedies.order_remedies(denial, remedy, others, met)
        if not remedies:
            return ()
        first, *rest = _as_only_way(remedies[0]), *remedies[1:]
        if first.title.startswith(denial_remedies.DETAILS_TITLES):
            steps = (*first.steps, *present(typical_requirement(denial)), deny_remedies.change_step(denial))
            first = attrs.evolve(first, steps=steps)
        return (first, *rest)

    return copy_with(
        explanation,
        summary=explanation.summary
        if stated
        else escape_lines(_add_reason(explanation.summary, denial, ordered, met)),
        causes=(
            *explanation.causes,
            *(_condition_cause(denial, each) for each in (() if stated else conditions)),
        ),
        _remedies=build_remedies,
    )


def _as_only_way(remedy: Remedy) -> Remedy:
    """Return a remedy without the "Or" of an alternative, if no other one precedes it."""
    title = remedy.title.removeprefix("Or ")
    return remedy if title == remedy.title else attrs.evolve(remedy, title=upper_first(title))


def _show_deny(guess: Remedy, finding: Remedy) -> Remedy:
    """Return a remedy for what a name suggests, or for a protected resource, with the commands that show the Deny."""
    shown_first = itertools.takewhile(_READS.match, finding.commands)
    reads = tuple(each for each in shown_first if "list-entities-for-policy" not in each)
    if not reads:
        return guess
    label = Labelled(f"To see the Deny itself ({finding.who}):", reads[0])
    return attrs.evolve(guess, commands=(*guess.commands, label, *reads[1:]))


def _describe_presence(denial: Denial, condition: DenyingCondition) -> str | None:
    kinds, clause = tagged_types(denial), deny_conditions.describe_presence(condition)
    return f"{clause} for the {kinds[0]}" if kinds and clause and clause.startswith("the call ") else clause


def _condition_cause(denial: Denial, condition: DenyingCondition) -> Cause:
    clause = _describe_presence(denial, condition)
    text, message = str(condition), denial.facts.decoded_message
    statements = () if message is None else message.statements
    own = next(itertools.islice(statements, condition.statement, None), None)
    if (
        own is not None
        and own.actions
        and {*(condition.request_values or ("",))} <= {*condition.policy_values}
    ):
        # The summary has the value: what else the statement denies is new.
        denied = join_words([*map(clip_text, own.actions[:_MAX_ACTIONS])], "and")
        text = f"The statement denies {denied} if {clip_text(condition.key)} is {clip_text(join_words(condition.policy_values, 'or'))}."
    if clause is not None:
        text = f"{upper_first(clause)}, and the Deny has a condition on {clip_text(condition.key)}."
    return DENYING_CONDITION.cause("supplied", "The decoded message contains the statement.", text=text)


def _add_reason(
    summary: str, denial: Denial, conditions: list[DenyingCondition], met: DenyingCondition | None
) -> str:
    """Return a summary that names the statement, and the value of the call that it denies."""
    words = summary.removesuffix(".")
    sid = clip_text(denial.statements[0]) if denial.statements else ""
    if sid and sid not in words:
        words += f" (statement {sid})"
    revoked = next((each for each in conditions if deny_conditions.REVOCATION.has_key(each.key)), None)
    if revoked is not None:
        return f"{words}: someone revoked the sessions issued before {clip_text(join_words(revoked.policy_values, 'or'))}."
    if deny_conditions.shows_revocation(denial):
        name = deny_conditions.REVOCATION.names
        revoked_by = f"somebody revoked the role's sessions, and this one is older (inline policy {name})"
        return denial_summary(denial, f"most likely, {revoked_by}")
    checks = (_describe_presence(denial, each) for each in conditions)
    reason = next((each for each in checks if each is not None), None)
    if reason is None and met is None and (tested := describe_tested_value(denial)) is not None:
        return f"{words}, most likely because {tested}."
    if met is not None:
        reason = f"{clip_text(met.key)} is {clip_text(', '.join(met.request_values or ()))}"
    return f"{words}{(reason and f' because {reason}') or ''}."


def _say_it_is_exempt(remedy: Remedy, stated: StatedDeny) -> Remedy:
    """Return the remedy that opens a session with MFA, which the Deny lets the user do without an administrator."""
    of_role = stated.policy.policy_type == "role_trust"
    if not any(("--token-code" if of_role else "get-session-token") in each for each in remedy.commands):
        return remedy
    first, *steps = (each for each in remedy.steps if not each.startswith(deny_remedies.IF_NEEDED))
    words = "The same statement" if stated.words == "a statement" else capitalize_start(stated.words)
    exempt = f"{words} exempts sts:GetSessionToken, so you need no administrator."
    if of_role:
        exempt = "The Deny then does not match: no policy has to change, and you need no administrator."
    return attrs.evolve(remedy, steps=(first, exempt, *steps))


def _satisfying_remedy(
    denial: Denial, conditions: list[DenyingCondition], met: DenyingCondition | None
) -> tuple[Remedy | None, bool]:
    """Return how to call as the Deny requires, as far as its conditions or its name show that, and whether to read it first."""
    # Most denials do not need the module.
    from iamtriage.explaining._rules.denials.conditions.request_conditions import calls_global_profile

    for condition in conditions:
        requirement = deny_conditions.find_requirement(condition.key, denial.lowercase_action)
        if (deny_conditions.describe_presence(condition) or "").partition(" has ")[2].startswith("the "):
            # A value that is present has to go.
            continue
        is_boolean = deny_conditions.BOOLEANS.issuperset(each.lower() for each in condition.policy_values)
        # Of two values, the other one is accepted.
        is_boolean = is_boolean or condition.policy_values == ("NONE",)
        is_satisfiable = is_boolean or deny_conditions.accepts_listed_values(condition) is not False
        if requirement is deny_conditions.REGION and deny_remedies.is_tied(denial):
            return deny_remedies.exempt_global_service(denial), False
        if requirement is deny_conditions.REGION and calls_global_profile(denial):
            return denied_regions.model_region_remedy(denial, condition.policy_values), False
        if requirement is not None and is_satisfiable:
            return _remedy_by_condition(denial, requirement, condition, conditions), False
    if met is not None:
        remedy = perimeter_remedy(denial, met) or _compare_remedy(denial, met)
        return remedy, _protects_resource(met) and not remedy.commands
    return remedy_by_name(denial)


def _remedy_by_condition(
    denial: Denial, requirement: Requirement, condition: DenyingCondition, conditions: list[DenyingCondition]
) -> Remedy:
    listed = clip_text(join_words(condition.policy_values, "or"))
    title = requirement.title
    accepted = condition.policy_values if deny_conditions.accepts_listed_values(condition) else ()
    step, again = required_settings.find_step(denial, requirement, condition.key, accepted)
    if condition.request_values:
        # The request has an address.
        step = step.replace(deny_conditions.NO_SOURCE_IP, "")
    if deny_conditions.accepts_listed_values(condition):
        where = "in " if condition.key.lower() == "aws:sourceip" and "/" in listed else ""
        must_be = (
            "" if title.endswith(f" {listed}") else f"{clip_text(condition.key)} must be {where}{listed}. "
        )
        setting = set_in_code(denial, step, condition.policy_values)
        avoids = "The Deny then does not match, and no policy has to change."
        step = f"{must_be}{step}" if setting is None else f"{setting}. {avoids}"
        if requirement is deny_conditions.REGION:
            title, step = denied_regions.describe_move(denial, listed, step)
        elif requirement is deny_conditions.INSTANCE_TYPE:
            # The title has the values already.
            step = step.replace(f"{clip_text(condition.key)} must be {listed}. ", "")
            terraform = denial.context.terraform
            if terraform is not None and "aws_instance." in terraform.value:
                step = f"Change instance_type of {clip_text(terraform.value)}."
            title = f"Use {'an instance type that matches ' if '*' in listed else ''}{listed}"
        elif requirement is deny_conditions.VPC:
            is_endpoint = condition.key.lower().endswith("vpce")
            title = f"Call {'through the VPC endpoint' if is_endpoint else 'from the VPC'} {listed}"
            step = describe_way(denial.failure.text, condition, requirement.step)
            if denial.service not in {None, "s3", "dynamodb"}:
                # Only these have gateway endpoints.
                step = step.replace(deny_conditions.GATEWAY, "")
    tag = condition.key.partition("/")[2]
    if tag and requirement.has_key("aws:RequestTag/"):
        is_boolean = deny_conditions.BOOLEANS.issuperset(condition.policy_values)
        is_named = deny_conditions.accepts_listed_values(condition) and not is_boolean
        kinds = tagged_types(denial, getattr(condition, "resources", ()))
        for_kinds = join_words([f"the {each}" for each in kinds], "and")
        tags = [each.key.partition("/")[2] for each in conditions if requirement.has_key(each.key)]
        several = len(tags) > 1 and is_boolean
        named = f"tags {clip_text(join_words(tags, 'and'))}" if several else f"tag {clip_text(tag)}"
        title = f"Pass the {named}{f' with the value {listed}' if is_named else ''}{f' for {for_kinds}' if for_kinds else ''}"
        is_single = is_named and not condition.policy_values[1:]
        tagged = tag_step(denial, requirement.step, clip_text(tag), listed if is_single else "VALUE", kinds)
        if (
            several
            and (others := [clip_text(each) for each in tags if each != tag])
            and tagged != requirement.step
        ):
            tagged += f" Add {join_words(others, 'and')} in the same way."
        step = step.replace(requirement.step, tagged)
    remedy = deny_remedies.build_remedy(denial, requirement, title, step, condition=condition)
    if again is not None:
        kept = (each for each in remedy.steps if not each.startswith(deny_remedies.IF_NEEDED))
        stays = "The Deny then does not match, and can stay as it is."
        remedy = attrs.evolve(remedy, steps=(" ".join((*kept, stays)),), commands=(again,))
    has_no_vpc = is_function_without_vpc(denial) if requirement is deny_conditions.VPC else None
    return remedy if has_no_vpc is None else _connect_function(denial, remedy, has_no_vpc=has_no_vpc)


def _connect_function(denial: Denial, remedy: Remedy, *, has_no_vpc: bool) -> Remedy:
    """Return the remedy that connects a Lambda function to the VPC, without whose network no call has the key."""
    function = getattr(denial.principal, "session_name", None)
    endpoints = dict.fromkeys(_ENDPOINT.findall(remedy.title))
    region = commands.region(denial_remedies.region_argument(denial))
    in_region = "" if region == "REGION" else f" --region {region}"
    why = "The function has no VPC configuration, so its calls do not come from a VPC, and the Deny matches."
    show = None
    if endpoints:
        show = f"aws ec2 describe-vpc-endpoints{in_region} --vpc-endpoint-ids {next(iter(endpoints))} --query 'VpcEndpoints[].[VpcId,SubnetIds,Groups]'"
    connect = commands.fill_command(
        f"aws lambda update-function-configuration{in_region} --function-name {{}} --vpc-config SubnetIds=SUBNET_ID,SecurityGroupIds=SECURITY_GROUP_ID",
        function or "FUNCTION_NAME",
    )
    return attrs.evolve(
        remedy,
        steps=(
            f"{why if has_no_vpc else 'Unless the function is in that VPC already, its calls do not come from it.'} Connect it to subnets of the VPC, where the private DNS name of the service leads to the interface endpoint (or whose route table has the gateway endpoint).",
            "First give its execution role AWSLambdaVPCAccessExecutionRole. In a VPC, the function reaches the internet only through a NAT gateway.",
            *(
                f'{each.removesuffix(".")}: "ArnNotLike": {{"aws:PrincipalArn": "{principal_arn_pattern(denial)}"}}.'
                if each.startswith(deny_remedies.IF_NEEDED)
                else each
                for each in remedy.steps[1:]
            ),
        ),
        commands=present(show, Labelled("Then, with the subnets filled in:", connect)),
    )


_ENDPOINT = lazy_pattern(r"\bvpce-[0-9a-f]{8,17}\b")


def _protects_resource(condition: DenyingCondition) -> bool:
    """Return whether a condition denies calls on resources with a certain property, which then most likely are protected."""
    is_of_resource = deny_remedies.condition_owner(condition) == "resource"
    return is_of_resource and deny_conditions.accepts_listed_values(condition) is False


def _compare_remedy(denial: Denial, condition: DenyingCondition) -> Remedy:
    """Return how to make the call so that the condition of a ``Deny`` does not match."""
    key, values = clip_text(condition.key), clip_text(join_words(condition.policy_values, "or"))
    lines: tuple[str, ...] = ()
    owner = deny_remedies.condition_owner(condition)
    accepts = deny_conditions.accepts_listed_values(condition)
    rule = clip_text(denial.statements[0]) if denial.statements else "The Deny"
    value = f"{values} as {key}" if accepts else f"another {deny_remedies.name_property(key)} than {values}"
    step = f"{rule} {'denies every other value' if accepts else 'denies these values'}."
    if accepts is None:
        value = f"a value that the Deny accepts as {key}"
        step = f"{rule} compares {key} with {values}. The decoded message omits the operator: with one such as StringNotLike, these values are accepted; otherwise, they are denied."
    title = f"Call with {value}"
    if accepts and key.lower() == "iam:policyarn":
        title = f"Use a policy that the Deny accepts: {values}"
    if accepts and key.lower() == "aws:principalarn" and denial.policy_type == "service_control":
        caller = principal_arn_pattern(denial)
        if "::*:" in values:
            caller = re.sub(r"::\d{12}:", "::*:", caller)
        # A configuration that is pasted can have the variable of the Landing Zone Accelerator.
        if "arn:${PARTITION}:" in denial.failure.text:
            caller = re.sub(r"^arn:aws[\w-]*:", "arn:${PARTITION}:", caller)
        return organization_remedy(
            f"Exempt the caller in the service control policy: add {caller} to the values of {key}",
            f"Change {f'the statement {clip_text(condition.sid)}' if condition.sid else 'the Deny'} where the organization keeps the policy: in the configuration of the landing zone, or in the management account.",
            "Other statements with the same values deny further calls: change them, too.",
            f"Or make the call as a role whose ARN matches {values}.",
            url=pages.EVALUATION,
        )
    if owner == "principal":
        title = f"{deny_remedies.AS_PRINCIPAL} with {value}"
        step += f" {key} is a property of the caller, so no option of the call changes it."
    elif _protects_resource(condition):
        title, step, lines = leave_out(denial, rule, key, values)
    elif owner != "request":
        title = f"Choose a resource with {value}"
        step += f" {key} is a property of the resource, so no option of the call changes it."
    elif accepts is False:
        step = ""
    steps = filter(None, (step, deny_remedies.change_step(denial, condition)))
    return your_remedy(title, *steps, commands=lines, url=pages.EVALUATION)
