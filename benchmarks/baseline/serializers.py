"""Orders the way the tutorials write them: nested model serializers and one ORM call per row."""

import uuid
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import F, Func, Value
from rest_framework import serializers

from customers.models import Customer
from events.models import Event, TransactionIdField
from orders.models import Order, OrderItem
from products.models import Product, StockMovement


class ItemSerializer(serializers.ModelSerializer[OrderItem]):
    product = serializers.PrimaryKeyRelatedField(queryset=Product.objects.all())

    class Meta:
        model = OrderItem
        fields: ClassVar = "id product sku name quantity unit_price_cents line_total_cents".split()
        read_only_fields: ClassVar = "sku name unit_price_cents line_total_cents".split()


class OrderSerializer(serializers.ModelSerializer[Order]):
    customer = serializers.PrimaryKeyRelatedField(queryset=Customer.objects.all())
    items = ItemSerializer(many=True)

    class Meta:
        model = Order
        fields: ClassVar = "id number status customer items total_cents external_ref version created_at".split()
        read_only_fields: ClassVar = "status total_cents version created_at".split()

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Order:
        items = validated_data.pop("items")
        order = Order.objects.create(total_cents=0, **validated_data)
        # Sorted, or it would deadlock and the comparison would be of retries.
        for item in sorted(items, key=lambda item: item["product"].pk):
            order.total_cents += self._take(order, item["product"].pk, item["quantity"])
        order.save(update_fields=["total_cents"])
        self._record(order)
        return order

    def _take(self, order: Order, product_id: int, quantity: int) -> int:
        """One line: lock the product, check, count down, write the ledger row and the item; returns its price."""
        product = Product.objects.select_for_update().get(pk=product_id)
        if not product.is_active or product.stock_quantity < quantity:
            raise serializers.ValidationError(f"Not enough stock of {product.sku}.")
        StockMovement.objects.create(
            product=product,
            sequence=product.stock_seq + 1,
            delta=-quantity,
            balance=product.stock_quantity - quantity,
            kind=StockMovement.Kind.SALE,
            order_id=order.pk,
            actor=self.context["request"].auth.actor_name,
        )
        product.stock_quantity = F("stock_quantity") - quantity
        product.stock_seq = F("stock_seq") + 1
        product.save(update_fields=["stock_quantity", "stock_seq"])
        OrderItem.objects.create(
            order=order,
            product=product,
            sku=product.sku,
            name=product.name,
            quantity=quantity,
            unit_price_cents=product.price_cents,
        )
        return quantity * product.price_cents

    def _record(self, order: Order) -> None:
        order.refresh_from_db(fields=["created_at"])
        items = order.items.order_by("pk").values("product_id", "sku", "name", "quantity", "unit_price_cents")
        payload = {
            "number": order.number,
            "customer_id": order.customer_id,
            "status": order.status,
            "external_ref": order.external_ref,
            "takes_stock": order.takes_stock,
            "total_cents": order.total_cents,
            "created_at": order.created_at.isoformat(),
            "items": list(items),
        }
        Event.objects.create(
            position=Func(Value("events_position_seq"), function="nextval"),
            xid=Func(function="pg_current_xact_id", output_field=TransactionIdField()),
            aggregatetype="order",
            aggregateid=order.pk,
            version=order.version,
            type="order.placed",
            payload=payload,
            actor=self.context["request"].auth.actor_name,
            request_id=uuid.uuid4().hex,
        )
