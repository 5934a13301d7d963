"""Find the other resources on which a call or a command requires the denied action.

A policy for the first object of a transfer leads to the next denial: https://docs.aws.amazon.com/cli/latest/reference/s3/.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._rules.shared.texts import cdk_bootstrap

_REST = r"(?:[^\n|;&]|\\\n){0,400}"
_TRANSFER = lazy_pattern(
    rf"\baws (?:--[a-z-]{{2,30}}[ =]\S{{1,60}} ){{0,3}}s3 (?:(?P<sync>sync)\b|(?P<verb>cp|mv|rm)\b(?={_REST}--recursive\b))(?P<rest>{_REST})"
)
_URI = lazy_pattern(
    r"(?a)(?<![\w/])s3://(?P<path>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[\w.=+/-]{0,500})?)(?=[\s\"']|$)"
)
# What differs in the key of the next run. Only where a word names runs, any number: it can be that of a customer.
_DATE = r"(?:(?:dt|date|year)=)?20[0-9]{2}[-_/]?(?:month=)?[01][0-9](?![0-9A-Za-z])|(?:(?:dt|date)=)?20[0-9]{2}[-_/]?[01][0-9][-_/]?[0-3][0-9](?:[T_-]?[0-9]{2,6}Z?)?(?![0-9A-Za-z])"
_HASH = r"(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{7,64}(?![0-9A-Za-z])"
_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|v?[0-9]{1,5}(?:\.[0-9]{1,5}){1,3}(?![0-9A-Za-z])|[a-z]{0,10}[-_]?[0-9]{2,10}(?![0-9A-Za-z])"
# Spark and Hive number the files that they write.
_CHANGING = lazy_pattern(
    rf"(?ia){_DATE}|part-[0-9]{{4,6}}(?![0-9A-Za-z])|(?<=[a-z0-9][.-]){_HASH}(?=\.[a-z0-9.]{{1,12}}\Z)"
)
_CHANGING_IN_RUNS = lazy_pattern(rf"(?ia){_DATE}|{_HASH}|{_ID}")
_RUNS = lazy_pattern(
    r"(?i)(?<![a-z])(?:artifacts?|backups?|builds?|ci|commits?|deploy(?:ment)?s?|exports?|jobs?|pipelines?|releases?|runs?|snapshots?|versions?)(?![a-z])"
)
# Where Spark, Hive and Hadoop's committers write first, and the folder of one export of DynamoDB.
_STAGED = lazy_pattern(
    r"/(?:_temporary|__magic|\.spark-staging|\.hive-staging)(?=[/_-]|\Z)|(?<=/AWSDynamoDB)/\d{14}-[0-9a-f]{8}/"
)
_STATES, _DIGIT = (".tfstate", ".tflock"), lazy_pattern(r"[0-9]")
_KEY_STARTS = lazy_pattern(r"(?<![^/._-])(?=[^/._-])")


def next_objects(resource: str) -> str | None:
    """Return the ARN pattern of an object and the ones of the next runs: what changes with each run, or the folder.

    >>> next_objects("arn:aws:s3:::site/builds/1182/app.tgz"), next_objects("arn:aws:s3:::site/docs/a.html")
    ('arn:aws:s3:::site/builds/*', 'arn:aws:s3:::site/docs/*')
    >>> next_objects("arn:aws:s3:::clicks/2026/11/20/09/clicks-1-2026-11-20-09-31-10")
    'arn:aws:s3:::clicks/20*'
    """
    bucket, separator, key = resource.partition("/")
    if not separator or ":s3:::" not in bucket or "*" in key:
        return None
    pattern = _CHANGING_IN_RUNS if _RUNS.search(resource) else _CHANGING
    changing = next(
        (found for start in _KEY_STARTS.finditer(key) if (found := pattern.match(key, start.start()))), None
    )
    if changing is None:
        folder = key.rpartition("/")[0]
        return f"{bucket}/{folder}/*" if folder and not key.endswith(_STATES) else None
    before, after = key[: changing.start()], key[changing.end() :]
    if before:
        return f"{bucket}/{before}*"
    if _DIGIT.search(after):
        # The rest of the key has the day, hour or time.
        return f"{bucket}/20*" if key.startswith("20") else None
    # The whole bucket is too much for a guess.
    return f"{bucket}/*{after}" if "/" in after else None


def listed_objects(resource: str, text: str) -> tuple[tuple[str, ...], str] | None:
    """Return what a command does with the objects of the bucket that it lists first, and their ARN pattern.

    Args:
        resource: The ARN of the bucket.
        text: The text around the denial.

    >>> listed_objects("arn:aws:s3:::site", "aws s3 sync out s3://site/docs")
    (('s3:PutObject',), 'arn:aws:s3:::site/docs/*')
    """
    _, separator, bucket = resource.partition(":s3:::")
    if not separator or "/" in bucket or "*" in bucket:
        return None
    if "Data download failed" in text:  # SageMaker lists the prefix of a channel, then downloads it
        folders = set(re.findall(rf"s3://{re.escape(bucket)}(/[\w.=+/-]{{1,500}})/[\s\"']", text))
        return ("s3:GetObject",), f"{resource}{only_one(folders, '')}/*"
    for command in _TRANSFER.finditer(text):
        verb = command["sync"] or command["verb"]
        uris = list(_URI.finditer(command[0]))
        for index, uri in enumerate(uris):
            path = uri["path"].rstrip("/")
            if path.partition("/")[0] != bucket:
                continue
            before = command[0][command.start("rest") - command.start() : uri.start()].split()
            after = command[0][uri.end() :].strip("\"' ").split()
            is_target = index > 0 or (_is_path(before[-1:]) and not _is_path(after[:1]))
            actions = _access_to_objects(verb, command[0], is_target=is_target)
            return actions, f"{resource.removesuffix(bucket)}{path}/*"
    return None


def _is_path(words: list[str]) -> bool:
    """Return whether a word is the local path or the URI on the other side of a transfer."""
    return bool(words) and not words[0].startswith(("-", "<", ">", "2>", "#"))


def _access_to_objects(verb: str, command: str, *, is_target: bool) -> tuple[str, ...]:
    deletes = verb == "rm" or (verb == "mv" and not is_target) or (is_target and "--delete" in command)
    main = () if verb == "rm" else ("s3:PutObject",) if is_target else ("s3:GetObject",)
    return (*main, *(("s3:DeleteObject",) if deletes else ()))


def transfer_objects(resource: str, text: str) -> str | None:
    """Return the ARN pattern of all objects that a command or job handles, if the denied object is one of them.

    Args:
        resource: The ARN of the denied object.
        text: The text around the denial.

    >>> transfer_objects("arn:aws:s3:::site/docs/a.html", "aws s3 sync out s3://site/docs")
    'arn:aws:s3:::site/docs/*'
    >>> transfer_objects("arn:aws:s3:::lake/orders/dt=2026-11-21/_temporary/0", "")
    'arn:aws:s3:::lake/orders/*'
    >>> transfer_objects("arn:aws:s3:::site/docs/a.html", "aws s3 cp a.html s3://site/docs/") is None
    True
    """
    start, separator, path = resource.partition(":s3:::")
    if not separator or "/" not in path or "*" in path:
        return None
    if (staged := _STAGED.search(resource)) is not None:
        # The job moves its files to the folder above, and the next one writes to another partition.
        following = next_objects(resource[: staged.start() + 1])
        return following if following and following.endswith("*") else f"{resource[: staged.start()]}/*"
    if "aws " not in text:
        return None
    for command in _TRANSFER.finditer(text):
        for uri in _URI.finditer(command[0]):
            folder = uri["path"].rstrip("/") + "/"
            if path.startswith(folder):
                return f"{start}{separator}{folder}*"
    return None


_ANY_REGION = "A cross-Region inference profile sends each call to one of several Regions, so some can succeed: the policy has the profile, and the model in each Region (*)."
_PROBABLE_PROFILE = "The call probably uses a cross-Region inference profile, which sends it to several Regions: the policy has the profile, and the model in each Region (*)."
_GLOBAL = "A global inference profile requires the action on the profile, on the model in the Region of the call, and on the model without a Region."
_LEAVES = " It can send prompts to any commercial Region: if they must stay in a geography, call a profile for that, such as {}, if the model has one."
_MODEL = lazy_pattern(
    r"(?a)(?P<prefix>arn:[\w-]+:bedrock):(?P<region>[\w-]*)::foundation-model/(?P<model>[a-z0-9-]+\.[\w.:-]{2,100})\Z"
)
# Models without on-demand throughput outside inference profiles, at least in most Regions:
# https://docs.aws.amazon.com/bedrock/latest/userguide/models-regions.html
_NEEDS_PROFILE = lazy_pattern(r"anthropic\.claude-[a-z]{3,10}-[4-9]")
# The geographies of inference profiles, before the ID of the model.
_GEOGRAPHY = lazy_pattern(r"(?a)(?<![\w.-])(?:us|us-gov|eu|apac|jp|au|ca|global)\Z")
_MAX_GEOGRAPHY = 8
# The table of a query, after its catalog, and the database that a command, a setting or a message names.
_QUERIED_TABLE = lazy_pattern(
    r"(?a)\b(?:FROM|JOIN|INTO|TABLE|DESCRIBE|(?i:select\s[^;]{1,400}?\s(?:from|join)|insert\s(?:into|overwrite)|(?:create|alter|drop)\stable|describe))\s{1,20}"
    r"(?:[\"`]?\w{1,255}[\"`]?\.)?[\"`]?(?P<database>\w{1,255})[\"`]?\.[\"`]?(?P<table>\w{1,255})(?!\w|[\"`]?\.[\"`]?\w)"
)
_NAMED_DATABASE = lazy_pattern(
    r"(?a)(?:--database(?:-name)?[ =]|\bDatabase(?:[ _]?[Nn]ame)?[\"']?\s?[:=]\s?)[\"']?(?P<database>\w{1,255})"
)
_CATALOG = lazy_pattern(
    r"(?a)(?P<prefix>arn:[\w-]+:glue:[\w-]+:(?:\d{12}|ACCOUNT_ID)):(?:catalog|(?:database|table|userDefinedFunction)/(?P<database>[\w-]{1,255})(?:/.*)?)\Z"
)
# SharedState.externalCatalog in https://github.com/apache/spark/blob/master/sql/core/src/main/scala/org/apache/spark/sql/internal/SharedState.scala
_SPARK = lazy_pattern(r"(?i:\bspark|\bhive)")
_DEFAULT_DATABASES = {
    "glue:GetDatabase": "Spark and Hive look up the database default when a session starts, whichever database the job uses: USE does not avoid it. If there is none, create it once (aws glue create-database --database-input Name=default), or allow glue:CreateDatabase, too.",
    "glue:CreateDatabase": "Spark and Hive create the database default when a session starts, if the catalog has none. If somebody else creates it once, the caller does not need this action.",
}
_CDK_ROLES = "The policy allows all roles that cdk bootstrap created: the CDK assumes four of them (deploy, file-publishing, image-publishing, lookup)."
# The resources of a launch, with what to write for those that the text does not name. A launch without a key pair
# is not checked on any: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-runinstances
_OF_LAUNCH = {
    "image": "IMAGE_ID",
    "instance": "*",
    "network-interface": "*",
    "security-group": "SECURITY_GROUP_ID",
    "subnet": "SUBNET_ID",
    "volume": "*",
}
_LAUNCH = "A launch is checked on all these resources, and AWS names one{which}: leave out what another Allow covers. New ones have no ID yet (*). --dry-run tests it."
_WITH_KEY_PAIR = " Add a key pair, if any."
_LAUNCH_TYPES = {"ami": "image", "lt": "launch-template", "sg": "security-group", "subnet": "subnet"}
# The options of the AWS CLI, the parameters of SDKs, and the arguments of Terraform.
_LAUNCH_IDS = lazy_pattern(
    r"(?ia)(?:image[-_]?id|\bami|subnet[-_]?id|group[-_]?ids?|launchtemplateid)[\"']?\s{0,8}[ :=>]{1,3}[\[(]?\s{0,20}"
    r"((?:[\"']?(?:ami|lt|sg|subnet)-[0-9a-f]{8,17}[\"']?,?\s{0,20}){1,9})"
)
_ID_OF_LAUNCH = lazy_pattern(r"(ami|lt|sg|subnet)-[0-9a-f]{8,17}")
_KEY_PAIR = lazy_pattern(
    r"(?a)(?:--key-name[ =]|\b(?:KeyName|keyName|key_name)[\"']?\s{0,8}[:=]>?\s?)[\"']?([\w.-]{1,255})"
)
_ON_INSTANCES = frozenset({"ssm:SendCommand", "ssm:StartSession"})
# https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-default-session-document.html
_SHELL_DOCUMENT = "SSM-SessionManagerRunShell"
_INSTANCE_OR_DOCUMENT = lazy_pattern(
    r"(?a)(?P<prefix>arn:[\w-]+):(?P<service>ssm|ec2):(?P<region>[\w-]+):(?P<account>\d{12})?:(?:document|instance)/[\w.-]+"
)
_INSTANCE = lazy_pattern(r"(?a)\bi-[0-9a-f]{8,17}\b")
_DOCUMENT = lazy_pattern(r"(?a)--document-name[ =][\"']?([\w.-]{3,128})")
_OF_BATCH = lazy_pattern(
    r"(?P<prefix>arn:[\w-]+:batch:[\w-]+:\w+:)job-(?:queue|definition)/[\w-]{1,128}(?P<revision>:\d+)?"
)
_PART_OF_JOB = lazy_pattern(
    r"(?i)\bjob[-_]?(?P<kind>queue|definition)(?:[ =/]|[\"']?\s?[:=]\s?)[\"']?(?:arn:\S{1,80}?:job-[a-z]{5,10}/)?(?P<name>[A-Za-z0-9][\w-]{0,127})"
)
_PROFILE = lazy_pattern(
    r"(?a)(?P<prefix>arn:[\w-]+:bedrock):[\w-]+:(?:\d{12}|ACCOUNT_ID):inference-profile/(?:[a-z-]{2,12}\.)?(?P<model>[a-z0-9-]+\.[\w.:-]{2,100})\Z"
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
    if action == "sts:AssumeRole" and (role := cdk_bootstrap.ASSUMED_ROLE.match(resource)) is not None:
        return (f"{role['start']}*",), _CDK_ROLES
    if action == "ec2:RunInstances":
        resources = _find_launch_resources(resource, text, account)
        kind, _, name = resource.rpartition(":")[2].partition("/")
        # A denial without a resource has the ARN of any instance.
        which = " at a time" if name == "*" else f", here the {kind.replace('-', ' ')}"
        more = "" if ":key-pair/" in str(resources) else _WITH_KEY_PAIR
        return resources, f"{_LAUNCH.format(which=which)}{more}"
    if action == "batch:SubmitJob" and (found := _OF_BATCH.fullmatch(resource)) is not None:
        return _find_queue_and_definition(resource, found, text)
    if action in _ON_INSTANCES:
        return _find_instance_and_document(action, resource, text, account)
    return None


def _find_launch_resources(resource: str, text: str, account: str | None) -> tuple[str, ...]:
    """Return what a launch uses: what the text names, what it or Karpenter creates, and the denied resource."""
    prefix, region, owner, denied = resource.rsplit(":", 3)
    # Images of AWS have no account in their ARN.
    account = owner or account or "ACCOUNT_ID"
    named = [
        f"{_LAUNCH_TYPES[each[1]]}/{each[0]}"
        for ids in _LAUNCH_IDS.finditer(text)
        for each in _ID_OF_LAUNCH.finditer(ids[1])
    ]
    if (key := _KEY_PAIR.search(text)) is not None:
        named.append(f"key-pair/{key[1]}")
    named.append("launch-template/*" if "launch-" in denied and "karpenter" in text.lower() else denied)
    types = {each.partition("/")[0] for each in named}
    unnamed = [f"{kind}/{name}" for kind, name in _OF_LAUNCH.items() if kind not in types]
    return tuple(
        f"{prefix}:{region}:{'' if each.startswith('image/') else account}:{each}"
        for each in sorted({*named, *unnamed})
    )


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
        default = _SHELL_DOCUMENT if action == "ssm:StartSession" else "DOCUMENT_NAME"
        name = document[1] if document else default
        # Documents of AWS have no account.
        other = f"{prefix}:ssm:{region}:{'' if name.startswith('AWS-') else account}:document/{name}"
        if name == _SHELL_DOCUMENT and document is None:
            return (
                (resource, other),
                f"{action} is required on the instance and on the session document: {name}, if the call names none.",
            )
    return (resource, other), f"{action} is required on the document and on the instance."


def _find_queue_and_definition(resource: str, found: re.Match[str], text: str) -> tuple[tuple[str, ...], str]:
    """Return the queue and the definition of a job.

    https://docs.aws.amazon.com/batch/latest/userguide/batch-supported-iam-actions-resources.html
    """
    named = {each["kind"].lower(): each["name"] for each in _PART_OF_JOB.finditer(text)}
    if ":job-queue/" in resource:
        other = f"job-definition/{named.get('definition', 'JOB_DEFINITION_NAME')}:*"
    else:
        resource = f"{resource.removesuffix(found['revision'] or '')}:*"
        other = f"job-queue/{named.get('queue', 'JOB_QUEUE_NAME')}"
    why = "AWS Batch requires the action on the job queue and on the job definition. :* allows all its revisions."
    return (resource, f"{found['prefix']}{other}"), why


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
    https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
    """
    if (of_profile := _PROFILE.match(resource)) is not None:
        return (resource, f"{of_profile['prefix']}:*::foundation-model/{of_profile['model']}"), _ANY_REGION
    model = _MODEL.match(resource)
    if model is None or not (account or "").isdigit():
        return None
    profile = find_inference_profile(model["model"], text)
    if not model["region"]:
        return _require_global(model, region or "*", account or "")
    is_other_region = region is not None and model["region"] not in {"", region}
    if profile is None and not (is_other_region or _NEEDS_PROFILE.match(model["model"])):
        return None
    prefix, name = model["prefix"], model["model"]
    profile_arn = f"{prefix}:{region or '*'}:{account}:inference-profile/{profile or f'*.{name}'}"
    why = _ANY_REGION if profile or is_other_region else _PROBABLE_PROFILE
    return (f"{prefix}:*::foundation-model/{name}", profile_arn), why


def _require_global(model: re.Match[str], region: str, account: str) -> tuple[tuple[str, ...], str]:
    """Return what a global inference profile of a model requires, and why."""
    prefix, name, geography = model["prefix"], model["model"], region.partition("-")[0]
    models = tuple(f"{prefix}:{each}::foundation-model/{name}" for each in ("", region)[region == "*" :])
    other = _LEAVES.format(f"{geography}.{name}") if geography in {"eu", "us"} else ""
    return (*models, f"{prefix}:{region}:{account}:inference-profile/global.{name}"), f"{_GLOBAL}{other}"


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
        queried, named = _QUERIED_TABLE.search(text), _NAMED_DATABASE.search(text)
        listed = re.findall(rf"\"{prefix}:table/(\w{{1,255}})/(\w{{0,254}}[\w*])\"", text)
        known = {*re.findall(rf"\"{prefix}:database/(\w{{1,255}})\"", text)}
        shown = only_one({*listed}) if '"Deny"' not in text else None
        of_database, table = queried.group("database", "table") if queried else shown or (None, None)
        other = named["database"] if named else only_one(known, "DATABASE_NAME")
        of_database = database or of_database or other
        below = () if database else (f"{prefix}:database/{of_database}",)
        if "Database" not in action:
            kind, name = "table", table or "TABLE_NAME"
            if "UserDefinedFunction" in action:
                kind, name = "userDefinedFunction", "FUNCTION_NAME"
            below = (*below, f"{prefix}:{kind}/{of_database}/{name}")
    resources = tuple(dict.fromkeys((resource, *above, *below)))
    if len(resources) == 1:
        return None
    if database == "default" and action in _DEFAULT_DATABASES and _SPARK.search(text):
        return resources, _DEFAULT_DATABASES[action]
    what = " and the database" if "Database" in action else ", the database and what it contains"
    return resources, f"AWS Glue requires the action on the catalog{what}."
