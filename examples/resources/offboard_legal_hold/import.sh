# system/person, for the matter "Legal hold: jane@acme.com"; or system/person/matter, with the id or the name of another
terraform import offboard_legal_hold.jane google/jane@acme.com
terraform import offboard_legal_hold.omar "google/omar@acme.com/Dispute with a supplier"
