from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "tenants.policy"

    def ready(self) -> None:
        from core import waiting
        from tenants.policy.queries import cases, drafting

        waiting.register(drafting.WAITING)
        waiting.register(cases.WAITING)
