from django.urls import path

from tenants.members.views import importing, inviting, people, privacy, roster

app_name = "members"
urlpatterns = [
    path("", roster.roster, name="roster"),
    path("new/", people.new, name="new"),
    path("invite/", inviting.invite, name="invite"),
    path("import/", importing.upload, name="import"),
    path("import/template/", importing.template, name="import_template"),
    path("import/<uuid:id>/", importing.preview, name="import_preview"),
    path("import/<uuid:id>/marked/", importing.marked, name="import_marked"),
    path("import/<uuid:id>/undo/", importing.undo, name="import_undo"),
    path("terms/", privacy.term, name="term"),
    path("due/", privacy.due, name="due"),
    path("me/data/", privacy.own_data, name="own_data"),
    path("me/data/copy/", privacy.ask_own, name="ask_own"),
    path("copies/<uuid:id>/", privacy.fetch, name="fetch"),
    path("<uuid:id>/data/", privacy.data, name="data"),
    path("<uuid:id>/data/copy/", privacy.ask, name="ask"),
    path("<uuid:id>/anonymise/", privacy.anonymise, name="anonymise"),
    path("<uuid:id>/", people.member, name="member"),
    path("<uuid:id>/edit/", people.edit, name="edit"),
    path("<uuid:id>/change/", people.change, name="change"),
    path("<uuid:id>/leave/", people.leave, name="leave"),
    path("<uuid:id>/rejoin/", people.rejoin, name="rejoin"),
    path("<uuid:id>/account/", people.account, name="account"),
]
