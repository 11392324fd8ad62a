"""Kie.ai: what is asked of it, what it answers, and what its models take and cost."""
