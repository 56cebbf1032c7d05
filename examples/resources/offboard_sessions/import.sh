# system/person, or system/person/account where several accounts have the address
terraform import offboard_sessions.jane okta/jane@acme.com
