"""Updates become what happened: hosts, tasks, failures and the reasons."""
