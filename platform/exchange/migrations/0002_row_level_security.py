"""Who sees and writes which delivery, enforced by PostgreSQL whatever the code above does.

Sender: inserts its own, to the parent the registry names, and reads it. Recipient: reads, and decides once. Those above
the recipient: read once accepted. Everybody else: nothing. Which columns may be updated at all stands in
registry.privileges. Every inner SELECT is uncorrelated, so it runs once per statement and indexes still serve.
"""

from django.conf import settings
from django.db import migrations

# A committee's role is named <database>_c_<code>.
ME = '(SELECT substr(current_user, length(current_database()) + 4) COLLATE "default")'

PARENT = f"""(SELECT above.code FROM public.registry_committee own
    JOIN public.registry_committee above ON above.id = own.parent_id WHERE own.code = {ME})"""

# Those above the parent, nearest first; the depth ends a cycle, should one ever stand in the registry.
ABOVE_PARENT = f"""(SELECT coalesce(array_agg(up.code ORDER BY up.depth), ARRAY[]::text[]) FROM (
    WITH RECURSIVE line (code, parent_id, depth) AS (
        SELECT code, parent_id, 0 FROM public.registry_committee WHERE code = {ME}
        UNION ALL SELECT above.code, above.parent_id, line.depth + 1 FROM line
        JOIN public.registry_committee above ON above.id = line.parent_id WHERE line.depth < 16)
    SELECT code::text, depth FROM line WHERE depth > 1) AS up)"""

SQL = f"""
ALTER TABLE exchange_delivery ENABLE ROW LEVEL SECURITY;
CREATE POLICY delivery_read ON exchange_delivery FOR SELECT TO "{settings.ROLE_COMMITTEE}"
    USING (sender = {ME} OR recipient = {ME} OR (state = 'accepted' AND ancestors @> ARRAY[{ME}]::varchar[]));
CREATE POLICY delivery_send ON exchange_delivery FOR INSERT TO "{settings.ROLE_COMMITTEE}"
    WITH CHECK (sender = {ME} AND recipient = {PARENT} AND ancestors::text[] = {ABOVE_PARENT}
        AND state = 'submitted' AND reason = '' AND decided_at IS NULL
        AND body ->> 'period' = period AND body #>> '{{committee,code}}' = sender);
CREATE POLICY delivery_decide ON exchange_delivery FOR UPDATE TO "{settings.ROLE_COMMITTEE}"
    USING (recipient = {ME} AND state = 'submitted')
    WITH CHECK (recipient = {ME} AND state IN ('accepted', 'returned') AND decided_at IS NOT NULL);
"""

UNDO = """
DROP POLICY delivery_read ON exchange_delivery; DROP POLICY delivery_send ON exchange_delivery;
DROP POLICY delivery_decide ON exchange_delivery; ALTER TABLE exchange_delivery DISABLE ROW LEVEL SECURITY
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial"), ("registry", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
