"""Inputs: the contract's words, and the reading of what was given; text in, frozen values out."""
