"""What the records beside an order have in common: they are listed by order, and changed under its version."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from common.api.pagination import IdPagination
from common.api.views import ViewSet
from orders.models import AGGREGATE, Order


class RecordsViewSet(ViewSet):
    """Records of one order, named in the address; an act returns the order, and its ETag is the order's."""

    pagination_class = IdPagination
    default_ordering = "id"
    subject = AGGREGATE

    def get_queryset(self) -> QuerySet[Any]:
        order = get_object_or_404(Order.objects.only("pk"), pk=self.kwargs["order_id"])
        return super().get_queryset().filter(order=order)

    def act(
        self,
        service: Callable[..., Order],
        order_id: str,
        *ids: int,
        shows: Callable[[Order], Any],
        **fields: Any,
    ) -> HttpResponse:
        """Do one act to an order, and answer with the record that it is about."""

        def render(order: Order) -> Mapping[str, Any]:
            return self.render(shows(order))

        return self.perform(
            lambda: service(int(order_id), *ids, actor=self.actor, expected_version=self.expected_version, **fields),
            render=render,
        )
