"""Documents as data, and their two printers."""

from tenants.reports.queries.documents.batch import printed
from tenants.reports.queries.documents.duty_file import duty_file
from tenants.reports.queries.documents.forms import form_document
from tenants.reports.queries.documents.shape import Document
from tenants.reports.queries.documents.typesetting import FORMATS, docx, html, pdf

__all__ = ["FORMATS", "Document", "docx", "duty_file", "form_document", "html", "pdf", "printed"]
