"""Test that XML is redacted value by value: it stays well-formed, and all other values stay."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage import redact
from tests.redaction.planted import JWT, OPAQUE, PASSWORD
from tests.redaction.test_yaml import SECRETS, STRINGS, assert_no_secret
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

few = settings(max_examples=max(5, settings.default.max_examples // 4))  # type: ignore[union-attr]

_TAGS = st.sampled_from(("name", "value", "item", "Message", "user", "entry", "row", "td", "key", "string"))
_ATTRIBUTES = st.sampled_from(("name", "key", "value", "id", "href", *SECRETS))
_TEXTS = st.sampled_from(STRINGS)


def _element(tag: str, attributes: dict[str, str], content: str | list[ET.Element]) -> ET.Element:
    shown = {name: SECRETS.get(name, value).replace("\n", " ") for name, value in attributes.items()}
    element = ET.Element(tag, shown)
    if isinstance(content, str):
        element.text = content
    else:
        element.extend(content)
    return element


def elements() -> st.SearchStrategy[ET.Element]:
    """Return nested elements with secrets at every depth."""
    attributes = st.dictionaries(_ATTRIBUTES, _TEXTS, max_size=2)
    secrets = st.sampled_from(tuple(SECRETS)).flatmap(
        lambda name: st.builds(_element, st.just(name), attributes, st.just(SECRETS[name]))
    )
    return st.recursive(
        st.one_of(st.builds(_element, _TAGS, attributes, _TEXTS), secrets),
        lambda inner: st.builds(_element, _TAGS, attributes, st.lists(inner, min_size=1, max_size=3)),
        max_leaves=8,
    )


def _parts(element: ET.Element) -> Iterator[str]:
    for each in element.iter():
        yield from (each.text or "", each.tail or "", *each.attrib.values())


def _form(element: ET.Element) -> list[object]:
    return [(each.tag, tuple(each.attrib), len(each)) for each in element.iter()]


@few
@given(
    st.lists(elements(), min_size=2, max_size=3),
    st.booleans(),
    st.sampled_from((("", ""), ('<?xml version="1.0"?>\n', "\n"), ("2031-04-05 INFO body=", " took 5 ms"))),
)
def test_xml_stays_well_formed(inner: list[ET.Element], is_indented: bool, around: tuple[str, str]) -> None:  # noqa: FBT001
    """Elements, attributes, order and all values that are not secrets are equal, also inside a log line."""
    document = _element("doc", {}, inner)
    if is_indented:
        ET.indent(document)
    start, end = around
    shown = redact(start + ET.tostring(document, encoding="unicode") + end)
    assert shown.startswith(start)
    assert shown.endswith(end)
    after = ET.fromstring(shown[len(start) : len(shown) - len(end)])
    assert _form(after) == _form(document)
    for old, new in zip(_parts(document), _parts(after), strict=True):
        assert old == new or "REDACTED" in new
    assert_no_secret([*_parts(after)])
    assert redact(shown) == shown


@check_rows(
    ("text", "expected"),
    [
        ("<password>correct horse</password>", "<password>[REDACTED password]</password>"),
        ("<password encrypted='false'>hunter2</password>", "<password encrypted='false'>[REDACTED password]</password>"),
        ("<a:password>hunter2 &amp; co</a:password>", "<a:password>[REDACTED password]</a:password>"),
        ("<d><password><![CDATA[a <b> & c]]></password><n>1</n></d>", "<d><password><![CDATA[[REDACTED password]]]></password><n>1</n></d>"),
        ("<d><password>\n  hunter2\n</password>\n<n>1</n></d>", "<d><password>\n  [REDACTED password]\n</password>\n<n>1</n></d>"),
        ('<add key="password" value="it&apos;s &#65;&#x42;"/>', '<add key="password" value="[REDACTED password]"/>'),
        ("<d><name>password</name><value>hunter2</value></d>", "<d><name>password</name><value>[REDACTED password]</value></d>"),
        ("<dict><key>password</key><string>hunter2</string><key>n</key><string>1</string></dict>", "<dict><key>password</key><string>[REDACTED password]</string><key>n</key><string>1</string></dict>"),
        ("<tr><td>password</td><td>hunter2Horse9</td></tr>", "<tr><td>password</td><td>[REDACTED password]</td></tr>"),
        ("<d><e log='{\"password\": 123456}'/><e/></d>", "<d><e log='{\"password\": &quot;[REDACTED password]&quot;}'/><e/></d>"),
        ('<d><e>{"password": 123456}</e><e/></d>', '<d><e>{"password": "[REDACTED password]"}</e><e/></d>'),
        (f"<d><e>x\npassword: {PASSWORD}</e><n>1</n></d>", "<d><e>x\npassword: [REDACTED password]</e><n>1</n></d>"),
        (f"<d><p>My <b>password</b> is {PASSWORD}</p><n>1</n></d>", "<d><p>My <b>password</b> is [REDACTED password]</p><n>1</n></d>"),
        (f"<d><e>text<password>hunter2</password></e><n>{JWT}</n></d>", "<d><e>text<password>[REDACTED password]</password></e><n>[REDACTED web token]</n></d>"),
        ("<d><!-- note --><?pi x?><password>hunter2</password></d>", "<d><!-- note --><?pi x?><password>[REDACTED password]</password></d>"),
        ("<d><e><password>hunter2</password></e><f><g>", "<d><e><password>[REDACTED password]</password></e><f><g>"),
        ("<d><e><password>hunter2</password></e></f>", "<d><e><password>[REDACTED password]</password></e></f>"),
        ("<d><e><password>hunter2</password></e><!-- cut", "<d><e><password>[REDACTED password]</password></e><!-- cut"),
        ("<d><e>\n<password>hunter2</password></e>< x", "<d><e>\n<password>[REDACTED password]</password></e>< x"),
        (f"<p>Our <i>token</i> is {PASSWORD}<br/> &amp; x<b>y</b>z&#1114112;</p>", "<p>Our <i>token</i> is [REDACTED token]<br/> &amp; x<b>y</b>z&#1114112;</p>"),
        (f'<e>{{"token": "{OPAQUE}"}}</e> and <token>{OPAQUE}</token>', '<e>{"token": "[REDACTED token]"}</e> and <token>[REDACTED token]</token>'),
        ("<d><e/>" * 1_200 + f"<password>{PASSWORD}</password>", "<d><e/>" * 1_200 + "<password>[REDACTED password]</password>"),
        ("<d>" + "<e>1</e>" * 1_200 + f"<password>{PASSWORD}</password></d>", "<d>" + "<e>1</e>" * 1_200 + "<password>[REDACTED password]</password></d>"),
        ("<!--" * 9 + "<d><!--<!--<d><!--" + f"<password>{PASSWORD}</password>", "<!--" * 9 + "<d><!--<!--<d><!--<password>[REDACTED password]</password>"),
    ],
)  # fmt: skip
def test_secret_is_removed(text: str, expected: str) -> None:
    assert redact(text) == expected
    assert redact(expected) == expected


@check_rows(
    "text",
    [
        "<d><password/><token></token><secret>${db}</secret></d>",
        '<label for="password">Password</label>',
        '<span id="token">Loading</span>',
        "<d><xs:element name='password' type='xs:string'/><e/></d>",
        "<d><e>&unknown; &#1114112; &#x110000;</e><token>none</token></d>",
        "<your-name> <token> List<String> a < b > c",
    ],
)
def test_what_is_no_secret_is_kept(text: str) -> None:
    assert redact(text) == text
