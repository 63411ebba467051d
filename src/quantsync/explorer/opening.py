"""What is to be shown, checked before anything of Panel is imported or a server starts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quantsync.catalogue.models import Model
from quantsync.explorer.stored import StoredView, is_store
from quantsync.explorer.view import View

if TYPE_CHECKING:
    from quantsync.explorer.page import Page


@dataclass(frozen=True)
class PageMaker:
    """Makes the page of each tab, from what the command asks for and the query of the address."""

    first: View
    served: bool = True

    def __call__(self, query: Mapping[str, str]) -> Page:
        """The page of a tab."""
        from quantsync.explorer.page import Page

        return Page(self.first.from_query(query), self.served)

    def warm(self) -> None:
        """Do ahead what the first map needs: imports, and operators that are kept."""
        import quantsync.explorer.page  # noqa: F401
        from quantsync.explorer.maps import Painter

        if not isinstance(self.first, StoredView):
            Painter().paint(self.first, True, lambda: None, lambda *_: None, lambda *_: None)


def page_maker(
    model: Any,
    parameters: Mapping[str, Any] | None = None,
    measures: Any = (),
    served: bool = True,
    allowed: Collection[str] = (),
) -> PageMaker:
    """What makes the pages of a model, or of the folder of a store.

    ``allowed`` are modules that may be imported because the store names them.
    """
    if is_store(model):
        return PageMaker(StoredView.open(model, parameters, measures, allowed), served)
    return PageMaker(View.start(Model.of(model), parameters, measures), served)
