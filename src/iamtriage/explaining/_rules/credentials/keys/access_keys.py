"""Explain the access key quota and keys that a text exposes.

Source: https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern, lazy_patterns
from iamtriage._text import join_words
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.recreations import read_creation
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._context.values import CommandLine
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import AccessKeyQuota, Failure

# A key ID alone is not a secret. A secret has 40 characters and no prefix, so it is recognized only after a key ID
# or a label.
LONG_TERM_KEY_ID = lazy_pattern(r"(?<![A-Za-z0-9/+])AKIA[A-Z0-9]{16}(?![A-Za-z0-9/+=])")
"""The ID of a long-term access key."""
# The examples of the AWS documentation. In another key ID, EXAMPLE can stand for a part of a real one.
_EXAMPLE = lazy_pattern(r"AKIA(?:IOSFODNN7|I44QH8DHB|111111111|222222222|123456789)EXAMPLE")
_SECRET = r"(?=[A-Za-z0-9/+]{0,39}[a-z])(?=[A-Za-z0-9/+]{0,39}[A-Z])(?=[A-Za-z0-9/+]{0,39}[0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"  # noqa: S105 (a pattern)
_LABELED_SECRET = lazy_pattern(rf"(?i:secret)[\w. -]{{0,24}}[\"']?[\s>:=,\"'\\]{{1,8}}{_SECRET}")
_KEY_ID_AND_SECRET = lazy_pattern(rf"AKIA[A-Z0-9]{{16}}[\s:;,|\"'\\]{{1,8}}{_SECRET}")
_SHARE_NO_SECRET = "Never share a secret access key to get help: its key ID is enough."  # noqa: S105 (a note)
# What secret scanners report about AWS access keys.
_SCANNERS = lazy_patterns(
    {
        "GitHub blocked the push": r"GH013[\s\S]{0,2000}?Amazon AWS (?:Access Key|Secret|Temp|Session)",
        "GitLab blocked the push": r"PUSH BLOCKED: Secrets detected[\s\S]{0,2000}?\bAWS\b",
        "gitleaks found a secret": r"RuleID\"?:\s{0,20}\"?aws-",
        "git-secrets rejected the commit": r"AKIA[\s\S]{0,2000}?Matched one or more prohibited patterns",
        "TruffleHog found a secret": r"Detector Type: AWS\b",
        "detect-secrets found a secret": r"Secret Type:\s{0,9}AWS Access Key",
    }
)
# What people say about a key that others can have read.
_EXPOSED = (
    r"(?:commit(?:ted)?|push(?:ed)?|leak(?:ed)?|expos(?:ed|ure)|publish(?:ed)?|stolen|compromised|hacked)"
)
# A key can be shared or pasted where only its programs read it.
_SHARED = r"(?:posted|shared|pasted|public(?:ly)?)"
_OPEN_PLACE = r"(?:accident(?:ally)?|mistake|public\w*|available|online|internet|git(?:hub|lab)?|gists?|repo(?:s|sitory|sitories)?|chats?|channels?|forums?|slack|teams|discord|tickets?|issues?|pull requests?|blog|wiki|(?:web ?)?(?:site|page)s?|screenshots?|e-?mails?)\b(?! (?:\w{1,12} )?(?:secrets?|variables?|environments?)\b)"
# Programs that get a key in the usual way, and keys of KMS.
_USED = r"(?! (?:as|via|through|in|to) (?:an? |the |our |my |its )?(?:env\w*|variables?|app\w*|programs?|containers?|pods?|process\w*|jobs?|functions?|builds?)\b)"
_KEY = r"\b(?:access|AWS) keys?\b(?! (?:polic|rotation|(?:from|of|in) (?:AWS )?KMS\b))"
_SAID = lazy_pattern(
    rf"(?i){_KEY}[^\n.?!]{{0,80}}\b(?:{_EXPOSED}\b{_USED}|{_SHARED}\b(?! (?:credentials|config)\b)[^\n.?!]{{0,60}}\b{_OPEN_PLACE})"
    rf"|\b(?:I|we|he|she|they|some(?:one|body)|accidentally|ha[sd]|have)\b[^\n.?!]{{0,30}}?\b(?:{_EXPOSED}\b(?:(?!\babout\b)[^\n.?!]){{0,60}}{_KEY}{_USED}"
    rf"|(?<=accidentally ){_SHARED}\b(?:(?!\babout\b)[^\n.?!]){{0,60}}{_KEY}"
    rf"|{_SHARED}\b(?:(?!\babout\b)[^\n.?!]){{0,60}}{_KEY}[^\n.?!]{{0,60}}\b{_OPEN_PLACE})"
)
_PATH = lazy_pattern(
    r"(?m)^(?:remote: -- )?(?P<matched>[\w./-]{1,200}):\d+(?::[^\n]{0,200}AKIA| \| AWS )|^(?:remote:)?[ \t-]{0,20}(?:[Pp]ath|File|Location)\"?:\s{1,20}\"?(?P<path>[\w./-]{1,200})"
)
_COMMIT = lazy_pattern(r"\b[Cc]ommit\"?:\s{1,20}\"?([0-9a-f]{7,40})\b")
# The objects, lists or lines in which the AWS CLI lists keys.
_OBJECTS, _LINES = lazy_pattern(r"[{}\[\]]"), lazy_pattern(r"\n")
_USER = lazy_pattern(r"\"UserName\": ?\"([\w+=,.@-]{1,64})\"")
_KEY_ID, _STATUS = lazy_pattern(r"\bAKIA[A-Z0-9]{16}\b"), lazy_pattern(r"\b(?:Ina|A)ctive\b")
ACCESS_KEY_QUOTA = CauseType(
    "access-key-quota",
    title="The user already has two access keys",
    text="An IAM user can have two access keys at most. Inactive keys count, so one must be deleted.",
    recognised_by='The error code LimitExceeded with "AccessKeysPerUser".',
    fix="Delete a key that is not used, then create the new one.",
    sources=(pages.IAM_QUOTAS, pages.ROTATE_KEYS),
)
KEY_GONE = CauseType(
    "access-key-deleted",
    title="The access key was deleted or deactivated",
    fix="Activate the key, or create a new one.",
    recognised_by="The text shows or says that an access key was deactivated, deleted or rotated.",
    sign=r"(?<!not )(?<!never )(?<!n't )\b(?:deactivated|deleted|disabled|rotated) (?:(?!(?:KMS|SSH) )[\w-]{1,20} ){0,3}(?:access )?keys?\b|\baws iam delete-access-key\b|--status Inactive\b|\baws_iam_access_key\.\S{1,80}: Destruction complete",
    remedy="access key",
    of="invalid-credentials",
)
KEY_MISTYPED = CauseType(
    "key-mistyped",
    title="The access key ID is misspelled, or a placeholder",
    fix="Set the real access key ID and its secret. Replace the placeholder in the file or the variable that the text shows.",
    commands=("aws sts get-caller-identity",),
    recognised_by="The text shows a placeholder for the access key ID, such as your-access-key-id.",
    sign=r"(?i)\baws_access_key_id[\"' ]{0,2}[=:][\"' ]{0,2}(?:<?your\b|<?my[-_ ]|change-?me|todo\b)[\w-]{0,30}",
    of="unknown-access-key",
)
EXPOSED_ACCESS_KEY = CauseType(
    "exposed-access-key",
    title="An access key is in a text or a commit",
    text="Anyone who reads an access key ID with its secret can use it. A commit exposes both to everyone who clones the repository.",
    recognised_by="An access key ID with a secret access key, or what a secret scanner reports about one.",
    fix="Deactivate the key, and remove it from the text or the commit.",
    sources=(pages.EXPOSED_KEYS, pages.ROTATE_KEYS),
)
_STOLEN = "Anyone who has read the text can use the key if it is active, so treat it as stolen before you do anything else"
# A shell that prints the commands that it runs. Added lines of a diff look alike.
_TRACE = lazy_pattern(r"(?<!\S)\+{1,4} (?:export |declare -x )?AWS_SECRET_ACCESS_KEY=")
_DIFF = lazy_pattern(r"(?<!\S)(?:@@|diff --git|--- \S{1,200}\s\+\+\+) ")
_STOP_TRACE = "The shell printed the key (set -x): put set +x before the lines that set keys, or the next run prints the new key, too. Take keys from the credential store of the CI, or use a role."
NEW_KEY_REMEDIES = (
    your_remedy(
        "Create a new access key",
        "Create it, and store the secret where it is used immediately: AWS shows it only once.",
        "If you are not allowed to manage your own keys, ask the account administrator.",
        commands="aws iam create-access-key --user-name USER_NAME",
        url=pages.ACCESS_KEYS,
    ),
    your_remedy(
        "Replace long-term keys with temporary credentials",
        "People: IAM Identity Center (aws configure sso), or aws login with a console user.",
        "Pods: EKS Pod Identity, or IAM roles for service accounts.",
        "EC2, ECS and Lambda: the role of the instance, task or function.",
        "CI systems: a role that trusts the system's OIDC provider.",
        "Machines elsewhere: IAM Roles Anywhere.",
        commands=("aws configure sso", Labelled("Or, with a console user:", "aws login")),
        url=pages.BEST_PRACTICES,
    ),
)
"""How to get a working access key, and how to replace access keys."""
# Not ACCESS_KEY_ID, which becomes the first key of the text: that can be the one in use.
_QUOTA_REMEDIES = (
    your_remedy(
        "Find the key that is not used, and delete it",
        "Run get-access-key-last-used for both keys. One that is Inactive, or old (CreateDate) and never used (N/A), can be deleted immediately. For your own keys, omit --user-name.",
        "Otherwise, deactivate one and wait for days, or for weeks if jobs run rarely. If something fails, activate it again (--status Active): it is still used there.",
        commands=(
            "aws iam list-access-keys --user-name USER_NAME",
            "aws iam get-access-key-last-used --access-key-id KEY_ID",
            Labelled(
                "Then, with the key to delete as KEY_ID:",
                "aws iam update-access-key --user-name USER_NAME --access-key-id KEY_ID --status Inactive",
            ),
            Labelled(
                "If nothing fails, delete it for good, and create the new key. AWS shows its secret only once:",
                "aws iam delete-access-key --user-name USER_NAME --access-key-id KEY_ID",
            ),
            NEW_KEY_REMEDIES[0].commands[0],
        ),
        url=pages.ROTATE_KEYS,
    ),
    NEW_KEY_REMEDIES[1],
)


def explain_key_quota(case: Case[AccessKeyQuota]) -> Explanation:
    """Explain that the user already has two access keys."""
    user = clues.find_user(case)
    name = commands.user_name(user)
    whose = "The user" if name == commands.user_name(None) else f"The user {name}"
    listed = _find_listed_keys(case, user)
    inactive, which = [key for key, status in listed.items() if status == "Inactive"], "one"
    remedies = _QUOTA_REMEDIES
    if len(listed) == 2 and len(inactive) == 1:
        [which] = inactive
        [other] = listed.keys() - {which}
        remedies = (_delete_inactive_remedy(case.failure, user, which, other), *_QUOTA_REMEDIES[1:])
        which = f"{which}, which is inactive,"
    return case.explain(
        f"{whose} has two access keys, the maximum: {which} must be deleted, because inactive keys count, too.",
        clues.reported_cause(
            ACCESS_KEY_QUOTA, clues.message_text(case), "Cannot exceed quota for AccessKeysPerUser"
        ),
        remedies=remedies,
        notes="AWS does not raise this quota, and does not show a lost secret access key again: a new key replaces it.",
    )


def _find_listed_keys(case: Case[AccessKeyQuota], user: str | None) -> dict[str, str]:
    """Return the status of each access key of a user that the only list of keys in a text has."""
    if "list-access-keys" not in case.failure.text:
        return {}
    found: dict[str, str] = {}
    listed = [run for run in find_runs(case.failure) if run.command.words[:2] == ("iam", "list-access-keys")]
    if len(listed) != 1 or _get_value(listed[0].command, "profile") != _get_value(
        case.context.command, "profile"
    ):
        return found
    output, named = listed[0].output, _get_value(listed[0].command, "user-name")
    # Without a name, the command lists the keys of whoever calls it.
    if user is not None and user not in ({named} if named else set(_USER.findall(output))):
        return found
    for row in (_OBJECTS if "[" in output else _LINES).split(output):
        keys, states = _KEY_ID.findall(row), _STATUS.findall(row)
        if len(keys) == len(states) == 1:
            found[keys[0]] = states[0]
    return found


def _get_value(command: CommandLine | None, option: str) -> str | None:
    stated = None if command is None else command.option(option)
    return None if stated is None else stated.value


def _delete_inactive_remedy(failure: Failure, user: str | None, key: str, other: str) -> Remedy:
    """Return the remedy that deletes the inactive key of two."""
    look = ("iam", "get-access-key-last-used")
    used = {
        each.value: read_creation(run.output)
        for run in find_runs(failure)
        if run.command.words[:2] == look and (each := run.command.option("access-key-id")) is not None
    }
    when = used.get(other)
    last = "" if when is None else f", last used on {when.date()},"
    return your_remedy(
        f"Delete the inactive key {key}",
        None if key in used else "The first command prints when it was last used (N/A: never).",
        f"Keep {other}{last} until what uses it has the new key.",
        commands=(
            *(() if key in used else (commands.command("aws", *look, "--access-key-id", key),)),
            Labelled(
                "Then (this cannot be undone):",
                user_command("delete-access-key", user, "--access-key-id", key),
            ),
            Labelled(
                "Then (AWS shows the secret only now: save it):", user_command("create-access-key", user)
            ),
        ),
        url=pages.ROTATE_KEYS,
    )


_ENV_FILE = lazy_pattern(
    r"\b(?P<program>docker|podman|nerdctl) run\b[^\n]{0,400} --env-file|(?P<kubectl>--from-env-file)\b"
)
_QUOTED_KEY = lazy_pattern(
    r"(?m)^(?P<name>AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN))=[\"'][^\"'\n]{1,2000}[\"'][ \t\r]*$"
)
KEYS_WITH_QUOTES = CauseType(
    "keys-with-quotes",
    title="The quotes in the file of variables are a part of the keys",
    meaning="docker run --env-file and kubectl --from-env-file read each value as it is written, unlike a shell and Docker Compose, which remove quotes.",
    recognised_by="The text shows a quoted value in the file, and the command that reads it.",
    fix="Remove the quotes from the file.",
    of="invalid-credentials",
    sources=("https://github.com/docker/cli/issues/3630",),
)


def explain_quoted_keys(case: Case[Failure]) -> Explanation | None:
    """Explain that a program got its keys with the quotes of a file, or return ``None`` if the text does not show that."""
    text = case.failure.text
    reads, names = _ENV_FILE.search(text), tuple(dict.fromkeys(_QUOTED_KEY.findall(text)))
    if reads is None or not names:
        return None
    program = "kubectl --from-env-file" if reads["kubectl"] else f"{reads['program']} run --env-file"
    listed = join_words(names, "and")
    return case.explain(
        f"AWS does not accept the credentials: {program} passes {listed} with the quotes that are around {'the values' if len(names) > 1 else 'the value'} in the file. The key itself can be valid, and no permission is missing.",
        KEYS_WITH_QUOTES.cause(
            "derived",
            "The text shows the quotes.",
            text=f"The command {program} reads each value as it is written. A shell and Docker Compose remove quotes, so the same file works there.",
        ),
        remedies=your_remedy(
            "Remove the quotes from the file",
            "Write NAME=value. Values need no quotes there, and a shell can still source the file.",
            "Then create the Secret again, and restart the pods."
            if reads["kubectl"]
            else "Then start a new container.",
        ),
        notes="A new access key does not help.",
    )


def user_command(verb: str, user: str | None, *arguments: str) -> str:
    """Return a command of IAM about the keys or policies of a user."""
    return commands.command("aws", "iam", verb, "--user-name", commands.user_name(user), *arguments)


def add_exposed_key(case: Case[Failure], explanation: Explanation) -> Explanation:
    """Add to an explanation what to do first if the text shows a long-term access key with its secret."""
    keys = _find_keys(case.text)
    if not keys or not shows_secret(case.text):
        return explanation
    user = clues.find_user(case)
    deactivate, *others = _exposed_key_remedies(case.text, user, clues.find_partition(case), keys[0])
    # What solves the problem that somebody asks about comes next.
    own = [each for each in explanation.remedies if each.commands[:1] != (_last_used(keys[0]),)]
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary} The text also shows the secret of an access key.",
        remedies=(deactivate, *own[:1], *others, *own[1:]),
        notes=(*(() if user else (f"{_STOLEN}.",)), _SHARE_NO_SECRET, *explanation.notes),
    )


def _find_keys(text: str) -> list[str]:
    """Return the access key IDs in a text, without the examples of the AWS documentation."""
    return [key for key in dict.fromkeys(LONG_TERM_KEY_ID.findall(text)) if not _EXAMPLE.match(key)]


def shows_secret(text: str) -> bool:
    """Return whether a text shows a secret access key."""
    return bool(_LABELED_SECRET.search(text) or _KEY_ID_AND_SECRET.search(text))


def explain_exposed_key(text: str, _facts: Facts) -> Explanation | None:
    """Explain a text whose only problem is an access key in it, such as the report of a secret scanner."""
    keys = _find_keys(text)
    has_secret = bool(keys) and shows_secret(text)
    scanner = next((name for name, pattern in _SCANNERS.items() if pattern.search(text)), None)
    is_said = next(find_said(text, _SAID), None) is not None
    if not has_secret and scanner is None and not is_said:
        return None
    named = f"the access key {keys[0]}" if keys else "an AWS access key"
    summary = f"The text {'shows' if has_secret else 'says that others can have'} {named}{' with its secret' if has_secret else ''}, so treat it as stolen. AWS denied nothing."
    deactivate, *others = _exposed_key_remedies(text, None, "aws", keys[0] if keys else None)
    if scanner is not None:
        path, commit = _PATH.search(text), _COMMIT.search(text)
        file = path and (path["path"] or path["matched"])
        place = f" in {file}" if file else ""
        remove = commands.fill_command("git rm --cached {}", file) if file else None
        amend = (remove, "git commit --amend --no-edit") if remove else ()
        start = f"commit {commit[1][:8]} contains" if commit else "the change contains"
        summary = f"{scanner}: {start} {named}{place}. AWS denied nothing."
        since = f"git rebase --interactive {commit[1][:8]}^" if commit else "git rebase --interactive COMMIT^"
        deactivate = attrs.evolve(
            deactivate,
            title="Deactivate the key, and remove it from the commit",
            steps=(
                "Treat the key as exposed: find out whose it is, and deactivate it.",
                f"Amend the commit, or edit an older one with {since}. Another commit leaves the key in the history. Add the file to .gitignore.",
                "Do not bypass the check: use a role or a secret store in place of the key.",
            ),
            commands=(*deactivate.commands, *amend),
        )
    return Explanation(
        failure=None,
        topic="exposed-access-key",
        summary=summary,
        causes=(EXPOSED_ACCESS_KEY.cause("reported" if scanner else "derived"),),
        remedies=(deactivate, *others),
        notes=(_SHARE_NO_SECRET,),
    )


def _last_used(key: str) -> str:
    return commands.fill_command("aws iam get-access-key-last-used --access-key-id {}", key)


def _exposed_key_remedies(text: str, user: str | None, partition: str, key: str | None) -> tuple[Remedy, ...]:
    key_id = commands.access_key(key)
    deny = f"arn:{partition}:iam::aws:policy/AWSDenyAll"
    deactivate = user_command("update-access-key", user, "--access-key-id", key_id, "--status", "Inactive")
    trace = _STOP_TRACE if _TRACE.search(text) and not _DIFF.search(text) else None
    then = Labelled("Then, if this is the key to deactivate:", deactivate)
    steps: tuple[str, ...] = (
        "Find out whose key it is and where it was last used. If it belongs to the root user, sign in as root to deactivate it.",
        "Programs that use it fail until they have a new key or a role. If AWS knows no such key any more, nothing is left to deactivate.",
    )
    if user is not None:
        # Nobody has to look up whose key it is.
        new = f"Programs that use it fail until they have a role or a new key (aws iam create-access-key --user-name {commands.user_name(user)}). Then delete the old key (delete-access-key)."
        steps = (f"{_STOLEN}. {new}",)
    first = account_remedy(
        f"Deactivate the exposed key{'' if user is None else ', and replace it'}",
        *steps,
        trace,
        commands=(_last_used(key_id), then) if user is None else deactivate,
        url=pages.EXPOSED_KEYS,
    )
    replace = your_remedy(
        "Replace the key with a role or a new key, and remove its secret from logs and pages",
        "Replace it with a role or a new key, then delete the old one. AWS shows a secret access key only once, when it is created.",
        "Remove the text from logs, tickets, chats and pages, and let no script print its environment. In Git, rewrite the history: a new commit does not remove it.",
        "Removing the text is not enough, because copies can exist.",
        trace,
        commands=(
            user_command("create-access-key", user),
            user_command("delete-access-key", user, "--access-key-id", key_id),
        ),
        url=pages.ROTATE_KEYS,
    )
    investigate = account_remedy(
        "Find out how the key was used, and stop the sessions that it created",
        "Look up the key in CloudTrail in each enabled Region, back to the day of the exposure. Look for unknown users, keys, roles, instances and functions, and revoke the sessions of roles that were assumed with the key.",
        "Sessions that were created with the key stay valid after it is deactivated. The policy AWSDenyAll stops them, and everything else that the user does: detach it after the cleanup.",
        "A policy AWSCompromisedKeyQuarantine (or its versions V2 and V3) means that AWS found the key exposed publicly. Leave it attached until the support case is resolved.",
        commands=(
            f"aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue={key_id}",
            user_command("list-attached-user-policies", user),
            user_command("attach-user-policy", user, "--policy-arn", deny),
        ),
        url=pages.QUARANTINE,
    )
    return first, investigate, replace
