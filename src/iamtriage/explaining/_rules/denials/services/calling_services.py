"""Explain denials of AWS services, which call as service principals or assume the role that a call names.

A message names the service in words, such as "CloudWatch Alarms is not authorized to …". Sources:
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html (encrypted topics),
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html and
https://docs.aws.amazon.com/redshift/latest/mgmt/copy-unload-iam-role.html.
"""

from __future__ import annotations

import re
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._reading.vocabulary.services import service_name
from iamtriage._text import clip_text, quote_argument
from iamtriage.actions._operations import actions_for
from iamtriage.arns._arns import Arn
from iamtriage.arns._principals import ServiceLinkedRole, ServicePrincipal
from iamtriage.explaining._context.domains import is_of_aws
from iamtriage.explaining._rules.basics import Cause, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.policies.service_statements import compare_statements
from iamtriage.explaining._rules.calls.roles import service_roles
from iamtriage.explaining._rules.denials.policy_types.resource_policies import explain_service_principal
from iamtriage.explaining._rules.denials.resource_commands import policy_commands
from iamtriage.explaining._rules.denials.services import closed_resources
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_role_arn, message_text
from iamtriage.explaining._rules.shared.grants.service_access import ServiceAccess, find_account
from iamtriage.explaining._rules.shared.messages.message_rules import SERVICES_IN_PROSE
from iamtriage.explaining._rules.shared.messages.quoted_message import denial_paragraph
from iamtriage.explaining._rules.shared.principals.principal_words import (
    BATCH_STATUS,
    PLACEHOLDER_ACCOUNT,
    parse_masked_role,
    try_parse_arn,
)
from iamtriage.explaining._rules.shared.remedies import account_remedy, save_step, trust_remedy
from iamtriage.explaining._rules.shared.requirements.resource_policies import RESOURCE_POLICIES
from iamtriage.explaining._rules.shared.requirements.services import (
    ASSUME_ROLE,
    RoleRecipient,
    find_role_recipient,
    service_trust_policy,
)
from iamtriage.explaining._rules.sts.trust.service_policies import check_service_trust
from iamtriage.explaining._rules.sts.trust.service_trust import (
    SERVICE_CANNOT_ASSUME_ROLE,
    explain_untrusted_role,
)

_ARN = lazy_pattern(
    r"arn:[\w-]{3,20}:(?:sns|sqs|lambda):[a-z0-9-]{1,30}:[^:\s]{1,20}:[A-Za-z0-9][\w.:/-]{0,300}[\w]"
)
# The roles of a cluster or namespace of Redshift, from JSON or under a query for them.
_CLUSTER_ROLES = lazy_pattern(r"\b[Ii]amRoles\b[\"']?\s{0,4}:?\s{0,8}(\[[^\]]{0,4000}\])")
_KEY = lazy_pattern(r"\b(?:encryption|KMS) key\b|Service: (?:AWS)?KMS\b")
_BUCKET = lazy_pattern(r"\bbucket:? [\"'`]?(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])")
# https://docs.aws.amazon.com/ses/latest/dg/receiving-email-permissions.html and
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-permissions-for-sns-notifications.html
_SERVICES_BY_SENTENCE = {
    "could not write to bucket": "ses.amazonaws.com",
    "could not publish to sns topic": "ses.amazonaws.com",
    "could not invoke lambda function": "ses.amazonaws.com",
    "topic policy is incorrect": "cloudtrail.amazonaws.com",
}
# By the service in the resource's ARN, or the word for it: the resource, and what a service does with it.
_KINDS = (
    ("sns", "topic", "sns:Publish", "publish to"),
    ("sqs", "queue", "sqs:SendMessage", "send messages to"),
    ("lambda", "function", "lambda:InvokeFunction", "invoke"),
    ("s3", "bucket", "s3:PutObject", "write to"),
)
_ALARMS = "cloudwatch.amazonaws.com"
# CloudWatch invokes functions with a principal for alarms only.
_ALARMS_IN_LAMBDA = "lambda.alarms.cloudwatch.amazonaws.com"
_IN_ACCOUNT: dict[str, Any] = {"StringEquals": {"aws:SourceAccount": "ACCOUNT_ID"}}
# https://docs.aws.amazon.com/sns/latest/dg/topics-attrib.html: what SNS logs about a delivery.
_TOPIC = lazy_pattern(
    r"\"topicArn\\?\"\s?:\s?\\?\"(?P<arn>arn:[\w-]{3,20}:sns:[a-z0-9-]{6,30}:[0-9]{12}:[\w.-]{1,256})"
)
_DELIVERED_TO = lazy_pattern(
    r"\"destination\\?\"\s?:\s?\\?\"(?P<arn>arn:[\w-]{3,20}:(?:sqs|lambda):[\w.:-]{10,300})\\?\""
)
# What SNS logs of the response of a queue, also without the destination.
_OF_QUEUE = "sqsRequestId"
_CHARS_OF_RECORD = 1_500
# The attributes of an event that EventBridge could not deliver, in any order.
_RULE = lazy_pattern(
    r"\bRULE_ARN\b[^}]{0,80}?(?P<arn>arn:[\w-]{3,20}:events:[a-z0-9-]{6,30}:[0-9]{12}:rule/[\w./-]{1,400})"
)
_TARGET = lazy_pattern(
    r"\bTARGET_ARN\b[^}]{0,80}?(?P<arn>arn:[\w-]{3,20}:(?:sqs|lambda):[a-z0-9-]{6,30}:[0-9]{12}:[\w.:-]{1,300}\w)"
)
_NO_ROLE = "EventBridge needs no role for this target, whose own policy decides."
_RETRY = "EventBridge does not retry after this error: send the events of the dead-letter queue again after the fix."


def explain_calling_resource(denial: Denial) -> Explanation:
    """Explain the denial of a resource, such as an alarm, for which a service calls."""
    arn = try_parse_arn(denial.principal_text)
    service = f"{'' if arn is None else arn.service}.amazonaws.com"
    if denial.service == "lambda" and service == _ALARMS:
        service = _ALARMS_IN_LAMBDA
    caller = f"{service} (for {denial.caller.rpartition(':')[2]})"
    return explain_service_principal(attrs.evolve(denial, principal=ServicePrincipal(service), caller=caller))


def explain_delivery(denial: Denial) -> Explanation | None:
    """Explain that SNS cannot deliver messages of a topic to a queue or function, if the text has the record of that."""
    text, start = denial.failure.text, denial.failure.span[0]
    low = max(start - _CHARS_OF_RECORD, 0)
    # Both precede the response in its record, and the records of other deliveries precede both.
    topics = [each["arn"] for each in _TOPIC.finditer(text, low, start)]
    found = [each["arn"] for each in _DELIVERED_TO.finditer(text, low, start)]
    words, is_key = denial_paragraph(denial.failure) if found else "queue", denial.service == "kms"
    if not topics or not (found or (is_key and _OF_QUEUE in text[start:])):
        return None
    service = "sns.amazonaws.com"
    if is_key:
        # KMS names the account of the topic as its root user: "User: arn:aws:iam::111122223333:root".
        denial = attrs.evolve(denial, principal=ServicePrincipal(service), caller=service)
    of_topic, queue = (
        {"ArnEquals": {"aws:SourceArn": topics[-1]}},
        try_parse_arn(found[-1]) if found else None,
    )
    return _explain_service(denial, service, queue, words, of_topic)


def explain_undelivered_event(denial: Denial) -> Explanation | None:
    """Explain that EventBridge may not use the target of a rule, if the text has one undelivered event with both."""
    text = denial.failure.text
    rule, target = (only_one({each["arn"] for each in one.finditer(text)}) for one in (_RULE, _TARGET))
    if rule is None or target is None or denial.failure.envelope.operation or denial.principal_text:
        return None
    if "RoleArn" in text or not (denial.failure.resource or target).endswith(target.rpartition(":")[2]):
        return None  # EventBridge assumes the role, or the target is not what was denied
    words, of_rule = denial_paragraph(denial.failure), {"ArnEquals": {"aws:SourceArn": rule}}
    found = _explain_service(denial, "events.amazonaws.com", try_parse_arn(target), words, of_rule)
    bus, _, name = rule.partition(":rule/")[2].rpartition("/")
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    note = _NO_ROLE if (arn := try_parse_arn(rule)) is not None and f":{arn.account}:" in target else ""
    if bus and re.search(rf":rule/{re.escape(name)}(?![\w./*-])", text):
        note = f"{note} On the bus {bus}, the rule's ARN has the name of the bus in it.".lstrip()
    return attrs.evolve(found, notes=(*filter(None, (note,)), *found.notes, _RETRY))


def explain_calling_service(denial: Denial) -> Explanation:
    """Explain the denial of a service that the message names in words."""
    words = denial_paragraph(denial.failure)
    lowered = words.lower()
    named = {**_SERVICES_BY_SENTENCE, **SERVICES_IN_PROSE}
    service = next((principal for name, principal in named.items() if name in lowered), _ALARMS)
    if "Failed to execute action arn:" in words:
        service = _ALARMS
    command = denial.context.command
    stated = None if command is None else command.option("destination-arn")
    found = _ARN.search(words if stated is None else f"{words} {stated.value}")
    arn = try_parse_arn(found[0] if found is not None else denial.resource)
    return _explain_service(denial, service, arn, words, _IN_ACCOUNT)


def _explain_service(
    denial: Denial, service: str, arn: Arn | None, words: str, condition: dict[str, Any]
) -> Explanation:
    """Explain that a service may not use a resource, which a statement has to allow under a condition, or its key."""
    lowered = words.lower()
    prefix, noun, action, verb = next(
        (each for each in _KINDS if arn is not None and each[0] == arn.service),
        next((each for each in _KINDS if each[1] in lowered), ("", "resource", "", "use")),
    )
    name = "" if arn is None else f" {arn.resource.rpartition(':')[2]}"
    account = denial.account or denial.resource_account or (None if arn is None else arn.account)
    account = account or find_account(denial.failure.text)
    values = {"PARTITION": denial.location.partition or "aws", "ACCOUNT_ID": commands.account(account)}
    on_resource = attrs.evolve(denial, resource=None if arn is None else str(arn), resource_arn=arn)
    if denial.service == "kms" or _KEY.search(words):
        # With EventBridge and SNS, the request to KMS has no such condition keys.
        of_key = {"StringEquals": {"aws:SourceAccount": values["ACCOUNT_ID"]}} if service == _ALARMS else {}
        return closed_resources.explain_target_key(on_resource, service, noun, name, values, of_key)
    if prefix == "s3":
        return _explain_bucket(denial, service, words, values)
    if prefix == "lambda" and service == _ALARMS:
        service = _ALARMS_IN_LAMBDA
    target = commands.arn(None if arn is None else str(arn), f"{noun.upper()}_ARN")
    show = RESOURCE_POLICIES[prefix or "sqs"]
    lines = policy_commands(on_resource, show.show_command, show.change_command)
    lines = tuple(line.replace(" RESOURCE_ARN", f" {target}") for line in lines)
    if prefix == "lambda":
        topic = condition.get("ArnEquals", {}).get("aws:SourceArn")
        source = "--source-account ACCOUNT_ID" if topic is None else f"--source-arn {topic}"
        lines = (
            f"aws lambda add-permission --function-name {target} --statement-id AllowService --action {action} --principal {service} {source}",
        )
    row = ServiceAccess(
        f"the {show.name}",
        service,
        f"{verb} the {noun}{name}",
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
        ((action, target, {} if (service, prefix) == ("events.amazonaws.com", "sns") else condition),),
        lines,
        pages.POLICY_PRINCIPAL,
    )
    source = condition.get("ArnEquals", {}).get("aws:SourceArn")
    stated = None
    if action:
        stated = compare_statements(denial.case, service, action, None if arn is None else str(arn), source)
    return closed_resources.explain_access(denial, row, values, stated=stated)


def _explain_bucket(denial: Denial, service: str, words: str, values: dict[str, str]) -> Explanation:
    found = _BUCKET.search(words)
    values["BUCKET"] = commands.bucket(found["bucket"] if found else None)
    show = RESOURCE_POLICIES["s3"]
    row = next((each for each in closed_resources.RESOURCES.values() if each.service == service), None)
    if row is None:
        row = ServiceAccess(
            "the bucket policy",
            service,
            "write to the bucket",
            (("s3:PutObject", "arn:PARTITION:s3:::BUCKET/*", _IN_ACCOUNT),),
            (show.show_command, show.change_command),
            pages.POLICY_PRINCIPAL,
        )
    return closed_resources.explain_access(denial, row, values)


# What a trust policy next to the message trusts is not the service that failed: JSON, YAML and HCL.
_TRUSTED_SERVICES = lazy_pattern(
    r"\b(?:Service\"? {0,8}[:=] ?|identifiers {0,8}= ?)(?:\[[^\]]{0,800}\]|(?:- ?)?\"?[\w.-]{1,100}(?: - [\w.-]{1,100}){0,8})"
)
# Names of services such as MediaConvert, and those of one word after the vendor.
_NAMED = lazy_pattern(
    r"(?a)\b(?:(?:Amazon|AWS) (?:Elemental )?(?P<word>[A-Z][a-z]{2,20})\b(?! [A-Z])|(?P<name>[A-Z][a-z]{1,20}[A-Z][A-Za-z]{1,20})\b)"
)
# The partition's suffix of most service principals is the same in China.
_ROLES_ANYWHERE = "rolesanywhere.amazonaws.com"
_BATCH = "batch.amazonaws.com"
# https://docs.aws.amazon.com/batch/latest/userguide/invalid_compute_environment.html
_BATCH_STEP = "Check first that the compute environment has the ARN of the role as IAM prints it: often, the path service-role/ is missing, and then the trust policy needs no change."
_PAGE = "https://docs.aws.amazon.com/redshift/latest/mgmt/copy-unload-iam-role.html"
_SERVICE = "redshift.amazonaws.com"
_DATABASE_USER = lazy_pattern(
    r"(?a)arn:[\w-]{3,20}:redshift:(?P<region>[a-z0-9-]{6,30}):[0-9]{12}:dbuser:(?P<cluster>[a-z][a-z0-9-]{0,62})/[\w.+@-]{1,127}"
)


# The code of EventBridge in the attributes of an undelivered event, and in its logs:
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html. EventBridge Scheduler and Pipes have it, too.
_NO_PERMISSIONS = lazy_pattern(r"\bNO_PERMISSIONS\b|\bRULE_ARN\b|\bEventBridge (?:rule|target)\b")
_EVENT_SERVICES = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:(?P<service>scheduler|pipes):|\bEventBridge (?P<word>Scheduler|Pipes)\b"
)


def explain_untrusted_service(denial: Denial) -> Explanation:
    """Explain that a service cannot assume the role that a call or its configuration names."""
    words = message_text(denial)
    service = _find_service(denial, words)
    parsed = parse_masked_role(denial.resource) or denial.role or parse_masked_role(find_role_arn(words))
    if isinstance(parsed, ServiceLinkedRole):
        # Its trust policy cannot be changed.
        summary = "{} cannot assume its service-linked role: most likely, it was deleted."
        return service_roles.missing_role(denial, words, service_roles.find_linked_role(words, ()), summary)
    recipient = _find_recipient(denial)
    actions = recipient.trust_actions if recipient else ASSUME_ROLE
    if service == _ROLES_ANYWHERE:
        # https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
        actions = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
    arn = None if parsed is None else str(parsed).replace(f":{PLACEHOLDER_ACCOUNT}:", ":ACCOUNT_ID:")
    explanation = explain_untrusted_role(denial, service, actions, arn)
    if service != _BATCH or explanation.remedies[0].layer != "role_trust":
        return explanation
    first, *others = explanation.remedies
    first = attrs.evolve(first, steps=(_BATCH_STEP, *first.steps))
    return attrs.evolve(explanation, remedies=(first, *others))


def _find_service(denial: Denial, words: str) -> str | None:
    """Return the service principal that the message, or else the called service, names."""
    if is_of_aws(denial.principal_text or ""):
        return denial.principal_text
    if BATCH_STATUS.search(denial.failure.text):
        return _BATCH
    named = next((principal for name, principal in service_roles.SERVICES_IN_MESSAGES if name in words), None)
    if named is not None and "is not authorized to perform" in words:
        return named
    found = service_roles.SERVICE_PRINCIPAL.search(_TRUSTED_SERVICES.sub("", words))
    if found is not None:
        return found[0]
    recipient = _find_recipient(denial)
    if recipient is not None and recipient.principal is not None:
        return recipient.principal
    # What EventBridge reports of a target names the target's service, too.
    of_events = _EVENT_SERVICES.search(denial.failure.text) if _NO_PERMISSIONS.search(words) else None
    if of_events is not None:
        return f"{of_events['service'] or of_events['word'].lower()}.amazonaws.com"
    if _NO_PERMISSIONS.search(words):
        return "events.amazonaws.com"
    return named or _find_named(words) or _find_named(denial.failure.text)


def _find_named(text: str) -> str | None:
    """Return the service principal of the only service that a text names, of those that receive a role."""
    names = {service_name(each[each.lastgroup or 0]) for each in _NAMED.finditer(text)}
    recipients = (find_role_recipient(None, each) for each in names)
    return only_one(
        {each.principal for each in recipients if each is not None and each.principal is not None}
    )


def _find_recipient(denial: Denial) -> RoleRecipient | None:
    """Return what receives the role in the call, whose operation can imply the service."""
    service = denial.failure.envelope.service
    if service is None and denial.operation is not None:
        services = [each.service for each in actions_for(denial.operation)]
        service = only_one(services)
    return find_role_recipient(denial.operation, service)


def _associate_listed(associate: Remedy) -> Remedy:
    """Return a remedy that associates a role first, as its list of roles is known, and then waits for it."""
    show, change = associate.commands
    if "redshift-serverless" in change:
        # The change replaces the list.
        return associate
    return account_remedy(
        associate.title,
        "The caller of the first command needs redshift:ModifyClusterIamRoles, and iam:PassRole for the role.",
        commands=(change, Labelled("Then wait until ApplyStatus is in-sync:", show)),
        url=_PAGE,
    )


def explain_redshift_role(denial: Denial) -> Explanation:
    """Explain that Redshift cannot assume the role for a database user."""
    # With role chaining, the cluster assumes the first role, and each role the next one.
    first, _, chained = (denial.resource or "").partition(",")
    parsed = parse_masked_role(first)
    role = f"the role {parsed.name}" if parsed else "the role"
    arn = commands.arn(first, "ROLE_ARN")
    user = _DATABASE_USER.fullmatch(denial.principal_text or "")
    region, cluster, external_id, where = "REGION", "CLUSTER", "the user of the message", "the cluster"
    check = "Check which roles it has (with Redshift Serverless, the namespace has them), and add the one that the SQL command names."
    if user is not None:
        region, cluster, external_id = commands.region(user["region"]), user["cluster"], user[0]
        where = f"the cluster {cluster}"
    show = f"aws redshift describe-clusters --cluster-identifier {cluster} --region {region} --query 'Clusters[].IamRoles'"
    change = f"aws redshift modify-cluster-iam-roles --cluster-identifier {cluster} --region {region} --add-iam-roles"
    if cluster.startswith("serverless-"):
        where = "the namespace"
        check = f"{check} The last command replaces the list: repeat the roles that it has."
        show = f"aws redshift-serverless get-namespace --namespace-name NAMESPACE_NAME --region {region} --query namespace.iamRoles"
        change = f"aws redshift-serverless update-namespace --namespace-name NAMESPACE_NAME --region {region} --iam-roles"
    text = f"Either {role} is not associated with {where}, or its trust policy does not allow {_SERVICE} sts:AssumeRole. If the trust policy has a condition on sts:ExternalId, it must match {external_id}."
    if chained:
        text += f" The roles after it ({clip_text(chained)}) are not associated: each must trust the role before it."
    title = f"Associate {role} with {where}"
    step = "The caller of the last command needs iam:PassRole for the role."
    associate = account_remedy(
        title, check, step, commands=(show, f"{change} {quote_argument(arn)}"), url=_PAGE
    )
    allow = trust_remedy(
        f"Allow {_SERVICE} in the role's trust policy",
        save_step("the role's trust policy", "trust.json"),
        f"A condition on sts:ExternalId limits the role to database users: it must list {external_id}.",
        commands=commands.trust_policy_commands(parsed.name if parsed else None),
        policy=service_trust_policy(_SERVICE, ("sts:AssumeRole",)),
        url=pages.TRUST_POLICIES,
    )
    verdict = f"most often, the role is not associated with {where} or does not trust {_SERVICE}"
    causes: tuple[Cause, ...] = (SERVICE_CANNOT_ASSUME_ROLE.cause("derived", text=text),)
    remedies: tuple[Remedy, ...] = (associate, allow)
    trust = check_service_trust(denial.facts, _SERVICE, ASSUME_ROLE, first)
    if trust is not None:
        verdict = trust.verdict
        causes, remedies = (trust.cause, *causes), (trust.remedy, associate)
        if trust.is_allowed:
            verdict = (
                f"the supplied trust policy allows it, so the role is most likely not associated with {where}"
            )
            causes, remedies = (trust.cause, *(causes[-1:] if chained else ())), (associate,)
    listed = _CLUSTER_ROLES.findall(denial.failure.text)
    if listed and not any(first in each for each in listed) and (trust is None or trust.is_allowed):
        fact = f"the role is not associated with {where}"
        verdict = f"its trust policy allows it, but {fact}" if trust else fact
        lacks = SERVICE_CANNOT_ASSUME_ROLE.cause(
            "derived", text=f"The list IamRoles in the text does not contain {role}."
        )
        causes, remedies = (lacks, *causes[: trust is not None]), (_associate_listed(associate),)
    summary = f"Amazon Redshift cannot assume {role}: {verdict}."
    note = "A database user is not an IAM principal, so no policy can be attached to it. Redshift assumes the role, which also needs the permissions for the data, such as s3:GetObject."
    return denial.explain(summary, *causes, topic="service-cannot-assume-role", remedies=remedies, notes=note)
