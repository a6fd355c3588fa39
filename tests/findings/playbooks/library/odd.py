#!/usr/bin/python
"""A module that fails in one of the ways in which modules fail."""

import sys

from ansible.module_utils.basic import AnsibleModule


def main():
    module = AnsibleModule({"how": {"type": "str", "required": True}})
    how = module.params["how"]
    if how == "raise":
        raise ValueError("inventory of parts is empty")
    if how == "garbage":
        sys.stdout.write("this is no json\n")
        raise SystemExit(0)
    if how == "silent":
        raise SystemExit(0)
    if how == "die":
        sys.stderr.write("first words\nsegment violated\n")
        sys.stderr.flush()
        sys.exit(139)
    if how == "empty":
        module.fail_json(msg="")
    if how == "reason":
        module.exit_json(failed=True, reason="quota")
    if how == "errors":
        module.exit_json(failed=True, errors=["bucket is full", "no retry"])
    if how == "error":
        module.exit_json(failed=True, error={"code": 17, "message": "quota exceeded"})
    if how == "mapping":
        module.fail_json(msg={"code": 17, "text": "quota exceeded"})
    if how == "nothing":
        module.exit_json(failed=True)
    module.fail_json(msg="first line\nsecond line", stderr="", stdout="", rc=0)


main()
