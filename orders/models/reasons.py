"""Why something was called off, given up or sent back, in codes that reports can count.

They are offered, not demanded: a program may have codes of its own.
"""

from django.db import models


class CancelReason(models.TextChoices):
    MISTAKE = "mistake", "ordered by mistake"
    CUSTOMER_REQUEST = "customer_request", "customer's request"
    OUT_OF_STOCK = "out_of_stock", "out of stock"
    NOT_PAID = "not_paid", "not paid"
    FRAUD = "fraud", "fraud"
    DUPLICATE = "duplicate", "ordered twice"
    EXPIRED = "expired", "expired"
    OTHER = "other", "other"


class ShortCloseReason(models.TextChoices):
    OUT_OF_STOCK = "out_of_stock", "out of stock"
    DISCONTINUED = "discontinued", "discontinued"
    DAMAGED = "damaged", "damaged"
    CUSTOMER_REQUEST = "customer_request", "customer's request"
    OTHER = "other", "other"


class ReturnReason(models.TextChoices):
    DAMAGED = "damaged", "damaged"
    DEFECTIVE = "defective", "defective"
    WRONG_ITEM = "wrong_item", "wrong item"
    NOT_AS_DESCRIBED = "not_as_described", "not as described"
    UNWANTED = "unwanted", "unwanted"
    TOO_LATE = "too_late", "came too late"
    OTHER = "other", "other"
