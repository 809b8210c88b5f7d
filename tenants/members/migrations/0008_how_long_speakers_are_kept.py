from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("members", "0007_files_jobs_make")]

    operations = [
        migrations.AlterField(
            model_name="houserule",
            name="name",
            field=models.CharField(
                choices=[("retention", "保存年限"), ("speakers", "反映人信息保存年限"), ("reminders", "提醒办法")],
                max_length=20,
            ),
        ),
        migrations.RemoveConstraint(model_name="houserule", name="house_rule_known"),
        migrations.AddConstraint(
            model_name="houserule",
            constraint=models.CheckConstraint(
                condition=Q(name__in=["retention", "speakers", "reminders"]), name="house_rule_known"
            ),
        ),
    ]
