"""The audit trail: lanes that writers append to, seals and signed checkpoints over them."""
