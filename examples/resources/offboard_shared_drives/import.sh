# system/person, or system/person/account where several accounts have the address
terraform import offboard_shared_drives.jane google/jane@acme.com
