"""Why something that was asked of a customer was refused."""

from typing import ClassVar

from common.errors import Conflict


class CustomerMerged(Conflict):
    """Nothing of an alias changes any more; `merged_into_id` is who goes on."""

    code = "customer_merged"
    title = "The customer was merged into another"
    example: ClassVar = {"merged_into_id": 3}


class CustomerAnonymised(Conflict):
    """Nobody knows any more who it was, so nobody can know that it is the same person."""

    code = "customer_anonymised"
    title = "The customer was anonymised"


class GroupInUse(Conflict):
    """A group goes when no customer is in it."""

    code = "group_in_use"
    title = "There are customers in the group"
