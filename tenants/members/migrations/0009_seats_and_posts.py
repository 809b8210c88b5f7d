"""Who sits where and who holds which post, each in one table; the rows keep their ids."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models
from django.db.models import F, Q

import core.clock

KINDS = [
    ("chairperson", "主席"),
    ("vice_chairperson", "副主席"),
    ("secretary_general", "秘书长"),
    ("standing_member", "常委"),
    ("member", "委员"),
]
SIDES = [("cppcc", "政协方"), ("subdistrict", "街道方")]
ROLES = [("leader", "组长"), ("deputy", "副组长"), ("liaison", "联络员"), ("member", "成员")]
FLUSH = [  # the tables are altered afterwards; rows waiting for a check would forbid it
    "SET CONSTRAINTS ALL IMMEDIATE",
    "SET CONSTRAINTS ALL DEFERRED",
]
SEATS = [
    """
INSERT INTO members_seat (id, created_at, member_id, unit_id, role, since, until, exception_reason)
SELECT id, created_at, member_id, unit_id, 'member', since, until, exception_reason FROM members_unitmembership""",
    *FLUSH,
]
POSTS = [
    """
INSERT INTO members_post (id, created_at, member_id, kind, unit_id, side, role, holder, holder_post, since, until)
SELECT id, created_at, member_id, kind, NULL, '', '', '', '', since, until FROM members_memberpost""",
    """
INSERT INTO members_post (id, created_at, member_id, kind, unit_id, side, role, holder, holder_post, since, until)
SELECT id, created_at, member_id, '', unit_id, side, role, holder, holder_post, since, until FROM members_unitpost""",
    *FLUSH,
]


class Migration(migrations.Migration):
    dependencies = [("members", "0008_how_long_speakers_are_kept")]

    operations = [
        migrations.AddField(
            "seat",
            "unit",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="seats", to="members.unit"
            ),
        ),
        migrations.AddField(
            "seat",
            "exception_reason",
            models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AlterField("seat", "exception_reason", models.CharField(blank=True, max_length=200)),
        migrations.AlterField(
            "seat",
            "special_committee",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="seats",
                to="members.specialcommittee",
            ),
        ),
        migrations.RunSQL(SEATS, migrations.RunSQL.noop),
        migrations.DeleteModel("UnitMembership"),
        migrations.AddConstraint(
            "seat",
            models.CheckConstraint(
                condition=Q(
                    Q(("special_committee__isnull", False), ("unit", None)),
                    Q(("role", "member"), ("special_committee", None), ("unit__isnull", False)),
                    _connector="OR",
                ),
                name="sits_in_a_committee_or_a_group",
            ),
        ),
        migrations.AddConstraint(
            "seat",
            models.UniqueConstraint(condition=Q(("until", None)), fields=("unit", "member"), name="in_a_group_once"),
        ),
        migrations.AddConstraint(
            "seat",
            models.CheckConstraint(
                condition=Q(("unit", None), ("until", None), ("until__gte", F("since")), _connector="OR"),
                name="membership_ends_later",
            ),
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("kind", models.CharField(blank=True, choices=KINDS, max_length=40)),
                ("side", models.CharField(blank=True, choices=SIDES, max_length=20)),
                ("role", models.CharField(blank=True, choices=ROLES, max_length=20)),
                ("holder", models.CharField(blank=True, max_length=60)),
                ("holder_post", models.CharField(blank=True, max_length=80)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="posts",
                        to="members.member",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="posts", to="members.unit"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(POSTS, migrations.RunSQL.noop),
        migrations.DeleteModel("MemberPost"),
        migrations.DeleteModel("UnitPost"),
        migrations.AddConstraint(
            "post",
            models.CheckConstraint(
                condition=Q(
                    Q(
                        ("kind__in", [kind for kind, _ in KINDS]),
                        ("member__isnull", False),
                        ("role", ""),
                        ("side", ""),
                        ("unit", None),
                    ),
                    Q(
                        ("kind", ""),
                        ("role__in", [role for role, _ in ROLES]),
                        ("side__in", [side for side, _ in SIDES]),
                        ("unit__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="post_of_the_committee_or_a_unit",
            ),
        ),
        migrations.AddConstraint(
            "post",
            models.CheckConstraint(
                condition=Q(("member__isnull", False), ("holder__gt", ""), _connector="OR"), name="post_has_a_holder"
            ),
        ),
        migrations.AddConstraint(
            "post",
            models.UniqueConstraint(
                condition=Q(("unit", None)), fields=("member", "kind", "since"), name="one_post_per_kind_and_day"
            ),
        ),
    ]
