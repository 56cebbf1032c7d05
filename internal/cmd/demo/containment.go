package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// inTime is how long the person may still be able to sign in.
const inTime = time.Second

// A mark is how much was in the logs of the two systems at some time.
type mark struct{ okta, google int }

func (d *demo) mark() mark { return mark{len(d.okta.Requests()), len(d.google.Requests())} }

// A step is one of those that together keep a person from signing in, and the request that does it.
type step struct {
	done         string
	method, path string
	// saying is in its body.
	saying string
}

func (s step) is(request sandbox.Request) bool {
	path, _, _ := strings.Cut(request.Path, "?")
	return request.Method == s.method && path == s.path && strings.Contains(request.Body, s.saying) &&
		request.Status >= http.StatusOK && request.Status < http.StatusMultipleChoices
}

// contained fails unless the requests since then locked the person out of both systems in time, and shows which
// did. Both are measured from the first request of all, whichever system it went to.
func (d *demo) contained(since mark) error {
	okta, google := d.okta.Requests()[since.okta:], d.google.Requests()[since.google:]
	if len(okta) == 0 || len(google) == 0 {
		return errors.New("nothing was asked of one of the two systems")
	}
	from := okta[0].Time
	if google[0].Time.Before(from) {
		from = google[0].Time
	}
	inOkta, inGoogle := "/api/v1/users/"+d.org.UserID(leaver), "/admin/directory/v1/users/"+d.tenant.UserID(leaver)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "    system\tdone\tafter\tas request of the apply to it")
	var late error
	for _, in := range []struct {
		system string
		log    []sandbox.Request
		steps  []step
	}{
		{"Okta", okta, []step{
			{"a password that nobody knows", http.MethodPost, inOkta, `"password"`},
			{"sessions ended", http.MethodDelete, inOkta + "/sessions", ""},
			{"account suspended", http.MethodPost, inOkta + "/lifecycle/suspend", ""},
		}},
		{"Google", google, []step{
			{"a password that nobody knows", http.MethodPut, inGoogle, `"password"`},
			{"sessions ended", http.MethodPost, inGoogle + "/signOut", ""},
		}},
	} {
		for _, step := range in.steps {
			n, found := find(in.log, step)
			if n < 0 {
				return fmt.Errorf("%s was not asked for it: %s", in.system, step.done)
			}
			after := found.Answered.Sub(from)
			fmt.Fprintf(table, "    %s\t%s\t%d ms\t%d of %d: %s %s\n", in.system, step.done, after.Milliseconds(), n+1, len(in.log), step.method, step.path)
			if after > inTime {
				late = errors.Join(late, fmt.Errorf("in %s it took %s until this was done, want %s at most: %s", in.system, after, inTime, step.done))
			}
		}
	}
	if err := errors.Join(table.Flush(), late); err != nil {
		return err
	}
	return d.lockedOut(from)
}

// find is the first request that is the step.
func find(log []sandbox.Request, step step) (int, sandbox.Request) {
	for n, request := range log {
		if step.is(request) {
			return n, request
		}
	}
	return -1, sandbox.Request{}
}

// lockedOut holds what the requests say against what the systems know.
func (d *demo) lockedOut(from time.Time) error {
	for what, is := range map[string]bool{
		"the password in Okta is as it was":   !d.org.PasswordChanged(leaver).Before(from),
		"there are sessions in Okta":          d.org.Sessions(leaver) == 0,
		"the account in Okta can sign in":     d.org.Status(leaver) == "SUSPENDED",
		"the password in Google is as it was": !d.tenant.PasswordChanged(leaver).Before(from),
		"there are sessions in Google":        d.tenant.Sessions(leaver) == 0,
		"the account in Google can sign in":   d.tenant.IsSuspended(leaver),
	} {
		if !is {
			return errors.New(what)
		}
	}
	return nil
}
