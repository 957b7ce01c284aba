"""What there is of every item: lots, counting, receipts."""
