from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "tenants.policy"

    def ready(self) -> None:
        from core import waiting
        from tenants.policy.queries import awaited

        waiting.register(awaited.WAITING)
