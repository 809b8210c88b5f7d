"""Grid workers become a kind of constituent, their pairings a kind of link; the rows keep their ids."""

from django.db import migrations, models
from django.db.models import Q

KINDS = [("constituent", "群众"), ("grid_worker", "网格员")]
MOVE = [
    """
INSERT INTO liaison_constituent (id, created_at, kind, name, phone, profession, area, grid, note)
SELECT id, created_at, 'grid_worker', name, phone, '', place, grid, '' FROM liaison_gridworker""",
    """
INSERT INTO liaison_constituentlink (id, created_at, kind, member_id, constituent_id, choice_basis, since, until)
SELECT id, created_at, 'grid_worker', member_id, worker_id, '', since, until FROM liaison_gridpairing""",
    "SET CONSTRAINTS ALL IMMEDIATE",  # the tables are altered below; rows waiting for a check would forbid it
    "SET CONSTRAINTS ALL DEFERRED",
]


class Migration(migrations.Migration):
    dependencies = [("liaison", "0004_attachments")]

    operations = [
        migrations.AddField("constituent", "grid", models.CharField(blank=True, max_length=60, default="")),
        migrations.AlterField("constituent", "grid", models.CharField(blank=True, max_length=60)),
        migrations.AddField(
            "constituent", "kind", models.CharField(choices=KINDS, default="constituent", max_length=20)
        ),
        migrations.AddField(
            "constituentlink", "kind", models.CharField(choices=KINDS, default="constituent", max_length=20)
        ),
        migrations.AlterField(
            "constituentlink",
            "choice_basis",
            models.CharField(
                blank=True,
                choices=[
                    ("sector", "本界别"),
                    ("profession", "同行业"),
                    ("area", "同地域"),
                    ("own_choice", "自主选择"),
                ],
                max_length=20,
            ),
        ),
        migrations.RemoveConstraint("constituentlink", "pairing_basis_known"),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel("GridPairing"),
        migrations.DeleteModel("GridWorker"),
        migrations.AddConstraint(
            "constituent",
            models.CheckConstraint(
                condition=Q(("kind__in", ["constituent", "grid_worker"])), name="constituent_kind_known"
            ),
        ),
        migrations.AddConstraint(
            "constituent",
            models.CheckConstraint(
                condition=Q(Q(("kind", "grid_worker"), _negated=True), Q(("area", ""), _negated=True), _connector="OR"),
                name="grid_worker_somewhere",
            ),
        ),
        migrations.AddConstraint(
            "constituentlink",
            models.CheckConstraint(
                condition=Q(
                    Q(
                        ("kind", "constituent"),
                        ("choice_basis__in", ["sector", "profession", "area", "own_choice"]),
                    ),
                    Q(("choice_basis", ""), ("kind", "grid_worker")),
                    _connector="OR",
                ),
                name="pairing_basis_known",
            ),
        ),
    ]
