from django.urls import path

from tenants.assessment import views

app_name = "standing"
urlpatterns = [
    path("", views.index, name="index"),
    path("me/", views.me, name="me"),
    path("committee/", views.committee, name="committee"),
    path("sectors/", views.sectors, name="sectors"),
    path("sectors/<uuid:sector_id>/", views.sector, name="sector"),
    path("<uuid:member_id>/", views.member, name="member"),
]
