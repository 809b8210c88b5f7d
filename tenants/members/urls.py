from django.urls import path

from tenants.members.views import importing, people, roster

app_name = "members"
urlpatterns = [
    path("", roster.roster, name="roster"),
    path("new/", people.new, name="new"),
    path("import/", importing.upload, name="import"),
    path("import/template/", importing.template, name="import_template"),
    path("import/<uuid:id>/", importing.preview, name="import_preview"),
    path("<uuid:id>/", people.member, name="member"),
    path("<uuid:id>/edit/", people.edit, name="edit"),
    path("<uuid:id>/account/", people.account, name="account"),
]
