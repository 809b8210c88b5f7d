from django.db import migrations, models

import core.clock


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [
        migrations.AddField("committee", "kept_until", models.DateField(null=True)),
        migrations.AddField("committee", "problem", models.CharField(blank=True, default="", max_length=500), False),
        migrations.AddField(
            "committee",
            "step",
            models.CharField(
                choices=[("made", "库已建成"), ("prepared", "办法已采用"), ("done", "完成")],
                default="done",
                max_length=20,
            ),
        ),
        # A committee half made before this migration starts again from its schema.
        migrations.RunSQL("UPDATE registry_committee SET step = 'made' WHERE state = 'making'", migrations.RunSQL.noop),
        migrations.AddField("committee", "step_at", models.DateTimeField(default=core.clock.now)),
        migrations.AddField("committee", "template", models.CharField(blank=True, default="", max_length=100), False),
    ]
