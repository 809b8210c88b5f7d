"""A committee may also ask that a job of its own stop; a job it writes comes without a lease. Jobs under way get one."""

from django.conf import settings
from django.db import migrations

# As in 0002, but in the column's collation: current_user is of type name, collation C, and no index would serve.
OWN = 'committee = substr(current_user, length(current_database()) + 4) COLLATE "default"'
OLD = "committee = substr(current_user, length(current_database()) + 4)"
FRESH = "state = 'queued' AND attempts = 0"

SQL = f"""
DROP POLICY job_read_own ON dispatch_job;
CREATE POLICY job_read_own ON dispatch_job FOR SELECT TO "{settings.ROLE_COMMITTEE}" USING ({OWN});
DROP POLICY job_insert_own ON dispatch_job;
CREATE POLICY job_insert_own ON dispatch_job FOR INSERT TO "{settings.ROLE_COMMITTEE}"
    WITH CHECK ({OWN} AND {FRESH} AND sends = 0 AND lease_until IS NULL);
ALTER TABLE dispatch_cancellation ENABLE ROW LEVEL SECURITY;
CREATE POLICY cancellation_read_own ON dispatch_cancellation FOR SELECT TO "{settings.ROLE_COMMITTEE}" USING ({OWN});
CREATE POLICY cancellation_insert_own ON dispatch_cancellation FOR INSERT TO "{settings.ROLE_COMMITTEE}"
    WITH CHECK ({OWN} AND EXISTS (SELECT 1 FROM dispatch_job j WHERE j.id = job_id));
CREATE POLICY cancellation_dispatch ON dispatch_cancellation TO "{settings.ROLE_OPERATOR}" USING (true) WITH CHECK (true);
UPDATE dispatch_job SET lease_until = now() WHERE state IN ('sent', 'running');
"""
BACK = f"""
DROP POLICY job_read_own ON dispatch_job;
CREATE POLICY job_read_own ON dispatch_job FOR SELECT TO "{settings.ROLE_COMMITTEE}" USING ({OLD});
DROP POLICY job_insert_own ON dispatch_job;
CREATE POLICY job_insert_own ON dispatch_job FOR INSERT TO "{settings.ROLE_COMMITTEE}"
    WITH CHECK ({OLD} AND {FRESH});
DROP POLICY cancellation_read_own ON dispatch_cancellation;
DROP POLICY cancellation_insert_own ON dispatch_cancellation;
DROP POLICY cancellation_dispatch ON dispatch_cancellation;
ALTER TABLE dispatch_cancellation DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0003_turns_and_leases")]
    operations = [migrations.RunSQL(SQL, BACK)]
