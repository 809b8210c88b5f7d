"""Returns are signed by the committee's key, and locked once submitted, whatever runs as the committee's role.

The long rows of figures go: they repeated the body and nobody read them.
"""

import uuid_utils.compat
from django.db import migrations, models

import core.clock

LOCK = """
ALTER TABLE reports_return ENABLE ROW LEVEL SECURITY;
CREATE POLICY return_read ON reports_return FOR SELECT USING (true);
CREATE POLICY return_begun ON reports_return FOR INSERT WITH CHECK (state = 'draft');
CREATE POLICY return_on_its_way ON reports_return FOR UPDATE USING (state = 'draft' OR state = 'signed') WITH CHECK (true);
CREATE POLICY return_dropped ON reports_return FOR DELETE USING (state = 'draft')
"""
UNLOCK = """
DROP POLICY return_read ON reports_return; DROP POLICY return_begun ON reports_return;
DROP POLICY return_on_its_way ON reports_return; DROP POLICY return_dropped ON reports_return;
ALTER TABLE reports_return DISABLE ROW LEVEL SECURITY
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_bundles_are_made_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="return",
            name="public_key",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="return",
            name="signature",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("public_key", models.CharField(max_length=60, unique=True)),
                ("sealed", models.CharField(max_length=200)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("until",), name="one_signing_key_in_use", nulls_distinct=False)
                ],
            },
        ),
        migrations.DeleteModel(
            name="ReturnFigure",
        ),
        migrations.RunSQL(LOCK, UNLOCK),
    ]
