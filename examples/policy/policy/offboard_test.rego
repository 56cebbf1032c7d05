package main_test

import rego.v1

import data.main

settings := {"max_people": 2, "protected": ["BreakGlass@acme.example"], "horizon_days": 90}

# An exit that begins, of one kind of access, and what is different about it.
exit(kind, person, with_after) := {
	"address": sprintf("offboard_%s.this", [kind]), "mode": "managed", "type": sprintf("offboard_%s", [kind]),
	"change": {
		"actions": ["update"],
		"before": {"system": "okta", "person": person, "terminated": false, "access": {"g": "VPN"}, "removed": {}},
		"after": object.union({"system": "okta", "person": person, "terminated": true, "access": {}, "successor": null, "tolerate": null}, with_after),
	},
}

closing(person, approver, exceptions) := {
	"address": "offboard_case.this", "mode": "managed", "type": "offboard_case",
	"change": {"actions": ["create"], "before": null, "after": {"person": person, "approved_by": approver, "exceptions": exceptions}},
}

plan(changes) := {"format_version": "1.2", "complete": true, "errored": false, "timestamp": "2026-11-25T08:00:00Z", "resource_changes": changes}

approved := closing("jane@acme.example", "ciso@acme.example", null)

denied(changes) := judged(plan(changes), settings)

judged(all, by) := messages if {
	messages := main.deny with input as all with data.offboard as by
}

says(messages, part) if {
	some message in messages
	contains(message, part)
}

test_an_approved_exit_passes if {
	count(denied([exit("group_membership", "Jane@acme.example", {}), approved])) == 0
}

test_watching_passes if {
	count(denied([exit("group_membership", "jane@acme.example", {"terminated": false, "access": {"g": "VPN"}})])) == 0
}

test_what_moves_needs_a_successor if {
	messages := denied([exit("group_ownership", "jane@acme.example", {}), approved])
	count(messages) == 1
	says(messages, "there is no successor")
}

test_a_successor_is_enough if {
	count(denied([exit("group_ownership", "jane@acme.example", {"successor": "mei@acme.example"}), approved])) == 0
}

test_an_empty_successor_is_none if {
	says(denied([exit("delegations", "jane@acme.example", {"successor": " "}), approved]), "there is no successor")
}

test_somebody_has_to_approve if {
	says(denied([exit("group_membership", "jane@acme.example", {})]), "no offboard_case names who approved it")
	says(denied([exit("group_membership", "jane@acme.example", {}), closing("jane@acme.example", "", null)]), "no offboard_case names")
	says(denied([exit("group_membership", "jane@acme.example", {}), closing("omar@acme.example", "ciso@acme.example", null)]), "no offboard_case names")
}

test_nobody_approves_their_own_exit if {
	says(denied([exit("group_membership", "jane@acme.example", {}), closing("jane@acme.example", "Jane@acme.example", null)]), "approved their own exit")
}

test_too_many_people if {
	changes := [change |
		some name in ["a", "b", "c"]
		person := sprintf("%s@acme.example", [name])
		some change in [exit("tokens", person, {}), closing(person, "ciso@acme.example", null)]
	]
	messages := denied(changes)
	count(messages) == 1
	says(messages, "3 people leave in this plan, and 2 may")
}

test_one_person_in_many_kinds_is_one if {
	count(denied([exit("tokens", "jane@acme.example", {}), exit("keys", "JANE@acme.example", {}), exit("sessions", "jane@acme.example", {}), approved])) == 0
}

test_somebody_adopted_as_a_leaver_counts if {
	adopted := object.union(exit("tokens", "jane@acme.example", {}), {"change": {"actions": ["create"], "before": null}})
	says(denied([adopted]), "no offboard_case names")
}

test_the_protected_stay if {
	says(denied([exit("tokens", "breakglass@acme.example", {}), closing("breakglass@acme.example", "ciso@acme.example", null)]), "is protected")
}

test_an_exception_has_an_end if {
	says(denied([exit("tokens", "jane@acme.example", {"tolerate": {"t": ""}}), approved]), "has no end")
	says(denied([exit("tokens", "jane@acme.example", {"tolerate": {"t": null}}), approved]), "has no end")
	says(denied([exit("tokens", "jane@acme.example", {"tolerate": {"t": "soon"}}), approved]), "has no end")
	says(denied([closing("jane@acme.example", "ciso@acme.example", {"okta/keys": {"owner": "x", "reason": "y"}})]), "has no end")
	says(denied([closing("jane@acme.example", "ciso@acme.example", {"okta/keys": {"owner": "x", "until": null}})]), "has no end")
}

test_the_end_of_an_exception_is_near if {
	count(denied([exit("tokens", "jane@acme.example", {"tolerate": {"t": "2027-02-23T08:00:00Z"}}), approved])) == 0
	says(denied([exit("tokens", "jane@acme.example", {"tolerate": {"t": "2027-02-23T08:00:01Z"}}), approved]), "more than 90 days away")
	says(denied([closing("jane@acme.example", "ciso@acme.example", {"okta/keys": {"until": "2036-01-01T00:00:00Z"}})]), "more than 90 days away")
}

test_what_cannot_be_judged_is_denied if {
	says(judged({}, settings), "no plan JSON")
	says(judged(plan([]), {}), "no settings")
	says(judged(object.union(plan([]), {"errored": true}), settings), "ended with an error")
	says(judged(object.union(plan([]), {"complete": false}), settings), "not complete")
	hidden := exit("tokens", "jane@acme.example", {"access": null})
	says(denied([hidden, approved]), "not known before the apply")
}

test_what_returns_is_no_new_exit if {
	returned := object.union(exit("tokens", "jane@acme.example", {}), {"change": {"before": {"terminated": true, "removed": {"g": {}}}}})
	count(denied([returned])) == 0
}
