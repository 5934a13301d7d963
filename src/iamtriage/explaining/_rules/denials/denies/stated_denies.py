"""Find the Deny statement of a known policy that denied a request explicitly.

A negated operator such as StringNotEquals also matches a request that has no such key:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import User
from iamtriage.authorization._decoded_statements import DenyingCondition
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._rules.basics import Cause, Denial, Remedy
from iamtriage.explaining._rules.denials.conditions import deny_conditions, request_conditions
from iamtriage.explaining._rules.denials.denies import secure_calls
from iamtriage.explaining._rules.denials.denies.corrections import add_exits, complete_scoping, move_change
from iamtriage.explaining._rules.denials.resource_commands import (
    exempt_in_trust_policy,
    exempting_statement,
    policy_of,
    principal_arn_pattern,
)
from iamtriage.explaining._rules.denials.shown_policies import known_policies, policy_comparisons
from iamtriage.explaining._rules.denials.shown_policies.principal_comparisons import names_caller
from iamtriage.explaining._rules.shared.grants.denial_remedies import DETAILS_TITLES
from iamtriage.explaining._rules.shared.policies.statement_matching import (
    excluding_pattern,
    names_action,
    names_resource,
)
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.requirements.required_grants import find_named_resource
from iamtriage.explaining._rules.shared.wording import NO_OVERRIDE, capitalize_start, why_no_allow_helps
from iamtriage.policies._evaluation.policy_types import POLICY_TYPE_NAMES
from iamtriage.policies._readers.elements import as_strings, shown_sid
from iamtriage.typing import PolicyType

_MAX_STATEMENTS, _RANK_OF_USUAL = 3, 3
_CONTROLS: frozenset[PolicyType | None] = frozenset({"service_control", "resource_control"})
_FIND, _READ = "Find the Deny statement", "Read the Deny of the role's trust policy"
_IF_EXEMPT = "If the Deny exempts certain principals"


@attrs.frozen(eq=False, repr=False)
class StatedCondition(DenyingCondition):
    """A condition of a known policy, with what a decoded message omits: whether it denies other values than its own."""

    accepts_values: bool | None = None
    resources: tuple[str, ...] = ()


@attrs.frozen(eq=False, repr=False)
class StatedDeny(Value):
    """A Deny statement of a known policy that matches a denied request, with its position and compared conditions.

    ``also`` says under which condition another statement denies the call.
    """

    policy: known_policies.KnownPolicy
    index: int
    sid: str | None
    checked: tuple[request_conditions.CheckedCondition, ...]
    also: str | None = None

    @property
    def words(self) -> str:
        """The statement without its policy, in words."""
        return f"the statement {self.sid}" if self.sid else "a statement"

    @property
    def verdict(self) -> str:
        """That the statement denies the call, and under which condition, as the end of a sentence."""
        if self.revoked is not None:
            before = clip_text(join_words(self.revoked.values, "or"))
            return f"somebody revoked the role's sessions from before {before}, and this one is older"
        clause = request_conditions.join_conditions(self.checked)
        return f"{self.words} of {self.policy.name} denies it{clause and f' {clause}'}"

    @property
    def revoked(self) -> request_conditions.CheckedCondition | None:
        """The condition of a statement that revokes sessions."""
        return next((each for each in self.checked if deny_conditions.REVOCATION.has_key(each.key)), None)

    @property
    def conditions(self) -> tuple[StatedCondition, ...]:
        """The conditions that the call can be made to satisfy."""
        arns = tuple(as_strings(self.statement.get("Resource")))
        return tuple(
            StatedCondition(
                self.sid, self.index, each.key, each.values, each.requested or None, each.accepts_values, arns
            )
            for each in self.checked
            if not (each.is_usual and each.is_met)
            and not (
                each.key.lower().startswith("aws:requesttag/")
                and "Equals" in each.operator
                and "Not" not in each.operator
            )
            # It denies calls with TLS.
            and not (each.key.lower() == "aws:securetransport" and each.values == ("true",))
        )

    @property
    def requires_mfa(self) -> bool:
        """Whether the statement is about MFA."""
        return any(deny_conditions.MFA.has_key(each.key) for each in self.checked)

    @property
    def exempts_sessions(self) -> bool:
        """Whether the statement requires MFA and exempts the call that opens a session with it, as that of a role does."""
        is_of_role = self.policy.policy_type == "role_trust"
        is_exempt = excluding_pattern(self.statement, "sts:GetSessionToken") is not None
        return self.requires_mfa and (is_of_role or is_exempt)

    @property
    def statement(self) -> dict[str, Any]:
        """The statement as written."""
        return next(itertools.islice(self.policy.statements, self.index, None), dict[str, Any]())

    @property
    def unsent(self) -> request_conditions.CheckedCondition | None:
        """The condition whose value the text sets, but not in this request."""
        return next((each for each in self.checked if each.unsent is not None), None)

    def refine_all(
        self, denial: Denial, remedy: Remedy | None, others: tuple[Remedy, ...], correction: object
    ) -> tuple[Remedy | None, tuple[Remedy, ...]]:
        """Return the remedy for the caller, and the others, which look for the statement unless it is corrected."""
        remedy = None if remedy is None else add_exits(denial, remedy, self.conditions)
        refined = present(*(self.refine(denial, each) for each in others))
        known = complete_scoping(denial, self.statement, refined), self.statement, self.policy
        return (remedy, known[0]) if correction else move_change(denial, remedy, *known)

    def refine(self, denial: Denial, remedy: Remedy) -> Remedy | None:
        """Return a remedy that looks for the Deny statement with the one that is known, ``None`` if it only finds it."""
        if remedy.title.startswith(DETAILS_TITLES) and request_conditions.are_met(self.checked):
            return None
        is_of_principal = any("principal" in each.key.lower() for each in self.checked)
        if remedy.title.startswith(_IF_EXEMPT) and not is_of_principal:
            return None
        if self.exempts_sessions and isinstance(denial.principal, User):
            # The user satisfies the Deny alone, and without it, a stolen key is enough.
            return None
        if remedy.title.startswith(_READ) and self.policy.is_whole and not self.requires_mfa:
            exempting = exempt_in_trust_policy(denial, self.policy.content, self.statement, self.words)
            return remedy if exempting is None else exempting
        steps = tuple(
            each
            for each in remedy.steps
            if not each.startswith(deny_conditions.ENFORCES.format(denial.action))
        )
        if not remedy.title.startswith(_FIND):
            return attrs.evolve(remedy, steps=steps)
        if any(each.key.lower() == "iam:permissionsboundary" for each in self.checked):
            # Without the Deny, the caller could create principals with more permissions than its own.
            return None
        if any(secure_calls.is_about_tls(each.key, each.values) for each in self.checked):
            # Every caller can use TLS.
            return None
        place = remedy.title.removeprefix(_FIND).partition(", then")[0]
        which = self.words if self.sid else "the Deny statement"
        scoped = attrs.evolve(remedy, title=f"Or scope down {which}{place}", steps=steps[1:])
        shown = exempting_statement(denial, self.statement)
        if shown is not None and any(_EXEMPT in each for each in scoped.steps):
            # The statement has the condition.
            brief = tuple(_EXEMPTING_CONDITION.sub("", each) for each in scoped.steps)
            scoped = attrs.evolve(scoped, steps=brief, manifest=shown, manifest_language="text")
        return scoped

    def cause(self, denial: Denial, *, is_only: bool, correction: object = None) -> Cause:
        """Return the statement as the cause of the denial.

        Args:
            denial: The denial.
            is_only: Whether it is the only one that can be.
            correction: Its correction, with which the summary names the statement.
        """
        text = capitalize_start(self.verdict.replace(" denies it", f" denies {denial.action}", 1))
        _, exempts, rest = text.partition(" because it exempts only ")
        if correction is not None and exempts:
            text = f"It exempts only {rest}"
        if self.revoked is not None:
            name = deny_conditions.REVOCATION.names
            text = f"{self.policy.name} denies the call to these sessions"
            if name in denial.failure.text:
                text = f"The inline policy {name} denies every action to these sessions"
            text = capitalize_start(text)
        if self.unsent is not None:
            # The summary has the verdict.
            text = describe_unsent(self.unsent).removesuffix(".")
        because = (
            present(
                self._why_not_exempt(denial),
                _name_policy(denial, self.policy.name),
                self._why_no_allow_helps(denial),
                self.also,
            )
            if is_only
            else ()
        )
        return policy_comparisons.STATED_POLICY_DENIES.cause(self.policy.evidence, because, text=f"{text}.")

    def _why_not_exempt(self, denial: Denial) -> str | None:
        """Return that a statement that excludes actions lacks the denied one, for readers who look for its name."""
        excluded = as_strings(self.statement.get("NotAction"))
        if not excluded or self.exempts_sessions:
            return None
        lists = any(each.lower().startswith(f"{denial.service}:") for each in excluded)
        return f"Its NotAction exempts {'other actions' if lists else 'no action'} of {denial.service}."

    def _why_no_allow_helps(self, denial: Denial) -> str | None:
        why, allowing = why_no_allow_helps(denial), policy_comparisons.find_allowing_policy(denial)
        if why != NO_OVERRIDE:
            return why
        name = None if allowing is None or allowing.content is self.policy.content else allowing.name
        name = name or self._find_own_allow(denial)
        if name is None and denial.policy_type == "resource_control":
            return "Neither an Allow for the caller nor one in the resource's policy overrides it."
        if name is None and self.policy.policy_type == "role_trust":
            # The cause that the message reports says it.
            return None
        return why if name is None else f"{why.removesuffix('.')}: {name} allows {denial.action} already."

    def _find_own_allow(self, denial: Denial) -> str | None:
        """Return the statement of the same policy of a resource that allows the call to the caller."""
        resource = find_named_resource(denial)
        return next(
            (
                f"the statement {sid}"
                for each in self.policy.allows
                if (sid := shown_sid(each))
                and resource is not None
                and not each.get("Condition")
                and names_action(each, denial.action or "")
                and names_resource(each, resource)
                and names_caller(each, denial)
            ),
            None,
        )


def _name_policy(denial: Denial, shown: str) -> str | None:
    """Return which policy the message names, unless what the text calls it says so."""
    policy = denial.policy or ""
    is_said = not policy.startswith("arn:") or policy.rpartition("/")[2] in shown
    return None if is_said else f"The message names {clip_text(policy)}."


def find_stated_denies(denial: Denial) -> tuple[StatedDeny, ...]:
    """Return the Deny statements of one policy that can have denied a request explicitly.

    It is one statement, unless the text shows of several equally little whether the request meets their conditions.
    """
    ranked = sorted(_find_matching(denial), key=_rank)
    found = tuple(
        each for each in ranked if _rank(each) == _rank(ranked[0]) and each.policy is ranked[0].policy
    )
    if len(found) == 1 and len(ranked) > 1 and _rank(ranked[1]) == _rank(found[0]) + 1 < _RANK_OF_USUAL:
        clause = request_conditions.join_conditions(ranked[1].checked)
        return (attrs.evolve(found[0], also=f"Another statement denies the call {clause}."),)
    return found[:1] if found and (_rank(found[0]) == 0 or len(found) > _MAX_STATEMENTS) else found


def describe_denies(found: tuple[StatedDeny, ...]) -> str:
    """Return which statement denies the call, or which of several can, as the end of a sentence."""
    if len(found) == 1:
        return found[0].verdict
    listed = join_words(tuple(each.words for each in found), "or")
    if any(each.sid is None for each in found):
        listed = "a statement"
    return f"{listed} of {found[0].policy.name} denies it"


def describe_excluded(denial: Denial) -> str:
    """Return a sentence about the only Deny statement of the policies that can deny, if it exempts the call, or ``""``."""
    found = [
        (policy, each)
        for policy in known_policies.list_known_policies(denial)
        if known_policies.may_decide(policy, denial)
        and not known_policies.is_of_other(policy, denial)
        and not policy.is_code
        for each in policy.denies
    ]
    if len(found) != 1 or denial.action is None or denial.policy_type is None:
        return ""
    policy, statement = found[0]
    excluded = excluding_pattern(statement, denial.action)
    reason = f"its NotAction exempts {clip_text(excluded)}" if excluded is not None else None
    is_of_action = names_action(statement, denial.action)
    if excluded is None and is_of_action and names_resource(statement, find_named_resource(denial)):
        failed = next(
            (each for each in request_conditions.check_conditions(statement, denial) if each.is_met is False),
            None,
        )
        if failed is not None and failed.requested:
            reason = (
                f"it does not match {clip_text(failed.key)} {clip_text(join_words(failed.requested, 'and'))}"
            )
    if reason is None:
        return ""
    sid = shown_sid(statement)
    return f" {f'The statement {sid}' if sid else 'The Deny statement'} of {policy.name} is not the one: {reason}."


def _rank(deny: StatedDeny) -> int:
    """Return how likely it is that a statement denied: the lower, the likelier."""
    if deny.unsent is not None:
        return _RANK_OF_USUAL + 1
    if request_conditions.are_met(deny.checked):
        return 0
    # Nothing shows that the call is one of the few without TLS.
    if all(each.is_usual for each in deny.checked):
        return _RANK_OF_USUAL
    # A number has to be in the request, where a negated operator also matches a request without the key.
    return 2 if any(each.operator.startswith("Numeric") for each in deny.checked) else 1


def _find_matching(denial: Denial) -> Iterator[StatedDeny]:
    """Yield the Deny statements that match an explicit denial, in policies of its type."""
    for policy in known_policies.list_known_policies(denial) if denial.action is not None else ():
        if not known_policies.may_decide(policy, denial) or known_policies.is_of_other(policy, denial):
            continue
        if denial.policy_type is not None and denial.policy_type in {*_CONTROLS, "permissions_boundary"}:
            kind = POLICY_TYPE_NAMES[denial.policy_type]
            policy = attrs.evolve(  # noqa: PLW2901 (all statements are of the same policy)
                policy, name=policy.name.replace("the policy ", f"the {kind} ", 1)
            )
        elif policy.has_principal and (
            denial.policy_type == "resource" or denial.principal_text == "anonymous"
        ):
            policy = attrs.evolve(  # noqa: PLW2901
                policy, name=policy.name.replace("the policy in", f"the {policy_of(denial).name} in")
            )
        for index, each in enumerate(policy.statements):
            # An evaluation, or the comparison of identity-based policies, names a Deny without a condition.
            is_named_elsewhere = policy.policy_type not in {None, "role_trust"} or not policy.has_principal
            is_plain = not each.get("Condition") and "NotPrincipal" not in each
            if each.get("Effect") != "Deny" or (is_named_elsewhere and is_plain):
                continue
            if policy.has_principal and not names_caller(each, denial):
                continue
            # A trust policy belongs to one role.
            is_about = policy.policy_type == "role_trust" or names_resource(each, find_named_resource(denial))
            if not is_about or not names_action(each, denial.action or ""):
                continue
            checked = request_conditions.check_conditions(each, denial)
            if request_conditions.are_met(checked) is False and denial.policy_type is not None:
                checked = request_conditions.without_settings(checked, denial)
            if request_conditions.are_met(checked) is not False:
                yield StatedDeny(policy, index, shown_sid(each) or None, checked)


_EXEMPT = "exempt the caller from the Deny"
_EXEMPTING_CONDITION = lazy_pattern(
    rf"(?<={_EXEMPT}), with the condition \"ArnNotLike\": \{{[^{{}}]{{1,300}}\}}"
)


def describe_unsent(condition: request_conditions.CheckedCondition) -> str:
    """Return the sentence that a setting of the text did not reach the request."""
    return f"The text sets {clip_text(condition.unsent or '')}, but this request does not have it, and {condition.operator} also matches a request without the key."


def unsent_remedy(denial: Denial, condition: request_conditions.CheckedCondition) -> Remedy:
    """Return how to send the value that the text sets elsewhere."""
    key, values = clip_text(condition.key), clip_text(join_words(condition.values, "or"))
    who = "an administrator of the organization" if denial.policy_type in _CONTROLS else "an administrator"
    exempt = ""
    if denial.role:
        exempt = f"exempt {principal_arn_pattern(denial)} (ArnNotLike on aws:PrincipalArn), or "
    change = f'Or {who} can {exempt}add "Null": {{"{key}": "false"}} to the Condition: the Deny then matches only requests that have the key.'
    controller = find_controller(denial.failure.text)
    # A fleet, which real launches create, is denied this action, too.
    is_dry_run = denial.operation == "RunInstances" and key.lower() == "ec2:metadatahttptokens"
    if controller is not None and controller.name == "Karpenter" and is_dry_run:
        # https://github.com/aws/karpenter-provider-aws/issues/9018 and its settings
        return cluster_remedy(
            "Turn off Karpenter's dry run, which does not send the setting",
            f"Karpenter validates an EC2NodeClass with a dry run of RunInstances that has only the launch template. EC2 reads {key} from the request, so httpTokens in the EC2NodeClass has no effect on it. Real launches are not affected.",
            "Set DISABLE_DRY_RUN in the Helm values, too. Check the issue aws/karpenter-provider-aws 9018 for a release whose dry run sends the setting.",
            change,
            commands="kubectl set env deployment/karpenter --namespace kube-system DISABLE_DRY_RUN=true",
            url="https://karpenter.sh/docs/reference/settings/",
        )
    requirement = deny_conditions.find_requirement(key, denial.lowercase_action)
    return your_remedy(
        f"Send {key} = {values} with this request",
        f"Find what makes this call: a setting of a launch template, of another call or of another resource does not count. {requirement.step if requirement is not None else ''}".rstrip(),
        f"If the call creates several resources, the one in the message may not have {key}. Then the Deny needs a narrower Resource.",
        change,
        url="" if requirement is None else requirement.url,
    )
