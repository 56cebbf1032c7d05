# What a plan with exits in it must have before it may be applied. For conftest, over plan JSON:
#
#   terraform show -json exit.tfplan | conftest test --policy policy --data data -
#
# What can't be judged is denied: in Rego a thing that is missing makes a rule say nothing.
package main

import rego.v1

settings := data.offboard

resources := [r |
	some r in input.resource_changes
	object.get(r, "mode", "managed") == "managed"
	startswith(r.type, "offboard_")
]

kinds := [r |
	some r in resources
	not r.type in {"offboard_case", "offboard_attestation", "offboard_legal_hold"}
]

# The rows that a resource loses: what it held and is not planned to hold. A resource that is created shows none yet.
going(r) := {id |
	some id, _ in object.get(object.get(r.change, "before", {}), "access", {})
	"update" in r.change.actions
	not id in object.keys(object.get(r.change.after, "access", {}))
}

# Those whose exit begins: something of theirs is terminated that was not, or goes for the first time.
leaving contains lower(r.change.after.person) if {
	some r in kinds
	begins(r)
}

begins(r) if {
	r.change.after.terminated == true
	not was_terminated(r)
}

begins(r) if {
	r.change.after.terminated == true
	count(going(r)) > 0
	count(object.get(r.change.before, "removed", {})) == 0
}

was_terminated(r) if r.change.before.terminated == true

losing contains lower(r.change.before.person) if {
	some r in kinds
	count(going(r)) > 0
}

cases := [r | some r in resources; r.type == "offboard_case"; is_object(r.change.after)]

approvers(person) := {lower(c.change.after.approved_by) |
	some c in cases
	lower(c.change.after.person) == person
	trim_space(c.change.after.approved_by) != ""
}

# The moment of the plan, which an older program does not say.
now := time.parse_rfc3339_ns(input.timestamp) if input.timestamp

now := time.now_ns() if not input.timestamp

# --- What can't be judged.

deny contains "this is no plan JSON: pipe in what `terraform show -json FILE` prints" if {
	not startswith(object.get(input, "format_version", ""), "1.")
}

deny contains "the policy has no settings: give it --data with max_people, protected and horizon_days" if not has_settings

has_settings if {
	is_number(settings.max_people)
	is_array(settings.protected)
	is_number(settings.horizon_days)
}

deny contains "the plan ended with an error, so that it does not show everything" if input.errored == true

deny contains "the plan is not complete: it was made with -target, or something was deferred" if input.complete == false

deny contains sprintf("%s: what goes is not known before the apply", [r.address]) if {
	some r in kinds
	"update" in r.change.actions
	not is_object(object.get(r.change.after, "access", null))
}

# --- Who leaves.

deny contains sprintf("%d people leave in this plan, and %d may: %s", [count(leaving), settings.max_people, concat(", ", sort(leaving))]) if {
	count(leaving) > settings.max_people
}

deny contains sprintf("%s is protected", [person]) if {
	some person in leaving | losing
	some name in settings.protected
	lower(name) == person
}

deny contains sprintf("%s leaves, and no offboard_case names who approved it", [person]) if {
	some person in leaving
	count(approvers(person)) == 0
}

deny contains sprintf("%s approved their own exit", [person]) if {
	some person in leaving
	approvers(person) == {person}
}

# --- To whom things move.

deny contains sprintf("%s: %s has to move from %s, and there is no successor", [r.address, id, r.change.before.person]) if {
	some r in kinds
	some id in going(r)
	moves(r, id)
	not succeeded(r)
}

succeeded(r) if trim_space(r.change.after.successor) != ""

# Which rows go to a successor: all of these kinds, and of two kinds in Google some.
moves(r, _) if r.type in {
	"offboard_group_ownership", "offboard_drive_ownership", "offboard_calendar_ownership",
	"offboard_dashboard_ownership",
}

moves(r, _) if {
	r.type == "offboard_delegations"
	r.change.before.system == "okta"
}

moves(r, id) if {
	r.type == "offboard_delegations"
	startswith(id, "calendar/")
}

moves(r, id) if {
	r.type == "offboard_shared_drives"
	startswith(id, "organizer/")
}

# --- What is tolerated.

tolerated contains [r.address, id, until] if {
	some r in kinds
	is_object(r.change.after.tolerate)
	some id, until in r.change.after.tolerate
}

tolerated contains [c.address, id, object.get(exception, "until", null)] if {
	some c in cases
	is_object(c.change.after.exceptions)
	some id, exception in c.change.after.exceptions
}

ends(until) := time.parse_rfc3339_ns(until)

deny contains sprintf("%s: the exception %s has no end", [address, id]) if {
	some [address, id, until] in tolerated
	not ends(until)
}

deny contains sprintf("%s: the exception %s ends on %s, which is more than %d days away", [address, id, until, settings.horizon_days]) if {
	some [address, id, until] in tolerated
	ends(until) > now + (((settings.horizon_days * 24) * 3600) * 1000000000)
}
