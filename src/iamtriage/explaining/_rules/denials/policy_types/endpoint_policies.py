"""Explain denials by the policy of a VPC endpoint.

One without an Allow denies every request that goes through the endpoint:
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, cast

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._reading.structured.values import decode_at
from iamtriage._text import clip_text, join_words, line_start
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.policy_types import guardrails
from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy, list_known_policies
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_registry
from iamtriage.explaining._rules.shared.denial import ASSUME_ROLE_ACTIONS
from iamtriage.explaining._rules.shared.grants.denial_remedies import region_argument
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.remedies import account_remedy, replace_in
from iamtriage.explaining._rules.shared.requirements import required_grants, task_statements
from iamtriage.explaining._rules.shared.requirements.resource_policies import find_resource_policy
from iamtriage.explaining._rules.shared.requirements.tasks import LOGIN_ACTION, PULL_ACTIONS
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary, why_no_allow_helps
from iamtriage.policies._readers.elements import (
    as_strings,
    iterate_statements,
    parse_document,
    principal_names,
)
from iamtriage.sts._endpoints import find_endpoint

_INSTANCE_ID = lazy_pattern(r"i-[0-9a-f]{8,17}")
_FUNCTION = lazy_pattern(r"[A-Za-z0-9_-]{1,64}")
# What describe-vpc-endpoints prints of each endpoint, in any order.
_LISTED = lazy_pattern(
    r"(?a)(?<![\w-])(?P<id>vpce-(?:[0-9a-f]{17}|[0-9a-f]{8}))(?![\w-])|(?<![\w.])(?P<service>(?:cn\.)?com\.amazonaws\.[a-z0-9-]{5,30}\.[a-z0-9.-]{1,60}\w)"
)
_DOCUMENT = lazy_pattern(r"\"?\{")
# A host of AWS and its private address, as getent, dig, nslookup, ping and curl print them.
_PRIVATE = r"(?P<{}>(?:10\.\d{{1,3}}|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d{{1,3}}\.\d{{1,3}})(?![\d.#])"
_HOST = r"(?P<{}>[a-z0-9][a-z0-9.-]{{2,80}}\.amazonaws\.com(?:\.cn)?)\b"
_RESOLVED = lazy_pattern(
    rf"(?a)(?<![\d.@]){_PRIVATE.format('of')}[ \t]{{1,40}}{_HOST.format('next')}"
    rf"|(?<![\w.-]){_HOST.format('host')}\.?(?:[ \t(]|[^\n]{{1,40}}[ \t(]|[ \t]*\r?\n(?:Address(?:es)?:[ \t]{{1,10}}|(?=[\d.]{{7,15}}[ \t]*\r?(?:\n|\Z)))){_PRIVATE.format('address')}"
)
# A command, which can name the resolver, or a comment, in the line of an address.
_LOOKUP = lazy_pattern(r"[^\n]{0,80}\b(?:nslookup|dig|host|drill|Resolve-DnsName) |[ \t]{0,8}#")
_QUOTED_REGION = lazy_pattern(r"'([\w=,.*-]*\.REGION\.[\w.*-]*)'")

ENDPOINT_WITHOUT_ALLOW = CauseType(
    "endpoint-without-allow",
    title="The policy of the VPC endpoint has no Allow",
    meaning="The policy in the text has Deny statements only. As the policy of a VPC endpoint, it denies every request that goes through the endpoint.",
    recognised_by="The text shows the policy and says that it is for an endpoint.",
    fix="Add an Allow to the policy of the endpoint, or use the default policy.",
    of="vpc-endpoint-no-allow",
)
_ENDPOINT = lazy_pattern(r"(?i)vpc[-_ ]?endpoint|endpoint[-_ ]?polic|\becr[._](?:api|dkr)\b")
_REGION = lazy_pattern(r"(?a)\b[a-z]{2}(?:-[a-z]{2,10}){1,3}-[0-9]\b")
_WHOLE = lazy_pattern(r"\"Statement\"|\bStatement:|\baws_iam_policy_document\b")


# Network activity events: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
_OWNER_IN_RECORD = lazy_pattern(r"(?a)\bvpcEndpointAccountId\\?\"\s?:\s?\\?\"(?P<id>[0-9]{12})\b")
_NETWORK_ACTIVITY = lazy_pattern(r"\bAwsVpceEvent\b|\bNetworkActivity\b")
_IS_MEANT = "First ask who runs this session whether the call is meant: the record alone shows no attack, and often no resource. A change of the caller's policies does not override the endpoint."

# The policy of an endpoint often exists to keep the credentials of other accounts out of a network.
_IS_FOREIGN = "If account {} is not yours, keep the policy: somebody uses credentials of another account in your network, from the host with the record's sourceIPAddress."


def _find_address(denial: Denial) -> tuple[str, str] | None:
    """Return the host of the denied service and its private addresses, which are those of an interface endpoint."""
    text = denial.failure.text
    region = denial.resource_arn.region if denial.resource_arn else ""
    found = [
        (each["host"] or each["next"], each["address"] or each["of"])
        for each in _RESOLVED.finditer(text)
        if "\n" in each[0] or not _LOOKUP.match(text, line_start(text, at := each.start(), at - 200))
    ]
    parts = {denial.service, region} - {""}
    found = [each for each in found if parts <= {*each[0].split(".")}]
    host = only_one({each[0] for each in found}, None)
    return None if host is None else (host, ",".join(dict.fromkeys(address for _, address in found)))


def _describe_effect(denial: Denial, verb: str) -> str:
    """Return that the policy of the endpoint decides, and what does not help."""
    went = f"The request went through a VPC endpoint whose policy {verb}."
    if denial.is_explicit:
        went = "A Deny in the VPC endpoint's policy matches."
    elif guardrails.identity_notes(denial):
        trust = " and the role's trust policy" if denial.lowercase_action in ASSUME_ROLE_ACTIONS else ""
        needed = f"An Allow in the caller's policies{trust} alone does not help: the endpoint's policy must allow it, too."
        if (own := guardrails.describe_own_allow(denial)) is not None:
            needed = f"{capitalize_start(own)}: that alone does not help."
        shown = ""
        if (found := _find_address(denial)) is not None:
            shown = f", as the private address of {found[0]} shows ({found[1].replace(',', ', ')})"
        return f"The request went through the VPC endpoint{shown}. {needed}"
    any_allow = (
        "No Allow overrides it, neither in a policy of the caller nor in that of the resource or the endpoint"
    )
    no_allow = why_no_allow_helps(denial).replace("An Allow does not override it", any_allow, 1)
    return f"{went} {no_allow}"


def explain_vpc_endpoint(denial: Denial) -> Explanation:
    """Explain a denial by a VPC endpoint policy."""
    verbs = {"explicit": "explicitly denies it", "implicit": "does not allow it"}
    verb = verbs.get(denial.deny or "", "blocks it")
    text = _describe_effect(denial, verb)
    return guardrails.explain_guardrail(
        denial,
        f"the VPC endpoint's policy {verb}",
        text,
        "vpc_endpoint",
        functools.partial(_endpoint_remedy, denial),
    )


class _ListedEndpoint(NamedTuple):
    """An endpoint of the denied service in a list that the text has, with the part of the list that is about it."""

    id: str
    row: str

    def describe_allow(self, denial: Denial) -> str:
        """Return on which other resources its policy allows the action, as a sentence, if the list shows it."""
        start = _DOCUMENT.search(self.row)
        found = None if start is None else decode_at(self.row, start.start())[0]
        document = (
            parse_document(cast("dict[str, Any] | str", found)) if isinstance(found, (str, dict)) else None
        )
        statements = list(iterate_statements(document or {}))
        naming = [each for each in statements if names_action(each, denial.action or "") is not False]
        resources = [each for statement in naming for each in as_strings(statement.get("Resource"))]
        is_other = all(
            each.get("Effect") == "Allow"
            and not each.get("Condition")
            and names_resource(each, denial.resource) is False
            for each in naming
        )
        if not resources or not is_other or denial.resource is None or denial.is_explicit:
            return ""
        return f"The policy of {self.id} in the text allows it only on {join_words(list(dict.fromkeys(resources)), 'and')}, which the commands keep."


def _find_listed(denial: Denial) -> _ListedEndpoint | None:
    """Return the only endpoint of the denied service in the list of endpoints that the text shows."""
    text, wanted = denial.failure.text, commands.endpoint_services(region_argument(denial), denial.action)
    marks = list(_LISTED.finditer(text))
    is_id_first = bool(marks) and marks[0]["id"] is not None
    kinds = [(each["id"] is not None) is is_id_first for each in marks]
    if not marks or len(marks) % 2 or kinds != [True, False] * (len(marks) // 2):
        return None
    ends = [each.start() for each in marks[2::2]] + [len(text)]
    rows = [
        ((one, other) if is_id_first else (other, one), text[one.start() : end])
        for one, other, end in zip(marks[::2], marks[1::2], ends, strict=True)
    ]
    matching = [
        _ListedEndpoint(of_id["id"], row)
        for (of_id, name), row in rows
        if fnmatchcase(name["service"], wanted)
    ]
    return only_one(matching)


def _endpoint_remedy(denial: Denial) -> Remedy:
    """Return the remedy that changes the policy of the endpoint."""
    explicit = denial.is_explicit
    region = region_argument(denial)
    listed = _find_listed(denial)
    is_named = denial.context.vpc_endpoint is not None or listed is not None
    on_instance = () if is_named else _vpc_commands(denial, region)
    find = (
        ""
        if is_named
        else "Find the endpoint in the caller's VPC in the list that describe-vpc-endpoints prints."
    )
    allowed = "" if listed is None else listed.describe_allow(denial)
    if allowed:
        find = allowed
    elif not is_named and _find_address(denial) is not None:
        find = "The first command prints the ID of the endpoint with that address (vpce-…), or nothing if the endpoint is in another account."
    elif on_instance:
        where = "instance" if "instances" in on_instance[0] else "function"
        find = f"The commands list the endpoints in the {where}'s VPC." if explicit else ""
    if explicit:
        title = guardrails.FIND_DENY.format("the VPC endpoint's policy")
        tested = "such as aws:PrincipalOrgID or aws:ResourceOrgID"
        if denial.crosses_accounts:
            tested = f"which can exclude other accounts such as {denial.resource_account} (aws:ResourceAccount, aws:ResourceOrgID)"
        steps = [
            f"{find} Read the Deny's conditions, {tested}. It can be intentional, such as to keep data in the organization.".strip(),
            "If the request is legitimate, the owner, often the network team, exempts it from the Deny.",
        ]
    else:
        title = "Have the VPC endpoint's owner change its policy"
        central = (
            " If the VPC has no such endpoint, the request used one of another VPC: ask its owner."
            if on_instance
            else ""
        )
        steps = [f"{find} The owner is often the network team.{central}".strip(), *_other_calls(denial)]
        in_account, is_meant = _read_record(denial)
        title, steps = f"{title}{in_account}", [*is_meant, *steps]
    if "transitively" in (denial.failure.reason or ""):
        step = "The message says that a service control policy requires this: ask the organization's administrator, too."
        steps.insert(1 if explicit else 0, step)
    notes = guardrails.resource_steps(denial)
    about_statement = (required_grants.NEXT_OBJECTS, task_statements.ALL_REQUIRED.removesuffix("."))
    if notes and any(words in notes[0] for words in about_statement):
        steps[-1], notes = f"{steps[-1]} {notes[0]}", notes[1:]
    if not explicit:
        if denial.service == "ecr":
            notes += ("The endpoints of ecr.dkr and S3 (for layers) can have such policies, too.",)
        # The condition names the role of a session, whose ARN must be complete.
        if denial.role is None or not denial.role.lacks_its_path:
            notes += resource_commands.role_path_steps(denial)
        if denial.crosses_accounts is not False and find_resource_policy(denial.service, denial.resource):
            where = "if another account owns the resource"
            if denial.crosses_accounts:
                where = f"in account {denial.resource_account}"
            notes += (f"The resource's policy must allow the call, too, {where}.",)
        notes += ("The change can take minutes to take effect.",)
    lines = _endpoint_commands(denial, region, on_instance, is_named=is_named)
    if listed is not None:
        lines = tuple(replace_in(lines, "ENDPOINT_ID", listed.id))
    return Remedy(
        title=title,
        who="account administrator",
        steps=(*steps, *notes),
        commands=lines,
        statement=endpoint_statement(denial),
        layer="vpc_endpoint",
        url=pages.VPC_ENDPOINT,
    )


def _other_calls(denial: Denial) -> Iterator[str]:
    """Yield the step for the other calls of a program, if the policy in the text allows all of the service on another resource."""
    resource, action = denial.resource, f"{denial.service}:*"
    policy = only_one([each for each in list_known_policies(denial) if each.has_principal], None)
    if policy is None or policy.denies or resource is None:
        return
    for each in policy.allows:
        is_of_all = principal_names(each) == ["*"] and not each.get("Condition")
        if is_of_all and as_strings(each.get("Action")) == [action]:
            if names_resource(each, resource) is False:
                others = (
                    "the other resource" if len(as_strings(each.get("Resource"))) == 1 else "other resources"
                )
                yield f"Its policy allows {action} on {others}. If the program makes other calls than {denial.action}, add {clip_text(resource)} to the Resource of that statement instead: with the new one alone, the next call is denied."
            return


def _read_record(denial: Denial) -> tuple[str, tuple[str, ...]]:
    """Return in which account the endpoint is, and what to ask first, if a network activity event shows the call."""
    text = denial.failure.text
    owner = _OWNER_IN_RECORD.search(text)
    is_other = owner is not None and owner["id"] != denial.account
    in_account = f", in account {owner['id']}" if owner and is_other else ""
    if not _NETWORK_ACTIVITY.search(text):
        return in_account, ()
    if is_other and denial.account is not None and denial.principal is None:
        return (
            f"{in_account}, if account {denial.account} is meant to use it",
            (_IS_FOREIGN.format(denial.account),),
        )
    return in_account, (_IS_MEANT,)


def _endpoint_commands(
    denial: Denial, region: str, of_vpc: tuple[str, ...], *, is_named: bool
) -> tuple[str, ...]:
    """Return the commands that show the endpoints and change the policy of one, after those that look up the VPC."""
    show, *change = commands.endpoint_policy_commands(region, denial.action)
    if of_vpc:
        show = show.replace("--filters ", '--filters Name=vpc-id,Values="$vpc" ')
    if (address := None if is_named else _find_address(denial)) is not None:
        find = "aws ec2 describe-network-interfaces --region {} --filters Name=addresses.private-ip-address,Values={} --query 'NetworkInterfaces[].Description' --output text"
        of_vpc, show = (), commands.fill_command(find, region, address[1])
    lines = change if is_named else [*of_vpc, show, *change]
    if region != "REGION":
        return tuple(lines)
    # One value to fill in, instead of one in each command. Variables have no effect between single quotation marks.
    lines = [_QUOTED_REGION.sub(r'"\1"', each) for each in lines]
    return ("region=REGION", *(each.replace("REGION", "$region") for each in lines))


def _vpc_commands(denial: Denial, region: str) -> tuple[str, ...]:
    """Return the command that looks up the VPC of the instance or function after which AWS named the session."""
    session_name: str = getattr(denial.principal, "session_name", "")
    runtime = denial.context.runtime
    if runtime is not None and runtime.kind == "lambda" and _FUNCTION.fullmatch(session_name):
        show = "aws lambda get-function-configuration --region {} --function-name {} --query VpcConfig.VpcId"
    elif _INSTANCE_ID.fullmatch(session_name):
        show = "aws ec2 describe-instances --region {} --instance-ids {} --query 'Reservations[].Instances[].VpcId'"
    else:
        return ()
    return (f"vpc=$({commands.fill_command(show, region, session_name)} --output text)",)


def endpoint_statement(denial: Denial) -> dict[str, Any] | None:
    """Return the statement that allows the action to the caller in an endpoint policy."""
    statement = guardrails.allowing_statement(denial)
    if statement is None:
        return None
    condition = {"ArnLike": {"aws:PrincipalArn": resource_commands.principal_arn_pattern(denial)}}
    return {"Sid": statement["Sid"], "Effect": "Allow", "Principal": "*", **statement, "Condition": condition}


def add_endpoint_policy(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the policy of the VPC endpoint has no Allow, if the text shows it."""
    if denial.is_explicit or denial.policy_type not in {None, "vpc_endpoint"}:
        return explanation
    policy = next(filter(_denies_everything, list_known_policies(denial)), None)
    if policy is None or _ENDPOINT.search(denial.failure.text) is None:
        return explanation
    # A single statement can be a part of a policy. A key policy states * as its resource, too.
    is_whole = _WHOLE.search(denial.failure.text) is not None and denial.service != "kms"
    if denial.policy_type is None and not is_whole:
        return explanation
    verdict = "the policy of the VPC endpoint in the text has a Deny and no Allow, so it denies every request that goes through the endpoint"
    what = explanation.summary.partition(" without a reason")[0].rstrip(".")
    region = _find_region(denial)
    others = {each for each in _REGION.findall(denial.failure.text) if each != region and find_endpoint(each)}
    text = "The policies of the caller and of the resource are not the problem if the same caller succeeds outside of the VPC."
    if len(others) == 1:
        other = others.pop()
        text = f"Requests to {other} do not go through the endpoints of {region}, but leave the VPC in another way, such as NAT, so the policy does not apply to them. If they succeed, the policies of the caller and of the resource are not the problem."
    return attrs.evolve(
        explanation,
        summary=f"{what}: {verdict}." if denial.action is None else denial_summary(denial, verdict),
        causes=(
            ENDPOINT_WITHOUT_ALLOW.cause("derived", text=text),
            *(each for each in explanation.causes if each.evidence != "possible"),
        ),
        remedies=(_allow_remedy(denial),),
    )


def _find_region(denial: Denial) -> str:
    is_registry = denial.service == "ecr" and denial.action is None
    return commands.region(find_registry(denial.case)[1]) if is_registry else region_argument(denial)


def _denies_everything(policy: KnownPolicy) -> bool:
    """Return whether a policy, which is not that of one resource, has Deny statements only."""
    statements = policy.statements
    is_deny = bool(statements) and statements == policy.denies
    # A policy of a resource states its ARN or none, and needs no Allow for callers of its account.
    is_of_all = all("*" in as_strings(each.get("Resource")) for each in statements)
    return policy.has_principal and is_deny and is_of_all


def _allow_remedy(denial: Denial) -> Remedy:
    region = _find_region(denial)
    action = denial.action or f"{denial.service or 'SERVICE'}:*"
    reset = f"aws ec2 modify-vpc-endpoint --region {region} --vpc-endpoint-id ENDPOINT_ID --reset-policy"
    called: tuple[str, ...] = ()
    if denial.service == "ecr" and denial.action is None:
        actions = join_words(PULL_ACTIONS, "and")
        called = (f"A pull calls {LOGIN_ACTION} on * and {actions} on the repository.",)
    remedy = account_remedy(
        "Add an Allow to the policy of the endpoint",
        "Keep the Deny, and allow what is called through the endpoint, in the policy of each endpoint that has it. Such an Allow alone grants nothing: the caller's own policies still decide. The default policy allows everything.",
        *called,
        commands=(
            *commands.endpoint_policy_commands(region, action)[:2],
            Labelled(
                "To check that the policy is the cause, or if none is needed, set the default policy:", reset
            ),
        ),
        url=pages.VPC_ENDPOINT,
    )
    return attrs.evolve(remedy, statement=endpoint_statement(denial), layer="vpc_endpoint")
