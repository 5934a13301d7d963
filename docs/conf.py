"""Sphinx configuration."""

from __future__ import annotations

import inspect
import re
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, is_typeddict

import attrs
from sphinx.ext.napoleon.docstring import GoogleDocstring
from sphinx.search.en import SearchEnglish
from sphinx.util.inspect import TypeAliasForwardRef

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.write_cause_pages import write_pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx

project = "iamtriage"
author = "The iamtriage developers"
copyright = f"2026, {author}"
release = metadata.version("iamtriage")
version = ".".join(release.split(".")[:2])

# No intersphinx: the site builds without a network.
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]

write_pages(Path(__file__).parent / "causes")

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = True
napoleon_numpy_docstring = False


def _no_inline_type(_self: GoogleDocstring) -> list[str]:
    raise StopIteration  # napoleon then reads the docstring as any other


# Without it, signatures list the union's members. In a union, Sphinx would show the name with its class.
autodoc_type_aliases = {"Failure": "iamtriage.Failure"}
TypeAliasForwardRef.__repr__ = lambda self: f"~{self.name}"  # type: ignore[method-assign]

# Napoleon would read "What it is: more" under an attribute or property as "TYPE: description".
GoogleDocstring._parse_attribute_docstring = _no_inline_type  # type: ignore[assignment,method-assign] # noqa: SLF001

# Sphinx stems the words of each page anew, although the pages share most of them.
SearchEnglish.stem = cache(SearchEnglish.stem)  # type: ignore[method-assign]

# Without intersphinx, names of other projects have no target. Names of this project must have one.
nitpick_ignore_regex = [
    ("py:.*", r"(attr|attrs|botocore|collections|logging|types|typing|typing_extensions|io|os|re)(\..*)?"),
    ("py:.*", r"(Iterable|Iterator|Mapping|Sequence|TextIO|TypeAlias|TracebackType)"),
    ("py:.*", r"optional|callable"),
    ("py:class", r"date|datetime|PathLike"),
    ("py:class", r"iamtriage\.inputs\._inputs\.Source|iamtriage\.inputs\._selection\.Selection"),  # private
    ("py:class", r"(iamtriage\..*\.)?_(P(\.args|\.kwargs)?|T|R|Raised|Function|Key)"),  # type variables
    ("py:class", r"ClientError|BotoCoreError|p[dl]\.DataFrame"),  # botocore's, pandas' and polars'
    ("py:class", r"Shell"),  # private: the used part of IPython's shell
    ("py:class", r"FailureSource|FactsLike|Remedies|(.*\.)?HasFailure"),  # described in docstrings
    ("py:class", r"_Document"),  # private: a mapping or JSON text
    ("py:class", r"Marks"),  # private: how a failure keeps its spans
    ("py:class", r"Combine|Describe"),  # private: what the completion of an explanation passes
]

# Three classes have an attribute `type`, which Sphinx confuses with the builtin.
suppress_warnings = ["ref.python"]

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["text.css"]
html_js_files = ["search.js"]
html_title = f"iamtriage {release}"
html_copy_source = False
html_show_sourcelink = False


def _shorten_signature(
    _app: Sphinx,
    what: str,
    _name: str,
    obj: object,
    _options: object,
    signature: str | None,
    returned: str | None,
) -> tuple[str, str | None] | None:
    """Show the arguments of classes that users construct, without types, which the attributes state."""
    if what == "function" and signature:
        return re.sub(r"<built-in function (\w+)>", r"\1", signature), returned
    if what != "class" or not inspect.isclass(obj) or is_typeddict(obj):
        return None
    if not attrs.has(obj):
        return None if "Args:" in f"{obj.__doc__}{obj.__init__.__doc__}" else ("", None)
    if any(field.init and field.name.startswith("_") for field in attrs.fields(obj)):
        return "", None
    parameters = [each.replace(annotation=each.empty) for each in inspect.signature(obj).parameters.values()]
    return str(inspect.Signature(parameters)).replace("NOTHING", "..."), None


def _shorten_types(
    _app: Sphinx, _what: str, _name: str, _obj: object, _options: object, lines: list[str]
) -> None:
    """Show the types of attributes without their modules, as those of arguments."""
    modules = re.compile(r"(?<![\w.~])(?:collections|iamtriage|datetime|os)(?:\.\w+)+")
    for number, line in enumerate(lines):
        if line.lstrip().startswith(":type:"):
            lines[number] = modules.sub(r"~\g<0>", line)


_navigation: dict[str, Callable[..., str]] = {}


def _share_navigation(
    _app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Print the navigation once for the pages of all causes, which are not in it: half of the build."""
    if page.startswith("causes/") and page != "causes/index":
        context["toctree"] = _navigation.setdefault("causes", cache(context["toctree"]))


def setup(app: Sphinx) -> None:
    """Connect the hooks. The second one runs after napoleon, the third one before the theme."""
    app.connect("autodoc-process-signature", _shorten_signature)
    app.connect("autodoc-process-docstring", _shorten_types, priority=600)
    app.connect("html-page-context", _share_navigation, priority=400)
