"""Explain denials of ``iam:PassRole``.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.actions._operation_resources import role_parameters
from iamtriage.arns._principals import Role, ServiceLinkedRole
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY, ONE_POLICY_TYPE
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Evidence, Explanation, Remedy
from iamtriage.explaining._rules.denials.conditions import role_recipients
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.common_causes import PASS_ROLE
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.principals.arn_diagnosis import lookup_command
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.requirements.required_grants import required_grant
from iamtriage.explaining._rules.shared.requirements.services import RoleRecipient
from iamtriage.explaining._rules.shared.texts import cdk_bootstrap
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary, reason_lines
from iamtriage.policies._grants import Grant

# Services with a second name in China; AWS managed policies allow both.
_OTHER_NAME_IN_CHINA = frozenset(
    {"ec2.amazonaws.com", "application-autoscaling.amazonaws.com", "elasticmapreduce.amazonaws.com"}
)
# How a command, a log or a request names the role that it passes. A pattern that begins with a word is fast.
_NAMES_ROLE = lazy_pattern(
    r"(?a)ole(?:(?<=role)(?:-arn|-name)?[ =]|(?<=[Rr]ole)(?:[ _]?(?:[Aa]rn|ARN|[Nn]ame))?[\"']?\s{0,8}[:=])"
)
_ROLE_SETTING = lazy_pattern(
    r"(?a)(?:(?P<option>--(?:[a-z]{2,20}-){0,3}role(?:-arn|-name)?)[ =]|\b(?P<name>(?:[a-z]{2,20}_){0,2}(?:[A-Za-z]{2,20}[ _]?)?[Rr]ole(?:[ _]?(?:[Aa]rn|ARN|[Nn]ame))?)[\"']?\s{0,8}[:=]\s?)"
    r"[\"']?(?P<role>arn:aws[a-z-]{0,10}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,576}|[A-Za-z][\w+=,.@-]{1,63})(?![\w./…:*])"
)
# What is not the purpose of a role in the name of a parameter.
_PURPOSE = lazy_pattern(r"\A.*\.|[Ii][Aa][Mm]|[Rr]ole|A[Rr][Nn]|Name|[Ss]ervice")

_BACKUP_ROLES = "https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html"
_OF_TASK = frozenset({"taskrolearn", "executionrolearn"})

ROLE_PASSED_WITHIN_CALL = CauseType(
    "role-passed-within-call",
    title="The call passes a role to a service",
    meaning="Services that work with a role of yours check iam:PassRole within the call that names the role.",
    recognised_by="The denied action is iam:PassRole, and the text shows which service was called.",
    fix="Allow the caller iam:PassRole on the role. The permission for the call itself is not missing.",
    of="pass-role",
)


def pass_role_grant(denial: Denial) -> Grant | None:
    """Return the grant to pass the role to the service of the call."""
    grant = required_grant(denial)
    if grant is None:
        return None
    recipient = role_recipients.role_recipient(denial) or role_recipients.guess_recipient(denial)
    names = recipient.passed_to if recipient else ("SERVICE.amazonaws.com",)
    if denial.location.partition == "aws-cn":
        names += tuple(f"{each}.cn" for each in names if each in _OTHER_NAME_IN_CHINA)
    value = names[0] if len(names) == 1 else names
    return attrs.evolve(grant, conditions={"StringEquals": {"iam:PassedToService": value}})


def explain_pass_role(denial: Denial) -> Explanation:
    """Explain that a caller is not allowed to pass a role to a service."""
    called = role_recipients.find_call(denial)
    recipient, role = role_recipients.role_recipient(denial, called), denial.target_role_text
    if denial_remedies.cut_resource(denial) is not None:
        role = "the role"
    elif denial.target_role is None:
        role = f"the role {denial.resource}" if denial.resource else "a role"
    elif principal_words.is_same_role(denial.role, denial.target_role):
        # A notebook does so for the job that it starts.
        role = "itself"
    unnamed = "" if denial.resource else " The message does not name the role."
    if (stated := _find_unnamed_role(denial)) is not None:
        role, unnamed = f"the role {stated.name}", " The message does not name the role, but the text does."
    elif unnamed and denial.operation is None:
        unnamed = " The message names neither the role nor the call that takes it."
    several = _find_passed_roles(denial, called) if stated is None else ()
    if several:
        role = f"the roles {join_words([each.name for each in several], 'and')}"
        unnamed = " The message does not say which role."
    if role == "the role":
        unnamed = " The text cuts off the role's ARN: it is a parameter of the call."
    guess = role_recipients.guess_recipient(denial) if recipient is None else None
    to = f"an AWS service, most likely {join_words(guess.passed_to, 'or')}" if guess else "an AWS service"
    if recipient is not None:
        to = join_words(recipient.passed_to, "or")
    if recipient is not None and len(recipient.passed_to) > 2:
        to = f"{recipient.passed_to[0]} or another service principal"
    evidence: Evidence = denial.policy_type_evidence if denial.policy_type == "identity" else "derived"
    if denial.action_evidence == "supplied":
        evidence = "supplied"
    caller, reasons = capitalize_start(denial.caller), reason_lines(denial)
    # The default role can be the one that was passed.
    deploys = role_recipients.is_deploy_role(denial) and "-cfn-exec-role-" not in (denial.resource or "")
    parameter = _find_parameter(
        denial, denial.target_role or stated, (None, None) if recipient is None else called
    )
    passed = "the same role" if role == "itself" else role
    if several:
        parameter = ""
    call = f"{caller} {role_recipients.describe_call(denial, f'{passed} to {to}{parameter}')}{unnamed}"
    if deploys:
        call += " The CDK assumed this role. Only its policies count, not those of the user or of the passed role. As cdk bootstrap creates it, it passes only the cfn-exec role of the bootstrap."
    text, causes = call, tuple[Cause, ...]()
    if evidence == "reported":
        # AWS reports the denial. Which call passes the role, and to which service, follows from the text.
        text = f"No identity-based policy of {denial.caller} allows it to pass {role}."
        if recipient or unnamed or deploys or parameter or denial.operation:
            causes = (ROLE_PASSED_WITHIN_CALL.cause("derived", text=call),)
    # The ARN of the message precedes the role.
    named = "the role" if denial.resource and role != "itself" else role
    return denial.explain(
        denial_summary(denial, _build_verdict(denial, f"at least one of {role}" if several else named, to)),
        PASS_ROLE.cause(evidence, reasons, text=text),
        *causes,
        topic="pass-role",
        remedies=lambda: (
            _allow_pass_remedy(denial, role, recipient, several or ((stated,) if stated else ())),
            _narrow_default_role_remedy(denial) if deploys else None,
            denial_remedies.authorization_details_remedy(denial),
        ),
        notes=(ONE_POLICY_TYPE, EVENTUAL_CONSISTENCY),
    )


def find_stated_role(denial: Denial) -> Role | None:
    """Return the only role that a setting in the text names, if it can be the passed one."""
    found: dict[str, Role] = {}
    caller = None if denial.role is None else (denial.role.account, denial.role.name)
    for setting in _find_settings(denial.failure.text):
        arn = named = setting["role"]
        if not named.startswith("arn:"):
            arn = f"arn:{denial.location.partition or 'aws'}:iam::{denial.account or ''}:role/{named}"
        role = principal_words.try_parse_principal(arn)
        # A session does not show the path of its role.
        if isinstance(role, Role) and (role.account, role.name) != caller:
            found[str(role)] = role
    return found.popitem()[1] if len(found) == 1 else None


def _find_unnamed_role(denial: Denial) -> Role | None:
    """Return the role whose ARN the text has, if the message does not name the passed one."""
    stated = None if denial.resource else find_stated_role(denial)
    return None if stated is None or str(stated) not in denial.failure.text else stated


def _find_passed_roles(denial: Denial, call: tuple[str | None, str | None]) -> tuple[Role, ...]:
    """Return the roles that the parameters of the call have in the text, if the message names none and they differ."""
    operation, service = call
    if denial.resource or operation is None or service is None:
        return ()
    names = {each.rpartition(".")[2].lower() for each in role_parameters(operation, service)}
    found: dict[str, Role] = {}
    for setting in _find_settings(denial.failure.text):
        name = _setting_name(setting)
        passed = principal_words.try_parse_principal(setting["role"]) if name in names else None
        if isinstance(passed, Role) and found.setdefault(name, passed) != passed:
            # Those of several calls.
            return ()
    roles = {str(each): each for each in found.values() if each.account in {None, denial.account}}
    return tuple(roles.values()) if len(roles) > 1 else ()


def _find_settings(text: str) -> Iterator[re.Match[str]]:
    return _ROLE_SETTING.finditer(text) if _NAMES_ROLE.search(text) else iter(())


def _name_unknown(denial: Denial) -> str:
    """Return the placeholder of the passed role, which is not that of any role if the text names several."""
    named = {each["role"] for each in _find_settings(denial.failure.text)}
    return "ROLE_ARN" if len(named) < 2 else "PASSED_ROLE_ARN"


def _setting_name(setting: re.Match[str]) -> str:
    return (setting["option"] or setting["name"]).lower().replace("-", "").replace("_", "")


# "kubectl get ec2nodeclass default -o jsonpath='{.spec.role}'", and what it prints.
_PRINTED_NODE_ROLE = r"(?i:\bec2nodeclass)[^\n]{0,100}\.spec\.role\b[^\n]{0,40}\n[\"']?"


def _find_parameter(denial: Denial, target: Role | None, call: tuple[str | None, str | None]) -> str:
    """Return in which parameter a call passes the role, if the text or the operation shows it."""
    operation, service = call
    text = denial.failure.text
    for setting in _find_settings(text) if target is not None else ():
        role = setting["role"]
        if target is not None and (role == denial.resource or role.rpartition("/")[2] == target.name):
            # The parameter of the operation says more than the key of a record.
            name = setting["option"] or (setting["name"] if denial.resource else None)
            if name is None:
                continue
            return f" in {'spec.role of the EC2NodeClass' if name == 'role' and 'EC2NodeClass' in text else name}"
    if target is not None and re.search(rf"{_PRINTED_NODE_ROLE}{re.escape(target.name)}\b", text):
        return " in spec.role of the EC2NodeClass"
    # Tasks have the roles of their task definition.
    if service is None or operation is None or operation in {"RunTask", "StartTask"}:
        return ""
    names = role_parameters(operation, service)
    role = ("" if target is None else target.name).lower().replace("-", "").replace("_", "")
    # "orders-rds-monitoring" is for MonitoringRoleArn. Both roles of an ECS task often have the word "task".
    purposes = {name: _PURPOSE.sub("", name).lower() for name in names}
    alike = [name for name, word in purposes.items() if word not in {"", "task"} and word in role]
    if len(alike) != 1:
        # Who knows the role needs no list of the parameters that it can be in.
        alike = [*names] if target is None or len(names) == 1 else []
    return f" in the parameter {join_words(alike, 'or')}" if alike else ""


def _build_verdict(denial: Denial, role: str, to: str) -> str:
    if denial.policy_type == "identity":
        return f"no identity-based policy allows it to pass {role} to {to}"
    if denial.deny == "implicit":
        return f"no policy allows it to pass {role} to {to}, and none denies it explicitly"
    return f"the caller is not allowed to pass {role} to {to}"


def _allow_pass_remedy(
    denial: Denial, role: str, recipient: RoleRecipient | None, stated: tuple[Role, ...]
) -> Remedy | None:
    if isinstance(denial.role, ServiceLinkedRole) and not denial.is_explicit:
        return _own_service_role_remedy(denial.role, role)
    if not denial_remedies.identity_allow_helps(denial):
        return None
    title = f"Allow {denial.caller} to pass {role}"
    grant = pass_role_grant(denial)
    if grant is not None and denial.resource is None:
        grant = attrs.evolve(grant, resources=tuple(map(str, stated)) or (_name_unknown(denial),))
    is_of_task = recipient is not None and recipient.principal == "ecs-tasks.amazonaws.com"
    other = _find_other_task_role(denial) if is_of_task else None
    allowing = (each for each in denial.context.allows if names_action(each, "iam:PassRole"))
    is_allowed = other is not None and any(names_resource(each, str(other)) for each in allowing)
    if grant is not None and other is not None and not is_allowed:
        grant = attrs.evolve(grant, resources=(*grant.resources, str(other)))
        title = f"Allow {denial.caller} to pass the roles {denial.target_role_name} and {other.name}"
    remedy = allow_remedy(denial, grant=grant, title=title, url=pages.PASS_ROLE)
    possible = [each.passed_to[0] for each in role_recipients.list_recipients(denial).values()][:3]
    last_step = f"iam:PassedToService limits the permission to the service that receives the role, such as {join_words(possible or ['lambda.amazonaws.com'], 'or')}."
    guess = role_recipients.guess_recipient(denial)
    if guess is not None:
        last_step = f"The text does not say which service receives the role: most likely {join_words(guess.passed_to, 'or')}. Replace the value if it is another one."
    if recipient is not None:
        last_step = role_recipients.describe_exception(denial, recipient, stated)
        if last_step and other is not None:
            which = f"the policy in the text allows {other.name} already"
            if not is_allowed:
                which = f"the policy includes {other.name}, which the caller must pass, too"
            last_step = f"AWS checks taskRoleArn and executionRoleArn one after the other, and names only the first that fails: {which}."
        if len(stated) > 1:
            last_step = "AWS checks the roles one after the other, so the caller must be allowed to pass all."
        if role_recipients.is_deploy_role(denial):
            last_step = f"{capitalize_start(role)} must trust {recipient.principal}, too."
    if remedy is None:
        return None
    if denial.resource is None and not stated:
        find = "Look at the command or code that failed: a parameter such as Role or RoleArn names the role. If IamInstanceProfile is set, aws iam get-instance-profile prints the role of the profile."
        remedy = attrs.evolve(
            remedy, steps=(find, *remedy.steps), commands=(lookup_command(None), *remedy.commands)
        )
    return attrs.evolve(remedy, steps=(*remedy.steps, last_step)) if last_step else remedy


def _own_service_role_remedy(linked: ServiceLinkedRole, role: str) -> Remedy:
    """Return the remedy for a service-linked role, whose policies nobody but its service can change.

    https://repost.aws/knowledge-center/aws-backup-encoded-authorization-failure
    """
    is_backup = linked.name == "AWSServiceRoleForBackup"
    return account_remedy(
        f"Use a service role instead of {linked.name}",
        "Only its service can change the policies of a service-linked role.",
        f"Start the {'restore' if is_backup else 'task'} with a service role{' (such as AWSBackupDefaultServiceRole)' if is_backup else ''} that is allowed iam:PassRole on {role}.",
        "Or restore the instance with no IAM role, and attach its instance profile afterwards."
        if is_backup
        else None,
        url=_BACKUP_ROLES if is_backup else pages.SERVICE_LINKED,
    )


def _find_other_task_role(denial: Denial) -> Role | None:
    """Return the other role of the only task definition in the text, which the same call passes."""
    settings = _find_settings(denial.failure.text)
    stated = {each["role"] for each in settings if _setting_name(each) in _OF_TASK}
    others = stated - {denial.resource}
    other = None
    if len(others) == 1 < len(stated):
        other = principal_words.try_parse_principal(others.pop())
    passed = denial.target_role
    is_of_account = passed is not None and getattr(other, "account", None) == passed.account
    return other if isinstance(other, Role) and is_of_account else None


def _narrow_default_role_remedy(denial: Denial) -> Remedy:
    """Return the remedy that limits the role with which the CDK deploys, instead of passing another one.

    https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
    """
    found = cdk_bootstrap.ROLE.match("" if denial.role is None else denial.role.name)
    options: tuple[str, ...] = ()
    account, region = "ACCOUNT_ID", "REGION"
    if found is not None and found["account"]:
        options = cdk_bootstrap.qualifier_options(found["qualifier"])
        account, region = found["account"], found["region"]
    policies = f"--cloudformation-execution-policies arn:{denial.location.partition or 'aws'}:iam::{account}:policy/POLICY_NAME"
    return account_remedy(
        "Or deploy without -r (--role-arn), and limit the cfn-exec role with cdk bootstrap --cloudformation-execution-policies",
        "The bootstrap gives the role AdministratorAccess unless the option names other policies. POLICY_NAME is the policy of the narrow role.",
        "Or use CliCredentialsStackSynthesizer in the app: the CDK then deploys with your own credentials, which need iam:PassRole.",
        commands=" ".join(
            ("npx cdk bootstrap", *options, policies, f"aws://{account}/{commands.region(region)}")
        ),
        url="https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html",
    )
