"""A notebook that a real kernel has run, its exports, and a browser to view them; once per session."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import exporters
from traitlets.config import Config

from tests.boto.wires import rest_json, s3, serving
from tests.notebook.cells import cells
from tests.notebook.chromium import find_browser, open_browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.notebook.chromium import Page

_LISTING = 'User: arn:aws:sts::111122223333:assumed-role/orders-api/ana@example.com is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::example-orders" because no identity-based policy allows the s3:ListBucket action'
_CLUSTER = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: eks:DescribeCluster on resource: arn:aws:eks:eu-west-1:111122223333:cluster/orders with an explicit deny in a service control policy"


@pytest.fixture(scope="session")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 (nbformat's nodes are of any shape)
    """The notebook, run by ipykernel without the AWS, proxy and IPython settings of the machine."""
    folder = tmp_path_factory.mktemp("kernel")
    v4: Any = nbformat.v4  # partly typed, like nbconvert
    with pytest.MonkeyPatch.context() as patch, serving() as s3_server, serving() as eks_server:
        for name in os.environ:
            if name.startswith("AWS_") or name.lower().endswith("_proxy"):
                patch.delenv(name)
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(name, str(folder / name))
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        s3_server.reply = s3(403, "AccessDenied", _LISTING)
        eks_server.reply = rest_json(403, "AccessDeniedException", _CLUSTER)
        document: Any = v4.new_notebook()
        document.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        for cell in cells(s3_server.url, eks_server.url):
            create = v4.new_markdown_cell if cell.prose else v4.new_code_cell
            document.cells.append(create(cell.source, metadata={"tags": [cell.name]}))
        NotebookClient(document, timeout=300, kernel_name="python3", allow_errors=True).execute()
    nbformat.validate(document)
    return document


@pytest.fixture(scope="session")
def exported(notebook: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], str]:  # noqa: ANN401 (as above)
    """Export the notebook with a template of nbconvert; return the URL of the page."""
    folder = tmp_path_factory.mktemp("exported")
    pages: dict[tuple[str, str], Path] = {}

    def export(template: str, theme: str = "light") -> str:
        if (template, theme) not in pages:
            exporter_class: Any = exporters.HTMLExporter
            exporter = exporter_class(config=Config(), template_name=template, theme=theme)
            body, _ = exporter.from_notebook_node(notebook)
            pages[template, theme] = folder / f"{template}-{theme}.html"
            pages[template, theme].write_text(body, encoding="utf-8")
        return pages[template, theme].as_uri()

    return export


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A browser tab."""
    find_browser()
    with open_browser(tmp_path_factory.mktemp("browser")) as tab:
        yield tab
