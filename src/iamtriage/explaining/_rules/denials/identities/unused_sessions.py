"""Add that code or a script assumes a role, and calls with the credentials that it had before.

AssumeRole only returns credentials: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html. A client that
does not get them uses the default ones: https://docs.aws.amazon.com/boto3/latest/guide/credentials.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import Role
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary
from iamtriage.explaining._rules.sts.shown_calls import UNKNOWN, iterate_code_calls

_PAGE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-api.html"
# What passes credentials on, or can do so.
_PASSES = lazy_pattern(
    r"(?i:session_?token|access_?key_?id|secret_?access_?key|\bcredentials?\s{0,4}[:=(,}]|\bwith_?credentials\b)|\*\*|\.\.\.|\bSession\("
)
_CHARS_OF_NAME = 24
_CLIENTS = {
    "python": lazy_pattern(
        r"(?P<line>(?P<name>[\w.]{1,60})\s{0,4}=\s{0,4}boto3\.(?P<kind>client|resource)\(\s{0,8}[\"'](?P<service>[\w-]{2,40})[\"'](?P<rest>[^()]{0,200})\))"
    ),
    "js": lazy_pattern(
        r"(?P<line>(?:const|let|var)?\s?(?P<name>[\w.]{1,60})\s{0,4}=\s{0,4}new (?P<kind>(?:AWS\.)?(?P<service>[A-Z]\w{1,40}?)(?:DocumentClient|Client)?)\((?P<rest>\{[^{}]{0,300}\})?\))"
    ),
}
_SCRIPT = lazy_pattern(
    r"(?m)^[ \t]{0,8}(?:[-+] |\S{0,40}[$#%>] )?aws sts assume-role[ \t][^\n]{0,600}(?:\\\n[^\n]{0,300}){0,8}"
)
_ROLE_OF_SCRIPT = lazy_pattern(r"--role-arn[ =][\"']?(?P<arn>[^\s\"'\\]{1,300})")
_SETS = lazy_pattern(
    r"\bAWS_(?:SESSION_TOKEN|ACCESS_KEY_ID|PROFILE)\b|--profile\b|\beval\b|\baws configure\b|>>? ?\S"
)

SESSION_NOT_USED = CauseType(
    "session-not-used",
    title="The code assumes a role, and does not use its credentials",
    meaning="AssumeRole only returns credentials. Clients that do not get them go on with the credentials that the program had before.",
    recognised_by="The text shows the call that assumes a role and a client without credentials, and the caller is another role or user.",
    fix="Pass the access key ID, the secret and the session token of the answer to the client.",
    sources=(_PAGE,),
)


class _Unused(NamedTuple):
    """A session that no call uses.

    Attributes:
        role: The ARN of the role, if the text has it.
        verdict: What assumes the role, and calls without its credentials, as the end of a sentence.
        remedy: How to use them.
        reason: Why the call was made without them.
    """

    role: str
    verdict: str
    remedy: Remedy
    reason: str = "AssumeRole only returns credentials: it does not change those of the program."


def add_unused_session(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the caller is the one before the code or script assumed a role."""
    found = _find_in_code(denial) or _find_in_script(denial) or _find_in_s3a(denial)
    if found is None or denial.lowercase_action.startswith("sts:"):
        return explanation
    role = try_parse_principal(found.role)
    if isinstance(role, Role) and denial.role is not None and role.name == denial.role.name:
        return explanation
    named = f"the role {clip_text(role.name)}" if isinstance(role, Role) else "a role"
    stays = f"So the caller is still {denial.caller}, whose policies need no change."
    if denial.caller == "the caller":
        stays = "So the call was made with the credentials before it, whose policies need no change."
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, found.verdict.format(named)),
        causes=(
            SESSION_NOT_USED.cause(
                "derived",
                text=f"{found.reason} {stays}",
            ),
        ),
        remedies=(found.remedy,),
        notes=(),
    )


# The role and the providers of S3A, also those of a bucket or of Spark's own settings.
_S3A_ROLE = lazy_pattern(
    r"\bfs\.s3a\.(?:bucket\.[a-z0-9.-]{3,63}\.)?assumed\.role\.arn\b[\"']?\s{0,40}[=:,]?\s{0,40}[\"']?(?P<arn>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,300})"
)
_S3A_PROVIDERS = lazy_pattern(
    r"\bfs\.s3a\.(?:bucket\.[a-z0-9.-]{3,63}\.)?aws\.credentials\.provider\b[\"']?\s{0,40}[=:,]?\s{0,40}[\"']?(?P<classes>[\w.$, ]{3,600})"
)
_S3A_PAGE = "https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/assumed_roles.html"
_ASSUMED_ROLE_PROVIDER = "org.apache.hadoop.fs.s3a.auth.AssumedRoleCredentialProvider"


def _find_in_s3a(denial: Denial) -> _Unused | None:
    """Return the role of S3A's settings that its providers do not assume."""
    text = denial.failure.text
    role, providers = _S3A_ROLE.search(text), [*_S3A_PROVIDERS.finditer(text)]
    if role is None or any("AssumedRole" in each["classes"] for each in providers):
        return None
    if not providers and denial.principal is None:
        return None  # the text can leave out the setting of the provider
    old = only_one({each["classes"].strip() for each in providers})
    source = f"fs.s3a.assumed.role.credentials.provider {old}\n" if old else ""
    remedy = your_remedy(
        "Set the provider that assumes the role, in the settings of S3A",
        "The old provider then gives the credentials with which S3A calls AssumeRole." if old else None,
        "In Spark, the names begin with spark.hadoop. Then start the application again: policies need no change for this.",
        manifest=f"fs.s3a.aws.credentials.provider {_ASSUMED_ROLE_PROVIDER}\n{source}fs.s3a.assumed.role.arn {role['arn']}\n",
        manifest_language="text",
        url=_S3A_PAGE,
    )
    verdict = "the settings of S3A name {}, but not the provider that assumes it"
    reason = f"fs.s3a.assumed.role.arn has an effect only with {_ASSUMED_ROLE_PROVIDER}."
    return _Unused(role["arn"], verdict, remedy, reason)


def _find_in_code(denial: Denial) -> _Unused | None:
    text = denial.failure.text
    calls = [each for each in iterate_code_calls(text) if each.language in _CLIENTS]
    if len(calls) != 1 or not re.match(
        r"assume_role\(|new AssumeRoleCommand\(|\.assumeRole\(", calls[0].code
    ):
        return None
    call = calls[0]
    at = text.find(call.code)
    if text[text.rfind("\n", 0, at) + 1 : at].lstrip().startswith(("#", "//")):
        return None
    # The next line can begin with a name for them: credentials = response["Credentials"].
    if _PASSES.search(text, at + len(call.code) + _CHARS_OF_NAME):
        return None
    clients = [
        each
        for each in _CLIENTS[call.language].finditer(text)
        if each["service"].lower() in {denial.service, f"{denial.service}document"}
        and _PASSES.search(each["rest"] or "") is None
    ]
    if len(clients) != 1:
        return None
    role = call.settings.get("RoleArn", UNKNOWN)
    client = clients[0]
    name = clip_text(client["name"])
    remedy = your_remedy(
        f"Pass the credentials of the role to the client {name}",
        "Pass the access key ID, the secret access key and the session token of the answer: all three values are necessary. The session ends after an hour by default: for longer programs, use a provider that renews it (a profile with role_arn, or fromTemporaryCredentials in JavaScript).",
        "Create the client after the role was assumed." if client.start() < at else None,
        url=_PAGE,
    )
    return _Unused(
        role, f"the code assumes {{}}, and creates the client {name} without its credentials", remedy
    )


def _find_in_script(denial: Denial) -> _Unused | None:
    """Return the command in a script that assumes a role and only prints its credentials."""
    text = denial.failure.text
    found = [*_SCRIPT.finditer(text)] if "aws sts assume-role " in text else []
    role = _ROLE_OF_SCRIPT.search(found[0][0]) if len(found) == 1 else None
    if (
        role is None
        or "$(" in found[0][0]
        or _SETS.search(text)
        or re.search(r"^[^\n]{0,60}\baws (?!sts )[a-z0-9-]+ ", text[found[0].end() :], re.MULTILINE) is None
    ):
        return None
    arn = commands.arn(role["arn"], "ROLE_ARN")
    query = "--query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text"
    export = f'export $(printf "AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s AWS_SESSION_TOKEN=%s" $(aws sts assume-role --role-arn {arn} --role-session-name script {query}))'
    remedy = your_remedy(
        "Use the credentials of the role in the shell",
        "The command only prints the credentials: the variables make the next commands use them. unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN returns to those from before.",
        "Or define a profile with role_arn and source_profile, and call with --profile: the AWS CLI then assumes the role itself.",
        commands=(export, "aws sts get-caller-identity"),
        url=pages.CLI_ROLES,
    )
    return _Unused(
        role["arn"], "the script assumes {}, and its next command does not use the credentials", remedy
    )


OTHER_PROFILE = CauseType(
    "pinned-profile",
    title="The settings of a tool select another profile than the environment",
    text="A profile in a tool's own settings takes precedence over AWS_PROFILE, so the call was made with the credentials of another account.",
    recognised_by="The text shows AWS_PROFILE and its caller, another profile in the settings of a tool, and a denied caller in another account.",
    fix="Correct the profile in the settings of the tool, or remove it there.",
    sources=("https://docs.getdbt.com/docs/core/connect-data-platform/athena-setup",),
)
# The profile in the settings of a tool, such as dbt's, and the one of the environment.
_PINNED = lazy_pattern(
    r"(?m)^[ \t]{0,40}(?P<line>(?P<name>aws_profile(?:_name)?(?=[ \t]{0,20}[:=])|profile(?=[ \t]{1,20}=[ \t]{1,4}\"))(?P<sign>[ \t]{0,20}[:=][ \t]{0,4}[\"']?)(?P<profile>[\w.@-]{1,64})(?P<end>[\"']?))[ \t]*$"
)
_SELECTED = lazy_pattern(r"\bAWS_PROFILE=[\"']?(?P<profile>[\w.@-]{1,64})")


def add_pinned_profile(denial: Denial, explanation: Explanation) -> Explanation:
    """Say that the settings of a tool select another profile than the environment, of another account."""
    caller, text = denial.context.caller, denial.failure.text
    shown = None if caller is None else try_parse_principal(caller.value)
    account = getattr(shown, "account", None)
    if account is None or denial.account in {None, account}:
        return explanation
    selected = only_one({each["profile"] for each in _SELECTED.finditer(text)})
    others = [each for each in _PINNED.finditer(text) if each["profile"] != selected]
    if selected is None or len({each["line"] for each in others}) != 1:
        return explanation
    found = others[0]
    line = f"{found['name']}{found['sign']}{selected}{found['end']}"
    verdict = f"the setting {clip_text(found['line'])} takes precedence over AWS_PROFILE={clip_text(selected)}, whose caller is in account {account}"
    remedy = your_remedy(
        f"Set {clip_text(line)}, in place of {clip_text(found['profile'])}",
        "Change it where the failed run reads it. Or remove the line, so that AWS_PROFILE counts. No policy has to change for this, in either account.",
        url=pages.CLI_PROFILES,
    )
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, verdict),
        causes=(OTHER_PROFILE.cause("derived"),),
        remedies=(remedy,),
        notes=(),
    )
