"""The shape of the `deed` view: one row per (record, subject, role), the same rows the pure counter reads.

Each tenant app contributes branches in its `deeds.py`; `view_sql` joins them by name, so a branch
states only the columns it has. The view runs with its reader's rights (`security_invoker`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

COLUMNS: Mapping[str, str] = {
    "family": "text",  # record | link | check
    "source": "text",  # app_label.model of the row behind it, to open the record
    "record_id": "uuid",
    "kind": "text",  # a word of vocabulary.yaml or a local kind
    "on_date": "date",  # records: the day; links: since; checks: met_on
    "until_date": "date",  # links: exclusive end
    "subject_type": "text",  # member | sector | venue | special_committee | committee; NULL: nobody named who did it
    "subject_id": "uuid",
    "role": "text",
    "authorship": "text",
    "organiser_type": "text",
    "organiser_id": "uuid",
    "target_type": "text",
    "target_id": "uuid",
    "venue_id": "uuid",
    "place_level": "text",
    "mode": "text",
    "destination": "text",
    "checklist": "text",
    "item": "text",
    "confirmed": "boolean",  # null: refused
    "posts": "text[]",  # of the subject on that day, `member` among them for every member
    "sector_id": "uuid",  # of the subject
    "tags": "text[]",
    "results": "text[]",  # what became of it: filed, adopted, …
    "amounts": "jsonb",  # {people: 20, days: 2}: the size of the record, or the subject's own part of it
    "based_on": "uuid",  # the record that this one follows from
    "for_period": "text",  # key of the period a record or check is about, as 2021-H2; NULL where its day tells
    "place": "int",  # of the subject among the authors, from 1
    "crew": "jsonb",  # {lead: 1, co_signer: 2}: how many subjects of this type hold each role
}


@dataclass(frozen=True, slots=True)
class Branch:
    """One SELECT of the view. `columns` maps deed columns to SQL expressions over `source_sql`."""

    columns: Mapping[str, str]
    source_sql: str  # everything after FROM, including WHERE

    def select(self, wanted: Collection[str] = COLUMNS.keys()) -> str:
        """Its rows with the columns wanted, in the order of `COLUMNS`. ValueError on a column that there is not."""
        unknown = {*self.columns, *wanted} - set(COLUMNS)
        if unknown:
            raise ValueError(f"deed has no column {', '.join(sorted(unknown))}")
        cells = (f"({self.columns.get(name, 'NULL')})::{COLUMNS[name]} AS {name}" for name in COLUMNS if name in wanted)
        return f"SELECT {', '.join(cells)} FROM {self.source_sql}"


NOTHING = Branch({}, "(SELECT 1) AS no_app WHERE false")  # the shape stands even where no app records


def rows_sql(branches: Iterable[Branch], family: str, wanted: Collection[str]) -> str:
    """The rows of one family as the view has them, for a statement that reads the whole of it: a column that nobody reads is
    formed for every row of a UNION all the same, and every branch is planned. `family` is a word of the code, never input."""
    mine = [branch for branch in branches if branch.columns["family"] == f"'{family}'"]
    return " UNION ALL ".join(branch.select(wanted) for branch in mine or [NOTHING])


def view_sql(branches: Iterable[Branch]) -> str:
    """CREATE VIEW for the schema first on the search path."""
    union = "\nUNION ALL\n".join(branch.select() for branch in (NOTHING, *branches))
    return f"CREATE VIEW deed WITH (security_invoker = true) AS\n{union}"
