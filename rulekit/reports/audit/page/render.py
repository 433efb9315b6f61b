"""Writes an audit as one self-contained HTML page, and as JSON beside it."""

from __future__ import annotations

from pathlib import Path

from rulekit.errors import RulekitError, Where
from rulekit.files import write_text
from rulekit.reports.audit.model.audit import Audit
from rulekit.reports.audit.model.headline import gates_in_words
from rulekit.reports.audit.page import view
from rulekit.reports.audit.page.chart import chart_of
from rulekit.reports.audit.page.drift import drift_page
from rulekit.reports.audit.page.fpga import fpga_page
from rulekit.reports.audit.page.reproduce import parameters_in_words, recipe_of
from rulekit.reports.common.template import render_template

_FILTERS = (parameters_in_words, view.spans)


def render_html(audit: Audit, twin: str | None = None) -> str:
    """Return the page of an audit.

    Parameters
    ----------
    audit : the audit to draw.
    twin : the name of the JSON file, which the page mentions; default: no mention.

    Raises
    ------
    MissingExtraError
        when Jinja2 is not installed.

    """
    return render_template(
        "report.html.j2",
        _FILTERS,
        audit=audit,
        twin=twin,
        sections=view.sections(audit),
        headlines=view.headlines(audit),
        gates=gates_in_words(audit.gates),
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


def write(audit: Audit, path: str | Path) -> tuple[Path, Path]:
    """Write the page and its JSON; each file is replaced whole or not at all.

    Parameters
    ----------
    audit : the audit to write.
    path : the page, such as ``report.html``; the JSON gets the same name with ``.json``. A folder gets both.

    Raises
    ------
    MissingExtraError
        when Jinja2 is not installed.
    RulekitError
        when the JSON would overwrite a file that the audit read.

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
    document = audit.to_json() + "\n"
    page.parent.mkdir(parents=True, exist_ok=True)
    write_text(twin, document)
    write_text(page, html)
    return page, twin
