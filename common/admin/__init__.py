"""What every page of the back-office has in common. Nothing here knows a noun of the business."""

from django.contrib import admin

from common.admin.acts import Act, Blocker, act_on
from common.admin.addresses import AddressField
from common.admin.forms import ActForm, CreationForm, LongText, Money, Text
from common.admin.records import ListAdmin, ReadOnlyAdmin, RecordAdmin, moment

__all__ = [
    "Act",
    "ActForm",
    "AddressField",
    "Blocker",
    "CreationForm",
    "ListAdmin",
    "LongText",
    "Money",
    "ReadOnlyAdmin",
    "RecordAdmin",
    "Text",
    "act_on",
    "moment",
]

admin.site.site_header = admin.site.site_title = "Order management"
admin.site.index_title = "Back-office"
admin.site.site_url = None  # there is no other site to view
