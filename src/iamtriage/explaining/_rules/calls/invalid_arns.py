"""Explain ARNs that EKS, STS or the authenticator rejects.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html,
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html and ``pkg/arn`` of
https://github.com/kubernetes-sigs/aws-iam-authenticator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_argument
from iamtriage.arns._principals import InstanceProfile, Role, RoleSession
from iamtriage.arns._role_arns import role_lookup_command
from iamtriage.explaining._cause_types import Cause, CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.calls.malformed_policies import PRINCIPAL_NOT_THERE, PRINCIPAL_TOO_NEW
from iamtriage.explaining._rules.calls.missing_resources import MANAGED_POLICY, explain_managed_policy
from iamtriage.explaining._rules.shared import arn_diagnosis, clues, clusters, commands, pages
from iamtriage.explaining._rules.shared.arn_diagnosis import ArnDiagnosis
from iamtriage.explaining._rules.shared.commands import fill_command, repeat_command
from iamtriage.explaining._rules.shared.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.services import ASSUME_ROLE
from iamtriage.explaining._rules.shared.text_signs import change_in_code, find_deployment
from iamtriage.explaining._rules.sts.service_trust import explain_untrusted_role
from iamtriage.sts._endpoints import find_endpoint

if TYPE_CHECKING:
    from iamtriage.arns._principals import Principal
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidArn


SERVICE_LINKED = lazy_pattern(r"principalArn value of a Service Linked Role")
_UNKNOWN_PRINCIPAL = lazy_pattern(r"principalArn is invalid")


PRINCIPAL_NOT_ACCEPTED = CauseType(
    "principal-not-accepted",
    title="EKS rejects the principal ARN of an access entry",
    meaning="EKS does not accept the ARN as the principal of an access entry, because it finds no such role or user or because the form is wrong.",
    recognised_by="The message says that the principalArn is invalid or has the wrong format.",
    fix="Use the ARN of the IAM role or user with its path, as IAM prints it.",
    sources=(pages.EKS_ACCESS_ENTRIES, pages.CONSISTENCY),
)


def parse_principal(text: str | None) -> Principal | None:
    return try_parse_principal(text) or (
        None if text is None else arn_diagnosis.parse_principal_of_masked_account(text)
    )


def _diagnosis_causes(text: str | None, diagnosis: ArnDiagnosis | None) -> tuple[Cause, ...]:
    if diagnosis is None or text is None:
        return ()
    because = [f"The rejected ARN is {text}"]
    if diagnosis.correct_arn is not None:
        because.insert(0, f"The correct ARN is {diagnosis.correct_arn}")
    return (diagnosis.cause.cause("derived", tuple(because), text=diagnosis.text),)


def _describe_reason(diagnosis: ArnDiagnosis) -> str:
    """Return what is wrong with an ARN, as the end of a sentence."""
    reason = diagnosis.text.removeprefix("The ARN breaks a rule: ")
    return f"{reason[:1].lower()}{reason[1:]}"


_WAIT = your_remedy(
    "Wait, if the role was just created",
    "A new role or user takes a few seconds to propagate. In Terraform, let the entry depend on the role, and apply again.",
    url=pages.CONSISTENCY,
)


def _explain_entry_arn(case: Case[InvalidArn], message: str) -> Explanation:
    cluster = clusters.find_cluster(case)
    text = clusters.find_entry_arn(case)
    diagnosis = None
    if text is not None:
        diagnosis = arn_diagnosis.diagnose_arn(text, "access-entry") or _diagnose_partition(case, text)
    is_of_partition = diagnosis is None or diagnosis.cause is not arn_diagnosis.PARTITION_OF_ARN
    entry_arn = text if is_of_partition or diagnosis is None else diagnosis.correct_arn
    principal = parse_principal(entry_arn)
    mapped = build_cluster_principal(try_parse_principal(entry_arn), "the principal")
    if not mapped.is_known and isinstance(principal, InstanceProfile | Role | RoleSession):
        # The account is masked, or the ARN is an instance profile's. A command can still look up the ARN.
        argument = f'"$({arn_diagnosis.lookup_command(principal)})"'
        mapped = attrs.evolve(mapped, entry_argument=argument, entry_refusal=None)
    is_unknown = _UNKNOWN_PRINCIPAL.search(message) is not None
    reported, reason = "EKS does not accept an ARN of this form.", "it is not the ARN of a role or user."
    if is_unknown:
        reported, reason = "EKS finds no IAM principal with this ARN.", "no role or user has this ARN."
    causes = [PRINCIPAL_NOT_ACCEPTED.cause("reported", text=reported), *_diagnosis_causes(text, diagnosis)]
    lookup = arn_diagnosis.lookup_command(principal)
    if diagnosis is None:
        causes += _possible_causes(is_unknown=is_unknown)
        if is_unknown:
            # The stated ARN would be rejected again.
            mapped = attrs.evolve(mapped, entry_argument=f'"$({lookup})"', entry_refusal=None)
    else:
        lookup, reason = diagnosis.lookup_command or lookup, _describe_reason(diagnosis)
    repeated = repeat_command(
        context_of(case.facts).command,
        *("eks", "create-access-entry"),
        changes={"principal-arn": mapped.new_entry_argument},
        of_region=cluster.region,
    )
    deployment = find_deployment(case.failure, case.facts)
    used = (
        ", and the second uses it" if deployment is None and mapped.entry_argument.startswith('"$(') else ""
    )
    is_terraform = deployment is not None and deployment.tool == "Terraform"
    by_hand = cluster_remedy(
        "Look up the full ARN, and create the access entry with it",
        f"The {'first ' if deployment is None else ''}command prints the ARN with its path, if it has one{used}. An access entry requires the path; aws-auth, in contrast, requires the ARN without it.",
        *present(mapped.entry_refusal),
        "Use credentials of the account that owns the role or user.",
        commands=(lookup, repeated or mapped.create_entry_command(cluster)),
        url=pages.EKS_ACCESS_ENTRIES,
    )
    session = (_SESSION_CONTEXT,) if is_terraform and isinstance(principal, RoleSession) else ()
    remedies = [change_in_code(by_hand, deployment, "principal_arn", *session)]
    if is_unknown and diagnosis is None:
        remedies.append(_WAIT)
    return case.explain(
        f"EKS rejects the ARN for an access entry: {reason}",
        *causes,
        topic="access-entry-principal",
        remedies=tuple(remedies),
        notes=("An IAM policy does not help: the call was allowed, but its argument is invalid.",),
    )


# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_session_context
_SESSION_CONTEXT = "If it is data.aws_caller_identity.current.arn, use data.aws_iam_session_context.current.issuer_arn, with that ARN as its arn."


def _possible_causes(*, is_unknown: bool) -> list[Cause]:
    if not is_unknown:
        text = "It is the ARN of a session, as aws sts get-caller-identity prints it, or an incomplete ARN."
        return [arn_diagnosis.SESSION_ARN.cause(text=text)]
    return [
        arn_diagnosis.PATH_MISSING.cause(text="The role has a path that the ARN lacks."),
        PRINCIPAL_NOT_THERE.cause(text="The name or account is misspelled, or the role or user was deleted."),
        PRINCIPAL_TOO_NEW.cause(),
    ]


def _explain_service_linked_role(case: Case[InvalidArn]) -> Explanation:
    cluster = clusters.find_cluster(case)
    return case.explain(
        "EKS does not allow changes to access entries of service-linked roles.",
        arn_diagnosis.SERVICE_LINKED_ROLE.cause(
            "reported",
            text="The principalArn is a service-linked role. EKS manages the entries of its own service-linked roles.",
        ),
        topic="access-entry-service-linked",
        remedies=(
            cluster_remedy(
                "Remove the entry",
                "Remove the role from the list, script or Terraform configuration: its path begins with /aws-service-role/.",
                "For people and programs, use a role that they assume.",
                commands=(cluster.eks_command("list-access-entries"),),
                url=pages.EKS_ACCESS_ENTRIES,
            ),
        ),
    )


_ANNOTATION = "eks.amazonaws.com/role-arn"
_CHARS_OF_SETTING = 120
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
VARIABLE_NOT_REPLACED = CauseType(
    "variable-not-replaced",
    title="A variable in the ARN was not replaced",
    fix="Set the variable, and print the ARN before the call.",
    recognised_by="The ARN in the text contains a variable.",
    sign=r"\barn:aws[\w-]{0,10}:iam::(?:\$\{?\w{1,40}\}?|\{\{ ?[\w.]{1,40} ?\}\}|<[\w -]{1,40}>|:)",
    of="arn-not-accepted",
)
WRONG_RESOURCE_TYPE = CauseType(
    "wrong-resource-type",
    title="The ARN is that of another type of resource",
    text="The parameter expects the ARN of another resource type, account or partition, or of an existing resource.",
    fix="Use an ARN of the type, account and partition that the parameter expects.",
    of="arn-not-accepted",
)


def explain_invalid_arn(case: Case[InvalidArn]) -> Explanation:
    """Explain that an ARN or principal is rejected as an argument."""
    context = clusters.failure_context(case)
    # The failure's own sentence comes first, because the text around it can describe another failure.
    if "ENHANCED_MONITORING" in context:
        return _explain_monitoring_role(case, context)
    for message in (clusters.failure_sentence(case), context):
        if SERVICE_LINKED.search(message):
            return _explain_service_linked_role(case)
        if _ACCESS_ENTRY.search(message):
            return _explain_entry_arn(case, message)
        if "PodIdentityAssociation" in (case.failure.envelope.operation or ""):
            return _explain_association_role(case, context)
        if _STS_CALL.search(message):
            return _explain_role_arn(case, context)
        if _AUTHENTICATOR.search(message):
            return _explain_aws_auth_arn(case, context)
    return _explain_other(case, context)


def _explain_monitoring_role(case: Case[InvalidArn], message: str) -> Explanation:
    """Explain that RDS cannot use the role for Enhanced Monitoring, which it calls an invalid ARN.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    """
    arn = clues.find_role_arn(message)
    principal = try_parse_principal(arn)
    role = principal.name if isinstance(principal, Role) else None
    policy = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    explanation = explain_untrusted_role(case, "monitoring.rds.amazonaws.com", ASSUME_ROLE, arn)
    attach = account_remedy(
        "Attach AmazonRDSEnhancedMonitoringRole to the role",
        "RDS writes the metrics to CloudWatch Logs with it.",
        commands=(commands.attach_policy(commands.role_name(role), policy),),
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html",
    )
    first, *others = explanation.remedies
    return attrs.evolve(explanation, remedies=(first, attach, *others))


def _explain_association_role(case: Case[InvalidArn], message: str) -> Explanation:
    """Explain that EKS rejects the role of a Pod Identity association."""
    text = _find_rejected_arn(case, message)
    diagnosis = None
    if text is not None:
        diagnosis = arn_diagnosis.diagnose_arn(text, "iam") or _diagnose_partition(case, text)
    called = context_of(case.facts).command
    name = clues.stated_option(case, "role-arn") if text is None else None
    lookup = (_role_lookup(diagnosis, text) or _lookup_commands(diagnosis, parse_principal(text)))[:1]
    if name is not None:
        lookup = (role_lookup_command(commands.role_name(name)),)
    role_arn = f'"$({lookup[0]})"' if lookup else "ROLE_ARN"
    is_nested = True
    if diagnosis is not None and diagnosis.cause is arn_diagnosis.PARTITION_OF_ARN:
        role_arn, is_nested = commands.arn(diagnosis.correct_arn, "ROLE_ARN"), False
    repeated = repeat_command(
        called,
        "eks",
        *(called.words[1:2] if called else ()),
        changes={"role-arn": role_arn},
        of_region=clues.find_region(case),
    )
    reason = _describe_reason(diagnosis) if diagnosis else "the value is not the ARN of a role."
    steps = (f"The {'nested ' if repeated else ''}command prints the ARN. It can have a path.",)
    return case.explain(
        f"EKS rejected the role of the Pod Identity association: {reason}",
        ARN_NOT_ACCEPTED.cause("reported", text="EKS does not accept the value as a role ARN."),
        *_diagnosis_causes(text, diagnosis),
        topic="role-arn-malformed",
        remedies=(
            cluster_remedy(
                "Repeat the call with the ARN of the role",
                *(steps if is_nested or not repeated else ()),
                commands=(repeated,) if repeated else lookup,
                url=pages.EKS_POD_IDENTITY,
            ),
        ),
        notes=("An IAM policy does not help: the argument is invalid.",),
    )


def _explain_role_arn(case: Case[InvalidArn], message: str) -> Explanation:
    text = _find_rejected_arn(case, message)
    diagnosis = None
    if text is not None:
        diagnosis = arn_diagnosis.diagnose_arn(text, "iam") or _diagnose_partition(case, text)
    is_in_pod = "WebIdentity" in message or clues.mentions_kubernetes(case)
    principal = parse_principal(text)
    is_role = isinstance(try_parse_principal(text), Role) and diagnosis is None
    causes = [ARN_NOT_ACCEPTED.cause("reported"), *_diagnosis_causes(text, diagnosis)]
    if is_role:
        causes.append(NOT_AN_ARN.cause(text="The setting contains quotes or whitespace around the ARN."))
        if clues.find_region(case) is None:
            other = "The ARN has another partition than the Region of the call: in China it is aws-cn, in GovCloud aws-us-gov."
            causes.append(arn_diagnosis.PARTITION_OF_ARN.cause(text=other))
    elif diagnosis is None:
        other = "It is the ARN of a session, an instance profile, a user or a policy."
        causes += [
            NOT_AN_ARN.cause(),
            VARIABLE_NOT_REPLACED.cause(),
            arn_diagnosis.NOT_A_ROLE.cause(text=other),
        ]
    lookup = (diagnosis.lookup_command if diagnosis else None) or arn_diagnosis.lookup_command(principal)
    correct_arn = None if diagnosis is None else diagnosis.correct_arn
    # The value in the text failed: the nested command prints the right one.
    new_arn = f'"$({lookup})"' if is_role else commands.arn(correct_arn, "ROLE_ARN")
    change = {} if correct_arn is None else {"role-arn": quote_argument(correct_arn)}
    called = context_of(case.facts).command if change else None
    repeated = repeat_command(called, "sts", "assume-role", changes=change, of_region=clues.find_region(case))
    remedies = (
        []
        if is_in_pod and _ANNOTATION in case.text
        else [
            your_remedy(
                "Correct the role ARN" + (", if it is set elsewhere" if is_in_pod else ""),
                *_correction_steps(case, text, diagnosis),
                commands=(repeated or lookup,),
                url=pages.OIDC_ROLES if is_in_pod else pages.ASSUME_ROLE,
            )
        ]
    )
    if is_in_pod:
        remedies.insert(0, _annotation_remedy(case, new_arn, *_role_lookup(diagnosis, text)))
    return case.explain(
        _role_summary(text, diagnosis),
        *causes,
        topic="role-arn-malformed",
        remedies=tuple(remedies),
        notes=("AWS evaluated no policy yet, so neither an IAM policy nor the trust policy helps.",),
    )


def _role_summary(text: str | None, diagnosis: ArnDiagnosis | None) -> str:
    principal = None if text is None else text.partition(":")[2].rpartition(":")[2].partition("/")[0]
    if text is None or diagnosis is None:
        return "STS rejected the role to assume: the value is not a valid role ARN."
    if principal == "policy":
        return f"STS rejected the role to assume: {clip_text(text)} is the ARN of a policy, not of a role."
    return f"STS rejected the role to assume: {_describe_reason(diagnosis)}"


def _arn_summary(text: str | None, diagnosis: ArnDiagnosis | None) -> str:
    if text is None or diagnosis is None:
        return "An ARN is malformed, or not the type of ARN that the parameter expects."
    return f"The ARN {clip_text(text)} is invalid: {_describe_reason(diagnosis)}"


def _role_lookup(diagnosis: ArnDiagnosis | None, text: str | None) -> tuple[str, ...]:
    """Return the command that prints the role of an instance profile, if that was given instead."""
    if diagnosis is None or diagnosis.cause.code != "instance-profile" or text is None:
        return ()
    profile = commands.instance_profile(text.rpartition("/")[2])
    template = "aws iam get-instance-profile --instance-profile-name {} --query {} --output text"
    return (fill_command(template, profile, "InstanceProfile.Roles[0].Arn"),)


def _annotation_remedy(case: Case[InvalidArn], role_arn: str, *lookup: str) -> Remedy:
    account = "serviceaccount SERVICE_ACCOUNT -n NAMESPACE"
    path = r"'jsonpath={.metadata.annotations.eks\.amazonaws\.com/role-arn}'"
    # A nested command stays unquoted, so that the shell runs it.
    value = role_arn if role_arn.startswith('"$(') else quote_argument(role_arn)
    return cluster_remedy(
        "Correct the annotation of the service account",
        "Then re-create the pods, which get the ARN when they are created.",
        commands=(
            *lookup,
            f"kubectl get {account} -o {path}",
            f"kubectl annotate {account} --overwrite {_ANNOTATION}={value}",
            clusters.restart_command(case),
        ),
        url=pages.EKS_IRSA,
    )


_SETTING_OF_ROLE = lazy_pattern(r"(?i)([\w./-]*role[\w-]*)[\"']?(?: ?(?:=>|[:=]) ?| )[\"']?$")


def _correction_steps(
    case: Case[InvalidArn], text: str | None, diagnosis: ArnDiagnosis | None
) -> tuple[str, ...]:
    before = "" if text is None else case.text.partition(text)[0]
    found = _SETTING_OF_ROLE.search(before[-_CHARS_OF_SETTING:])
    if text is not None and diagnosis is not None and diagnosis.cause is arn_diagnosis.PARTITION_OF_ARN:
        partition = text.split(":")[1]
        return (
            f"Use {diagnosis.correct_arn}{f' as the value of {found[1]}' if found else ''}.",
            f"If the role is in the partition {partition}, set a Region of {partition} instead.",
        )
    places = "role_arn in the profile, AWS_ROLE_ARN in the environment, or an argument of the program"
    return (
        f"It is {f'the value of {found[1]}' if found else places}.",
        "The form is arn:aws:iam::ACCOUNT_ID:role/PATH/NAME. In China and GovCloud, the partition is aws-cn or aws-us-gov.",
    )


def _diagnose_partition(case: Case[InvalidArn], text: str) -> ArnDiagnosis | None:
    """Return that the ARN of a role has another partition than the Region of the call."""
    region, (prefix, partition, rest) = clues.find_region(case), text.split(":", 2)
    endpoint = None if region is None else find_endpoint(region)
    if endpoint is None or endpoint.partition == partition:
        return None
    return ArnDiagnosis(
        arn_diagnosis.PARTITION_OF_ARN,
        f"The partition of the ARN is {partition}, but {region} is in {endpoint.partition}.",
        f"{prefix}:{endpoint.partition}:{rest}",
    )


def _explain_aws_auth_arn(case: Case[InvalidArn], message: str) -> Explanation:
    text = _find_rejected_arn(case, message)
    diagnosis = None if text is None else arn_diagnosis.diagnose_arn(text, "aws-auth")
    correct_arn = None if diagnosis is None else diagnosis.correct_arn
    steps = () if correct_arn is None else (f"Replace it with {clip_text(correct_arn)}.",)
    return case.explain(
        f"The cluster's authenticator rejected an ARN in aws-auth{f': {_describe_reason(diagnosis)}' if diagnosis else '.'}",
        ARN_NOT_ACCEPTED.cause("reported", text="The authenticator does not accept the ARN as a principal."),
        *_diagnosis_causes(text, diagnosis),
        topic="aws-auth-arn",
        remedies=(
            cluster_remedy(
                "Correct the entry in aws-auth",
                *steps,
                "The command iamtriage aws-auth lint names the invalid lines, and iamtriage aws-auth fix corrects a file.",
                commands=(commands.aws_auth_command(), "kubectl -n kube-system edit configmap aws-auth"),
                url=pages.EKS_AUTH_CONFIGMAP,
            ),
        ),
        notes=("The authenticator ignores an invalid entry; the others stay in effect.",),
    )


def _explain_other(case: Case[InvalidArn], message: str) -> Explanation:
    text = _find_rejected_arn(case, message)
    if text is not None and MANAGED_POLICY.fullmatch(text):
        return explain_managed_policy(case, text)
    diagnosis = None if text is None else arn_diagnosis.diagnose_arn(text, "iam")
    principal = parse_principal(text)
    causes = [
        ARN_NOT_ACCEPTED.cause("reported", text="The call rejects the ARN itself."),
        *_diagnosis_causes(text, diagnosis),
    ]
    if diagnosis is None:
        causes.append(WRONG_RESOURCE_TYPE.cause())
    steps = ["An ARN has six parts: arn:PARTITION:SERVICE:REGION:ACCOUNT_ID:RESOURCE."]
    if diagnosis is not None and diagnosis.correct_arn is not None:
        steps.insert(0, f"The ARN of the role is {clip_text(diagnosis.correct_arn)}.")
    return case.explain(
        _arn_summary(text, diagnosis),
        *causes,
        topic="invalid-arn",
        remedies=(
            your_remedy(
                "Look up the complete ARN",
                *steps,
                commands=_lookup_commands(diagnosis, principal),
                url="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
            ),
        ),
        notes=("An IAM policy does not help: the argument is invalid.",),
    )


def _lookup_commands(diagnosis: ArnDiagnosis | None, principal: Principal | None) -> tuple[str, ...]:
    if diagnosis is not None and diagnosis.lookup_command is not None:
        return (diagnosis.lookup_command,)
    return () if principal is None else (arn_diagnosis.lookup_command(principal),)


def _find_rejected_arn(case: Case[InvalidArn], message: str) -> str | None:
    """Return the rejected ARN from the text, or else from the facts, but not the caller's."""
    caller = case.failure.principal
    known = " ".join(filter(None, (message, case.failure.resource, case.facts.resource)))
    return next((arn for arn in clusters.find_iam_arns(known) if arn != caller), None)
