"""The shape of every file, as JSON Schema: published by `lianxin policy schema` and used to check what authors write.

Beyond the standard there are two keywords: `word` (a word of that vocabulary category) and `day` (a date that exists).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from policy_engine import rhythms
from policy_engine.errors import TemplateError
from policy_engine.examples import to_write
from policy_engine.kinds import KINDS, LINE_KEYS, LISTS, NUMBERS, OWN_KEYS, SCORES
from policy_engine.model import FILTERS
from policy_engine.quick import Test, compiled, is_day, twice
from policy_engine.reader import Document, Way, listed
from policy_engine.vocabulary import Words

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": ["number", "null"], "minimum": 0}
WHOLE: Schema = {"type": ["integer", "null"], "minimum": 0}
FRACTION_TEXT = r"^\d+/[1-9]\d*$"
FRACTION: Schema = {
    "if": {"type": "string"},
    "then": {"type": "string", "pattern": FRACTION_TEXT},
    "else": {"type": "number", "minimum": 0},
}
NAME: Schema = {"type": "string", "pattern": r"\S"}
ID: Schema = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_-]*$"}
DAY: Schema = {"type": "string", "day": True}
MAYBE_DAY: Schema = {"type": ["string", "null"], "day": True}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
IDS: Schema = {"type": "array", "items": TEXT, "uniqueItems": True}
DIRECTION: Schema = {
    "if": {"type": "object"},
    "then": {
        "properties": {"in_range": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}},
        "required": ["in_range"],
        "additionalProperties": False,
    },
    "else": {"enum": ["fixed", "only_strengthen", "free"]},
}


def word(category: str) -> Schema:
    return {"type": "string", "word": category}


def words(category: str) -> Schema:
    return {"type": "array", "items": word(category), "minItems": 1, "uniqueItems": True}


def closed(properties: Schema, *required: str) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def by_name(entry: Schema) -> Schema:
    return {"type": "object", "additionalProperties": entry, "propertyNames": ID}


AMOUNTS: Schema = {
    "type": "object",
    "propertyNames": word("amounts"),
    "additionalProperties": {"type": "number", "minimum": 0},
}
_PASSING: Schema = {
    **{key: words(key) for key in FILTERS},  # each filter is named like its vocabulary category
    "organisers": {
        "type": "array",
        "items": {"if": {"enum": ["subject"]}, "then": {}, "else": word("organisers")},
        "minItems": 1,
    },
    "sectors": {"type": "array", "items": TEXT, "minItems": 1},
    "at_venue": FLAG,
    "at_least": AMOUNTS,
}
_PORTIONS: Schema = {"type": "object", "propertyNames": word("roles"), "additionalProperties": FRACTION}
SHARE: Schema = {
    "if": {"type": "object"},
    "then": {
        "if": {"type": "object", "required": ["order"]},
        "then": closed({"order": {"type": "array", "items": FRACTION, "minItems": 1}}, "order"),
        "else": {
            "if": {"type": "object", "required": ["each"]},
            "then": closed({"each": _PORTIONS}, "each"),
            "else": _PORTIONS,
        },
    },
    "else": {"enum": ["equal", None]},
}
COUNTS = closed(
    {
        **_PASSING,
        "without": closed(_PASSING),
        "confirmed": {"enum": ["required", "any"]},
        "share": SHARE,
        "count": {
            "if": {"type": "object"},
            "then": closed({"sum": word("amounts")}, "sum"),
            "else": {"enum": ["records", "targets", "venues", "subjects", "destinations", "days"]},
        },
        "by": {"enum": ["subject", "target", "members", "all"]},
    }
)
NAMES: Schema = {"type": "array", "items": NAME, "minItems": 1, "uniqueItems": True}
SERVED: Schema = {"type": "integer", "minimum": 1, "maximum": 10_000}
MONTH_DAY: Schema = {"type": "string", "pattern": r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"}
WHOM: Schema = {
    "type": word("subjects"),
    "posts": words("posts"),
    "all_posts": words("posts"),
    "except_posts": words("posts"),
    "kinds": words("venue_kinds"),
    "tags": words("tags"),
    "except_tags": words("tags"),
    "linked": words("links"),
    "as": {"enum": ["from", "to"]},
    "in": closed({"sector": NAMES, "special_committee": NAMES, "group": NAMES}),
    "members": closed({"min": SERVED, "max": SERVED}),
    "served": closed({"days": SERVED, "months": SERVED, "in_all": FLAG}),
    "joined": closed({"before": MONTH_DAY}, "before"),
}
SUBJECT: Schema = {"if": {"type": "object"}, "then": closed(WHOM, "type"), "else": word("subjects")}
POPULATION: Schema = {
    "if": {"type": "object"},
    "then": closed({**WHOM, "of": {"enum": ["subject"]}, "links": words("links"), "handover": FLAG}),
    "else": word("subjects"),
}
RHYTHM: Schema = {
    "if": {"type": "object"},
    "then": closed(
        {
            "every": {"type": "integer", "minimum": 1, "maximum": 1000},
            "unit": {"enum": ["week", "month", "year"]},
            "from": DAY,
            "windows": {
                "type": "array",
                "minItems": 1,
                "items": closed(
                    {"id": ID, "title": TEXT, "from": MONTH_DAY, "until": MONTH_DAY}, "id", "from", "until"
                ),
            },
            "before": word("events"),
            "after": word("events"),
        }
    ),
    "else": {"enum": list(rhythms.WORDS)},
}
DAYS: Schema = {"type": "integer", "minimum": 0, "maximum": 1000}
DUE: Schema = closed(
    {
        "from": MAYBE_DAY,
        "on": DAY,
        "month_day": MONTH_DAY,
        "day": {"type": "integer", "minimum": 1, "maximum": 31},
        **dict.fromkeys(("days_after_start", "days_before_end", "days_after_end", "days_before", "days_after"), DAYS),
        "event": word("events"),
        "working_days": FLAG,
        "after_end": FLAG,
    }
)
WITHIN: Schema = closed({"from": MAYBE_DAY, "days": DAYS, "working_days": DAYS, "months": DAYS})
AFTER: Schema = {
    "if": {"type": "object", "required": ["events"]},
    "then": closed({"events": words("events")}, "events"),
    "else": {
        "if": {"type": "object", "required": ["joining"]},
        "then": closed({"joining": {"enum": [True]}}, "joining"),
        "else": {
            "if": {"type": "object", "required": ["appointed"]},
            "then": closed({"appointed": words("posts")}, "appointed"),
            "else": {
                "if": {"type": "object", "required": ["duty"]},
                "then": closed({"duty": ID, "grades": IDS}, "duty"),
                "else": COUNTS,
            },
        },
    },
}
SET: dict[str, Schema] = {
    "within": {
        **WITHIN,
        "type": ["object", "null"],
        "properties": {key: shape for key, shape in WITHIN["properties"].items() if key != "from"},
    },
    "due": {
        **DUE,
        "type": ["object", "null"],
        "properties": {key: shape for key, shape in DUE["properties"].items() if key != "from"},
    },
    "late": {"enum": ["counts", "not_counted"]},
}
"""What an overlay sets; the day from which it holds is the overlay's own."""
DUES: Schema = {"if": {"type": "array"}, "then": {"type": "array", "items": DUE, "minItems": 1}, "else": DUE}
ROUND: Schema = {"enum": ["up", "down", "nearest"]}
PRO_RATA: Schema = {
    "if": {"type": "object"},
    "then": closed(
        {
            "unit": {"enum": ["day", "month", "quarter"]},
            "round": ROUND,
            "absences": {
                "if": {"type": "object"},
                "then": {
                    "if": {"type": "object", "required": ["months"]},
                    "then": closed({"months": SERVED}, "months"),
                    "else": closed({"days": SERVED}, "days"),
                },
                "else": FLAG,
            },
            "of": {"enum": ["min", "k"]},
        }
    ),
    "else": FLAG,
}
AT_LEAST_ONE: Schema = {"type": ["integer", "null"], "minimum": 1}
PERCENT: Schema = {
    "if": {"type": "string"},
    "then": {"type": "string", "pattern": FRACTION_TEXT},
    "else": {"type": ["number", "null"], "minimum": 0, "maximum": 100},
}
SIGNED: Schema = {"type": ["number", "null"]}  # points may be taken away
POINTS: Schema = {
    **dict.fromkeys(("base", "cap", "floor", "points", "met", "outstanding", "otherwise"), SIGNED),
    "each": {"type": ["number", "null"], "minimum": 0},
    **dict.fromkeys(("from_nth", "to_nth"), AT_LEAST_ONE),
}
VALUES: Schema = {
    "type": "array",
    "minItems": 1,
    "items": closed(
        {
            "from": MAYBE_DAY,
            "min": NUMBER,
            "max": NUMBER,
            "percent": PERCENT,
            "number": {"type": "integer", "minimum": 1},
            "per": AT_LEAST_ONE,
            "k": {"type": "integer", "minimum": 1},
            **POINTS,
            "clause": TEXT,
        }
    ),
}
SCORE_LINE: Schema = {
    **POINTS,
    "duty": TEXT,
    "take": {"enum": ["sum", "average", "share_met", "outstanding", "over"]},
    "population": POPULATION,
    "best": FLAG,
    "steps": {"type": "array", "items": closed({"at": {"type": "number", "minimum": 0}, "points": SIGNED}, "at", "points"), "minItems": 1},
    "table": {"type": "object", "propertyNames": word("results"), "additionalProperties": SIGNED},
}  # fmt: skip
PART = closed(
    {
        "id": ID,
        "title": TEXT,
        "clauses": IDS,
        "counts": COUNTS,
        "min": NUMBER,
        "max": NUMBER,
        "values": VALUES,
        **SCORE_LINE,
    },
    "id",
)
GRADE = closed(
    {"id": ID, "title": TEXT, "from": SIGNED, "requires": IDS, "quota_percent": NUMBER, "note": TEXT},
    "id",
    "title",
    "from",
)
GROUP = closed(
    {
        "id": ID,
        "title": TEXT,
        "lines": {**IDS, "minItems": 1},
        "take": {"enum": ["sum", "highest"]},
        **dict.fromkeys(("base", "cap", "floor"), SIGNED),
    },
    "id",
    "lines",
)
VETO = closed({"counts": COUNTS, "duty": TEXT, "grade": TEXT, "note": TEXT}, "grade")
WHEN: Schema = {
    **closed(
        {
            "states": {
                "type": "array",
                "minItems": 1,
                "items": {"enum": ["met", "outstanding", "exceeded", "counted"]},
            },
            "grades": NAMES,
        }
    ),
    "type": ["object", "null"],
}
DUTY = closed(
    {
        "id": ID,
        "title": TEXT,
        "clauses": IDS,
        "kind": {"enum": list(KINDS)},
        "force": word("forces"),
        "subject": SUBJECT,
        "population": POPULATION,
        "round": ROUND,
        "meets": NAMES,
        "of": NAME,
        "when": WHEN,
        "leave": {"enum": ["counted", "excluded"]},
        "out_of": COUNTS,
        "period": RHYTHM,
        "due": DUES,
        "late": {"enum": ["counts", "not_counted"]},
        "after": AFTER,
        "within": {"if": {"type": "array"}, "then": {"type": "array", "items": WITHIN, "minItems": 1}, "else": WITHIN},
        "linked": FLAG,
        "turns": closed(
            {"starts": DAY, "size": {"type": "integer", "minimum": 1}, "among": SUBJECT, "rest": {"enum": ["fill", "short"]}},
            "starts",
        ),
        "waivable": FLAG,
        "pro_rata": PRO_RATA,
        "counts": COUNTS,
        "parts": {"type": "array", "items": PART, "minItems": 1},
        "grades": {"type": "array", "items": GRADE, "minItems": 1},
        "groups": {"type": "array", "items": GROUP, "minItems": 1},
        "veto": {"type": "array", "items": VETO, "minItems": 1},
        "values": VALUES,
        "direction": by_name(DIRECTION),
        **dict.fromkeys(LISTS.values(), TEXT),
        "workflow": TEXT,
        "note": TEXT,
    },
    "id", "title", "clauses", "kind", "period",
)  # fmt: skip
SETTING: Schema = {
    "if": {"type": "object"},
    "then": closed(
        {
            "value": {},
            "title": TEXT,
            "clauses": IDS,
            "options": {"type": "array", "minItems": 1},
            "direction": DIRECTION,
            "note": TEXT,
        },
        "value",
    ),
}
LOCAL_WORD: Schema = {
    "if": {"type": "object"},
    "then": closed({"title": TEXT, "is_a": TEXT, "group": TEXT}, "title"),
    "else": TEXT,
}
EXCLUSIVE: Schema = {
    "if": {"type": "object"},
    "then": closed({"duties": NAMES, "title": TEXT, "clauses": IDS, "note": TEXT, "direction": DIRECTION}, "duties"),
    "else": NAMES,
}
REPLACED: Schema = {
    "if": {"type": "object"},
    "then": closed({"document": ID, "paths": {**IDS, "minItems": 1}}, "document", "paths"),
    "else": TEXT,
}
HEADER = closed(
    {
        "id": ID,
        "title": TEXT,
        "number": MAYBE_TEXT,
        "kind": word("documents"),
        "issuer": TEXT,
        "level": word("levels"),
        "term": {"type": ["integer", "string", "null"]},
        "adopted_by": word("bodies"),
        "adopted_meeting": MAYBE_TEXT,
        "adopted_on": MAYBE_DAY,
        "issued_on": MAYBE_DAY,
        "in_force_from": MAYBE_DAY,
        "in_force_until": MAYBE_DAY,
        "trial": FLAG,
        "parent": {"type": ["object", "null"], "properties": {"title": TEXT, "number": MAYBE_TEXT}, "additionalProperties": False},
        "basis": IDS,
        "aliases": IDS,
        "interpreter": {"type": ["string", "null"]},
        "coordinator": {"type": ["string", "null"]},
        "addressed_to": IDS,
        "replaces": {"type": "array", "items": REPLACED},
        "direction": DIRECTION,
        "local": {"type": "object", "additionalProperties": by_name(LOCAL_WORD)},
        "settings": by_name(SETTING),
        "exclusive": {"type": "array", "items": EXCLUSIVE},
        "note": TEXT,
    },
    "id", "title",
)  # fmt: skip
CLAUSES = closed(
    {
        "clauses": {
            "type": "array",
            "items": closed(
                {
                    "id": TEXT,
                    "ref": TEXT,
                    "title": TEXT,
                    "summary": TEXT,
                    "who": TEXT,
                    "force": word("forces"),
                    "class": word("classes"),
                    "scope": TEXT,
                    "period": {"type": ["string", "null"], "word": "periods"},
                    "count_min": WHOLE,
                    "count_max": WHOLE,
                    "declarative": TEXT,
                },
                "id", "ref", "summary",
            ),
        }
    },
    "clauses",
)  # fmt: skip
LINE = closed({"id": ID, "title": TEXT, "yearly": FLAG}, "id", "title")
NAMED: Schema = {"title": TEXT, "clauses": IDS, "note": TEXT, "direction": DIRECTION}
SIZE: Schema = {"type": "integer", "minimum": 1}
FIELD = closed(
    {
        "id": ID,
        "title": TEXT,
        "type": word("field_types"),
        "required": FLAG,
        "help": TEXT,
        "block": TEXT,
        "choices": IDS,
        "columns": {"type": "array", "items": LINE},
    },
    "id", "title",
)  # fmt: skip
STEP = closed(
    {
        "id": ID,
        "title": TEXT,
        "by": word("bodies"),
        "yearly": FLAG,
        "after": IDS,
        "optional": FLAG,
        "days": DAYS,
        "working_days": FLAG,
        "note": TEXT,
    },
    "id", "title",
)  # fmt: skip
INDICATOR: Schema = {
    "name_zh": TEXT,
    "definition": TEXT,
    "kind": {"enum": ["attainment", "count", "ratio"]},
    "numerator": TEXT,
    "denominator": TEXT,
    "per": {"type": "number"},
    "period": word("periods"),
    "also_periods": words("periods"),
    "dimensions": IDS,
    "clauses": IDS,
    "records": COUNTS,
    "population": SUBJECT,
}
SECTIONS: dict[str, Schema] = {
    "checklists": closed({**NAMED, "items": {"type": "array", "items": LINE}, "size": SIZE}, "title", "items"),
    "workflows": closed({**NAMED, "ordered": FLAG, "steps": {"type": "array", "items": STEP, "minItems": 1}}, "title", "steps"),
    "reports": closed(
        {
            **NAMED,
            "author": word("bodies"),
            "period": word("periods"),
            "receivers": {"type": "array", "items": word("bodies"), "uniqueItems": True},
            "form": {"enum": ["written", "hearing", "written_or_hearing"]},
        },
        "title", "receivers",
    ),
    "forms": closed({**NAMED, "fields": {"type": "array", "items": FIELD, "minItems": 1}, "remark": TEXT, "workflow": TEXT}, "title", "fields"),
    "venues": closed({**NAMED, "kind": word("venue_kinds"), "modes": words("modes"), "checklist": TEXT, "workflow": TEXT}, "title"),
    "texts": closed({**NAMED, "text": TEXT}, "title", "text"),
    "readings": closed({**NAMED, "reading": NAME, "carried_by": {**IDS, "minItems": 1}}, "title", "reading"),
    "indicators": closed({"duties": {**IDS, "minItems": 1}, "note": TEXT, "direction": DIRECTION, **INDICATOR}),
}  # fmt: skip
SINGULAR = {name: name[:-1] for name in SECTIONS}
RECKONED: Schema = {  # how a committee works a shared indicator out; README of policy_templates
    "waits_for": TEXT,
    "judged": {"enum": ["met", "within", "not_owed"]},
    "among": {"enum": ["all", "asked"]},
    "linked_by": words("links"),
    "named_only": FLAG,
    "percent": FLAG,
    "out_of": {"anyOf": [COUNTS, {"type": "integer", "minimum": 1}]},
    "voices": {"enum": ["received", "answered", "converted", "solved"]},
    "policy": {"enum": ["adopted_below", "deviation"]},
    "broken_down_by": {"type": "array", "items": {"enum": ["sector", "post"]}, "minItems": 1, "uniqueItems": True},
}
CATALOGUE = closed(
    {
        "indicators": {
            "type": "array",
            "items": closed(
                {"code": ID, "source": TEXT, **INDICATOR, **RECKONED},
                "code", "name_zh", "kind",
            ),
        }
    },
    "indicators",
)  # fmt: skip
CELL_TITLE: Schema = {"title": TEXT, "also": {"type": "array", "items": TEXT, "uniqueItems": True}}
ATTRIBUTES = closed(
    {
        "attributes": by_name(
            closed(
                {
                    "title": TEXT,
                    "cells": by_name(closed(CELL_TITLE, "title")),
                    "other": closed({"title": TEXT}, "title"),
                },
                "title",
                "cells",
                "other",
            )
        )
    },
    "attributes",
)
PARAMETERS = closed(
    {
        "parameters": by_name(
            closed({"title": TEXT, "of": word("subjects"), "read": {**IDS, "minItems": 1}}, "title", "read")
        ),
        "words": by_name(TEXT),
    },
    "parameters",
)
OPERATION = closed(
    {
        "op": {"enum": ["select", "set", "add", "remove"]},
        "path": TEXT,
        "value": {},
        "reason": TEXT,
        "decided_by": word("bodies"),
        "meeting": TEXT,
        "document": TEXT,
        "from": MAYBE_DAY,
    },
    "op", "path",
)  # fmt: skip
OVERLAY = closed(
    {
        "overlay": ID,
        "base": ID,
        "title": TEXT,
        "document": TEXT,
        "decided_by": word("bodies"),
        "meeting": TEXT,
        "from": MAYBE_DAY,
        "reason": TEXT,
        "operations": {"type": "array", "items": OPERATION},
    },
    "overlay", "base", "operations",
)  # fmt: skip
CHOICE: Schema = {
    "if": {"type": "object"},
    "then": closed(
        {
            "take": {"enum": ["ours", "theirs", "value", "move"]},
            "value": {},
            "path": TEXT,
            "reason": TEXT,
            "decided_by": word("bodies"),
            "meeting": TEXT,
            "document": TEXT,
            "from": MAYBE_DAY,
        },
        "take",
    ),
    "else": {"enum": ["ours", "theirs"]},
}
CHOICES: Schema = {"type": "object", "additionalProperties": CHOICE}
REFERENCE: Schema = {
    "if": {"type": "object"},
    "then": closed({"type": TEXT, "id": TEXT}, "type", "id"),
    "else": MAYBE_TEXT,
}
PERIOD_KEY: Schema = {"type": ["string", "integer", "null"]}  # 2021 may be written without quotation marks
PARTICIPANT: Schema = {
    "if": {"type": "object"},
    "then": closed(
        {"subject": TEXT, "role": {"type": ["string", "null"], "word": "roles"}, "amounts": AMOUNTS}, "subject"
    ),
    "else": TEXT,  # short for {subject: …}
}
POST: Schema = {
    "if": {"type": "object"},
    "then": closed({"kind": word("posts"), "from": MAYBE_DAY, "until": MAYBE_DAY}, "kind"),
    "else": word("posts"),
}
TAG: Schema = {
    "if": {"type": "object"},
    "then": closed({"kind": word("tags"), "from": MAYBE_DAY, "until": MAYBE_DAY}, "kind"),
    "else": word("tags"),
}
FACTS = closed(
    {
        "subjects": {
            "type": "array",
            "items": closed(
                {
                    "type": word("subjects"),
                    "id": NAME,
                    "name": TEXT,
                    "note": TEXT,
                    "posts": {"type": "array", "items": POST},
                    "sector": MAYBE_TEXT,
                    "special_committee": MAYBE_TEXT,
                    "groups": IDS,
                    "tags": {"type": "array", "items": TAG},
                    "absences": {"type": "array", "items": closed({"from": DAY, "until": MAYBE_DAY, "reason": TEXT}, "from")},
                    "kind": TEXT,
                    "mode": {"type": ["string", "null"], "word": "modes"},
                    "order": {"type": ["number", "null"]},
                    "from": MAYBE_DAY,
                    "until": MAYBE_DAY,
                },
                "type", "id",
            ),
        },
        "records": {
            "type": "array",
            "items": closed(
                {
                    "id": NAME,
                    "kind": word("kinds"),
                    "title": TEXT,
                    "note": TEXT,
                    "on": DAY,
                    "authorship": {"type": ["string", "null"], "word": "authorship"},
                    "organiser": REFERENCE,
                    "participants": {"type": "array", "items": PARTICIPANT},
                    "tags": words("tags"),
                    "results": words("results"),
                    "amounts": AMOUNTS,
                    "target": REFERENCE,
                    "venue": MAYBE_TEXT,
                    "place_level": {"type": ["string", "null"], "word": "place_levels"},
                    "mode": {"type": ["string", "null"], "word": "modes"},
                    "destination": {"type": ["string", "null"], "word": "destinations"},
                    "based_on": MAYBE_TEXT,
                    "period": PERIOD_KEY,
                    "confirmed": FLAG,
                },
                "id", "kind", "on",
            ),
        },
        "links": {
            "type": "array",
            "items": closed(
                {"id": NAME, "kind": word("links"), "from": NAME, "to": NAME, "since": MAYBE_DAY, "until": MAYBE_DAY,
                 "mode": {"type": ["string", "null"], "word": "modes"}, "confirmed": FLAG},
                "id", "kind", "from", "to",
            ),
        },
        "checks": {
            "type": "array",
            "items": closed({"id": NAME, "subject": TEXT, "checklist": TEXT, "item": TEXT, "met_on": DAY, "until": MAYBE_DAY, "period": PERIOD_KEY, "confirmed": FLAG},
                            "id", "subject", "checklist", "item", "met_on"),
        },
        "events": {
            "type": "array",
            "items": closed({"id": NAME, "kind": word("events"), "on": DAY, "title": MAYBE_TEXT}, "id", "kind", "on"),
        },
        "waivers": {
            "type": "array",
            "items": closed({"subject": TEXT, "duty": TEXT, "period": {"type": ["string", "integer"]}, "reason": TEXT}, "subject", "duty", "period"),
        },
    },
    "subjects",
)  # fmt: skip
CASE = closed(
    {
        "name": TEXT,
        "scenario": TEXT,
        "as_of": DAY,
        "overlay": {"type": "object"},
        "overlays": {"type": "array", "items": {"type": "object"}},
        "facts": {"type": "object"},
        "expect": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["subject", "duty"]}},
        "note": TEXT,
    },
    "name", "as_of", "facts", "expect",
)  # fmt: skip
PERIOD = closed({"key": TEXT, "from": MAYBE_DAY, "until": MAYBE_DAY}, "key", "from", "until")
PART_VERDICT = {"type": "object", "required": ["id", "state", "counted", "min", "max", "outstanding"]}
VERDICT = closed(
    {
        "subject": TEXT,
        "duty": TEXT,
        "clauses": IDS,
        "period": PERIOD,
        "closed": FLAG,
        "state": {"enum": ["met", "outstanding", "exceeded", "waived", "not_applicable", "counted"]},
        "counted": {"type": "number"},
        "grade": {"type": "string"},
        "min": NUMBER,
        "max": NUMBER,
        "outstanding": {"type": "number"},
        "over": {"type": "number"},
        "numerator": {"type": ["integer", "null"]},
        "denominator": {"type": ["integer", "null"]},
        "missing": IDS,
        "parts": {"type": "array", "items": PART_VERDICT},
        "records": IDS,
        "due": MAYBE_DAY,
        "overdue": FLAG,
        "late": {"type": "number"},
        "reason": MAYBE_TEXT,
        "next": IDS,
        "out_of_order": IDS,
    },
    "subject", "duty", "clauses", "period", "closed", "state", "counted", "min", "max", "outstanding", "over",
    "numerator", "denominator", "missing", "parts", "records", "due", "overdue", "late", "reason", "next", "out_of_order",
)  # fmt: skip
VERDICTS = closed(
    {"policy": closed({"id": TEXT, "digest": TEXT}, "id", "digest"), "verdicts": {"type": "array", "items": VERDICT}},
    "policy",
    "verdicts",
)


def section(name: str) -> Schema:
    """The schema of one optional file: `{<name>: {<id>: entry}}`."""
    return closed({name: by_name(SECTIONS[name])}, name)


def template() -> Schema:
    """All files of a template folder, keyed by file name."""
    files: Schema = {"policy.yaml": HEADER, "clauses.yaml": CLAUSES, "duties/<id>.yaml": DUTY, "cases/*.yaml": CASE}
    files |= {f"{name}.yaml": section(name) for name in SECTIONS}
    return closed(files, "policy.yaml", "clauses.yaml")


def published(name: str) -> Schema:
    """The schema called facts, template, overlay, choices or verdicts."""
    shapes = {"facts": FACTS, "template": template(), "overlay": OVERLAY, "verdicts": VERDICTS, "choices": CHOICES}
    return {"$schema": Draft202012Validator.META_SCHEMA["$id"], "title": name, **shapes[name]}


def faults(document: Document, schema: Schema, vocabulary: Words) -> list[TemplateError]:
    """Everything in the document that does not fit its schema, each with its place and what to do."""
    if _test(schema, vocabulary)(document.data):
        return []
    validator = slow_validator(schema, vocabulary)
    return [fault for error in validator.iter_errors(document.data) for fault in _translated(document, error)]


_KEPT: dict[tuple[int, int], tuple[Schema, Words, Test]] = {}  # holds both, so that their ids stay theirs
MOST_KEPT = 64


def _test(schema: Schema, vocabulary: Words) -> Test:
    """The quick test, kept while file after file of one template is read with the same words."""
    key = (id(schema), id(vocabulary))
    kept = _KEPT.get(key)
    if kept is None:
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
        kept = _KEPT[key] = (schema, vocabulary, compiled(schema, vocabulary))
    return kept[2]


def slow_validator(schema: Schema, vocabulary: Words) -> Draft202012Validator:
    """The full validator, which can say what is wrong."""

    def check_word(_: Any, category: str, value: Any, __: Schema) -> Iterator[ValidationError]:
        if isinstance(value, str) and value in vocabulary.get("banned_sources", {}):
            yield ValidationError(
                f"国办函〔2026〕12号不许以“{vocabulary['banned_sources'][value]['title']}”考核|改数履职本身的记录(提案、走访、调研、会议……)"
            )
        elif isinstance(value, str) and value not in vocabulary.get(category, {}):
            yield ValidationError(
                f"词表 {category} 里没有“{value}”|{_meant(value, vocabulary.get(category, {}))}；或在 policy.yaml 的 local 里声明"
            )

    return extend(Draft202012Validator, {"word": check_word, "day": _check_day})(schema)


def _meant(value: str, known: Mapping[str, Any]) -> str:
    """The word whose title, or nearly whose name, was written, then all there are."""
    near = [word for word, entry in known.items() if isinstance(entry, Mapping) and entry.get("title") == value]
    near = near or get_close_matches(value, known, n=1, cutoff=0.75)
    return (f"要写“{near[0]}”吗？" if near else "") + f"可用的词:{listed(known, most=200)}"


def _check_day(_: Any, __: bool, value: Any, ___: Schema) -> Iterator[ValidationError]:
    if isinstance(value, str) and not is_day(value):
        yield ValidationError(f"“{value[:40]}”不是存在的日期|写成 2021-12-25 的样子")


CODES = {
    "word": "unknown_word",
    "day": "bad_date",
    "type": "wrong_type",
    "enum": "unknown_word",
    "pattern": "bad_id",
    "uniqueItems": "duplicate_id",
}
PLAIN = {"None": "空的", "True": "true", "False": "false"}


def _translated(document: Document, error: ValidationError) -> Iterator[TemplateError]:
    way: Way = tuple(error.absolute_path)
    rule, value = str(error.validator), error.validator_value
    if rule == "additionalProperties":
        allowed = error.schema["properties"]
        for key in error.instance.keys() - allowed.keys():
            meant = listed(of_this_kind(document.data, way, allowed))
            yield document.fault((*way, key), "unknown_key", f"不认识的键“{key}”", f"可用的键:{meant}")
    elif rule == "required":
        absent = [key for key in value if key not in error.instance]
        for key in absent:
            yield document.fault((*way, key), "missing_key", f"缺少“{key}”", f"补上“{key}”")
    else:
        code = "bad_value" if value == FRACTION_TEXT else CODES.get(rule, "bad_value")
        yield document.fault(way, code, *_sentence(rule, value, error))


def of_this_kind(duty: Any, way: Way, allowed: Iterable[str]) -> list[str]:
    """Of the keys a duty, its parts or its values may have, those that mean something to its kind; of all else, all."""
    word = duty.get("kind") if isinstance(duty, dict) else None
    kind = KINDS.get(word) if isinstance(word, str) else None
    if kind is None:
        return list(allowed)
    is_score, unread = word == "score", set[str]()
    if not way:
        unread = set(OWN_KEYS) - {*kind.needs, *kind.takes}
    elif way[0] == "values":
        unread = {*NUMBERS, *SCORES} - {*kind.numbers}
    elif way[0] == "parts" and len(way) == 2:
        unread = {"min", "max"} if is_score else set(LINE_KEYS)
    elif way[0] == "parts" and way[2] == "values":
        unread = {*NUMBERS, *SCORES} - {*(SCORES if is_score else KINDS["count"].numbers)} | {"per"}
    return [key for key in allowed if key not in unread]


def _as_written(value: Any) -> str:
    """As YAML has it, not as a program does."""
    if isinstance(value, (Mapping, list)):
        return json.dumps(value, ensure_ascii=False, default=str).replace('"', "")
    return str(value)


def _sentence(rule: str, value: Any, error: ValidationError) -> tuple[str, str]:
    shown = PLAIN.get(str(error.instance), _as_written(error.instance)[:40])
    if rule in ("word", "day"):
        message, remedy = error.message.split("|", 1)
        return message, remedy
    if rule == "type":
        wanted = [value] if isinstance(value, str) else value
        empty = error.instance is None
        return "这里是空的" if empty else f"“{shown}”写得不对", to_write(tuple(error.absolute_path), wanted)
    if rule == "enum":
        return f"“{shown}”不是可用的词", f"可用的词:{listed(value)}"
    if rule == "pattern" and value == FRACTION_TEXT:
        return f"“{shown}”不是分数", '写成 "3/5" 或 0.6'
    if rule == "pattern" and value == NAME["pattern"]:
        return "id 是空的", "给它一个 id"
    if rule == "pattern" and value == MONTH_DAY["pattern"]:
        return f"“{shown}”不是月和日", "写成 11-30 的样子，月和日都写两位"
    if rule == "pattern":
        return f"“{shown}”不能作 id", "只用字母、数字、- 和 _，以字母或数字开头"
    if rule == "uniqueItems":
        return f"“{listed(map(str, twice(error.instance)))}”写了两次", "每个只写一次"
    limits = {
        "minimum": f"不能小于 {value}",
        "maximum": f"不能大于 {value}",
        "minItems": f"至少要有 {value} 项",
        "maxItems": f"最多 {value} 项",
    }
    return f"“{shown}”超出范围", limits.get(rule, f"不符合 {rule}")
