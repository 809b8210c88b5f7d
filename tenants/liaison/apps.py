from django.apps import AppConfig


class LiaisonConfig(AppConfig):
    name = "tenants.liaison"

    def ready(self) -> None:
        from core import waiting
        from tenants.liaison import actions
        from tenants.liaison.queries import claims

        claims.register(actions.CLAIMS)
        waiting.register(claims.WAITING)
