"""/rollup/: what the levels below reported."""

from django.urls import path

from tenants.reports.views import overview, rollup

app_name = "rollup"
urlpatterns = [
    path("", rollup.index, name="index"),
    path("heat/", overview.heat, name="heat"),
    path("trend/", overview.trend, name="trend"),
    path("wall/", overview.wall, name="wall"),
    path("<str:indicator>/", rollup.indicator, name="indicator"),
]
