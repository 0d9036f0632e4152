"""The addresses of the pages."""

from __future__ import annotations

from query.faces.web.pages.author_page import author
from query.faces.web.pages.basket_page import ROUTES as BASKET
from query.faces.web.pages.browse_pages import about, home, venue, venues, years
from query.faces.web.pages.paper_page import paper
from query.faces.web.pages.rendering import error_page as error_page
from query.faces.web.pages.search_page import search
from query.faces.web.serving.routes import Route
from query.faces.web.static_files import ROUTES as FILES

PAGES: tuple[Route, ...] = (
    Route("/", home, face="page"),
    Route("/search", search, face="page"),
    Route("/authors/{name}", author, face="page"),
    Route("/papers/{id}", paper, face="page"),
    Route("/venues", venues, face="page"),
    Route("/venues/{venue}", venue, face="page"),
    Route("/venues/{venue}/{year}", venue, face="page"),
    Route("/years", years, face="page"),
    Route("/about", about, face="page"),
    *BASKET,
    *FILES,
)
