"""Explain that the role of a service lacks what the message is about, or names, and that Route 53 has no such zone in an account.

Amazon Bedrock AgentCore names what a role lacks for the image or the code of an agent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.basics import Denial, Explanation
from iamtriage.explaining._rules.denials.conditions.request_conditions import concerns_no_resource
from iamtriage.explaining._rules.denials.policy_types.missing_allows import explain_missing_allow
from iamtriage.explaining._rules.denials.services import managed_services
from iamtriage.explaining._rules.denials.services.managed_services import (
    SERVICE_ROLE_LACKS_PERMISSION,
    ServiceRole,
    explain_row,
)
from iamtriage.explaining._rules.denials.services.service_specific import (
    SERVICE_SAYS,
    explain_service_message,
)
from iamtriage.explaining._rules.denials.shown_policies.code_statements import write_for_role
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import (
    STATED_POLICY_CONDITION,
    STATED_POLICY_OTHER_RESOURCE,
    find_allowing_policy,
)
from iamtriage.explaining._rules.denials.shown_policies.stated_policies import add_stated_policies
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.clues import find_role_arn, message_text
from iamtriage.explaining._rules.shared.commands import put_policy
from iamtriage.explaining._rules.shared.denial import build_denial
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name, statement_id
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.principals.principal_words import parse_masked_role
from iamtriage.explaining._rules.shared.remedies import account_remedy, identity_remedy, your_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary
from iamtriage.explaining._rules.sts.trust.service_trust import explain_shown_trust
from iamtriage.policies._documents import build_statement
from iamtriage.policies._grants import build_grant
from iamtriage.policies._patterns import compile_glob, intersects, matches
from iamtriage.policies._readers.elements import as_strings, iterate_statements

_NEEDS = lazy_pattern(
    r"(?a)execution role requires permissions? for (?P<actions>[a-z0-9-]{2,40}:[A-Z]\w{1,60}(?:(?:, and |, | and )[a-z0-9-]{2,40}:[A-Z]\w{1,60}){0,12})"
)
# An Auto Scaling group with a launch template needs more than the managed policy.
_TEMPLATE = lazy_pattern(r"(?i:\blaunch[ _-]?templates?\b)|\blt-[0-9a-f]{8,17}(?!\w)")
_TEMPLATE_ATTACHED = lazy_pattern(
    r"\bAWSCodeDeployRole\b[^\n.;]{0,30}\battached\b|\b(?:attached|has|have|with|re-?attached)\b[^\n.;]{0,30}\bAWSCodeDeployRole\b(?!For)"
)
# A statement for the action does not apply.
_UNMET = (STATED_POLICY_CONDITION.code, STATED_POLICY_OTHER_RESOURCE.code)
# A reference in a template, whose colons separate no parts of an ARN.
_PSEUDO = lazy_pattern(r"\$\{AWS::\w{1,20}\}")
# Words such as ACCOUNT_ID.
_PLACEHOLDER = lazy_pattern(r"(?<![A-Za-z0-9])[A-Z]{2,}(?:_[A-Z]{2,})*(?![A-Za-z0-9])")
_OF_ROLE = "The service calls with this role. The caller's permissions are not the problem."
_SEPARATOR = lazy_pattern(r", and |, | and ")
_IMAGE = lazy_pattern(
    r"(?a)(?<![\w.-])(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]{6,30})\.amazonaws\.com/(?P<name>[a-z0-9._/-]{2,256})"
)

# https://github.com/awslabs/amazon-bedrock-agent-samples/issues/161
_AGENT_CALLS_MODEL = lazy_pattern(r"Access denied when calling Bedrock\b")
_AGENT = ServiceRole(
    "the service role of the agent",
    "call its model",
    ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:GetInferenceProfile"),
    "https://docs.aws.amazon.com/bedrock/latest/userguide/agents-permissions.html",
    resource="arn:{partition}:bedrock:*::foundation-model/* arn:{partition}:bedrock:{region}:{account}:inference-profile/*",
    step="If the agent's model was changed, the role can still name the old one. If it names the new one, the account lacks access to the model, such as a subscription of AWS Marketplace.",
    show="aws bedrock-agent get-agent --agent-id AGENT_ID --query agent.agentResourceRoleArn --output text",
    service="bedrock",
)


def explain_weak_role(denial: Denial) -> Explanation | None:
    """Explain that a service's role lacks permissions, unless another failure says so."""
    words = message_text(denial)
    row = next((each for fragment, each in managed_services.ROLES.items() if fragment in words.lower()), None)
    if row is None:
        return None
    if row is managed_services.CODEDEPLOY and any(
        next(find_said(denial.failure.text, each), None) for each in (_TEMPLATE, _TEMPLATE_ATTACHED)
    ):
        row = managed_services.CODEDEPLOY_TEMPLATE
    if row is managed_services.CONNECTION and ":codestar-connections:" in (denial.resource or ""):
        row = attrs.evolve(row, actions=tuple(each.replace("code", "codestar-") for each in row.actions))
    role = denial.role or parse_masked_role(find_role_arn(words))
    if row.service:
        needed = (row.managed_policy.rpartition("/")[2],) if row.managed_policy else row.actions
        arn = None if role is None else str(role)
        untrusted = explain_shown_trust(denial, f"{row.service}.amazonaws.com", arn, needed)
        if untrusted is not None:
            return untrusted
    explanation = explain_row(denial, row, role, words)
    if role is not None and denial.context.policies:
        explanation = _compare_policies(denial, row, role, words, explanation)
    if explanation.causes[0].code == STATED_POLICY_CONDITION.code:
        return explanation
    remedies = tuple(write_for_role(role, denial.failure.text, each) for each in explanation.remedies)
    return attrs.evolve(explanation, remedies=remedies)


def _compare_policies(
    denial: Denial, row: ServiceRole, role: Role, words: str, explanation: Explanation
) -> Explanation:
    """Return the explanation of what a role lacks with what its policies in the text say about that."""
    remedy = explanation.remedies[0]
    statements = list(iterate_statements(remedy.policy or {}))
    unmet, lacking = _explain_role_needs(denial, role, statements)
    if unmet is not None:
        # A condition has a correction of its own. The others need all that the service calls.
        remedies = unmet.remedies if unmet.causes[0].code == STATED_POLICY_CONDITION.code else (remedy,)
        lacks = SERVICE_ROLE_LACKS_PERMISSION.cause("derived", text=_OF_ROLE)
        return attrs.evolve(unmet, topic=lacks.code, causes=(*unmet.causes[:1], lacks), remedies=remedies)
    if not statements or lacking == statements:
        return explanation
    if lacking:
        needed = {name for each in lacking for name in as_strings(each["Action"])}
        rest = attrs.evolve(
            row,
            actions=tuple(each for each in row.actions if each in needed),
            more=row.more if row.more and row.more[0] in needed else None,
        )
        return explain_row(denial, rest, role, words)
    name = commands.role_name(role.name)
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary.rstrip('.')}, although the policy in the text allows what it needs: most likely, the role does not have that policy, or a permissions boundary or an SCP denies it.",
        causes=(attrs.evolve(explanation.causes[0], text=_OF_ROLE),),
        remedies=(
            account_remedy(
                f"Check which policies the role {role.name} has, and what limits them",
                "A policy has to be in the output of one of the first two commands. A permissions boundary must allow the actions, too.",
                commands=(
                    f"aws iam list-attached-role-policies --role-name {name}",
                    f"aws iam list-role-policies --role-name {name}",
                    f"aws iam get-role --role-name {name} --query Role.PermissionsBoundary",
                ),
                url=row.url,
            ),
        ),
    )


def _explain_role_needs(
    denial: Denial, role: Role, statements: list[dict[str, Any]]
) -> tuple[Explanation | None, list[dict[str, Any]]]:
    """Compare what the role of a service needs with its policies in the text.

    Args:
        denial: The denial, which does not say what the role lacks.
        role: The role.
        statements: What it needs. In resources, words such as ``REGION`` stand for what is unknown.

    Returns:
        Why a statement for one of the actions does not apply, ``None`` if nothing shows that, and what the policies do
        not allow of the statements.
    """
    allows = [each for policy in denial.context.policies for each in policy.allows]
    lacking: list[dict[str, Any]] = []
    for statement in statements:
        actions: list[str] = []
        for action in as_strings(statement["Action"]):
            resource = only_one(as_strings(statement["Resource"]))
            named = None if resource is None else _fill_resource(resource, allows)
            if named is None or "*" in action:
                actions.append(action)
                continue
            failure = attrs.evolve(
                denial.failure,
                principal=str(role),
                action=action,
                resource=named,
                policy_type="identity",
                deny="implicit",
            )
            own = build_denial(failure, denial.facts)
            if find_allowing_policy(own) is not None:
                continue
            actions.append(action)
            if _may_be_narrower(action, named, allows):
                continue
            explanation = add_stated_policies(own, explain_missing_allow(own))
            # Another resource is one with the same placeholders.
            unmet = _UNMET[:1] if _PLACEHOLDER.search(named) else _UNMET
            if any(each.code in unmet and each.evidence == "derived" for each in explanation.causes):
                return attrs.evolve(explanation, failure=denial.failure), statements
        if actions:
            lacking.append({**statement, "Action": only_one(actions, actions)})
    return None, lacking


def _may_be_narrower(action: str, pattern: str, allows: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether a statement can be right although it allows an action only on a part of a pattern, which is wide for lack of a name."""
    if "*" not in pattern or concerns_no_resource(action):
        return False
    named = (
        name for each in allows if names_action(each, action) for name in as_strings(each.get("Resource"))
    )
    whole = compile_glob(pattern)
    return any(
        not matches(pattern, (glob := compile_glob(each))) and intersects(whole, glob) for each in named
    )


def _fill_resource(resource: str, statements: Iterable[Mapping[str, Any]]) -> str:
    """Return an ARN with the Region and the account of those of the same service in statements, where its own are unknown."""
    parts = resource.split(":", 5)
    names = (name for each in statements for name in as_strings(each.get("Resource")))
    listed = [_PSEUDO.sub("", name).split(":", 5) for name in names]
    alike = [each for each in listed if len(each) == len(parts) > 1 and each[2] == parts[2]]
    filled = (
        only_one({each[at] for each in alike if each[at]}, part) if _PLACEHOLDER.fullmatch(part) else part
        for at, part in enumerate(parts)
    )
    return ":".join(filled)


def explain_stated_needs(denial: Denial) -> Explanation | None:
    """Explain that the execution role lacks the permissions that the message lists, or those for the model of an agent."""
    words = message_text(denial, is_own=True)
    if _AGENT_CALLS_MODEL.search(words):
        return explain_row(denial, _AGENT, None, words)
    needs, image, resource = _NEEDS.search(words), _IMAGE.search(words), denial.resource
    if needs is None:
        return None
    if image is not None:
        resource = f"arn:{denial.location.partition or 'aws'}:ecr:{image['region']}:{image['account']}:repository/{image['name']}"
    found = (build_grant(each, resource, denial.location) for each in _SEPARATOR.split(needs["actions"]))
    statements = [build_statement(each, sid=statement_id(each.action)) for each in found if each is not None]
    actions = join_words(tuple(each["Action"] for each in statements), "and")
    return denial.explain(
        f"The service rejected the call: the execution role that it passes lacks {actions}.",
        SERVICE_ROLE_LACKS_PERMISSION.cause(
            "reported",
            text="The service checked what the call names with this role. The caller's permissions are not the problem.",
        ),
        topic=SERVICE_ROLE_LACKS_PERMISSION.code,
        remedies=identity_remedy(
            "Give the execution role the permissions",
            "It is the role whose ARN the call passes, such as roleArn.",
            "Check the name, account and Region in the message, too. If they are of another account, the policy of the resource must also allow the role.",
            statements=(*statements,),
            commands=put_policy("EXECUTION_ROLE_NAME", inline_policy_name(statements)),
            url="https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-permissions.html",
        ),
        notes=EVENTUAL_CONSISTENCY,
    )


_ROLE_ARN = lazy_pattern(r"\barn:aws[a-z-]{0,12}:iam::(?P<account>[0-9]{12}):role/[\w+=,.@/-]{1,512}[\w+=@-]")


def explain_foreign_zone(denial: Denial) -> Explanation:
    """Explain what Route 53 says of a hosted zone of another account, such as in https://github.com/aws/copilot-cli/issues/5909."""
    if denial.service != "route53":
        return explain_service_message(denial)
    others = {each[0]: each["account"] for each in _ROLE_ARN.finditer(denial.failure.text)}
    foreign = [arn for arn, account in others.items() if denial.account not in {None, account}]
    role = f"the role {clip_text(foreign[0])}" if len(foreign) == 1 else "a role in the account of the zone"
    create = "It must trust the caller's account, and allow route53:ChangeResourceRecordSets on the zone."
    assume = f'assume_role {{ role_arn = "{foreign[0]}" }}' if len(foreign) == 1 else "assume_role"
    # Not aws_access_key_id.
    is_of_terraform = any(each in denial.failure.text for each in ("aws_route53_", "Error: creating"))
    in_terraform = f"In Terraform, add a provider with an alias and {assume}, and set provider in the resource of the record."
    return denial.explain(
        denial_summary(denial, "most likely, the hosted zone belongs to another account"),
        SERVICE_SAYS.cause(
            "reported",
            text="Route 53 says this, without an action, of a hosted zone that is not in the account of the caller. A zone has no resource policy, so no Allow for the caller helps.",
        ),
        topic="own-words",
        remedies=your_remedy(
            f"Change the zone with {role}",
            f"Only identities of its own account can change a zone. {create}",
            in_terraform if is_of_terraform else None,
            "If the zone is meant to be in the caller's account, correct its ID: the command lists its zones.",
            commands="aws route53 list-hosted-zones --query 'HostedZones[].[Id,Name]' --output text",
            url="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/access-control-overview.html",
        ),
    )
