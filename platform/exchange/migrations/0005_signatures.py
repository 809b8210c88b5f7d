"""Returns are signed; public keys stand where every recipient finds them. Whom a return goes to is asked of the period's last day."""

import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

import core.clock

# A committee's role is named <database>_c_<code>.
ME = '(SELECT substr(current_user, length(current_database()) + 4) COLLATE "default")'

LAST_DAY = """(CASE WHEN exchange_delivery.period LIKE '%-H1' THEN to_date(left(exchange_delivery.period, 4) || '-06-30', 'YYYY-MM-DD')
    WHEN exchange_delivery.period LIKE '%-H2' OR length(exchange_delivery.period) = 4
    THEN to_date(left(exchange_delivery.period, 4) || '-12-31', 'YYYY-MM-DD')
    ELSE (to_date(exchange_delivery.period, 'YYYY-MM') + interval '1 month - 1 day')::date END)"""


def _above(child: str) -> str:
    """The id of the parent a committee had on the period's last day."""
    return f"""(SELECT x.parent_id FROM (
        SELECT f.until, f.parent_id FROM public.registry_formerparent f WHERE f.committee_id = {child} AND f.until > {LAST_DAY}
        UNION ALL SELECT 'infinity'::date, c.parent_id FROM public.registry_committee c WHERE c.id = {child}) AS x
        ORDER BY x.until LIMIT 1)"""


# From the sender upwards, nearest first; the depth ends a circle, should one ever stand in the registry.
LINE = f"""(WITH RECURSIVE line (id, depth) AS (
        SELECT id, 0 FROM public.registry_committee WHERE code = {ME}
        UNION ALL SELECT {_above("line.id")}, line.depth + 1 FROM line WHERE line.id IS NOT NULL AND line.depth < 16)
    SELECT coalesce(array_agg(up.code::text ORDER BY line.depth), ARRAY[]::text[]) FROM line
    JOIN public.registry_committee up ON up.id = line.id WHERE line.depth > 0)"""

SQL = f"""
DROP POLICY delivery_send ON exchange_delivery;
CREATE POLICY delivery_send ON exchange_delivery FOR INSERT TO "{settings.ROLE_COMMITTEE}"
    WITH CHECK (sender = {ME} AND ARRAY[recipient::text] || ancestors::text[] = {LINE}
        AND state = 'submitted' AND reason = '' AND decided_at IS NULL AND signature <> ''
        AND body ->> 'period' = period AND body ->> 'revision' = revision::text AND body #>> '{{committee,code}}' = sender
        AND public_key IN (SELECT k.public_key FROM public.exchange_signingkey k WHERE k.committee = {ME} AND k.until IS NULL));
ALTER TABLE exchange_signingkey ENABLE ROW LEVEL SECURITY;
CREATE POLICY key_read ON exchange_signingkey FOR SELECT USING (true);
CREATE POLICY key_add ON exchange_signingkey FOR INSERT TO "{settings.ROLE_COMMITTEE}" WITH CHECK (committee = {ME} AND until IS NULL);
CREATE POLICY key_retire ON exchange_signingkey FOR UPDATE TO "{settings.ROLE_COMMITTEE}"
    USING (committee = {ME} AND until IS NULL) WITH CHECK (committee = {ME} AND until IS NOT NULL);
"""

UNDO = """
DROP POLICY key_read ON exchange_signingkey; DROP POLICY key_add ON exchange_signingkey;
DROP POLICY key_retire ON exchange_signingkey; ALTER TABLE exchange_signingkey DISABLE ROW LEVEL SECURITY
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0004_policies_reach_children_only"), ("registry", "0005_former_parents")]

    operations = [
        migrations.AddField(
            "delivery", "signature", models.CharField(default="", max_length=120), preserve_default=False
        ),
        migrations.AddField(
            "delivery", "public_key", models.CharField(default="", max_length=60), preserve_default=False
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("committee", models.CharField(max_length=40)),
                ("public_key", models.CharField(max_length=60)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("public_key",), name="one_owner_per_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)), fields=("committee",), name="one_key_in_use"
                    ),
                ]
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
