from django.urls import path

from tenants.policy.views import adapt, compare, document, documents

app_name = "policy"
urlpatterns = [
    path("", document.index, name="index"),
    path("duties/", document.duties, name="duties"),
    path("duties/<slug:duty_id>/", document.duty, name="duty"),
    path("more/", document.more, name="more"),
    path("calendar/", document.calendar, name="calendar"),
    path("readings/", document.readings, name="readings"),
    path("documents/", documents.index, name="documents"),
    path("compare/", compare.compare, name="compare"),
    path("adapt/", adapt.adapt, name="adapt"),
]
