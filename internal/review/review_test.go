package review_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/review"
)

var update = flag.Bool("update", false, "write the golden files")

func options() review.Options {
	return review.Options{Kinds: provider.Reviewed(), Indirect: provider.Indirect(), MaxPeople: 10, ApprovedBy: "ciso@acme.example"}
}

func read(t *testing.T, plan string, o review.Options) *review.Review {
	t.Helper()
	found, err := review.Read(strings.NewReader(plan), o)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// The plans are real ones, of Terraform 1.11.4 and OpenTofu 1.12.6 over the sandbox: see TestAReviewSaysWhatRealPlansDo.
func TestRealPlansReadAsTheyDidBefore(t *testing.T) {
	t.Parallel()
	plans, err := filepath.Glob("testdata/*.json")
	if err != nil || len(plans) == 0 {
		t.Fatal("no plans", err)
	}
	for _, plan := range plans {
		t.Run(filepath.Base(plan), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(plan)
			if err != nil {
				t.Fatal(err)
			}
			found := read(t, string(text), options())
			for ending, got := range map[string]string{".md": found.Markdown(), ".txt": found.Text()} {
				golden := strings.TrimSuffix(plan, ".json") + ending
				if *update {
					if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("%s (- want, + got; -update writes it):\n%s", golden, diff)
				}
			}
		})
	}
}

func TestTerraformAndOpenTofuAreReadAlike(t *testing.T) {
	t.Parallel()
	var people []string
	for _, name := range []string{"exit", "tofu-exit"} {
		text, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		found := read(t, string(text), options())
		var lines []string
		for _, person := range found.People {
			lines = append(lines, fmt.Sprintln(person.Email, person.Newly, person.Adopted, person.Holds, len(person.Going)))
		}
		people = append(people, strings.Join(lines, ""))
	}
	if people[0] != people[1] {
		t.Errorf("got\n%s\nand\n%s", people[0], people[1])
	}
}

type object = map[string]any

// planOf is plan JSON with these changes, and what else is said of it.
func planOf(t testing.TB, more object, changes ...object) string {
	t.Helper()
	plan := object{"format_version": "1.2", "terraform_version": "1.11.4", "complete": true, "errored": false, "resource_changes": changes}
	maps.Copy(plan, more)
	text, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func changeOf(kind string, before, after, unknown any, actions ...string) object {
	return object{
		"address": "offboard_" + kind + ".this", "mode": "managed", "type": "offboard_" + kind,
		"change": object{"actions": actions, "before": before, "after": after, "after_unknown": unknown},
	}
}

// losing is an exit that begins, with arguments and what is said of the rows.
func losing(kind, person string, held object, with object) object {
	before := object{"system": "okta", "person": person, "terminated": false, "access": held, "removed": object{}, "notes": object{}, "stays": object{}}
	after := object{"system": "okta", "person": person, "terminated": true, "access": object{}, "notes": object{}, "stays": object{}}
	for key, value := range with {
		if slices.Contains([]string{"notes", "stays", "terminated", "removed"}, key) {
			before[key] = value
		} else {
			after[key] = value
		}
	}
	return changeOf(kind, before, after, object{"removed": true}, "update")
}

const jane = "jane.doe@acme.example"

func TestWhatNeedsASecondPairOfEyesIsSaid(t *testing.T) {
	t.Parallel()
	aCase := func(approver string, outstanding object) object {
		side := object{"person": jane, "approved_by": approver, "status": "open", "reference": "HR-1"}
		before := maps.Clone(side)
		before["outstanding"] = outstanding
		return changeOf("case", before, side, object{}, "update")
	}
	accepted := func(what, until string) []object {
		one := aCase("ciso@acme.example", object{"okta/event_hooks/who1": "Joiners to Slack"})
		change, _ := one["change"].(object)
		after, _ := change["after"].(object)
		after["exceptions"] = object{what: object{"owner": "mei@acme.example", "reason": "Takes it over.", "until": until}}
		return []object{one}
	}
	planned := object{"timestamp": "2026-11-20T09:00:00Z"}
	const outstanding = "Outstanding, and nothing in this plan takes it away (1)"
	var many []object
	for i := range 11 {
		many = append(many, losing("tokens", fmt.Sprintf("p%d@acme.example", i), object{"t": "A token"}, nil))
	}
	groups := losing("group_membership", jane, object{"g": "VPN"}, nil)
	for name, c := range map[string]struct {
		changes []object
		more    object
		adjust  func(*review.Options)
		says    string
	}{
		"nothing":                      {changes: []object{groups}},
		"many people":                  {changes: many, says: "11 people are newly terminated, and more than 10"},
		"protected here":               {changes: []object{groups}, adjust: func(o *review.Options) { o.Protected = []string{"JANE.DOE@acme.example"} }, says: "Somebody protected"},
		"protected there":              {changes: []object{groups}, more: object{"configuration": object{"provider_config": object{"x": object{"full_name": "registry.terraform.io/offboard/offboard", "expressions": object{"protected": object{"constant_value": []string{jane}}}}}}}, says: "Somebody protected"},
		"stays":                        {changes: []object{losing("group_membership", jane, object{"g": "CORP"}, object{"stays": object{"g": "Its members change in AD."}})}, says: "Will not go from here"},
		"a key in use":                 {changes: []object{losing("keys", jane, object{"k": "ci"}, object{"notes": object{"k": "CI stops working."}})}, says: "Others or programs rely on it"},
		"no successor":                 {changes: []object{losing("group_ownership", jane, object{"g": "Eng"}, nil)}, says: "there is no successor"},
		"successor":                    {changes: []object{losing("group_ownership", jane, object{"g": "Eng"}, object{"successor": "mei@acme.example"})}},
		"no approver":                  {changes: []object{groups}, adjust: func(o *review.Options) { o.ApprovedBy = "" }, says: "Nobody is named who approved it"},
		"own approver":                 {changes: []object{groups, aCase(jane, nil)}, adjust: func(o *review.Options) { o.ApprovedBy = "" }, says: "Approved by the person themselves"},
		"approver":                     {changes: []object{groups, aCase("ciso@acme.example", nil)}, adjust: func(o *review.Options) { o.ApprovedBy = "" }},
		"returned":                     {changes: []object{losing("group_membership", jane, object{"g": "VPN"}, object{"terminated": true, "removed": object{"g": object{"label": "VPN"}}})}, says: "Returned, or not gone"},
		"outstanding":                  {changes: []object{groups, aCase("ciso@acme.example", object{"okta/keys/k1": "ci (API token)", "okta/group_membership/g": "VPN"})}, says: "Outstanding, and nothing in this plan takes it away (1)"},
		"outstanding going":            {changes: []object{groups, aCase("ciso@acme.example", object{"okta/group_membership/g": "VPN"})}},
		"taken over":                   {changes: accepted("okta/event_hooks/who1", "2027-01-01T00:00:00Z"), more: planned, says: "Others or programs rely on it (1)"},
		"all taken over":               {changes: accepted("okta/event_hooks", "2027-01-01T00:00:00Z"), more: planned, says: "Others or programs rely on it (1)"},
		"another taken over":           {changes: accepted("okta/event_hooks/who2", "2027-01-01T00:00:00Z"), more: planned, says: outstanding},
		"taken over once":              {changes: accepted("okta/event_hooks/who1", "2026-11-20T08:00:00Z"), more: planned, says: outstanding},
		"taken over, whenever that is": {changes: accepted("okta/event_hooks/who1", "2027-01-01T00:00:00Z"), says: outstanding},
		"deletion":                     {changes: []object{losing("account", jane, object{"a": "jane (ACTIVE)"}, object{"disposition": "delete"})}, says: "can't be undone"},
		"stops watching":               {changes: []object{changeOf("tokens", object{"person": jane, "system": "okta", "access": object{"t": "x"}}, nil, object{}, "forget")}, says: "No longer watched, and not removed"},
		"a hold is let go":             {changes: []object{changeOf("legal_hold", object{"person": jane, "system": "google", "holds": object{"mail": "h"}}, object{"person": jane, "system": "google", "holds": object{}}, object{}, "update")}, says: "A legal hold is released"},
		"unattested":                   {changes: []object{changeOf("attestation", nil, object{"person": jane, "application": "Badges", "status": "unattested"}, object{}, "create")}, says: "Not attested"},
		"targeted":                     {changes: []object{groups}, more: object{"complete": false}, says: "The plan is not complete"},
		"deferred":                     {changes: []object{groups}, more: object{"deferred_changes": []object{{"reason": "provider_config_unknown", "resource_change": groups}}}, says: "Deferred, and so not in this plan"},
		"unknown rows":                 {changes: []object{changeOf("tokens", object{"person": jane, "system": "okta", "access": object{"t": "x"}}, object{"person": jane, "system": "okta"}, object{"access": true}, "update")}, says: "no row can be shown"},
		"somebody unknown":             {changes: []object{changeOf("tokens", nil, object{"system": "okta"}, object{"person": true}, "create")}, says: "Whom it is about is not known"},
		"an unknown kind":              {changes: []object{losing("badges", jane, object{"b": "Door"}, nil)}, says: "Not known to this version"},
		"an unknown action":            {changes: []object{changeOf("tokens", object{"person": jane, "access": object{}}, object{"person": jane, "access": object{}}, object{}, "update", "abandon")}, says: "Not known to this version"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options()
			if c.adjust != nil {
				c.adjust(&o)
			}
			found := read(t, planOf(t, c.more, c.changes...), o)
			if found.Second() != (c.says != "") || found.Blind != "" {
				t.Errorf("needs a second look: %v, blind: %q", found.Second(), found.Blind)
			}
			if out := found.Text(); !strings.Contains(out, c.says) {
				t.Errorf("nothing says %q:\n%s", c.says, out)
			}
		})
	}
}

func TestARemovalIsARemovalAndAnAdoptionIsNone(t *testing.T) {
	t.Parallel()
	held := object{"t": "A token"}
	before := object{"person": jane, "system": "okta", "access": held, "terminated": true}
	fresh := object{"person": jane, "system": "okta", "terminated": true}
	for name, c := range map[string]struct {
		change                    object
		going, adopted, unwatched int
	}{
		"update":                 {losing("tokens", jane, held, nil), 1, 0, 0},
		"create":                 {changeOf("tokens", nil, fresh, object{"access": true}, "create"), 0, 1, 0},
		"delete":                 {changeOf("tokens", before, nil, object{}, "delete"), 0, 0, 1},
		"forget":                 {changeOf("tokens", before, nil, object{}, "forget"), 0, 0, 1},
		"replace":                {changeOf("tokens", before, fresh, object{"access": true}, "delete", "create"), 0, 1, 1},
		"replace, created first": {changeOf("tokens", before, fresh, object{"access": true}, "create", "delete"), 0, 1, 1},
		"replace, forgotten":     {changeOf("tokens", before, fresh, object{"access": true}, "create", "forget"), 0, 1, 1},
		"no-op":                  {changeOf("tokens", before, before, object{}, "no-op"), 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := read(t, planOf(t, nil, c.change), options()).People[0]
			if len(p.Going) != c.going || len(p.Adopted) != c.adopted || len(p.Forgotten) != c.unwatched {
				t.Errorf("got %+v", p)
			}
		})
	}
}

func TestWhatIsNoPlanIsAnErrorAndNeverInOrder(t *testing.T) {
	t.Parallel()
	whole := planOf(t, nil, losing("tokens", jane, object{"t": "x"}, nil))
	for name, c := range map[string]struct{ text, says string }{
		"nothing":             {"", "nothing on standard input"},
		"white space":         {" \n", "nothing on standard input"},
		"cut short":           {whole[:len(whole)/2], "cut short"},
		"a plan for people":   {"Terraform will perform the following actions:", "not JSON"},
		"a log":               {`{"@level":"info"}` + "\n" + `{"@level":"info"}`, "more than one JSON document"},
		"an array":            {"[]", "not plan JSON"},
		"null":                {"null", "no format_version"},
		"no version":          {"{}", "no format_version"},
		"a newer format":      {`{"format_version":"2.0"}`, `format "2.0"`},
		"a state":             {`{"format_version":"1.0","values":{"root_module":{}}}`, "JSON of a state"},
		"access of numbers":   {planOf(t, nil, losing("tokens", jane, object{"t": 1}, nil)), "not as this version"},
		"access missing":      {planOf(t, nil, changeOf("tokens", object{"person": jane}, object{"person": jane}, object{}, "update")), "has no access"},
		"no actions":          {planOf(t, nil, changeOf("tokens", nil, object{"person": jane}, object{})), "no actions"},
		"an update of naught": {planOf(t, nil, changeOf("tokens", nil, object{"person": jane, "access": object{}}, object{}, "update")), "not there before"},
		"nothing comes of it": {planOf(t, nil, changeOf("tokens", object{"person": jane, "access": object{}}, nil, object{}, "update")), "nothing of what comes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := review.Read(strings.NewReader(c.text), options()); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
	for name, text := range map[string]string{
		"no resource of ours": planOf(t, nil, object{"address": "null_resource.x", "mode": "managed", "type": "null_resource", "change": object{"actions": []string{"create"}}}),
		"nothing at all":      planOf(t, nil),
		"errored":             planOf(t, object{"errored": true}, losing("tokens", jane, object{"t": "x"}, nil)),
	} {
		found := read(t, text, options())
		if found.Blind == "" || !strings.Contains(found.Markdown(), "can't be judged") {
			t.Errorf("%s is taken for in order:\n%s", name, found.Markdown())
		}
	}
	read(t, "\xef\xbb\xbf"+whole, options())
}

const hostile = "</details>`|**x** <script>\n\r# @acme/security www.evil.example https://evil.example [a](b) \u202etxt\x1b[31m\u2028#12 \x00"

func TestNobodysNameBreaksOut(t *testing.T) {
	t.Parallel()
	found := read(t, planOf(t, nil, losing("group_ownership", hostile+"@x", object{hostile: hostile}, object{
		"notes": object{hostile: hostile}, "stays": object{hostile: hostile}, "successor": hostile, "system": hostile,
	}), losing(hostile, jane, object{"x": hostile}, nil)), options())
	markdown, text := found.Markdown(), found.Text()
	for _, bad := range []string{"</details>`", "`", "<script", "**x", "@acme", " #", "www.", "https:", "[a]", "\u202e", "\u2028", "\x1b", "\r", "\x00"} {
		if clean := strings.ReplaceAll(markdown, "\n### ", "\n"); strings.Contains(strings.TrimPrefix(clean, "### "), bad) && bad != "`" {
			t.Errorf("the Markdown has %q:\n%s", bad, markdown)
		}
	}
	if got, want := strings.Count(markdown, "</details>"), strings.Count(markdown, "<details>"); got != want {
		t.Errorf("%d folds begin and %d end", want, got)
	}
	for _, bad := range []string{"\u202e", "\u2028", "\x1b", "\r", "\x00"} {
		if strings.Contains(text, bad) {
			t.Errorf("the text has %q:\n%s", bad, text)
		}
	}
}

func TestAReviewNeverTakesMoreThanItsLimitAndCountsWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2)) // The same plans every time.
	letters := []string{"a", "é", "漢", "🙂", "@", "|", "\u202e", "\n", "<", "."}
	word := func(most int) string {
		var out strings.Builder
		for range random.IntN(most) + 1 {
			out.WriteString(letters[random.IntN(len(letters))])
		}
		return out.String()
	}
	for round := range 12 {
		people, rows, most := random.IntN(300)+1, random.IntN(40)+1, random.IntN(900)+1
		said := []string{word(most), word(most), word(most), "short"}
		var changes []object
		for i := range people {
			held, remarks := object{}, object{}
			for j := range rows {
				id := fmt.Sprint(j)
				held[id], remarks[id] = said[random.IntN(len(said))], said[random.IntN(len(said))]
			}
			changes = append(changes, losing("delegations", fmt.Sprintf("%d%s@x", i, word(60)), held, object{"notes": remarks, "stays": remarks, "successor": word(60)}))
		}
		found := read(t, planOf(t, nil, changes...), options())
		for _, out := range []string{found.Markdown(), found.Text()} {
			if len(out) > review.Limit || !utf8.ValidString(out) {
				t.Errorf("round %d: %d people with %d rows take %d bytes, valid UTF-8: %v", round, people, rows, len(out), utf8.ValidString(out))
			}
			if people*rows > 4000 && !strings.Contains(out, "TRUNCATED:") {
				t.Errorf("round %d: nothing says that something is left out", round)
			}
		}
	}
}

func TestEverybodyIsNamedAsLongAsThatFits(t *testing.T) {
	t.Parallel()
	var changes []object
	for i := range 250 {
		held := object{}
		for j := range i + 1 {
			held[fmt.Sprint(j)] = fmt.Sprintf("group %d of a name that is not short", j)
		}
		changes = append(changes, losing("group_membership", fmt.Sprintf("person-%03d@acme.example", i), held, nil))
	}
	out := read(t, planOf(t, nil, changes...), options()).Markdown()
	for i := range 250 {
		if name := fmt.Sprintf("person-%03d", i); !strings.Contains(out, name) {
			t.Errorf("%s is not named", name)
		}
	}
	if !strings.Contains(out, "TRUNCATED:") || !strings.Contains(out, "who lose") || strings.Index(out, "person-249") > strings.Index(out, "person-100") {
		t.Errorf("not as expected:\n%.3000s", out)
	}
}

func TestWhatSomebodyAcceptsIsNotOutstandingAndWhatIsIndirectNeedsASecondLook(t *testing.T) {
	t.Parallel()
	until := object{"owner": "sam@acme.example", "reason": "Taken over.", "until": "2027-01-01T00:00:00Z"}
	found := read(t, planOf(t, object{"timestamp": "2026-11-20T09:00:00Z"}, changeOf("case",
		object{"person": jane, "outstanding": object{"okta/event_hooks/w1": "Joiners", "okta/keys/k": "ci", "okta/devices/d": "laptop"}},
		object{"person": jane, "approved_by": "ciso@acme.example", "exceptions": object{"okta/event_hooks/w1": until, "okta/devices": until}},
		object{}, "update")), options())
	open := found.People[0].Cases[0]
	if diff := cmp.Diff(map[string]string{"okta/keys/k": "ci"}, open.Open); diff != "" {
		t.Error(diff)
	}
	text := found.Text()
	for _, said := range []string{"waived: Joiners, okta/event_hooks/w1 until 2027-01-01T00:00:00Z, by sam@acme.example", "Others or programs rely on it (1): Joiners, of " + jane} {
		if !strings.Contains(text, said) {
			t.Errorf("%q is not said in:\n%s", said, text)
		}
	}
}

func FuzzReviews(f *testing.F) {
	// Small ones: a fuzzer that starts from the real plans, of 50 kB each, gets nowhere.
	for _, change := range []object{
		losing("keys", hostile, object{"k": hostile}, object{"notes": object{"k": hostile}, "successor": hostile}),
		losing("group_ownership", jane, object{"g": "Eng"}, object{"stays": object{"g": "No."}, "terminated": true, "removed": object{"g": object{}}}),
		changeOf("case", object{"person": jane, "outstanding": object{"okta/keys/k": "ci"}}, object{"person": jane, "approved_by": "x", "exceptions": object{"a": object{"until": "x"}}}, object{}, "update"),
		changeOf("legal_hold", object{"person": jane, "holds": object{"mail": "h"}}, object{"person": jane, "holds": object{"chat": "h"}}, object{}, "update"),
		changeOf("tokens", object{"person": jane, "access": object{"t": "x"}}, nil, object{}, "forget"),
	} {
		f.Add([]byte(planOf(f, nil, change)))
	}
	f.Add([]byte(`{"format_version":"1.2","resource_changes":[{"type":"offboard_keys","change":{"actions":["update"],"before":{"access":{"a":"b"}},"after":null}}]}`))
	f.Add([]byte(`{"format_version":"1.2","resource_changes":[null,{}]}`))
	kinds := provider.Reviewed()
	f.Fuzz(func(t *testing.T, text []byte) {
		found, err := review.Read(strings.NewReader(string(text)), review.Options{Kinds: kinds})
		if err != nil {
			return
		}
		markdown, plain := found.Markdown(), found.Text()
		if strings.Count(markdown, "<details>") != strings.Count(markdown, "</details>") {
			t.Errorf("a name breaks out of:\n%s", markdown)
		}
		for _, out := range []string{markdown, plain} {
			if len(out) > review.Limit || strings.ContainsAny(out, "\x1b\x00\r\u202e") {
				t.Errorf("%d bytes:\n%s", len(out), out)
			}
		}
	})
}

func TestTheKindsOfAnApplicationCountToo(t *testing.T) {
	t.Parallel()
	out := read(t, planOf(t, nil,
		changeOf("account", object{"person": jane, "system": "slack", "access": object{"a": "An account"}},
			object{"person": jane, "system": "slack", "access": object{}, "terminated": true}, object{}, "update"),
	), options()).Text()
	if want := "no resource in slack: group membership, role assignments, app assignments"; !strings.Contains(out, want) {
		t.Errorf("nothing says %q:\n%s", want, out)
	}
}
