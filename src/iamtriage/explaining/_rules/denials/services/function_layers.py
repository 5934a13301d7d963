"""Explain that a Lambda function cannot use a layer of another account or Region.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html and
https://docs.datadoghq.com/serverless/guide/layer_not_authorized/.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.command_lines import find_commands
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, remedies
from iamtriage.explaining._rules.shared.wording import denial_summary

_PAGE = "https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html"
# Publishers of layers that everyone can use: AWS SDK for pandas, Powertools, Lambda Insights, ADOT, Lambda Web Adapter,
# Datadog, New Relic and Klayers.
_PUBLISHERS = frozenset(
    {
        "336392948345", "017000801446", "580247275435", "901920570463", "753240598075", "464622532012",
        "451483290750", "770693421928",
    }
)  # fmt: skip
_VERSION = lazy_pattern(r"(?a)layer:(?P<name>[\w-]{1,140}):(?P<version>[0-9]{1,10})")
LAYER_IN_OTHER_REGION = CauseType(
    "layer-in-other-region",
    title="The Lambda layer is in another Region than the function",
    meaning="A function can use only layers in its own Region. Lambda reports another Region as a missing permission.",
    recognised_by="The ARN of the layer has another Region than the function.",
    fix="Use the ARN of the layer that its publisher lists for the function's Region. Its version can differ.",
    sources=(_PAGE,),
)
LAYER_NOT_SHARED = CauseType(
    "layer-not-shared",
    title="The layer version does not exist, or its owner does not share it",
    meaning="The account of the layer has no such version, or the policy of the version does not allow the account of the function.",
    recognised_by="lambda:GetLayerVersion is denied on a layer of another account.",
    fix="Use a version that the publisher lists for the Region, or let the owner share this one with the account.",
    sources=(_PAGE,),
)


def _function_region(denial: Denial) -> str | None:
    """Return the Region of the function, if it is another one than that of the layer."""
    region, arn = denial.facts.region, denial.resource_arn
    return region if arn is not None and arn.region and region not in {None, arn.region} else None


def explain_layer(denial: Denial) -> Explanation | None:
    """Explain that a function cannot use a layer of another account or Region."""
    arn, region = denial.resource_arn, _function_region(denial)
    is_of_layer = denial.policy_type in {None, "resource"} and not denial.is_explicit
    # In the account of the layer, no policy of the version is necessary.
    is_foreign = denial.crosses_accounts or region is not None or denial.policy_type == "resource"
    if arn is None or not arn.resource.startswith("layer:") or not (is_of_layer and is_foreign):
        return None
    found = _VERSION.fullmatch(arn.resource)
    name, version = (found["name"], found["version"]) if found else ("the layer", "VERSION")
    home = commands.region(arn.region)
    layer = commands.arn((denial.resource or "").removesuffix(f":{version}"), "LAYER_ARN")
    owner = denial.resource_account
    of_owner = f"The layer belongs to account {owner}. " if denial.crosses_accounts else ""
    title = f"Share the version of the layer{f', in account {owner}' if denial.crosses_accounts else ''}"
    template = "aws lambda add-layer-version-permission --layer-name {} --version-number {} --statement-id ShareLayer --action lambda:GetLayerVersion --principal {} --region {}"
    line = commands.fill_command(template, layer, version, commands.account(denial.account), home)
    share = remedies.owner_remedy(title, commands=line, url=_PAGE)
    check = "aws lambda get-layer-version --layer-name {} --version-number {} --region {}"
    if region is not None:
        other = layer.replace(f":{home}:", f":{region}:")
        use = remedies.your_remedy(
            f"Use the layer {name} of {region}",
            f"Replace the ARN in the function's layers by the one that the publisher lists for {region}. Its account and version can differ there.",
            f"Or deploy the function in {home}.",
            "The command checks the new ARN: if it answers AccessDeniedException, there is no such version.",
            commands=commands.fill_command(check, other, "VERSION", region),
            url=_PAGE,
        )
        text = f"{of_owner}No Allow for {denial.caller} changes that."
        return denial.explain(
            f"The layer {name} is in {home}, but the function is in {region}: a function can use only layers in its own Region.",
            LAYER_IN_OTHER_REGION.cause("derived", f"The ARN of the layer has the Region {home}.", text=text),
            topic="lambda-layer",
            remedies=use,
        )
    if (shared := _find_shared(denial, name, version)) is not None:
        return _explain_other_version(denial, name, version, shared, share)
    works = _find_printed(denial, name, version)
    listed = f"Version numbers differ from Region to Region: take the ARN that the publisher lists for {home}, the Region of the function."
    use = remedies.your_remedy(
        f"Use a version of {name} that its publisher lists for {home}{f', or go back to {works}' if works else ''}",
        listed,
        "The command works in each account that can use the version.",
        commands=commands.fill_command(check, layer, version, home),
        url=_PAGE,
    )
    verdict = "the account of the layer has no such version, or does not share it"
    if works is not None:
        verdict = f"most likely, there is no version {version} of it in {home}, where version {works} works"
    allows = f"The policy of the version must allow the account of {denial.caller}, whose own policies are not the cause."
    return denial.explain(
        denial_summary(denial, verdict),
        LAYER_NOT_SHARED.cause(
            "derived" if denial.policy_type == "resource" else "possible",
            text=f"{of_owner}{allows} Lambda answers the same if the version does not exist.",
        ),
        topic="lambda-layer",
        # Who may use one version of a publisher's layer may use all.
        remedies=(use,) if works is not None or owner in _PUBLISHERS else (use, share),
    )


def _find_printed(denial: Denial, name: str, version: str) -> str | None:
    """Return another version of a layer in the same Region that a command in the text prints."""
    arn, found = denial.resource_arn, set[str]()
    for run in find_runs(denial.failure):
        words = run.command.words[:2]
        if words not in {("lambda", "get-layer-version"), ("lambda", "get-layer-version-by-arn")}:
            continue
        options, failed = dict(run.command.options), "error" in run.output.lower()
        named = options.get("arn") or f"{options.get('layer-name', '')}:{options.get('version-number', '')}"
        shown = _VERSION.search(named)
        is_here = arn is not None and (options.get("region", arn.region) == arn.region)
        if shown is not None and shown["name"] == name and run.output.strip() and not failed and is_here:
            found.add(shown["version"])
    found.discard(version)
    return found.pop() if len(found) == 1 else None


def _find_shared(denial: Denial, name: str, version: str) -> str | None:
    """Return another version of a layer that the text shows to be shared, or to work, if it is only one."""
    text = denial.failure.text
    granted = (
        dict(command.options).get("version-number")
        for _, command in find_commands(text, 0, len(text))
        if command.words[:2] == ("lambda", "add-layer-version-permission")
        and str(dict(command.options).get("layer-name")).rpartition("layer:")[2] == name
        and dict(command.options).get("principal") in {denial.account, "*"}
    )
    # Not "postgres version 14 works".
    before = rf"(?:^|\b(?:{re.escape(name)}|(?i:layer|the|with|while|but|only|on|to|old|previous|earlier)) )"
    works = find_working(
        text, re.compile(rf"(?<![\w.])(?:{re.escape(name)})?:\d{{1,3}}\b|{before}(?i:version) \d{{1,3}}\b")
    )
    numbers = re.findall(r"(?::|\b[Vv]ersion )(\d{1,3})\b", works or "")
    found = {each for each in (*granted, *numbers[:1]) if each and each.isdigit()}
    return found.pop() if len(found) == 1 and version not in found else None


def _explain_other_version(denial: Denial, name: str, version: str, other: str, share: Remedy) -> Explanation:
    """Explain that the text shows the permission for another version of the layer only."""
    owner = (
        f" Account {denial.resource_account} owns the layer: only its administrators can share a version."
        if denial.crosses_accounts
        else ""
    )
    pin = remedies.your_remedy(
        f"Until then, go back to version {other} of {name}",
        f"Set the ARN of the layer in the function to end with :{other}. The roles need no other permissions.",
        url=_PAGE,
    )
    return denial.explain(
        denial_summary(
            denial, f"the text shows that version {other} is shared, and a permission covers only one version"
        ),
        LAYER_NOT_SHARED.cause(
            "derived",
            text=f"Each version of a layer has a policy of its own, and that of version {version} does not allow the account of {denial.caller}.{owner}",
        ),
        topic="lambda-layer",
        remedies=(
            attrs.evolve(
                share,
                steps=(
                    "Let the pipeline that publishes the layer add the permission to each new version: otherwise, the next one is denied, too.",
                ),
            ),
            pin,
        ),
    )
