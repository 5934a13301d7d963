"""Texts that try to escape from a format, and blocks that contain them in every place."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from iamtriage._rendering.blocks import (
    Code,
    Fields,
    Fold,
    Heading,
    Items,
    Labels,
    Link,
    Mark,
    Paragraph,
    Source,
)
from iamtriage._rendering.texts import code_text, parts
from iamtriage._text import escape_controls

if TYPE_CHECKING:
    from iamtriage._rendering.blocks import Block

# What a script in the text would do. All of it is visible from outside.
RUN = "document.title='owned';document.documentElement.setAttribute('data-owned','1');fetch('/owned')"

PAYLOADS = {
    "script": f"<script>{RUN}</script>",
    "image": f'<img src="/owned" onerror="{RUN}">',
    "svg": f"<svg/onload={RUN}>",
    "attribute": f'" onmouseover="{RUN}" autofocus onfocus="{RUN}" x="',
    "single quotes": f"' onfocus='{RUN}' autofocus '",
    "unquoted attribute": f"x onclick={RUN} y=`",
    "end of style": f"</style><script>{RUN}</script><style>",
    "end of title": f"</title><script>{RUN}</script>",
    "end of code": f"</code></pre></details></div><script>{RUN}</script>",
    "end of comment": f"--><script>{RUN}</script><!--",
    "end of CDATA": f"]]><script>{RUN}</script><![CDATA[",
    "style": "<style>*{background:url(/owned)}</style>",
    "link element": '<link rel="stylesheet" href="/owned"><base href="/owned/">',
    "refresh": '<meta http-equiv="refresh" content="0;url=/owned">',
    "frame": '<iframe src="/owned"></iframe><object data="/owned"></object><embed src="/owned">',
    "form": '<form action="/owned"><input autofocus onfocus="alert(1)"><button>go</button></form>',
    "template": "{{constructor.constructor('return 1')()}} ${7*7} <%= 7*7 %>",
    "script address": f"javascript:{RUN}",
    "data address": f"data:text/html,<script>{RUN}</script>",
    "entities": "&lt;b&gt; &amp;lt; &#60;script&#62; &#x3c; &nbsp; &colon;",
    "address": "see https://evil.example/x?a=1&b=2 or www.evil.example or ana@evil.example or @octocat #12 GH-12",
    "link": "[click](https://evil.example) ![image](https://evil.example/x.png) <https://evil.example> [x]: /y",
    "emphasis": "*a* **b** _c_ __d__ ~~e~~ ***",
    "backticks": "`a` ``b`` ``` c ` ```` `",
    "fence": "x\n```\n<b>y</b>\n~~~\n````\n<script>z</script>\n",
    "long fence": "x\n" + "`" * 300 + "\n" + "~" * 300 + "\n<b>y</b>",
    "all backticks": " ".join("`" * n for n in range(1, 90)) + " <b>",
    "blocks": "# a\n> b\n- c\n1. d\n---\n===\n| a | b |\n|---|---|\n    e\n+ f\n[^1]: g\n- [ ] h",
    "number": "1. one 2) two",
    "dash": "- - - + * a",
    "heading end": "a ## b #",
    "math": r"$x$ \(y\) $$z$$ \[w\] $`v`$",
    "mention": "ask @org/team, :smile: and deadbeefdeadbeef",
    "colour": "\x1b[31mred\x1b[0m \x9b31m",
    "terminal title": "\x1b]0;owned\x07 \x1bP+q\x1b\\ \x9d0;owned\x9c",
    "cursor": "a\rb\x08c\x0bd\x0ce\x7f",
    "bidi": "a\u202eb\u2066c\u2069\u200fd\u061c",
    "invisible": "a\u200bb\u200dc\ufeffd\u00ade\u2060f\U000e0041g",
    "spaces": "a\u00a0b\u2003c\u3000d\u2028e\u2029f\u0085g",
    "null": "a\x00b",
    "half a pair": "a\ud800b\udfffc",
    "wide": "日本語 の 資源 ｆｕｌｌ 👩 e\u0301a",
    "right to left": "שלום عليكم",
    "long word": "x" * 3000,
    "many words": "ab " * 3000,
    "blanks": "  a    b  ",
    "only blanks": "    ",
    "nothing": "",
    "lines": "a\r\n\tb\n\n  c\n",
    "many lines": "line\n" * 10_000,
    "shell": 'x\'; touch /tmp/owned; echo $(id) `id` "$HOME" \\ ! # * ~ & | > <',
    "shell quote": "\x1b'; echo owned #",
    "JSON": '{"a": ["b", {"c": "d\\n"}]}',
    "arn": "arn:aws:sts::111122223333:assumed-role/orders-api/ana@example.com",
}

_FRAGMENTS = (
    *(
        "`",
        "``",
        "~~~",
        "\n",
        "\r",
        "\t",
        " ",
        "  ",
        "\\",
        "'",
        '"',
        "<",
        ">",
        "&",
        "&lt;",
        "&#60;",
        "#",
        "-",
    ),
    *("*", "_", "[", "]", "(", ")", "!", "![", "](", "|", "~", "$", "@", ":", "://", "www.", "1.", "2)", "="),
    *("<script>", "</style>", "-->", "]]>", "javascript:", "\x1b[31m", "\x9b", "\u202e", "\u200b", "\x00"),
    *("\ud800", "日本", "a", "evil.example", "$(", "<<", ";", "arn:aws:s3:::x/*", "\u0301"),
)
texts = st.one_of(
    st.sampled_from(tuple(text for text in PAYLOADS.values() if len(text) < 1000)),
    st.lists(st.sampled_from(_FRAGMENTS), max_size=12).map("".join),
    st.text(st.characters(), max_size=30),
)
short_texts = st.lists(st.sampled_from(_FRAGMENTS), max_size=5).map("".join)
WEB_ADDRESS = "https://docs.example.com/a_(b)*?c=[d]&copy;=1&lt;#e"


def _marks(text: str) -> tuple[Mark, ...]:
    """Marks in the text, overlapping and outside of it."""
    size, label = len(text), text[:300]
    return (
        Mark(-5, 1, label),
        Mark(0, size // 4, "on the one before"),
        Mark(size // 4, size // 3, label),
        Mark(size // 3, size // 2, label, f"hidden {label}"),
        Mark(size // 2 - 1, size // 2 + 2, "on what is hidden"),
        Mark(size - 1, size + 9, label),
        Mark(5, 2, "none"),
    )


def everywhere(text: str) -> tuple[Block, ...]:
    """An explanation that contains the text in every place."""
    return (
        Heading(text, 1),
        Fields(((text[:100], text), (text[:10], ""), ("", text))),
        Heading(text, 2),
        Heading(text, 3, ("reported", text[:100])),
        Items((text, "between", text)),
        Labels((("Reported", text), (text[:10], text))),
        Heading(text, 3, ("possible",)),
        Heading("What helps", 2, (text[:100],)),
        Heading(text, 3, (text[:100],)),
        Items((text, text), ordered=True),
        Code(text, "json"),
        Code(text, "yaml"),
        Code("aws a " + shlex.quote(text), "sh"),
        Link(text, text),
        Link(WEB_ADDRESS, text),
        Paragraph(text),
        Paragraph(text, quiet=True),
        Heading(text, 2),
        Source(text, _marks(text)),
        Fold(text, (Heading(text, 2), Items((text, text)), Source(text, _marks(text)))),
    )


marks = st.builds(
    Mark, st.integers(-5, 40), st.integers(-5, 40), short_texts, st.one_of(st.none(), short_texts)
)
sources = st.builds(Source, texts, st.lists(marks, max_size=5).map(tuple))
prose_blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, texts, st.sampled_from((1, 2, 3)), st.lists(short_texts, max_size=2).map(tuple)),
    st.builds(Paragraph, texts, st.booleans()),
    st.builds(Items, st.lists(texts, min_size=1, max_size=3).map(tuple), st.booleans()),
)
any_blocks: st.SearchStrategy[Block] = st.one_of(
    prose_blocks,
    st.builds(Fields, st.lists(st.tuples(texts, texts), min_size=1, max_size=3).map(tuple)),
    st.builds(Labels, st.lists(st.tuples(short_texts, texts), min_size=1, max_size=3).map(tuple)),
    st.builds(Fold, texts, st.lists(prose_blocks, max_size=3).map(tuple), st.booleans()),
    st.builds(Code, texts, st.sampled_from(("json", "yaml"))),
    st.builds(Code, st.lists(texts, min_size=1, max_size=3).map(shlex.join), st.just("sh")),
    st.builds(Link, st.one_of(texts, st.just(WEB_ADDRESS)), texts),
    sources,
)
documents = st.lists(any_blocks, max_size=8).map(tuple)


def text_of(block: Block, width: int = 88, *, names: bool = True) -> list[str]:
    """The texts that a reader must see, piece by piece. A terminal shows the names of files in commands."""
    match block:
        case Heading(text, _, tags):
            return [" ".join((escape_controls(text), *map(escape_controls, tags)))]
        case Paragraph(text):
            return [escape_controls(text)]
        case Items(items):
            return [escape_controls(item) for item in items]
        case Fields(rows) | Labels(rows):
            return [escape_controls(text) for row in rows for text in row]
        case Fold(title, blocks):
            return [
                escape_controls(title),
                *(text for each in blocks for text in text_of(each, width, names=names)),
            ]
        case Link(url, text) if url == WEB_ADDRESS:
            return [escape_controls(text)]
        case Link(url, text):
            return [f"{escape_controls(text)}: {escape_controls(url)}"]
        case Code():
            name = [escape_controls(block.caption)] if names and block.caption else []
            return [*name, code_text(block, width)]
        case Source():
            return [
                "".join(
                    _source_part(part, hidden=bool(mark and mark.replacement is not None))
                    for part, mark in parts(block)
                )
            ]
        case _:
            raise AssertionError(block)


def _source_part(text: str, *, hidden: bool) -> str:
    if hidden:
        return escape_controls(text)
    return "".join(c if c in "\n\t" else escape_controls(c) for c in text)
