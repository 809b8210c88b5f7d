from django.apps import AppConfig


class VoicesConfig(AppConfig):
    name = "tenants.voices"

    def ready(self) -> None:
        from core import waiting
        from tenants.liaison.models import Holder
        from tenants.liaison.queries import claims, files, offshoots
        from tenants.voices import actions
        from tenants.voices.models import Output
        from tenants.voices.queries import KEEPING, WAITING, resting_on

        offshoots.register(resting_on)
        claims.register(actions.CLAIMS)
        waiting.register(WAITING)
        waiting.register(KEEPING)
        files.register(
            files.Keeper(
                kind=Holder.OUTPUT,
                model=Output,
                may_change=actions.may_change,
                owner=lambda record: None,  # of several authors none owns it
            )
        )
