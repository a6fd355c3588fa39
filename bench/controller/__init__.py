"""The load controller: AWX's answers for one template, made from bytes, fast enough to hide from what it measures.

The sandbox runs real playbooks and checks what it is asked, which costs it a millisecond or two for each answer. Here
nothing is checked and nothing runs: a job is a formula of the clock, so that a page of 200 events takes a millisecond.
"""
