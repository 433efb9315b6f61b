"""Drawing an audit: one self-contained HTML page, and its JSON twin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rulekit.errors import MissingExtraError, RulekitError, Where
from rulekit.files import write_text
from rulekit.reports import numbers, view
from rulekit.reports.chart import chart_of
from rulekit.reports.drift_view import drift_page
from rulekit.reports.fpga_view import fpga_page
from rulekit.reports.model import Audit
from rulekit.reports.reproduce import parameters_in_words, recipe_of

if TYPE_CHECKING:
    from jinja2 import Environment

_FILTERS = (
    numbers.count,
    numbers.percent,
    numbers.interval,
    numbers.percent_with_interval,
    numbers.quantity,
    numbers.share_text,
    numbers.shift,
    numbers.shift_interval,
    numbers.signed,
    numbers.times,
    parameters_in_words,
    view.spans,
)


def render_html(audit: Audit, twin: str | None = None) -> str:
    """Return the page of an audit.

    Parameters
    ----------
    audit : what to draw.
    twin : the name of the JSON twin, to be written on the page.

    Raises
    ------
    MissingExtraError
        when Jinja2 is not installed.

    """
    return drawn(
        "report.html.j2",
        audit=audit,
        twin=twin,
        sections=view.sections(audit),
        headlines=view.headlines(audit),
        gates=view.gates_in_words(audit),
        measure_rows=view.measure_rows(audit),
        chart=chart_of(audit),
        bars=view.cutflow_bars(audit),
        cells=view.overlap_cells(audit),
        without=view.without_rules(audit),
        drift=drift_page(audit),
        fpga=fpga_page(audit),
        recipe=recipe_of(audit),
        rule_of={rule.number: rule for rule in audit.rules},
    )


def drawn(template: str, **values: Any) -> str:
    """Return a page of a template of this folder, without blank lines and spaces at the ends of lines.

    Raises
    ------
    MissingExtraError
        when Jinja2 is not installed.

    """
    page = environment().get_template(template).render(**values)
    return "\n".join(line.rstrip() for line in page.splitlines() if line.strip()) + "\n"


def environment() -> Environment:
    """Return what draws the templates of this folder.

    Raises
    ------
    MissingExtraError
        when Jinja2 is not installed.

    """
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise MissingExtraError("jinja2", "reports") from None
    environment = Environment(
        loader=PackageLoader("rulekit.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({function.__name__: function for function in _FILTERS})
    return environment


def write(audit: Audit, path: str | Path) -> tuple[Path, Path]:
    """Write the page and its JSON twin; either is replaced whole or not at all.

    Parameters
    ----------
    audit : what to write.
    path : of the page, ``report.html``; the twin is ``report.json`` beside it. In a folder, just these names.

    Raises
    ------
    MissingExtraError
        when Jinja2 is not installed.
    RulekitError
        when the twin would overwrite a file that the audit read.

    """
    path = Path(path)
    page = path / "report.html" if path.is_dir() else path
    page = page if page.suffix.lower() in {".html", ".htm"} else page.with_name(page.name + ".html")
    twin = page.with_suffix(".json")
    read = {Path(source.path).resolve() for source in audit.origin.sources}
    if twin.resolve() in read:
        what = "the JSON twin of the report would overwrite a file that the audit read"
        raise RulekitError(what, where=Where(file=str(twin)), hint="give the report another name")
    html = render_html(audit, twin.name)
    document = json.dumps(audit.to_json(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    page.parent.mkdir(parents=True, exist_ok=True)
    write_text(twin, document)
    write_text(page, html)
    return page, twin
