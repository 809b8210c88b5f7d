"""The day a voice was closed: from it the speaker's name and number are kept for so many years."""

from django.db import migrations, models

_CARRY = "UPDATE voices_voice SET closed_on = coalesce(told_on, CURRENT_DATE) WHERE state = 'closed';"


class Migration(migrations.Migration):
    dependencies = [("voices", "0004_receipts")]

    operations = [
        migrations.AddField(model_name="voice", name="closed_on", field=models.DateField(null=True)),
        migrations.RunSQL(_CARRY, migrations.RunSQL.noop),
    ]
