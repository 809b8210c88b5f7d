from django.urls import path

from tenants.proceedings.views import signing

app_name = "proceedings"
urlpatterns = [
    path("", signing.inbox, name="inbox"),
    path("<uuid:id>/", signing.process, name="process"),
]
