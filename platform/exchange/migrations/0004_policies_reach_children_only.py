"""Who reads and writes what travels down, enforced by PostgreSQL: the publisher and its direct children; a child and its parent."""

from django.conf import settings
from django.db import migrations

ME = '(SELECT substr(current_user, length(current_database()) + 4) COLLATE "default")'

PARENT = f"""(SELECT above.code FROM public.registry_committee own
    JOIN public.registry_committee above ON above.id = own.parent_id WHERE own.code = {ME})"""

SQL = f"""
ALTER TABLE exchange_publication ENABLE ROW LEVEL SECURITY;
CREATE POLICY publication_read ON exchange_publication FOR SELECT TO "{settings.ROLE_COMMITTEE}"
    USING (publisher = {ME} OR publisher = {PARENT});
CREATE POLICY publication_send ON exchange_publication FOR INSERT TO "{settings.ROLE_COMMITTEE}" WITH CHECK (publisher = {ME});
ALTER TABLE exchange_position ENABLE ROW LEVEL SECURITY;
CREATE POLICY position_read ON exchange_position FOR SELECT TO "{settings.ROLE_COMMITTEE}"
    USING (sender = {ME} OR recipient = {ME});
CREATE POLICY position_send ON exchange_position FOR INSERT TO "{settings.ROLE_COMMITTEE}"
    WITH CHECK (sender = {ME} AND recipient = {PARENT});
"""

UNDO = """
DROP POLICY publication_read ON exchange_publication; DROP POLICY publication_send ON exchange_publication;
DROP POLICY position_read ON exchange_position; DROP POLICY position_send ON exchange_position;
ALTER TABLE exchange_publication DISABLE ROW LEVEL SECURITY; ALTER TABLE exchange_position DISABLE ROW LEVEL SECURITY
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0003_policies_down"), ("registry", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
