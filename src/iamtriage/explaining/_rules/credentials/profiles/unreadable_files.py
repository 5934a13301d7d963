"""Explain that a user is not allowed to read the files in ~/.aws.

Source: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import MissingCredentials

# The listing of a file that only its owner can read, the user that the text shows, and what Python and Go say.
_LISTED_FILE = lazy_pattern(
    r"^-r[w-]-[r-]-----[.+@]? +\d+ +(?P<owner>[a-z_][\w.-]{0,31}) +\S+ [^\n]{0,60}?(?P<file>(?:/[\w.~-]{1,60}){0,8}/?(?:credentials|config))[ \t]*$",
    re.MULTILINE,
)
_SHOWN_USER = lazy_pattern(
    r"\bwhoami\b[^\n]{0,20}\n(?P<whoami>[a-z_][\w-]{0,31})\s*$|\buid=\d{1,10}\((?P<uid>[a-z_][\w-]{0,31})\)|\bUser=(?P<unit>[a-z_][\w-]{0,31})\b|^(?P<prompt>[a-z_][\w-]{0,31})@[\w.-]{1,64}:[^\n$#]{0,80}\$ ",
    re.MULTILINE,
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
    if (whose := _find_other_owner(file, user)) is not None:
        return _explain_files_of_other(case, whose, problem, because)
    home = file.rpartition("/.aws/")[0] if "/.aws/" in file else "~"
    owner = user or ("USER" if not home.startswith("/home/") else home.rpartition("/")[2])
    return case.explain(
        f"The SDK found no credentials: {problem}. No request was sent to AWS.",
        FILES_UNREADABLE.cause(
            "derived",
            because,
            text="An SDK takes a file that it cannot read for a missing one. The profile itself can be right.",
        ),
        topic="no-credentials",
        remedies=your_remedy(
            "Give the files to the user that makes the call",
            "The commands give the folder to that user, and let nobody else read it. Don't make the files readable for all: they have secrets.",
            "If they are meant to be those of another user, run the call as that user, or create a profile for this one (aws configure).",
            commands=(
                f"sudo chown -R {owner} {home}/.aws",
                f"chmod -R u=rwX,go= {home}/.aws",
                "aws sts get-caller-identity",
            ),
            url=FILES_UNREADABLE.sources[0],
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


def _find_other_owner(file: str, user: str | None) -> str | None:
    """Return whose home directory has a file, if that is not the user of the call."""
    found = _HOME.match(file)
    owner = None if found is None else found["name"] or "root"
    if owner == "root" and user is None:
        return owner
    return owner if user is not None and owner != user else None


def _explain_files_of_other(
    case: Case[MissingCredentials], owner: str, problem: str, because: str
) -> Explanation:
    """Explain that a program looks for the files in the home directory of another user, whose secrets they are."""
    return case.explain(
        f"The SDK found no credentials: {problem}, a file of the user {owner}. No request was sent to AWS.",
        FILES_UNREADABLE.cause(
            "derived",
            because,
            text=f"Most likely, a variable such as HOME leads the program to the files of {owner}, and it runs as another user.",
        ),
        topic="no-credentials",
        remedies=your_remedy(
            "Let the program use files or a role of its own user",
            "Run the commands as the user that makes the call, where it makes it. If HOME is that of another user, correct it. In a container, mount the files in the home directory of its user.",
            f"Leave the files of {owner} as they are: they have secrets, and {owner} needs them. If the call is meant to use them, run it as {owner}.",
            commands=("id", "env | grep -E '^(HOME|AWS_CONFIG_FILE|AWS_SHARED_CREDENTIALS_FILE)='"),
            url=FILES_UNREADABLE.sources[0],
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )
