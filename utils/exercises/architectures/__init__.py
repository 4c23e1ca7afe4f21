"""Lesson 09, architectures: what is written, how it is checked, what goes wrong."""

EXERCISES = ()
