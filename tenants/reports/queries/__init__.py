"""Reads of returns and of what lies below: figures only, from received returns alone."""

from tenants.reports.queries.computing import Own, own_figures
from tenants.reports.queries.display import Cell, Column, cells, columns_for, is_adapted
from tenants.reports.queries.figures import (
    CARRIED,
    Figure,
    bases_of,
    figures_in,
    shared_indicators,
    summed,
)
from tenants.reports.queries.filed import Filed, all_latest, latest, revisions, settled, to_decide, to_sign, to_submit
from tenants.reports.queries.forms import (
    PrintedForm,
    Progress,
    answers_of,
    answers_of_many,
    draft_of,
    form_lines,
    form_on,
    form_sheet,
    forms_on,
    period_of,
    progress_of,
    progress_of_many,
)
from tenants.reports.queries.periods import BadPeriod, due_month, month, months_until, spoken
from tenants.reports.queries.tree import Line, Rollup, column_pair, rollup

__all__ = [
    "CARRIED",
    "BadPeriod",
    "Cell",
    "Column",
    "Figure",
    "Filed",
    "Line",
    "Own",
    "PrintedForm",
    "Progress",
    "Rollup",
    "all_latest",
    "answers_of",
    "answers_of_many",
    "bases_of",
    "cells",
    "column_pair",
    "columns_for",
    "draft_of",
    "due_month",
    "figures_in",
    "form_lines",
    "form_on",
    "form_sheet",
    "forms_on",
    "is_adapted",
    "latest",
    "month",
    "months_until",
    "own_figures",
    "period_of",
    "progress_of",
    "progress_of_many",
    "revisions",
    "rollup",
    "settled",
    "shared_indicators",
    "spoken",
    "summed",
    "to_decide",
    "to_sign",
    "to_submit",
]  # fmt: skip
