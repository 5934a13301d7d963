"""Say what to do if a Deny can be about the Region of a request, or that of an inference profile."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import clip_text, join_words, quote_words
from iamtriage.explaining._context.readers.region_names import PLACE, region_of_place
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Denial, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import organization_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_code
from iamtriage.explaining._rules.shared.texts.text_signs import find_controller_of_denial
from iamtriage.explaining._rules.shared.wording import capitalize_start

_FOUNDATION_MODEL = lazy_pattern(r"(?a):foundation-model/(?P<model>[\w.:-]{3,100})\Z")
# The first part of Regions, and of the inference profiles for them.
_GEOGRAPHIES = {"us": "us", "eu": "eu", "ap": "apac"}
_IS_MODEL = lazy_pattern(r":(?:foundation-model|inference-profile)/")
_REGION_ID = lazy_pattern(r"(?a)(?<![\w-])(?:[a-z]{2}|us-gov)-[a-z]{4,9}-[1-9](?![\w-])")
# What people write about the Regions that a policy allows.
_ALLOWS_REGIONS = lazy_pattern(
    r"(?i)(?=.*\b(?:(?:allow|approv|permit|restrict|limit|govern)\w*|(?:may|can|must) only)\b)(?=.*\b(?:only|regions?)\b)(?!.*\b(?:not|den(?:y|ied|ies)|block\w*)\b)"
)
_SETTINGS = lazy_pattern(
    rf"(?a)\b(?i:AWS_(?:DEFAULT_)?REGION|(?:\w{{2,20}}[-_])?region)\b[\"']?[ \t]{{0,4}}[:=]?[ \t]{{0,4}}[\"']?(?P<region>{REGION})\b"
)
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html,
# https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html,
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-edge.html and
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html
_NOT = r"(?<!\bnot )(?<!\bnot for )(?<!\bno )(?<!\bwithout )"
_CLOUDFRONT = rf"{_NOT}(?i:\bcloud ?front)"
_TIED = {
    "acm": (lazy_pattern(_CLOUDFRONT), "CloudFront uses only certificates of ACM in us-east-1"),
    "wafv2": (lazy_pattern(rf":global/|{_CLOUDFRONT}"), "web ACLs for CloudFront are in us-east-1"),
    "lambda": (lazy_pattern(rf"{_NOT}(?i:lambda@edge|edgelambda|edge function|\benablereplication\b)"), "functions of Lambda@Edge are in us-east-1"),
    "logs": (lazy_pattern(rf"{_NOT}(?i:route ?53[^\n]{{0,60}}query log|query log[^\n]{{0,60}}route ?53)"), "the query logs of Route 53 go to a log group in us-east-1"),
    "ecr-public": (lazy_pattern(r""), "ECR Public has its API only in us-east-1"),
    "globalaccelerator": (lazy_pattern(r""), "Global Accelerator has its API only in us-west-2"),
}  # fmt: skip
# Of these services, most of what is denied can go to another Region.
_REGIONAL = frozenset({"lambda", "logs"})
# "The worker was moved from Ireland to Frankfurt", and not "it worked before we moved back to Ireland".
_MOVED = lazy_pattern(
    rf"\b(?i:moved?|moving|migrat\w{{1,4}}|relocat\w{{1,4}}|expand\w{{0,3}}|roll\w{{0,3}} out|rollout|copied|failover|failed over|new region)\b(?! back)[^\n.;]{{0,80}}?\b(?:to|into|in|is)(?: the)?(?: region)? [`\"'(]{{0,2}}(?P<place>{PLACE})(?![\w-])"
)
# "We run everything in eu-west-1."
_RUNS_IN = lazy_pattern(
    rf"(?a)\b(?i:(?:we|I|everything|all|the rest|others?|stacks|resources|tables?|queues?|buckets?)\b[^.;\n\"{{}}]{{0,40}}?\b(?:run|runs|are|is|live|lives|have|has|deploy|use)\b)[^.;\n\"{{}}]{{0,40}}? (?:in )?[`']?(?P<region>{REGION})(?![\w-])"
)
_PULUMI_STACK = lazy_pattern(r"\bPulumi\.([\w-]{1,100})\.ya?ml\b")
_MAX_LINE = 300
_MAX_REGIONS = 3
_READING_VERBS = ("Describe", "List", "Get")
_CREATING_VERBS = (
    "Allocate", "Copy", "Create", "Import", "Invoke", "Provision", "Purchase", "Register", "Request", "Run",
)  # fmt: skip


def can_change_region(denial: Denial) -> bool:
    """Return whether the call can go to another Region, as one that creates or looks for something can."""
    operation = (denial.action or "").partition(":")[2]
    if find_controller_of_denial(denial.action or "", denial.failure) is not None:
        return False  # it works in the Region of its cluster
    if describe_tie(denial) is not None:
        return False
    # What exists is in one Region.
    return operation.startswith(_CREATING_VERBS) or (
        operation.startswith(_READING_VERBS) and (denial.resource or "*").endswith("*")
    )


_CDK = lazy_pattern(r"\bcdk (?:deploy|watch|synth)\b|/cdk-[a-z0-9]{1,20}-cfn-exec-role-")
# How code sets the Region of a client, by the SDK. Deployment tools with a setting of their own are written in others.
_ARGUMENTS_OF_SDKS = {
    "ruby": 'region: "{}" of the client',
    "java-v2": 'region(Region.of("{}")) of the client',
}


def describe_place(denial: Denial) -> str | None:
    """Return in which Region the resource of the call is, as a clause, if the call cannot go to another one for that."""
    arn = denial.resource_arn
    if arn is None or not arn.region or "*" in f"{arn.region}{arn.resource}" or can_change_region(denial):
        return None
    return f"{clip_text(arn.resource.rpartition('/')[2])} is in {arn.region}"


def describe_move(denial: Denial, listed: str, step: str) -> tuple[str, str]:
    """Return the title and the step of a call in the Regions that a Deny exempts: with another resource, if it needs one there."""
    place, text = describe_place(denial), denial.failure.text
    if place is None:
        listed = find_own_region(text, _REGION_ID.findall(listed)) or listed
        _, general, settings = step.partition("Change the Region of the call:")
        called = getattr(denial.resource_arn, "region", None) or denial.facts.region
        argument = _ARGUMENTS_OF_SDKS.get(denial.failure.envelope.source or "")
        deployment = find_code(denial.failure, denial.facts)
        is_own = argument and deployment is None
        step = f"{general}{settings}" if general else step
        if argument and is_own and commands.region(listed) == listed:
            step = f"Set AWS_REGION={listed} where the program runs, or {argument.format(listed)} if its code sets the Region."
        elif general and deployment is not None and deployment.tool == "Pulumi":
            stack = only_one({*_PULUMI_STACK.findall(text)})
            of_stack = "" if stack is None else f" --stack {stack}"
            file = f"Pulumi.{stack or 'STACK'}.yaml"
            step = f"Set the Region of the stack, in {file}: pulumi config set aws:region {commands.region(listed)}{of_stack}. A provider in the code (aws.Provider) can have a region of its own."
        elif general and called and (words := find_setting(denial, called)) is not None:
            step = f"{quote_words(words)} in the text sets the Region: change it."
        elif general and deployment is not None and deployment.is_terraform:
            # https://registry.terraform.io/providers/hashicorp/aws/latest/docs#provider-configuration
            step = 'Change region in the block provider "aws", or in the variable that it uses. Without it, AWS_REGION or the profile sets the Region. A resource or module can use another provider (alias).'
        elif general and _CDK.search(text):
            # https://docs.aws.amazon.com/cdk/v2/guide/configure-env.html
            step = f"In the CDK app, set region in env of the stack to {clip_text(listed)}. Without env, the Region of the profile or AWS_REGION counts. A Region that is new to the app needs cdk bootstrap first."
        if called and deployment is not None and deployment.stack and deployment.status == "CREATE_FAILED":
            step += f" If the stack {deployment.stack} is new, delete what is left of it in {called}."
        if denial.lowercase_action in {"ec2:runinstances", "ec2:createfleet", "ec2:requestspotinstances"}:
            step += " An AMI, subnet, security group or key pair belongs to one Region: pass those of the new one."
        return f"Call in {listed}", step
    name = place.partition(" is in ")[0]
    return (
        f"Use a resource in {listed} instead of {name}",
        f"{place}, and a call in another Region does not reach it.",
    )


def find_own_region(text: str, regions: Sequence[str]) -> str | None:
    """Return the only one of several Regions in which the rest is, as people say.

    >>> find_own_region("We run everything in eu-west-1.", ["eu-west-1", "eu-central-1"])
    'eu-west-1'
    >>> find_own_region("We don't run anything in eu-west-1.", ["eu-west-1", "eu-central-1"])
    """
    return only_one({each["region"] for each in find_said(text, _RUNS_IN)}.intersection(regions))


def region_steps(denial: Denial) -> tuple[str, ...]:
    """Return a step on a Deny that may be about the Region of the request."""
    region = denial.resource_arn.region if denial.resource_arn is not None else ""
    if (tie := describe_tie(denial)) is not None:
        exempt = f"Ask for {exempted_action(denial)} to be added to the NotAction of the Deny"
        sample = "" if denial.service in _REGIONAL else ", as in the sample policy of AWS"
        return (f"{capitalize_start(tie)}, so another Region is no way out. {exempt}{sample}.",)
    if not region or not can_change_region(denial):
        return ()
    setting = region_setting(denial, region)
    return (f"The request went to {region}{setting}. If the Deny is about Regions, use one that it allows.",)


def describe_tie(denial: Denial) -> str | None:
    """Return why the denied call cannot go to another Region, as a clause, or ``None`` if it can, as far as is known."""
    pattern, reason = _TIED.get(denial.service or "", (None, ""))
    arn = denial.resource_arn
    is_there = arn is None or arn.region in {"", reason.rpartition(" ")[2]}
    return reason if pattern is not None and is_there and pattern.search(denial.failure.text) else None


def exempted_action(denial: Denial) -> str:
    """Return what a Deny on Regions has to exempt for a call that is tied to one: the service, or only the action."""
    return (denial.action or "") if denial.service in _REGIONAL else f"{denial.service}:*"


def region_setting(denial: Denial, region: str) -> str:
    """Return what in the text sets the Region of the call, after a comma, or an empty string."""
    words = find_setting(denial, region)
    # A CloudTrail record only states the Region.
    is_setting = words is not None and not words.lstrip("\"'").startswith("awsRegion")
    return f", set by {quote_words(words)} in the text" if words is not None and is_setting else ""


def find_setting(denial: Denial, region: str) -> str | None:
    stated = denial.context.region
    words = stated.words.strip() if stated is not None and stated.value == region else None
    # The ARN of a resource shows where it is, and sets nothing.
    if words is None or f":{region}:" in words:
        # Another command in the text can have its own Region.
        settings = _SETTINGS.finditer(denial.failure.text)
        words = next((each[0] for each in settings if each["region"] == region), None)
    return words


def is_moved_to(text: str, region: str) -> bool:
    """Return whether a text says that what calls was moved to a Region, so that the call is meant for it.

    >>> is_moved_to("We moved the worker from Ireland to Frankfurt.", "eu-central-1")
    True
    """
    return any(region_of_place(each["place"]) == region for each in find_said(text, _MOVED))


def find_allowed_regions(text: str, called: str) -> tuple[str, ...]:
    """Return the other Regions of a line of the text that says which ones are allowed.

    >>> find_allowed_regions("# we allow only eu-west-1 and eu-west-3", "us-west-1")
    ('eu-west-1', 'eu-west-3')
    >>> find_allowed_regions("We may only use eu-west-1.", "us-west-1")
    ('eu-west-1',)
    """
    for line in text.split("\n"):
        if len(line) > _MAX_LINE or "arn:" in line or not _ALLOWS_REGIONS.match(line):
            continue
        regions = tuple(dict.fromkeys(_REGION_ID.findall(line)))
        if regions and called not in regions:
            return regions[:_MAX_REGIONS]
    return ()


def other_model_region(denial: Denial) -> str:
    """Return to which Region an inference profile sent a call, after a space, or an empty string."""
    arn, called, profile = denial.resource_arn, denial.facts.region, _inference_profile(denial)
    if (
        arn is None
        or not arn.region
        or (profile is None and (not _calls_model(denial) or called in {None, arn.region}))
    ):
        return ""
    named = f"the inference profile {profile}" if profile else "an inference profile"
    made = "" if called in {None, arn.region} else f" made in {called}"
    return f" in {arn.region}, where {named} sent the call{made}"


def _calls_model(denial: Denial) -> bool:
    """Return whether a call of Bedrock was denied on a foundation model in a Region."""
    arn = denial.resource_arn
    is_model = _FOUNDATION_MODEL.search(denial.resource or "") is not None
    return denial.service == "bedrock" and is_model and arn is not None and arn.region != ""


def _inference_profile(denial: Denial) -> str | None:
    """Return the inference profile that the text names for the denied model."""
    model = _FOUNDATION_MODEL.search(denial.resource or "")
    if model is None or denial.service != "bedrock":
        return None
    from iamtriage.explaining._rules.shared.requirements.required_resources import find_inference_profile

    return find_inference_profile(model["model"], denial.failure.text)


_GLOBAL = "This is a global inference profile: Bedrock can send the request to any commercial Region, and aws:RequestedRegion is unspecified."


def _find_geographic_profile(denial: Denial) -> str | None:
    """Return the only profile of a geography that the text names for the denied model."""
    model = _FOUNDATION_MODEL.search(denial.resource or "")
    if model is None:
        return None
    pattern = rf"(?<![\w.-])(?:us|eu|apac|au|ca|jp|us-gov)\.{re.escape(model['model'])}(?![\w-])"
    return only_one(set(re.findall(pattern, denial.failure.text)), None)


def _leave_global_profile(denial: Denial, local: str) -> Remedy:
    """Return how to call the model with the profile of a geography that the text names, too."""
    named = _CONTROL_POLICY.fullmatch(denial.policy or "")
    is_of_organization = denial.policy_type in {"service_control", "resource_control"}
    owner = "an administrator of the organization" if is_of_organization else "the owner of the policy"
    where = f" in the management account {named['account']}" if named else ""
    called = denial.facts.region
    whatever = (
        f"even if the client calls {clip_text(called)}" if called else "whatever Region the client calls"
    )
    if_regions = "" if "RequestedRegion" in denial.failure.text else "If the Deny is on Regions, "
    title = f"{if_regions}use the inference profile {local} instead of the global one"
    return your_remedy(
        title[:1].upper() + title[1:],
        f"{_GLOBAL} The denied resource has no Region either. So a Deny of all Regions but the listed ones matches, {whatever}. {local} stays within its geography.",
        f"To keep the global profile, {owner} has to exempt bedrock:InvokeModel* from the Deny{where} where aws:RequestedRegion is unspecified. An Allow does not help.",
        url=pages.BEDROCK_PROFILES,
    )


_CONTROL_POLICY = lazy_pattern(
    r"(?a)arn:[a-z-]+:organizations::(?P<account>[0-9]{12}):policy/[\w/-]{1,80}/(?P<id>p-[0-9A-Za-z_]{1,128})"
)


def model_region_remedy(denial: Denial, allowed: Sequence[str] = ()) -> Remedy | None:
    """Return how to call a Bedrock model only in Regions that a Deny exempts, ``allowed`` if they are known.

    https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html: an inference profile sends
    requests to several Regions, and a global one to any, which the model's ARN then does not name.
    """
    resource = denial.resource or ""
    if denial.service != "bedrock" or not _IS_MODEL.search(resource):
        return None
    region = denial.resource_arn.region if denial.resource_arn is not None else ""
    denied_elsewhere = region and denial.facts.region not in {None, region}
    title = "If the Deny is on Regions, use an inference profile of allowed Regions only"
    used, among = _inference_profile(denial), ""
    others = "a geographic profile" if region else "a geographic profile (such as us., eu. or apac.)"
    others = f"a profile other than {used}" if used else others
    if other_model_region(denial):
        if stated := find_allowed_regions(denial.failure.text, region):
            among = f" ({join_words(stated, 'and')})"
        title, text = (
            "Use an inference profile of allowed Regions only",
            "Bedrock can send a call to any Region of the profile: as long as one is denied, calls fail, some or all of them.",
        )
    elif region and "/global." not in resource and ":foundation-model/" in resource:
        text = f"The request was sent to {region}. If that is not the Region you call, an inference profile chose it."
    elif region and "/global." not in resource:
        text = "The inference profile can send the request to several Regions, and the Deny must exempt each."
    else:
        if (local := _find_geographic_profile(denial)) is not None:
            return _leave_global_profile(denial, local)
        text = _GLOBAL
        areas = {each.partition("-")[0] for each in allowed}
        area = _GEOGRAPHIES.get(areas.pop()) if len(areas) == 1 else None
        if used is not None and area is not None:
            others = f"{area}.{used.partition('.')[2]}"
            title = f"Use the inference profile {others} instead of {used}"
            others = f"{others}, or of another profile"
        elif allowed:
            title = "Use an inference profile of allowed Regions only"
    is_of_organization = denial.policy_type in {"service_control", "resource_control"}
    if is_of_organization and used is not None and denied_elsewhere:
        # https://repost.aws/knowledge-center/bedrock-access-denied-exception
        profile = f"arn:{denial.location.partition or 'aws'}:bedrock:*:{denial.account or '*'}:inference-profile/{used}"
        exempt = json.dumps({"ArnNotLike": {"bedrock:InferenceProfileArn": profile}})
        named = _CONTROL_POLICY.fullmatch(denial.policy or "")
        where = (
            f"In the management account {named['account']} (or a delegated administrator), add"
            if named
            else "Add"
        )
        if not denial.context.policies:
            text = text.replace(": calls", ": most likely, the Deny is on Regions, so calls", 1)
        region = commands.region(denial.facts.region or region)
        show = "aws organizations describe-policy --policy-id {} --query Policy.Content --output text"
        return organization_remedy(
            "Exempt the calls through the inference profile from the Deny",
            text,
            f"{where} to the Condition of the Deny: {exempt}. It then exempts them in all Regions of the profile, which get-inference-profile lists.",
            "Or use a profile whose Regions are all allowed.",
            commands=(
                *((commands.fill_command(show, named["id"]),) if named else ()),
                commands.fill_command(
                    "aws bedrock get-inference-profile --region {} --inference-profile-identifier {} --query 'models[].modelArn'",
                    region,
                    used,
                ),
                Labelled(
                    f"Or use a model that needs no profile, in an allowed Region{among}. This lists those in {region}:",
                    f"aws bedrock list-foundation-models --region {region} --by-inference-type ON_DEMAND --query 'modelSummaries[].modelId'",
                ),
            ),
            url=pages.BEDROCK_PROFILES,
        )
    owner = "an administrator of the organization" if is_of_organization else "the owner of the policy"
    return your_remedy(
        title,
        f"{text} Use the ID of {others} whose Regions are all allowed{among}, or of a model that is available in an allowed Region without a profile.",
        f"Or {owner} exempts the Bedrock actions in all Regions of the profile. An Allow does not help.",
        commands=f"aws bedrock list-inference-profiles --region {commands.region(denial.facts.region or region or None)} --query 'inferenceProfileSummaries[].[inferenceProfileId,models[].modelArn]'",
        url=pages.BEDROCK_PROFILES,
    )
