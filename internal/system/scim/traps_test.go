package scim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxscim "github.com/offboard/terraform-provider-offboard/internal/sandbox/scim"
	"github.com/offboard/terraform-provider-offboard/internal/system/scim"
)

// What servers do that the standard does not have, and what must not come of it: the wrong person, or nobody where there is
// somebody.

const stranger = "nobody.here@acme.example"

// misbehaving has pages of 7, so that a list of everybody has several.
func misbehaving(t *testing.T, dialect sandboxscim.Dialect) *world {
	t.Helper()
	return newMisbehavingWorld(t, "generic", sandboxscim.HandlerOptions{PageSize: 7, Dialect: dialect})
}

func TestAFilterThatDoesNotWorkFindsTheRightPersonAllTheSame(t *testing.T) {
	t.Parallel()
	for name, dialect := range map[string]sandboxscim.Dialect{
		"ignored":                         {FilterIgnored: true},
		"answered with somebody else":     {FilterFindsAnother: true},
		"refused":                         {Filters: []string{}},
		"refused, and answered as 200":    {Filters: []string{"userName"}, UnknownFilterIsNobody: true},
		"answered with nobody":            {Filters: []string{}, UnknownFilterIsNobody: true},
		"refused by a media type of JSON": {Filters: []string{}, Media: "application/json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := misbehaving(t, dialect)
			account, err := w.scim.Find(t.Context(), sandboxscim.Jane)
			if err != nil || account.ID != w.id(sandboxscim.Jane) {
				t.Errorf("found %v, %v", account, err)
			}
			if _, err := w.scim.Find(t.Context(), stranger); access.KindOf(err) != access.NotFound {
				t.Errorf("of a stranger: %v", err)
			}
		})
	}
}

func TestAListThatIsNotWholeProvesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		dialect sandboxscim.Dialect
		says    string
	}{
		"pages from 0":                {sandboxscim.Dialect{FromZero: true}, "entries of the 40"},
		"every page is the first":     {sandboxscim.Dialect{StartIgnored: true}, "repeat"},
		"pages that overlap":          {sandboxscim.Dialect{Repeats: true}, "repeat"},
		"a total that is too large":   {sandboxscim.Dialect{TotalOff: 3}, "40 entries of the 43"},
		"a total that is too small":   {sandboxscim.Dialect{TotalOff: -39}, "7 entries of the 1"},
		"a total of the page alone":   {sandboxscim.Dialect{TotalOfPage: true}, "more than the 7"},
		"a total of some whole pages": {sandboxscim.Dialect{TotalOff: -5}, "more than the 35"},
		"a list that shrinks":         {sandboxscim.Dialect{Shrinks: true}, "39 entries, and then of 38"},
		"ids that change each time":   {sandboxscim.Dialect{Restless: true}, ""},
		"a list said to be of nobody": {sandboxscim.Dialect{TotalOff: -40}, "7 entries of the 0"},
		"an error with 200":           {sandboxscim.Dialect{ErrorsAre200: true, Filters: []string{}}, ""},
		"another media type":          {sandboxscim.Dialect{Media: "text/html"}, ""},
		"a list that is one example":  {sandboxscim.Dialect{Sample: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := misbehaving(t, c.dialect)
			if roll, err := w.scim.Roll(t.Context()); err == nil && c.says != "" || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("the roll has %d entries, and the error is %v, which does not say %q", len(roll), err, c.says)
			}
			// Without a whole list all rests on the filters. These find somebody who is known to be there, and so are believed.
			proven := c.says != ""
			if _, err := w.scim.Find(t.Context(), stranger); err == nil || proven != (access.KindOf(err) == access.NotFound) && name != "an error with 200" &&
				name != "a list that is one example" && name != "ids that change each time" {
				t.Errorf("of a stranger: %v", err)
			}
		})
	}
}

func TestAPageSizeThatIsIgnoredIsNoMatter(t *testing.T) {
	t.Parallel()
	w := misbehaving(t, sandboxscim.Dialect{CountIgnored: true})
	roll, err := w.scim.Roll(t.Context())
	if err != nil || len(roll) != len(sandbox.Acme().People) {
		t.Errorf("%d entries, %v", len(roll), err)
	}
}

// The combination that makes a false clean: a filter that is answered 200 with nobody, and a list that is not whole.
func TestNobodyIsMissingWhereNeitherTheListNorTheFilterCanBeBelieved(t *testing.T) {
	t.Parallel()
	for name, dialect := range map[string]sandboxscim.Dialect{
		"an unknown filter is nobody, and pages begin at 0":         {Filters: []string{}, UnknownFilterIsNobody: true, FromZero: true},
		"an unknown filter is nobody, and pages repeat":             {Filters: []string{}, UnknownFilterIsNobody: true, StartIgnored: true},
		"one filter works and the other is nobody, and pages begin": {Filters: []string{"userName"}, UnknownFilterIsNobody: true, FromZero: true},
		"a filter is ignored, and the total is wrong":               {FilterIgnored: true, TotalOff: 2},
		"a filter finds another, and every page is the first":       {FilterFindsAnother: true, StartIgnored: true},
		"everything is an error with 200":                           {ErrorsAre200: true, Filters: []string{}, FromZero: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := misbehaving(t, dialect)
			for _, person := range []access.Person{stranger, sandboxscim.Jane} {
				account, err := w.scim.Find(t.Context(), person)
				switch kind := access.KindOf(err); {
				case err == nil && account.ID != w.id(sandboxscim.Jane):
					t.Errorf("%s was taken for %v", person, account)
				case kind == access.NotFound:
					t.Errorf("%s was taken to be missing: %v", person, err)
				case err != nil && kind != access.Malformed:
					t.Errorf("%s: %v", person, err)
				}
			}
		})
	}
}

func TestSnowflakesSampleIsNobody(t *testing.T) {
	t.Parallel()
	w := newMisbehavingWorld(t, "snowflake", sandboxscim.HandlerOptions{Dialect: sandboxscim.Dialects["snowflake"]})
	if _, err := w.scim.Find(t.Context(), stranger); access.KindOf(err) == access.NotFound || err == nil {
		t.Errorf("without a control: %v", err)
	}
	if _, err := w.scim.Get(t.Context(), "gone"); access.KindOf(err) == access.NotFound || err == nil {
		t.Errorf("without a control, by an id: %v", err)
	}
	w.connect(t, "snowflake", func(c *scim.Config) { c.Control = sandboxscim.TokenOwner })
	if _, err := w.scim.Find(t.Context(), stranger); access.KindOf(err) != access.Denied || !strings.Contains(err.Error(), "no filter by address") {
		t.Errorf("with a control: %v", err)
	}
	if _, err := w.scim.Get(t.Context(), "gone"); access.KindOf(err) != access.NotFound {
		t.Errorf("with a control, by an id: %v", err)
	}
	if account, err := w.scim.Get(t.Context(), w.id(sandboxscim.Jane)); err != nil || account.ID != w.id(sandboxscim.Jane) {
		t.Errorf("Jane is %v, %v", account, err)
	}
	w.connect(t, "snowflake", func(c *scim.Config) { c.Control = stranger })
	if _, err := w.scim.Find(t.Context(), stranger); access.KindOf(err) != access.Denied {
		t.Errorf("with a control that is not there: %v", err)
	}
}

func TestIdsThatChangeAreNoAbsence(t *testing.T) {
	t.Parallel()
	restless := sandboxscim.Dialect{Restless: true}
	if _, err := misbehaving(t, restless).scim.Find(t.Context(), sandboxscim.Jane); access.KindOf(err) != access.Blocked {
		t.Errorf("found by two filters under two ids: %v", err)
	}
	w := newMisbehavingWorld(t, "zoom", sandboxscim.HandlerOptions{Dialect: restless})
	account, err := w.scim.Find(t.Context(), sandboxscim.Jane)
	if err != nil {
		t.Fatal(err)
	}
	for name, connector := range map[string]access.Connector{
		"account": scim.Account(w.scim), "groups": scim.GroupMembership(w.scim), "roles": scim.RoleAssignments(w.scim),
	} {
		if listed, err := connector.List(t.Context(), account.ID); access.KindOf(err) != access.Malformed {
			t.Errorf("%s: %v, %v", name, listed, err)
		}
	}
	if _, err := disposed(t, w, access.Suspend).Remove(t.Context(), account.ID, access.GrantID(account.ID)); access.KindOf(err) != access.Malformed || !w.app.Active(sandboxscim.Jane) {
		t.Errorf("removed: %v", err)
	}
}

func TestAnAddressOfTwoAccountsIsNotGuessedAt(t *testing.T) {
	t.Parallel()
	for _, dialect := range []sandboxscim.Dialect{{}, {FilterIgnored: true}, {Filters: []string{"userName"}}} {
		w := misbehaving(t, dialect)
		_, err := w.scim.Find(t.Context(), sandboxscim.Shared)
		if access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), w.app.UserID("kofi.mensah@acme.example")) {
			t.Errorf("%+v: %v", dialect, err)
		}
	}
}

func TestSomebodyIsFoundByTheAddressForWorkAndNotByAPrivateOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "generic", sandboxscim.HandlerOptions{})
	w.app.Rename(sandboxscim.Jane, "jdoe")
	if account, err := w.scim.Find(t.Context(), sandboxscim.Jane); err != nil || account.ID != w.id(sandboxscim.Jane) || !slices.Contains(account.Names, "jdoe") {
		t.Errorf("by the address for work: %v, %v", account, err)
	}
	if account, err := w.scim.Find(t.Context(), sandboxscim.Private); access.KindOf(err) != access.NotFound {
		t.Errorf("by the private one: %v, %v", account, err)
	}
}

func TestWhatIsInAnAddressDoesNotChangeAFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "generic", sandboxscim.HandlerOptions{})
	for _, person := range []access.Person{`a"b@acme.example`, `a\@acme.example`, `x" or userName eq "jane.doe@acme.example`, "o'brien+x@acme.example", "sales/emea@acme.example", "contractor#7@acme.example"} {
		account, err := w.scim.Find(t.Context(), person)
		if known := strings.HasPrefix(string(person), "sales") || strings.HasPrefix(string(person), "contractor"); known != (err == nil) || err != nil && access.KindOf(err) != access.NotFound {
			t.Errorf("%s is %v, %v", person, account, err)
		}
	}
}

func TestWhatIsNotAnIDNeverReachesAnotherPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "generic", sandboxscim.HandlerOptions{})
	for _, id := range []access.AccountID{"", ".", ".."} {
		if _, err := w.scim.Get(t.Context(), id); access.KindOf(err) != access.Blocked {
			t.Errorf("%q: %v", id, err)
		}
	}
	w = misbehaving(t, sandboxscim.Dialect{})
	for _, id := range []access.AccountID{"../Groups", "a/b", "a?filter=x", "a#b"} {
		if account, err := w.scim.Get(t.Context(), id); err == nil {
			t.Errorf("%q: %v", id, account)
		}
	}
	for _, request := range w.server.Requests() {
		if strings.HasPrefix(request.Path, sandboxscim.Base+"/Groups") {
			t.Errorf("asked for %s", request.Path)
		}
	}
}

func TestGroupsThatShowNoMembersAreNotNoMemberships(t *testing.T) {
	t.Parallel()
	w := misbehaving(t, sandboxscim.Dialect{NoMembers: true, NoGroups: true})
	listed, err := scim.GroupMembership(w.scim).List(t.Context(), w.id(sandboxscim.Jane))
	if access.KindOf(err) != access.Denied || !strings.Contains(err.Error(), "not one member") {
		t.Errorf("%v, %v", listed, err)
	}
	w.app.ClearGroups()
	if listed, err := scim.GroupMembership(w.scim).List(t.Context(), w.id(sandboxscim.Jane)); err != nil || len(listed) != 0 {
		t.Errorf("without groups: %v, %v", listed, err)
	}
}

// A vendor's filter for members is believed if it finds somebody, and nobody who does not exist.
func TestAFilterForMembersThatDoesNotWorkIsNotNoMemberships(t *testing.T) {
	t.Parallel()
	for name, dialect := range map[string]sandboxscim.Dialect{
		"answered with nobody": {NoMembers: true, NoGroups: true, Cursors: true, Filters: []string{"userName", "id"}, UnknownFilterIsNobody: true},
		"ignored":              {NoMembers: true, NoGroups: true, Cursors: true, FilterIgnored: true},
		"refused":              {NoMembers: true, NoGroups: true, Cursors: true, Filters: []string{"userName"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newMisbehavingWorld(t, "aws", sandboxscim.HandlerOptions{Dialect: dialect})
			if listed, err := scim.GroupMembership(w.scim).List(t.Context(), w.id(sandboxscim.Jane)); err == nil {
				t.Errorf("listed %v", listed)
			}
		})
	}
}

// A server whose ids are strings here and numbers there, or whose members are references, has members all the same.
func TestAMemberIsOneHoweverTheServerWritesItsID(t *testing.T) {
	t.Parallel()
	for name, dialect := range map[string]sandboxscim.Dialect{
		"as a number":    {MembersNumbered: true, NoGroups: true},
		"as a reference": {MembersBare: true, NoGroups: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := misbehaving(t, dialect)
			w.app.Renumber(sandboxscim.Jane, "9007199254740993")
			if listed, err := scim.GroupMembership(w.scim).List(t.Context(), w.id(sandboxscim.Jane)); err != nil || len(listed) != 3 {
				t.Errorf("%v, %v", listed, err)
			}
		})
	}
}

func TestSomebodyInNoGroupHasNone(t *testing.T) {
	t.Parallel()
	for name, dialect := range map[string]sandboxscim.Dialect{"": {}, "members alone": {NoGroups: true}, "groups alone": {NoMembers: true}} {
		w := misbehaving(t, dialect)
		if listed, err := scim.GroupMembership(w.scim).List(t.Context(), w.id(sandboxscim.Nobody)); err != nil || len(listed) != 0 {
			t.Errorf("%s: %v, %v", name, listed, err)
		}
	}
}

func TestAGroupThatIsThereThroughAnotherGoesWithIt(t *testing.T) {
	t.Parallel()
	for name, dialect := range map[string]sandboxscim.Dialect{"": {}, "members alone": {NoGroups: true}, "groups alone": {NoMembers: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := misbehaving(t, dialect)
			w.app.Nest("Engineering", "Everyone in the field")
			groups, jane := scim.GroupMembership(w.scim), w.id(sandboxscim.Jane)
			listed, err := groups.List(t.Context(), jane)
			var nested access.Grant
			for _, grant := range listed {
				if grant.ID == w.groupID("Everyone in the field") {
					nested = grant
				}
			}
			if err != nil || nested.Stays == nil || !strings.Contains(nested.Label, "via group: ") {
				t.Fatalf("%v, %v", listed, err)
			}
			out := access.Exit{Connector: groups, Account: jane, Clock: w.clock}.Run(t.Context(), access.Held(listed, nil), access.Held(listed, nil), nil)
			if !out.Clean() || len(out.Removed) != 4 {
				t.Errorf("removed %v, left %v, %v", out.Removed, out.Left, out.Unverified)
			}
		})
	}
}

func TestARemovalThatEmptiesTheGroupIsAnAlarmThatNamesWhoIsMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		profile string
		dialect sandboxscim.Dialect
	}{
		"the path is not read":           {"generic", sandboxscim.Dialect{PathFilterWipes: true}},
		"Slack's form, elsewhere":        {"slack", sandboxscim.Dialect{RemoveMembers: sandboxscim.All}},
		"the path is not read, with lag": {"generic", sandboxscim.Dialect{PathFilterWipes: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := sandboxscim.HandlerOptions{Dialect: c.dialect}
			if strings.Contains(name, "lag") {
				options.Lag = 2
			}
			w := newMisbehavingWorld(t, c.profile, options)
			groups, jane := scim.GroupMembership(w.scim), w.id(sandboxscim.Jane)
			listed, err := groups.List(t.Context(), jane)
			if err != nil {
				t.Fatal(err)
			}
			before := len(w.app.Members("Leads")) + len(w.app.Members("On-call")) + len(w.app.Members("Engineering"))
			held := access.Held(listed, nil)
			out := access.Exit{Connector: groups, Account: jane, Clock: w.clock}.Run(t.Context(), held, held, nil)
			said := fmt.Sprint(out.Unverified)
			if out.Clean() || !strings.Contains(said, "others are gone after the removal of jane.doe@acme.example") || !strings.Contains(said, w.app.UserID(sandboxscim.Mei)) {
				t.Errorf("clean: %v, and said %s", out.Clean(), said)
			}
			emptied := 0
			for _, group := range []string{"Leads", "On-call", "Engineering"} {
				if len(w.app.Members(group)) == 0 {
					emptied++
				}
			}
			if emptied != 1 {
				t.Errorf("%d groups were emptied, of %d members: the first should have been the last", emptied, before)
			}
		})
	}
}

func TestEntrasFormIsSentOnlyWhereItIsKnownToMeanOne(t *testing.T) {
	t.Parallel()
	for _, profile := range scim.Profiles() {
		if profile == "slack" || profile == "aws" {
			continue
		}
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newMisbehavingWorld(t, profile, sandboxscim.HandlerOptions{Dialect: sandboxscim.Dialects[profile]})
			groups, jane := scim.GroupMembership(w.scim), w.id(sandboxscim.Jane)
			if _, err := groups.Remove(t.Context(), jane, w.groupID("On-call")); err != nil {
				t.Fatal(err)
			}
			if members := w.app.Members("On-call"); len(members) != 2 || slices.Contains(members, string(jane)) {
				t.Errorf("On-call has %v", members)
			}
		})
	}
}

func TestInactiveThatWasOnlySaidIsNotDone(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(http.ResponseWriter, *http.Request, http.Handler){
		"answered, and not done":       nil,
		"200 and an error in the body": sandbox.Status(http.StatusOK, refused(http.StatusForbidden, "Not permitted.")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := misbehaving(t, sandboxscim.Dialect{Inactive: sandboxscim.Nothing})
			if do != nil {
				w.server.Inject(sandbox.Fault{Match: sandbox.Method(http.MethodPatch), Do: do})
			}
			account, jane := disposed(t, w, access.Deactivate), w.id(sandboxscim.Jane)
			listed, err := account.List(t.Context(), jane)
			if err != nil {
				t.Fatal(err)
			}
			held := access.Held(listed, nil)
			out := access.Exit{Connector: account, Account: jane, Clock: w.clock}.Run(t.Context(), held, held, nil)
			if out.Clean() || len(out.Held) != 1 || len(out.Removed) != 0 {
				t.Errorf("held %v, removed %v", out.Held, out.Removed)
			}
		})
	}
}

func disposed(t *testing.T, w *world, d access.Disposition) access.Connector {
	t.Helper()
	disposer, ok := scim.Account(w.scim).(access.Disposer)
	if !ok {
		t.Fatal("not a Disposer")
	}
	connector, has := disposer.Dispose(d)
	if !has {
		t.Fatalf("there is no %s", d)
	}
	return connector
}

func TestARemovalOfWhichNobodyKnowsWhatBecameIsLookedAt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "generic", sandboxscim.HandlerOptions{})
	w.server.Inject(sandbox.Fault{Match: sandbox.Method(http.MethodPatch), Do: sandbox.DoneButStatus(http.StatusBadGateway)})
	groups, jane := scim.GroupMembership(w.scim), w.id(sandboxscim.Jane)
	listed, err := groups.List(t.Context(), jane)
	if err != nil {
		t.Fatal(err)
	}
	held := access.Held(listed, nil)
	one := access.Holdings{w.groupID("On-call"): held[w.groupID("On-call")]}
	out := access.Exit{Connector: groups, Account: jane, Clock: w.clock}.Run(t.Context(), held, one, nil)
	if !out.Clean() || len(w.app.Members("On-call")) != 2 {
		t.Errorf("left %v, On-call has %v", out.Left, w.app.Members("On-call"))
	}
}

func TestAServerThatTakesOnlyPlainJSONGetsIt(t *testing.T) {
	t.Parallel()
	w := misbehaving(t, sandboxscim.Dialect{OnlyJSON: true, Media: "application/json"})
	account, jane := disposed(t, w, access.Deactivate), w.id(sandboxscim.Jane)
	if _, err := account.Remove(t.Context(), jane, access.GrantID(jane)); err != nil || w.app.Active(sandboxscim.Jane) {
		t.Errorf("%v, active: %v", err, w.app.Active(sandboxscim.Jane))
	}
}

func TestSomebodyElsesChangeInBetweenIsNotOverwritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "generic", sandboxscim.HandlerOptions{Dialect: sandboxscim.Dialect{ETags: true, NoPatch: true}})
	w.server.Inject(sandbox.Fault{Match: sandbox.Method(http.MethodPut), Times: 1, Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		w.app.AddToGroup("erik.lund@acme.example", "On-call")
		next.ServeHTTP(rw, r)
	}})
	if _, err := scim.GroupMembership(w.scim).Remove(t.Context(), w.id(sandboxscim.Jane), w.groupID("On-call")); err != nil {
		t.Fatal(err)
	}
	if members := w.app.Members("On-call"); len(members) != 3 || !slices.Contains(members, w.app.UserID("erik.lund@acme.example")) {
		t.Errorf("On-call has %v", members)
	}
}

func TestTheTokenIsNeverInAnError(t *testing.T) {
	t.Parallel()
	w := misbehaving(t, sandboxscim.Dialect{})
	w.server.Inject(sandbox.Fault{Do: sandbox.Status(http.StatusBadRequest, `{"detail":"bad token `+sandboxscim.Token+`"}`)})
	_, err := w.scim.Get(t.Context(), w.id(sandboxscim.Jane))
	if err == nil || strings.Contains(err.Error(), sandboxscim.Token) {
		t.Errorf("said: %v", err)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	w := misbehaving(t, sandboxscim.Dialect{})
	w.server.Inject(sandbox.Fault{Do: func(rw http.ResponseWriter, _ *http.Request, _ http.Handler) {
		rw.Header().Set("Location", "https://elsewhere.example/")
		rw.WriteHeader(http.StatusTemporaryRedirect)
	}})
	if _, err := w.scim.Get(t.Context(), w.id(sandboxscim.Jane)); access.KindOf(err) != access.Malformed {
		t.Errorf("%v", err)
	}
}

// A vendor has other names for people than their addresses, and two accounts for some of them.
func TestASecondAccountIsFoundThoughAFilterFindsTheFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		profile string
		dialect sandboxscim.Dialect
	}{
		"people are found by userName alone":        {"zoom", sandboxscim.Dialects["zoom"]},
		"the filter for addresses is always nobody": {"generic", sandboxscim.Dialect{Filters: []string{"userName"}, UnknownFilterIsNobody: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newMisbehavingWorld(t, c.profile, sandboxscim.HandlerOptions{PageSize: 7, Dialect: c.dialect})
			w.app.Provision("jane-adm", sandboxscim.Jane)
			if account, err := w.scim.Find(t.Context(), sandboxscim.Jane); access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "jane-adm") {
				t.Errorf("found %v, %v", account, err)
			}
		})
	}
}

// Where there is no list, and no filter by address, whoever has another userName can't be seen.
func TestNobodyIsMissingWhereOnlyUserNamesCanBeLookedFor(t *testing.T) {
	t.Parallel()
	w := newMisbehavingWorld(t, "snowflake", sandboxscim.HandlerOptions{Dialect: sandboxscim.Dialects["snowflake"]})
	w.connect(t, "snowflake", func(c *scim.Config) { c.Control = sandboxscim.TokenOwner })
	w.app.Rename(sandboxscim.Jane, "jdoe")
	if account, err := w.scim.Find(t.Context(), sandboxscim.Jane); access.KindOf(err) != access.Denied || !strings.Contains(err.Error(), `account = "<id>"`) {
		t.Errorf("found %v, %v", account, err)
	}
	w.app.Rename(sandboxscim.Jane, sandboxscim.Jane)
	w.app.Provision("jane-adm", sandboxscim.Jane)
	w.connect(t, "snowflake", func(c *scim.Config) { c.Control = sandboxscim.TokenOwner })
	if account, err := w.scim.Find(t.Context(), sandboxscim.Jane); access.KindOf(err) != access.Denied || !strings.Contains(err.Error(), w.app.UserID(sandboxscim.Jane)) {
		t.Errorf("found %v, %v", account, err)
	}
}

// A group that shows some of its members shows nobody who is not among them.
func TestAMemberWhomABigGroupDoesNotShowIsFoundAndTakenOut(t *testing.T) {
	t.Parallel()
	w := misbehaving(t, sandboxscim.Dialect{MembersMost: 2, NoGroups: true})
	w.app.RemoveFromGroup(sandboxscim.Jane, "Engineering")
	w.app.AddToGroup(sandboxscim.Jane, "Engineering")
	groups, jane := scim.GroupMembership(w.scim), w.id(sandboxscim.Jane)
	listed, err := groups.List(t.Context(), jane)
	held := access.Held(listed, nil)
	if _, found := held[w.groupID("Engineering")]; err != nil || !found || len(held) != 3 {
		t.Fatalf("%v, %v", held, err)
	}
	out := access.Exit{Connector: groups, Account: jane, Clock: w.clock}.Run(t.Context(), held, held, nil)
	if !out.Clean() || len(w.app.Members("Engineering")) != 8 {
		t.Errorf("left %v, %v; Engineering has %d", out.Left, out.Unverified, len(w.app.Members("Engineering")))
	}
}

func TestAGroupThatMayShowOnlySomeMembersIsNotPutBackWithThoseAlone(t *testing.T) {
	t.Parallel()
	w := misbehaving(t, sandboxscim.Dialect{MembersMost: 100, NoPatch: true})
	w.app.Crowd("On-call", 150)
	_, err := scim.GroupMembership(w.scim).Remove(t.Context(), w.id(sandboxscim.Jane), w.groupID("On-call"))
	if access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "100 members") || len(w.app.Members("On-call")) != 153 {
		t.Errorf("%v, and On-call has %d", err, len(w.app.Members("On-call")))
	}
}

// Some servers, and what stands before them, answer 404 to what is escaped in a path.
func TestAnIDThatCannotBeWrittenInAPathIsNoAbsence(t *testing.T) {
	t.Parallel()
	w := misbehaving(t, sandboxscim.Dialect{NoEscapes: true})
	w.app.Renumber(sandboxscim.Jane, "emea/jane.doe")
	if account, err := w.scim.Get(t.Context(), "emea/jane.doe"); access.KindOf(err) != access.Malformed {
		t.Errorf("%v, %v", account, err)
	}
	if account, err := w.scim.Get(t.Context(), "emea/nobody"); access.KindOf(err) != access.NotFound {
		t.Errorf("nobody is %v, %v", account, err)
	}
}

func TestWhatAServerWritesInPlaceOfAValueIsNotRepeated(t *testing.T) {
	t.Parallel()
	w := misbehaving(t, sandboxscim.Dialect{})
	w.server.Inject(sandbox.Fault{Do: sandbox.Status(http.StatusOK, `{"id":"x","active":"`+sandboxscim.Token+strings.Repeat("x", 5000)+`"}`)})
	_, err := w.scim.Get(t.Context(), w.id(sandboxscim.Jane))
	if err == nil || strings.Contains(err.Error(), sandboxscim.Token) || len(err.Error()) > 1000 {
		t.Errorf("said: %v", err)
	}
}

func TestAControlThatIsThePersonIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "generic", sandboxscim.HandlerOptions{})
	w.connect(t, "generic", func(c *scim.Config) { c.Control = sandboxscim.Jane })
	guard, ok := disposed(t, w, access.Delete).(access.Guard)
	if !ok {
		t.Fatal("no Guard")
	}
	if err := guard.Refuse(t.Context(), w.id(sandboxscim.Jane), nil); access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "control") {
		t.Errorf("%v", err)
	}
	if err := guard.Refuse(t.Context(), w.id(sandboxscim.Mei), nil); err != nil {
		t.Errorf("Mei: %v", err)
	}
}

// Some servers call every address "other", and some people note somebody else's.
func TestAnAddressThatIsNotedUnderAnotherTypeIsNeitherTakenForTheirsNorForNobodys(t *testing.T) {
	t.Parallel()
	for name, dialect := range map[string]sandboxscim.Dialect{"": {}, "no list": {FromZero: true}, "no filter": {FilterIgnored: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := misbehaving(t, dialect)
			w.app.Note(sandboxscim.Mei, "j.doe@acme.example", "other")
			account, err := w.scim.Find(t.Context(), "j.doe@acme.example")
			if access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), w.app.UserID(sandboxscim.Mei)) {
				t.Errorf("found %v, %v", account, err)
			}
		})
	}
}

func TestATotalOfNothingInWhatIsNoListIsNotNothing(t *testing.T) {
	t.Parallel()
	w := misbehaving(t, sandboxscim.Dialect{NoGroups: true})
	w.server.Inject(sandbox.Fault{
		Match: sandbox.PathMatch(sandboxscim.Base + "/Groups"), Do: sandbox.Status(http.StatusOK, `{"totalResults":0,"status":403,"detail":"not permitted"}`),
	})
	if listed, err := scim.GroupMembership(w.scim).List(t.Context(), w.id(sandboxscim.Jane)); access.KindOf(err) != access.Malformed {
		t.Errorf("%v, %v", listed, err)
	}
}

func TestAGroupWhoseIDIsAPathElsewhereIsNotFollowed(t *testing.T) {
	t.Parallel()
	w := misbehaving(t, sandboxscim.Dialect{NoGroups: true})
	w.app.RenumberGroup("On-call", "..")
	if _, err := scim.GroupMembership(w.scim).Remove(t.Context(), w.id(sandboxscim.Jane), ".."); access.KindOf(err) != access.Malformed {
		t.Errorf("%v", err)
	}
	for _, request := range w.server.Requests() {
		if strings.Contains(request.Path, "..") || request.Method == http.MethodPatch {
			t.Errorf("asked for %s %s", request.Method, request.Path)
		}
	}
}
