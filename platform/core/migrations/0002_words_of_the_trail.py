"""What the trail says about persons moves into a table of its own, which an erasure may delete from."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import core.clock

GUARD = """
ALTER TABLE core_auditwords ENABLE ROW LEVEL SECURITY;
CREATE POLICY words_read ON core_auditwords FOR SELECT USING (true);
CREATE POLICY words_write ON core_auditwords FOR INSERT WITH CHECK (true);
CREATE POLICY words_erased ON core_auditwords FOR DELETE USING (subject_id IN (SELECT subject_id FROM core_erasure))
"""
UNGUARD = """
DROP POLICY words_read ON core_auditwords;
DROP POLICY words_write ON core_auditwords;
DROP POLICY words_erased ON core_auditwords;
ALTER TABLE core_auditwords DISABLE ROW LEVEL SECURITY
"""
MOVE = """
INSERT INTO core_auditwords (id, created_at, event_id, subject_id, label, old, new, why)
SELECT gen_random_uuid(), created_at, id, subject_id, subject_label, old, new, why FROM core_auditevent
WHERE subject_id IS NOT NULL AND current_schema() <> 'public';
UPDATE core_auditevent SET subject_label = '', old = NULL, new = NULL, why = ''
WHERE subject_id IS NOT NULL AND current_schema() <> 'public';
UPDATE core_auditevent SET actor_name = '' WHERE actor_id IS NOT NULL AND current_schema() <> 'public'
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.AlterField("auditevent", "actor_name", models.CharField(blank=True, max_length=100)),
        migrations.CreateModel(
            name="AuditWords",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("subject_id", models.UUIDField()),
                ("label", models.CharField(blank=True, max_length=200)),
                ("old", models.JSONField(null=True)),
                ("new", models.JSONField(null=True)),
                ("why", models.TextField(blank=True)),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="words",
                        to="core.auditevent",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["subject_id"], name="words_subject")]},
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("subject_id", models.UUIDField()),
                ("person_id", models.UUIDField()),
            ],
            options={"indexes": [models.Index(fields=["subject_id"], name="erasure_subject")]},
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
