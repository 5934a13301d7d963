"""Explain what the called Region does not have: a FIPS endpoint, a verified address of SES, or a service.

Where services have FIPS endpoints: https://aws.amazon.com/compliance/fips/. How SDKs select them:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html. SES:
https://docs.aws.amazon.com/ses/latest/dg/regions.html and, for the settings of django-ses,
https://github.com/django-ses/django-ses/blob/main/django_ses/settings.py. Shield in the Regions of China:
https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/1579.
"""

from __future__ import annotations

import json
import re

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.calls.account_kinds import ACCOUNT_STATE
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import Commands, account_remedy, cluster_remedy, your_remedy
from iamtriage.explaining._rules.sts.findings import UNPUBLISHED_FIPS_HOST
from iamtriage.failures._failures import AwsError

_HOST = lazy_pattern(
    r"(?:\A|\.)(?P<service>[a-z0-9-]{2,40})-fips\.(?:dualstack\.)?(?P<region>[a-z]{2}-[a-z]{4,10}-[0-9])\.(?:amazonaws\.com|api\.aws)\Z",
    re.ASCII,
)
# Most services have FIPS endpoints only in the United States and Canada. STS has none in Canada. These have
# others, too, according to the endpoints that botocore lists.
_NORTH_AMERICA = ("us-", "ca-")
_ELSEWHERE = frozenset(
    {
        "ecr", "dms", "elasticfilesystem", "fms", "fsx", "iam", "kms", "networkmanager", "rds",
        "rekognition", "snowball", "waf", "waf-regional", "wafv2",
    }
)  # fmt: skip
# STS, EC2, SQS.
_CHARS_OF_ABBREVIATION = 3
_SWITCH = lazy_pattern(r"\b(?:AWS_USE_FIPS_ENDPOINT|use_?fips_?endpoint)\b", re.IGNORECASE)


def explain_fips_host(case: Case[AwsError], host: str | None) -> Explanation | None:
    """Explain that a name cannot be resolved because there is no such FIPS endpoint; return ``None`` for others."""
    found = None if host is None else _HOST.search(host)
    if host is None or found is None or found["service"] in _ELSEWHERE:
        return None
    service, region = found["service"], found["region"]
    if region.startswith("us-" if service == "sts" else _NORTH_AMERICA):
        return None
    name = service.upper() if len(service) <= _CHARS_OF_ABBREVIATION else service
    plain, facts = host.replace("-fips.", ".", 1), case.facts
    switch = _SWITCH.search(case.failure.text)
    look = "Look for AWS_USE_FIPS_ENDPOINT in its environment, use_fips_endpoint in its AWS config file, and UseFIPSEndpoint in its code."
    lines: Commands = ("env | grep -i fips", "grep -i fips ~/.aws/config")
    if facts.namespace or clusters.runs_in_pod(case):
        lines = (clusters.set_variables_command(case, "AWS_USE_FIPS_ENDPOINT-"),)
        look = "The command removes AWS_USE_FIPS_ENDPOINT, which re-creates the pods: remove it from their manifest, too. If it is not set, look for use_fips_endpoint in the AWS config file, and UseFIPSEndpoint in the code."
    if switch:
        look = f"The text has {switch[0]}: remove it, or set it to false."
    others = "a Region of the United States or Canada"
    if service == "sts":
        others = "us-east-1, us-east-2, us-west-1 or us-west-2"
    return case.explain(
        f"The host {host} does not exist: the program asks for FIPS endpoints, and {name} has none in {region}.",
        UNPUBLISHED_FIPS_HOST.cause(
            "derived",
            f"The text names the host {host}.",
            text=f"An SDK with FIPS turned on builds this name, but AWS publishes no FIPS endpoint of {name} for {region}.",
        ),
        topic="no-answer",
        remedies=your_remedy(
            "Turn off FIPS endpoints for this program",
            f"{look} The SDK then calls {plain}.",
            None if region.startswith("cn-") else f"If FIPS is required, call {others} instead.",
            commands=lines,
            url=pages.SDK_VARIANTS,
        ),
        notes="The request did not reach AWS, so an IAM policy or a trust policy does not help.",
    )


EMAIL_NOT_VERIFIED = CauseType(
    "email-not-verified",
    title="An address or domain of the message is not verified in the Region of the call",
    recognised_by='The code MessageRejected with "Email address is not verified".',
    fix="Verify the address or its domain in the Region of the call.",
    sources=(pages.SES_SANDBOX,),
)
NOT_VERIFIED = lazy_pattern(r"Email address is not verified|identities failed the check in region")
_CALLED = lazy_pattern(r"failed the check in region ([A-Z0-9-]{8,20})")
# The Region in the settings of a program, in a host of SES, and in a command.
_MEANT = lazy_pattern(
    rf"(?i:\b\w{{0,30}}region\w{{0,20}})[\"']?\s?(?:=>?|:)\s?[\"']?({REGION})\b|\bemail(?:-smtp)?\.({REGION})\.amazonaws|\baws ses(?:v2)? [^\n]{{0,200}}--region[ =]({REGION})\b"
)
_VERIFIED = lazy_pattern(r"Verifi(?:ed|cation)\w{0,20}[^\n]{0,40}\s{0,9}\"?(?:true|Success)\b")
_SETTING = lazy_pattern(r"\bAWS_SES_REGION_(?!NAME\b|ENDPOINT)\w{1,20}")


def explain_unverified_address(case: Case[AwsError], _message: str) -> Explanation:
    """Explain that an address is not verified in the Region of the call."""
    text, found = case.failure.text, _CALLED.search(case.failure.text)
    called = "" if found is None else found[1].lower()
    stated = {next(filter(None, each.groups())) for each in _MEANT.finditer(text)} - {called}
    if called and len(stated) == 1:
        return _explain_other_region(case, called, stated.pop())
    region = commands.region(called)
    return case.explain(
        f"SES rejected the message because an address is not verified in {called or 'this Region'}.",
        EMAIL_NOT_VERIFIED.cause("reported", code_evidence(case.failure)),
        remedies=account_remedy(
            f"Verify the address or its domain{f' in {called}' if called else ''}, or request production access",
            "Both are per Region: an address that is verified in another Region does not count. While ProductionAccessEnabled is false, the account is in the SES sandbox, where recipients must be verified, too.",
            commands=(
                f"aws sesv2 get-account --region {region} --query ProductionAccessEnabled",
                f"aws sesv2 create-email-identity --region {region} --email-identity ADDRESS_OR_DOMAIN",
            ),
            url=pages.SES_SANDBOX,
        ),
        notes=NOT_A_DENIAL,
    )


def _explain_other_region(case: Case[AwsError], called: str, meant: str) -> Explanation:
    """Explain that the program called another Region than its settings or the commands in the text."""
    text = case.failure.text
    is_verified, because, manifest = _VERIFIED.search(text) is not None, None, None
    step = f"Set the Region of the SES client to {meant} in the code or the variables of the program, and its host, if it has one: email.{meant}.amazonaws.com (SMTP: email-smtp.{meant}.amazonaws.com)."
    if "django_ses" in text or "django-ses" in text or "AWS_SES_REGION_" in text:
        other = _SETTING.search(text)
        unknown = f" {other[0]} is not one of its settings." if other else ""
        because = (
            f"AWS_SES_REGION_ENDPOINT sets the host of django-ses, by default that of us-east-1.{unknown}"
        )
        manifest = f"AWS_SES_REGION_NAME = '{meant}'\nAWS_SES_REGION_ENDPOINT = 'email.{meant}.amazonaws.com'"
        step = f"Set both in settings.py{f' instead of {other[0]}' if other else ''}."
    return case.explain(
        f"The message went to SES in {called}, where the address is not verified, and not in {meant}, {'where it is verified' if is_verified else 'which the text names'}.",
        EMAIL_NOT_VERIFIED.cause("derived", because, text="Identities and production access are per Region."),
        remedies=your_remedy(
            f"Send the message through SES in {meant}",
            step,
            f"Then restart the program. {'Nothing has to be verified again' if is_verified else 'Addresses must be verified'} in {meant}.",
            manifest=manifest,
            manifest_language="text",
            url="https://docs.aws.amazon.com/ses/latest/dg/regions.html",
        ),
        notes=NOT_A_DENIAL,
    )


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
