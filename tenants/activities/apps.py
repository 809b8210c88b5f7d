from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "tenants.activities"

    def ready(self) -> None:
        from tenants.activities import actions
        from tenants.liaison.queries import claims

        claims.register(actions.CLAIMS)
