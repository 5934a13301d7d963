"""Explain that the account cannot use a service that is called, in the words that name an access key.

Source: https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/1579 (Shield in the Regions of China).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._rules.calls.message_kinds import ACCOUNT_STATE
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

_SUPPORT = lazy_pattern(
    r"TrustedAdvisor|Describe(?:Cases|Communications|SeverityLevels)|CreateCase|AddCommunication"
)
_FLAGS = ("--enable-shield=false", "--enable-waf=false", "--enable-wafv2=false")
_BALANCES = lazy_pattern(r"\b(?:created|modified) (?:listener|loadBalancer|load balancer|targetGroup)\b")
_REQUEST = lazy_pattern(r"\b[Rr]equest ?(?:id|ID): ?(?P<id>[0-9a-f-]{36})\b")


def explain_unsubscribed_service(case: Case[AwsError], _message: str) -> Explanation:
    """Explain that the account has no access to a service, whoever calls it."""
    text, region = case.failure.text, clues.find_region(case)
    controller = find_controller(text)
    service, operation = case.failure.envelope.service, case.operation
    what = "a service that the program calls, and that the message does not name"
    if service or operation:
        what = f"the service {service}" if service else f"the service of the call {operation}"
    where = f" in {region}" if region else ""
    is_support = operation is not None and _SUPPORT.search(operation) is not None
    is_balancer = (
        operation is None and service in {None, "shield", "waf-regional", "wafv2"} and controller is not None
    )
    is_balancer = is_balancer and controller is not None and "Load Balancer" in controller.name
    reason = "it is not subscribed to it, or the service is not offered there"
    if is_balancer:
        what = "Shield Advanced, WAF or WAFv2, which the AWS Load Balancer Controller calls for each load balancer"
        reason = "most likely, the service is not offered there"
    if is_support:
        # https://docs.aws.amazon.com/awssupport/latest/user/about-support-api.html
        what, reason = "the Support API", "it requires a paid support plan (Business or higher)"
    works = (
        "The text shows changes of a load balancer, so Elastic Load Balancing works."
        if _BALANCES.search(text)
        else None
    )
    return case.explain(
        f"The account cannot use {what}{where}: {reason}. No access key is wrong, and no IAM permission is missing.",
        ACCOUNT_STATE.cause(
            "reported",
            works,
            text='"Access Key Id" is fixed wording: it means the account of the credentials, also if they are those of a role.',
        ),
        remedies=(
            _switch_off_remedy() if is_balancer else None,
            None if service or operation else _find_service_remedy(case, region),
            None
            if is_balancer
            else account_remedy("Change the support plan of the account, or do not call the Support API")
            if is_support
            else account_remedy(
                "Check that the service is offered in the Region, and the state of the account",
                "Sign in to the console, open the service in this Region, and follow its instructions. If it is not offered there, call another Region.",
                "If no call works, check Billing and the emails to the account's address: payment, verification, suspension.",
                url=ACCOUNT_STATE.sources[0],
            ),
        ),
    )


def _switch_off_remedy() -> Remedy:
    """Return how the AWS Load Balancer Controller stops calling Shield and WAF."""
    patch = [
        {"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": flag} for flag in _FLAGS
    ]
    change = commands.fill_command(
        "kubectl patch deployment aws-load-balancer-controller --namespace kube-system --type json --patch {}",
        json.dumps(patch, separators=(",", ":")),
    )
    return cluster_remedy(
        "Switch off the controller's calls to Shield and WAF",
        f"The patch adds {', '.join(_FLAGS)} to its arguments, and re-creates its pods. In Helm values, set enableShield, enableWaf and enableWafv2 to false: the next deployment overwrites the patch.",
        "A WAF that is offered in the Region can be switched on again.",
        commands=change,
        url="https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/configurations/",
    )


def _find_service_remedy(case: Case[AwsError], region: str | None) -> Remedy:
    """Return how to find the call, of which the message has only the request ID."""
    found = _REQUEST.search(case.failure.text)
    request = case.failure.envelope.request_id or (found["id"] if found else "REQUEST_ID")
    find = commands.fill_command(
        f"aws cloudtrail lookup-events --region {commands.region(region)} --max-results 50 --query {{}} --output text",
        f"Events[?contains(CloudTrailEvent, '{request}')].[EventSource,EventName]",
    )
    return account_remedy(
        "Find the service of the call in CloudTrail, if it still fails",
        "An event appears after some minutes. Of a global service, such as Shield, it is in another Region (us-east-1).",
        commands=find,
    )
