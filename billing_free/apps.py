from django.apps import AppConfig


class BillingFreeConfig(AppConfig):
    name = "billing_free"
