"""Evaluate the conditions of a statement with what the text and the facts show of the denied request.

They show a value of the request as a parameter in code, an option of a command or a setting, and the caller by its ARN.
A key that they do not show stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from iamtriage._patterns import lazy_pattern, lazy_patterns, only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.actions._lookup import find_action
from iamtriage.arns._principals import User
from iamtriage.explaining._context.readers.request_parameters import find_encryption_context
from iamtriage.explaining._context.readers.tags import find_request_tags, find_tags
from iamtriage.explaining._rules.basics import Denial
from iamtriage.explaining._rules.denials.conditions.condition_keys import (
    find_option_values,
    find_right_key,
    passes_no_tags,
)
from iamtriage.explaining._rules.denials.conditions.deny_conditions import GLOBAL_SERVICES, global_region
from iamtriage.explaining._rules.denials.conditions.requested_values import (
    SHOWN,
    SOURCE_IP,
    WITHOUT_REGION,
    fill_variables,
    find_listing,
    find_shown_values,
    find_value_instead,
    find_via_service,
    list_endpoints,
    sent_address,
)
from iamtriage.explaining._rules.denials.conditions.role_recipients import guess_recipient, role_recipient
from iamtriage.explaining._rules.denials.statement_words import describe_condition
from iamtriage.explaining._rules.shared.messages.decisions import request_values, sent_tags
from iamtriage.policies._conditions import PolicyValue, all_true, evaluate_condition, parse_operator
from iamtriage.policies._patterns import compile_glob
from iamtriage.policies._readers.elements import iterate_conditions

_MAX_TEXT = 64_000
_MAX_VALUES = 3
# How an explanation shows an empty list.
_NO_VALUES = "null"
# After the name of a parameter, in JSON, Python, Terraform, YAML, a header, an option or an enumeration.
_ASSIGNED = r"[\"']?(?:\s?(?:=>|[:=,(])\s?|\s)(?:[A-Za-z.]{0,40}\.)?[\"']?"
# The parameters that conditions on these keys compare. The key itself, as in a policy, follows a colon.
_SETTINGS = lazy_patterns(
    {
        "s3:x-amz-server-side-encryption": rf"(?<![:\w-])(?:--|x-amz-)?(?:server[-_]?side[-_]?encryption|sse){_ASSIGNED}(?P<value>AES_?256|aws[:_]?kms)\b",
        "s3:x-amz-acl": rf"(?<![:\w-])(?:--|x-amz-)?acl{_ASSIGNED}(?P<value>private|public-read(?:-write)?|authenticated-read|bucket-owner-(?:read|full-control))\b",
        "ec2:instancetype": rf"(?<![:\w-])(?:--)?instance[-_]?type{_ASSIGNED}(?P<value>[a-z][a-z0-9-]{{1,15}}\.[a-z0-9-]{{2,15}})\b",
        "lambda:functionurlauthtype": rf"(?<![:\w-])(?:--|function[-_]?url[-_]?)?auth(?:orization)?[-_]?type{_ASSIGNED}(?P<value>NONE|AWS_IAM)\b",
        "iam:awsservicename": r":role/aws-service-role/(?P<value>[a-z0-9.-]{2,80})/",
        "ec2:metadatahttptokens": rf"(?<![:\w-])http[-_]?tokens{_ASSIGNED}(?P<value>optional|required)\b",
    },
    re.IGNORECASE,
)
_SPELLINGS = {"aes_256": "AES256", "aes256": "AES256", "aws_kms": "aws:kms", "awskms": "aws:kms"}
# Where settings of instances are that a call only refers to, and the options of a call that has them itself.
_LAUNCH_SETTINGS = lazy_pattern(r"(?i)launch[-_ ]?template|node ?class|dry[-_ ]?run|fleet")
_LAUNCH_OPTIONS = ("metadata-options", "instance-type")
# Actions that create a resource, or tag one while it is created.
CREATES = lazy_pattern(
    r":(?:create|run|add|tag|request|import|copy|restore|allocate|register|purchase|provision)"
)
# What nearly every request has says nothing about this one.
_RESOURCE_TAG, _VIA = ":resourcetag", "kms:viaservice"
_ENCRYPTION_CONTEXT = "kms:encryptioncontext:"
_SESSION_WITH_MFA = lazy_pattern(r"\bget-session-token\b|\bmfa_serial\b|\btoken-code\b")
_TLS, _MFA = "aws:securetransport", "aws:multifactorauthpresent"
_OF_VPC = frozenset({"aws:sourcevpc", "aws:sourcevpce"})
_USUAL = frozenset({"aws:principalisawsservice", _TLS, "aws:viaawsservice"})


class CheckedCondition(NamedTuple):
    """A condition of a statement, and what the denied request has.

    Attributes:
        operator: The operator, as written.
        key: The condition key, as written.
        values: The values of the policy.
        requested: The values of the request, empty if it has none, ``None`` if unknown.
        is_met: Whether the request meets the condition, ``None`` if unknown.
        unsent: What the text sets although the request cannot have had it.
    """

    operator: str
    key: str
    values: tuple[str, ...]
    requested: tuple[str, ...] | None
    is_met: bool | None
    unsent: str | None = None

    @property
    def has_values(self) -> bool:
        """Whether the policy has values to compare with."""
        return self.values != (_NO_VALUES,)

    @property
    def is_via(self) -> bool:
        """Whether it limits a key to calls of a service."""
        return self.key.lower() == _VIA

    @property
    def possible_values(self) -> tuple[str, ...]:
        """The values that a request can have."""
        is_possible = (not self.is_via or not WITHOUT_REGION.fullmatch(each) for each in self.values)
        return tuple(each for each, kept in zip(self.values, is_possible, strict=True) if kept)

    @property
    def is_usual(self) -> bool:
        """Whether nearly every request meets the condition, or none does."""
        return self.key.lower() in _USUAL and not (self.key.lower() == _TLS and self.requested)

    @property
    def is_of_resource_tag(self) -> bool:
        """Whether it compares a tag of the resource."""
        return self.key.partition("/")[0].lower().endswith(_RESOURCE_TAG)

    @property
    def accepts_values(self) -> bool | None:
        """Whether a Deny accepts the values rather than denies them, ``None`` for other comparisons."""
        is_list = self.operator.startswith(("String", "Arn", "IpAddress", "NotIpAddress"))
        return "Not" in self.operator if is_list and not any("${" in each for each in self.values) else None

    def describe(self, *, is_only: bool) -> str:
        """Return the condition as the end of a sentence.

        Args:
            is_only: Whether it is the statement's only condition in the sentence.
        """
        key, values = clip_text(self.key), join_words(tuple(map(clip_text, self.values[:_MAX_VALUES])), "or")
        is_negated = "Not" in self.operator
        if self.requested == ("false",) and self.key.lower() == _TLS:
            return "because the call goes over HTTP, without TLS"
        if self.requested == () and self.key.lower() == _MFA:
            return "because the caller's credentials carry no MFA"
        if self.requested == ():
            return f"because the request has no {key}{f', which has to be {values}' if is_negated else ''}"
        if self.requested is not None:
            shown = clip_text(", ".join(self.requested))
            if is_negated and self.key.lower() == "aws:principalarn":
                return f"because it exempts only {values.replace(' or ', ' and ')}, and the caller is {shown}"
            other = f", not {'in ' if 'IpAddress' in self.operator else ''}{values}"
            return f"because {key} is {shown}{other if is_negated else ''}"
        if self.key.lower() == _MFA and values == "false":
            return "if the caller's credentials carry no MFA"
        clause = describe_condition(self.operator, self.key, self.values)
        return f"unless {clause.replace(' is not ', ' is ', 1)}" if is_negated and is_only else f"if {clause}"


def check_conditions(statement: Mapping[str, Any], denial: Denial) -> tuple[CheckedCondition, ...]:
    """Return the conditions of a statement, compared with what is known of the denied request."""
    return tuple(
        _check(operator, key, values or (_NO_VALUES,), denial)
        for operator, key, values in iterate_conditions(statement)
    )


def without_settings(
    conditions: tuple[CheckedCondition, ...], denial: Denial
) -> tuple[CheckedCondition, ...]:
    """Return the conditions of a Deny for a launch that lacks the settings of a template that the text shows."""
    text = denial.failure.text
    if _LAUNCH_SETTINGS.search(text) is None or any(f"--{each}" in text for each in _LAUNCH_OPTIONS):
        return conditions
    return tuple(
        each._replace(requested=(), is_met=True, unsent=f"{each.key} = {each.requested[0]}")
        if each.is_met is False
        and each.requested
        and each.key.lower() in _SETTINGS
        and each.key.lower().startswith("ec2:")
        and "Not" in each.operator
        and not request_values(denial.facts, each.key)
        else each
        for each in conditions
    )


def are_met(conditions: Iterable[CheckedCondition]) -> bool | None:
    """Return whether the request meets all conditions, ``None`` if unknown."""
    return all_true(each.is_met for each in conditions)


def join_conditions(conditions: tuple[CheckedCondition, ...]) -> str:
    """Return conditions as the end of a sentence; empty if there are none. All must be met: one exemption is enough."""
    told = tuple(each for each in conditions if not (each.is_usual and each.is_met)) or conditions
    clauses = [each.describe(is_only=not told[1:]) for each in told if each.requested is not None]
    unknown = [each for each in told if each.requested is None]
    # A request has the key of its address only if it comes through no endpoint of a VPC.
    if any(each.key.lower() == SOURCE_IP and each.requested for each in told):
        outside = [each for each in unknown if each.key.lower() in _OF_VPC and "Not" in each.operator]
        unknown = [each for each in unknown if each not in outside]
        clauses += [
            f"the call did not come through {join_words(tuple(map(clip_text, each.values[:_MAX_VALUES])), 'or')}"
            for each in outside
        ]
    ways = [each.describe(is_only=True) for each in unknown]
    if clauses and ways and all(each.startswith("unless ") for each in ways):
        return (
            f"{', and '.join(clauses)}, unless {' or '.join(each.removeprefix('unless ') for each in ways)}"
        )
    if unknown:
        first, *others = (each.describe(is_only=not told[1:]) for each in unknown)
        clauses.append(" and ".join((first, *(each.removeprefix("if ") for each in others))))
    return ", and ".join(clauses)


def calls_global_profile(denial: Denial) -> bool:
    """Return whether a global inference profile of Amazon Bedrock calls a model, whose ARN then has no Region.

    https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html: aws:RequestedRegion is
    unspecified.
    """
    arn = denial.resource_arn
    return arn is not None and (arn.service, arn.region) == ("bedrock", "") and "model/" in arn.resource


def find_resource_tags(denial: Denial) -> dict[str, str] | None:
    """Return the tags of the denied resource, if the text or a decoded message shows them."""
    message = denial.facts.decoded_message
    decoded = () if message is None else message.context
    if found := {
        each.key.partition("/")[2]: clip_text(", ".join(each.values))
        for each in decoded
        if each.key.partition("/")[0].lower().endswith(_RESOURCE_TAG)
    }:
        # A name is shown only in place of other tags.
        return {key: value for key, value in found.items() if key != "Name"} or found
    arn = denial.resource_arn
    name = resource_name(denial)
    return find_tags(denial.failure, arn.service, name) if arn is not None and name else None


def is_being_created(denial: Denial) -> bool:
    """Return whether the denied resource does not exist yet: AWS writes ``*`` in place of the ID that it will have."""
    is_new = denial.resource_arn is not None and denial.resource_arn.resource.endswith("/*")
    return is_new and CREATES.search(denial.lowercase_action) is not None


def concerns_no_resource(action: str | None) -> bool:
    """Return whether AWS checks no resource for an action."""
    known = find_action(action or "")
    return known is not None and known.only_wildcard


def lacks_tags(denial: Denial) -> bool:
    """Return whether no resource of the call has tags that IAM could compare."""
    return is_being_created(denial) or concerns_no_resource(denial.action)


def resource_name(denial: Denial) -> str:
    """Return the last part of the denied resource's ARN, or ``""``."""
    arn = denial.resource_arn
    return "" if arn is None else arn.resource.rpartition("/")[2].rpartition(":")[2]


def _check(operator: str, key: str, values: tuple[str, ...], denial: Denial) -> CheckedCondition:
    values = fill_variables(values, denial)
    requested = _request_values(key, denial)
    requested = find_option_values(denial, key) if requested is None else requested
    parsed = parse_operator(operator)
    if requested is None:
        requested = find_value_instead(key, values, denial)
    if requested is None and parsed and find_right_key(key, values, denial.lowercase_action) is not None:
        # No request has a value of this form for the key.
        listed = [PolicyValue(each, compile_glob(each)) for each in values]
        met = {evaluate_condition(parsed, listed, each) for each in ((), ("-",))}
        return CheckedCondition(operator, key, values, None, only_one(met))
    if requested is None and parsed and key.lower() == _MFA and denial.is_explicit and uses_keys(denial):
        absent = evaluate_condition(parsed, [PolicyValue(each, compile_glob(each)) for each in values], ())
        requested = () if absent else None
    # A value that has the references of the condition differs only in the rest.
    is_open = any("${" in each for each in values) and not any("${" in each for each in requested or ())
    if requested is None or parsed is None or is_open:
        return CheckedCondition(operator, key, values, None, None)
    expected = [PolicyValue(each, compile_glob(each)) for each in values]
    is_met = evaluate_condition(parsed, expected, requested)
    if key.lower() == SOURCE_IP and is_met is not denial.is_explicit and requested != sent_address(denial):
        # The address that people see is not always that of the call, which can go through an endpoint.
        return CheckedCondition(operator, key, values, None, None)
    return CheckedCondition(operator, key, values, requested, is_met)


def uses_keys(denial: Denial) -> bool:
    """Return whether a user called with access keys, as far as the text shows: only AssumeRole takes a code with them."""
    is_session = denial.lowercase_action == "sts:assumerole" or _SESSION_WITH_MFA.search(denial.failure.text)
    return isinstance(denial.principal, User) and not is_session


# The default policy of a topic has the last one: https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
_ACCOUNT_KEYS = frozenset(
    {"aws:resourceaccount", "aws:principalaccount", "kms:calleraccount", "aws:sourceowner"}
)


def _request_values(key: str, denial: Denial) -> tuple[str, ...] | None:
    """Return the values that the request has for a condition key, ``None`` if unknown."""
    if values := request_values(denial.facts, key):
        return values
    name = key.lower()
    if name == _TLS or name in _SETTINGS:
        return _find_setting(name, denial)
    called = denial.failure.envelope.operation
    if name == _VIA and called == (denial.action or "").partition(":")[2]:
        # The program called KMS itself.
        return ()
    if name == _VIA:
        via = find_via_service(denial)
        return None if via is None or ".REGION." in via or denial.is_explicit else (via,)
    if name in SHOWN:
        return find_shown_values(name, denial)
    if denial.action == "s3:ListBucket" and name in {"s3:prefix", "s3:delimiter"}:
        listing = find_listing(denial.failure.text, denial.context.command, resource_name(denial))
        return None if listing is None else listing.prefix if name == "s3:prefix" else listing.delimiter
    if name == "iam:passedtoservice":
        recipient = role_recipient(denial) or guess_recipient(denial)
        return None if recipient is None else recipient.passed_to
    if (
        name.startswith(("aws:tagkeys", "aws:requesttag/", _ENCRYPTION_CONTEXT))
        or f"{_RESOURCE_TAG}/" in name
    ):
        return _named_values(key, denial)
    is_person = isinstance(denial.principal, User)
    value: str | None = None
    if name in _ACCOUNT_KEYS:
        owner = getattr(denial.resource_arn, "account", None) or None
        value = owner if name == "aws:resourceaccount" else denial.account
    elif name == "aws:principalarn" and is_person:
        value = denial.principal_text
    elif name == "aws:principalisawsservice" and (is_person or denial.role is not None):
        value = "false"
    elif name == "aws:requestedregion" and denial.service in GLOBAL_SERVICES:
        value = global_region(denial.service, denial.location.partition)
    elif name in {"aws:requestedregion", "ec2:region"} and denial.resource_arn is not None:
        value = denial.resource_arn.region or ("unspecified" if calls_global_profile(denial) else None)
    elif name == "aws:requestedregion" and denial.resource is None:
        command = denial.context.command
        stated = None if command is None else command.option("region")
        value = None if stated is None else stated.value
    return None if value is None else (value,)


def _find_setting(name: str, denial: Denial) -> tuple[str, ...] | None:
    """Return the only value that the text sets for a parameter."""
    if name == _TLS:
        schemes = {each["scheme"].lower() for each in list_endpoints(denial)}
        return ("false",) if schemes == {"http"} else None
    start = max(denial.failure.span[0] - _MAX_TEXT, 0)
    text = denial.failure.text[start : denial.failure.span[1] + _MAX_TEXT]
    command = denial.context.command
    settings = [
        each
        for each in _SETTINGS[name].finditer(text)
        # An option of another command is none of this call.
        if not (option := re.match(r"--([\w-]+)", each[0])) or (command and command.option(option[1]))
    ]
    found = {_SPELLINGS.get(each.lower(), each) for each in (setting["value"] for setting in settings)}
    return (found.pop(),) if len(found) == 1 else None


def _named_values(key: str, denial: Denial) -> tuple[str, ...] | None:
    """Return the value of a tag or a part of the encryption context, or the keys of all tags of the request."""
    prefix, _, tag = key.partition("/")
    tags: dict[str, str] | None
    if key.lower().startswith(_ENCRYPTION_CONTEXT):
        tag = key[len(_ENCRYPTION_CONTEXT) :]
        tags = find_encryption_context(denial.failure.text) or None
    elif prefix.lower().endswith(_RESOURCE_TAG):
        tags = {} if lacks_tags(denial) else find_resource_tags(denial)
    else:
        without = passes_no_tags(denial.lowercase_action)
        tags = {} if without else find_sent_tags(denial)
    if tags is None:
        return None
    if not tag:
        return tuple(tags)
    # Condition keys are not case-sensitive, with the tag in them.
    return tuple(value for name, value in tags.items() if name.lower() == tag.lower())[:1]


def find_sent_tags(denial: Denial) -> dict[str, str] | None:
    """Return the tags that the denied request passes, ``None`` if neither facts nor text show them."""
    return sent_tags(denial.facts) or find_request_tags(denial.failure, denial.context.command)


def meets_conditions(denial: Denial, statement: Mapping[str, Any]) -> bool:
    """Return whether the request is known to meet all conditions of a statement."""
    return are_met(check_conditions(statement, denial)) is True


def fails_condition(denial: Denial, statement: Mapping[str, Any]) -> bool:
    """Return whether the request is known not to meet a condition of a statement."""
    return any(each.is_met is False and each.has_values for each in check_conditions(statement, denial))
