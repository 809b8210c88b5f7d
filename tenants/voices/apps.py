from django.apps import AppConfig


class VoicesConfig(AppConfig):
    name = "tenants.voices"

    def ready(self) -> None:
        from tenants.liaison.queries import claims
        from tenants.voices import actions

        claims.register(actions.CLAIMS)
