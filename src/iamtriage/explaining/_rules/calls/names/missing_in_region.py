"""Explain that an account cannot use a service in the called Region.

Shield in the Regions of China: https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/1579.
"""

from __future__ import annotations

import json

from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._rules.basics import Case, Explanation
from iamtriage.explaining._rules.calls.account_kinds import ACCOUNT_STATE
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy
from iamtriage.failures._failures import AwsError

_FLAGS = ("--enable-shield=false", "--enable-waf=false", "--enable-wafv2=false")
_PATCH = json.dumps(
    [{"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": each} for each in _FLAGS],
    separators=(",", ":"),
)
_SWITCH_OFF = cluster_remedy(
    "Switch off the controller's calls to Shield and WAF",
    f"The patch adds {', '.join(_FLAGS)} to its arguments, and re-creates its pods. In Helm values, set enableShield, enableWaf and enableWafv2 to false: the next deployment overwrites the patch.",
    "A WAF that is offered in the Region can be switched on again.",
    commands=f"kubectl patch deployment aws-load-balancer-controller --namespace kube-system --type json --patch '{_PATCH}'",
    url="https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/configurations/",
)
_CHECK_ACCOUNT = account_remedy(
    "Check that the service is offered in the Region, and the state of the account",
    "Sign in to the console, open the service in this Region, and follow its instructions. If it is not offered there, call another Region. The Support API requires a paid support plan.",
    "If no call works, check Billing and the emails to the account's address: payment, verification, suspension.",
    url=ACCOUNT_STATE.sources[0],
)


def explain_unsubscribed_service(case: Case[AwsError], _message: str) -> Explanation:
    """Explain that the account has no access to a service, whoever calls it."""
    region, controller = clues.find_region(case), find_controller(case.failure.text)
    service, operation = case.failure.envelope.service, case.operation
    is_balancer = controller is not None and "Load Balancer" in controller.name
    what = "a service that the program calls, and that the message does not name"
    reason = "it is not subscribed to it, or the service is not offered there"
    if service or operation:
        what = f"the service {service}" if service else f"the service of the call {operation}"
    elif is_balancer:
        what = "Shield Advanced, WAF or WAFv2 (the log does not say which), which the AWS Load Balancer Controller calls for each load balancer"
        reason = "most likely, it is not offered there. Elastic Load Balancing is not the problem"
    request = case.failure.envelope.request_id or "REQUEST_ID"
    is_commercial = clues.find_partition(case) == "aws"
    find = account_remedy(
        "Find the service of the call in CloudTrail, if it still fails",
        "An event appears after a few minutes."
        + (" Of a global service, such as Shield, it is in us-east-1." if is_commercial else ""),
        commands=commands.fill_command(
            f"aws cloudtrail lookup-events --region {commands.region(region)} --max-items 2000 --query {{}} --output text",
            f"Events[?contains(CloudTrailEvent, '{request}')].[EventSource,EventName]",
        ),
    )
    return case.explain(
        f"The account cannot use {what}{f' in {region}' if region else ''}: {reason}. No access key is wrong, and no IAM permission is missing.",
        ACCOUNT_STATE.cause(
            "reported",
            text='"Access Key Id" is fixed wording: it means the account of the credentials, even if they are those of a role.',
        ),
        remedies=(_CHECK_ACCOUNT,)
        if service or operation
        else (_SWITCH_OFF, find)
        if is_balancer
        else (find, _CHECK_ACCOUNT),
    )
