"""How pages write days and times: as ISO 8601 does, so that they sort and nobody takes the month for the day."""

DATE_FORMAT = SHORT_DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "Y-m-d H:i"
