"""When to remind moves into the table of what a committee settles for itself."""

from django.db import migrations

_CARRY = """
INSERT INTO members_houserule (id, created_at, name, value)
SELECT id, created_at, 'reminders', jsonb_build_object('leads', leads, 'is_on', is_on) FROM desk_reminderplan;
"""


class Migration(migrations.Migration):
    dependencies = [("desk", "0002_reminders"), ("members", "0006_house_rules")]

    operations = [
        migrations.RunSQL(_CARRY, migrations.RunSQL.noop),
        migrations.DeleteModel(name="ReminderPlan"),
    ]
