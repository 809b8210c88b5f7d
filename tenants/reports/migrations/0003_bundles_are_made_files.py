"""Documents of all members in one zip are files a job made, like copies of personal data."""

from django.db import migrations

_CARRY = """
INSERT INTO members_madefile (id, created_at, kind, form, ending, as_of, number, job, stored, ready_at, asked_by_id)
SELECT id, created_at, content, form, ending, as_of, number, job, stored, ready_at, asked_by_id FROM reports_bundle;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_forms_and_bundles"), ("members", "0007_files_jobs_make")]

    operations = [
        migrations.RunSQL(_CARRY, migrations.RunSQL.noop),
        migrations.DeleteModel(name="Bundle"),
    ]
