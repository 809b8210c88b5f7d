import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import core.clock

KEY = models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_steps_and_keeping")]

    operations = [
        migrations.CreateModel(
            name="MigrationRun",
            fields=[
                ("id", KEY),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("version", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "升级中"),
                            ("done", "完成"),
                            ("failed", "有委员会没有升级"),
                            ("stopped", "中途停下"),
                        ],
                        default="running",
                        max_length=20,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("longest", models.FloatField(default=0)),
                ("moved_at", models.DateTimeField(default=core.clock.now)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="BatchCursor",
            fields=[
                ("id", KEY),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("migration", models.CharField(max_length=300)),
                ("operation", models.PositiveSmallIntegerField(default=0)),
                ("after", models.CharField(blank=True, max_length=100)),
                ("rows", models.PositiveBigIntegerField(default=0)),
                ("batches", models.PositiveIntegerField(default=0)),
                ("moved_at", models.DateTimeField(default=core.clock.now)),
                (
                    "committee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.committee"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("committee", "migration"), name="one_cursor_per_migration")
                ]
            },
        ),
    ]
