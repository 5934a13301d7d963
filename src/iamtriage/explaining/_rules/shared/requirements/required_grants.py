"""Find the grant that a denied request requires: its action, resources and conditions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, may_find, only_one
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage._text import join_words
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.requirements import tasks
from iamtriage.explaining._rules.shared.requirements.required_resources import (
    next_objects,
    required_resources,
    transfer_objects,
)
from iamtriage.policies._arn_templates import LAUNCH
from iamtriage.policies._documents import build_statement
from iamtriage.policies._grants import UNKNOWN_ACTION, WILDCARD_OF_AWS, Grant, build_grant

# The calls that tag what they create, and the resources that calls create with others.
_CREATING = lazy_pattern(r"(?:Allocate|Copy|Create(?!Tags)|Import|Register|Request|Run)[A-Z]")
_TAGGED_BY = {
    "RunInstances": ("instance", "volume", "network-interface"),
    "CreateFleet": ("fleet", "instance", "volume", "network-interface", "spot-instances-request"),
}
# A tag specification in a command, in code or in a record of CloudTrail.
_TAGGED_TYPE = lazy_pattern(
    r"(?i:\bresource_?type)\\?[\"']?\s?[=:]\s?\\?[\"']?(?P<kind>[a-z-]{3,40})\\?[\"']?\s{0,9},\s{0,9}\\?[\"']?(?i:tags)\b"
)
_TEMPLATE = lazy_pattern(r"(?i:launch[-_ ]?template)")
TAGGING_CALL = "The call tags what it creates"
# The table of actions has no ARN without a Region for the models of Bedrock.
UNLISTED = "AWS lists no resource of this form"
NEXT_OBJECTS = "If the object key changes from run to run, use "
NEXT_FILES = "For all files that the job reads, use "
_ALL_OBJECTS = "The command or job handles more than one object: the Resource covers all of them."

# What replaces such a resource gets another ID.
_GENERATED = lazy_pattern(
    r"(?a)arn:[\w-]+:dynamodb:[\w-]*:\d*:table/[\w.-]{3,255}/(?P<stream>stream)/20[\d-]{8}T[\d:.]{8,12}|arn:[\w-]+:(?:eks|ecs):[\w-]*:\d*:(?:nodegroup|addon|fargateprofile|access-entry|task|container-instance)(?:/[\w.+=@-]{1,200}){0,4}?/(?P<name>[\w.+=@-]{1,200})/[0-9a-f-]{32,36}"
)
# The user that HashiCorp Vault creates for a lease: https://developer.hashicorp.com/vault/docs/secrets/aws#setup
_LEASED = lazy_pattern(
    r"(?a)(?P<users>arn:[\w-]+:iam::\d*:user/(?:[\w+=,.@/-]{1,200}/)?vault-)[\w+=,.@-]{1,60}-1\d{9}-\w{2,20}"
)
_EACH_LEASE = "Vault creates a user with another name for each lease, so the Resource ends with *. It also creates the user's access key and policies, and deletes all of them later: Vault's documentation lists these actions."
# What a job makes each day. Objects have their own rule, and a pattern of roles would be too wide.
_DATED = lazy_pattern(
    r"(?a)arn:[\w-]+:(?!iam:|s3:|sts:)[a-z0-9-]{2,40}:[\w-]*:\d*:(?:[\w-]{1,40}[:/])?(?P<name>(?P<stem>[A-Za-z][\w-]{1,200}[-_])20\d\d(?P<between>[-_]?)[01]\d(?P=between)[0-3]\d(?:[T_-]?\d{2,6}Z?)?)"
)
_CONSUMER = lazy_pattern(
    r"(?a)(?P<consumer>arn:[\w-]+:kinesis:[\w-]*:\d*:stream/[\w.-]{1,128}/consumer/[\w.-]{1,128}):\d{8,12}"
)
# What a program creates, and then asks for or stops: each has another ID.
_OF_EACH_CALL = lazy_pattern(
    r"(?a)(?P<stem>arn:[\w-]+:(?:route53:::(?P<change>change)|ssm:[\w-]*:\d*:(?P<automation>automation-execution)|batch:[\w-]*:\d*:(?P<job>job)|mediaconvert:[\w-]*:\d*:(?P<jobs>jobs)|emr-serverless:[\w-]*:\d*:/applications/\w{1,64}/(?P<runs>jobruns)"
    r"|states:[\w-]*:\d*:(?P<execution>execution|express):[\w-]{1,80})[/:])[\w.:-]{1,120}"
)
_NOUNS = {"change": "change", "automation": "automation", "job": "job", "jobs": "job", "runs": "job run", "execution": "execution"}  # fmt: skip
_ASKS = lazy_pattern(r"(?a)[\w-]+:(?:Describe|Get|List|(?P<changes>Cancel|Redrive|Stop))[A-Z]")
# The random end of a name that CloudFormation (STACK-LOGICAL_ID-RANDOM), a name_prefix of Terraform (a time and a
# counter) makes up:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
_RANDOM_NAME = lazy_pattern(
    r"(?a)arn:[\w-]+:[\w-]+:[\w-]*:\d*:(?P<start>.{0,400}?-)(?:(?P<stack>(?=[A-Za-z]{0,13}\d)(?=\d{0,13}[A-Za-z])[A-Za-z0-9]{6,13})|(?P<terraform>20\d{15,16}[0-9a-f]{8,9}))(?P<rest>/\*)?"
)
# The same of Pulumi, after its own name of the resource: https://www.pulumi.com/docs/iac/concepts/resources/names/
_PULUMI_NAME = lazy_pattern(
    r"(?a)(?P<start>arn:\S{1,400}?[:/](?P<name>[\w.-]{1,100})-)[0-9a-f]{7}(?P<rest>/\*)?"
)
_TAGGED_IN_SAGEMAKER = lazy_pattern(
    r"(?a)arn:[\w-]+:sagemaker:[\w-]*:\d*:(?P<parent>(?P<kind>[a-z-]{2,40})/(?:d-[a-z0-9]{4,20}/)?)[\w./-]{1,128}"
)
_ENDS_NAME = "{} ends the name with characters that change at each attempt, so the Resource ends with *."


# https://docs.aws.amazon.com/codeartifact/latest/ug/auth-and-access-control-iam-identity-based-access-control.html
_IN_NAME_OF_CALLER = "CodeArtifact gets its token from STS in the name of the caller, so the caller's own policy must allow it: in the policy of a domain or repository, the action has no effect."
_BESIDES = " The login also needs codeartifact:GetAuthorizationToken, which the policy in the text allows: it stays as it is."

# https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html: the user comes from the login.
_SMTP_DENIAL = lazy_pattern(r"\b554\b[^\n]{1,20}\bAccess denied: User\b")
_MAIL_OVER_SMTP = "SES checks every mail over SMTP as ses:SendRawEmail. The SMTP login succeeded, so the SMTP credentials are right, and stay as they are."

# https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.S3.html
_ATTACHES = lazy_pattern(r"iam:(?:Attach|Detach)(?:Group|Role|User)Policy")
# The policy of a call, in a command, in Terraform or what it prints, in code or in a record of CloudTrail, but not in what
# lists the policies of a role.
_ATTACHED = lazy_pattern(
    r"(?a)(?:--policy-arn[ =][\"']?|\bpolicy_arn\s{0,20}=\s{0,4}[\"']|(?<![\"'\w])PolicyArn\s?[=:]\s?[\"']|\"policyArn\"\s?:\s?\"|\bIAM [Pp]olicy \()(?P<arn>arn:aws[a-z-]{0,12}:iam::(?:aws|\d{12}):policy/[\w+=,.@/-]{1,512}[\w+=@-])"
)
_BEANSTALK_CODE = "InsufficientPrivilegesException"
_BUCKET_OF_BEANSTALK = "Elastic Beanstalk uses its own bucket, elasticbeanstalk-REGION-ACCOUNT_ID, with the permissions of the caller."


def required_grant(denial: Denial) -> Grant | None:
    """Return the grant that the request requires, or ``None`` if the action is unknown or masked."""
    if denial.action is None:
        return None
    grant = build_grant(denial.action, denial.resource, denial.location)
    if grant is not None and not grant.known and denial.failure.policy_type is not None:
        # AWS, which states the reason, does not misspell its actions.
        notes = tuple(each for each in grant.notes if not each.startswith(UNKNOWN_ACTION))
        return attrs.evolve(grant, notes=notes)
    if grant is not None and grant.action.endswith("Tags"):
        return _limit_to_creation(grant, denial)
    if grant is not None and grant.action in {"sts:GetServiceBearerToken", "ses:SendRawEmail"}:
        grant = _adapt_to_client(grant, denial)
    if grant is None or (len(grant.resources) != 1 and grant.action != LAUNCH):
        return grant
    if denial.failure.envelope.code == _BEANSTALK_CODE and ":s3:::BUCKET" in grant.resources[0]:
        resource = grant.resources[0].replace(":BUCKET", ":elasticbeanstalk-*")
        return attrs.evolve(grant, resources=(resource,), notes=(*grant.notes, _BUCKET_OF_BEANSTALK))
    if grant.action.startswith("es:ESHttp") and grant.resources[0].count("/") == 1:
        return attrs.evolve(grant, resources=(_paths_of_domain(grant.resources[0], denial),))
    if grant.action.startswith(("batch:S", "bedrock:", "glue:", "ssm:S", "sts:AssumeRole", LAUNCH)):
        text, region, account = denial.failure.text, denial.facts.region, denial.account
        command = denial.context.command
        if command is not None and "run-instances" in command.words:
            text = command.text
        resource = next((each for each in grant.resources if ":instance/" in each), grant.resources[0])
        required = required_resources(grant.action, resource, text, region=region, account=account)
        if required is not None:
            resources, why = required
            hidden = (UNLISTED, WILDCARD_OF_AWS) if grant.action == LAUNCH else UNLISTED
            notes = tuple(each for each in grant.notes if not each.startswith(hidden))
            return attrs.evolve(grant, resources=resources, notes=(*notes, why))
    consumer = _CONSUMER.fullmatch(grant.resources[0]) if ":kinesis:" in grant.resources[0] else None
    if consumer is not None:
        note = "The ARN of a consumer ends in the time of its registration, which changes when it is registered again, so the Resource ends with *."
        return attrs.evolve(grant, resources=(f"{consumer['consumer']}:*",), notes=(note, *grant.notes))
    if (generated := _GENERATED.fullmatch(grant.resources[0])) is not None:
        kind, parent, *names = grant.resources[0].split(":", 5)[5].split("/")
        # With only the ID after it, that of the parent covers all.
        every = f", or for all of {parent} with {kind}/{parent}/*" if generated["name"] and names[1:] else ""
        note = f"The ARN ends in a generated ID: to cover replacements, too, end it with {generated['name'] or generated['stream']}/*{every}."
        return attrs.evolve(grant, notes=(note, *grant.notes))
    if (other := _find_lasting_resource(grant.resources[0], denial)) is not None:
        return attrs.evolve(grant, resources=other[:1], notes=(other[1], *grant.notes))
    return _grant_for_objects(grant, denial)


def _grant_for_objects(grant: Grant, denial: Denial) -> Grant:
    """Return the grant for one object, or what has a date, with those that the command, the job or the text handles, too."""
    if (dated := _DATED.fullmatch(grant.resources[0])) is not None:
        note = f"The name {dated['name']} ends in a date: to cover other days, too, end the ARN with {dated['stem']}*."
        return attrs.evolve(grant, notes=(note, *grant.notes))
    objects = transfer_objects(grant.resources[0], denial.failure.text)
    if "/AWSDynamoDB/" in grant.resources[0] and "s3:PutObject" not in grant.action:
        # Each export writes to another folder, but who reads one does not need the others.
        objects = None
    # A version is that of one object.
    others = None if objects or "Version" in grant.action else next_objects(grant.resources[0])
    if others is not None:
        return attrs.evolve(grant, notes=(f"{NEXT_OBJECTS}{others} as Resource.", *grant.notes))
    if objects is None:
        return _widen_as_stated(grant, denial.failure.text)
    return attrs.evolve(grant, resources=(objects,), notes=(*grant.notes, _ALL_OBJECTS))


def _adapt_to_client(grant: Grant, denial: Denial) -> Grant:
    """Return a grant of bearer tokens for the service that asks for them, or that of mail with what SMTP proves."""
    if grant.action == "ses:SendRawEmail":
        over_smtp = (_MAIL_OVER_SMTP,) if _SMTP_DENIAL.search(denial.failure.text) else ()
        return attrs.evolve(grant, notes=(*over_smtp, *grant.notes))
    services = (each for prefix, each in tasks.SERVICES_OF_TOKENS.items() if prefix in denial.failure.text)
    service = next(services, None)
    if service is None:
        return grant
    allowed = (each for policy in denial.context.policies for each in policy.allows)
    # Only a login to CodeArtifact needs what reads policies.
    from iamtriage.explaining._rules.shared.policies.statement_matching import names_action

    has_login = any(names_action(each, "codeartifact:GetAuthorizationToken") for each in allowed)
    why = f"{_IN_NAME_OF_CALLER}{_BESIDES if has_login else ''}"
    return attrs.evolve(grant, conditions=token_condition(service), notes=(*grant.notes, why))


def limit_to_attached(grant: Grant, denial: Denial) -> Grant:
    """Return a grant that attaches or detaches policies for the only policy that the text names for that.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#ck_PolicyARN
    """
    if _ATTACHES.fullmatch(grant.action) is None or grant.conditions:
        return grant
    arn = only_one({each["arn"] for each in _ATTACHED.finditer(denial.failure.text)})
    return grant if arn is None else attrs.evolve(grant, conditions={"ArnEquals": {"iam:PolicyARN": arn}})


def _paths_of_domain(arn: str, denial: Denial) -> str:
    """Return the resource of the actions of HTTP methods, which OpenSearch checks on paths.

    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html
    """
    from iamtriage.explaining._rules.shared.requirements.resource_policies import find_named_domain

    domain = find_named_domain(denial.failure.text)
    return f"{arn}/*" if domain is None else f"{arn}/*".replace("/DOMAIN/", f"/{domain['domain']}/")


def _widen_as_stated(grant: Grant, text: str) -> Grant:
    """Return the grant for a version with the objects for which a text says that the action without versions is allowed.

    >>> grant = Grant("s3:GetObjectVersion", ("arn:aws:s3:::site/a.html",))
    >>> _widen_as_stated(grant, "We have s3:GetObject on the whole bucket.").resources
    ('arn:aws:s3:::site/*',)
    """
    if "ObjectVersion" not in grant.action:
        return grant
    from iamtriage.explaining._context.readers.statements import find_said

    plain = grant.action.replace("Version", "", 1)
    bucket = grant.resources[0].partition("/")[0]
    said = re.compile(
        rf"\b{re.escape(plain)}\b[^\n;]{{0,80}}?(?:\b(?:whole|entire|complete) bucket|\ball (?:the )?(?:objects|keys)|{re.escape(bucket)}/\*)"
    )
    if "/" not in grant.resources[0] or '"Deny"' in text or next(find_said(text, said), None) is None:
        return grant
    note = f"The Resource is that of {plain} in the text."
    return attrs.evolve(grant, resources=(f"{bucket}/*",), notes=(*grant.notes, note))


def _find_lasting_resource(arn: str, denial: Denial) -> tuple[str, str] | None:
    """Return the ARN of what the next attempts need instead, with a note, if the denied one changes with each."""
    if denial.policy_type == "session" and (own := _find_place_of_session(arn, denial)):
        return own, "The Resource covers all that the session is for, by its name."
    if (asked := _find_asked(arn, denial)) is not None:
        noun = next(filter(asked.group, _NOUNS))
        return f"{asked['stem']}*", f"Each {_NOUNS[noun]} has another ID, so the Resource ends with *."
    if (leased := _LEASED.fullmatch(arn)) is not None:
        return f"{leased['users']}*", _EACH_LEASE
    stem, _, revision = arn.rpartition(":")
    if "-definition/" in stem and re.search(
        rf"{re.escape(stem)}:(?!{re.escape(revision)}\b)\d+\b", denial.failure.text
    ):
        return f"{stem}:*", "Each deployment registers another revision, so the Resource ends with *."
    found, text = _PULUMI_NAME.fullmatch(arn), denial.failure.text
    if found and re.search(rf"\baws:[\w/]{{2,60}}:\w{{1,60}} \({re.escape(found['name'])}\)", text):
        return f"{found['start']}*{found['rest'] or ''}", _ENDS_NAME.format("Pulumi")
    found = _RANDOM_NAME.fullmatch(arn)
    if found is None:
        return None
    from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment

    deployment = find_deployment(denial.failure, denial.facts)
    if deployment is None or deployment.status in {"UPDATE_FAILED", "DELETE_FAILED"}:
        return None
    if not deployment.is_terraform and found["stack"]:
        # The name can have only the start of the logical ID, or the CDK only the start of it in its path.
        part = found["start"].rstrip("-").rpartition("-")[2].lower()
        logical = (deployment.resource or "").partition("/")[0].lower()
        if not (part and logical and (part.startswith(logical) or logical.startswith(part))):
            return None
    elif not (deployment.is_terraform and found["terraform"]):
        return None
    return f"{arn[: found.end('start')]}*{found['rest'] or ''}", _ENDS_NAME.format(deployment.tool)


def _find_asked(arn: str, denial: Denial) -> re.Match[str] | None:
    asks = _ASKS.match(denial.action or "") if may_find(_OF_EACH_CALL, arn) else None
    found = None if asks is None else _OF_EACH_CALL.fullmatch(arn)
    # Who stops a job of an account does not have to stop all others.
    has_parent = found is not None and (found["execution"] or found["runs"])
    return None if asks and asks["changes"] and not has_parent else found


def cover_each_call(arn: str, denial: Denial) -> str:
    """Return the ARN of a resource, or the pattern for all of its kind if the program creates another one for each call."""
    group, stream, _ = arn.partition(":log-stream:")
    if stream:
        # Each run writes to another one.
        return f"{group}:*"
    asked = _find_asked(arn, denial)
    return arn if asked is None else f"{asked['stem']}*"


def _find_place_of_session(arn: str, denial: Denial) -> str | None:
    """Return the ARN of all objects below the folder with the name of the session, such as that of a tenant."""
    session: str | None = getattr(denial.principal, "session_name", None)
    bucket, slash, key = arn.partition("/")
    if not session or not slash or ":s3:::" not in bucket or session not in key.split("/")[:-1]:
        return None
    return f"{bucket}/{f'/{key}'.partition(f'/{session}/')[0]}/{session}/*".replace("//", "/")


def required_statement(denial: Denial, conditions: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the statement that allows the request under conditions, or ``None`` if the action is unknown."""
    grant = required_grant(denial)
    return None if grant is None else build_statement(attrs.evolve(grant, conditions=dict(conditions)))


def _limit_to_creation(grant: Grant, denial: Denial) -> Grant:
    """Return the grant of tagging with the call that creates the resources, and all that it tags.

    Without the condition, the caller could change the tags of all resources.
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
    """
    from iamtriage.explaining._rules.shared.messages.decisions import request_values

    key = f"{grant.action.partition(':')[0]}:CreateAction"
    values, resource = request_values(denial.facts, key), grant.resources[0]
    created = only_one(values)
    if created is None and resource.endswith("/*") and _CREATING.match(denial.operation or ""):
        created = denial.operation
    if created is None or len(grant.resources) != 1:
        return _name_next(grant)
    is_tagged = grant.action == "ec2:CreateTags" and resource.endswith("/*")
    kinds = _TAGGED_BY.get(created, ()) if is_tagged else ()
    prefix = resource.rpartition(":")[0]
    # A fleet launches its instances with RunInstances.
    calls = (created, "RunInstances") if created == "CreateFleet" else (created,)
    note = f"{TAGGING_CALL}, which requires {grant.action}: {created} itself was not denied."
    stated = set(_TAGGED_TYPE.findall(denial.failure.text))
    if resource.rpartition(":")[2].removesuffix("/*") in stated and not _TEMPLATE.search(denial.failure.text):
        kinds = tuple(each for each in kinds if each in stated)
    elif kinds:
        others = [f"{each}/*" for each in kinds if not resource.endswith(f":{each}/*")]
        note += f" AWS names one type at a time: add {join_words(others, 'and')} if the call tags them, too."
        kinds = ()
    return attrs.evolve(
        grant,
        resources=tuple(dict.fromkeys((resource, *(f"{prefix}:{kind}/*" for kind in kinds)))),
        conditions={"StringEquals": {key: calls if len(calls) > 1 else created}},
        notes=(f"{note} The condition {key} limits it to such calls.",),
    )


def _name_next(grant: Grant) -> Grant:
    """Return a grant of tagging in SageMaker with what covers the resources that are created next.

    https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html#grant-tagging-permissions
    """
    found = (
        _TAGGED_IN_SAGEMAKER.fullmatch(grant.resources[0]) if grant.action == "sagemaker:AddTags" else None
    )
    if found is None:
        return grant
    note = f"SageMaker tags each {found['kind']} when it is created: to cover the next ones, too, end the Resource with {found['parent']}*."
    return attrs.evolve(grant, notes=(note, *grant.notes))


def token_condition(service: str) -> dict[str, dict[str, str]]:
    """Return the condition that limits bearer tokens to one service.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
    """
    return {"StringEquals": {"sts:AWSServiceName": service}}


def why_star(denial: Denial, resource: str) -> str | None:
    """Return that only ``*`` as the resource allows a call that names none and needs none."""
    grant = None if resource else required_grant(denial)
    if grant is None or grant.resources != ("*",):
        return None
    return f"The call names no resource: only a statement with the Resource * allows {denial.action}, and no ARN matches."


def find_named_resource(denial: Denial) -> str | None:
    """Return the resource of a denial as an ARN, also if the message has only its name, as IAM writes "role app"."""
    if denial.resource is None or denial.resource_arn is not None or denial.action is None:
        return denial.resource
    grant = build_grant(denial.action, denial.resource, denial.location)
    named = grant.resources if grant is not None and grant.known else ()
    return named[0] if len(named) == 1 and not find_placeholders(named[0]) else denial.resource
