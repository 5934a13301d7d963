"""Compare the denied call with the policy of a resource, or of a VPC endpoint, that the text contains.

Across accounts, both sides must allow a call:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._explanations.remedies import is_addition
from iamtriage.explaining._rules.basics import Cause, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.resource_commands import policy_of
from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import (
    STATED_POLICY_CONDITION,
    STATED_POLICY_OTHER_ACTION,
    STATED_POLICY_OTHER_PRINCIPAL,
    STATED_POLICY_OTHER_RESOURCE,
    compared_resource,
    find_own_allow,
    names_service,
)
from iamtriage.explaining._rules.denials.shown_policies.principal_comparisons import (
    compare_with_principal,
    describe_editors,
    find_conditional,
    names_caller,
)
from iamtriage.explaining._rules.denials.shown_policies.resource_corrections import correct_policy
from iamtriage.explaining._rules.denials.shown_policies.stated_contrasts import describe_other_call
from iamtriage.explaining._rules.denials.statement_words import describe_conditions
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.loading import load_rule
from iamtriage.explaining._rules.shared.policies.policy_changes import replace_statement
from iamtriage.explaining._rules.shared.policies.printed_policies import NOT_ALL
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.remedies import KEEP_OTHERS, present, your_remedy
from iamtriage.explaining._rules.shared.requirements.resource_policies import find_resource_policy
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary
from iamtriage.policies._masked_arns import is_masked
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import (
    as_mapping,
    as_strings,
    is_for_everyone,
    iterate_statements,
    principal_names,
    shown_sid,
)

NAMES = {"resource": "the resource's policy", "vpc_endpoint": "the VPC endpoint's policy"}
"""What the policies of these types are called."""
# An alias or a version of a function.
_QUALIFIER = lazy_pattern(r"(?a)[\w-]{1,128}")
# What a rule says if the message gives no reason.
_OPEN = "access-denied"
# Which element of a statement lacks something, by the cause.
_MISSING_ELEMENTS = {STATED_POLICY_OTHER_ACTION.code: "Action", STATED_POLICY_OTHER_RESOURCE.code: "Resource"}
_STRING, _MAX_POLICY = lazy_pattern(r'"[^"]*"'), 1_200  # characters, of which a short explanation has room
# Unique IDs of deleted users and roles: no service saves a policy that names them.
_UNIQUE_ID = lazy_pattern(r'"(?:AIDA|AROA)[A-Z0-9]{12,28}"')
_PATH_UNKNOWN = "STS omits "
_ENDPOINT_ID = lazy_pattern(r"--vpc-endpoint-id (vpce-[0-9a-f]{8,17})\b")
# Words that another account owns the bucket: "the bucket is theirs (444455556666)", "it is the vendor's bucket".
_OTHERS_BUCKET = lazy_pattern(
    r"(?i:\bbuckets?(?: [\w.-]{3,63})?(?: is| lives|'s account is)?(?: in| owned by| belongs to)? (?:(?:an?|the|our|their|AWS|account|ID) ){0,3}"
    r"(?:(?=\d{12}\b)|(?:theirs|(?:(?:an)?other|different) account|partner|vendor|customer|supplier|client)\b(?!-))[^\d\n.;{]{0,12}(?P<account>\d{12}(?![\w-]))?"
    r"|\b(?:it is|it's|this is|to|into) (?:(?:an?|the|our) )?(?:their|(?:partner|vendor|customer|supplier|client|(?:an)?other account)'s) (?:S3 )?bucket\b(?! \w+ (?:list|table|works)))"
)
# Before a policy: "I plan to add this:", "the policy of the test account:".
_NOT_IN_EFFECT = lazy_pattern(
    r"(?i)\b(?:(?:an)?other|draft|dev|plan(?:s|ned)?|propos\w{1,4}|staging|suggest\w{0,3}|test|will|would)\b[^\n{}]{0,80}:\s{0,8}\{"
)
_RESOURCE_RULE = "denials.policy_types.resource_policies.explain_resource_policy"


def add_policy_of_other_account(
    denial: Denial, explanation: Explanation, stated: list[KnownPolicy]
) -> Explanation:
    """Add whether the policy in the text of a resource of another account allows the caller, which it has to."""
    action = denial.action or ""
    policies = [each for each in stated if each.has_principal and names_service(each.allows, action)]
    # AWS says that the caller's side lacks the Allow.
    is_stated = denial.policy_type == "identity"
    if (explanation.topic != _OPEN and not is_stated) or len(policies) != 1:
        return explanation
    policy = policies[0]
    lacks_caller = compare_with_principal(denial, policy) is not None
    if is_stated and (lacks_caller or _NOT_IN_EFFECT.search(denial.failure.text) is not None):
        return explanation
    if lacks_caller:
        implied = attrs.evolve(denial, policy_type="resource")
        base: Explanation = load_rule(_RESOURCE_RULE)(implied)
        added = add_policy_with_principal(implied, base, policies)
        # The message says nothing of a policy.
        causes = tuple(each for each in added.causes if each.evidence == "derived")
        return attrs.evolve(added, causes=causes)
    named = [each for each in policy.allows if names_action(each, action) is not False]
    if not is_stated and (open_ones := find_conditional(denial, named)) and not policy.denies:
        return _add_open_condition(denial, explanation, policy, open_ones[0])
    if (
        not (policy.is_whole or is_stated)
        or any(each.get("Condition") for each in policy.allows)
        or policy.denies
    ):
        return explanation
    name = policy.name.replace("the policy", f"the {policy_of(denial).name}", 1)
    text = f"{capitalize_start(name)} allows {denial.caller} already: only account {denial.account} has to allow it, too."
    missing, *others = explanation.causes
    if missing.code != NO_IDENTITY_ALLOW.code:
        return explanation
    other_side = f"he owner of account {denial.resource_account} must allow it, too."
    return attrs.evolve(
        explanation,
        causes=(attrs.evolve(missing, text=f"{missing.text} {text}", because=()), *others),
        remedies=tuple(
            attrs.evolve(each, steps=tuple(step for step in each.steps if other_side not in step))
            for each in explanation.remedies
            if each.layer != "resource"
        ),
        notes=(),
    )


def explain_bucket_side(denial: Denial, stated: list[KnownPolicy]) -> Explanation | None:
    """Explain that the only bucket policy in the text names the caller, but not the object, if the caller's side allows the call.

    Within one account, that side is enough.
    """
    policies = [each for each in stated if each.has_principal and names_service(each.allows, "s3:")]
    if denial.service != "s3" or denial.policy_type is not None or len(policies) != 1:
        return None
    of_others = next(find_said(denial.failure.text, _OTHERS_BUCKET), None)
    named = (name for each in policies[0].allows for name in principal_names(each))
    account = denial.account or only_one({name.split(":")[4] for name in named if name.startswith("arn:")})
    owner = of_others and of_others["account"]
    if of_others is None or owner == account:
        return None
    implied = attrs.evolve(denial, policy_type="resource", account=account, resource_account=owner)
    if not _is_of_resource(implied, policies[0]):
        return None
    found = compare_with_principal(implied, policies[0])
    if found is None or found.cause.code != STATED_POLICY_OTHER_RESOURCE.code:
        return None
    added = add_policy_with_principal(implied, load_rule(_RESOURCE_RULE)(implied), policies)
    return attrs.evolve(added, causes=tuple(each for each in added.causes if each.evidence == "derived"))


def _add_open_condition(
    denial: Denial, explanation: Explanation, policy: KnownPolicy, statement: Mapping[str, Any]
) -> Explanation:
    """Add the condition of a policy that the request possibly does not meet."""
    name = policy.name.replace("the policy", f"the {policy_of(denial).name}", 1)
    text = f"{capitalize_start(name)} allows it only if {describe_conditions(statement)}: the call may not meet that."
    first, *others = explanation.causes
    return attrs.evolve(
        explanation, causes=(first, STATED_POLICY_CONDITION.cause(text=text), *others), notes=()
    )


def add_policy_with_principal(
    denial: Denial, explanation: Explanation, policies: list[KnownPolicy]
) -> Explanation:
    """Add why the resource's policy, or that of the endpoint, which the text shows, does not allow the call."""
    # The message speaks of the endpoint's policy, too.
    is_shown = denial.policy_type == "resource" or denial.failure.text.count("ndpoint") > 1
    is_shown = is_shown or "com.amazonaws." in denial.failure.text
    if len(policies) != 1 or not is_shown:
        return explanation
    kind = NAMES[denial.policy_type or "resource"]
    known = (
        find_resource_policy(denial.service, denial.resource) if denial.policy_type == "resource" else None
    )
    name = policies[0].name.replace("the policy", f"the {known.name}" if known else kind, 1)
    ids = {each[1] for each in _ENDPOINT_ID.finditer(" ".join(explanation.remedies[0].commands))}
    if denial.context.vpc_endpoint is not None:
        ids.add(denial.context.vpc_endpoint.value)
    if (
        len(ids) == 1
        and denial.policy_type == "vpc_endpoint"
        and policies[0].name == "the policy in the text"
    ):
        name = f"the policy of the VPC endpoint {ids.pop()}"
    found = compare_with_principal(denial, attrs.evolve(policies[0], name=name))
    if found is None:
        return explanation
    verdict, cause = found.verdict, found.cause
    allowing = find_own_allow(denial)
    own = allowing is not None
    cause, remedies = correct_policy(denial, policies[0], cause, explanation.remedies, has_own_allow=own)
    remedies = (*(write_whole(denial, policies[0], each) for each in remedies[:1]), *remedies[1:])
    if cause.code == STATED_POLICY_OTHER_RESOURCE.code:
        remedies = present(_qualify_remedy(denial, policies[0], has_own_allow=own), *remedies)
    if denial.policy_type == "vpc_endpoint":
        cause, remedies = _extend_statement(denial, policies[0], cause, remedies)
    if cause.code == STATED_POLICY_OTHER_ACTION.code:
        why = describe_other_call(denial, policies[0].allows)
        # The summary says what it allows instead.
        cause = cause if why is None else attrs.evolve(cause, text=why)
    if cause.code != STATED_POLICY_OTHER_PRINCIPAL.code and denial.crosses_accounts and allowing:
        is_said = cause.code == STATED_POLICY_OTHER_ACTION.code and cause is found.cause
        own_side = (
            f"{capitalize_start(allowing)} allows it already in the caller's account, and needs no change."
        )
        cause = attrs.evolve(cause, text=own_side if is_said else f"{cause.text} {own_side}")
    summary = denial_summary(denial, verdict)
    causes = (cause, *explanation.causes)
    return attrs.evolve(explanation, summary=summary, causes=causes, remedies=remedies)


def _qualify_remedy(denial: Denial, policy: KnownPolicy, *, has_own_allow: bool) -> Remedy | None:
    """Return the remedy that invokes the alias or version of a function, if the policy allows the caller only that."""
    if denial.lowercase_action != "lambda:invokefunction" or denial.resource is None:
        return None
    named = {
        value
        for each in policy.allows
        if names_action(each, denial.action or "") and names_caller(each, denial) and "Condition" not in each
        for value in as_strings(each.get("Resource"))
        if value.startswith(f"{denial.resource}:")
    }
    arn = only_one(named)
    qualifier = "" if arn is None else arn.removeprefix(f"{denial.resource}:")
    if arn is None or not _QUALIFIER.fullmatch(qualifier):
        return None
    if any(names_action(each, denial.action or "") is not False for each in policy.denies):
        return None
    kind = "version" if qualifier.isdecimal() else "alias"
    own = None if has_own_allow else "A policy of the caller must allow the call on this ARN, too."
    return your_remedy(
        f"Invoke the {kind} {qualifier} of the function, as the policy allows",
        f"Use {arn} as the name of the function, or pass {qualifier} as its qualifier.",
        own if denial.crosses_accounts else None,
        url="https://docs.aws.amazon.com/lambda/latest/dg/using-aliases.html",
    )


def write_whole(denial: Denial, policy: KnownPolicy, remedy: Remedy) -> Remedy:
    """Return the remedy that adds statements to a resource's policy with the whole policy of the text, if that is short.

    Its commands then need not fetch the policy. A statement for the same actions and resource gets the principal.
    """
    added, lines = list(iterate_statements(remedy.policy or {})), remedy.commands
    if not is_addition(remedy) or remedy.layer != "resource" or len(added) != 1:
        return remedy
    editors = describe_editors(denial, policy)
    if editors is None or not is_short_and_complete(denial, policy) or "policy.json" not in str(lines[1:]):
        return remedy
    [new], sids = added, [shown_sid(each) for each in policy.statements]
    found = only_one([each for each in policy.allows if _differs_in_principal(each, new)])
    if found is None:
        while new.get("Sid") in sids:
            new = {**new, "Sid": f"{new['Sid']}2"}
        document = {**policy.content, "Statement": [*policy.statements, new]}
        change = "with one more statement"
    else:
        principals = [*principal_names(found, "AWS"), *principal_names(new, "AWS")]
        document = replace_statement(policy.content, found, {**found, "Principal": {"AWS": principals}})
        sid = shown_sid(found)
        change = f"with one more principal in the statement{f' {sid}' if sid else ''}"
    kept = (each for each in remedy.steps if not each.startswith(KEEP_OTHERS))
    return attrs.evolve(
        remedy,
        steps=(*kept, f"policy.json is the policy of the text, {change}.{editors}"),
        policy=document,
        commands=lines[1:],
        is_addition=False,
    )


def is_short_and_complete(denial: Denial, policy: KnownPolicy) -> bool:
    """Return whether a policy of the text can replace the one of the resource.

    Code, references or masks would end up in the file, and the statements that a text leaves out would be lost.
    """
    return is_complete(denial, policy) and _is_of_resource(denial, policy)


def is_complete(denial: Denial, policy: KnownPolicy) -> bool:
    """Return whether a policy of the text is whole, known in each part, and short."""
    written = json.dumps(policy.content)
    is_whole = policy.is_whole and not (policy.is_code or policy.is_joined or policy.has_references)
    if not is_whole or len(written) > _MAX_POLICY or _UNIQUE_ID.search(written):
        return False
    return not (is_part(denial, policy) or any(map(is_masked, _STRING.findall(written))))


def is_part(denial: Denial, policy: KnownPolicy) -> bool:
    """Return whether a policy of the text is possibly only a part of the resource's policy."""
    if policy.evidence != "derived":
        return False
    return not policy.is_whole or policy.is_joined or NOT_ALL.search(denial.failure.text) is not None


def _is_of_resource(denial: Denial, policy: KnownPolicy) -> bool:
    """Return whether the statements of a resource's policy name no other resource of the same service."""
    if denial.policy_type == "vpc_endpoint":
        return True
    resource = denial.resource or ""
    # A bucket policy names the bucket, or objects of it.
    own = resource.partition("/")[0] if denial.service == "s3" else resource
    named = {each for statement in policy.statements for each in as_strings(statement.get("Resource"))}
    return all(
        each == own
        or each.startswith((f"{own}/", f"{own}:", f"{own}*"))
        or resource.startswith(f"{each}/")
        or matches(resource, compile_glob(each))
        for each in named
    )


def _differs_in_principal(statement: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Return whether a statement allows the same actions on the same resource to other principals of AWS."""
    is_same = all(
        sorted(as_strings(statement.get(name))) == sorted(as_strings(new.get(name)))
        for name in ("Action", "Resource", "NotAction", "NotResource")
    )
    of_aws = all(as_mapping(each.get("Principal")).keys() == {"AWS"} for each in (statement, new))
    return is_same and of_aws and not statement.get("Condition") and not new.get("Condition")


def _without_principal(remedy: Remedy, policy: KnownPolicy) -> Remedy:
    """Return the remedy whose statement limits no principals if the policy of the endpoint in the text limits none, either.

    It grants them nothing.
    """
    is_open = all(is_for_everyone(each) and "Condition" not in each for each in policy.allows)
    if remedy.statement is None or not is_open or policy.has_references:
        return remedy
    kept = {name: value for name, value in remedy.statement.items() if name != "Condition"}
    steps = tuple(each for each in remedy.steps if not each.startswith(_PATH_UNKNOWN))
    return attrs.evolve(remedy, statement=kept, steps=steps)


def _extend_statement(
    denial: Denial, policy: KnownPolicy, cause: Cause, remedies: tuple[Remedy, ...]
) -> tuple[Cause, tuple[Remedy, ...]]:
    """Return the remedies with the action or the resource in the only statement of the endpoint's policy for the rest.

    The statement limits principals and grants them nothing, so they can all have it there.
    """
    action, resource = denial.action or "", compared_resource(denial) or ""
    element, added = _MISSING_ELEMENTS.get(cause.code, ""), resource
    if element == "Action":
        added = action
    found = [
        each
        for each in policy.allows
        if element in each
        and not each.get("Condition")
        and names_caller(each, denial)
        and (
            names_resource(each, resource or None)
            if element == "Action"
            # It can name that of which the resource is a part, such as the table of an index.
            else names_action(each, action)
            and any(resource.startswith(f"{whole}/") for whole in as_strings(each.get("Resource")))
        )
    ]
    if not remedies or remedies[0].statement is None:
        return cause, remedies  # it corrects what the policy has
    # The verdict says what the policy allows.
    first, *others = remedies[0].steps
    about_owner = first.rpartition(", which the commands keep. ")[2]
    usual = attrs.evolve(remedies[0], steps=(about_owner, *others))
    if not is_short_and_complete(denial, policy) or len(found) != 1 or not added:
        return cause, (_without_principal(usual, policy), *remedies[1:])
    [statement] = found
    if added == "logs:CreateLogStream" and names_action(statement, "logs:PutLogEvents"):
        text = "It allows logs:PutLogEvents, so what has a log stream already goes on: only new streams fail."
        cause = attrs.evolve(cause, text=text, because=())
    change = usual.commands[-1]
    dropped = (_PATH_UNKNOWN, "The change can take minutes")
    kept = (each for each in usual.steps[1:] if not each.startswith(dropped))
    what = f"the {element.lower()}"
    is_known = denial.context.vpc_endpoint is not None or "ENDPOINT_ID" not in change
    then = "Then:" if is_known else "Then, with ENDPOINT_ID filled in:"
    remedy = attrs.evolve(
        usual,
        title=f"Add {added} to the {element} in the VPC endpoint's policy",
        steps=(f"{about_owner} policy.json is the policy of the text with {what}.", *kept),
        # The text has the policy already.
        commands=(*usual.commands[:-2], Labelled(then, change)),
        policy=replace_statement(
            policy.content, statement, {**statement, element: [*as_strings(statement[element]), added]}
        ),
        statement=None,
    )
    return cause, (remedy, *remedies[1:])
