# The nightly plan: whoever HR says has left, and who has an account, is an exit in the plan, without anybody naming them in
# leavers.yaml. Without a roster nothing of this happens. What leavers.yaml says of somebody counts for more than what HR says:
# a successor where their manager won't do, what is tolerated, or terminated: false where HR is wrong.

variable "roster" {
  type        = string
  default     = null
  description = "HR's export of who works here and who has left, as a file of comma-separated values. The columns are those of data.offboard_reconciliation. null leaves it to leavers.yaml."
}

variable "roster_minimum" {
  type        = number
  default     = 20
  description = "How many people the roster has at the least: fewer were cut off, and plan nothing."
}

variable "roster_time_zone" {
  type        = string
  default     = null
  description = "Where the last day of those ends whose row names no time zone, such as Europe/Berlin."
}

variable "roster_since" {
  type        = string
  default     = null
  description = "From when on those who left are watched who can't sign in any more, as an RFC 3339 time: when this was taken into use. null is all of them."
}

variable "ignore" {
  type        = map(string)
  default     = {}
  description = "Shared and service accounts, which HR does not know: { \"svc-terraform@acme.example\" = \"runs this\" }."
}

data "offboard_reconciliation" "hr" {
  count     = var.roster == null ? 0 : 1
  roster    = csvdecode(file(var.roster))
  minimum   = var.roster_minimum
  time_zone = var.roster_time_zone
  since     = var.roster_since
  ignore    = var.ignore
}

locals {
  # Who left stays in it for as long as they are on the roster and have an account, so that an exit that was applied goes on
  # being watched. Whose last account was deleted is in it no more: as long as somebody has to change a secret that they know, name
  # them in leavers.yaml, or what they know is forgotten. The plan warns of it with the rows. max_people of the provider bounds how
  # many people one plan takes.
  leavers_by_roster = var.roster == null ? {} : {
    for person, leaver in data.offboard_reconciliation.hr[0].leavers :
    person => { terminated = true, successor = leaver.successor }
  }
}

# Nobody acts on these. They are for somebody to look at, and no change of a plan: a run in which nothing else happens is quiet.
locals {
  unknown_to_hr     = flatten([for hr in data.offboard_reconciliation.hr : keys(hr.unknown)])
  of_several_people = flatten([for hr in data.offboard_reconciliation.hr : keys(hr.contradictions)])
}

check "hr_knows_every_account" {
  assert {
    condition     = length(local.unknown_to_hr) == 0
    error_message = "HR does not know ${join(", ", local.unknown_to_hr)}. Name what is shared or a service's in ignore, with the reason."
  }
}

check "every_account_is_one_persons" {
  assert {
    condition     = length(local.of_several_people) == 0
    error_message = "Of several people are ${join(", ", local.of_several_people)}: say in the system, or in HR, whose each is."
  }
}
