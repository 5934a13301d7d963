"""Check that unwrapping does not change what is read, and keeps offsets."""

from __future__ import annotations

import html
import json
import textwrap
from typing import TYPE_CHECKING

import pytest

from iamtriage import parse, redact
from iamtriage._reading.unwrapping.unwrap import unwrap
from iamtriage._reading.vocabulary.view import View
from tests.tables import APP, CLUSTER, DENIAL, REQUEST, Facts, check_rows, facts_in

if TYPE_CHECKING:
    from collections.abc import Callable

_MESSAGE = f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL} because no identity-based policy allows the eks:DescribeCluster action"
_GO = f"operation error EKS: DescribeCluster, https response error StatusCode: 403, RequestID: {REQUEST}, api error AccessDeniedException: {DENIAL} with an explicit deny in a permissions boundary"
_STAMP = "2026-01-02T03:04:05.678Z"


def _box(text: str, width: int = 76) -> str:
    body = "\n".join(
        f"│ {line}"
        for line in textwrap.wrap(
            f"Error: reading EKS Cluster (demo): {text}",
            width,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )
    return f'╷\n{body}\n│ \n│   with module.eks.data.aws_eks_cluster.this,\n│   on main.tf line 3, in data "aws_eks_cluster" "this":\n│    3: data "aws_eks_cluster" "this" {{\n│ \n╵\n'


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, 72, break_long_words=False, break_on_hyphens=False)


_SHAPES: dict[str, Callable[[str], str]] = {
    "klog": lambda t: (
        f'E0102 03:04:05.678901       1 controller.go:123] "Reconciler error" err="{t}" controller="nodeclaim"'
    ),
    "klog-old": lambda t: f"E0102 03:04:05.678901       1 controller.go:123] error syncing: {t}",
    "logrus": lambda t: f'time="{_STAMP}" level=error msg="cannot describe" error="{t}"',
    "logfmt": lambda t: f'ts={_STAMP} level=error caller=main.go:3 err="{t}"',
    "zap": lambda t: json.dumps(
        {
            "level": "error",
            "ts": _STAMP,
            "caller": "main.go:3",
            "msg": "Reconciler error",
            "error": t,
            "stacktrace": "main.main\n\t/src/main.go:3",
        }
    ),
    "zap-console": lambda t: (
        f'{_STAMP}\tERROR\tReconciler error\t{{"controller": "demo", "error": {json.dumps(t)}}}'
    ),
    "json-twice": lambda t: json.dumps({"log": json.dumps({"level": "error", "msg": t}), "stream": "stderr"}),
    "syslog": lambda t: f"Jan  2 03:04:05 host-1 app[123]: {t}",
    "journald": lambda t: f"Jan 02 03:04:05 ip-10-0-0-1.eu-west-1.compute.internal kubelet[2345]: {t}",
    "compose": lambda t: f"web-1  | {_STAMP} ERROR {t}",
    "rsyslog-escapes": lambda t: (
        f"Jan  2 03:04:05 host-1 app[123]: #033[31mcannot describe:#012#011{t}#015#012#033[0m"
    ),
    "compose-lines": lambda t: "\n".join(f"web-1  | {line}" for line in ("starting", *_wrap(t), "stopping")),
    "quoted-block": lambda t: "\n".join(
        f"> {line}" for line in ("error:", *(f"    | {line}" for line in _wrap(t)))
    ),
    "stamped-block": lambda t: "\n".join(
        f"{_STAMP} {line}" for line in ("error:", *(f"    | {line}" for line in _wrap(t)))
    ),
    "python-log": lambda t: f"2026-01-02 03:04:05,678 - app - ERROR - {t}",
    "ansi": lambda t: f"\x1b[31mError: \x1b[0m\x1b[1m{t}\x1b[0m",
    "ansi-inside": lambda t: t.replace("not authorized", "\x1b[1mnot\x1b[22m authorized"),
    "osc": lambda t: f"\x1b]0;title\x07{t}",
    "terraform": _box,
    "terraform-narrow": lambda t: _box(t, 60),
    "box-heavy": lambda t: f"┃ {t}",
    "markdown-quote": lambda t: f"> {t}\n",
    "markdown-fence": lambda t: f"I get this:\n\n```\n{t}\n```\n\nWhat now?",
    "markdown-item": lambda t: f"* {t}",
    "comment": lambda t: f"# {t}",
    "html": html.escape,
    "html-page": lambda t: f"<p>{html.escape(t)}</p>",
    "html-of-json": lambda t: f"<pre>{html.escape(json.dumps({'error': json.dumps(t)}))}</pre>",
    "csv": lambda t: '2026-01-02,worker,"' + json.dumps({"error": t}).replace('"', '"' * 2) + '",3',
    "yaml-quoted": lambda t: "message: '" + repr({"error": t}).replace("'", "'" * 2) + "'",
    "workflow-command": lambda t: f"::error::first%0A{t}%0Alast",
    "html-twice": lambda t: html.escape(html.escape(t)),
    "traceback": lambda t: (
        f'Traceback (most recent call last):\n  File "/app/main.py", line 3, in <module>\n    client.describe_cluster(name="demo")\n  File "/usr/lib/python3/botocore/client.py", line 565, in _api_call\n    return self._make_api_call(operation_name, kwargs)\nbotocore.exceptions.ClientError: {t}\n'
    ),
    "github-actions": lambda t: f"{_STAMP} ##[error]{t}",
    "github-cli": lambda t: "\n".join(f"deploy\tApply the plan\t{_STAMP} {line}" for line in _wrap(t)),
    "crlf": lambda t: f"line one\r\n{t}\r\nline three\r\n",
    "nul": lambda t: f"\x00{t}\x00",
    "byte-order-mark": lambda t: f"\ufeff{t}",
    "zero-width": lambda t: t.replace("policy", "pol\u200bicy"),
    "no-break-blanks": lambda t: t.replace(" ", "\u00a0"),
    "soft-hyphen": lambda t: t.replace("authorized", "author\u00adized"),
    "full-width-colon": lambda t: t.replace(": ", "： "),
    "curly": lambda t: f"“{t}”",
    "repr": lambda t: f"{(t,)!r}",
    "escaped-ansi-hex": lambda t: f"\\x1b[31m{t}\\x1b[0m",
    "escaped-ansi": lambda t: f"\\u001b[31m{t}\\u001b[0m",
    "uncle-windows": lambda t: f"C:\\work\\new> {t}",
}


@check_rows("shape", _SHAPES)
@check_rows("text", [pytest.param(_MESSAGE, id="boto3"), pytest.param(_GO, id="go")])
def test_wrapping_changes_nothing(shape: str, text: str) -> None:
    """A text wrapped by a log, terminal or transport has the same record as the text alone."""
    assert facts_in(_SHAPES[shape](text)) == facts_in(text)


def test_values_broken_by_a_box_are_rejoined() -> None:
    """Terraform's box of a fixed width breaks values, which are rejoined."""
    text = f"Error: reading EKS Cluster (demo): {_GO}"
    lines = [text[at : at + 80] for at in range(0, len(text), 80)]
    assert facts_in("╷\n" + "\n".join(f"│ {line}" for line in lines) + "\n╵\n") == facts_in(_GO)


@check_rows(
    ("text", "readable"),
    [
        ("plain", "plain"),
        ("two  blanks\tand tab", "two blanks and tab"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\n\n\n\nb", "a\n\nb"),
        ('say \\"yes\\"', 'say "yes"'),
        ("say \\”yes\\”", 'say "yes"'),
        ("a\\nb\\tc", "a\nb c"),
        ("resource:\\n/NM/a", "resource:\n/NM/a"),
        ("C:\\new\\App C:\\test/App", "C:\\new\\App C:\\test/App"),
        ("a#012#011b#015#012c #033[31mred#033[0m", "a\nb\nc red"),
        ("#012345, #033, #01a", "#012345, #033, #01a"),
        ("\\u003cCode\\u003e", "<Code>"),
        (
            r"iam::\*\*\*\*:user/ci\_app on s3:::a\-b/\*, \<masked\>",
            r"iam::****:user/ci_app on s3:::a-b/*, \<masked>",
        ),
        (r"a \* b, \-x, C:\\_b and a\.b", r"a \* b, \-x, C:\\_b and a\.b"),
        ("&lt;Code&gt; &amp;quot;x&amp;quot;", '<Code> "x"'),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("<{%fg 1%}>error: <{%reset%}>denied 5%<{%reset%}>", "error: denied 5%"),
        ("[31mred:[0m rate(x[5m]) [39m[1;4;33mbold[22m[m", "red: rate(x[5m]) bold"),
        ("[31m is a style only before a reset", "[31m is a style only before a reset"),
        (
            "^[[31mred^[[0m \ufffd[1mbold\ufffd[0m \\033[0;31mred\\e[0m \\u001b[32mgreen\\u001b[39m",
            "red bold red green",
        ),
        ("#033[31mred#033[0m \x1b[1mEnd\x1b[0m", "red End"),
        ("it’s “so”", 'it\'s "so"'),
        ("│ boxed\n│ lines", "boxed\nlines"),
        ("one │\n│ two", "one\ntwo"),
        ("│ one ││ two │", "one\ntwo"),
        ("one │ two\n│ three", "two\nthree"),
        ("> quoted\n> text", "quoted\ntext"),
        ("+added\n+lines", "added\nlines"),
        ("+--+\n+one\n+1", "+--+\none\n1"),
        (" +one\n +two\nthree +\n+one", " +one\n+two\nthree +\n+one"),
        ("&quot;say \\&quot;yes\\&quot;&quot;", '"say "yes""'),
        ("web-1  | one\nweb-1  | two\nweb-1  |\nweb-1  | three", "one\ntwo\n\nthree"),
        ("web-1   | one\nworker-2 | two\nerror", "web-1 | one\nworker-2 | two\nerror"),
        ("web-10   | one\nworker-2 | two\nerror", "one\ntwo\nerror"),
        ("code   | AccessDenied\nbucket | orders", "code | AccessDenied\nbucket | orders"),
        ("[pod/web-1/app] one\n[pod/web-1/app]\n[pod/web-1/app]   two", "one\n\ntwo"),
        ("[ERROR] one\n[ERROR] two\n", "one\ntwo"),
        ("[deploy : build] one\n[deploy : build] two", "one\ntwo"),
        ("web-7c9f5d8b64-x2xkq app one\nweb-7c9f5d8b64-x2xkq app two", "one\ntwo"),
        ("web:deploy: one\nweb:deploy: two", "one\ntwo"),
        ("E   one\nE     two", "one\ntwo"),
        ("#7 0.123 one\n#7 1.456 two", "one\ntwo"),
        ("0|web  | one\n0|web  | two", "one\ntwo"),
        ("E/Web( 1234): one\nE/Web( 1234): two", "one\ntwo"),
        ("web.log:12:one\nweb.log:13:  two", "one\ntwo"),
        (" 9 | one\n10 | two", "one\ntwo"),
        ("copilot/web/1a2b3c4d5e one\ncopilot/web/1a2b3c4d5e two", "one\ntwo"),
        ("03:04:05.678 STDERR [web] tofu: a\n03:04:05.679 STDERR [web] tofu: \tb", "\x1ea\nb"),
        ("03:04:05 web.1  | a\n03:04:06 web.1  | \tb", "\x1ea\nb"),
        ("01-02 03:04:05.678  12  34 E Web : a\n01-02 03:04:05.679  12  34 E Web : \tb", "\x1ea\nb"),
        (
            "<11>1 2026-01-02T03:04:05Z host web 1 - - a\n<11>1 2026-01-02T03:04:05Z host web 1 - - \tb",
            "\x1ea\nb",
        ),
        ("&gt; one\n&gt; two", "one\ntwo"),
        ("\x1b_bk;t=1767323045678\x07one\n\x1b_bk;t=1767323045679\x07two", "one\ntwo"),
        ("2026-01-02T03:04:05Z app[web.1]: a\n2026-01-02T03:04:06Z app[web.1]: \tb", "\x1ea\nb"),
        ("2026-01-02T03:04:05.1234567Z a\n2026-01-02T03:04:06.1234567Z ##[error]b", "a\nb"),
        # One line, other names, a line without the name, and words that are not names.
        ("[api] one", "[api] one"),
        ("[api] one\n[web] two", "[api] one\n[web] two"),
        ("[api] one\n[api] two\nthree", "[api] one\n[api] two\nthree"),
        ("[api] one\n[oops", "[api] one\n[oops"),
        ("code: one\ncode: two", "code: one\ncode: two"),
        ("arn:aws:s3:::a: one\narn:aws:s3:::a: two", "arn:aws:s3:::a: one\narn:aws:s3:::a: two"),
        ("2026-01-02T03:04:05Z a\n2026-01-02T03:04:05Z \tb\n2026-01-02T03:04:05Z <c>", "\x1ea\nb\n<c>"),
        ('a,"say ""yes"", then ""no"".",3', 'a,"say "yes", then "no".",3'),
        ('{"code": "", "name":""}', '{"code": "", "name":""}'),
        ("a: 'say ''yes'', ok' b: ''", "a: 'say 'yes', ok' b: ''"),
        ("::error::one%0Atwo%0D%0Athree", "::error::one\ntwo\nthree"),
        ("https://example.com/?q=a%0Ab", "https://example.com/?q=a%0Ab"),
        ("##teamcity[message text='a|nb |'c|' |[d|] ||e|r']", "##teamcity[message text='a\nb 'c' [d] |e']"),
        ("one|n two", "one|n two"),
        ("see {noformat}one{noformat} and {code:bash|title=a}two{code}", "see\none\nand\ntwo"),
        (
            "GET/orders/{code}/lines, {code:Denied}, {code: 1}",
            "GET/orders/{code}/lines, {code:Denied}, {code: 1}",
        ),
        ("&unknown; & alone", "&unknown; & alone"),
        ("[eks.amazonaws.com](http://eks.amazonaws.com/)", "eks.amazonaws.com"),
        ("[ana@example.com](mailto:ana@example.com)", "ana@example.com"),
        ("[https://example.com/a](https://example.net/?url=a)", "https://example.com/a"),
        ("arn:aws:iam::111122223333:user/[ana](https://example.com/)", "arn:aws:iam::111122223333:user/ana"),
        ("<http://eks.amazonaws.com|eks.amazonaws.com>", "eks.amazonaws.com"),
        ("\\u003cmailto:ana@example.com|ana@example.com\\u003e", "ana@example.com"),
        ("&lt;mailto:ana@example.com|ana@example.com&gt;", "ana@example.com"),
        # Links on words, and text that is not a link.
        ("see [the docs](https://example.com/)", "see [the docs](https://example.com/)"),
        ("see [AccessDenied](https://example.com/)", "see [AccessDenied](https://example.com/)"),
        ("<https://example.com|the docs>", "<https://example.com|the docs>"),
        ("a[example.com](b)", "a[example.com](b)"),
        ("", ""),
    ],
)
def test_unwrap(text: str, readable: str) -> None:
    """Each row is one step: newlines, spaces, escapes, entities, colors, punctuation, boxes."""
    view = unwrap(text)
    assert view.text == readable
    assert view.original == text


_MAIL = "arn:aws:sts::111122223333:assumed-role/app/ana@example.com"


@pytest.mark.parametrize(
    ("before", "after"),
    [("[", "](mailto:ana@example.com)"), ("<mailto:ana@example.com|", ">")],
    ids=["markdown", "slack"],
)
def test_links_in_values_change_nothing(before: str, after: str) -> None:
    """A chat adds a link to a session name that is an address, or to a whole ARN."""
    plain = f"User: {_MAIL} is not authorized to perform: iam:ListUsers"
    linked = plain.replace("ana@example.com", f"{before}ana@example.com{after}")
    assert facts_in(linked) == facts_in(plain)
    whole = parse(f"User: [{_MAIL}](https://example.com/) is not authorized to perform: iam:ListUsers")
    assert whole is not None
    assert whole.text[slice(*whole.spans["principal"])] == _MAIL


@pytest.mark.parametrize(
    ("before", "written", "resource"),
    [
        ("[", "arn:aws:s3:::orders/a](#denied)", "arn:aws:s3:::orders/a"),
        ("", "arn:aws:s3:::orders/[a](b)", "arn:aws:s3:::orders/[a](b)"),
    ],
    ids=["link", "brackets-of-the-value"],
)
def test_values_end_before_the_target_of_a_link(before: str, written: str, resource: str) -> None:
    """Documentation links whole messages. A bracket inside the value remains."""
    facts = facts_in(
        f"{before}User: <user> is not authorized to perform: s3:GetObject on resource: {written}"
    )
    assert facts is not None
    assert facts["resource"] == resource


@pytest.mark.parametrize(
    "linked",
    [
        f"[{_MAIL}](https://example.com/ana@example.com)",
        _MAIL.replace("ana@example.com", "[ana@example.com](mailto:ana@example.com)"),
        _MAIL.replace("ana@example.com", "<mailto:ana@example.com|ana@example.com>"),
    ],
)
def test_redaction_reads_targets_of_links(linked: str) -> None:
    """The target of a link is an identifier, like its text."""
    text = f"User: {linked} is not authorized to perform: iam:ListUsers"
    assert "ana@" not in redact(text, identifiers=True)


@check_rows("shape", _SHAPES)
def test_spans_point_into_the_text_as_given(shape: str) -> None:
    """A span refers to the original text, whatever was removed."""
    text = _SHAPES[shape](_MESSAGE)
    failure = parse(text)
    assert failure is not None
    if shape in {"terraform-narrow", "terraform"}:
        return
    spans = failure.spans
    assert text[slice(*spans["action"])] == "eks:DescribeCluster"
    if shape != "full-width-colon":
        assert text[slice(*spans["principal"])] == APP
        assert text[slice(*spans["resource"])] == CLUSTER


def test_view_traces_positions_through_layers() -> None:
    """Positions are traced through several edits."""
    import re

    view = View("aXXbYYc")
    view.sub(re.compile("XX"), "")
    view.sub(re.compile("YY"), lambda m: m[0].lower() + "!")
    assert view.text == "abyy!c"
    assert [view.origin(at) for at in (0, 1, 5)] == [0, 3, 6]
    assert view.span(1, 2) == (3, 4)
    assert view.span(2, 2) == (4, 4)


def test_view_without_edits_is_the_text() -> None:
    """An edit without changes adds no layer."""
    view = View("abc")
    view.edit([])
    assert view.text == "abc"
    assert view.origin(2) == 2
    assert view.span(0, 3) == (0, 3)


def test_records_of_the_texts() -> None:
    """The texts that the other tests wrap have the expected records."""
    boto: Facts = {
        "kind": "access_denied", "code": "AccessDeniedException", "operation": "DescribeCluster", "service": "eks", "principal": APP,
        "account": "111122223333", "action": "eks:DescribeCluster", "resource": CLUSTER, "deny": "implicit", "policy_type": "identity",
    }  # fmt: skip
    assert facts_in(_MESSAGE) == boto
    assert facts_in(_GO) == {
        **boto,
        "deny": "explicit",
        "policy_type": "permissions_boundary",
        "status_code": 403,
        "request_id": REQUEST,
    }


_ID_LAST = f"AccessDeniedException: {DENIAL}\n\tstatus code: 400, request id: {REQUEST}"
_WILDCARD_LAST = (
    f"User: {APP} is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::loft_plans/*"
)


@check_rows("text", [_MESSAGE, DENIAL, _ID_LAST, f"{_GO}\nrequest id: {REQUEST}"])
@check_rows(
    "shape", ["**{}**", "I get:\n**{}**\nWhy?", "I get **{}** since today", "Why?\n\n**{}**\n\nThanks"]
)
def test_bold_type(text: str, shape: str) -> None:
    """Bold type ends with its opening marks' paragraph, and is no part of the last value."""
    assert facts_in(shape.format(text)) == facts_in(text)


@check_rows("text", [DENIAL, _MESSAGE, _ID_LAST.replace("\n\t", " "), _WILDCARD_LAST])
@check_rows("mark", "*_")
def test_italics(text: str, mark: str) -> None:
    """A line in italics does not end with a wildcard, and one that ends with a wildcard keeps it."""
    if mark == "*" and text is _WILDCARD_LAST:
        assert facts_in(f"*{text}") == facts_in(text)
    else:
        assert facts_in(f"I get this:\n{mark}User {text}{mark}\nWhy?") == facts_in(
            f"I get this:\nUser {text}\nWhy?"
        )


@check_rows(
    "resource", ["arn:aws:s3:::**", "**", "arn:aws:s3:::loft-***", "arn:aws:s3:::loft/*", "loft_plans_"]
)
def test_final_marks_of_a_value(resource: str) -> None:
    """Asterisks and underscores that close nothing belong to the value."""
    text = f"User: {APP} is not authorized to perform: s3:GetObject on resource: {resource}"
    facts = facts_in(text)
    assert facts is not None
    assert facts["resource"] == resource


@check_rows("shape", ["{}", "> {}", "I get this:\n{}\nWhy?", "I get this:\n\n> {}\n\nWhy?"])
@check_rows("mark", ["*", "_", "**", "__"])
@check_rows(
    "text", ["AccessDenied: Access Denied", "cannot list pods: Unauthorized", "Get-S3Object : Access Denied"]
)
def test_emphasized_line(text: str, mark: str, shape: str) -> None:
    """The marks next to the first and last word of a line are no part of them."""
    assert facts_in(shape.format(f"{mark}{text}{mark}")) == facts_in(text)
