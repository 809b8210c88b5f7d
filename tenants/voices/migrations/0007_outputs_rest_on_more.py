import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0004_attachments"),
        ("liaison", "0005_grid_workers"),
        ("voices", "0006_attachments"),
    ]

    operations = [
        migrations.AddField(
            model_name="output",
            name="based_on_contact",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="outputs",
                to="liaison.contactrecord",
            ),
        ),
        migrations.AddField(
            model_name="output",
            name="based_on_topic",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="outputs", to="activities.topic"
            ),
        ),
        migrations.AddConstraint(
            model_name="output",
            constraint=models.CheckConstraint(
                condition=Q(based_on=None, based_on_contact=None)
                | Q(based_on=None, based_on_topic=None)
                | Q(based_on_contact=None, based_on_topic=None),
                name="output_rests_on_one",
            ),
        ),
    ]
