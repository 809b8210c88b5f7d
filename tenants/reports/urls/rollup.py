"""/rollup/: what the levels below reported."""

from django.urls import path

from tenants.reports.views import rollup

app_name = "rollup"
urlpatterns = [
    path("", rollup.index, name="index"),
    path("<str:indicator>/", rollup.indicator, name="indicator"),
]
