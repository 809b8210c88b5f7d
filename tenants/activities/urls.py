from django.urls import path

from tenants.activities import views

app_name = "activities"
urlpatterns = [
    path("", views.activity_list, name="activities"),
    path("new/", views.activity_new, name="activity_new"),
    path("<uuid:id>/", views.activity, name="activity"),
    path("<uuid:id>/participants/", views.participate, name="participate"),
    path("<uuid:id>/edit/", views.activity_edit, name="activity_edit"),
    path("<uuid:id>/withdraw/", views.activity_withdraw, name="activity_withdraw"),
]
