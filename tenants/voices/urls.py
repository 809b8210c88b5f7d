from django.urls import path

from tenants.voices import views

app_name = "voices"
urlpatterns = [
    path("", views.output_list, name="outputs"),
    path("new/", views.output_new, name="output_new"),
    path("<uuid:id>/", views.output, name="output"),
    path("<uuid:id>/edit/", views.output_edit, name="output_edit"),
    path("<uuid:id>/withdraw/", views.output_withdraw, name="output_withdraw"),
]
