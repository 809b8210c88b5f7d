"""A committee inserts and sees its own jobs only; the dispatcher (operator) sees all, but no content."""

from django.conf import settings
from django.db import migrations

# A committee's role is named <database>_c_<code>; the expression is constant per statement, so indexes serve.
OWN = "committee = substr(current_user, length(current_database()) + 4)"

SQL = f"""
ALTER TABLE dispatch_job ENABLE ROW LEVEL SECURITY;
CREATE POLICY job_read_own ON dispatch_job FOR SELECT TO "{settings.ROLE_COMMITTEE}" USING ({OWN});
CREATE POLICY job_insert_own ON dispatch_job FOR INSERT TO "{settings.ROLE_COMMITTEE}"
    WITH CHECK ({OWN} AND state = 'queued' AND attempts = 0);
CREATE POLICY job_dispatch ON dispatch_job TO "{settings.ROLE_OPERATOR}" USING (true) WITH CHECK (true);
"""


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0001_initial")]
    operations = [
        migrations.RunSQL(
            SQL,
            "DROP POLICY job_read_own ON dispatch_job; DROP POLICY job_insert_own ON dispatch_job;"
            "DROP POLICY job_dispatch ON dispatch_job; ALTER TABLE dispatch_job DISABLE ROW LEVEL SECURITY",
        )
    ]
