"""Check that broken lines are joined, also in the middle of a word."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from iamtriage._reading.unwrapping.linewraps import join_wrapped_lines
from iamtriage._reading.unwrapping.unwrap import unwrap
from iamtriage._reading.vocabulary.view import View
from tests.tables import DENIAL, REQUEST, check_rows, facts_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_GO = (
    f"operation error EKS: DescribeCluster, https response error StatusCode: 403, RequestID: {REQUEST}, api error AccessDeniedException: {DENIAL} "
    "because no identity-based policy allows the eks:DescribeCluster action"
)
_BOTO = f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL} with an explicit deny in a service control policy: arn:aws:organizations::111122223333:policy/o-example123/service_control_policy/p-example1"
_TEXTS = [pytest.param(_GO, id="go"), pytest.param(_BOTO, id="boto3")]


@check_rows("width", [60, 72, 79, 80, 100, 120, 132])
@check_rows("text", _TEXTS)
def test_terminal_breaks_anywhere(text: str, width: int) -> None:
    """A terminal breaks lines at its width, also inside ARNs, account IDs and request IDs."""
    assert facts_in("\n".join(text[at : at + width] for at in range(0, len(text), width))) == facts_in(text)


@check_rows("width", [60, 72, 80, 100, 120])
@check_rows("text", _TEXTS)
def test_wrapper_breaks_at_spaces(text: str, width: int) -> None:
    """A text wrapper does not break words."""
    assert facts_in(textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)) == facts_in(
        text
    )


@check_rows("width", [80, 100])
@check_rows("text", _TEXTS)
def test_wrapper_breaks_after_hyphens(text: str, width: int) -> None:
    """By default, Python's ``textwrap`` breaks after hyphens, for example in ``identity-based``."""
    assert facts_in(textwrap.fill(text, width)) == facts_in(text)


@check_rows(
    ("text", "joined"),
    [
        ("Signature expired: 20261\n124T214427Z is now", "Signature expired: 20261124T214427Z is now"),
        (
            "X-Amz-Date=20261124T214427Z&X-Amz-SignedHeaders=host\nhost:orders.example.com",
            "X-Amz-Date=20261124T214427Z&X-Amz-SignedHeaders=host\nhost:orders.example.com",
        ),
        (
            "on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secre\nt:orders-a1B2c3",
            "on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-a1B2c3",
        ),
        (
            "on resource: arn:aws:sqs:eu-west-1:111122223333:orders\nhttps://example.com/a",
            "on resource: arn:aws:sqs:eu-west-1:111122223333:orders\nhttps://example.com/a",
        ),
        (
            "authorization failed: no basic auth credential\ns",
            "authorization failed: no basic auth credentials",
        ),
        ("each has a credential\nsince May", "each has a credential\nsince May"),
        # Lines of a manifest can have the same length.
        (
            "kind: BackupStorageLocation\nmetadata:\n    bucket: acme-dr-backups\n  config:",
            "kind: BackupStorageLocation\nmetadata:\n    bucket: acme-dr-backups\n  config:",
        ),
        (
            "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding",
            "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding",
        ),
    ],
)
def test_only_a_break_inside_a_value_is_removed(text: str, joined: str) -> None:
    view = View(text)
    join_wrapped_lines(view)
    assert view.text == joined


@pytest.mark.parametrize("width", [80, 120])
def test_indented_continuation(width: int) -> None:
    """Continuation lines of a table cell are indented."""
    lines = textwrap.wrap(_GO, width, break_long_words=False, break_on_hyphens=False)
    assert facts_in("\n        ".join(lines)) == facts_in(_GO)


@check_rows("text", [*_TEXTS, pytest.param(DENIAL, id="end-with-a-resource")])
@check_rows("width", [24, 28, 31, 34, 36, 48])
def test_cells_of_the_last_column(text: str, width: int) -> None:
    """AWS SAM breaks the reason of an event at the width of its column, also inside a word."""
    first, *rest = textwrap.wrap(text, width, break_on_hyphens=False)
    row = f"{'CREATE_FAILED':28} {'Queue':28} "
    lines = [f"{row}{first:{width}}", *(f"{'':58}{part:{width}}" for part in rest)]
    assert facts_in("\n".join([*lines, f"{'CREATE_COMPLETE':28} {'Topic':28} {'-':{width}}"])) == facts_in(
        text
    )


def test_row_of_which_two_columns_continue() -> None:
    """Such a row does not say how wide the last column of the other rows is."""
    reason = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:CreateQueue"
    first, *rest = textwrap.wrap(reason, 24, break_on_hyphens=False)
    lines = [f"{'Queue':30} {first:24}", *(f"{'':31}{part:24}" for part in rest)]
    other = f"{'CREATE_FAILED':24} {'AWS::CloudFormation::S':24} The following\n{'':25}{'tack':24} failed"
    assert facts_in("\n".join([*lines, other])) == facts_in(reason)


_MARKS = ["\\", " \\", "`", " `", " ^"]


@pytest.mark.unmeasured
@check_rows("width", [60, 80, 100, 120])
@check_rows("indent", ["", "    "])
@check_rows("mark", _MARKS)
@check_rows("text", _TEXTS)
def test_continued_lines(text: str, mark: str, indent: str, width: int) -> None:
    """In shell commands, a mark at the end of a line continues it."""
    for on_hyphens in (False, True):
        lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=on_hyphens)
        continued = f"{mark}\n{indent}".join(lines)
        assert facts_in(continued) == facts_in(text)
        assert facts_in(json.dumps({"log": continued})) == facts_in(text)
        assert facts_in("".join(f"> {line}\n" for line in continued.split("\n"))) == facts_in(text)


@pytest.mark.parametrize("width", [60, 80, 100, 120])
@pytest.mark.parametrize("mark", _MARKS)
@check_rows("text", _TEXTS)
def test_editor_marks_its_breaks(text: str, mark: str, width: int) -> None:
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    assert facts_in(f"{mark}\n".join(lines)) == facts_in(text)


@pytest.mark.parametrize("width", range(50, 140, 7))
@check_rows("text", _TEXTS)
def test_terminal_breaks_escapes(text: str, width: int) -> None:
    """A backslash at the end of a terminal's line belongs to an escape that continues on the next line."""
    inner = json.dumps({"say": 'a "quoted" word \\ C:\\logs', "msg": text})
    for escaped in (inner, json.dumps({"log": inner}), json.dumps({"log": json.dumps({"log": inner})})):
        lines = [escaped[at : at + width] for at in range(0, len(escaped), width)]
        assert facts_in("\n".join(lines)) == facts_in(text)


def _between(lines: Iterable[str], frame: str, padding: int) -> str:
    blanks = " " * padding
    inside = list(lines)
    width = max(map(len, inside))
    return "\n".join(f"{frame}{blanks}{line:<{width}}{blanks}{frame}" for line in inside)


_FRAMES = [pytest.param(frame, padding, id=f"{frame}{padding}") for frame in "│┃║|" for padding in (0, 1, 2)]


@check_rows("indent", ["    ", "\t", " " * 12])
@check_rows("width", [60, 79, 100, 132])
@check_rows("text", _TEXTS)
def test_indented_block(text: str, width: int, indent: str) -> None:
    """The lines of a terminal are indented alike where they are code in Markdown."""
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    assert facts_in("".join(f"{indent}{line}\n" for line in lines)) == facts_in(text)


_HOST_ID = "Jq7pTnXv3kLmZ0/RwYbA5dHcE+u9sGf2iOo8NhQyMxKt6VrBeU4WlPj1DzSCaFgI7TnRq3XvYkE="
# A name, and where it can be broken: only the joined parts are a name.
_NAMES = {
    "code": (
        "Error: creating loft (plans): InvalidInputException: AWS was not able to validate the provided access credentials",
        [("InvalidInputExce", "ption"), ("InvalidInputE", "xception"), ("Inv", "alidInput")],
    ),
    "code, at a capital": (
        f"sign: SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided\n\tstatus code: 403, request id: {REQUEST}",
        [("SignatureDoes", "NotMatch"), ("SignatureDoesN", "otMatch")],
    ),
    "operation": (
        "An error occurred (AccessDeniedException) when calling the PutAccountPolicy operation: no",
        [("PutAcc", "ountPolicy"), ("PutAccount", "Policy")],
    ),
    "action at the end": (
        "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity",
        [("sts:Ass", "umeRoleWithWebIdentity"), ("sts:AssumeRole", "WithWebIdentity")],
    ),
    "action": (
        "AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObjectVersion on resource: arn:aws:s3:::loft-plans/a",
        [("s3:GetObj", "ectVersion"), ("s3:GetObject", "Version")],
    ),
    "ARN": (
        "ClientError: SageMaker was unable to assume the role 'arn:aws:iam::111122223333:role/Loft'",
        [("'arn", ":aws"), ("'ar", "n:aws")],
    ),
    "host ID": (
        f"Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 6G2K7P9QX3YTRB4M), S3 Extended Request ID: {_HOST_ID}",
        [("Jq7pTnXv3kLmZ0/", "RwYbA"), ("Jq7pTnXv", "3kLmZ0/"), ("dHcE+", "u9sGf2")],
    ),
    "verb": (
        'nodes "loft-1" is forbidden: User "system:serviceaccount:ops:drain" cannot patch resource "nodes" in API group "" at the cluster scope',
        [("cannot pat", "ch resource")],
    ),
}


@check_rows("name", _NAMES)
def test_break_in_a_name(name: str) -> None:
    text, places = _NAMES[name]
    for before, behind in places:
        assert before + behind in text
        assert facts_in(text.replace(before + behind, f"{before}\n{behind}")) == facts_in(text), before


@pytest.mark.parametrize(
    "text",
    [
        "It fails with the message Access\nDenied: see below",
        "AccessDenied: not authorized to perform: s3:GetObject\nVersion 2 of the tool is in use",
        "the last resource is loft-planB\nAccessDenied. User doesn't have permission to call iam:GetRole",
    ],
)
def test_break_between_words(text: str) -> None:
    """A break between a name and a word remains, although both together would be a name."""
    assert facts_in(text) == facts_in(text.replace("\n", " \n"))


@check_rows("width", [60, 79, 90, 100, 132, 200])
@check_rows(("frame", "padding"), _FRAMES)
@check_rows("text", _TEXTS)
def test_box_of_a_terminal(text: str, frame: str, padding: int, width: int) -> None:
    """A terminal pane with borders breaks lines anywhere."""
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    assert facts_in(_between(lines, frame, padding)) == facts_in(text)


@check_rows("width", [60, 79, 100, 132])
@check_rows(("frame", "padding"), [row for row in _FRAMES if row.values[0] != "|"])
@check_rows("text", _TEXTS)
def test_selection_in_a_box(text: str, frame: str, padding: int, width: int) -> None:
    """A selection starts inside the first line of a pane and ends inside the last one."""
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    box = _between(lines, frame, padding)
    assert facts_in(box[1 + padding :].rstrip(f"{frame} ")) == facts_in(text)


@check_rows("width", [60, 80, 100, 120])
@check_rows("long_words", [False, True])
@check_rows(("frame", "padding"), _FRAMES)
@check_rows("text", _TEXTS)
def test_box_of_a_wrapper(text: str, frame: str, padding: int, width: int, *, long_words: bool) -> None:
    """A program that draws a box breaks lines at spaces and hyphens, and inside words wider than the box."""
    lines = textwrap.wrap(text, width, break_long_words=long_words, break_on_hyphens=long_words)
    assert facts_in(_between(lines, frame, padding)) == facts_in(text)


@check_rows("wrap", [json.dumps, "╭──╮\n{}\n╰──╯\n".format, "I get\n\n{}\n\nWhy?".format])
@check_rows("text", _TEXTS)
def test_box_in_something_else(text: str, wrap: Callable[[str], str]) -> None:
    lines = [text[at : at + 90] for at in range(0, len(text), 90)]
    assert facts_in(wrap(_between(lines, "│", 1) + "\n")) == facts_in(text)


@check_rows(
    ("where", "at"),
    [
        ("in the account id", _GO.index("111122223333") + 5),
        ("in the role", _GO.index("assumed-role/") + 4),
        ("after a slash", _GO.index("assumed-role/") + len("assumed-role/")),
        ("in the partition", _GO.index("arn:aws") + 6),
        ("in the request id", _GO.index(REQUEST) + 20),
        ("after a hyphen of the request ID", _GO.index(REQUEST) + 9),
        ("in a word of the sentence", _GO.index("authorized") + 4),
        ("after a hyphen of the sentence", _GO.index("identity-") + 9),
        ("between words", _GO.index(" because")),
    ],
)
def test_one_break(where: str, at: int) -> None:
    """A single newline is removed if the two parts make one value or word."""
    text = f"{_GO[:at]}\n{_GO[at:].lstrip()}"
    assert facts_in(text) == facts_in(_GO), where


@check_rows(
    ("text", "joined"),
    [
        ("one line", "one line"),
        ("two\nlines", "two\nlines"),
        ("not author\nized", "not authorized"),
        ("an iden\ntity-based policy", "an identity-based policy"),
        ("arn:aws:iam::1111\n22223333:role/app", "arn:aws:iam::111122223333:role/app"),
        ("arn:aws:iam::111122223333:role/\napp", "arn:aws:iam::111122223333:role/app"),
        ("arn:aws:iam::111122223333:role/app\nand more", "arn:aws:iam::111122223333:role/app\nand more"),
        (
            "policy: arn:aws:iam::111122223333:policy/team/Guard\nrails\nAt C:\\x.ps1:3 char:5",
            "policy: arn:aws:iam::111122223333:policy/team/Guardrails\nAt C:\\x.ps1:3 char:5",
        ),
        (
            "policy: arn:aws:organizations::111122223333:policy/o-a/service_control_policy/p-12\n345678\nIn Zeile:1 Zeichen:1",
            "policy: arn:aws:organizations::111122223333:policy/o-a/service_control_policy/p-12345678\nIn Zeile:1 Zeichen:1",
        ),
        # Two words, a word of messages, and what PowerShell did not print.
        (
            "policy: arn:aws:iam::111122223333:policy/Guard\nnot rails\nAt line:1 char:1",
            "policy: arn:aws:iam::111122223333:policy/Guard\nnot rails\nAt line:1 char:1",
        ),
        (
            "policy: arn:aws:iam::111122223333:policy/Guard\ndenied\nAt line:1 char:1",
            "policy: arn:aws:iam::111122223333:policy/Guard\ndenied\nAt line:1 char:1",
        ),
        (
            "policy: arn:aws:iam::111122223333:policy/Guard\nrails\n$ exit",
            "policy: arn:aws:iam::111122223333:policy/Guard\nrails\n$ exit",
        ),
        (f"id {REQUEST[:20]}\n{REQUEST[20:]}", f"id {REQUEST}"),
        ("id 0f1e2d3c-\nnothing", "id 0f1e2d3c-\nnothing"),
        ("status\ncode", "status\ncode"),
        ("with\nan explicit deny", "with\nan explicit deny"),
        ("a\n\nb", "a\n\nb"),
        ("", ""),
    ],
)
def test_join_wrapped_lines(text: str, joined: str) -> None:
    """Newlines inside a word or value are removed; those between words remain."""
    view = View(text)
    join_wrapped_lines(view)
    assert view.text == joined


@check_rows(
    ("text", "readable"),
    [
        ("│ one │", "one"),
        ("║ a ║\n║   ║\n║ b ║", "a\n\nb"),
        # The last word fills the line and continues.
        ("│ the user is alice-the-devel │\n│ oper of the team            │", "the user is alice-the-developer of the team"),
        ("│ a long word that fits here │\n│   and an indented line     │", "a long word that fits here\nand an indented line"),
        # No line fills the box.
        ("│ the user is alice-the-devel  │\n│ oper of the team             │", "the user is alice-the-devel\noper of the team"),
        # Rows, each with its own value.
        ("| arn:aws:iam::111122223333:role/a |\n| arn:aws:iam::111122223333:role/b |", "arn:aws:iam::111122223333:role/a\narn:aws:iam::111122223333:role/b"),
        ("| one row of a table's column |\n| another one |", "one row of a table's column\nanother one"),
        # Columns lose only the left border.
        ("│ a │ b │\n│ c │ d │", "a │ b │\nc │ d │"),
        ("| a | b |\n|---|---|\n| c | d |", "| a | b |\n|---|---|\n| c | d |"),
        ("cat log | grep denied |", "cat log | grep denied |"),
        ("│", ""),
        ("││\n││", "\n"),
    ],
)  # fmt: skip
def test_borders(text: str, readable: str) -> None:
    assert unwrap(text).text == readable.rstrip()


@check_rows(
    ("text", "readable"),
    [
        ("one \\\ntwo", "one\ntwo"),
        ("one\\\ntwo\\\nthree", "one\ntwo\nthree"),
        ("one \\\n  two \\\n  three \\", "one\ntwo\nthree"),
        ("one `\n  two", "one\ntwo"),
        ("one ^\r\n  two", "one\ntwo"),
        ('say "one" \\\nsay "two" \\\nC:\\logs', 'say "one"\nsay "two"\nC:\\logs'),
        # The continued line ends with a path.
        ("cd C:\\logs\\ \\\ndir \\\nend", "cd C:\\logs\\\ndir\nend"),
    ],
)
def test_marks_that_continue_lines(text: str, readable: str) -> None:
    assert unwrap(text).text == readable


@check_rows(
    "text",
    [
        "C:\\logs\\\nend",
        "C:\\one\\\nC:\\data\\\nend",
        "a doubled one\\\\\nis escaped\\\\\nor LaTeX's",
        "lines of one length\nwith a blank here \\\nend",
        "see `one\nword`\nhere",
        "see `one\nword` and `two\nwords`\nhere",
        "is `a`\nor `b`\nhere",
        "SES quotes `like\nthis'",
        "an end of its own `\n\nnext",
        "an end of its own \\\n\nnext",
        "an end of its own \\",
        "open(x\n^\nSyntaxError",
        "open(x\n^^^^\nSyntaxError",
        "matches a^\nb",
    ],
)
def test_characters_that_end_lines_by_chance(text: str) -> None:
    assert unwrap(text).text == text


def test_lines_of_the_cpp_sdk_are_not_joined() -> None:
    """Its line with the request ID often has the same length as that with the message."""
    lines = f"HTTP response code: 404\nRequest ID: {REQUEST}\nException name: NoSuchKey\nError message: The specified key does not exist.\n12 response headers:\nserver : AmazonS3"
    view = View(lines)
    join_wrapped_lines(view)
    assert view.text == lines


def test_log_lines_of_one_length_are_not_joined() -> None:
    """Lines that start with a time do not result from wrapping, even if they have the same length."""
    lines = "\n".join(f"2026-01-02T03:04:0{n}Z INFO request number {n} served" for n in range(5))
    view = View(lines)
    join_wrapped_lines(view)
    assert view.text == lines


_UPLOAD = "the nightly job copied the reports of all regions into the s3 folder bucket/one"
_DENIED = "An error occurred (AccessDenied) when calling the GetRole operation: Not allowed"
_LINES_OF_ONE_LENGTH = {
    "sentences": [_UPLOAD + "s", _DENIED, _UPLOAD + "s", _DENIED, _UPLOAD + "s"],
    "sentences before a shorter one": [_UPLOAD + "s", _DENIED, _UPLOAD + "s", _DENIED, "the end"],
    "sorted names": [f"arn:aws:s3:::reports-of-the-region-{n}" for n in "abcdef"],
    "rows": [f"i-0a1b2c3d4e5f6071{n}   running   eu-west-1   m5.large" for n in range(5)],
    "columns with padding": ["alpha  eu-west-1a   4 GiB ", "beta   eu-west-1b  16 GiB ", "gamma  eu-west-1c   8 GiB "],
    "one message again and again": [_DENIED] * 5,
    "messages of a program": [
        "Access to the bucket failed again.",
        "Another attempt in three seconds..",
        "Access to the queue fails as well.",
        "Waiting for the operator of these.",
    ],
    "values": [
        "first = arn:aws:iam::111122223333:role/a",
        "other = arn:aws:iam::111122223333:role/b",
        "third = arn:aws:iam::111122223333:role/c",
    ],
}  # fmt: skip


@check_rows("lines", _LINES_OF_ONE_LENGTH.values(), ids=_LINES_OF_ONE_LENGTH)
def test_lines_of_one_length_are_not_joined(lines: list[str]) -> None:
    """Sentences, rows and sorted lists that happen to have one length do not result from wrapping."""
    view = View("\n".join(lines))
    join_wrapped_lines(view)
    assert view.text == "\n".join(lines)


_words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
_sentences = st.lists(_words, min_size=8, max_size=30).map(" ".join).map(str.capitalize)


@given(st.lists(_sentences, min_size=3, max_size=8), st.data())
def test_sentences_of_its_length_leave_a_message_as_it_is(sentences: list[str], data: st.DataObject) -> None:
    """Sentences around a message that have its length by chance do not run into it."""
    size = len(_DENIED)
    lines = [f"{sentence[:size].rstrip():x<{size}}" for sentence in sentences]
    lines.insert(data.draw(st.integers(0, len(lines))), _DENIED)
    view = View("\n".join(lines))
    join_wrapped_lines(view)
    assert _DENIED in view.text.split("\n")


_wide = st.sampled_from([60, 72, 79, 80, 100, 120])


@given(_wide, st.sampled_from([_GO, _BOTO]), st.lists(_words, max_size=20).map(" ".join))
def test_terminal_breaks_after_any_words(width: int, text: str, words: str) -> None:
    """Wherever a terminal's width falls, a text of several lines is joined again."""
    whole = f"{words} {text}".strip()
    lines = [whole[at : at + width] for at in range(0, len(whole), width)]
    assume(sum(len(line) == width for line in lines) > 2)
    assert facts_in("\n".join(lines)) == facts_in(whole)


@pytest.mark.parametrize(
    "stamp",
    [
        "2026-01-02T03:04:05.678Z ",
        "2026-01-02 03:04:05 ",
        "[03:04:05] ",
        "Jan  2 03:04:05 host app[1]: ",
        "2026-01-02T03:04:05.678Z stdout F ",
        "2026-01-02T03:04:05.678Z stderr P ",
        "app-1  | 2026-01-02 03:04:05 ",
    ],
)
@check_rows("width", range(96, 130, 7))
def test_lines_with_timestamps(stamp: str, width: int) -> None:
    """A value broken at its hyphen does not absorb the timestamp of the next line."""
    lines = textwrap.wrap(_BOTO, width)
    assert facts_in("\n".join(stamp + line for line in lines)) == facts_in(_BOTO)


@check_rows("text", _TEXTS)
@check_rows("width", range(60, 101, 8))
def test_padded_lines(text: str, width: int) -> None:
    """A program breaks a text at any character, indents the lines, and pads them to the terminal's width."""
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    padded = "\n".join(f"        {line}".ljust(140) for line in lines)
    assert facts_in(f"  - [aaaa0000]: stopped\n{padded}") == facts_in(text)
