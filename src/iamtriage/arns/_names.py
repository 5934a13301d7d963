"""IAM's rules for names, paths and account ids; not for the shape of ARNs.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html and the patterns of
IAM's and STS's API references.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._text import quote_text
from iamtriage.exceptions import InvalidArnError

if TYPE_CHECKING:
    from typing import NoReturn

ACCOUNT = re.compile(r"[0-9]{12}")
# https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_PermissionSet.html
PERMISSION_SET = re.compile(r"[A-Za-z0-9_+=,.@-]{1,32}")

# Noun -> the least and the most characters of its name.
LIMITS = {
    "role": (1, 64),
    "user": (1, 64),
    "instance profile": (1, 128),
    "role session": (2, 64),
    "federated user": (2, 32),
}
_LONGEST_PATH = 512
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_+=,.@-]")
_NOT_IN_PATHS = re.compile(r"[^\x21-\x7e]")


def check_name(name: str, noun: str, text: str, start: int) -> None:
    """Hold the name at ``start`` of a text to IAM's rules.

    Raises:
        InvalidArnError: it breaks one.
    """
    wrong = _NOT_IN_NAMES.search(name)
    if wrong:
        words = f"a {noun}'s name holds A-Z, a-z, 0-9 and _+=,.@- only, not {wrong[0]!r}"
        refuse(words, text, start + wrong.start())
    if not name:
        refuse(f"the {noun}'s name is missing", text, start)
    least, most = LIMITS[noun]
    if not least <= len(name) <= most:
        words = f"a {noun}'s name has {least} to {most} characters, this one has {len(name)}"
        refuse(words, text, start)


def check_path(path: str, text: str, start: int) -> None:
    """Hold the path at ``start`` of a text to IAM's rules.

    Raises:
        InvalidArnError: it breaks one.
    """
    if len(path) > _LONGEST_PATH:
        words = f"a path has at most {_LONGEST_PATH} characters, this one has {len(path)}"
        refuse(words, text, start)
    wrong = _NOT_IN_PATHS.search(path)
    if wrong:
        words = f"a path holds ASCII characters from ! to ~ only, not {wrong[0]!r}"
        refuse(words, text, start + wrong.start())
    if not (path.startswith("/") and path.endswith("/")) or path == "//":
        refuse("a path is / alone, or begins and ends with a slash", text, start)


def refuse(words: str, text: str, position: int) -> NoReturn:
    """Raise what is wrong with a text, and show the text.

    Raises:
        InvalidArnError: always.
    """
    message = f"{words}: {quote_text(text)}"
    raise InvalidArnError(message, text=text, position=position)
