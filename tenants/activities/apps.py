from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "tenants.activities"

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from core import waiting
        from tenants.activities import actions
        from tenants.activities.models import ActivityFile
        from tenants.activities.queries.waiting import SOURCES
        from tenants.liaison.actions.files import let_go
        from tenants.liaison.queries import claims

        claims.register(actions.CLAIMS)
        for source in SOURCES:
            waiting.register(source)
        post_delete.connect(let_go, sender=ActivityFile, dispatch_uid="activities.files")
