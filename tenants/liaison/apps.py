from django.apps import AppConfig


class LiaisonConfig(AppConfig):
    name = "tenants.liaison"

    def ready(self) -> None:
        from tenants.liaison import actions
        from tenants.liaison.queries import claims

        claims.register(actions.CLAIMS)
