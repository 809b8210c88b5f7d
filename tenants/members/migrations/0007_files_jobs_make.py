"""One table of files jobs make. Copies of personal data are not carried over: they live for a week and are asked for again."""

import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import core.clock

KINDS = [("personal_copy", "个人信息"), ("duty_file", "委员履职档案"), ("form", "登记表")]


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0006_house_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MadeFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("kind", models.CharField(choices=KINDS, max_length=20)),
                ("form", models.CharField(blank=True, max_length=80)),
                ("ending", models.CharField(blank=True, max_length=5)),
                ("as_of", models.DateField(null=True)),
                ("number", models.PositiveIntegerField(default=0)),
                ("job", models.UUIDField(null=True)),
                ("stored", models.CharField(blank=True, max_length=120)),
                ("ready_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="copies",
                        to="members.member",
                    ),
                ),
            ],
            options={"ordering": ["-created_at"]},
        ),
        migrations.AddConstraint(
            model_name="madefile",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=["personal_copy", "duty_file", "form"]), name="made_file_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="madefile",
            constraint=models.CheckConstraint(
                condition=Q(kind="personal_copy", member__isnull=False, as_of=None)
                | (~Q(kind="personal_copy") & Q(member=None, as_of__isnull=False)),
                name="made_file_of_one_or_of_all",
            ),
        ),
        migrations.DeleteModel(name="DataExport"),
    ]
