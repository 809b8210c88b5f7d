"""/api/v1/ on every committee's host."""

from django.urls import path

from api import views
from api.resources import activities, claims, contacts, me, members, outputs, policy, returns, standing

app_name = "api"
urlpatterns = [
    path("schema/", views.schema, name="schema"),
    path("docs/", views.docs, name="docs"),
    path("me/", me.OneSelf.as_view(), name="me"),
    path("members/", members.MemberList.as_view(), name="members"),
    path("members/<uuid:id>/", members.OneMember.as_view(), name="member"),
    path("sectors/", members.SectorList.as_view(), name="sectors"),
    path("special-committees/", members.SpecialCommitteeList.as_view(), name="special_committees"),
    path("contacts/", contacts.ContactList.as_view(), name="contacts"),
    path("contacts/<uuid:id>/", contacts.OneContact.as_view(), name="contact"),
    path("contacts/<uuid:id>/withdraw/", contacts.TakenContact.as_view(), name="withdraw_contact"),
    path("activities/", activities.ActivityList.as_view(), name="activities"),
    path("activities/<uuid:id>/", activities.OneActivity.as_view(), name="activity"),
    path("activities/<uuid:id>/withdraw/", activities.TakenActivity.as_view(), name="withdraw_activity"),
    path("activities/<uuid:id>/participations/", activities.Parts.as_view(), name="participations"),
    path("outputs/", outputs.OutputList.as_view(), name="outputs"),
    path("outputs/<uuid:id>/", outputs.OneOutput.as_view(), name="output"),
    path("outputs/<uuid:id>/withdraw/", outputs.TakenOutput.as_view(), name="withdraw_output"),
    path("claims/", claims.ClaimList.as_view(), name="claims"),
    path("claims/<slug:source>/<uuid:id>/confirm/", claims.Confirmed.as_view(), name="confirm_claim"),
    path("claims/<slug:source>/<uuid:id>/reject/", claims.Rejected.as_view(), name="reject_claim"),
    path("standing/", standing.StandingList.as_view(), name="standing"),
    path("standing/me/", standing.OfMe.as_view(), name="my_standing"),
    path("standing/committee/", standing.OfCommittee.as_view(), name="committee_standing"),
    path("standing/sectors/<uuid:id>/", standing.OfSector.as_view(), name="sector_standing"),
    path(
        "standing/special-committees/<uuid:id>/",
        standing.OfSpecialCommittee.as_view(),
        name="special_committee_standing",
    ),
    path("standing/<uuid:id>/", standing.OfMember.as_view(), name="member_standing"),
    path("policy/", policy.InForce.as_view(), name="policy"),
    path("policy/documents/", policy.DocumentList.as_view(), name="documents"),
    path("policy/documents/<uuid:id>/", policy.OneDocument.as_view(), name="document"),
    path("returns/", returns.ReturnList.as_view(), name="returns"),
    path("returns/received/", returns.ReceivedList.as_view(), name="received"),
    path("returns/received/<uuid:id>/", returns.OneReceived.as_view(), name="received_one"),
    path("returns/received/<uuid:id>/accept/", returns.Accepted.as_view(), name="accept"),
    path("returns/received/<uuid:id>/return/", returns.SentBack.as_view(), name="send_back"),
    path("returns/<str:period>/", returns.OneReturn.as_view(), name="return"),
    path("returns/<str:period>/close/", returns.Closed.as_view(), name="close"),
    path("returns/<str:period>/sign/", returns.Signed.as_view(), name="sign"),
    path("returns/<str:period>/withdraw-signature/", returns.Unsigned.as_view(), name="withdraw_signature"),
    path("returns/<str:period>/submit/", returns.Submitted.as_view(), name="submit"),
    path("<path:rest>", views.nowhere, name="nowhere"),
]
