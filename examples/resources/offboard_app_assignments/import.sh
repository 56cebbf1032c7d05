# system/person, or system/person/account where several accounts have the address
terraform import offboard_app_assignments.jane okta/jane@acme.com
