"""Find the other resources on which a call requires the denied action."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern

__all__ = ("find_inference_profile", "is_model", "required_resources")

_ANY_REGION = "A cross-Region inference profile sends the call to several Regions: the policy has the profile, and the model in each Region (*)."
_PROBABLE_PROFILE = "The call probably uses a cross-Region inference profile, which sends it to several Regions: the policy has the profile, and the model in each Region (*)."
_MODEL = lazy_pattern(
    r"(?P<prefix>arn:[\w-]+:bedrock):(?P<region>[\w-]*)::foundation-model/(?P<model>[a-z0-9-]+\.[\w.:-]{2,100})\Z",
    re.ASCII,
)
# Models without on-demand throughput outside inference profiles, at least in most Regions:
# https://docs.aws.amazon.com/bedrock/latest/userguide/models-regions.html
_NEEDS_PROFILE = lazy_pattern(r"anthropic\.claude-[a-z]{3,10}-[4-9]", re.ASCII)
# The geographies of inference profiles, before the ID of the model.
_GEOGRAPHY = lazy_pattern(r"(?<![\w.-])(?:us|us-gov|eu|apac|jp|au|ca|global)\Z", re.ASCII)
_MAX_GEOGRAPHY = 8
# The table of a query, and the database that a command, a setting or a message names.
_QUERIED_TABLE = lazy_pattern(
    r"\b(?:FROM|JOIN|INTO|TABLE|DESCRIBE)\s{1,20}(?:[\"`]?AwsDataCatalog[\"`]?\.)?[\"`]?(?P<database>\w{1,255})[\"`]?\.[\"`]?(?P<table>\w{1,255})",
    re.IGNORECASE | re.ASCII,
)
_NAMED_DATABASE = lazy_pattern(
    r"(?:--database(?:-name)?[ =]|\bDatabase(?:[ _]?[Nn]ame)?[\"']?\s?[:=]\s?)[\"']?(?P<database>\w{1,255})",
    re.ASCII,
)
_CATALOG = lazy_pattern(
    r"(?P<prefix>arn:[\w-]+:glue:[\w-]+:(?:\d{12}|ACCOUNT_ID)):(?:catalog|(?:database|table|userDefinedFunction)/(?P<database>[\w-]{1,255})(?:/.*)?)\Z",
    re.ASCII,
)
_ON_INSTANCES = frozenset({"ssm:SendCommand", "ssm:StartSession"})
_INSTANCE_OR_DOCUMENT = lazy_pattern(
    r"(?P<prefix>arn:[\w-]+):(?P<service>ssm|ec2):(?P<region>[\w-]+):(?P<account>\d{12})?:(?:document|instance)/[\w.-]+",
    re.ASCII,
)
_INSTANCE = lazy_pattern(r"\bi-[0-9a-f]{8,17}\b", re.ASCII)
_DOCUMENT = lazy_pattern(r"--document-name[ =][\"']?([\w.-]{3,128})", re.ASCII)
_PROFILE = lazy_pattern(
    r"(?P<prefix>arn:[\w-]+:bedrock):[\w-]+:\d{12}:inference-profile/(?:[a-z-]{2,12}\.)?(?P<model>[a-z0-9-]+\.[\w.:-]{2,100})\Z",
    re.ASCII,
)


def required_resources(
    action: str, resource: str, text: str, *, region: str | None = None, account: str | None = None
) -> tuple[tuple[str, ...], str] | None:
    """Return all resources on which a call requires an action, and why; ``None`` if it is the denied one alone.

    Args:
        action: The denied action, as AWS spells it.
        resource: The ARN of the denied resource, for a policy.
        text: The text around the denial, which can name a table or an inference profile.
        region: The Region of the call.
        account: The account of the caller.

    >>> required_resources("glue:GetDatabase", "arn:aws:glue:eu-west-1:111122223333:database/sales", "")[0]
    ('arn:aws:glue:eu-west-1:111122223333:database/sales', 'arn:aws:glue:eu-west-1:111122223333:catalog')
    """
    if action.startswith("bedrock:Invoke"):
        return _find_models(resource, text, region, account)
    if action.startswith("glue:") and (found := _CATALOG.match(resource)) is not None:
        return _find_catalog(action, resource, found, text)
    if action in _ON_INSTANCES:
        return _find_instance_and_document(action, resource, text, account)
    return None


def _find_instance_and_document(
    action: str, resource: str, text: str, account: str | None
) -> tuple[tuple[str, ...], str] | None:
    """Return the instance and the document that a command or session of Systems Manager uses.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/security_iam_id-based-policy-examples.html
    """
    found = _INSTANCE_OR_DOCUMENT.fullmatch(resource)
    if found is None:
        return None
    prefix, region, account = found["prefix"], found["region"], found["account"] or account or "ACCOUNT_ID"
    if found["service"] == "ssm":
        named = _INSTANCE.search(text)
        other = f"{prefix}:ec2:{region}:{account}:instance/{named[0] if named else 'INSTANCE_ID'}"
    else:
        document = _DOCUMENT.search(text)
        if document is None and action == "ssm:StartSession":
            return None
        name = document[1] if document else "DOCUMENT_NAME"
        # Documents of AWS have no account.
        other = f"{prefix}:ssm:{region}:{'' if name.startswith('AWS-') else account}:document/{name}"
    return (resource, other), f"{action} is required on the document and on the instance."


def is_model(resource: str) -> bool:
    """Return whether a resource is a foundation model of Bedrock.

    >>> is_model("arn:aws:bedrock:eu-west-1::foundation-model/example.model-v1")
    True
    """
    return _MODEL.match(resource) is not None


def _find_models(
    resource: str, text: str, region: str | None, account: str | None
) -> tuple[tuple[str, ...], str] | None:
    """Return an inference profile and its model in each Region.

    https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
    """
    if (of_profile := _PROFILE.match(resource)) is not None:
        return (resource, f"{of_profile['prefix']}:*::foundation-model/{of_profile['model']}"), _ANY_REGION
    model = _MODEL.match(resource)
    if model is None or not (account or "").isdigit():
        return None
    profile = find_inference_profile(model["model"], text)
    if profile is None and not model["region"]:
        # Only a global profile sends the call to any Region.
        profile = f"global.{model['model']}"
    is_other_region = region is not None and model["region"] not in {"", region}
    if profile is None and not (is_other_region or _NEEDS_PROFILE.match(model["model"])):
        return None
    of_profile_arn = (
        f"{model['prefix']}:{region or '*'}:{account}:inference-profile/{profile or '*.' + model['model']}"
    )
    why = _ANY_REGION if profile or is_other_region else _PROBABLE_PROFILE
    return (f"{model['prefix']}:*::foundation-model/{model['model']}", of_profile_arn), why


def find_inference_profile(model: str, text: str) -> str | None:
    """Return the ID of the cross-Region inference profile of a Bedrock model that a text names.

    >>> find_inference_profile("example.model-v1", "modelId=eu.example.model-v1")
    'eu.example.model-v1'
    """
    at = text.find(f".{model}")
    while at != -1:
        found = _GEOGRAPHY.search(text, max(at - _MAX_GEOGRAPHY, 0), at)
        if found is not None:
            return f"{found[0]}.{model}"
        at = text.find(f".{model}", at + 1)
    return None


def _find_catalog(
    action: str, resource: str, found: re.Match[str], text: str
) -> tuple[tuple[str, ...], str] | None:
    """Return the resources of the Glue Data Catalog above and below one, which an action on it requires, too.

    https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html
    """
    prefix, database = found["prefix"], found["database"]
    above = () if database is None else (f"{prefix}:database/{database}", f"{prefix}:catalog")
    below: tuple[str, ...] = ()
    is_of_catalog = "Catalog" in action or "ResourcePolicy" in action
    if not is_of_catalog and resource.count("/") <= 1 and not (database is not None and "Database" in action):
        queried = _QUERIED_TABLE.search(text)
        of_database, table = (None, None) if queried is None else queried.group("database", "table")
        if of_database is None:
            named = _NAMED_DATABASE.search(text)
            of_database = None if named is None else named["database"]
        of_database = database or of_database or "DATABASE_NAME"
        below = () if database else (f"{prefix}:database/{of_database}",)
        if "Database" not in action:
            is_function = "UserDefinedFunction" in action
            kind, name = (
                ("userDefinedFunction", "FUNCTION_NAME") if is_function else ("table", table or "TABLE_NAME")
            )
            below = (*below, f"{prefix}:{kind}/{of_database}/{name}")
    resources = tuple(dict.fromkeys((resource, *above, *below)))
    if len(resources) == 1:
        return None
    return resources, "AWS Glue requires the action on the catalog, the database and what it contains."
