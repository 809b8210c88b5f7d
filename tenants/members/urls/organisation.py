from django.urls import path

from tenants.members.views import groups, units

app_name = "organisation"
urlpatterns = [
    path("", groups.start, name="start"),
    path("sectors/", groups.sectors, name="sectors"),
    path("sectors/new/", groups.sector_new, name="sector_new"),
    path("sectors/<uuid:id>/", groups.sector, name="sector"),
    path("sectors/<uuid:id>/edit/", groups.sector_edit, name="sector_edit"),
    path("sectors/<uuid:id>/nominate/", groups.nominate, name="nominate"),
    path("committees/", groups.committees, name="committees"),
    path("committees/new/", groups.committee_new, name="committee_new"),
    path("committees/<uuid:id>/", groups.committee, name="committee"),
    path("committees/<uuid:id>/edit/", groups.committee_edit, name="committee_edit"),
    path("seats/<uuid:id>/", groups.seat_role, name="seat_role"),
    path("sector-links/<uuid:id>/end/", groups.unlink, name="unlink"),
    path("groups/", units.area_groups, name="groups"),
    path("leading/", units.leading, name="leading"),
    path("offices/", units.offices, name="offices"),
    path("<slug:tab>/new/", units.new, name="unit_new"),
    path("units/<uuid:id>/", units.unit, name="unit"),
    path("units/<uuid:id>/edit/", units.edit, name="unit_edit"),
    path("units/<uuid:id>/appoint/", units.appoint, name="appoint"),
    path("units/<uuid:id>/join/", units.join, name="join"),
    path("appointments/<uuid:id>/end/", units.end_appointment, name="end_appointment"),
    path("group-members/<uuid:id>/end/", units.leave, name="leave"),
]
