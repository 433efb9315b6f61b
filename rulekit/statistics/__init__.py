"""Statistics: intervals, certified upper limits, ratios, bands and stability. Each formula cites its source."""
