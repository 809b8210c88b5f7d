from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("proceedings", "0002_sign_off")]

    operations = [
        migrations.AddField(model_name="step", name="in_working_days", field=models.BooleanField(default=False)),
    ]
