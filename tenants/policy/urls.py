from django.urls import path

from tenants.policy.views import adapt, cases, compare, document, documents

app_name = "policy"
urlpatterns = [
    path("", document.index, name="index"),
    path("duties/", document.duties, name="duties"),
    path("duties/<slug:duty_id>/", document.duty, name="duty"),
    path("more/", document.more, name="more"),
    path("calendar/", document.calendar, name="calendar"),
    path("readings/", document.readings, name="readings"),
    path("documents/", documents.index, name="documents"),
    path("documents/adopt/", documents.adopt, name="adopt"),
    path("documents/<uuid:id>/withdraw/", documents.withdraw, name="withdraw"),
    path("compare/", compare.compare, name="compare"),
    path("adapt/", adapt.adapt, name="adapt"),
    path("adapt/own-duty/", adapt.own_duty, name="own_duty"),
    path("rebase/", cases.rebase, name="rebase"),
    path("rebase/begin/", cases.begin, name="begin_case"),
    path("rebase/reopen/", cases.reopen, name="reopen_case"),
    path("rebase/drop/", cases.drop, name="drop_case"),
    path("rebase/adopt/", cases.adopt, name="adopt_case"),
    path("publish/", cases.publish, name="publish"),
    path("adapt/thing/<str:thing>/", adapt.detail, name="detail"),
    path("draft/", adapt.draft, name="draft"),
    path("draft/propose/", adapt.propose, name="propose"),
    path("draft/reopen/", adapt.reopen, name="reopen"),
    path("draft/drop/", adapt.drop, name="drop_draft"),
    path("draft/adopt/", adapt.adopt, name="adopt_draft"),
]
