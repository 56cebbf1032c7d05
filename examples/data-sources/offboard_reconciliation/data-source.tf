# HR's export: email,status,last_day,manager,employment_type, who left included.
data "offboard_reconciliation" "hr" {
  roster    = csvdecode(file("${path.module}/roster.csv"))
  minimum   = 30 # some less than there are: a shorter file was cut off
  time_zone = "Europe/Berlin"
  ignore = {
    "svc-terraform@acme.com" = "runs this"
    "breakglass@acme.com"    = "sealed, in the safe"
  }
}

# Who has left and can still sign in. This changes nothing: an exit is planned by resources, as in examples/leavers.
output "lingering" {
  value = { for person, leaver in data.offboard_reconciliation.hr.lingering : person => [
    for id, account in leaver.accounts : id if account.active
  ] }
}

# Whom nobody at HR knows, and who it may be.
output "unknown" {
  value = { for id, account in data.offboard_reconciliation.hr.unknown : id => join(", ", try(
    keys(data.offboard_reconciliation.hr.suggestions[id].people), account.names,
  )) }
}

# The run warns for as long as somebody lingers.
check "nobody_lingers" {
  assert {
    condition     = length(data.offboard_reconciliation.hr.lingering) == 0
    error_message = "Can still sign in: ${join(", ", keys(data.offboard_reconciliation.hr.lingering))}."
  }
}
