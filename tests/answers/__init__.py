"""What a controller answers is compared with what was asked for: what is not shown there is never told as done."""
