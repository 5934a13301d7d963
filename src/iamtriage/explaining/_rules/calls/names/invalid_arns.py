"""Explain ARNs that EKS, STS or the authenticator rejects.

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html and ``pkg/arn`` of
https://github.com/kubernetes-sigs/aws-iam-authenticator.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_argument
from iamtriage.arns._principals import InstanceProfile, Role, User
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.names import entry_arns
from iamtriage.explaining._rules.calls.roles import account_roles
from iamtriage.explaining._rules.calls.services import service_kinds
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import repeat_command
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.principals import arn_diagnosis
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.failures._failures import InvalidArn

_SERVICE_LINKED = lazy_pattern(r"principalArn value of a Service Linked Role")
_ANNOTATION = "eks.amazonaws.com/role-arn"
_ACCESS_ENTRY = lazy_pattern(r"principalArn|AccessEntry|Access Entry|access-entry|AccessPolicy")
_STS_CALL = lazy_pattern(r"Request ARN is invalid|AssumeRole|role-arn|AWS_ROLE_ARN")
_AUTHENTICATOR = lazy_pattern(
    r"recognized partition|valid service for identities|arn: invalid prefix|arn: not enough sections|aws-auth"
    r"|rolearn|userarn|mapRoles|mapUsers"
)
ARN_NOT_ACCEPTED = CauseType(
    "arn-not-accepted",
    title="The ARN is invalid for the call",
    text="STS does not accept the value as a role ARN.",
    recognised_by='A message such as "Request ARN is invalid", or one of the authenticator on a rolearn or userarn.',
    fix="Use the ARN of a role in the form that the call expects.",
    sources=(pages.ASSUME_ROLE,),
)
NOT_AN_ARN = CauseType(
    "not-an-arn",
    title="The value is not an ARN",
    text="The setting contains only the role's name, or quotes or whitespace around the ARN.",
    fix="Use the whole ARN without quotes or spaces.",
    recognised_by="The text shows a setting without an ARN, or with quotes or whitespace around it.",
    sign=r"--role-arn[ =][\"']?(?!arn:|\$|<)[\w+=,.@/-]{1,64}|\brole_arn ?= ?[\"']?(?!arn:|\$|<)[\w+,.@/-]{2,64}"
    # Whitespace or a second pair of quotes around an ARN.
    r"|[\"'](?:[ \t]{1,8}arn:aws[^\"'\s]{1,600}[ \t]{0,8}|arn:aws[^\"'\s]{1,600}[ \t]{1,8})[\"']|=(?:'\"|\"')arn:aws[^\"'\s]{1,600}",
    remedy="Correct the ",
    of="arn-not-accepted",
)
_OF_JOB = lazy_pattern(
    r"\bsts assume-role-with-web-identity\b|(?i:circleci|buildkite|bitbucket|configure-aws-credentials)"
)
VARIABLE_NOT_REPLACED = CauseType(
    "variable-not-replaced",
    title="A variable in the ARN was not replaced",
    fix="Set the variable, and print the ARN before the call.",
    recognised_by="The ARN in the text contains a variable.",
    sign=r"\barn:aws[\w-]{0,10}:iam::(?:\$\{?\w{1,40}\}?|\{\{ ?[\w.]{1,40} ?\}\}|<[\w -]{1,40}>|:)",
    of="arn-not-accepted",
)


def explain_invalid_arn(case: Case[InvalidArn]) -> Explanation:
    """Explain that an ARN or principal is rejected as an argument."""
    context = clusters.failure_context(case)
    # The failure's own sentence comes first, because the text around it can describe another failure.
    if "ENHANCED_MONITORING" in context and account_roles.ACCOUNT_ROLE_MISSING.search(case.text):
        return account_roles.explain_missing_setting(case)
    if service_kinds.NO_GRANTEE in case.failure.text:
        return service_kinds.explain_grantee(case)
    for message in (clusters.failure_sentence(case), context):
        if _SERVICE_LINKED.search(message):
            return entry_arns.explain_service_linked_role(case)
        if _ACCESS_ENTRY.search(message):
            return entry_arns.explain_entry_arn(case, message)
        if _STS_CALL.search(message):
            return _explain_role_arn(case, context)
        if _AUTHENTICATOR.search(message):
            return _explain_aws_auth_arn(case, context)
    return _explain_other(case, context)


# What a program took for a role.
_PROVIDER = lazy_pattern(
    r"(?i)(?<![:/])\brole\b(?!/)(?:(?!\barn:|provider)[^\n]){0,80}(?P<arn>arn:aws[\w-]{0,12}:iam::[^:\s]{1,20}:saml-provider/[\w.-]{1,128})(?![\w.,-])"
)


def _explain_provider(provider: str) -> tuple[str, Cause, Remedy]:
    text = "Each value of the Role attribute has two ARNs, and the program takes that of the provider for the role."
    return (
        f"STS rejected the role to assume: {clip_text(provider)} is the ARN of a SAML provider, not of a role.",
        arn_diagnosis.NOT_A_ROLE.cause("derived", text=text),
        your_remedy(
            "Swap the two ARNs in the Role attribute of the SAML application",
            "AWS accepts both orders, but some programs do not: write ROLE_ARN,PROVIDER_ARN as PROVIDER_ARN,ROLE_ARN, or the other way round, in the application of the identity provider. Both ARNs must be there.",
            "Or use a newer version of the program, which tells the ARNs apart.",
            url=pages.SAML,
        ),
    )


def _explain_role_arn(case: Case[InvalidArn], message: str) -> Explanation:
    if (provider := _PROVIDER.search(case.text)) is not None:
        summary, cause, remedy = _explain_provider(provider["arn"])
        return case.explain(summary, cause, topic="role-arn-malformed", remedies=remedy)
    arn = entry_arns.find_rejected_arn(case, message)
    # Jobs of GitLab and others make the call themselves, with a token of their own.
    is_own_call = _OF_JOB.search(case.text) is not None
    is_in_pod = ("WebIdentity" in message and not is_own_call) or clues.mentions_kubernetes(case)
    is_role = isinstance(try_parse_principal(arn.text), Role) and arn.diagnosis is None
    causes = arn.causes(ARN_NOT_ACCEPTED.cause("reported"))
    if is_role:
        causes.append(NOT_AN_ARN.cause(text="The setting contains quotes or whitespace around the ARN."))
        if clues.find_region(case) is None:
            other = "The ARN has another partition than the Region of the call: in China it is aws-cn, in GovCloud aws-us-gov."
            causes.append(arn_diagnosis.PARTITION_OF_ARN.cause(text=other))
    elif arn.diagnosis is None:
        other = "It is the ARN of a session, an instance profile, a user or a policy."
        causes += [
            NOT_AN_ARN.cause(),
            VARIABLE_NOT_REPLACED.cause(),
            arn_diagnosis.NOT_A_ROLE.cause(text=other),
        ]
    lookup, correct_arn = arn.lookup_command, arn.correct_arn
    # The value in the text failed: the nested command prints the right one.
    new_arn = f'"$({lookup})"' if is_role else commands.arn(correct_arn, "ROLE_ARN")
    change = {} if correct_arn is None else {"role-arn": quote_argument(correct_arn)}
    called = case.context.command if change else None
    repeated = repeat_command(called, "sts", "assume-role", changes=change, of_region=clues.find_region(case))
    correct = your_remedy(
        "Correct the role ARN" + (", if it is set elsewhere" if is_in_pod else ""),
        *_correction_steps(arn),
        commands=repeated or lookup,
        url=pages.OIDC_ROLES if is_in_pod else pages.ASSUME_ROLE,
    )
    look_up = lookup if isinstance(arn.principal, InstanceProfile) else None
    reason = arn.describe("the value is not a valid role ARN.")
    if arn.text is not None and ":policy/" in arn.text:
        reason = f"{clip_text(arn.text)} is the ARN of a policy, not of a role."
    rejected = "the role to assume"
    if correct_arn is not None and arn.principal is None and arn.text is not None:
        rejected = clip_text(arn.text)
    of_provider = ""
    if is_in_pod and correct_arn is not None and arn.is_of_other_partition:
        start = correct_arn.partition("iam:")[0]
        of_provider = f" The ARN of the OIDC provider in the trust policy must begin with {start}, too."
    return case.explain(
        f"STS rejected {rejected}: {reason}",
        *causes,
        topic="role-arn-malformed",
        remedies=(
            _annotation_remedy(case, new_arn, look_up) if is_in_pod else None,
            None if is_in_pod and _ANNOTATION in case.text else correct,
        ),
        notes=f"AWS evaluated no policy yet, so neither an IAM policy nor the trust policy helps.{of_provider}",
    )


def _annotation_remedy(case: Case[InvalidArn], role_arn: str, lookup: str | None) -> Remedy:
    account = "serviceaccount SERVICE_ACCOUNT -n NAMESPACE"
    path = r"'jsonpath={.metadata.annotations.eks\.amazonaws\.com/role-arn}'"
    # A nested command stays unquoted, so that the shell runs it.
    value = role_arn if role_arn.startswith('"$(') else quote_argument(role_arn)
    annotate = f"kubectl annotate {account} --overwrite {_ANNOTATION}={value}"
    correct = (f"kubectl get {account} -o {path}", Labelled("If it prints the rejected ARN:", annotate))
    return cluster_remedy(
        "Correct the annotation of the service account",
        "The last command re-creates the pods, which get the ARN when they are created. Correct the manifest or chart, too.",
        commands=(
            lookup,
            *((annotate,) if _ANNOTATION in case.text else correct),
            clusters.restart_command(case),
        ),
        url=pages.EKS_IRSA,
    )


def _correction_steps(arn: entry_arns.RejectedArn) -> tuple[str, ...]:
    if arn.text is not None and arn.is_of_other_partition:
        partition = arn.text.split(":")[1]
        return (
            f"Use {arn.correct_arn}.",
            f"If the role is in the partition {partition}, set a Region of {partition} instead.",
        )
    if arn.correct_arn is not None and arn.principal is None:
        return (
            f"Write {clip_text(arn.correct_arn)} in role_arn of the profile, in AWS_ROLE_ARN, or where else the program gets it.",
            "The command prints the ARN as IAM has it.",
        )
    return (
        "It is role_arn in the profile, AWS_ROLE_ARN in the environment, or an argument of the program.",
        "The form is arn:aws:iam::account:role/path/name. In China and GovCloud, the partition is aws-cn or aws-us-gov.",
    )


def _explain_aws_auth_arn(case: Case[InvalidArn], message: str) -> Explanation:
    arn = entry_arns.find_rejected_arn(case, message, "aws-auth")
    steps = () if arn.correct_arn is None else (f"Replace it with {clip_text(arn.correct_arn)}.",)
    reported = ARN_NOT_ACCEPTED.cause(
        "reported", text="The authenticator does not accept the ARN as a principal."
    )
    return case.explain(
        f"The cluster's authenticator rejected an ARN in aws-auth: {arn.describe('it is not that of a role or user.')}",
        *arn.causes(reported),
        topic="aws-auth-arn",
        remedies=cluster_remedy(
            "Correct the entry in aws-auth",
            *steps,
            "The command iamtriage aws-auth lint names the invalid lines, and iamtriage aws-auth fix corrects a file.",
            commands=(commands.aws_auth_command(), "kubectl -n kube-system edit configmap aws-auth"),
            url=pages.EKS_AUTH_CONFIGMAP,
        ),
        notes="The authenticator ignores an invalid entry; the others stay in effect.",
    )


# What CloudFormation says of a name.
_ROLE_NAME = lazy_pattern(
    r"(?a)(?<![\w+=,.@/-])(?!(?:It|This|That|Value|value|arn)\b)([\w+=,.@-]{2,64}) is not a valid (?:IAM |iam )?[Rr]ole ?(?:ARN|arn)"
)


def _explain_other(case: Case[InvalidArn], message: str) -> Explanation:
    arn = entry_arns.find_rejected_arn(case, message)
    summary = "An ARN is malformed, or the parameter expects the ARN of another resource type, account or partition."
    if arn.text is not None and arn.diagnosis is not None:
        summary = f"The ARN {clip_text(arn.text)} is invalid: {arn.describe('')}"
    steps = ["An ARN has six parts: arn:PARTITION:SERVICE:REGION:ACCOUNT_ID:RESOURCE."]
    if arn.correct_arn is not None:
        steps.insert(0, f"The ARN of the role is {clip_text(arn.correct_arn)}.")
    is_known = arn.diagnosis is not None or arn.principal is not None
    title, line = "Look up the complete ARN", arn.lookup_command
    if arn.diagnosis is not None and isinstance(arn.principal, User):
        title, line, steps = "Use the ARN of a role", "aws iam list-roles --query 'Roles[].Arn'", []
    elif arn.text is None and (name := _ROLE_NAME.search(message)) is not None:
        summary = f"{name[1]} is at most the name of a role: the parameter expects the ARN."
        is_known, steps = True, []
        line = f"aws iam get-role --role-name {commands.role_name(name[1])} --query Role.Arn --output text"
    return case.explain(
        summary,
        *arn.causes(ARN_NOT_ACCEPTED.cause("reported", text="The call rejects the ARN itself.")),
        topic="invalid-arn",
        remedies=your_remedy(
            title,
            *steps,
            commands=line if is_known else None,
            url="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
        ),
        notes="An IAM policy does not help: the argument is invalid.",
    )
