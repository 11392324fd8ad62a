"""Video files: the one encoder setting, probing, and frames as planes."""
