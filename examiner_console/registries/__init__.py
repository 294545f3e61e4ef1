"""Registries as ports: what is asked of each, over which wire, and what its silence means. Down never means clear."""
