# the person's work email
terraform import offboard_case.jane jane@acme.com
