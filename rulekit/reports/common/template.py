"""The Jinja2 environment of the reports, with the filters that write numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rulekit.errors import MissingExtraError
from rulekit.reports.common import numbers

if TYPE_CHECKING:
    from jinja2 import Environment


_NUMBERS = (
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
)


def render_template(template: str, filters: Sequence[Callable[..., object]] = (), **values: Any) -> str:
    """Render a template of ``reports/templates``, without blank lines and trailing spaces.

    Raises
    ------
    MissingExtraError
        when Jinja2 is not installed.

    """
    page = template_environment(filters).get_template(template).render(**values)
    return "\n".join(line.rstrip() for line in page.splitlines() if line.strip()) + "\n"


def template_environment(filters: Sequence[Callable[..., object]] = ()) -> Environment:
    """Return the environment for the templates in ``reports/templates``.

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
    environment.filters.update({function.__name__: function for function in (*_NUMBERS, *filters)})
    return environment
