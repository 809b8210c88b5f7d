"""Photos and files move to the one table of liaison."""

from django.db import migrations

MOVE = """
INSERT INTO liaison_attachment
    (id, created_at, kind, record_id, member_id, name, stored, thumbnail, content_type, size, added_by)
SELECT id, created_at, 'output', record_id, member_id, name, stored, thumbnail, content_type, size, added_by
FROM voices_outputfile"""


class Migration(migrations.Migration):
    dependencies = [("voices", "0005_closed_on"), ("liaison", "0004_attachments")]

    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel(name="OutputFile"),
    ]
