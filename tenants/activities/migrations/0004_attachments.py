"""Photos and files move to the one table of liaison."""

from django.db import migrations

MOVE = """
INSERT INTO liaison_attachment
    (id, created_at, kind, record_id, member_id, name, stored, thumbnail, content_type, size, added_by)
SELECT id, created_at, 'activity', record_id, member_id, name, stored, thumbnail, content_type, size, added_by
FROM activities_activityfile"""


class Migration(migrations.Migration):
    dependencies = [("activities", "0003_files"), ("liaison", "0004_attachments")]

    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel(name="ActivityFile"),
    ]
