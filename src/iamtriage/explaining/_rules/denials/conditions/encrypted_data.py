"""Find what a KMS key encrypts, and build the commands that print the key."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.arns._arns import Arn
from iamtriage.arns._principals import Principal, Role
from iamtriage.explaining._context.domains import find_domain
from iamtriage.explaining._context.resources import find_stated_arn
from iamtriage.explaining._rules.basics import CauseType, Denial, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.grants.denial_remedies import region_argument
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.requirements.tasks import MULTIPART
from iamtriage.explaining._rules.shared.wording import find_forwarding_service
from iamtriage.policies._documents import allow
from iamtriage.policies._masked_arns import is_masked

EXTERNAL_SECRETS = lazy_pattern(
    r"SecretSyncedError|external-secrets|could not get secret data from provider|\bExternalSecret\b|\bexternalsecrets?\b"
    r"|\bspec\.data(?:From)?\[\d|\berror retrieving secret at \.data"
)
"""How External Secrets Operator and kubectl name it, its resources and their fields."""
_EXTERNAL_SECRET = lazy_pattern(
    r"(?a)\bExternalSecret(?:\\?[\"']:\s?\{[^{}]{0,200}?\bname\\?[\"']:\s?\\?[\"']|(?:\\?[\"'])?[ :/=]{1,2}\\?[\"']?(?:(?P<namespace>[a-z0-9][a-z0-9-]{0,62})/)?)"
    r"(?P<name>[a-z0-9][a-z0-9.-]{0,252})"
    r"|\bkubectl [^\n|;&]{0,200}?\b(?:get|describe|annotate|edit) (?:externalsecrets?(?:\.external-secrets\.io)?|es)[ /](?P<asked>[a-z0-9][a-z0-9.-]{0,252})"
    r"|\bkind: ExternalSecret\s{1,20}metadata:\s{1,20}name: (?P<manifest>[a-z0-9][a-z0-9.-]{0,252})"
)
_NAMESPACE_NEXT_TO_NAME = lazy_pattern(
    r"(?a)(?:\bnamespace\\?[\"']?: ?\\?[\"']?|-n[ =]?|--namespace[ =])([a-z0-9][a-z0-9-]{0,62})"
)
_CHARS_AFTER_NAME = 80
# The name of a secret in External Secrets Operator, the Secrets Store CSI driver, and calls of SDKs.
_SECRET_NAME = lazy_pattern(
    r"(?a)\b(?:key|secret) ?\\?[\"']([\w/][\w/+=.@-]{0,511})\\?[\"']"
    r"|\b(?:parameter|secret) `{1,2}([\w/][\w/+=.@-]{0,511})`|`([\w/][\w/+=.@-]{0,511})`{1,2} (?:parameter|secret)\b"
    r"|\b[Ss]ecret_?[Ii]d\\?[\"']?\s?(?:=>|[=:(])?\s?\\?[\"']([\w/][\w/+=.@-]{0,511})\\?[\"']"
    r"|\bfetch secret arn:[^\s:]{0,20}:secretsmanager:\S{0,60}?:secret:([\w/][\w/+=.@-]{0,511}?)-\w{6}(?![\w-])"
    r"|[ \t]-SecretId[ \t:]{1,4}[\"']?([\w/][\w/+=.@-]{0,511})"
    r"|(?:\(|\bdata(?:From)?\[\d{1,4}\](?:\.extract)?, )key: ([\w/][\w/+=.@-]{0,511})"
    r"|\b(?:(?:remoteRef|extract):\s{1,80}key|objectName|secretId|permissions are granted for):\s?[\"']?([\w/][\w/+=.@-]{0,511})"
    r"|\b(?:remoteRef|extract)\\?\":\s?\{[^{}]{0,200}?\bkey\\?\":\s?\\?\"([\w/][\w/+=.@-]{0,511})"
)
# The name of a parameter or table in a call of an SDK, also in Java's builders.
_ARGUMENT = r"\\?[\"']?(?:\s?(?:=>|[=:])\s?|\()(?:aws\.String\()?\\?[\"'](?P<name>[\w/.-]{1,512})\\?[\"']"
_ARGUMENTS = {
    "ssm": lazy_pattern(
        rf"(?ia)\bget_?parameter(?:_value|command|request|input)?(?:\.builder\(\)\.|[ &]?[({{][^;(){{}}]{{0,200}}?\b)name{_ARGUMENT}"
    ),
    "dynamodb": lazy_pattern(rf"(?a)\bTable(?:Name)?{_ARGUMENT}"),
}
_FUNCTION = lazy_pattern(r"[A-Za-z0-9_-]{1,64}")
# Services whose values the two programs read.
_WITH_SECRETS = frozenset({"secretsmanager", "ssm"})
ENVIRONMENT = "unable to decrypt the environment variables"
"""What Lambda says if it cannot use the key of a function's environment variables."""
SHOW_KEYS = {
    "secretsmanager": ("describe-secret --secret-id {} --query KmsKeyId", "secret-id", "SECRET_ID"),
    "ssm": (
        "describe-parameters --parameter-filters Key=Name,Values={} --query 'Parameters[].KeyId'",
        *("name", "PARAMETER_NAME"),
    ),
    "sns": (
        "get-topic-attributes --topic-arn {} --query Attributes.KmsMasterKeyId",
        *("topic-arn", "TOPIC_ARN"),
    ),
    "sqs": (
        "get-queue-attributes --queue-url {} --attribute-names KmsMasterKeyId --query Attributes.KmsMasterKeyId",
        *("queue-url", "QUEUE_URL"),
    ),
    "kinesis": (
        "describe-stream-summary --stream-arn {} --query StreamDescriptionSummary.KeyId",
        *("stream-arn", "STREAM_ARN"),
    ),
    "dynamodb": (
        "describe-table --table-name {} --query Table.SSEDescription.KMSMasterKeyArn",
        *("table-name", "TABLE_NAME"),
    ),
}
"""Services: the command that prints the key of what the text names, the option of the AWS CLI that names it, and the
placeholder for it. A name is the end of the ARN."""
SERVICES = {
    "dynamodb": ("DynamoDB", "table"), "kinesis": ("Kinesis", "stream"), "s3": ("S3", "object"),
    "secretsmanager": ("Secrets Manager", "secret"), "sns": ("SNS", "topic"), "sqs": ("SQS", "queue"),
    "ssm": ("Systems Manager", "parameter"),
}  # fmt: skip
"""Services, with their names and what they encrypt."""
# Services whose name in kms:ViaService is their prefix.
_VIA_SERVICES = frozenset((*SERVICES, "lambda", "ec2"))
_NAME = lazy_pattern(r"(?a)[\w/][\w+=,.@/:-]{0,511}")
# Beginnings of operations -> the data that the key encrypts.
_DATA = (
    (("CopyObject", "GetObject", "HeadObject", "PutObject", *MULTIPART), "object"),
    (("GetSecretValue", "PutSecretValue", "CreateSecret", "UpdateSecret", "BatchGetSecretValue"), "secret"),
    (("GetParameter", "PutParameter"), "parameter"),
    (("ReceiveMessage", "SendMessage"), "queue"),
    (("Publish",), "topic"),
    (("PutRecord", "GetRecords", "SubscribeToShard"), "stream"),
    (
        ("CreateVolume", "AttachVolume", "RunInstances", "CopySnapshot", "CreateSnapshot"),
        "volume or snapshot",
    ),
    (("GetItem", "PutItem", "UpdateItem", "DeleteItem", "BatchGetItem", "BatchWriteItem", "Scan"), "table"),
)
UPLOADS = (MULTIPART | {"PutObject"}) - {"UploadPartCopy"}
"""Operations that write an object and read none."""
WRITES = ("Put", "Create", "Copy", "Upload", "Send", "Publish", "Update", "BatchWrite")
"""Beginnings of the names of operations that write."""
_KEY_ARN = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:kms:[a-z0-9-]{5,30}:[0-9]{12}:(?:key/[\w-]{1,64}|alias/[\w/-]{1,250})", re.ASCII
)
# The package of an exception of the AWS SDK for Java, and the message of KMS in that of the service that called it.
_CALLING = lazy_pattern(
    r"\bservices\.([a-z0-9]{2,30})\.model\.|\(Service: AWSKMS;[^()]{1,300}\) \(Service: (?:Amazon|AWS)?([A-Za-z]{2,20})[,;]"
)
KEY_OF_SOPS = lazy_pattern(rf"(?a)({_KEY_ARN.pattern}): FAILED")
_ALIAS = lazy_pattern(r"(?a)(?<![\w/])alias/(?!aws/)[\w/-]{1,250}")
# "The role cart-eso has secretsmanager:GetSecretValue".
_ROLE_WITH_PERMISSIONS = lazy_pattern(
    r"(?a)\brole [`'\"]?(?=[\w+=,.@-]*[-_.0-9A-Z])([\w+=,.@-]{3,64})[`'\"]?(?: \([^()\n]{1,60}\))? (?:already )?(?:has|may|can|is allowed)\b"
)
KEY_NAME = lazy_pattern(r"alias/[\w/-]{1,250}|(?:mrk-)?[0-9a-f][0-9a-f-]{31,35}", re.ASCII)
# kms.decrypt(KeyId="alias/orders"), in the languages of the SDKs.
_KEY_ARGUMENT = lazy_pattern(
    rf"\b[Kk]ey_?[Ii]d[\"']?(?:\(| ?(?:=|:|=>) ?)(?:aws\.String\()?[\"']({KEY_NAME.pattern})[\"']"
)
MANAGED_KEY = lazy_pattern(
    r"(?:(?<=\balias/)|(?<![\w/]))aws/lambda(?![\w/-])|\"KMSKeyArn\": ?(?:null|\"\")|\b(?:never|not|n't) (?:set|us(?:e|ed)|configured?|specif(?:y|ied)|chosen?) (?:a|any|our own) (?:KMS|customer[- ]managed) key"
    r"|\b[Nn]o (?:KMS|customer[- ]managed) key\b|\bwithout (?:a|any) (?:KMS|customer[- ]managed) key\b"
)
"""What shows that a function uses the AWS managed key."""
CUSTOMER_KEY = lazy_pattern(
    r"(?<!\bnot a )(?<!\bno )(?<!\bnot )(?<!\bwithout a )(?<!\binstead of a )\bcustomer[- ]managed\b|(?<!\b[Mm]anaged )\bCMK\b"
    r"|(?<![\w/])alias/(?!aws/)[\w/-]{2,60}|\b(?i:(?:my|our)(?: own)? (?:KMS )?key)\b(?! (?:is|was) (?:[a-z]{3,9} ){0,3}(?:alias/)?aws/)"
    r"|\bkms_key_arn\b|\"KMSKeyArn\": ?\"arn:|\bKeyManager\b[^\n]{0,80}(?:\n[\s\[]{0,20})?\"?CUSTOMER\b"
)
"""What shows that a key can be a customer managed one."""
ROLE_LACKS_KEY = (
    "Neither the key policy nor an identity-based policy allows the execution role kms:Decrypt on the key."
)
"""What is missing if the role of a function cannot use the key."""
USED_BY_ROLE = "Lambda uses the key with the execution role: KMS did not deny the caller of Invoke."
"""Whom KMS denied."""
ENVIRONMENT_NOTE = "The caller of Invoke needs no permission for the key. Setting the role again creates a new grant on the key."
"""Who needs the key of a function's environment variables."""
KMS_GRANT_OF_OTHER_ROLE = CauseType(
    "kms-grant-of-other-role",
    title="The grant on the KMS key is for a deleted role",
    text="The grant on the key is for the unique ID of the role that was deleted, which a new role of the same name does not have.",
    recognised_by='Lambda says "unable to decrypt the environment variables", and that the security token is invalid, or the text says that the role was re-created.',
    fix="Set the function's role again, so that Lambda creates a new grant.",
    sources=("https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html",),
)
OLD_GRANT = KMS_GRANT_OF_OTHER_ROLE.cause(
    text="If the role was deleted and created again, the grant on the key is for the unique ID of the old one."
)
"""Why a role that has permissions may not be able to use the key."""
# A service that reports the denial of KMS as it got it.
_CALL = lazy_pattern(r"(?a)\bwhen calling the ([A-Z]\w{2,60}) operation: [^\n]{1,400}\(Service: AWSKMS;")
_SECRET_CALL = lazy_pattern(r"(?i)\bget_?secret_?value\(")


def called_operation(denial: Denial) -> str:
    """Return the operation that was called, also if the message of KMS follows that of the called service."""
    text = denial.failure.text
    if denial.operation is not None:
        return denial.operation
    if (found := _CALL.search(text)) is not None:
        return found[1]
    in_code = (("GetParameter", _ARGUMENTS["ssm"]), ("GetSecretValue", _SECRET_CALL))
    return next((name for name, sign in in_code if sign.search(text)), "")


def describe_data(operation: str | None) -> str:
    """Return what an operation reads or writes, in a word."""
    return next((noun for names, noun in _DATA if (operation or "").startswith(names)), "data")


def find_service_of(data: str) -> str | None:
    """Return the service that has the data which an operation reads or writes."""
    return next((service for service, (_, kind) in SERVICES.items() if kind == data), None)


def show_store_command(denial: Denial, *, names_data: bool) -> str:
    """Return the command that prints the SecretStore of an ExternalSecret, and what it reads unless its name is known."""
    text, name, namespace = denial.failure.text, None, denial.facts.namespace
    if namespace == "external-secrets":
        namespace = None  # the operator's
    if (found := _EXTERNAL_SECRET.search(text)) is not None:
        name = found["name"] or found["asked"] or found["manifest"]
        stated = _NAMESPACE_NEXT_TO_NAME.search(text, found.start(), found.end() + _CHARS_AFTER_NAME)
        namespace = namespace or found["namespace"] or (stated and stated[1])
    data = "" if names_data else "{.spec.data[*].remoteRef.key} {.spec.dataFrom[*].extract.key} "
    return f"kubectl get externalsecret {commands.kubernetes_name(name)} --namespace {commands.namespace(namespace)} --output jsonpath='{data}{{.spec.secretStoreRef}}'"


def stated_store_role(denial: Denial) -> tuple[str | None, Role | None]:
    """Return the name of the role that the text states for a SecretStore, and the role if its ARN is known."""
    stated = denial.context.role_arn
    role = None if stated is None else principal_words.try_parse_principal(stated.value)
    if isinstance(role, Role):
        return role.name, role
    return only_one(set(_ROLE_WITH_PERMISSIONS.findall(denial.failure.text))), None


def find_alias(denial: Denial) -> str | None:
    """Return the alias of a customer managed key, if the text has only one."""
    return only_one(set(_ALIAS.findall(denial.failure.text)))


def find_region_of_data(denial: Denial, service: str | None) -> str | None:
    """Return the Region of the service's ARNs in the text, if they have only one."""
    found = set(re.findall(rf"\barn:aws[a-z-]{{0,12}}:{service}:([a-z0-9-]{{5,30}}):", denial.failure.text))
    return found.pop() if service is not None and len(found) == 1 else None


def key_statement(
    denial: Denial, service: str | None, region: str, resource: Arn | None, key: str
) -> dict[str, Any]:
    """Return the statement that allows the use of a key through the service only.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    """
    actions = ["kms:Decrypt"]
    partition = denial.location.partition or (None if resource is None else resource.partition)
    if (denial.operation or "").startswith(WRITES) or service == "sns":
        actions.append("kms:GenerateDataKey")
    # What names the key can have its ID, its alias or its ARN, and another account can own it.
    return allow(actions, key, condition=via_service(service, region, partition))


def via_service(service: str | None, region: str, partition: str | None) -> dict[str, Any] | None:
    """Return the condition that limits the use of a key to calls of a service, if KMS documents one for it."""
    # The suffix of the service names is documented for the other partitions only.
    if service not in _VIA_SERVICES or partition == "aws-cn":
        return None
    return {"StringEquals": {"kms:ViaService": f"{service}.{region}.amazonaws.com"}}


IS_ENOUGH = "policy.json is enough if the key policy enables IAM policies (the account's root as principal). "


def key_policy_step(
    key: str, principal: Principal | None, actions: Sequence[str], caller: str, data: Arn | None = None
) -> str:
    """Return what the key policy must have, with a statement if the key can be in another account than the caller.

    Args:
        key: The ARN of the key, or a placeholder.
        principal: The caller, if known.
        actions: The actions on the key.
        caller: What the steps call it.
        data: The ARN of what the key encrypts. An unknown key is most likely in its account.
    """
    arn = principal_words.try_parse_arn(key) or data
    owner, account = principal_words.other_owner(str(arn), principal), getattr(principal, "account", None)
    statement = json.dumps(allow(actions, "*", principal={"AWS": str(principal or "ROLE_ARN")}))
    if owner is None and principal is None:
        place = "the key's account" if arn is None else f"account {arn.account}"
        return f"{IS_ENOUGH}If {caller} is not in {place}, the key's owner must add this statement to it (put-key-policy): {statement}"
    if owner is None:
        is_same = arn is not None and account == arn.account
        across = f" A key of another account must be customer managed, and its policy must allow {caller}."
        across = "" if is_same else across
        return f"The key policy must allow {caller}, too, or enable IAM policies (the account's root as principal).{across}"
    kept = "key is" if ":key/" in str(arn) else "data, and most likely the key, is"
    return f"The {kept} in account {owner} and {caller} in {account}, so both accounts must allow it. The key must be customer managed, and its owner adds this statement to the key policy: {statement}"


def with_key_policy(remedy: Remedy) -> Remedy:
    """Return a remedy that allows the use of a key, with what the key policy must have for that.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    is_allow = remedy.policy is not None and remedy.layer == "identity"
    if not is_allow or any("key policy" in each.lower() for each in remedy.steps):
        return remedy
    step = (
        "The key policy must enable IAM policies (the account's root as principal), as the default one does."
    )
    return attrs.evolve(remedy, steps=(*remedy.steps, step))


def show_key_command(denial: Denial, service: str | None, arn: str | None) -> str | None:
    """Return the command that prints the key of what a service encrypts, with its name if the text has it."""
    if service not in SHOW_KEYS:
        return None
    template, _, placeholder = SHOW_KEYS[service]
    value = arn or find_data_name(denial, service)
    if value is not None and service == "sqs" and (queue := principal_words.try_parse_arn(value)) is not None:
        value = f"https://sqs.{queue.region}.{find_domain(queue.partition)}/{queue.account}/{queue.resource}"
    elif value is not None and placeholder.endswith("_NAME") and value.startswith("arn:"):
        value = value.split(":", 5)[5].partition("/")[2]
        value = f"/{value}" if service == "ssm" and "/" in value else value
    name = value if value is not None and _NAME.fullmatch(value) else placeholder
    resource = principal_words.try_parse_arn(arn)
    region = resource.region if resource is not None and resource.region else region_argument(denial)
    return commands.fill_command(f"aws {service} {template} --output text --region {{}}", name, region)


def find_data(denial: Denial, service: str | None = None) -> Arn | None:
    """Return the ARN of what the key encrypts, if the text has only one, or only one of a service."""
    services = SHOW_KEYS if service is None else (service,)
    stated = find_stated_arn(denial.failure, lambda arn: arn.split(":")[2] in services, is_anywhere=True)
    return principal_words.try_parse_arn(stated)


def find_data_name(denial: Denial, service: str | None) -> str | None:
    """Return the name of what a service encrypts, from the command or from the program that reads it."""
    if service not in SHOW_KEYS:
        return None
    command = denial.context.command
    if command is not None and (stated := command.option(SHOW_KEYS[service][1])) is not None:
        return stated.value if _NAME.fullmatch(stated.value) else None
    text = denial.failure.text
    if service in _ARGUMENTS and (called := _ARGUMENTS[service].search(text)) is not None:
        return called["name"]
    found = _SECRET_NAME.search(text) if service in _WITH_SECRETS else None
    name = None if found is None else next(filter(None, found.groups()))
    return None if name is None or is_masked(name) else name


def function_of(denial: Denial) -> str:
    """Return the name of a function, after which its sessions are named, or a placeholder."""
    session = principal_words.session_name(denial.principal)
    return session if _FUNCTION.fullmatch(session) else "FUNCTION_NAME"


def find_calling_service(denial: Denial) -> str | None:
    """Return the service that needs the key for its data, from a record, the context or the class of an exception."""
    text, stated = denial.failure.text, denial.context.service
    found = (each[each.lastindex or 0].lower() for each in _CALLING.finditer(text))
    recorded = (find_forwarding_service(text) or "").partition(".")[0]
    services = (recorded, *((stated.value,) if stated else ()), *found)
    return next((each for each in services if each in SERVICES), None)


def find_key(denial: Denial) -> str | None:
    """Return the key of a denial by ARN, alias or ID: the resource, that of the command, or the one that the text names."""
    if denial.resource_arn is not None and denial.resource_arn.service == "kms":
        return denial.resource
    context, text = denial.context, denial.failure.text
    stated = None if context.command is None else context.command.option("key-id")
    if stated is not None and KEY_NAME.fullmatch(stated.value):
        return stated.value
    named: set[str] = set() if context.command else set(_KEY_ARGUMENT.findall(text))
    if len(named) == 1:
        return named.pop()
    shown: str | None = only_one(set(_SHOWN_KEY.findall(text)))
    if shown is not None:
        return shown
    # A policy can name another key, which is then why the call was denied.
    in_policies = "".join(str(each.content) for each in context.policies)
    keys = [key for key in _KEY_ARN.findall(text) if key not in in_policies]
    if len(set(keys)) > 1:
        # SOPS tries each key, and prints the error after it.
        keys = KEY_OF_SOPS.findall(text, 0, denial.failure.span[0])[-1:]
    return keys[0] if keys else None


# What a description of encrypted data has, or a query for it.
_SHOWN_KEY = lazy_pattern(
    rf"\b(?:Kms|KMS|SSEKMS|SSEKms)(?:Master)?Key(?:Id|ID|Arn|ARN)\b(?:\"\s?:\s?|[^\n\"]{{0,60}}\n\s{{0,8}})\"?({_KEY_ARN.pattern})"
)


def find_only_key(text: str) -> str | None:
    """Return the only key that a text names by its ARN, also in a policy."""
    return only_one(set(_KEY_ARN.findall(text)))


def with_key_of_text(denial: Denial, shown: str | None = None) -> Denial:
    """Return a denial with the key that is shown or the text names, which is then most likely the denied one, and not what it encrypts."""
    key = principal_words.try_parse_arn(shown or find_key(denial))
    if key is None or not key.resource.startswith("key/"):
        if denial.resource_arn is None or denial.resource_arn.service == "kms":
            return denial
        return attrs.evolve(denial, resource=None, resource_arn=None, resource_account=None)
    return attrs.evolve(denial, resource=str(key), resource_arn=key, resource_account=key.account)
