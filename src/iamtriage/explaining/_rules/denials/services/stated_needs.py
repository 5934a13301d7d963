"""Explain that a service checked the execution role of a call, and names the permissions that the role lacks.

Amazon Bedrock AgentCore does so with the image or the code of an agent, and Amazon Bedrock with the model of one.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.basics import Denial, Explanation
from iamtriage.explaining._rules.denials.services.managed_services import (
    SERVICE_ROLE_LACKS_PERMISSION,
    ServiceRole,
    explain_row,
)
from iamtriage.explaining._rules.shared.clues import message_text
from iamtriage.explaining._rules.shared.commands import put_policy
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name, statement_id
from iamtriage.explaining._rules.shared.remedies import identity_remedy
from iamtriage.policies._documents import build_statement
from iamtriage.policies._grants import build_grant

_NEEDS = lazy_pattern(
    r"(?a)execution role requires permissions? for (?P<actions>[a-z0-9-]{2,40}:[A-Z]\w{1,60}(?:(?:, and |, | and )[a-z0-9-]{2,40}:[A-Z]\w{1,60}){0,12})"
)
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
