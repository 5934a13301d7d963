"""Renew the sessions of role chaining in a pod, and assume the role there without another one.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/cross-account-access.html and
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-assign-target-role.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.arns._principals import Role
from iamtriage.explaining._rules.basics import Case, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster, restart_command
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import is_about_pods
from iamtriage.failures._failures import AwsError

POD_IDENTITY = lazy_pattern(
    r"(?i:\bpod[ -]identity\b(?! webhook))|169\.254\.170\.23|pods\.eks\.amazonaws\.com"
)
"""What says that a pod has its role from EKS Pod Identity."""
_WEB_IDENTITY = lazy_pattern(
    r"\bIRSA\b|\bAWS_WEB_IDENTITY_TOKEN_FILE\b|\beks\.amazonaws\.com/(?:role-arn|serviceaccount)\b|\bAssumeRoleWithWebIdentity\b"
)
# "IRSA role exporter", 'the pod's role "exporter"', "the pod role orders-export assumes". A plain word before another one is
# no name: "the pod role should assume".
_ROLE_OF_POD = lazy_pattern(
    r"(?am)\b(?:IRSA|[Pp]od(?:'s)?|[Pp]od [Ii]dentity|[Ss]ervice account(?:'s)?)(?: IAM)? role(?: is| named| called)?:? "
    r"(?:[`\"'](?P<quoted>[A-Za-z][\w+=,.@-]{1,62}\w)[`\"']|(?P<name>(?=[A-Za-z]{1,40}[-_0-9])[A-Za-z][\w+=,.@-]{1,62}\w)(?![\w'])"
    r"|(?!(?:fine|in|is|missing|ok|right|there|too|wrong)\b)(?P<word>[A-Za-z]{3,63})(?=[.,;:)]*(?:\s*$|[.,;:)] )))"
)
# Words that say that an hour is too short: it was tried, or the work takes longer.
_BETWEEN = r"(?:(?!\b(?:ago|every|no|not|nothing|never)\b|n't\b)[^\n.;!?])"
_LONGER = r"(?:(?:[2-9]|1[0-9])(?:\.\d)?|two|three|four|five|six|seven|eight|nine|ten|twelve)(?: and a half)? ?(?:h|hrs?|hours?)|(?:an|one|1) hour and a half|(?:one and a half|1\.[1-9]) ?h(?:ours?|rs)?|(?:6[1-9]|[7-9]\d|[1-9]\d\d) ?min(?:ute)?s?"
_HOUR_IS_SHORT = lazy_pattern(
    rf"(?i:(?:\b3[,.]?600\b|\b(?:an|one|1) ?h(?:our)?\b){_BETWEEN}{{0,60}}?(?:\bexpire[sd]?\b|ExpiredToken|\bdie[sd]?\b|\bfail(?:s|ed)?\b|\bstop(?:s|ped)?\b|\babort(?:s|ed)?\b|\b(?:too short|not enough|not long enough)\b)"
    rf"|(?<!not )(?<!never )(?<!n't )(?:ExpiredToken|\b(?:expire[sd]?|die[sd]?|fail(?:s|ed)?|stop(?:s|ped)?|abort(?:s|ed)?)\b){_BETWEEN}{{0,30}}? after (?:an|one|1|60) ?(?:h|min)"
    rf"|\b(?:runs?|takes?|lasts?|needs?|running)\b(?:(?!,){_BETWEEN}){{0,30}}?\b(?:{_LONGER})\b(?! ago\b))"
)
_PYTHON = lazy_pattern(r"\bboto3\b|\bbotocore\b")
_JAVA = lazy_pattern(r"\bsoftware\.amazon\.awssdk\b|\bStsException\b")
_PROFILE = lazy_pattern(r"(?a)[A-Za-z][\w.-]{0,63}")
_MOUNTED_FILE = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"


def find_short_hour(text: str) -> str | None:
    """Return the words that say that a session of one hour is too short for the work.

    >>> find_short_hour("The export runs 3 h."), find_short_hour("with 3600 it died"), find_short_hour("for 1 hour")
    ('runs 3 h', '3600 it died', None)
    >>> find_short_hour("takes about two and a half hours"), find_short_hour("it needs 95 minutes")
    ('takes about two and a half hours', 'needs 95 minutes')
    >>> find_short_hour("After 1 h it does not expire."), find_short_hour("It runs every 2 hours.")
    (None, None)
    """
    found = _HOUR_IS_SHORT.search(text)
    return None if found is None else found[0]


def find_role_of_pod(text: str, target: Role | None) -> str | None:
    """Return the name of the role that a text says a pod has, unless it is the one that the pod assumes.

    >>> find_role_of_pod('# pod, IRSA role "exporter"', None), find_role_of_pod("the pod role has s3:GetObject", None)
    ('exporter', None)
    >>> find_role_of_pod("the pod role should assume it", None), find_role_of_pod("the pod role pod-a assumes it", None)
    (None, 'pod-a')
    """
    names = {each[each.lastgroup or 0] for each in _ROLE_OF_POD.finditer(text)} - {
        getattr(target, "name", None)
    }
    return only_one(names)


def pod_remedies(
    case: Case[AwsError], source: str | None, target: Role, setting: str | None, maximum: str
) -> tuple[Remedy, ...]:
    """Return how a pod uses a role that its own role assumes, or ``()`` if the text does not show how it gets its own.

    Args:
        case: The case.
        source: The name of the pod's own role.
        target: The role that the pod assumes.
        setting: The duration in the text, with its name.
        maximum: What the text states of the role's maximum session duration, in brackets, or ``""``.
    """
    text = case.failure.text
    is_of_pod = case.context.runtime_kind == "eks-pod" or is_about_pods(text)
    has_association, has_token = POD_IDENTITY.search(text), _WEB_IDENTITY.search(text)
    arn = commands.arn(str(target))
    if not is_of_pod or bool(has_association) is bool(has_token) or arn != str(target):
        return ()
    name = clip_text(target.name)
    omit = f"Omit the call of AssumeRole{f' and {setting}' if setting else ''}"
    if has_association:
        return (_associate_target(case, name, arn, omit),)
    profile = target.name if _PROFILE.fullmatch(target.name) else "target"
    own = source if source and _PROFILE.fullmatch(source) and source != profile else "pod"
    use = f"set AWS_PROFILE={profile}, and create the clients without keys"
    if _PYTHON.search(text):
        use = f'create the clients with boto3.Session(profile_name="{profile}")'
    elif _JAVA.search(text):
        # Its default chain uses the token before the profile.
        use = f'create the clients with ProfileCredentialsProvider.create("{profile}")'
    account = case.facts.account or "ACCOUNT_ID"
    renew = your_remedy(
        "Let the SDK renew sessions of one hour, with these profiles in the pod",
        f"{omit}, and {use}: the SDK assumes the role, and again before each session expires.",
        "Put the profiles into the container's ~/.aws/config, or mount them from a ConfigMap, and set AWS_CONFIG_FILE to the file.",
        manifest=f"[profile {own}]\nrole_arn = arn:{target.partition}:iam::{account}:role/{source or 'POD_ROLE_NAME'}\nweb_identity_token_file = {_MOUNTED_FILE}\n\n[profile {profile}]\nrole_arn = {arn}\nsource_profile = {own}\n",
        manifest_language="text",
        url=_CROSS_ACCOUNT,
    )
    cluster = find_cluster(case)
    direct = account_remedy(
        f"Or let the pod assume {name} with its own OIDC token, without the chain: its maximum session duration then applies{maximum}",
        f"In account {target.account}, create an IAM OIDC provider with the cluster's issuer, which the first command prints.",
        f"Let {name} trust that provider (sts:AssumeRoleWithWebIdentity), with the pod's service account in the condition on sub.",
        f"Annotate the service account with the ARN of {name}, then start the pod again. Its own role is not used any more.",
        commands=(
            cluster.eks_command("describe-cluster", query="cluster.identity.oidc.issuer", flag="--name"),
            "aws iam create-open-id-connect-provider --url ISSUER_URL --client-id-list sts.amazonaws.com",
            f"kubectl annotate serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE eks.amazonaws.com/role-arn={arn} --overwrite",
        ),
        url=_CROSS_ACCOUNT,
    )
    return renew, direct


def _associate_target(case: Case[AwsError], name: str, arn: str, omit: str) -> Remedy:
    """Return how EKS Pod Identity assumes the second role and renews its sessions."""
    return cluster_remedy(
        f"Let EKS Pod Identity assume {name} and renew its sessions",
        f"Set {name} as the target role of the association: EKS assumes it with the association's role, and the SDK gets its credentials and renews them.",
        f"The role {name} must trust the association's role with sts:AssumeRole and sts:TagSession, and that role needs both actions on it.",
        f"{omit} in the code, and create the clients without keys.",
        commands=(
            *find_cluster(case).association_commands(("update", f"--target-role-arn {arn}")),
            restart_command(case),
        ),
        url="https://docs.aws.amazon.com/eks/latest/userguide/pod-id-assign-target-role.html",
    )


_CROSS_ACCOUNT = "https://docs.aws.amazon.com/eks/latest/userguide/cross-account-access.html"
