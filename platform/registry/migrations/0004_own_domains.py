import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import core.clock


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_runs_and_batches")]

    operations = [
        # Domains could not be reached before there was proof; one put in by hand starts unproven.
        migrations.AddField("domain", "token", models.CharField(default="", max_length=64), False),
        migrations.AddField("domain", "proven_until", models.DateTimeField(default=core.clock.now), False),
        migrations.CreateModel(
            name="DomainClaim",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("domain", models.CharField(max_length=253)),
                ("token", models.CharField(max_length=64)),
                ("until", models.DateTimeField()),
                (
                    "committee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="domain_claims",
                        to="registry.committee",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("committee", "domain"), name="one_claim_per_domain")]
            },
        ),
    ]
