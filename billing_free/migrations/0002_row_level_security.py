"""A committee reads its own ledger, balances and limits and appends to its own ledger; the operator reads all.

Which rights there are at all (nobody updates or deletes a ledger row) stands in registry.privileges.
"""

from django.conf import settings
from django.db import migrations

# A committee's role is named <database>_c_<code>; as a subselect it is worked out once per statement, not per row.
OWN = 'committee = (SELECT substr(current_user, length(current_database()) + 4) COLLATE "default")'
COMMITTEE, OPERATOR = settings.ROLE_COMMITTEE, settings.ROLE_OPERATOR
TABLES = ("billing_free_meter", "billing_free_balance", "billing_free_quota")

SQL = (
    "".join(
        f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_own ON {table} FOR SELECT TO "{COMMITTEE}" USING ({OWN});
CREATE POLICY operate ON {table} TO "{OPERATOR}" USING (true) WITH CHECK (true);
"""
        for table in TABLES
    )
    + f'CREATE POLICY append_own ON billing_free_meter FOR INSERT TO "{COMMITTEE}" WITH CHECK ({OWN});'
)

UNDO = "DROP POLICY append_own ON billing_free_meter;" + "".join(
    f"DROP POLICY read_own ON {table}; DROP POLICY operate ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
    for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("billing_free", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
