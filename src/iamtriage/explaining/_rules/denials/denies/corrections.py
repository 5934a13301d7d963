"""Show a corrected Deny statement in place of the remedies that only look for it, or scope it down."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.documents import compact_json
from iamtriage._rendering.labels import Labelled
from iamtriage._text import clip_text, join_words, quote_words
from iamtriage.actions._operations import actions_for
from iamtriage.arns._principals import IdentityCenterRole
from iamtriage.explaining._context.readers.statements import find_said, find_working
from iamtriage.explaining._rules.denials.resource_commands import organization_commands
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import fill_command, trust_policy_commands
from iamtriage.explaining._rules.shared.grants.denial_remedies import DETAILS_TITLES
from iamtriage.explaining._rules.shared.policies.policy_changes import add_condition
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.remedies import (
    account_remedy,
    organization_remedy,
    owner_remedy,
    trust_remedy,
)
from iamtriage.policies._readers.elements import iterate_conditions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from iamtriage.authorization._decoded_statements import DenyingCondition
    from iamtriage.explaining._rules.basics import Denial, Remedy
    from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy

_WIDTH = 96
# How the titles of remedies begin that a correction replaces.
_SCOPING = ("Or scope down", "Or add ", "Or set ", "Find the Deny statement")
_ORGANIZATION = frozenset({"service_control", "resource_control"})


# What the owner changes instead, in a step for the caller, and the words that it replaces in the owner's remedy.
_CHANGE = lazy_pattern(
    r" (?:has to|can) (?P<change>(?:add|set) .{1,2000}?)(?:, and to deploy the API: [^\n]{1,400})?\.\Z"
)
_EXEMPTION = lazy_pattern(
    r"(?:call from a network that the Deny exempts, or )?exempt the (?:caller|client's network) from the Deny(?:, with the condition \"ArnNotLike\": \{[^{}]{1,300}\})?|scope it down or remove it"
)
# The key and the values of such a change.
_LISTED = lazy_pattern(
    r"(?:set (?P<key>[\w:/-]{1,100})(?: of the statement [^\n]{1,100}?)? to (?P<values>\[[^\[\]…]{1,1000}\])\Z"
    r"|add (?P<value>[^\s…]{1,300}) to (?P<of>[\w:/-]{1,100})(?: of the statement|,))"
)
_DEPLOY, _MAX_TITLE = "deploy the API", 160

_HOSTED = lazy_pattern(
    r"(?i:(?<!from )\bhosted (?:runner|agent)s?\b|\b(?:GitHub|GitLab|Microsoft)-hosted\b|\bruns-on: ?(?:ubuntu|windows|macos)-|\brunner\b[^\n]{0,40} \(hosted\)|\b(?:shared|SaaS) runners?\b|\bCircleCI\b|\bBitbucket Pipelines\b)"
)
_ASKED = lazy_pattern(
    r"(?im:(?:^|(?<=[.!?] ))(?:would|should|could|can|does|do|did|is|are)\b[^.?!\n]{0,200}\?)"
)
_SELF_HOSTED = lazy_pattern(r"(?i:\bself-hosted\b)")
OF_NETWORK = ("Call from a network", "Call from the VPC", "Call through the VPC endpoint")
"""How the titles of remedies begin that call from another network."""
NETWORK = lazy_pattern(
    r"(?i:\b(?:from|in|on|inside|through|via|over)\b[^\n]{0,30}\b(?:VPC|VPN|office|intranet|bastion|EC2)\b)"
)
"""Where in a network people make calls that work."""
AS_ROOT = "as the root user of the bucket's account, such as in CloudShell: no Deny in the policy prevents that. For a member account, the organization's management account can use aws sts assume-root with the task policy S3UnlockBucketPolicy."
"""Who can change the policy of a bucket that locks everyone out.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
"""
AS_EXEMPT = "as a caller that the Deny exempts"
"""Who changes a policy that denies its change, in the title of the remedy."""
_KEEP_OUT = "deny only object actions such as s3:GetObject and s3:PutObject, so that it does not lock its administrators out again"
_ELSEWHERE = "Run the call where its traffic goes through "
_OPERATION = lazy_pattern(r"aws [a-z0-9-]{2,40} ([a-z0-9-]{3,60})(?= )")
_IF_LEGITIMATE = "If the request is legitimate,"
_LEFT_TO_OWNER = "has to scope the Deny down."
_SAVE = " Save the changed policy as policy.json."
_ADDRESS, _VPC, _TAG = "aws:sourceip", ("aws:sourcevpc", "aws:sourcevpce"), "aws:principaltag/"


def runs_on_hosted(text: str) -> bool:
    """Return whether a hosted runner, which has no fixed address, made the call."""
    runner = next(find_said(_ASKED.sub("", text), _HOSTED), None)
    return runner is not None and _SELF_HOSTED.search(text) is None


def add_exits(denial: Denial, remedy: Remedy, conditions: Sequence[DenyingCondition]) -> Remedy:
    """Add the other ways that a Deny on networks leaves open to the remedy for the caller: another network, or a tag.

    All conditions of the statement must match, so that each of the ways is enough.
    """
    if not remedy.title.startswith(OF_NETWORK):
        return remedy
    first, *rest = remedy.steps
    is_of_address, exits = remedy.title.startswith(OF_NETWORK[0]), list[str]()
    if first.startswith(_ELSEWHERE) and (works := find_working(denial.failure.text, NETWORK)) is not None:
        first = f"The text says {quote_words(works)}: run it there."
    for each in conditions:
        name, values = each.key.lower(), clip_text(join_words(each.policy_values, "or"))
        if not getattr(each, "accepts_values", None):
            continue
        if name == _ADDRESS and is_of_address and runs_on_hosted(denial.failure.text):
            first = f"aws:SourceIp must be in {values}. Hosted runners have other addresses: use a self-hosted runner in that network."
        elif name == _ADDRESS and not is_of_address:
            exits.append(f"Or call from an address in {values} (aws:SourceIp).")
        elif name in _VPC and is_of_address:
            way = f"through the VPC endpoint {values}"
            if name == _VPC[0]:
                way = f"from {values}, through a VPC endpoint of the service"
            exits.append(f"Or call {way}: other requests have no {clip_text(each.key)}.")
        elif name.startswith(_TAG) and len(each.policy_values) == 1 and "*" not in values:
            tag, command = each.key[len(_TAG) :], "aws iam tag-role --role-name {} --tags Key={},Value={}"
            how = ""
            if denial.role is not None and not isinstance(denial.role, IdentityCenterRole):
                how = f": {fill_command(command, denial.role.name, tag, each.policy_values[0])}"
            exits.append(
                f"Or, if the owner of the policy agrees, tag the caller with {clip_text(tag)}={values}{how}."
            )
    return attrs.evolve(remedy, steps=(first, *exits, *rest))


def complete_scoping(
    denial: Denial, statement: Mapping[str, Any], others: tuple[Remedy, ...]
) -> tuple[Remedy, ...]:
    """Add that a Deny on networks is intended, and that it also covers the commands that change its policy."""
    # The policy of a bucket belongs to the bucket, not to an object.
    resource = (denial.resource or "").partition("/")[0] if denial.service == "s3" else denial.resource
    if resource is None or denial.policy_type != "resource" or denial.lowercase_action.endswith("policy"):
        return others
    of_root = ", or as the root user of the bucket's account" if denial.service == "s3" else ""
    is_of_network = any(key.lower() in (_ADDRESS, *_VPC) for _, key, _ in iterate_conditions(statement))

    def complete(remedy: Remedy) -> Remedy:
        if not remedy.title.startswith(_SCOPING[0]) or not remedy.steps:
            return remedy
        *steps, last = remedy.steps
        if is_of_network:
            last = last.replace(_IF_LEGITIMATE, "The restriction looks intended. If its owner agrees,")
        calls = (found[1] for each in remedy.commands if (found := _OPERATION.match(each)) is not None)
        needed = (each for operation in calls for each in actions_for(operation, denial.service))
        actions = dict.fromkeys(action for each in needed for action in each.actions)
        locked = [each for each in actions if names_action(statement, each)]
        if locked and names_resource(statement, resource):
            last += f" The Deny covers {join_words(locked, 'and')}, too: run the commands as a call that it exempts{of_root}."
        return attrs.evolve(remedy, steps=(*steps, last))

    return tuple(map(complete, others))


def move_change(
    denial: Denial,
    remedy: Remedy | None,
    others: tuple[Remedy, ...],
    statement: Mapping[str, Any],
    known: KnownPolicy,
) -> tuple[Remedy | None, tuple[Remedy, ...]]:
    """Move the change of a Deny statement from the remedy for the caller to that of the owner, so that it is there once.

    With the whole policy of a resource, which can replace the one that it has, the owner gets the changed one.
    """
    scoping = next((each for each in others if each.title.startswith(_SCOPING[0])), None)
    found = [(step, each) for step in remedy.steps if (each := _CHANGE.search(step))] if remedy else []
    if remedy is not None and scoping is not None and scoping.who == "resource owner" and not found:
        steps = tuple(each for each in remedy.steps if not each.endswith(_LEFT_TO_OWNER))
        return attrs.evolve(remedy, steps=steps), others
    if remedy is None or scoping is None or len(found) != 1:
        return remedy, others
    ((step, change),) = found
    _, place, whose = scoping.title.partition(" in ")
    redeploy = f", and {_DEPLOY}" if _DEPLOY in step else ""
    title, words = (
        f"Or {change['change'].partition(', next to ')[0]}{place}{whose}{redeploy}",
        "change the list",
    )
    if len(title) > _MAX_TITLE:
        title, words = scoping.title, change["change"]
    steps = tuple(_EXEMPTION.sub(lambda _: words, each) for each in scoping.steps)
    if steps == scoping.steps:
        return remedy, others
    exact = attrs.evolve(scoping, steps=steps, title=title)
    if scoping.policy is None and (listed := _list_values(statement, change["change"])) is not None:
        exact = attrs.evolve(exact, manifest=compact_json(listed, _WIDTH))
        from iamtriage.explaining._rules.denials.shown_policies.resource_sides import is_short_and_complete

        put = exact.commands[-1:]
        is_written = known.has_principal and "file://policy.json" in "".join(put)
        if is_written and is_short_and_complete(denial, known):
            changed = [listed if each == statement else each for each in known.statements]
            whole = {**known.content, "Statement": changed}
            exact = attrs.evolve(exact, manifest=None, policy=whole, is_addition=False)
            exact = attrs.evolve(
                exact, commands=tuple(map(str, put)), steps=tuple(each.replace(_SAVE, "") for each in steps)
            )
    kept = attrs.evolve(remedy, steps=tuple(each for each in remedy.steps if each != step))
    return kept, tuple(exact if each is scoping else each for each in others)


def _list_values(statement: Mapping[str, Any], change: str) -> dict[str, Any] | None:
    """Return a Deny statement with the values that a change adds to those that it exempts."""
    found = _LISTED.match(change)
    if found is None:
        return None
    own = next(
        (
            (operator, key)
            for operator, key, _ in iterate_conditions(statement)
            if key == (found["key"] or found["of"]) and "Not" in operator
        ),
        None,
    )
    values = json.loads(found["values"]) if found["values"] else [found["value"]]
    return None if own is None else add_condition(statement, *own, values)


def _is_scoping(remedy: Remedy) -> bool:
    return remedy.title.startswith(_SCOPING) or AS_EXEMPT in remedy.title


@attrs.frozen(eq=False)
class Correction:
    """A corrected Deny statement.

    Attributes:
        verdict: Why the statement denies the call, as the end of a sentence.
        title: What to change.
        steps: What to know about the change.
        statement: The corrected statement.
        policy: The whole policy with it, if that is known and short.
    """

    verdict: str
    title: str
    steps: tuple[str, ...]
    statement: dict[str, Any]
    policy: dict[str, Any] | None = None

    def remedy(self, denial: Denial, others: tuple[Remedy, ...]) -> tuple[Remedy, ...]:
        """Return the remedies with the correction in place of the one that only scopes the statement down."""
        scoping = next((each for each in others if _is_scoping(each)), None)
        is_of_owner = scoping is not None and scoping.who == "resource owner"
        # What only looks for the statement is superfluous, but what changes a resource's policy is not.
        source = scoping if scoping and (is_of_owner or scoping.title.startswith(_SCOPING[:-1])) else None
        lines = () if source is None else source.commands
        build, steps = owner_remedy if is_of_owner else account_remedy, self.steps
        if scoping is not None and AS_EXEMPT in scoping.title:
            # Nobody who is denied this can make the change.
            steps = (*steps, *scoping.steps[:1], f"In the new policy, {_KEEP_OUT}.")
        if denial.policy_type in _ORGANIZATION:
            build, (where, show, change) = organization_remedy, organization_commands(denial)
            changed_there = Labelled.required("Then, with the statement changed in policy.json:", change)
            steps, lines = (*steps, where), (show, changed_there) if self.policy is None else (change,)
        superfluous = (
            *(*DETAILS_TITLES, "Have the", "If the Deny exempts certain principals"),
            "Read the Deny of the role's trust policy",
        )
        kept = tuple(
            each for each in others if each is not scoping and not each.title.startswith(superfluous)
        )
        if self.policy is not None and denial.policy_type not in _ORGANIZATION:
            _, update = trust_policy_commands(denial.target_role_name)
            step = "trust.json is the whole trust policy with this change: the command replaces the policy."
            changed = trust_remedy(
                self.title, *steps, step, policy=self.policy, is_addition=False, commands=update
            )
            # Another change of the same policy.
            return (changed, *(each for each in kept if each.layer != "role_trust"))
        first = build(self.title, *steps, commands=lines, url=pages.EVALUATION)
        if denial.policy_type in _ORGANIZATION and self.policy is not None:
            return (attrs.evolve(first, policy=self.policy), *kept)
        shown = compact_json(self.statement, _WIDTH)
        return (attrs.evolve(first, manifest=shown, manifest_language="text"), *kept)
