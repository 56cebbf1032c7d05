# system/person, or system/person/account where several accounts have the address
terraform import offboard_shared_secret.jane vault/jane@acme.com
