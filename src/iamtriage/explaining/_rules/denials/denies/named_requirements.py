"""Find out what a Deny statement requires by its Sid, the name of its policy, and what the text says about it."""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, quote_words
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.conditions import denied_regions, deny_conditions
from iamtriage.explaining._rules.denials.conditions.condition_keys import repeat_with, set_in_serverless
from iamtriage.explaining._rules.denials.conditions.forwarded_calls import find_recorded_service
from iamtriage.explaining._rules.denials.denies import deny_remedies
from iamtriage.explaining._rules.denials.denies.required_tags import tag_step
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.messages.decisions import request_values
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.failures._failures import AccessDenied

# The permissions boundary that an asker or a policy names.
_SPEAKS_OF_BOUNDARY = lazy_pattern(
    r"\b(?:[Pp]ermissions?|PERMISSIONS?)[ _-]?[Bb](?:oundary|OUNDARY)\b|\biam:PermissionsBoundary\b"
    r"|\bboundary (?=[\w+=@-]{1,60}[Bb]oundary\b)"
)
# "Only with the boundary X", "must have X as permissions boundary", "a boundary is required".
_REQUIRES_BOUNDARY = lazy_pattern(
    r"(?i:\b(?:only|must|mandatory|requires?|required|forces?|enforces?|needs?|(?:has|have) to|unless|without)\b[^.\n]{0,80}\bboundary\b"
    r"|\bboundary\b[^.\n]{0,60}\b(?:must|mandatory|required|enforced|(?:has|have|needs?) to)\b)"
)
_SETS_BOUNDARY = lazy_pattern(
    r"--permissions-boundary\b|\bpermissions_boundary\s{0,12}=|\bPermissionsBoundary[\"']?\s?[:=]"
)
_BOUNDARY_NAME = lazy_pattern(
    r"(?<![\w.-])(?:[\w+=@-]{1,60}[-_]?[Bb]oundary|[Bb]oundary[-_][\w+=@-]{1,60})(?![\w-])"
)
# The tool of the AWS MCP server that makes calls, and its condition keys.
_MCP = lazy_pattern(r"(?a)\bcall_aws\b|\baws-mcp\.amazonaws\.com\b|ViaAWSMCP")
# What a call makes: "ec2:CreateNatGateway" makes a NAT gateway.
_MADE = lazy_pattern(
    r"(?a)[a-z0-9-]{2,40}:(?:Allocate|Create|Put|Register|Request|Run)(?P<name>[A-Z]\w{2,40}?)s?\Z"
)
_WORD_OF_NAME = lazy_pattern(r"(?a)[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_SPEAKS_OF_BAN = ("orbidden", "rohibit", "anned", "allowed", "ermitted", "ust not")
_CHARS_OF_BAN = 260
# What a text names to use instead, and where Terraform says which resource failed.
_NAMED_ID = lazy_pattern(
    r"(?<![\w-])(?:vpc|subnet|sg|igw|nat|tgw|eipalloc|rtb|acl)-(?:[0-9a-f]{17}|[0-9a-f]{8})(?!\w)"
)
_ADDRESS = lazy_pattern(
    r"(?a)(?:(?!\bError: ).){0,300}?\n[ \u2502|]{0,8}with (?P<address>(?:module\.[\w.\[\]\"-]{1,120}\.)?aws_\w{2,60}\.[\w-]{1,80}(?:\[[\w\"-]{1,60}\])?)",
    re.DOTALL,
)
_CONTROL_POLICY = lazy_pattern(r"(?:\A|/)(?P<id>p-[0-9a-z_]{8,128})\Z")


def _find_named_requirement(denial: Denial) -> tuple[deny_conditions.Requirement, str] | None:
    """Return the requirement that the Sids and the name of the policy suggest, and that name."""
    # The ID of a control policy is random.
    policy = "" if _CONTROL_POLICY.search(denial.policy or "") else (denial.policy or "").rpartition("/")[2]
    is_boundary = denial.policy_type == "permissions_boundary"
    # Every name of a boundary contains such words.
    names = (*denial.statements, *(() if is_boundary or not policy else (policy,)))
    if deny_conditions.shows_revocation(denial):
        names = (*names, deny_conditions.REVOCATION.names)
    for requirement in deny_conditions.REQUIREMENTS if names or is_boundary else ():
        if not re.match(requirement.actions, denial.lowercase_action):
            continue
        name = next((each for each in names if re.search(requirement.names, each, re.IGNORECASE)), None)
        if name is not None:
            return requirement, name
        if requirement is deny_conditions.BOUNDARY and is_boundary:
            return requirement, ""
    creates = re.match(deny_conditions.BOUNDARY.actions, denial.lowercase_action)
    if creates and _find_boundary(denial) is not None:
        return deny_conditions.BOUNDARY, ""
    values = request_values(denial.facts, deny_conditions.MCP.keys[0])
    is_through_server = values == ("true",) or (not values and _MCP.search(denial.failure.text))
    return (deny_conditions.MCP, "") if is_through_server else None


def _find_boundary(denial: Denial) -> str | None:
    """Return the permissions boundary that the text speaks of, an empty string if it does not name it."""
    text = denial.failure.text
    # A boundary that denies is not the one that it requires.
    if denial.policy_type == "permissions_boundary" or _SPEAKS_OF_BOUNDARY.search(text) is None:
        return None
    names = {each for each in _BOUNDARY_NAME.findall(text) if not _SPEAKS_OF_BOUNDARY.fullmatch(each)}
    return only_one(names, "")


def describe_tested_value(denial: Denial) -> str | None:
    """Return the value of the request that a Deny most likely tests by its name, as a clause."""
    if denial.facts.decoded_message is None and denial.facts.authorization_details is None:
        return None  # nothing states the values
    requirement, name = _find_named_requirement(denial) or (None, "")
    for key in requirement.keys if requirement is not None and name else ():
        values = request_values(denial.facts, key)
        # What a Deny requires, such as TLS, is true if it is met.
        if values and (requirement is deny_conditions.MCP or values != ("true",)):
            return f"{key} is {clip_text(values[0])}"
    return None


# Where a Sid or a policy's name says that calls are allowed: DenyOutsideEU, NonUS, EU-only.
_AREA = lazy_pattern(
    r"(?i:outside|only|not?n?|except)[-_ ]?(?i:of|the|in)?[-_ ]?(?P<outside>EU(?:rope)?|USA?)(?![a-z])"
    r"|(?P<inside>EU|US)[-_ ]?(?i:only)"
)
_REGIONS_OF_AREAS = {"eu": "eu-west-1", "us": "us-east-1"}


def remedy_by_name(denial: Denial) -> tuple[Remedy | None, bool]:
    """Return how to satisfy what the Sids and the name of the policy suggest, and whether only a name suggests it."""
    requirement, name = _find_named_requirement(denial) or (None, "")
    if requirement is deny_conditions.REGION and deny_remedies.is_tied(denial):
        return deny_remedies.exempt_global_service(denial), False
    other = deny_remedies.find_other_region(denial)
    if other is not None:
        return deny_remedies.build_remedy(denial, deny_conditions.REGION, *other), False
    if requirement is None:
        return None, False
    title, step = requirement.title, requirement.step
    boundary = _find_boundary(denial) if requirement is deny_conditions.BOUNDARY else None
    if boundary:
        arn = f"arn:{denial.location.partition or 'aws'}:iam::{commands.account(denial.account)}:policy/{boundary}"
        title = f"Create {{what}} with the permissions boundary {boundary}"
        step = step.replace(deny_conditions.NAMED_BOUNDARY, f"Pass {arn}")
        setting = set_in_serverless(denial, arn)
        step = f"{setting}." if setting else step
    elif not name:
        title = (
            f"{title}, if the Deny {'is about it' if requirement is deny_conditions.MCP else 'requires one'}"
        )
    if requirement.has_key("aws:RequestTag/"):
        step = tag_step(denial, step)
    if requirement is deny_conditions.REGION:
        if denied_regions.model_region_remedy(denial) is not None:
            # The inference profile chooses the Region, not the call.
            return None, False
        called = deny_remedies.find_called_region(denial)
        if called:
            step = deny_remedies.describe_called_region(denial, called)
        area = _AREA.search(name)
        prefix = (area["outside"] or area["inside"])[:2].lower() if area is not None else ""
        if prefix and called and not called.startswith(f"{prefix}-"):
            title = f"Call in a Region of the {prefix.upper()}"
            step = f"{step} For example, --region {_REGIONS_OF_AREAS[prefix]}."
    # The title of the other ones is that of what was done, or names the boundary.
    suggested_by = "" if requirement is deny_conditions.REVOCATION or boundary else clip_text(name)
    remedy = deny_remedies.build_remedy(denial, requirement, title, step, suggested_by=suggested_by)
    # Nobody exempts a role from a Deny whose requirement is a guess without reading it.
    is_named = suggested_by != "" and not deny_remedies.exempts_caller(denial, requirement)
    return remedy, is_named or (requirement is deny_conditions.BOUNDARY and not name and not boundary)


def exempt_service(denial: Denial, remedy: Remedy | None, others: tuple[Remedy, ...]) -> Remedy | None:
    """Return a remedy that calls from another network as one that exempts AWS services, if one of them made the call."""
    if find_recorded_service(denial) is None:
        return remedy
    from iamtriage.explaining._rules.denials.denies.service_exceptions import exempt_in_named

    return exempt_in_named(denial, remedy, others)


def add_required_boundary(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that a new role or user lacks the permissions boundary that the text says is required."""
    from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import STATED_POLICY_CONDITION

    text, boundary = denial.failure.text, _find_boundary(denial)
    said = None if _SETS_BOUNDARY.search(text) else _REQUIRES_BOUNDARY.search(text)
    remedy, _ = (None, False) if said is None or boundary is None else remedy_by_name(denial)
    if said is None or remedy is None:
        return explanation
    remedy = attrs.evolve(remedy, title=remedy.title.removesuffix(", if the Deny requires one"))
    if boundary and denial.account:
        arn = f"arn:{denial.location.partition or 'aws'}:iam::{denial.account}:policy/{boundary}"
        again = repeat_with(denial, "iam:PermissionsBoundary", (arn,))
        remedy = attrs.evolve(remedy, commands=present(again))
    cause = STATED_POLICY_CONDITION.cause(
        "derived",
        f"The text says {quote_words(said[0])}.",
        text="By the text, the Allow requires a permissions boundary, and the call passes none.",
    )
    summary = f"{explanation.summary.partition(': most likely, ')[0].removesuffix('.')}, most likely because the call passes no permissions boundary."
    return attrs.evolve(
        explanation,
        summary=summary,
        causes=(cause, *(each for each in explanation.causes if each.evidence != "possible")),
        # An Allow without the condition would let the caller get around the boundary.
        remedies=(remedy,),
    )


def find_said_ban(failure: AccessDenied) -> tuple[str, str] | None:
    r"""Return the words that say that nobody may make what a call makes, and what to do instead.

    >>> from iamtriage import parse
    >>> denied = "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: ec2:CreateVpc with an explicit deny in a service control policy"
    >>> find_said_ban(parse(f"{denied}\n(Wiki: own VPCs are forbidden, use the shared ones.)"))
    ('"Wiki: own VPCs are forbidden, use the shared ones"', 'use what these words name')
    """
    text, made = failure.text, _MADE.match(failure.action or "")
    if made is None or not any(map(text.__contains__, _SPEAKS_OF_BAN)):
        return None
    noun = rf"\b(?i:{'[ -]?'.join(_WORD_OF_NAME.findall(made['name']))})(?:s|es)?\b"
    banned = r"(?:forbidden|prohibited|banned|disallowed|(?:not|never) (?:allowed|permitted)(?! to\b))"
    said = re.compile(
        rf"(?m)^[^\n]{{0,200}}?(?:{noun}[^\n.;:?!]{{0,60}} (?:is|are) (?:\w+ )?{banned}\b"
        rf"|\b(?:must not|(?:accounts|developers|people|projects|teams|workloads) are not (?:allowed|permitted) to) (?:create|have|make|own|run|use) [^\n.;:?!]{{0,40}}?{noun}"
        rf"|\b[Nn]o (?:own |new |other )?{noun} (?:is |are )?(?:allowed|permitted)\b)[^\n?]{{0,200}}$"
    )
    found = next((each for each in said.finditer(text) if "authorized to perform" not in each[0]), None)
    if found is None or len(found[0]) > _CHARS_OF_BAN:
        return None
    words = found[0].strip().strip("()").rstrip(".")
    named = only_one({*_NAMED_ID.findall(words)})
    instead = f"use {named}" if named else "use what these words name"
    address = _ADDRESS.match(text, failure.span[1])
    if address is not None:
        code = f"remove {address['address']} from the configuration"
        if address["address"].startswith("module."):
            code = f"change the arguments of the module, so that it does not create {address['address']}"
        instead = f"{code}, and {instead}"
    return quote_words(words), instead


def add_said_ban(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the text says that nobody may make this: then the Deny is intended, and the caller does without it."""
    found = find_said_ban(denial.failure)
    if found is None:
        return explanation
    words, instead = found
    remedy = your_remedy(
        "Do without it, as the text says: the Deny is intended",
        f"The text says {words}: {instead}.",
        "Ask for an exception only if that is not enough.",
    )
    return attrs.evolve(explanation, remedies=(remedy, *explanation.remedies))
