# system/person, or system/person/account where several accounts have the address
terraform import offboard_received_delegations.jane google/jane@acme.com
