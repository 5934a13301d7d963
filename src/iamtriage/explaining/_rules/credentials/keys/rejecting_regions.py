"""Build the remedies for Regions that reject credentials: opt-in Regions, and those of other partitions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import join_words
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._context.readers.terraform_code import find_provider_region
from iamtriage.explaining._rules.basics import Case, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.keys.rejected_requests import RejectedRequest
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy, your_remedy
from iamtriage.explaining._rules.sts.findings import StsFindings
from iamtriage.explaining._rules.sts.region_fixes import write_sts_region
from iamtriage.explaining._rules.sts.rejected_calls import REGION_NOT_ENABLED
from iamtriage.failures._failures import Failure, InvalidCredentials
from iamtriage.sts._endpoints import find_endpoint
from iamtriage.sts._evidence import GLOBAL_HOST

# What describe-regions and get-region-opt-status print of a Region: in one line, also of a table, or in one object.
_SHOWN = r"(?<![\w-])(?P<status>not-opted-in|opted-in|opt-in-not-required|(?:DIS|EN)ABL(?:ED|ING))(?![\w-])"
_PROFILE = lazy_pattern(r" --profile[ =]([\w.@:+/-]{1,64})")
_MIN_LOOP = 2
_OFF = frozenset({"not-opted-in", "DISABLED"})
_IN_POD = lazy_pattern(r"\b(?:in|from|inside) (?:an?|my|our|the) (?:(?:EKS|Kubernetes) )?pods?\b")


def find_disabled(text: str, region: str) -> str | None:
    r"""Return the status in a text which says that the account has not enabled a Region.

    >>> row = "||  ec2.af-south-1.amazonaws.com  |  {}  |  af-south-1  ||"
    >>> [find_disabled(row.format(each), "af-south-1") for each in ("not-opted-in", "opted-in")]
    ['not-opted-in', None]
    >>> find_disabled('{"RegionName": "af-south-1",\n "RegionOptStatus": "DISABLED"}', "af-south-1")
    'DISABLED'
    """
    named = rf"(?<![\w-]){re.escape(region)}(?![\w-])"
    between = r"(?:[^{}\n]|\n(?=[ \t]{1,20}\"))"
    forms = (
        rf"{named}{between}{{0,200}}?{_SHOWN}",
        rf"{_SHOWN}{between}{{0,200}}?{named}",
        rf"{named}[^\n]{{0,100}}\n\W{{0,3}}(?:RegionOptStatus\W{{1,6}})?{_SHOWN}\W{{0,4}}(?:\n|\Z)",
    )
    found = {each["status"] for form in forms for each in re.finditer(form, text)}
    return only_one(found & _OFF) if not found - _OFF else None


def explain_disabled(case: Case[InvalidCredentials], request: RejectedRequest) -> Explanation | None:
    """Explain that the account has not enabled the Region of the call, if the text shows its status."""
    region, text = request.region, case.failure.text
    # With several profiles, or a role of another account, the status can be that of either one.
    is_one_account = not request.assumes_role and len({*_PROFILE.findall(text)}) < 2
    status = find_disabled(text, region) if request.is_opt_in and region and is_one_account else None
    if region is None or status is None:
        return None
    others = join_words(request.working_regions, "and")
    known = f"The credentials are valid: they work in {others}. " if others else ""
    skip = _skip_remedy(request)
    other = "" if skip else f" If you did not mean {region}, correct the Region of the call instead."
    enable = account_remedy(
        f"Or enable {region} for the account, if you need it" if skip else f"Enable {region} for the account",
        f"This requires account:EnableRegion, which a policy of the organization can deny. It takes minutes to hours: retry once the status is ENABLED.{other}",
        commands=(
            fill_command("aws account enable-region --region-name {}", commands.region(region)),
            Labelled(
                "Then wait until the status is ENABLED:",
                fill_command("aws account get-region-opt-status --region-name {}", commands.region(region)),
            ),
        ),
    )
    them = "them" if others else "the credentials"
    return case.explain(
        f"{known}{region} rejects {them} because the account has not enabled this opt-in Region ({status}).",
        REGION_NOT_ENABLED.cause(
            "derived",
            text="A Region that is not enabled does not know the credentials of the account: new keys do not help.",
        ),
        topic="invalid-credentials",
        remedies=(skip, enable),
        notes=f"AWS evaluated no policy in {region}, so no permission is missing.",
    )


def _skip_remedy(request: RejectedRequest) -> Remedy | None:
    """Return how a program that calls one Region after the other leaves out those that are not enabled."""
    if len(request.working_regions) < _MIN_LOOP:
        return None
    return your_remedy(
        f"Leave out {request.region}: call only the Regions that the account has enabled",
        "Without --all-regions, the command prints only these. Nothing runs in a Region that was never enabled.",
        commands=f"aws ec2 describe-regions --query 'Regions[].RegionName' --output text --region {request.working_regions[0]}",
    )


def region_remedies(case: Case[Failure], request: RejectedRequest, region: StsFindings) -> Iterator[Remedy]:
    """Yield the fixes for an opt-in Region that rejects credentials, the likeliest first."""
    if not request.is_opt_in:
        return
    works = bool(request.working_regions)
    enable = credential_remedies.enable_region(request.region, request.account, works_elsewhere=works)
    if request.lacks_region_of_caller:
        elsewhere = _call_elsewhere_remedy(request)
        yield from (elsewhere, enable) if request.is_terraform else (enable, elsewhere)
        return
    if not (request.uses_session or request.is_enabled):
        yield enable
    if request.has_no_token:
        return
    issue_v2 = "aws iam set-security-token-service-preferences --global-endpoint-token-version v2Token"
    update: Labelled | None = Labelled(
        "Or, as an administrator, let the global endpoint issue version 2 tokens:", issue_v2
    )
    title = "Get the session from a regional STS endpoint"
    if request.sets_global or request.corrected_line or request.global_command:
        # The setting does not change an endpoint URL.
        yield _remove_variable_remedy(case, request) if request.sets_global else _correct_url(request, title)
        yield account_remedy(
            "Or let the global endpoint issue version 2 tokens",
            "This applies to all programs of the account. Version 2 tokens are longer.",
            commands=issue_v2,
            url=pages.TEMPORARY_REGIONS,
        )
        if not request.is_enabled:
            yield enable
        return
    other, then = None, "Then, in either case,"
    if request.is_enabled:
        known = "" if works else f"The account has enabled {request.region}: that is not the cure. "
        other = f"{known}In ~/.aws/config, the setting is sts_regional_endpoints = regional."
    elif request.uses_session:
        other = f"If that does not help, an administrator checks whether the account has enabled {request.region}, or lets the global endpoint issue version 2 tokens."
        update, then = None, "Then"
    valid = "Tokens of regional endpoints are valid in all Regions."
    if clusters.runs_in_pod(case) or next(find_said(case.failure.text, _IN_POD), None):
        yield cluster_remedy(
            title,
            f"{valid} The SDK in the pod assumes the role with the token of the service account: the variable lets it call the endpoint of its Region. The command also re-creates the pods.",
            "For EKS to set it in each new pod, annotate the service account: eks.amazonaws.com/sts-regional-endpoints: 'true'.",
            other,
            commands=clusters.set_variables_command(case, "AWS_STS_REGIONAL_ENDPOINTS=regional"),
            url=pages.TEMPORARY_REGIONS,
        )
    else:
        if not request.uses_session:
            title += ", or let the global one issue version 2 tokens"
        yield your_remedy(
            title,
            f"{'' if request.uses_session else 'A key that begins with AKIA has no session token, so this is not its problem. '}{valid} Set the variable where you sign in or assume the role, or set the Region of the tool that does it. Then sign in again.",
            other,
            commands=(
                "export AWS_STS_REGIONAL_ENDPOINTS=regional",
                update,
                Labelled(f"{then} remove the cached sessions, and run the command again:", "aws-vault clear")
                if request.uses_vault
                else None,
            ),
            url=pages.TEMPORARY_REGIONS,
        )
    if request.is_enabled or not request.uses_session:
        return
    yield enable
    yield from (each for each in region.remedies if each.who == "account administrator")


def _correct_url(request: RejectedRequest, title: str) -> Remedy:
    """Return how to get the session from a regional endpoint instead of the global one in a command or in code."""
    valid, called = "Tokens of regional endpoints are valid in all Regions.", request.global_command
    if called is None:
        return your_remedy(
            title,
            f"{valid} The line of code that gets the session becomes:",
            manifest=request.corrected_line,
            manifest_language="text",
            url=pages.TEMPORARY_REGIONS,
        )
    stated = called.option("region")
    region = commands.region(stated.value if stated else next(iter(request.working_regions), "us-east-1"))
    changes = {"endpoint-url": f"https://sts.{region}.amazonaws.com"}
    line = commands.repeat_command(called, changes=changes, of_region=region)
    return your_remedy(
        title,
        f"{valid} Remove the global one, --endpoint-url https://{GLOBAL_HOST}, from aws {' '.join(called.words[:2])}, or name one of a Region{', such as below' if line else ''}. AWS_STS_REGIONAL_ENDPOINTS has no effect beside this option.",
        commands=line,
        url=pages.TEMPORARY_REGIONS,
    )


def _remove_variable_remedy(case: Case[Failure], request: RejectedRequest) -> Remedy:
    """Return how to remove the variable that sets the global STS endpoint."""
    lines: tuple[str, ...] = ("unset AWS_ENDPOINT_URL_STS",)
    then = "Then get a new session."
    url = f"https://sts.{request.region}.amazonaws.com"
    if clusters.runs_in_pod(case):
        lines = clusters.correct_variable_commands(case, "AWS_ENDPOINT_URL_STS", url)
        then = "This also re-creates the pods."
    return your_remedy(
        f"Remove AWS_ENDPOINT_URL_STS, or set it to {url}",
        f"Tokens of regional endpoints are valid in all Regions. {then} Also remove the variable from the file, manifest or chart that sets it.",
        commands=lines,
        url=pages.TEMPORARY_REGIONS,
    )


def _call_elsewhere_remedy(request: RejectedRequest) -> Remedy:
    """Return how to assume a role without the STS endpoint of a Region that the caller's account has not enabled."""
    region = request.working_regions[0] if request.working_regions else "us-east-1"
    title, block = f"Or call STS in {region}", None
    if request.is_terraform and request.region:
        title = f"Call STS in {region}: add sts_region to the provider block"
        block = write_sts_region(request.region, region)
    return your_remedy(
        title,
        f"Only the STS client needs another Region. The session is valid in {request.region}, too, if the account of the role has enabled it.",
        manifest=block,
        manifest_language="hcl",
        url=pages.TEMPORARY_REGIONS,
    )


def set_provider_region_remedy(text: str, region: str | None, home: str, place: str) -> Remedy | None:
    """Return how to set another Region in the provider of Terraform, if its code in the text sets the one of the call."""
    found = find_provider_region(text)
    if found is None or found.region != region:
        return None
    kind, _, name = found.value.partition(".")
    block, line, command = 'provider "aws"', f'region = "{home}"', None
    if kind == "local":
        block, line = "locals", f'{name} = "{home}"'
    elif kind == "var":
        block, line = f'variable "{name}"', f'default = "{home}"'
        # Another setting precedes the default.
        command = None if found.is_in_code else f"terraform plan -var {name}={home}"
    return your_remedy(
        f"Set the Region of the provider to {home}, in {place}",
        f"region = {found.value} in the provider block takes precedence over AWS_REGION and the profile. A backend block has its own region.",
        commands=command,
        manifest=None if command else f"{block} {{\n  {line}\n  # the other arguments stay\n}}\n",
        manifest_language="hcl",
        url="https://registry.terraform.io/providers/hashicorp/aws/latest/docs#authentication-and-configuration",
    )


def set_region_remedy(request: RejectedRequest) -> Remedy | None:
    """Return the remedy that sets the region of a pod in another partition."""
    endpoint = None if request.region is None else find_endpoint(request.region)
    if endpoint is None or request.is_signed:
        return None
    region = commands.region(request.region)
    return your_remedy(
        f"Set AWS_REGION and AWS_DEFAULT_REGION to {region} in the container",
        f"SDKs then call {endpoint.url}. Also set the Region in the manifest or chart, which can overwrite the change.",
        f"If env prints this Region already, remove an AWS_ENDPOINT_URL of another partition, or correct the annotation eks.amazonaws.com/role-arn: it must begin with arn:{request.partition}:.",
        commands=(
            "kubectl exec deployment/NAME --namespace NAMESPACE -- env | grep -e _REGION= -e AWS_ENDPOINT_URL -e AWS_ROLE_ARN",
            Labelled(
                "If env does not print this Region:",
                f"kubectl set env deployment/NAME AWS_REGION={region} AWS_DEFAULT_REGION={region} --namespace NAMESPACE",
            ),
        ),
        url=pages.EKS_STS,
    )


def describe_not_enabled(request: RejectedRequest, what: str) -> str:
    """Return the sentence that an account has not enabled a Region: the caller's, if the call is to assume a role."""
    if not request.lacks_region_of_caller or request.role is None:
        return f"the account has not enabled {what}"
    number = "" if request.account is None else f" {request.account}"
    return f"the caller's account{number} has not enabled {what}. Enabling it in {request.role.account}, the account of the role, is not enough"
