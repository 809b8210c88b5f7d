"""An upload and the import it becomes are one row: drafts move over, confirmed imports say when they were."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

# Rows written in the transaction that alters their table would leave checks pending, so that they are made at once.
_CARRY = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE members_rosterimport SET confirmed_at = created_at;
INSERT INTO members_rosterimport
    (id, created_at, uploaded_by_id, file_name, effective_on, makes_groups, content, added, changed)
SELECT id, created_at, uploaded_by_id, file_name, effective_on, makes_groups, content, 0, 0 FROM members_importdraft;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0004_organisation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameField(model_name="rosterimport", old_name="imported_by", new_name="uploaded_by"),
        migrations.AddField(model_name="rosterimport", name="makes_groups", field=models.BooleanField(default=False)),
        migrations.AddField(model_name="rosterimport", name="content", field=models.BinaryField(null=True)),
        migrations.AddField(model_name="rosterimport", name="confirmed_at", field=models.DateTimeField(null=True)),
        migrations.AlterField(model_name="rosterimport", name="added", field=models.PositiveIntegerField(default=0)),
        migrations.AlterField(model_name="rosterimport", name="changed", field=models.PositiveIntegerField(default=0)),
        migrations.AlterModelOptions(
            name="rosterimport",
            options={"ordering": [F("confirmed_at").desc(nulls_last=True), "-created_at"]},
        ),
        migrations.RunSQL(_CARRY, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="rosterimport",
            constraint=models.CheckConstraint(
                condition=Q(confirmed_at=None, content__isnull=False, before=None, after=None, undone_at=None)
                | Q(confirmed_at__isnull=False, content=None),
                name="roster_draft_or_import",
            ),
        ),
        migrations.DeleteModel(name="ImportDraft"),
    ]
