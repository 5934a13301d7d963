"""``fix`` applies safe fixes and nothing else; ``diff`` shows them."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage.aws_auth import diff, fix, lint, load, who_matches
from tests.aws_auth.maps import ROLE, SAMPLES, SESSION, USER, Sample
from tests.tables import check_rows

_EC2 = "system:node:{{EC2PrivateDNSName}}"
_FARGATE = "system:node:{{SessionName}}"
_NODES = ("system:bootstrappers", "system:nodes")


def _block(text: str, margin: str = "    ") -> str:
    return "data:\n  mapRoles: |\n" + "".join(margin + line for line in text.splitlines(keepends=True))


def _fixed(text: str) -> str:
    """Fix a text, and check what applies to every result."""
    after = fix(text)
    assert fix(after) == after
    assert diff(text, after, "x") != "" or text == after
    load(after)
    before = {finding.code for finding in lint(text)}
    # Groups that were a string are read now, and entries with corrected ARNs can be duplicates.
    revealed = {"node-groups", "node-username"} if "groups-not-a-list" in before else set()
    assert {finding.code for finding in lint(after)} <= before | revealed | {"duplicate"}
    return after


@pytest.mark.unmeasured
@check_rows("sample", SAMPLES.values(), ids=SAMPLES)
def test_samples(sample: Sample) -> None:
    """A fixed sample has no errors, and its callers have access."""
    after = _fixed(sample.text)
    assert after != sample.text
    assert [finding for finding in lint(after) if finding.severity == "error"] == []
    config_map = load(after)
    for caller in sample.callers:
        match = who_matches(config_map, caller)
        assert match is not None, caller
        assert match.problem is None
        assert (match.username, match.groups) != ("", ())
    assert {line.strip() for line in sample.text.splitlines() if line.strip().startswith("#")} <= {
        line.strip() for line in after.splitlines()
    }


def test_newlines_stay() -> None:
    text = SAMPLES["Windows file"].text
    after = _fixed(text)
    assert after.count("\n") == after.count("\r\n") == text.count("\r\n") + 1
    assert after.startswith("\ufeff")


_ENTRY = f"- rolearn: {ROLE}/p/x\n  username: x\n"
_FIXED = f"- rolearn: {ROLE}/x\n  username: x\n"
# name: (YAML of the map, fixed YAML)
_INNER = {
    "path": (_ENTRY, _FIXED),
    "comments and spaces": (f"# a\n\n-  rolearn:   {ROLE}/p/x   # b\n   username: x\n\n# c\n", f"# a\n\n-  rolearn:   {ROLE}/x   # b\n   username: x\n\n# c\n"),
    "single quotes": (f"- rolearn: '{ROLE}/p/x'\n  username: x\n", f"- rolearn: '{ROLE}/x'\n  username: x\n"),
    "double quotes": (f'- rolearn: "{ROLE}/p/x"\n  username: x\n', f'- rolearn: "{ROLE}/x"\n  username: x\n'),
    "key with other case": (f"- RoleARN: {ROLE}/p/x\n  username: x\n", f"- RoleARN: {ROLE}/x\n  username: x\n"),
    "flow": (f"[{{rolearn: {ROLE}/p/x, username: x}}]\n", f"[{{rolearn: {ROLE}/x, username: x}}]\n"),
    "session": (f"- rolearn: {SESSION}/x/ana\n  username: x\n", _FIXED),
    "whitespace": (f"- rolearn: '\t{ROLE}/x '\n  username: x\n", f"- rolearn: '{ROLE}/x'\n  username: x\n"),
    "variables": ("- rolearn: x\n  username: '{{sessionname}}-{{ AccountID }}-{{Foo}}'\n  groups: ['{{ accountid}}']\n", "- rolearn: x\n  username: '{{SessionName}}-{{AccountID}}-{{Foo}}'\n  groups: ['{{AccountID}}']\n"),
    "missing group": (f"- rolearn: {ROLE}/x\n  username: {_EC2}\n  groups:\n    - 'system:nodes' # n\n# c\n", f"- rolearn: {ROLE}/x\n  username: {_EC2}\n  groups:\n    - 'system:nodes' # n\n    - 'system:bootstrappers'\n# c\n"),
    "missing group, flow": (f"- rolearn: {ROLE}/x\n  username: {_EC2}\n  groups: [ system:nodes, ]\n", f"- rolearn: {ROLE}/x\n  username: {_EC2}\n  groups: [ system:nodes, system:bootstrappers, ]\n"),
    "no groups": (f"- rolearn: {ROLE}/x\n  username: {_EC2} # u\n  userid: x\n", f"- rolearn: {ROLE}/x\n  username: {_EC2} # u\n  groups:\n    - system:bootstrappers\n    - system:nodes\n  userid: x\n"),
    "empty groups": (f"- rolearn: {ROLE}/x\n  username: {_EC2}\n  groups: []\n", f'- rolearn: {ROLE}/x\n  username: {_EC2}\n  groups: ["system:bootstrappers", "system:nodes"]\n'),
    "null groups": (f"- rolearn: {ROLE}/x\n  groups:   # g\n  username: {_EC2}\n", f'- rolearn: {ROLE}/x\n  groups: ["system:bootstrappers", "system:nodes"]   # g\n  username: {_EC2}\n'),
    "explicit null for groups": (f"- rolearn: {ROLE}/x\n  groups: ~\n  username: {_EC2}\n", f'- rolearn: {ROLE}/x\n  groups: ["system:bootstrappers", "system:nodes"]\n  username: {_EC2}\n'),
    "no groups, flow": (f"- {{rolearn: {ROLE}/x, username: '{_EC2}'}}\n", f'- {{rolearn: {ROLE}/x, username: \'{_EC2}\', groups: ["system:bootstrappers", "system:nodes"]}}\n'),
    "Fargate": (f"- rolearn: {ROLE}/fargate\n  username: {_FARGATE}\n  groups: [system:bootstrappers]\n", f"- rolearn: {ROLE}/fargate\n  username: {_FARGATE}\n  groups: [system:bootstrappers, system:nodes, system:node-proxier]\n"),
    "no username": (f"- groups: [{', '.join(_NODES)}]\n  rolearn: {ROLE}/x # r\n", f"- groups: [{', '.join(_NODES)}]\n  rolearn: {ROLE}/x # r\n  username: {_EC2}\n"),
    "no username, flow": (f"- {{groups: [{', '.join(_NODES)}], rolearn: {ROLE}/x}}\n", f'- {{groups: [{", ".join(_NODES)}], rolearn: {ROLE}/x, username: "{_EC2}"}}\n'),
    "empty username": (f"- rolearn: {ROLE}/x\n  username: ''\n  groups: [{', '.join(_NODES)}]\n", f"- rolearn: {ROLE}/x\n  username: '{_EC2}'\n  groups: [{', '.join(_NODES)}]\n"),
    "null username": (f"- rolearn: {ROLE}/x\n  username:\n  groups: [{', '.join(_NODES)}]\n", f'- rolearn: {ROLE}/x\n  username: "{_EC2}"\n  groups: [{", ".join(_NODES)}]\n'),
    "no username for Fargate": (f"- rolearn: {ROLE}/x\n  groups: [{', '.join(_NODES)}, system:node-proxier]\n", f"- rolearn: {ROLE}/x\n  username: {_FARGATE}\n  groups: [{', '.join(_NODES)}, system:node-proxier]\n"),
    "groups as a string": ("- rolearn: x\n  groups: view # g\n", '- rolearn: x\n  groups: ["view"] # g\n'),
    "groups as a quoted string": ("- rolearn: x\n  groups: 'a:b'\n", '- rolearn: x\n  groups: ["a:b"]\n'),
    "one fix reveals another problem": (f"- rolearn: {ROLE}/p/x\n  groups: system:nodes\n  username: system:node:{{{{ec2privatednsname}}}}\n", f'- rolearn: {ROLE}/x\n  groups: ["system:nodes", "system:bootstrappers"]\n  username: {_EC2}\n'),
    "duplicate": (f"# a\n{_FIXED}# b\n{_FIXED}", f"# a\n# b\n{_FIXED}"),
    "duplicate after correction": (f"- rolearn: other\n  username: o\n{_ENTRY}\n\n{_FIXED}- rolearn: third\n", f"- rolearn: other\n  username: o\n\n\n{_FIXED}- rolearn: third\n"),
    "duplicate that ends in a list": (f"- rolearn: {ROLE}/x\n  username: x\n  groups:\n  - a\n  - b # n\n- rolearn: {ROLE}/x\n  username: x\n  groups: [a, b]\n", f"- rolearn: {ROLE}/x\n  username: x\n  groups: [a, b]\n"),
    "duplicate that ends in a null": (f"- rolearn: {ROLE}/x\n  username: x\n  groups: # none\n{_FIXED}", _FIXED),
    "two duplicates": (_FIXED * 3, _FIXED),
    "duplicate in another order": (f"- username: x\n  groups:\n  - a\n  - b\n  rolearn: {ROLE}/x\n- rolearn: {ROLE}/x\n  username: x\n  groups: [a, b]\n", f"- rolearn: {ROLE}/x\n  username: x\n  groups: [a, b]\n"),
}  # fmt: skip


@check_rows(("before", "after"), _INNER.values(), ids=_INNER)
def test_fixes_in_a_block(before: str, after: str) -> None:
    assert _fixed(_block(before)) == _block(after)


@pytest.mark.unmeasured
@check_rows(("before", "after"), _INNER.values(), ids=_INNER)
def test_fixes_in_json(before: str, after: str) -> None:
    """The same fixes in a JSON string."""
    assert _fixed(json.dumps({"data": {"mapRoles": before}})) == json.dumps({"data": {"mapRoles": after}})


@pytest.mark.unmeasured
@check_rows(("before", "after"), _INNER.values(), ids=_INNER)
def test_fixes_between_other_text(before: str, after: str) -> None:
    """The same fixes with CRLF, another indentation, no final newline, and other content."""
    head, tail = (
        "# head\t \r\ndata:\r\n    other: 'x'\r\n    mapRoles:   |+2  # map\r\n",
        "\r\n\r\n    mapUsers: |\r\n      []",
    )

    def around(inner: str) -> str:
        return head + "".join(f"      {line}\r\n" if line else "\r\n" for line in inner.splitlines()) + tail

    assert _fixed(around(before)) == around(after)


_UNCHANGED = {
    "nothing wrong": _FIXED,
    "empty": "",
    "profile": f"- rolearn: {ROLE.replace(':role', ':instance-profile')}/x\n  username: x\n",
    "user": f"- rolearn: {USER}/p/x\n  username: x\n",
    "wildcard": f"- rolearn: '{ROLE}/p/*'\n  username: x\n",
    "invalid name": f"- rolearn: {ROLE}/p/{'x' * 65}\n  username: x\n",
    "unknown variable": "- rolearn: x\n  username: '{{Foo}}'\n",
    "merged groups": f"- rolearn: {ROLE}/x\n  username: {_EC2}\n  groups:\n  - system:bootstrappers\n   - system:nodes\n",
    "Fargate or hybrid": f"- rolearn: {ROLE}/x\n  username: {_FARGATE}\n  groups: [{', '.join(_NODES)}]\n",
    "only one group of a node": f"- rolearn: {ROLE}/x\n  groups: [system:nodes]\n",
    "another username": f"- rolearn: {ROLE}/x\n  username: x\n  groups: [{', '.join(_NODES)}]\n",
    "groups separated by commas": "- rolearn: x\n  groups: a, b\n",
    "folded groups": "- rolearn: x\n  groups: >\n    a\n",
    "block for groups": "- rolearn: x\n  groups: |-\n    view\n",
    "anchored groups": "- rolearn: x\n  groups: &g view\n",
    "group below its dash": f"- rolearn: {ROLE}/x\n  username: {_EC2}\n  groups:\n  -\n    system:nodes\n",
    "duplicate with another username": f"{_FIXED}- rolearn: {ROLE}/x\n  username: y\n",
    # With its path removed, the ineffective entry would replace the effective one.
    "correction that would override an entry": f"{_FIXED}- rolearn: {ROLE}/p/x\n  username: admin\n  groups: [system:masters]\n",
    "correction that would be overridden": f"{_ENTRY}- rolearn: {ROLE}/x\n  username: y\n",
    "duplicate, flow": f"[{{rolearn: {ROLE}/x, username: x}}, {{rolearn: {ROLE}/x, username: x}}]\n",
    "duplicate with another key": f"- rolearn: {ROLE}/x\n  username: x\n  note: keep\n{_FIXED}",
    "anchored": f"- rolearn: &a {ROLE}/p/x\n  username: x\n- rolearn: x\n  username: *a\n",
    "aliased groups": f"- &a\n  rolearn: {ROLE}/x\n  groups: &g [system:nodes]\n  username: &u {_EC2}\n- rolearn: {ROLE}/y\n  username: *u\n  groups: *g\n",
    "block for an ARN": f"- rolearn: |\n    {ROLE}/p/x\n  username: x\n",
    # Nodes that lack a group, where there is no one place to write it.
    "groups as an anchored null": f"- rolearn: {ROLE}/x\n  groups: &g\n  username: {_EC2}\n",
    "merged groups of a node": f"- &a\n  rolearn: {ROLE}/x\n  groups: [system:nodes]\n  username: {_EC2}\n- <<: *a\n  rolearn: {ROLE}/y\n",
    "merged username": f"- &a\n  username: {_EC2}\n  rolearn: {ROLE}/x\n- rolearn: {ROLE}/y\n  <<: *a\n",
    "shared username": f"- rolearn: {ROLE}/x\n  username: &u {_EC2}\n- rolearn: {ROLE}/y\n  username: *u\n",
    "block for a group": f"- rolearn: {ROLE}/x\n  username: {_EC2}\n  groups:\n  - |-\n    system:nodes\n",
    "block for a username": f"- rolearn: {ROLE}/x\n  username: |-\n    {_EC2}\n",
    "nested list of groups": f"- rolearn: {ROLE}/x\n  username: {_EC2}\n  groups:\n  - - system:nodes\n",
    "nested flow list of groups": f"- rolearn: {ROLE}/x\n  username: {_EC2}\n  groups: [[system:nodes]]\n",
    "anchored username of a node": f"- groups: [{', '.join(_NODES)}]\n  rolearn: &a {ROLE}/x\n- rolearn: x\n  username: *a\n",
    "merged ARN of a node": f"- &a\n  rolearn: {ROLE}/x\n- <<: *a\n  groups: [{', '.join(_NODES)}]\n",
    # Duplicates that are not lines by themselves.
    "shared duplicate": f"- &a\n  rolearn: {ROLE}/x\n  username: x\n- *a\n",
    "duplicate with an anchor": f"- rolearn: {ROLE}/x\n  username: &u x\n{_FIXED}",
    "duplicate that ends in a block": f"- rolearn: {ROLE}/x\n  username: |-\n    x\n- rolearn: {ROLE}/x\n  username: x\n",
    "duplicate on the dash's line": f"- - 1\n- rolearn: {ROLE}/x\n  username: x\n",
}  # fmt: skip


def test_a_comment_that_would_become_the_first_line() -> None:
    """Its indentation would become the block's, so the entry before it stays; the rest is fixed."""
    first = f"- rolearn: {ROLE}/x\n\n  # note\n"
    assert _fixed(_block(f"{first}- rolearn: {ROLE}/p/x\n")) == _block(f"{first}- rolearn: {ROLE}/x\n")


@check_rows("inner", _UNCHANGED.values(), ids=_UNCHANGED)
def test_unsafe_fixes_are_not_applied(inner: str) -> None:
    """What a person has to decide stays byte for byte."""
    assert _fixed(_block(inner)) == _block(inner)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"mapRoles: >\n  [{{rolearn: '{ROLE}/p/x',\n  username: é}}]\n\n# end\n", f"mapRoles: \"[{{rolearn: '{ROLE}/x', username: é}}]\\n\"\n\n# end\n"),
        (f"mapRoles: >-\n\n  - rolearn: {ROLE}/p/x\n\n    username: x", f'mapRoles: "\\n- rolearn: {ROLE}/x\\n\\n  username: x"'),
        (f"mapRoles: '[{{rolearn: {ROLE}/p/x,\n\n  username: x}}]' # c\n", f'mapRoles: "[{{rolearn: {ROLE}/x,\\nusername: x}}]" # c\n'),
        (f"mapRoles: '[{{rolearn: ''{ROLE}/p/x''}}]' # c\n", f"mapRoles: '[{{rolearn: ''{ROLE}/x''}}]' # c\n"),
        (f"{{mapRoles: '[{{rolearn: {ROLE}/p/x, username: ☃}}]'}}\n", f"{{mapRoles: '[{{rolearn: {ROLE}/x, username: ☃}}]'}}\n"),
        (f'mapRoles: "- rolearn: {ROLE}\\\n  /p/x\\n\\\n  \\  username: \\x78\\u00e9"\n', f'mapRoles: "- rolearn: {ROLE}/x\\n\\\n  \\  username: \\x78\\u00e9"\n'),
        (f'mapRoles: "- rolearn: {ROLE}/p/x\\n\\\n\n\n  - rolearn: {ROLE}/p/y"\n', f'mapRoles: "- rolearn: {ROLE}/x\\n\\\n\n\n  - rolearn: {ROLE}/y"\n'),
        (f"mapRoles: '- username: {_EC2}' # c\n", f'mapRoles: "- username: {_EC2}\\n  groups:\\n    - system:bootstrappers\\n    - system:nodes" # c\n'),
        (f"mapRoles: |\n  - rolearn: {ROLE}/p/x", f"mapRoles: |\n  - rolearn: {ROLE}/x"),
        (f"mapRoles: |-\n  - rolearn: {ROLE}/x\n    username: {_EC2}", f"mapRoles: |-\n  - rolearn: {ROLE}/x\n    username: {_EC2}\n    groups:\n      - system:bootstrappers\n      - system:nodes"),
    ],
)  # fmt: skip
def test_other_styles(before: str, after: str) -> None:
    """Folded text is rewritten in double quotes; everything else is edited in place."""
    assert _fixed(before) == after


@check_rows(
    "text",
    [
        "", "a: [", "- rolearn: x", "mapRoles: [a]", "\0", "a: \ud800", "\tmapRoles: x", "[" * 20_000, "x" * 10_000_000,
        f"mapRoles: |\n  - rolearn: {ROLE}/p/x\nmapUsers: |\n  [\n", f"mapRoles:\n- rolearn: {ROLE}/p/x\n",
        f"x: &x |\n  - rolearn: {ROLE}/p/x\nmapRoles: *x\n", f"mapRoles: &x |\n  - rolearn: {ROLE}/p/x\ny: *x\n",
    ],
)  # fmt: skip
def test_invalid_texts_stay(text: str) -> None:
    assert fix(text) == text


@pytest.mark.parametrize("value", [None, b"data: {}", 1])
def test_only_strings_are_accepted(value: object) -> None:
    with pytest.raises(TypeError, match="text must be a string, not"):
        fix(cast("Any", value))


def test_diff() -> None:
    """The output is that of ``diff -u``, with the original newlines, or without a final one."""
    assert diff("a\n", "a\n", "f") == ""
    assert diff("a\r\nb\r\n", "a\r\nc\r\n", "f") == "--- f\n+++ f\n@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n"
    assert diff("a\nb", "a\nc", "f") == (
        "--- f\n+++ f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
    )
    assert diff("", "a\x0c\u2028b\n", "f") == "--- f\n+++ f\n@@ -0,0 +1 @@\n+a\x0c\u2028b\n"


@given(st.text() | st.text(alphabet="ab:-[]{}&*!|>'\"%#@`,? \t\n\r\\"))
def test_any_text(text: str) -> None:
    """Nothing raises, and fixing a fixed text changes nothing."""
    block = "".join(f"  {line}\n" for line in text.split("\n"))
    for candidate in (
        text,
        f"mapRoles: |\n{block}",
        json.dumps({"mapUsers": text}),
        _block(f"- rolearn: {json.dumps(text)}\n"),
    ):
        after = fix(candidate)
        assert fix(after) == after


_ARNS = st.sampled_from(
    [
        f"{ROLE}/x",
        f"{ROLE}/p/x",
        f"{ROLE}/y",
        f"{SESSION}/y/ana",
        f" {ROLE}/q/fargate",
        f"{ROLE}/fargate",
        f"{USER}/ana",
        "x",
        "12",
    ]
)
_NAMES = st.sampled_from(
    ["x", "{{ sessionName }}", "{{Foo}}", _EC2, _FARGATE, "system:node:{{EC2PrivateDnsName}}", ""]
)
_GROUPS = st.lists(
    st.sampled_from([*_NODES, "system:node-proxier", "a", "it's", "{{accountid}}"]), max_size=4
)
_QUOTES = st.sampled_from(["'", '"'])
_COMMENTS = st.sampled_from(["", " # why", " # [{'\"", "   "])
_LINES = st.sampled_from(["", "# note", "  # note: - x", " "])


@st.composite
def _entries(draw: st.DrawFn) -> str:
    """Draw an entry in one of the styles that people write."""

    def word(text: str) -> str:
        return json.dumps(text) if draw(_QUOTES) == '"' else "'" + text.replace("'", "''") + "'"

    arn, name, groups = word(draw(_ARNS)), word(draw(_NAMES)), draw(_GROUPS)
    if draw(st.booleans()):
        return f"- {{rolearn: {arn}, username: {name}, groups: [{', '.join(map(word, groups))}]}}{draw(_COMMENTS)}\n"
    fields = [f"rolearn: {arn}{draw(_COMMENTS)}\n"]
    if draw(st.booleans()):
        fields.append(f"username: {name}{draw(_COMMENTS)}\n")
    kind = draw(st.sampled_from(["none", "null", "flow", "block", "outdented", "text"]))
    margin = "" if kind == "outdented" else "  "
    if kind == "flow" or (kind in {"block", "outdented"} and not groups):
        fields.append(f"groups: [{', '.join(map(word, groups))}]{draw(_COMMENTS)}\n")
    elif kind in {"block", "outdented"}:
        items = "".join(f"{margin}- {word(group)}{draw(_COMMENTS)}\n" for group in groups)
        fields.append(f"groups:{draw(_COMMENTS)}\n{items}")
    elif kind in {"text", "null"}:
        fields.append(f"groups: {word(draw(st.sampled_from(_NODES))) if kind == 'text' else ''}\n")
    body = "".join(draw(st.permutations(fields)))
    lines = body.splitlines(keepends=True)
    return "".join(("- " if number == 0 else "  ") + line for number, line in enumerate(lines))


_SAFE = {"role-path", "session-arn", "groups-not-a-list"}


@given(
    st.lists(st.tuples(_entries(), _LINES), max_size=5),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["|", "|-", "|+", "json"]),
)
def test_drawn_maps(drawn: list[tuple[str, str]], line_break: str, style: str) -> None:
    """All safe fixes are applied; other text, comments, and newlines stay."""
    inner = "".join(f"{entry}{line}\n" for entry, line in drawn) or "[]\n"
    if style == "json":
        before = json.dumps(
            {"kind": "ConfigMap", "data": {"a": "ü\t", "mapRoles": inner, "z": "{{}}"}}, indent=2
        )
    else:
        block = "".join(f"    {line}\n" for line in inner.splitlines())
        before = f"# head\t \ndata:\n  a: 'ü'\n  mapRoles: {style}\n{block}  z: \"{{{{}}}}\"\n# tail".replace(
            "\n", line_break
        )
    after = _fixed(before)
    at = before.index("mapRoles") + len("mapRoles") + 3
    assert after[:at] == before[:at]
    end = before.rindex("z")
    assert after.endswith(before[end:])
    assert after.count("# note") == before.count("# note")
    assert line_break == "\n" or "\n" not in after.replace("\r\n", "") or style == "json"
    remaining = [finding for finding in lint(after) if finding.code in _SAFE]
    # What remains would collide with another entry.
    assert all("keep one" in (finding.fix or "") for finding in remaining)
    assert not [f for f in lint(after) if f.code == "unknown-variable" and f.value != "{{Foo}}"]
    assert not [f for f in lint(after) if f.code == "node-groups" and f.severity == "error"]
    # A text without findings does not change.
    if not lint(before):
        assert after == before
