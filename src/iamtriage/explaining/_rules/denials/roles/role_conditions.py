"""Compare what a role's trust policy requires with a call that assumes the role, also if it accepts what STS rejects.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text, upper_first
from iamtriage.arns._principals import User
from iamtriage.explaining._context.readers.kubernetes.pod_evidence import read_pod_evidence
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Labelled, Remedy
from iamtriage.explaining._rules.credentials.workloads.pod_problems import recreate_pods_remedy
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.roles import external_ids
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_program
from iamtriage.explaining._rules.shared.grants.denial_remedies import (
    CHANGE_OR_NARROW,
    describe_intention,
    mfa_command,
)
from iamtriage.explaining._rules.shared.policies import date_conditions
from iamtriage.explaining._rules.shared.policies.policy_changes import replace_failed_condition
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import Commands, account_remedy, trust_remedy, your_remedy
from iamtriage.explaining._rules.sts.findings import PODS_NOT_RECREATED
from iamtriage.explaining._rules.sts.shown_calls import RoleCall, find_role_call
from iamtriage.explaining._rules.sts.trust import trust_conditions
from iamtriage.explaining._rules.sts.trust.trust_documents import find_statement, name_statement
from iamtriage.explaining._rules.sts.trust.trust_findings import TrustFindings, evaluate_trust_policy
from iamtriage.explaining._rules.sts.trust.trusted_principals import shows_only_principal
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import (
    iterate_conditions,
    iterate_statements,
    parse_document,
    principal_names,
)
from iamtriage.trust._evaluation import TrustResult

ACTIONS = {
    action.lower(): action
    for action in (
        "sts:AssumeRole",
        "sts:TagSession",
        "sts:SetSourceIdentity",
        "sts:AssumeRoleWithWebIdentity",
        "sts:AssumeRoleWithSAML",
    )
}
"""The actions of calls that assume a role, by their names in lowercase."""
_MAX_CONDITIONS = 5
_USER_NAME = "${aws:username}"
_TERRAFORM_PROVIDER = lazy_pattern(
    r"Error: Cannot assume IAM Role|provider\[\"registry\.(?:terraform\.io|opentofu\.org)/hashicorp/aws\"\]|in provider \"aws\""
)


@attrs.frozen(eq=False, repr=False)
class RoleCondition(Value):
    """The condition of a trust policy that decides.

    Attributes:
        findings: What the evaluation found, with what the call passes.
        verdict: What the policy requires and the call passes, as the end of a sentence; ``None`` if nothing is open.
        remedy: How to meet the condition.
        names_caller: Whether the policy trusts the caller under the condition.
        names_account: Whether it does so by the caller's account, so that the caller's own policies count, too.
    """

    findings: TrustFindings | None
    verdict: str | None = None
    remedy: Remedy | None = None
    names_caller: bool = False
    names_account: bool = False


def check_trust_policy(denial: Denial, context: Mapping[str, str] | None = None) -> TrustFindings | None:
    """Evaluate the trust policy in the facts, if there is one."""
    if denial.facts.trust_policy is None:
        return None
    caller = denial.principal_text
    if try_parse_principal(caller) is None:
        # Only its session name is masked, which hardly any trust policy names.
        is_named = denial.has_masked_account or "assumed-role/" in str(denial.facts.trust_policy)
        caller = None if denial.role is None or is_named else str(denial.role)
    action = ACTIONS.get(denial.lowercase_action, "sts:AssumeRole")
    findings = evaluate_trust_policy(
        attrs.evolve(denial.facts, caller=caller), action, denial.resource, context
    )
    is_denied_by_it = denial.policy_type in {"role_trust", "resource"}
    if findings is None or not findings.allowed or not shows_only_principal(denial):
        return findings
    # What the text leaves out of the trust policy, such as a condition, decides.
    text = "The trust policy names the caller. Unless it has a condition, it is not what has to change."
    named = attrs.evolve(findings, cause=attrs.evolve(findings.cause, text=text))
    return None if is_denied_by_it else named


def find_call(denial: Denial) -> RoleCall | None:
    """Return how the text or the facts show that the role is assumed."""
    return find_role_call(denial.failure.text, denial.facts, denial.resource)


def compare_call(denial: Denial, findings: TrustFindings | None, result: TrustResult | None) -> RoleCondition:
    """Return the condition that decides, compared with what the text shows that the call passes."""
    names_caller = result is not None and result.allowed is None and result.condition is not None
    if findings is None or result is None or trust_conditions.open_condition(result) is None:
        return RoleCondition(findings, names_caller=names_caller)
    names_account = names_caller and _describe_trusted(denial, result) != denial.caller
    call = find_call(denial)
    result, is_met = _skip_met_conditions(denial, result, call)
    required = trust_conditions.open_condition(result)
    verdict: str | None = f"the role's trust policy requires {required}"
    text = f"The role's trust policy trusts {_describe_trusted(denial, result)}, and requires {required}. The message does not say whether the call met that."
    conditions = _count_conditions(denial, result) if is_met is None else 0
    if is_met is True:
        verdict = None
        text = f"The role's trust policy requires {required}, which the call passes, so another policy denies it."
    elif is_met is False and call is not None:
        user_name = getattr(denial.principal, "name", None)
        verdict = f"{verdict}, and {trust_conditions.describe_passed_value(result, call)}"
        text = f"{_name_statement(denial, result)} trusts {_describe_trusted(denial, result)}: the principal is right."
        if _USER_NAME in str(denial.facts.trust_policy) and result.expected == (user_name,):
            text += f" It has the variable {_USER_NAME}, so each user has to pass their own name."
    elif conditions == 1:
        verdict = f"{verdict}, and the call does not meet that"
        text = f"{_name_statement(denial, result)} trusts {denial.caller} with this condition only, so the call did not meet it."
    elif conditions:
        text = f"{_name_statement(denial, result)} trusts {denial.caller} with {conditions} conditions, of which the call did not meet at least one."
    # The reasons say that the value is unknown, as the text does.
    cause = attrs.evolve(findings.cause, text=text, because=())
    if is_met is not None or conditions:
        cause = attrs.evolve(cause, evidence="derived")
    remedy = None
    if verdict is not None:
        user = denial.principal.name if isinstance(denial.principal, User) else None
        is_terraform = _TERRAFORM_PROVIDER.search(denial.failure.text) is not None
        remedy = trust_conditions.open_condition_remedy(
            result,
            denial.resource,
            call,
            user,
            is_terraform=is_terraform,
            program=find_program(denial.failure),
        )
        if call is not None and _key(result) == trust_conditions.EXTERNAL_ID:
            if call.is_of_eks:
                remedy = external_ids.association_remedy(denial, result, call)
            elif call.chosen_by is not None:
                remedy = external_ids.vendor_remedy(denial, result, call, call.chosen_by)
        if date_conditions.is_date(_key(result)) and (moved := _date_remedy(denial, result)) is not None:
            return RoleCondition(
                attrs.evolve(findings, cause=cause), verdict, moved, names_caller, names_account
            )
        is_of_role = _key(result) in trust_conditions.MFA_KEYS and denial.role is not None
        if is_of_role:
            verdict = f"{verdict.partition(', ')[0]}, and those of a role never are"
        if remedy is not None and (is_of_role or (conditions and not remedy.commands)):
            remedy = _change_condition(denial, remedy, is_of_role=is_of_role)
    return RoleCondition(attrs.evolve(findings, cause=cause), verdict, remedy, names_caller, names_account)


def _date_remedy(denial: Denial, result: TrustResult) -> Remedy | None:
    """Return the remedy that moves the date in the condition of a trust policy."""
    moved = replace_failed_condition(
        denial.facts.trust_policy, result, lambda each: each._replace(value="NEW_DATE")
    )
    if moved is None:
        return None
    _, update = commands.trust_policy_commands(denial.target_role_name)
    account = denial.resource_account or denial.account
    return trust_remedy(
        f"Move the date of {name_statement(denial.facts.trust_policy, result)}, if the access is to go on",
        f"Only an administrator{f' of account {account}' if account else ''} decides that: the caller has nothing to change.",
        date_conditions.NEW_DATE,
        "trust.json is the whole trust policy with this change: the command replaces the policy.",
        policy=moved,
        is_addition=False,
        commands=update,
        url=date_conditions.PAGE,
    )


def _describe_trusted(denial: Denial, result: TrustResult) -> str:
    """Return whom the statement trusts: the caller, or only the account of the caller."""
    names = principal_names(find_statement(denial.facts.trust_policy, result), "AWS")
    is_of_account = any(name == denial.account or name.endswith(f"::{denial.account}:root") for name in names)
    return f"the account {denial.account}" if is_of_account else denial.caller


def _name_statement(denial: Denial, result: TrustResult) -> str:
    name = name_statement(denial.facts.trust_policy, result)
    # A policy with one statement is that statement.
    return "The trust policy" if name == "the statement" else f"{upper_first(name)} of the trust policy"


def attribute_rule(denial: Denial, findings: TrustFindings | None) -> str:
    """Return who has to allow what a call passes on, or the condition under which a policy never does."""
    if findings is None and denial.crosses_accounts:
        return "both accounts must allow"
    key = findings and findings.impossible_key
    rule = f"allows only with {key}, which {denial.action} never has" if key else "must allow"
    return f"the trust policy of {denial.target_role_text} {rule}"


def _key(result: TrustResult) -> str:
    return (result.condition or "").partition(" ")[2].lower()


def _count_conditions(denial: Denial, result: TrustResult) -> int:
    """Return how many conditions can explain that AWS says that the trust policy does not allow the call.

    It is 0 if AWS does not say that.
    """
    if denial.is_explicit or denial.policy_type not in {"resource", "role_trust"}:
        return 0
    if result.statement is None:
        return 0
    return len(list(iterate_conditions(find_statement(denial.facts.trust_policy, result))))


def _change_condition(denial: Denial, remedy: Remedy, *, is_of_role: bool) -> Remedy:
    """Return the remedy for a condition that the caller cannot meet: the owner of the role changes the trust policy."""
    show, update = commands.trust_policy_commands(denial.target_role_name)
    if not is_of_role:
        step = "If the call cannot meet it, the role's owner has to change this condition."
        return attrs.evolve(remedy, steps=(*remedy.steps, step), commands=(show,))
    action = ACTIONS.get(denial.lowercase_action, "sts:AssumeRole")
    added = allow(action, principal={"AWS": resource_commands.policy_principal_arn(denial)})
    document = dict(parse_document(denial.facts.trust_policy) or {})
    return attrs.evolve(
        remedy,
        title=f"Name {denial.caller} in the trust policy, without the condition on MFA",
        who="resource owner",
        steps=(
            "Sessions of a role carry no MFA: only IAM users can pass a code. A person with an IAM user can assume the role with it.",
            "The statement is for a role or a program that needs the access.",
            *resource_commands.role_path_steps(denial),
            "trust.json is the whole trust policy with this statement: the command replaces the policy.",
        ),
        commands=(update,),
        policy={**document, "Statement": [*iterate_statements(document), added]},
        layer="role_trust",
    )


def _skip_met_conditions(
    denial: Denial, result: TrustResult, call: RoleCall | None
) -> tuple[TrustResult, bool | None]:
    """Return the first condition that the call does not certainly meet, and whether it meets it."""
    context: dict[str, str] = {}
    for _ in range(_MAX_CONDITIONS):
        is_met = trust_conditions.is_met_by_call(result, call)
        if call is None or is_met is not True:
            return result, is_met
        key = (result.condition or "").partition(" ")[2]
        context[key] = trust_conditions.passed_value(result, call) or ""
        again = check_trust_policy(denial, context)
        if again is None or again.result is None or again.result.condition is None:
            return result, True
        # Nothing is known about the other keys.
        result = attrs.evolve(again.result, allowed=None)
    return result, None


def narrow_deny_remedy(denial: Denial, result: TrustResult | None = None) -> Remedy:
    """Return the remedy that changes the Deny statement of the role's trust policy, which its evaluation can name."""
    of_statement = "" if result is None else f" in {name_statement(denial.facts.trust_policy, result)}"
    account = denial.resource_account or denial.account
    of_account = f" of account {account}" if account else ""
    show, change = commands.trust_policy_commands(denial.target_role_name)
    lines: Commands = (show, change)
    if isinstance(denial.principal, User):
        lines = (
            show,
            Labelled(f"If it requires MFA, as {denial.caller}:", mfa_command(denial, "SERIAL_NUMBER")),
            Labelled("Or, as the administrator, with the statement changed in trust.json:", change),
        )
    remedy = account_remedy(
        f"Read the Deny{of_statement} of the role's trust policy, {CHANGE_OR_NARROW}",
        "If the Deny exempts calls with MFA, with an external ID or from a network, call that way.",
        f"{describe_intention(denial, denial.target_role_name)} If the request is legitimate, only an administrator{of_account} can change the Deny.",
        commands=lines,
        url=pages.EVALUATION,
    )
    return attrs.evolve(remedy, layer=denial.policy_type)


_REQUESTED = lazy_pattern(
    r"\bAWS_ROLE_ARN[\"']?(?:\s?[=:]\s{0,9}|,?\s{0,40}\"?value\"?: ?)[\"']?(?P<arn>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})"
)
OTHER_ROLE_REQUESTED = CauseType(
    "other-role-requested",
    title="The call requests another role than the one with this trust policy",
    recognised_by="The trust policy in the facts or the text allows the token.",
    fix="Compare the ARN that the program requests with the role of the trust policy.",
    of="token-not-trusted",
)
TRUST_POLICY_RECENT = CauseType(
    "trust-policy-recent",
    title="Another policy denies the token, or the trust policy has just changed",
    text="A resource control policy of the organization denies it, or the trust policy changed a moment ago: retry.",
    fix="Retry after a minute, and ask the administrators of the organization for its resource control policies.",
    of="token-not-trusted",
)


def find_old_role(denial: Denial) -> tuple[str, Cause, Remedy] | None:
    """Return the sentence that a pod requests the role of an annotation that has changed, with the remedy, if the text shows both."""
    given = read_pod_evidence(denial.failure.text).given
    requested = {each["arn"] for each in _REQUESTED.finditer(denial.failure.text)}
    if given is None or given.role is None or len(requested) != 1 or given.role in requested:
        return None
    old, new = (clip_text(each) for each in (*requested, given.role))
    text = f"the pod requests {old} (AWS_ROLE_ARN), and the annotation of its service account names {new}: the pod is older than the annotation"
    cause = PODS_NOT_RECREATED.cause("derived", text="EKS sets AWS_ROLE_ARN when it creates a pod.")
    return text, cause, recreate_pods_remedy(denial.case, given.role, is_certain=True)


def describe_matching(denial: Denial) -> str:
    """Return the end of a sentence that says that the trust policy is not the problem."""
    other = _find_other_owner(denial)
    if other is not None:
        return f"the trust policy in the text, which allows the token, is that of the role {clip_text(other)}"
    return (
        "provider, subject and audience match the trust policy, so most likely the call requests another role"
    )


def matching_causes(denial: Denial) -> tuple[Cause, ...]:
    """Return the causes that remain if the trust policy allows the token."""
    if _find_other_owner(denial) is not None:
        return ()
    what = "The service account's annotation" if _is_of_pod(denial) else "The configuration of the job"
    text = f"{what} has a misspelled ARN, the role of another account or one that does not exist: STS reports the same error."
    if _is_of_pod(denial):
        text += " A pod keeps the ARN that it was created with."
    return OTHER_ROLE_REQUESTED.cause(text=text), TRUST_POLICY_RECENT.cause()


def compare_role_remedy(denial: Denial) -> Remedy:
    """Return the remedy that compares the requested role with the one of the trust policy."""
    role, other = denial.target_role_name, _find_other_owner(denial)
    show = "aws iam get-role --role-name {} --query 'Role.[Arn, AssumeRolePolicyDocument]'"
    last = commands.fill_command(show, commands.role_name(role))
    if other is not None:
        where = "service account's annotation" if _is_of_pod(denial) else "job's configuration"
        return your_remedy(
            f"Look at the trust policy of the role that is requested, {role}",
            f"Add the same statement to it, or name the role {clip_text(other)} in the {where}, if that is the one that you mean.",
            commands=last,
            url=pages.OIDC_ROLES,
        )
    lines: tuple[str, ...] = ()
    step = "Compare the ARN that the job requests, such as role-to-assume, with the role, letter by letter."
    if _is_of_pod(denial):
        path = r"'jsonpath={.metadata.annotations.eks\.amazonaws\.com/role-arn}'"
        lines = (
            f"kubectl get serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE --output {path}",
            """kubectl get pod POD --namespace NAMESPACE --output jsonpath='{.spec.containers[*].env[?(@.name=="AWS_ROLE_ARN")].value}'""",
        )
        step = (
            "If the pod requests another role (AWS_ROLE_ARN) than that of the annotation, re-create the pods."
        )
    return your_remedy(
        "Compare the role that the call requests with the role of this trust policy",
        f"{step} CloudTrail has the role and the subject of each call (AssumeRoleWithWebIdentity).",
        "Compare the trust policy of the requested role with this one. With NoSuchEntity, the ARN is wrong.",
        commands=(*lines, Labelled.required("In the account of the requested role:", last)),
        url=pages.OIDC_ROLES,
    )


def _find_other_owner(denial: Denial) -> str | None:
    """Return the role whose trust policy the text has, if it is not the requested one."""
    owner, requested = _find_owner(denial), denial.target_role_name
    return owner if owner is not None and requested is not None and owner != requested else None


def _find_owner(denial: Denial) -> str | None:
    """Return the role whose trust policy a command in the text printed."""
    return only_one(
        {
            each.owner[1]
            for each in denial.context.policies
            if each.is_trust_policy and each.owner is not None and each.owner[0] == "role"
        }
    )


def _is_of_pod(denial: Denial) -> bool:
    runtime, facts = denial.context.runtime, denial.facts
    return bool(facts.service_account or facts.cluster) or (runtime is not None and runtime.kind == "eks-pod")
