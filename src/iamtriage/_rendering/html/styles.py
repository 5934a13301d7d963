"""Define the style sheet of the HTML cards.

Every rule applies only within ``.iamtriage``. Text has a contrast ratio of at least 4.5:1 with its background
(https://www.w3.org/TR/WCAG22/#contrast-minimum). In Jupyter, Colab and VS Code, an attribute or class of the
page selects the light or dark colors. On other pages, the browser's ``prefers-color-scheme`` selects them.
Font sizes are in pixels, because ``rem`` depends on the root font size of the page, which can have any value.
"""

from __future__ import annotations

__all__ = ("STYLE",)

_LIGHT = """color-scheme: light;
  --it-text: #1f2328; --it-quiet: #57606a; --it-back: #ffffff; --it-inset: #f6f8fa; --it-line: #d8dee4;
  --it-accent: #0b5cad; --it-on-accent: #ffffff; --it-link: #0b5cad;
  --it-sure: #116329; --it-sure-back: #dafbe1; --it-likely: #0a4a8f; --it-likely-back: #ddf0ff;
  --it-open: #744500; --it-open-back: #fff3c9; --it-who: #463691; --it-who-back: #eeeaff;
  --it-mark: #1f2328; --it-mark-back: #fff0b3; --it-gone: #8c1d18; --it-gone-back: #ffe3e0;"""
_DARK = """color-scheme: dark;
  --it-text: #e6edf3; --it-quiet: #a3adb8; --it-back: #16191e; --it-inset: #1f242b; --it-line: #363d47;
  --it-accent: #79b8ff; --it-on-accent: #0d1117; --it-link: #79b8ff;
  --it-sure: #7ee2a0; --it-sure-back: #12361f; --it-likely: #9ccfff; --it-likely-back: #12304f;
  --it-open: #f2cc60; --it-open-back: #3d2f0a; --it-who: #cdbfff; --it-who-back: #2f2757;
  --it-mark: #fff3c4; --it-mark-back: #594a10; --it-gone: #ffb4ab; --it-gone-back: #551a17;"""

# Notebooks style the headings, lists and code of every output. These rules must be more specific, even than
# JupyterLab's `.jp-ThemedContainer .jp-RenderedHTMLCommon :not(pre) > code`.
_CARD = ".iamtriage > .iamtriage-card.iamtriage-card"
_SHEET = """.iamtriage {
  LIGHT
  max-width: 60rem; margin: 0.5rem 0; text-align: left;
  font: 400 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
@media (prefers-color-scheme: dark) { .iamtriage {
  DARK
} }
[data-jp-theme-light="true"] .iamtriage, [theme="light"] .iamtriage, .vscode-light .iamtriage,
.vscode-high-contrast-light .iamtriage {
  LIGHT
}
[data-jp-theme-light="false"] .iamtriage, [theme="dark"] .iamtriage, .vscode-dark .iamtriage,
.vscode-high-contrast:not(.vscode-high-contrast-light) .iamtriage {
  DARK
}
& *, & ::before { box-sizing: border-box; }
& {
  padding: 1.35rem 1.6rem 1.5rem; overflow-wrap: anywhere;
  color: var(--it-text); background: var(--it-back);
  border: 1px solid var(--it-line); border-top: 3px solid var(--it-accent); border-radius: 8px;
}
& .iamtriage-title, & .iamtriage-section, & .iamtriage-item {
  color: var(--it-text); font-family: inherit; letter-spacing: normal; text-transform: none;
  padding: 0; border: 0; text-align: left;
}
& .iamtriage-title { margin: 0 0 1rem; font-size: 20px; font-weight: 650; line-height: 1.35; }
& .iamtriage-section {
  margin: 1.6rem 0 0.6rem; font-size: 16px; font-weight: 650; line-height: 1.4; color: var(--it-quiet);
}
& .iamtriage-item { margin: 0; font-size: 16px; font-weight: 600; line-height: 1.45; }
& .iamtriage-prose { margin: 0.5rem 0; }
& .iamtriage-quiet { color: var(--it-quiet); font-size: 14px; }

& .iamtriage-facts {
  display: grid; grid-template-columns: minmax(5rem, max-content) minmax(0, 1fr); margin: 0.75rem 0;
  border: 1px solid var(--it-line); border-radius: 6px; overflow: hidden;
}
& .iamtriage-facts > dt, & .iamtriage-facts > dd {
  float: none; width: auto; margin: 0; padding: 0.22rem 0.8rem; border-top: 1px solid var(--it-line);
}
& .iamtriage-facts > dt {
  max-width: 14rem; font-weight: 400; font-style: normal; color: var(--it-quiet); background: var(--it-inset);
}
& .iamtriage-facts > :first-child, & .iamtriage-facts > :nth-child(2) { border-top: 0; }

& .iamtriage-labels {
  display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.2rem 0.9rem; margin: 1rem 0 0;
}
& .iamtriage-labels > dt, & .iamtriage-labels > dd { float: none; width: auto; margin: 0; padding: 0; }
& .iamtriage-labels > dt { font-weight: 600; font-style: normal; color: var(--it-quiet); }

& .iamtriage-list { margin: 0.4rem 0; padding: 0 0 0 1.35rem; }
& ul.iamtriage-list { list-style: disc; }
& ol.iamtriage-list { list-style: decimal; }
& .iamtriage-list > li { margin: 0.15rem 0; padding: 0; }
& .iamtriage-causes, & .iamtriage-remedies { margin: 0; padding: 0; list-style: none; }
& .iamtriage-causes > li {
  margin: 0.6rem 0 0; padding: 0.1rem 0 0.1rem 0.9rem; border-left: 3px solid var(--it-line);
}
& .iamtriage-causes > .iamtriage-sure { border-left-color: var(--it-sure); }
& .iamtriage-causes > .iamtriage-likely { border-left-color: var(--it-likely); }
& .iamtriage-causes > .iamtriage-open { border-left-color: var(--it-open); }
& .iamtriage-causes .iamtriage-list { color: var(--it-quiet); font-size: 14px; }
& .iamtriage-remedies { counter-reset: iamtriage-remedy; }
& .iamtriage-remedies > li {
  position: relative; margin: 0.7rem 0 0; padding: 0.8rem 1rem 0.85rem 3.1rem;
  border: 1px solid var(--it-line); border-radius: 6px; counter-increment: iamtriage-remedy;
}
& .iamtriage-remedies > li::before {
  content: counter(iamtriage-remedy); position: absolute; left: 0.9rem; top: 0.82rem;
  min-width: 1.45rem; height: 1.45rem; border-radius: 1rem; text-align: center;
  font-size: 13px; font-weight: 650; line-height: 1.45rem;
  color: var(--it-on-accent); background: var(--it-accent);
}

& .iamtriage-badge {
  display: inline-block; padding: 0.1rem 0.55rem; border-radius: 1rem; vertical-align: 0.08em;
  font-size: 12px; font-weight: 500; line-height: 1.4;
  color: var(--it-who); background: var(--it-who-back);
}
& .iamtriage-sure .iamtriage-badge { color: var(--it-sure); background: var(--it-sure-back); }
& .iamtriage-likely .iamtriage-badge { color: var(--it-likely); background: var(--it-likely-back); }
& .iamtriage-open .iamtriage-badge { color: var(--it-open); background: var(--it-open-back); }

& code {
  padding: 0.08em 0.32em; border: 0; border-radius: 4px; unicode-bidi: isolate; white-space: pre-wrap;
  font: 400 0.88em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
  color: inherit; background: var(--it-inset);
}
& .iamtriage-facts > dd > code { padding: 0; background: none; }
& .iamtriage-code { margin: 0.6rem 0; }
& .iamtriage-code > pre {
  margin: 0; padding: 0.6rem 0.85rem; max-height: 36rem; overflow: auto; white-space: pre; tab-size: 4;
  font: 400 0.88em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
  color: var(--it-text); background: var(--it-inset); overflow-wrap: normal; word-break: normal;
  border: 1px solid var(--it-line); border-radius: 6px;
}
& pre > code { padding: 0; font: inherit; background: none; white-space: inherit; }
& [data-iamtriage-code="sh"] > pre, & [data-iamtriage-code="text"] > pre {
  white-space: pre-wrap; overflow-wrap: anywhere;
}
& [data-iamtriage-code="sh"] > pre > code { display: block; padding-left: 2ch; text-indent: -2ch; }
& [data-iamtriage-code="sh"] > pre > code::before {
  content: "$ "; color: var(--it-quiet); -webkit-user-select: none; user-select: none;
}
& .iamtriage-copyable { position: relative; }
& .iamtriage-copyable > pre { padding-right: 7.4rem; }
& [data-iamtriage-code="sh"].iamtriage-copyable > pre,
& [data-iamtriage-code="text"].iamtriage-copyable > pre {
  padding-right: 0.85rem;
}
& [data-iamtriage-code="sh"].iamtriage-copyable > pre::before,
& [data-iamtriage-code="text"].iamtriage-copyable > pre::before {
  content: ""; float: right; width: 6.4rem; height: 1.75rem;
}
& .iamtriage-copy {
  position: absolute; top: 0.36rem; right: 0.4rem; margin: 0; padding: 0.12rem 0.6rem; cursor: pointer;
  font: 500 13px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  color: var(--it-link); background: var(--it-back); border: 1px solid var(--it-line); border-radius: 5px;
  appearance: none; box-shadow: none; text-transform: none; letter-spacing: normal;
}
& .iamtriage-copy:hover { border-color: currentColor; }
& .iamtriage-copied {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
& a:any-link { color: var(--it-link); text-decoration: underline; }
& > :last-child, & li > :last-child { margin-bottom: 0; }
& :focus-visible { outline: 2px solid var(--it-accent); outline-offset: 2px; }

& .iamtriage-folded { margin: 1.6rem 0 0; }
& .iamtriage-folded > summary { cursor: pointer; color: var(--it-quiet); }
& .iamtriage-folded > summary > .iamtriage-section { display: inline; margin: 0; }
& mark {
  padding: 0.05em 0.15em; border-radius: 3px; color: var(--it-mark); background: var(--it-mark-back);
}
& .iamtriage-redacted {
  padding: 0.05em 0.45em; border-radius: 3px; color: var(--it-gone); background: var(--it-gone-back);
}
@media (max-width: 34rem) {
  & { padding: 1rem 1rem 1.1rem; }
  & .iamtriage-facts { grid-template-columns: minmax(0, 1fr); }
  & .iamtriage-facts > dt {
    max-width: none; padding-bottom: 0; background: none; font-size: 14px;
  }
  & .iamtriage-facts > dd { padding-top: 0; border-top: 0; }
  & .iamtriage-remedies > li { padding: 0.75rem 0.85rem 0.8rem; }
  & .iamtriage-remedies > li::before { left: 0.85rem; top: 0.75rem; }
  & .iamtriage-remedies > li > .iamtriage-item { padding-left: 2rem; }
  & .iamtriage-code > pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  & .iamtriage-copyable > pre { padding-top: 2.4rem; padding-right: 0.85rem; }
  & [data-iamtriage-code].iamtriage-copyable > pre::before { content: none; }
}
@media print {
  & .iamtriage-code > pre { max-height: none; white-space: pre-wrap; }
  & .iamtriage-copyable > pre { padding-top: 0.6rem; padding-right: 0.85rem; }
  & [data-iamtriage-code].iamtriage-copyable > pre::before { content: none; }
  & .iamtriage-copy { display: none; }
}
"""

# In Markdown, an empty line would end the HTML of the card.
STYLE = _SHEET.replace("\n\n", "\n").replace("&", _CARD).replace("LIGHT", _LIGHT).replace("DARK", _DARK)
"""The style sheet, without its element."""
