"""The policy engine: a committee's document as data, judged by pure functions. No framework, no database, no clock."""

from policy_engine.bench import Person, Post
from policy_engine.check import check
from policy_engine.compare import compare
from policy_engine.errors import TemplateError, TemplateErrors
from policy_engine.evaluate import evaluate
from policy_engine.explain import explain
from policy_engine.judge import Verdict, judge
from policy_engine.load import find_template, load_template
from policy_engine.model import Clause, Duty, Element, Filter, Indicator, Policy, Template
from policy_engine.overlay import Operation, Overlay, load_overlay
from policy_engine.periods import Period
from policy_engine.plan import Docket, docket, tallies
from policy_engine.rebase import Rebase, rebase
from policy_engine.resolve import resolve
from policy_engine.settle import cascade, settle
from policy_engine.succession import together
from policy_engine.tally import Counted, Counts, Row, Tally, count
from policy_engine.waivers import Waiver

__all__ = [
    "Clause", "Counted", "Counts", "Docket", "Duty", "Element", "Filter", "Indicator", "Operation", "Overlay", "Period", "Person",
    "Policy", "Post", "Rebase", "Row", "Tally", "Template", "TemplateError", "TemplateErrors", "Verdict", "Waiver", "cascade",
    "check", "compare", "count", "docket", "evaluate", "explain", "find_template", "judge", "load_overlay", "load_template", "rebase",
    "resolve", "settle", "tallies", "together",
]  # fmt: skip
