from django.apps import AppConfig


class VoicesConfig(AppConfig):
    name = "tenants.voices"

    def ready(self) -> None:
        from core import waiting
        from tenants.liaison.queries import claims
        from tenants.voices import actions
        from tenants.voices.queries import WAITING

        claims.register(actions.CLAIMS)
        waiting.register(WAITING)
