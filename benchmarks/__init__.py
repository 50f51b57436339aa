"""Measurements whose figures the documents quote; each is one command, `python -m benchmarks.<name>`."""
