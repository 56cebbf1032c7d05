package access_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

func TestAPersonIsOneBareAddressInLowerCase(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]access.Person{
		"jane@acme.example":           "jane@acme.example",
		"Jane.Doe@Acme.Example":       "jane.doe@acme.example",
		"contractor#7@acme.example":   "contractor#7@acme.example",
		"sales/emea@acme.example":     "sales/emea@acme.example",
		"o'brien+test@acme.example":   "o'brien+test@acme.example",
		"jürgen@acme.example":         "jürgen@acme.example",
		"":                            "",
		"jane":                        "",
		"jane@":                       "",
		"@acme.example":               "",
		"Jane <jane@acme.example>":    "",
		" jane@acme.example":          "",
		"jane@acme.example, bob@x.yz": "",
		"jane doe@acme.example":       "",
		`"jane doe"@acme.example`:     "",
	} {
		got, err := access.ParsePerson(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("ParsePerson(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestWhatIsAcknowledgedIsNotHeldUntilItIsMadeAnew(t *testing.T) {
	t.Parallel()
	listed := []access.Grant{
		{ID: "password", Label: "Password", Version: "tuesday"},
		{ID: "sessions", Label: "Live sign-ins", Version: "monday"},
		{ID: "g1", Label: "Engineering"},
	}
	for _, c := range []struct {
		name  string
		marks access.Marks
		want  access.Holdings
	}{
		{"nothing acknowledged", nil, access.Holdings{"password": "Password", "sessions": "Live sign-ins", "g1": "Engineering"}},
		{"both", access.Marks{"password": "tuesday", "sessions": "monday"}, access.Holdings{"g1": "Engineering"}},
		{"an older password", access.Marks{"password": "monday"},
			access.Holdings{"password": "Password", "sessions": "Live sign-ins", "g1": "Engineering"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, access.Held(listed, c.marks)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAPlanTakesEverythingButWhatIsTolerated(t *testing.T) {
	t.Parallel()
	monday := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	held := access.Holdings{"g1": "Engineering", "g2": "VPN users"}
	until := func(at time.Time) map[access.GrantID]time.Time { return map[access.GrantID]time.Time{"g2": at} }
	for _, c := range []struct {
		name         string
		intent       access.Intent
		keep, remove access.Holdings
	}{
		{"nobody leaves", access.Intent{Tolerate: until(monday)}, held, access.Holdings{}},
		{"all of it goes", access.Intent{Terminated: true}, access.Holdings{}, held},
		{"tolerated until tomorrow", access.Intent{Terminated: true, Tolerate: until(monday.AddDate(0, 0, 1))},
			access.Holdings{"g2": "VPN users"}, access.Holdings{"g1": "Engineering"}},
		{"tolerated until this very moment", access.Intent{Terminated: true, Tolerate: until(monday)}, access.Holdings{}, held},
		{"tolerated until yesterday", access.Intent{Terminated: true, Tolerate: until(monday.AddDate(0, 0, -1))}, access.Holdings{}, held},
		{"tolerating what is not held changes nothing",
			access.Intent{Terminated: true, Tolerate: map[access.GrantID]time.Time{"g9": monday.AddDate(1, 0, 0)}}, access.Holdings{}, held},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			keep, remove := c.intent.Plan(held, monday)
			if diff := cmp.Diff([]access.Holdings{c.keep, c.remove}, []access.Holdings{keep, remove}); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.remove, access.Approved(held, keep)); diff != "" {
				t.Errorf("what was planned to go is not what is approved:\n%s", diff)
			}
		})
	}
}

func TestALapsedTolerationIsOneThatEndedForSomethingStillHeld(t *testing.T) {
	t.Parallel()
	monday := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	sunday, tuesday := monday.AddDate(0, 0, -1), monday.AddDate(0, 0, 1)
	intent := access.Intent{Terminated: true, Tolerate: map[access.GrantID]time.Time{"g1": sunday, "g2": tuesday, "g3": sunday}}
	got := intent.Lapsed(access.Holdings{"g1": "Engineering", "g2": "VPN users"}, monday)
	if diff := cmp.Diff(map[access.GrantID]time.Time{"g1": sunday}, got); diff != "" {
		t.Error(diff)
	}
}

func ExampleError() {
	fmt.Println(&access.Error{
		Kind:   access.Blocked,
		Op:     "remove jane@acme.example from Domain Developers",
		Reason: "the group is imported from Active Directory",
		Fix:    "Remove her there, and import again.",
	})
	fmt.Println(&access.Error{Kind: access.Unavailable, Op: "list the groups of jane@acme.example", Reason: "503 Service Unavailable"})
	// Output:
	// remove jane@acme.example from Domain Developers: the group is imported from Active Directory. Remove her there, and import again.
	// list the groups of jane@acme.example: 503 Service Unavailable
}
