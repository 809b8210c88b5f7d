from django.urls import path

from tenants.liaison.views import claims, constituents, contacts, files, grid, links

app_name = "liaison"
urlpatterns = [
    path("contacts/", contacts.contact_list, name="contacts"),
    path("contacts/new/", contacts.contact_new, name="contact_new"),
    path("contacts/claims/", claims.claim_list, name="claims"),
    path("contacts/claims/confirm/", claims.claims_confirm, name="claims_confirm"),
    path("contacts/claims/undo/", claims.claims_undo, name="claims_undo"),
    path("contacts/claims/<slug:source>/<uuid:id>/confirm/", claims.claim_confirm, name="claim_confirm"),
    path("contacts/claims/<slug:source>/<uuid:id>/return/", claims.claim_return, name="claim_return"),
    path("contacts/<uuid:id>/", contacts.contact, name="contact"),
    *files.paths(contacts.PAGES, "contacts/"),
    path("contacts/<uuid:id>/edit/", contacts.contact_edit, name="contact_edit"),
    path("contacts/<uuid:id>/withdraw/", contacts.contact_withdraw, name="contact_withdraw"),
    path("files/<str:word>/", files.file, name="file"),
    path("constituents/", constituents.constituents, name="constituents"),
    path("constituents/<uuid:id>/end/", constituents.end_pairing, name="end_pairing"),
    path("links/", links.chain, name="links"),
    path("links/grid/", grid.pairings, name="grid"),
    path("links/grid/<uuid:id>/end/", grid.end, name="end_grid"),
    path("links/end/<uuid:id>/", links.end, name="end_link"),
    path("links/<slug:level>/", links.level, name="link_level"),
    path("links/<slug:level>/propose/", links.propose, name="link_propose"),
    path("links/<slug:level>/matrix/", links.matrix, name="link_matrix"),
]
