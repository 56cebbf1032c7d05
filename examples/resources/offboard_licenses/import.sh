# system/person, or system/person/account where several accounts have the address
terraform import offboard_licenses.jane google/jane@acme.com
