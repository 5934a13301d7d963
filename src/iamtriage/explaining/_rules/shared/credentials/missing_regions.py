"""Explain that a client has no Region, whether it calls a service or gets its credentials from STS first."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import AwsError, MissingCredentials
from iamtriage.sts._endpoints import NO_REGION as NO_REGION_SET

_EMPTY_REGION = lazy_pattern(
    r"(?m)^[^\n=]{0,60}?\b(?P<env>AWS_(?:DEFAULT_)?REGION)[=:][ \t]{0,40}(?:\"\"|'')?[ \t]{0,40}\r?$"
    r"|\bname: [\"']?(?P<spec>AWS_(?:DEFAULT_)?REGION)[\"']?\s{1,60}value: ?(?:\"\"|'')?[ \t]{0,40}\r?$"
)
_SET_REGION = lazy_pattern(r"\bAWS_(?:DEFAULT_)?REGION[=:] ?[\"']?[a-z]{2,5}-")
_READS_NO_PROFILE = lazy_pattern(r"Missing region in config|MissingRegion: could not find region")
# The SDKs call STS for the credentials of a role, and the SDKs for Go report that in the error of another call.
REGION_OF_CREDENTIALS = lazy_pattern(
    r"operation error STS: \w{2,40}, (?:[^\n]{0,200}?, )?(?:failed to resolve service endpoint|[Ii]nvalid [Cc]onfiguration: Missing Region)"
    r"|WebIdentityTokenCredentialsProvider(?:\(\))?: Unable to load region"
)
# What the providers of Crossplane for AWS write in the status and events of a resource.
_CROSSPLANE = lazy_pattern(
    r"\.(?:aws\.crossplane|upbound)\.io\b|cannot get terraform setup:|\b[Tt]ype: {1,30}Synced\b"
)
NO_REGION = CauseType(
    "no-region",
    title="The SDK has no Region, or one without an endpoint for the service",
    recognised_by='The SDK says "You must specify a region", "Missing Region" or similar, or the host has two dots: sts..amazonaws.com.',
    fix="Set AWS_REGION, or the Region in the profile or the client.",
    sources=(pages.CLI_PROFILES,),
)


def _find_empty_region(case: Case[AwsError | MissingCredentials]) -> str | None:
    """Return the variable of the Region that the text shows without a value, if no other has one."""
    found = _EMPTY_REGION.search(case.failure.text)
    has_value = _SET_REGION.search(case.failure.text) is not None
    return None if found is None or has_value else found["env"] or found["spec"]


def set_region_remedy(case: Case[AwsError | MissingCredentials]) -> Remedy:
    """Return how to set the Region, which SDKs read from different variables.

    Source: https://docs.aws.amazon.com/sdk-for-javascript/v2/developer-guide/setting-region.html.
    """
    region = commands.region(clues.find_region(case))
    variables = f"AWS_REGION={region} AWS_DEFAULT_REGION={region}"
    empty, is_pod = _find_empty_region(case), clusters.runs_in_pod(case)
    if _CROSSPLANE.search(case.failure.text) is not None:
        return cluster_remedy(
            "Set spec.forProvider.region in the managed resource",
            "The provider calls AWS, and STS for the role of the ProviderConfig, in this Region.",
            "If the field is set, or missing as in some resources of IAM, set AWS_REGION in the pod of the provider, with a DeploymentRuntimeConfig.",
            url="https://docs.crossplane.io/latest/packages/providers/",
        )
    if is_pod:
        return cluster_remedy(
            "Set the Region in the pod's environment",
            "EKS sets these variables only in new pods of a service account with a role. If the account is meant to have one, check that first.",
            commands=clusters.set_variables_command(case, variables),
            url=pages.SDK_REGION,
        )
    controller = find_controller(case.failure.text)
    if controller is not None and controller.region_setting:
        return cluster_remedy(
            f"Set {controller.region_setting}",
            f"{capitalize_start(controller.name)} sends its calls to the Region of this setting, which is missing or empty.",
            url=pages.SDK_REGION,
        )
    message, text = clues.message_text(case), case.text
    sets_other = "boto" in text and "AWS_REGION=" in text and "AWS_DEFAULT_REGION=" not in text
    of_boto = "The text sets AWS_REGION, which boto3 does not read: set AWS_DEFAULT_REGION."
    of_profile = "In this SDK, the Region of a profile applies only with AWS_SDK_LOAD_CONFIG=1."
    of_host = "The host name has no Region: the variable that it is built from is empty."
    return your_remedy(
        "Set the client's Region",
        None if empty is None else f"{empty} is empty: give it a value where it is set, or remove it.",
        of_boto if sets_other else None,
        "Set it in the environment, the profile or the code. AWS_REGION is for most SDKs, AWS_DEFAULT_REGION for boto3; the AWS CLI reads both.",
        of_profile if _READS_NO_PROFILE.search(message) else None,
        of_host if empty is None and "..amazonaws." in message else None,
        None
        if NO_REGION_SET.search(message)
        else "Check the spelling: us-east-1, not us-east-1a or us_east_1, and without a space at the end.",
        commands=(
            f"export {variables}",
            credential_remedies.with_profile(find_profile(case), f"aws configure set region {region}"),
        ),
        url=pages.SDK_REGION,
    )


def explain_region_of_credentials(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that a client has no Region in which to call STS for its credentials."""
    found = REGION_OF_CREDENTIALS.search(message)
    return case.explain(
        "No Region is set where the call runs, so the SDK could not call STS for the credentials of the role. No request was sent to AWS.",
        NO_REGION.cause("reported", f'The text says "{clip_text(found[0])}".' if found else None),
        remedies=set_region_remedy(case),
        notes=credential_remedies.NO_CALL_MADE,
    )
