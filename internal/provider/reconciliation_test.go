package provider_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// hrOf is HR's list of everybody at Acme, as comma-separated values: of the people whose lines are given, those are.
func hrOf(lines ...string) string {
	table := "\ufeffEmail, Status,last_day,Manager,Employment_Type,shoe size\n"
	for _, person := range sandbox.Acme().People {
		line := fmt.Sprintf("%s,Active,,%s,employee,39", strings.ToUpper(person.Email), person.ManagerEmail)
		if i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, strings.ToLower(person.Email)+",") }); i >= 0 {
			line = lines[i]
		}
		table += line + "\n"
	}
	return table
}

func TestARosterIsReadFromWhateverTerraformDecodes(t *testing.T) {
	t.Parallel()
	w, second := newWorlds(t)
	second.org.SetAttribute(okta.Omar, "email", "omar@home.example")
	writes, others := w.mark(), second.mark()
	arguments := func(name, roster string, more ...string) string {
		return fmt.Sprintf("data \"offboard_reconciliation\" %q {\n  roster = %s\n  minimum = 2\n  time_zone = \"Europe/Berlin\"\n  %s\n}\n", name, roster, strings.Join(more, "\n  "))
	}
	config := "locals {\n  csv = <<EOT\n" + hrOf(okta.Jane+",terminated,2026-11-19,"+okta.Mei+",employee,") + "EOT\n}\n" +
		arguments("csv", "csvdecode(local.csv)") +
		// Types are mixed, columns are missing or more, and what is nothing is null.
		arguments("json", "jsondecode(<<EOT\n"+`[
  {"email": "`+okta.Jane+`", "status": "terminated", "last_day": "2026-11-19", "manager": null, "employment_type": 7, "remote": true, "grade": 4.5},
  {"email": "`+okta.Mei+`", "status": "active", "manager": ""}
]
EOT
)`) + arguments("yaml", "yamldecode(<<EOT\n- email: "+okta.Jane+"\n  status: terminated\n  last_day: \"2026-11-19\"\n  manager:\n  employment_type: contractor\n  since: 2020\n"+
		"- {email: "+okta.Mei+", status: active, last_day: ~, remote: no}\nEOT\n)", `systems = ["okta"]`) +
		"output \"roster\" {\n  value = data.offboard_reconciliation.csv.roster\n}\n"
	const csv = "data.offboard_reconciliation.csv"
	var checks []resource.TestCheckFunc
	for _, name := range []string{"csv", "json", "yaml"} {
		address := "data.offboard_reconciliation." + name
		checks = append(checks, expectAttribute(address, "lingering.%", "1"), expectAttribute(address, "lingering."+okta.Jane+".gone_since", "2026-11-19T23:00:00Z"),
			resource.TestCheckNoResourceAttr(address, "roster.#"))
	}
	id := second.org.UserID(okta.Jane)
	w.run(resource.TestStep{
		Config: w.config(config),
		Check: resource.ComposeAggregateTestCheckFunc(append(checks,
			expectAttribute(csv, "lingering."+okta.Jane+".accounts.%", "2"), expectAttribute(csv, "lingering."+okta.Jane+".accounts.okta/"+id+".import_id", "okta/"+okta.Jane),
			expectAttribute(csv, "lingering."+okta.Jane+".accounts.okta/"+id+".active", "true"), expectAttribute(csv, "leavers."+okta.Jane+".successor", okta.Mei),
			expectAttribute("data.offboard_reconciliation.json", "leavers."+okta.Jane+".no_successor", "HR names neither a successor nor a manager"),
			expectAttribute("data.offboard_reconciliation.yaml", "coverage.%", "1"), expectAttribute("data.offboard_reconciliation.json", "coverage.%", "2"),
		)...),
	}, resource.TestStep{
		// What YAML makes of a date without quotes is no date.
		Config:      w.config(arguments("yaml", "yamldecode(\"[{email: "+okta.Jane+", status: left, last_day: 2026-11-19, manager: , employment_type: }]\")")),
		ExpectError: only(true, `(?s)roster\s+can't\s+be\s+used.*row\s+1:.*2026-11-19T00:00:00Z.*is\s+midnight.*in\s+quotes`),
	})
	w.check("writes in Google", []string(nil), writes())
	w.check("writes in Okta", []string(nil), others())
}

func TestTheNightlyPlanTurnsWhatHRSaysIntoExitsAndGoesOnWatchingThem(t *testing.T) {
	t.Parallel()
	s := newShell(t, nil)
	s.copyLeavers()
	s.write("leavers.yaml", "{}\n")
	// HR does not know Omar, and names nobody who could succeed Jane.
	hr := strings.Replace(hrOf(okta.Jane+",terminated,2024-01-31,,employee,"), strings.ToUpper(okta.Omar)+",", "omar@elsewhere.example,", 1)
	s.write("hr.csv", hr)
	s.do(0, "init")
	s.do(0, "plan", "-detailed-exitcode")
	if writes := s.writes(); len(writes) != 0 {
		t.Fatalf("without a roster: %v", writes)
	}
	s.workspace.Env = append(s.workspace.Env, "TF_VAR_roster=hr.csv", "TF_VAR_roster_time_zone=UTC")
	s.says(s.do(1, "plan", "-no-color"), "A successor is needed")
	s.write("leavers.yaml", okta.Jane+": { successor: "+okta.Mei+" }\n")
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode", "-out=exit.tfplan"),
		`module.leaver["`+okta.Jane+`"].offboard_group_membership.this["okta"] will be updated in-place`, `(imported from "okta/`+okta.Jane+`")`, "HR does not know okta/"+s.org.UserID(okta.Omar))
	s.do(0, "apply", "exit.tfplan")
	if status := s.org.Status(okta.Jane); status != "SUSPENDED" {
		t.Errorf("she is %s", status)
	}
	// She can't sign in any more, and is watched all the same.
	s.do(0, "plan", "-detailed-exitcode")
	s.says(s.do(0, "state", "list"), `module.leaver["`+okta.Jane+`"].offboard_group_membership.this["okta"]`)
	// An export that was cut off plans nothing.
	s.write("hr.csv", strings.Join(strings.SplitAfter(hrOf(), "\n")[:6], ""))
	s.says(s.do(1, "plan", "-no-color"), "The roster can't be used", "5 people in 5 rows, and minimum is 20")
}

func TestTheExampleOfAReconciliationIsOne(t *testing.T) {
	t.Parallel()
	example, err := os.ReadFile("../../examples/data-sources/offboard_reconciliation/data-source.tf")
	if err != nil {
		t.Fatal(err)
	}
	s := newShell(t, map[string]string{
		"main.tf":    head + strings.ReplaceAll(string(example), "@acme.com", "@acme.example"),
		"roster.csv": hrOf(okta.Jane + ",terminated,2024-01-31," + okta.Mei + ",employee,"),
	})
	s.do(0, "init")
	s.says(s.do(0, "apply", "-no-color", "-auto-approve"), "Can still sign in: "+okta.Jane, `"okta/`+s.org.UserID(okta.Jane)+`"`)
	if writes := s.writes(); len(writes) != 0 {
		t.Errorf("it changes something: %v", writes)
	}
}
