"""One table for what a committee settles for itself; for how long personal data are kept moves into it."""

import uuid_utils.compat
from django.db import migrations, models
from django.db.models import Q

import core.clock

_CARRY = """
INSERT INTO members_houserule (id, created_at, name, value)
SELECT id, created_at, 'retention', jsonb_build_object('years', years) FROM members_retention;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0005_one_row_per_import")]

    operations = [
        migrations.CreateModel(
            name="HouseRule",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                (
                    "name",
                    models.CharField(choices=[("retention", "保存年限"), ("reminders", "提醒办法")], max_length=20),
                ),
                ("value", models.JSONField()),
            ],
        ),
        migrations.AddConstraint(
            model_name="houserule",
            constraint=models.CheckConstraint(
                condition=Q(name__in=["retention", "reminders"]), name="house_rule_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="houserule",
            constraint=models.CheckConstraint(condition=~Q(value={}), name="house_rule_says_something"),
        ),
        migrations.RunSQL(_CARRY, migrations.RunSQL.noop),
        migrations.DeleteModel(name="Retention"),
    ]
