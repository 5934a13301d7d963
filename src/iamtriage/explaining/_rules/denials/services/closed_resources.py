"""Explain that the policy of a resource, or of its KMS key, does not allow a service to use it.

The caller usually has its permissions: the policy of the resource has to change. The rows name their sources. Of keys:
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html and, for those of AWS,
https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key.
"""

from __future__ import annotations

from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words, upper_first
from iamtriage.arns._names import ACCOUNT_IN_TEXT
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.calls.policies import service_statements
from iamtriage.explaining._rules.denials.denies.service_exceptions import explain_denied_service
from iamtriage.explaining._rules.denials.resource_commands import policy_commands
from iamtriage.explaining._rules.denials.s3 import load_balancer_logs
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import message_text
from iamtriage.explaining._rules.shared.common_causes import SERVICE_NOT_ALLOWED
from iamtriage.explaining._rules.shared.grants import service_access
from iamtriage.explaining._rules.shared.policies.corrected_patterns import replace_value_remedy
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.shared.requirements.resource_policies import RESOURCE_POLICIES
from iamtriage.explaining._rules.shared.texts.text_signs import NO_KMS_KEY
from iamtriage.policies._documents import allow
from iamtriage.policies._patterns import compile_glob, intersects
from iamtriage.policies._readers.elements import as_strings, iterate_conditions, principal_names
from iamtriage.policies._readers.unknown_values import has_reference, widen

_MAX_NAMES = 3
_BUCKET = lazy_pattern(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
# What the service's own calls list.
_LISTED_BUCKET = lazy_pattern(
    r"(?a)\b[sS]3BucketName[\"']?\s?[:=]\s?[\"']?(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?![\w.-])"
)
_TRAIL = lazy_pattern(
    r"(?a)(?:\bTrailARN[\"']?: ?[\"']?|--name[ =][\"']?)arn:[\w-]{3,20}:cloudtrail:[a-z0-9-]{1,30}:(?P<account>\d{12}):trail/"
)
_IN_ACCOUNT: dict[str, Any] = {"StringEquals": {"aws:SourceAccount": "ACCOUNT_ID"}}
_AS_OWNER: dict[str, Any] = {
    "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": "ACCOUNT_ID"}
}
_BUCKET_ARN = "arn:PARTITION:s3:::BUCKET"
_PREFIX_STEP = "If the call specifies a key prefix, put it before AWSLogs in the resource."


def _policy_commands(service: str) -> tuple[str, ...]:
    policy = RESOURCE_POLICIES[service]
    return policy.show_command, policy.change_command


def _bucket_delivery(service: str, path: str, url: str, *checks: str) -> service_access.ServiceAccess:
    return service_access.ServiceAccess(
        "the bucket policy",
        service,
        "deliver files",
        (
            *((check, _BUCKET_ARN, _IN_ACCOUNT) for check in ("s3:GetBucketAcl", *checks)),
            ("s3:PutObject", f"{_BUCKET_ARN}/{path}", _AS_OWNER),
        ),
        _policy_commands("s3"),
        url,
        f"{_PREFIX_STEP} If get-bucket-policy reports NoSuchBucket, the name of the bucket is wrong.",
    )


_CLOUDTRAIL = _bucket_delivery(
    "cloudtrail.amazonaws.com",
    "AWSLogs/ACCOUNT_ID/*",
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",
)
_CONFIG = _bucket_delivery(
    "config.amazonaws.com",
    "AWSLogs/ACCOUNT_ID/Config/*",
    "https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html",
    "s3:ListBucket",
)
# Application and Classic Load Balancers write as themselves, Network Load Balancers let CloudWatch Logs deliver.
_LOAD_BALANCER = service_access.ServiceAccess(
    "the bucket policy",
    load_balancer_logs.PRINCIPAL,
    "write access logs",
    (("s3:PutObject", f"{_BUCKET_ARN}/AWSLogs/ACCOUNT_ID/*", {}),),
    _policy_commands("s3"),
    load_balancer_logs.URL,
    f"The principal is the same in all Regions. The bucket must be in the Region of the load balancer, encrypted with SSE-S3. {_PREFIX_STEP}",
)
_NETWORK_LOAD_BALANCER = _bucket_delivery(
    "delivery.logs.amazonaws.com",
    "AWSLogs/ACCOUNT_ID/*",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html",
)
_KEY_ARN = lazy_pattern(r"arn:[\w-]{3,20}:kms:[a-z0-9-]{6,30}:[^:]{1,40}:key/(?P<id>[A-Za-z0-9-]{1,64})")
_IS_NETWORK = lazy_pattern(r"load_balancer_type\s*=\s*\"network\"|loadbalancer/net/|\bNLB\b|-type network\b")
_ACCOUNT = lazy_pattern(r"/AWSLogs/(\d{12})/")
# The role of AWS Config, which has the account whose resources it records.
_ROLE = lazy_pattern(r"(?a)\bassume role: arn:aws[a-z-]{0,12}:iam::(\d{12}):")
_ACCOUNT_FOLDER = lazy_pattern(r":::[^:*]{3,300}?/AWSLogs/\d{12}(?=/)")
_KEY_PREFIX = lazy_pattern(
    r"(?ia)(?:\b(?:s3[._-]?)?(?:(?:key|bucket)[._-]?)?prefix[\"']?(?:\s{0,8}[=:]\s?|\sis\s(?=[\"'])|\s|,Value=)|\blog_?access_?logs\([\w.]{1,60}, ?)[\"']?(?P<prefix>(?!(?:null|is|was|and|or|of|for|in|to|the|a|on|set|given|not|nor|as)\b[^/])[\w!./-]{1,200}?)/?[\"']?(?![\w/-])"
)
_IMAGE = service_access.ServiceAccess(
    "the repository policy",
    "lambda.amazonaws.com",
    "pull the image",
    ((["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "", {}),),
    _policy_commands("ecr"),
    "https://docs.aws.amazon.com/lambda/latest/dg/images-create.html",
    "Or allow the caller ecr:GetRepositoryPolicy and ecr:SetRepositoryPolicy on the repository: then Lambda adds the statement itself, when the function is created.",
)
RESOURCES = {
    "please check s3bucket permission": _LOAD_BALANCER,
    "insufficient delivery policy to s3 bucket": _CONFIG,
    'deliveryinfo": {': _CONFIG,
    "incorrect s3 bucket policy is detected": _CLOUDTRAIL,
    "insufficient permissions to access s3 bucket": _CLOUDTRAIL,
    'deliveryerror": "accessdenied': _CLOUDTRAIL,
    'deliveryerror":"accessdenied': _CLOUDTRAIL,
    "access denied for logdestination": _bucket_delivery(
        "delivery.logs.amazonaws.com",
        "AWSLogs/ACCOUNT_ID/*",
        "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html",
    ),
    "do not allow s3 to publish notifications": service_access.NOTIFICATIONS,
    "invalid permissions on lambda function": service_access.ServiceAccess(
        "the function policy",
        "apigateway.amazonaws.com",
        "invoke the function",
        (
            (
                "lambda:InvokeFunction",
                "FUNCTION_ARN",
                {"ArnLike": {"aws:SourceArn": "arn:PARTITION:execute-api:REGION:ACCOUNT_ID:API_ID/*"}},
            ),
        ),
        (
            "aws lambda add-permission --function-name FUNCTION --statement-id ApiGateway --action lambda:InvokeFunction --principal apigateway.amazonaws.com --source-arn 'arn:PARTITION:execute-api:REGION:ACCOUNT_ID:API_ID/*'",
        ),
        "https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html",
        "If the integration has a stage variable, each function needs the statement.",
    ),
    "cannot invoke the specified lambda function": service_access.ServiceAccess(
        "the function policy",
        "secretsmanager.amazonaws.com",
        "invoke the function",
        (("lambda:InvokeFunction", "FUNCTION_ARN", _IN_ACCOUNT),),
        (
            "aws lambda add-permission --function-name FUNCTION --statement-id SecretsManager --action lambda:InvokeFunction --principal secretsmanager.amazonaws.com --source-account ACCOUNT_ID",
        ),
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html",
        "The function is the one that rotates the secret, and the account that of the secret.",
    ),
    "permission to access the ecr image": _IMAGE,
}


def explain_closed_resource(denial: Denial) -> Explanation | None:
    """Explain that the policy of a resource does not allow a service to use it, unless another failure says so."""
    words = message_text(denial)
    row = next((each for fragment, each in RESOURCES.items() if fragment in words.lower()), None)
    if row is None:
        return None
    # The reader reports a bucket as the resource.
    text = denial.failure.text
    listed = only_one({each["bucket"] for each in _LISTED_BUCKET.finditer(text)})
    bucket = denial.resource if _BUCKET.fullmatch(denial.resource or "") else listed
    if row is _LOAD_BALANCER and _IS_NETWORK.search(denial.failure.text):
        row = _NETWORK_LOAD_BALANCER
    function, context = (service_statements.find_invoked_function(denial.failure.text), denial.context)
    stated, in_path = context.account, _ACCOUNT.search(denial.failure.text)
    of_role, trails = _ROLE.search(words), {each["account"] for each in _TRAIL.finditer(text)}
    account = denial.account or (of_role[1] if of_role else stated.value if stated else only_one(trails))
    # The folder of a policy can be that of another account than the call's.
    if in_path is not None and account is None:
        others = {*ACCOUNT_IN_TEXT.findall(denial.failure.text)} - {in_path[1]}
        account = in_path[1] if all(map(load_balancer_logs.find_account_region, others)) else None
    if function is not None:
        account = function.split(":")[4]
    values = {
        **({"FUNCTION_ARN": function, "FUNCTION": function} if function else {}),
        **({"API_ID": context.api.value} if context.api else {}),
        "PARTITION": denial.location.partition or "aws",
        "BUCKET": commands.bucket(bucket),
        "ACCOUNT_ID": commands.account(account),
    }
    prefix, path = _KEY_PREFIX.search(denial.failure.text), "/AWSLogs/"
    if prefix is not None and "s3:PutObject" in str(row.statements):
        path = f"/{prefix['prefix']}/AWSLogs/"
        rows = row.statements
        statements = tuple((action, each.replace("/AWSLogs/", path), keys) for action, each, keys in rows)
        row = attrs.evolve(row, statements=statements, step=row.step.replace(_PREFIX_STEP, "").strip())
    of = f" of {bucket}" if bucket and "bucket" in row.resource else ""
    instead = _describe_allowed(denial, row, bucket, account) if of else ""
    contrast = None
    if function:
        contrast = service_statements.compare_statements(
            denial.case, row.service, "lambda:InvokeFunction", function
        )
    if row is _IMAGE:
        row = service_access.limit_to_image(row, text, account)
        allows = [each for policy in context.resource_policies for each in policy.allows]
        instead = service_access.describe_pullers(allows, row.service, text)
    if row.service == load_balancer_logs.PRINCIPAL:
        folder = f"arn:{values['PARTITION']}:s3:::{bucket}{path}"
        allowed = load_balancer_logs.find_allowed(denial, folder)
        if load_balancer_logs.may_use_kms(denial.failure.text, is_allowed=allowed is not None):
            return load_balancer_logs.explain_encryption(denial, bucket, allowed)
    explanation = explain_access(denial, row, values, of, instead, contrast)
    written = load_balancer_logs.find_folder_in_code(denial, row, path.lstrip("/")) if of else None
    if of and written is None and account is not None:
        written = _add_folder(denial, row, f"{bucket}{path}", account, explanation.remedies[0])
    return explanation if written is None else attrs.evolve(explanation, remedies=(written,))


def _add_folder(
    denial: Denial, row: service_access.ServiceAccess, folder: str, account: str, usual: Remedy
) -> Remedy | None:
    """Return the remedy that adds the folder of an account to the only statement that lets the service write."""
    found = [
        (each, resource)
        for policy in denial.context.resource_policies
        for each in policy.allows
        if row.service in principal_names(each, "Service") and names_action(each, "s3:PutObject")
        for resource in as_strings(each.get("Resource"))
    ]
    if len(found) != 1 or (other := _ACCOUNT_FOLDER.search(found[0][1])) is None:
        return None
    statement, old = found[0]
    of_source = [key for _, key, _ in iterate_conditions(statement) if key.lower().startswith("aws:source")]
    new = f"{old[: other.start()]}:::{folder}{account}{old[other.end() :]}"
    if of_source or new == old:
        return None
    sid = statement.get("Sid")
    keep = (
        f"The command keeps {clip_text(old)}. The owner of the bucket runs it, in the account of the bucket."
    )
    return replace_value_remedy(
        usual,
        f"Add the folder {folder.partition('/')[2]}{account}/ to {f'the statement {clip_text(str(sid))}' if sid else 'the statement'} of the bucket policy",
        [keep, f"The new Resource is {new}."],
        old,
        new,
        keeps_old=True,
    )


def _describe_allowed(
    denial: Denial, row: service_access.ServiceAccess, bucket: str | None, account: str | None
) -> str:
    """Return whom the bucket policy in the text allows instead of the service, or on which folder, as a clause."""
    arn = f"arn:{denial.location.partition or 'aws'}:s3:::{bucket}"
    allowed = load_balancer_logs.list_bucket_statements(denial, arn)
    named = dict.fromkeys(name for names, _ in allowed for name in names)
    if row.service in named:
        folder = row.statements[-1][1].partition("AWSLogs/")[0].partition("/")[2]
        paths = [path for names, path in allowed if row.service in names]
        own = f"{folder}AWSLogs/"
        shown = folder or own
        if account is not None and any(_covers(path, f"{arn}/{own}") for path in paths):
            shown = own = f"{own}{account}/"
        is_other = all("AWSLogs/" in path and not _covers(path, f"{arn}/{own}") for path in paths)
        return f" below {shown}. It allows {clip_text(paths[0])}" if is_other else ""
    if not named or "*" in named or any(map(has_reference, named)):
        return ""
    names = [clip_text(each) for each in named][:_MAX_NAMES]
    if account is not None and any(f":{account}:root" in each for each in names):
        names[-1] += " (your own account)"
    elif row is _LOAD_BALANCER and (region := load_balancer_logs.find_account_region(names[-1])):
        names[-1] += f" (the account of Elastic Load Balancing for {region})"
    return f". It allows {join_words(names, 'and')} instead"


def _covers(path: str, folder: str) -> bool:
    """Return whether a pattern of ARNs has objects of a folder."""
    return intersects(compile_glob(widen(path)), compile_glob(f"{folder}*"))


def explain_access(
    denial: Denial,
    row: service_access.ServiceAccess,
    values: dict[str, str],
    of: str = "",
    instead: str = "",
    stated: service_statements.ServiceContrast | None = None,
) -> Explanation:
    """Explain that the policy of a resource does not allow a service.

    Args:
        denial: The denial.
        row: What the service needs.
        values: The values of placeholders.
        of: Which resource has the policy, if the row does not say it.
        instead: Whom the policy allows instead, as the end of a sentence.
        stated: What the policy in the text says about the service.
    """
    subject = f"{row.resource}{of}"
    text = f"{row.service} calls as a service principal: only {row.resource} can allow it."
    notes: tuple[str, ...] = ()
    if row.resource != "the key policy":
        pulls = ": ECR permissions of that role play no part" if "repository" in row.resource else ""
        is_of_function = pulls or row.resource == "the function policy"
        role = f", nor is the function's execution role{pulls}" if is_of_function else ""
        text += f" The caller's permissions are not the problem{role}."
        has_no_key = row.resource == "the function policy" or NO_KMS_KEY.search(denial.failure.text)
        key = "" if has_no_key else ", or a KMS key that encrypts the resource,"
        notes = (f"A Deny statement in the policy{key} can block the service, too.",)
    remedy = service_access.allow_service_remedy(row, values)
    if (denied := explain_denied_service(denial, row, remedy)) is not None:
        return denied
    verdict = f"does not allow {row.service} to {row.purpose}"
    if stated is not None and not instead and not stated.is_allowed:
        verdict, remedy, notes = stated.verdict, stated.correct(remedy), ()
    elif stated is not None and stated.is_allowed:
        instead = f", although the policy in the text {stated.verdict}: most likely, it is the policy of another resource or alias, or the statement is newer than the failure"
        remedy, notes = stated.remedy or remedy, ()
    return denial.explain(
        f"{upper_first(subject)} {verdict}{instead}.",
        SERVICE_NOT_ALLOWED.cause("derived", text=text),
        topic="service-principal",
        remedies=remedy,
        notes=notes,
    )


# How to see the key of a topic or queue, and how to set one.
_SHOW_KEY = {
    "topic": "aws sns get-topic-attributes --topic-arn ARN --query Attributes.KmsMasterKeyId --output text",
    "queue": "aws sqs get-queue-attributes --queue-url QUEUE_URL --attribute-names KmsMasterKeyId --query Attributes.KmsMasterKeyId --output text",
}
_KEY_POLICY = (
    "aws kms get-key-policy --key-id KEY_ID --policy-name default --query Policy --output text",
    "aws kms put-key-policy --key-id KEY_ID --policy-name default --policy file://policy.json",
)


def explain_target_key(
    denial: Denial, service: str, noun: str, name: str, values: dict[str, str], condition: dict[str, Any]
) -> Explanation:
    """Explain that the key policy does not allow a service.

    Args:
        denial: The denial, with the topic or queue as its resource.
        service: The service principal.
        noun: The resource in a word.
        name: Its name after a space, or nothing.
        values: The values of placeholders.
        condition: The condition of the statement for the service.
    """
    key = service_access.find_stated_key(denial.failure.text) or _find_denied_key(denial)
    actions = ["kms:Decrypt", "kms:GenerateDataKey*"]
    if key is not None and key == service_access.MANAGED_KEYS.get(noun):
        statement = allow(actions, "*", principal={"Service": service}, condition=condition or None)
        return _explain_managed_key(denial, service, noun, name, values, statement)
    show, step = _SHOW_KEY.get(noun), f"The key of the {noun} is {key or 'KEY_ID'}."
    if key is not None:
        find = "aws kms describe-key --key-id {} --query KeyMetadata.KeyId --output text"
        show = commands.fill_command(find, key) if key.startswith("alias/") else None
    elif show is not None:
        step = f"The first command prints the key. If it is {service_access.MANAGED_KEYS[noun]}, its policy cannot be changed: create a customer managed key with this statement, and set it as KmsMasterKeyId of the {noun}.{f' {service_access.SSE_SQS}' if noun == 'queue' else ''}"
    row = service_access.ServiceAccess(
        "the key policy",
        service,
        f"use the key that encrypts the {noun}{name}",
        ((actions, "*", condition),),
        policy_commands(denial, *present(show), *_KEY_POLICY),
        service_access.KEY_URLS.get(noun, pages.KMS_ACCESS),
        step,
    )
    known = values if key is None or key.startswith("alias/") else {**values, "KEY_ID": key}
    stated = service_statements.find_lacking(denial.case, service, "kms:GenerateDataKey", "kms:Decrypt")
    return explain_access(denial, row, known, stated=stated)


def _find_denied_key(denial: Denial) -> str | None:
    """Return the ID of the key that KMS itself names as the denied resource."""
    found = _KEY_ARN.fullmatch(denial.failure.resource or "")
    return found and found["id"]


def _explain_managed_key(
    denial: Denial, service: str, noun: str, name: str, values: dict[str, str], statement: dict[str, Any]
) -> Explanation:
    """Explain that a topic or queue has the key of AWS, whose policy allows only principals of the account."""
    key, of = service_access.MANAGED_KEYS[noun], f"the {noun}{name}"
    create, change = policy_commands(denial, service_access.CREATE_KEY, service_access.SET_KEY[noun])
    text = f"The service calls as itself, without a role. Only a key policy can allow that, so a change of the {noun}'s policy has no effect. People and roles of the account can use {key}: this is why they can send to the {noun}. For a key of your own, they need kms:GenerateDataKey and kms:Decrypt in their policies."
    return denial.explain(
        f"KMS denied {service} the key of {of}: it is {key}, an AWS managed key, whose policy does not allow the service and cannot be changed.",
        SERVICE_NOT_ALLOWED.cause("derived", text=text),
        topic="service-principal",
        remedies=service_access.replace_key_remedy(
            denial.failure.text, noun, service, statement, values, (create, change)
        ),
    )
