from django.urls import path

from tenants.assessment.views import decisions, subjects, tables, whatif

app_name = "standing"
urlpatterns = [
    path("", tables.index, name="index"),
    path("me/", subjects.me, name="me"),
    path("me/object/<slug:duty>/", decisions.object_to, name="object"),
    path("what-if/", whatif.what_if, name="what_if"),
    path("committee/", subjects.committee, name="committee"),
    path("sectors/", tables.sectors, name="sectors"),
    path("sectors/<uuid:sector_id>/", subjects.sector, name="sector"),
    path("special-committees/", tables.special_committees, name="special_committees"),
    path("special-committees/<uuid:special_committee_id>/", subjects.special_committee, name="special_committee"),
    path("objections/", decisions.objections, name="objections"),
    path("objections/<uuid:objection_id>/", decisions.objection, name="objection"),
    path("objections/<uuid:objection_id>/withdraw/", decisions.withdraw, name="withdraw_objection"),
    path("waivers/<uuid:waiver_id>/end/", decisions.end_waiver, name="end_waiver"),
    path("<uuid:member_id>/", subjects.member, name="member"),
    path("<uuid:member_id>/file/", subjects.file, name="file"),
    path("<uuid:member_id>/remind/<slug:duty>/", decisions.remind, name="remind"),
    path("<uuid:member_id>/waive/<slug:duty>/", decisions.waive, name="waive"),
]
