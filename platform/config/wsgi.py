"""The web process."""

import os

from django.core.wsgi import get_wsgi_application

from core.db.starting import refuse_unsafe_pooler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
refuse_unsafe_pooler()
