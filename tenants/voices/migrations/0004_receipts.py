from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("voices", "0003_files")]

    operations = [
        migrations.AddField(
            model_name="voice", name="receipt", field=models.CharField(max_length=8, null=True, unique=True)
        ),
    ]
