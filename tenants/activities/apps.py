from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "tenants.activities"

    def ready(self) -> None:
        from core import waiting
        from tenants.activities import actions
        from tenants.activities.models import Activity
        from tenants.activities.queries.waiting import SOURCES
        from tenants.liaison.models import Holder
        from tenants.liaison.queries import claims, files

        claims.register(actions.CLAIMS)
        for source in SOURCES:
            waiting.register(source)
        files.register(
            files.Keeper(
                kind=Holder.ACTIVITY,
                model=Activity,
                may_change=actions.may_change,
                owner=lambda record: record.organiser_member_id,
            )
        )
