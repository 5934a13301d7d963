"""Write the committed changes that git printed as what the files have after them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

_GIT = lazy_pattern(
    r"(?:^|[\s$#%>❯])git (?:-C \S{1,200} )?(?P<command>diff|log|show)(?P<words>(?: [^\s|;&]{1,300}){0,12})"
)
_FILE = lazy_pattern(r"(?!\S{0,300}\.\.(?!/))\S{0,300}\.[a-z][a-z0-9]{0,7}")
_NAMED = lazy_pattern(r"[0-9a-f]{7,40}|v\d[\w.]{0,20}")
# A commit before the present one. What differs from a branch, or is not committed, can be in effect or not.
_EARLIER = lazy_pattern(
    r"(?!stash\b)(?:[\w./-]{1,60}(?:~\d{0,4}|\^+|@\{[^{}\s]{1,40}\})|[0-9a-f]{7,40}|v\d[\w.]{0,20}?)(?:\.\.(?:HEAD)?)?"
)
# What shows commits, up to the main branch or a number of them, can show no others.
_SHOWN = lazy_pattern(r"HEAD|main|master|\d{1,4}")
# Reversed, or not committed.
_OTHERWISE = frozenset({"-R", "--cached", "--staged"})
# What precedes the hunks of a file: names, and the commit with its message.
_HEADER = lazy_pattern(
    r"diff --git a/\S{1,300} b/(?P<file>\S{1,300})|    [^\n]{1,300}|\s{0,8}"
    r"|(?:index|new|old|similarity|rename|commit|Author:|Date:|Merge:|---|\+\+\+) [^\n]{0,300}"
)
_HUNK = lazy_pattern(
    r"@@ -\d{1,6}(?:,(?P<old>\d{1,4}))? \+\d{1,6}(?:,(?P<new>\d{1,4}))? @@ ?(?P<around>[^\n]{0,300})"
)
# A commit that people name, and its changed lines. Not "once it is merged" and "on the staging branch".
_COMMIT = lazy_pattern(
    r"(?i)\A(?![^\n]*(?:\?|\b(?:another|branch|can|closed|dev|if|may|might|never|next|not|once|other|staging"
    r"|to commit|unless|until|when)\b))[^\n]{0,300}?\b(?:commit|merged|deployed)\b[^\n]{0,80}:\s*\Z"
)
_ADDED = lazy_pattern(r"(?m)^\+ ")
# A change that is not in effect.
_PROPOSED = lazy_pattern(
    r"(?i)\b(?:propos\w{1,4}|suggest\w{0,5}|would|should|could|plan(?:s|ned|ning)?|want(?:s|ed)?|going to)\b"
    r"|\b(?:about to|draft|review|will|tomorrow|(?:await|wait)ing)\b"
    r"|\b(?:open|my|this|the|a|in) (?:PR|pull request|merge request)\b(?![^\n]{0,60}\bmerged)"
)
_UNDONE = lazy_pattern(
    r"(?i)\b(?:undid|undone|unmerged|rolled (?:it |this |that )?back)\b|\brevert"
    r"|(?:\bnot|n't) (?:yet |been ){0,2}(?:merged|applied|deployed|pushed|released)\b"
)
# Shorter lines, such as a brace, are in many places.
_CHARS_AROUND, _MAX_LINES, _MIN_LINE = 200, 400, 20


def apply_diffs(text: str) -> Iterator[tuple[int, int, str]]:
    r"""Yield the beginning and end of each hunk, with the name of the file and its lines after the change.

    >>> [*apply_diffs('$ git diff HEAD~1 -- a.json\n@@ -1,2 +1,2 @@\n {\n-"a": 1\n+"a": 2\n')]
    [(28, 63, 'a.json:\n{\n"a": 2\n')]
    """
    is_change, file, at, stop = False, "", 0, 0
    # A list of commits begins with the last one.
    removed = dict[str, set[str]]()
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        if start < stop:
            continue
        hunk, git = _HUNK.match(line) if is_change else None, _GIT.search(line)
        if hunk is not None:
            stop, after, gone = _apply(text, at, int(hunk["old"] or 1), int(hunk["new"] or 1))
            later = removed.setdefault(file, set())
            if _UNDONE.search(text[stop : stop + _CHARS_AROUND].lstrip().partition("\n\n")[0]):
                continue
            if not later.isdisjoint(after.splitlines()):
                yield start, stop, ""
                continue
            later |= gone
            around = f"{hunk['around'].rstrip()}\n" if hunk["around"].rstrip().endswith("{") else ""
            yield start, stop, f"{file and f'{file}:'}\n{around}{after}"
        elif git is not None:
            words = git["words"].split()
            file = next((each for each in reversed(words) if _FILE.fullmatch(each)), "")
            removed.clear()
            is_change = _is_committed(git["command"], words) and not _is_proposed(text, start)
        elif not is_change and (block := _find_block(text, start, at, line)) is not None:
            stop, after = block
            yield at, stop, after
        elif (header := _HEADER.fullmatch(line.rstrip("\r\n"))) is None:
            is_change, file = False, ""
        elif header["file"]:
            file = header["file"]


def _find_block(text: str, start: int, at: int, line: str) -> tuple[int, str] | None:
    """Return where the changed lines below a line on a commit end, and what they become."""
    if _COMMIT.search(line) is None or _is_proposed(text, at) or _is_proposed(text, start):
        return None
    end = text.find("\n\n", at)
    block = text[at : len(text) if end < 0 else end + 1]
    if not _ADDED.search(block):
        return None
    stop, after, _ = _apply(block, 0, _MAX_LINES, _MAX_LINES)
    is_undone = _UNDONE.search(text[at + stop : at + stop + _CHARS_AROUND].lstrip().partition("\n\n")[0])
    return None if stop < len(block) or is_undone else (at + stop, after)


def _is_committed(command: str, words: list[str]) -> bool:
    """Return whether a command of git shows what committed changes have changed up to now.

    >>> [_is_committed("diff", each.split()) for each in ("HEAD~2 -- a.tf", "HEAD HEAD~1", "main", "")]
    [True, False, False, False]
    """
    names = words[: words.index("--")] if "--" in words else words
    if not _OTHERWISE.isdisjoint(names):
        return False
    commits = [each for each in names if not each.startswith("-") and _FILE.fullmatch(each) is None]
    if command != "diff":
        # Later commits, which are not shown, can have undone what one before the last shows.
        return all(_SHOWN.fullmatch(each) or _NAMED.fullmatch(each) for each in commits)
    return bool(commits) and _EARLIER.fullmatch(commits[0]) is not None and set(commits[1:]) <= {"HEAD"}


def _is_proposed(text: str, at: int) -> bool:
    """Return whether the words before a command say that the change which it prints is not in effect."""
    before = text[max(at - _CHARS_AROUND, 0) : at].rpartition("\n\n")[2]
    return _PROPOSED.search(before) is not None or _UNDONE.search(before) is not None


def _apply(text: str, at: int, old: int, new: int) -> tuple[int, str, set[str]]:
    """Return the end of a hunk, its lines after the change, and the long ones that it removed.

    Args:
        text: The text.
        at: Where the lines begin.
        old: How many lines the hunk has before the change. People leave some out.
        new: How many it has after it.
    """
    after, removed, blank = list[str](), set[str](), ""
    for line in islice(_lines_from(text, at), _MAX_LINES):
        mark = line[:1]
        if not line.strip():
            blank += line
            continue
        is_over = old <= 0 and new <= 0
        if mark not in " +-\\" or (is_over and (blank or mark == "-")):
            break
        at += len(blank) + len(line)
        after.append(blank)
        blank = ""
        if mark in " +":
            after.append(line[1:])
        elif len(line) > _MIN_LINE:
            removed.add(line[1:].rstrip("\r\n"))
        old, new = old - (mark in " -"), new - (mark in " +")
    return at, "".join(after), removed - set("".join(after).splitlines())


def _lines_from(text: str, at: int) -> Iterator[str]:
    """Yield the lines of a text from a position on."""
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text)
        yield text[at:end]
        at = end
