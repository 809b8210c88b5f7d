"""Photos and files of all records in one table; those of contacts move here, the apps above move theirs."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import core.clock

MOVE = """
INSERT INTO liaison_attachment
    (id, created_at, kind, record_id, member_id, name, stored, thumbnail, content_type, size, added_by)
SELECT id, created_at, 'contact', record_id, member_id, name, stored, thumbnail, content_type, size, added_by
FROM liaison_contactfile"""


class Migration(migrations.Migration):
    dependencies = [
        ("liaison", "0003_grid_pairing"),
        ("members", "0004_organisation"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("contact", "联系"), ("activity", "活动"), ("output", "成果")], max_length=20
                    ),
                ),
                ("record_id", models.UUIDField()),
                ("name", models.CharField(max_length=140)),
                ("stored", models.CharField(max_length=140)),
                ("thumbnail", models.CharField(blank=True, max_length=140)),
                ("content_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("added_by", models.UUIDField(null=True)),
                (
                    "member",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="members.member"
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "id"],
                "indexes": [models.Index(fields=["record_id"], name="files_of_record")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["contact", "activity", "output"])),
                        name="attached_to_a_known_kind",
                    )
                ],
            },
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel(name="ContactFile"),
    ]
