"""Explain what keeps an SDK from a source of credentials: a switch, misspelled names in the credentials file, or its mode.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html,
https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html and
https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import TERRAFORM
from iamtriage.failures._failures import MissingCredentials

# The listing of a file that only its owner can read, the user that the text shows, and what Python and Go say.
_LISTED_FILE = lazy_pattern(
    r"(?m)^-r[w-]-[r-]-----[.+@]? +\d+ +(?P<owner>[a-z_][\w.-]{0,31}) +\S+ [^\n]{0,60}?(?P<file>(?:/[\w.~-]{1,60}){0,8}/?(?:credentials|config))[ \t]*$"
)
_SHOWN_USER = lazy_pattern(
    r"(?m)\bwhoami\b[^\n]{0,20}\n(?P<whoami>[a-z_][\w-]{0,31})\s*$|\buid=\d{1,10}\((?P<uid>[a-z_][\w-]{0,31})\)|\bUser=(?P<unit>[a-z_][\w-]{0,31})\b|^(?P<prompt>[a-z_][\w-]{0,31})@[\w.-]{1,64}:[^\n$#]{0,80}\$ "
)
_FORBIDDEN_FILE = lazy_pattern(
    r"(?i:permission denied):? ?[\"'`(]{0,2}(?P<file>(?:/[\w.~-]{1,60}){1,8}/\.aws/(?:credentials|config))\b|(?P<before>(?:/[\w.~-]{1,60}){1,8}/\.aws/(?:credentials|config))[\"'`]?: (?i:permission denied)"
)
_HOME = lazy_pattern(r"/root/|/home/(?P<name>[\w.-]{1,32})/")
FILES_UNREADABLE = CauseType(
    "files-unreadable",
    title="The user is not allowed to read the files in ~/.aws",
    meaning="SDKs take files that they cannot read for missing ones. sudo aws configure, for example, writes files that only root can read.",
    recognised_by='The text says "Permission denied" for a file in ~/.aws, or lists the file with another owner than the user that makes the call.',
    fix="Give the files to the user: sudo chown -R USER ~/.aws.",
    of="no-credentials",
    sources=("https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html",),
)


def explain_unreadable_files(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that the user is not allowed to read its files, if the text shows it."""
    text = case.failure.text
    listed, forbidden = _LISTED_FILE.search(text), _FORBIDDEN_FILE.search(text)
    shown = _SHOWN_USER.search(text)
    user = None if shown is None else next(filter(None, shown.groups()))
    if forbidden is not None:
        # Root can read every file, so it is not the user of the program.
        user = None if user == "root" else user
        file = forbidden["file"] or forbidden["before"]
        problem, because = (
            f"the user is not allowed to read {clip_text(file)}",
            f'The text says "permission denied" for {clip_text(file)}.',
        )
    elif listed is not None and ".aws" in text and user is not None and user not in {listed["owner"], "root"}:
        file = listed["file"]
        if "/" in file and "/.aws/" not in file:
            return None
        if (
            "/.aws/" in file
            and not file.startswith(("~", f"/home/{user}/", "."))
            and file.startswith(("/root/", "/home/"))
        ):
            return None  # that of another home, which the user does not read
        problem = f"the files in ~/.aws belong to {listed['owner']}, who alone is allowed to read them, and the call runs as {user}"
        because = "The text shows the owner of the files, and the user."
    else:
        return None
    home = file.rpartition("/.aws/")[0] if "/.aws/" in file else "~"
    owner = user or ("USER" if not home.startswith("/home/") else home.rpartition("/")[2])
    text = "An SDK takes a file that it cannot read for a missing one. The profile itself can be right."
    remedy = your_remedy(
        "Give the files to the user that makes the call",
        "The commands give the folder to that user, and let nobody else read it. Don't make the files readable for all: they have secrets.",
        "If they are meant to be those of another user, run the call as that user, or create a profile for this one (aws configure).",
        commands=(
            f"sudo chown -R {owner} {home}/.aws",
            f"chmod -R u=rwX,go= {home}/.aws",
            "aws sts get-caller-identity",
        ),
    )
    if (whose := _find_other_owner(file, user)) is not None:
        # The files are the secrets of that user.
        problem += f", a file of the user {whose}"
        text = f"Most likely, a variable such as HOME leads the program to the files of {whose}, and it runs as another user."
        remedy = your_remedy(
            "Let the program use files or a role of its own user",
            "Run the commands as the user that makes the call, where it makes it. If HOME is that of another user, correct it. In a container, mount the files in the home directory of its user.",
            f"Leave the files of {whose} as they are: they have secrets, and {whose} needs them. If the call is meant to use them, run it as {whose}.",
            commands=("id", "env | grep -E '^(HOME|AWS_CONFIG_FILE|AWS_SHARED_CREDENTIALS_FILE)='"),
            url=FILES_UNREADABLE.sources[0],
        )
    return case.explain(
        f"The SDK found no credentials: {problem}. No request was sent to AWS.",
        FILES_UNREADABLE.cause("derived", because, text=text),
        remedies=remedy,
        notes=credential_remedies.NO_CALL_MADE,
    )


def _find_other_owner(file: str, user: str | None) -> str | None:
    """Return whose home directory has a file, if that is not the user of the call."""
    found = _HOME.match(file)
    owner = None if found is None else found["name"] or "root"
    if owner == "root" and user is None:
        return owner
    return owner if user is not None and owner != user else None


_SWITCHED_OFF = lazy_pattern(
    r"(?<!removed )(?<!deleted )(?<!unset )\bAWS_EC2_METADATA_DISABLED[\"']?\]?(?: ?[=:] ?| is (?:set to )?|[\"']?\s{1,20}value: ?)[\"']?(?i:true)\b(?! (?:is|was) (?:not|no|never)\b)"
)
# What the SDK for Go says then, also if an option of the program does it.
_SAID_BY_SDK = "access disabled to EC2 IMDS via client option"
# Words that say that the program is meant to use the role of an instance.
_ON_INSTANCE = lazy_pattern(
    r"\bon (?:an? |the |our |my )?EC2\b|@ip-\d|\bnode(?:'s)? role\b|\binstance (?:role|profile)\b(?! found)|\b(?:from|via|uses?|using) (?:the )?(?:EC2 )?(?:IMDS|instance metadata)\b|(?<![\w-])i-[0-9a-f]{8,17}\b"
)
# A pod with a role of its own often has the variable, too.
_OTHER_SOURCE = lazy_pattern(
    r"\bAWS_(?:WEB_IDENTITY|CONTAINER|ROLE_ARN)|eks\.amazonaws\.com/|\bIRSA\b|(?i:pod ?identity|service ?account)"
)
METADATA_OFF = CauseType(
    "metadata-off",
    title="AWS_EC2_METADATA_DISABLED keeps the SDK from the role of the instance",
    meaning="With this variable, SDKs do not ask the instance metadata service, where the credentials of the instance's role are.",
    recognised_by="The text shows AWS_EC2_METADATA_DISABLED=true, and that the program runs on an instance with a role.",
    fix="Remove the variable.",
    of="no-credentials",
    sources=("https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html",),
)
_RIGHT_SETTINGS = {
    "aws_access_key": "aws_access_key_id", "access_key": "aws_access_key_id", "access_key_id": "aws_access_key_id",
    "aws_key": "aws_access_key_id", "aws_accesskey_id": "aws_access_key_id", "aws_access_keyid": "aws_access_key_id",
    "aws_secret_key": "aws_secret_access_key", "aws_secret": "aws_secret_access_key", "secret_key": "aws_secret_access_key",
    "secret_access_key": "aws_secret_access_key", "aws_secret_access_key_id": "aws_secret_access_key",
    "session_token": "aws_session_token",
}  # fmt: skip
SETTINGS_MISNAMED = CauseType(
    "settings-misnamed",
    title="The keys in ~/.aws/credentials have names that SDKs do not read",
    recognised_by="The text shows ~/.aws/credentials with aws_access_key, aws_secret_key or a similar name.",
    fix="Name them aws_access_key_id and aws_secret_access_key.",
    of="no-credentials",
    sources=("https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html",),
)


def explain_metadata_off(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that a variable keeps the SDK from the role of its instance, if the text shows both."""
    text = case.failure.text
    is_set = next(find_said(text, _SWITCHED_OFF), None) is not None
    if (
        not (is_set or _SAID_BY_SDK in text)
        or next(find_said(text, _ON_INSTANCE), None) is None
        or _OTHER_SOURCE.search(text) is not None
    ):
        return None
    of_terraform = " for Terraform" if TERRAFORM.search(text) else ""
    option = "skip_metadata_api_check" if of_terraform else "an option of the program"
    because = "AWS_EC2_METADATA_DISABLED is true, so it does not ask"
    if not is_set:
        because = f"AWS_EC2_METADATA_DISABLED or {option} keeps it from"
    return case.explain(
        f"The SDK found no credentials{of_terraform}: {because} the instance metadata, which has those of the instance's role. No request was sent to AWS.",
        METADATA_OFF.cause(
            "derived", text="The role and the hop limit can be right: the SDK does not look there."
        ),
        remedies=your_remedy(
            "Remove AWS_EC2_METADATA_DISABLED where the program gets its environment",
            None if is_set else f"The command shows whether the variable is set there. If not, {option} is.",
            "Then start the program again. In a pod, better give its service account a role, and leave the variable: all pods of the node can use the role of the node.",
            commands=None if is_set else "printenv AWS_EC2_METADATA_DISABLED",
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


def explain_misnamed_settings(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that the keys in the credentials file have names that SDKs do not read, if the text shows the file."""
    used = find_profile(case) or "default"
    sections = find_profile_sections(case.failure.text)
    for section in sections:
        wrong = [
            each
            for each in section.settings
            if (right := _RIGHT_SETTINGS.get(each)) and right not in section.settings
        ]
        is_used = section.name == used or len(sections) == 1
        if (
            not is_used
            or section.file != "credentials"
            or not wrong
            or "aws_access_key_id" in section.settings
        ):
            continue
        names = [_RIGHT_SETTINGS[each] for each in wrong]
        return case.explain(
            f"The SDK found no credentials: {section.header} in ~/.aws/credentials has {join_words(wrong, 'and')}, which it does not read. The {'name is' if len(wrong) == 1 else 'names are'} {join_words(names, 'and')}.",
            SETTINGS_MISNAMED.cause("derived", "The text shows the file."),
            remedies=your_remedy(
                "Rename the settings in ~/.aws/credentials",
                *(f"Replace {old} with {new}." for old, new in zip(wrong, names, strict=True)),
                commands="aws configure list",
            ),
            notes=credential_remedies.NO_CALL_MADE,
        )
    return None
