package system_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

func TestAPlaceIsHTTPSAndNothingButAPlace(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]struct{ base, withPath string }{
		"https://Acme.example":                {"https://acme.example", "https://acme.example"},
		"https://acme.example/":               {"https://acme.example", "https://acme.example"},
		"https://acme.example/Scim/v2/":       {"", "https://acme.example/Scim/v2"},
		"http://127.0.0.1:8080":               {"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
		"http://localhost/v2":                 {"", "http://localhost/v2"},
		"http://acme.example":                 {"", ""},
		"https://user:secret@acme.example":    {"", ""},
		"https://acme.example/?token=secret":  {"", ""},
		"https://acme.example/#here":          {"", ""},
		"acme.example":                        {"", ""},
		"":                                    {"", ""},
		"https:acme.example":                  {"", ""},
		"ftp://acme.example":                  {"", ""},
		"http://localhost.acme.example/scim/": {"", ""},
	} {
		for argument, got := range map[string]func(argument, value, example string) (string, error){"base": system.BaseURL, "path": system.URLWithPath} {
			wanted := map[string]string{"base": want.base, "path": want.withPath}[argument]
			found, err := got("url", given, "https://acme.example")
			wrong, isConfig := errors.AsType[*system.ConfigError](err)
			switch {
			case found != wanted || (err == nil) != (wanted != ""):
				t.Errorf("%s of %q is %q (%v), want %q", argument, given, found, err, wanted)
			case err != nil && (!isConfig || wrong.Argument != "url" || strings.Contains(err.Error(), "user:secret")):
				t.Errorf("%s of %q is refused with %v", argument, given, err)
			}
		}
	}
}

func TestPagesEndOrLeadInACircle(t *testing.T) {
	t.Parallel()
	next := map[string]string{"": "b", "b": "c", "c": ""}
	var read []string
	follow := func(mark string) (string, error) { read = append(read, mark); return next[mark], nil }
	if err := system.Pages(follow); err != nil || strings.Join(read, ",") != ",b,c" {
		t.Errorf("read %q (%v)", read, err)
	}
	next["c"] = "b"
	if err := system.Pages(follow); !errors.Is(err, system.ErrCircle) {
		t.Errorf("a circle ended with %v", err)
	}
	failed := errors.New("no")
	if err := system.Pages(func(string) (string, error) { return "b", failed }); !errors.Is(err, failed) {
		t.Errorf("a page that failed ended with %v", err)
	}
}

func TestOnlyTheAccountsOwnAbsenceIsAnAbsence(t *testing.T) {
	t.Parallel()
	missing := func() error { return &access.Error{Kind: access.NotFound, Op: "look", Reason: "no such group"} }
	for name, c := range map[string]struct {
		err, about error
		want       access.ErrorKind
	}{
		"the account is there":          {missing(), nil, access.Unavailable},
		"the account is gone":           {missing(), &access.Error{Kind: access.NotFound}, access.NotFound},
		"the account can't be asked":    {missing(), &access.Error{Kind: access.Denied}, access.Denied},
		"something else is the trouble": {&access.Error{Kind: access.Malformed}, &access.Error{Kind: access.NotFound}, access.Malformed},
	} {
		err := c.err
		system.OnlyIfGone(&err, func() error { return c.about })
		if got := access.KindOf(err); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	var none error
	if system.OnlyIfGone(&none, func() error { return missing() }); none != nil {
		t.Errorf("nothing wrong became %v", none)
	}
	if system.IgnoreNotFound(missing()) != nil || system.IgnoreNotFound(nil) != nil || access.KindOf(system.IgnoreNotFound(&access.Error{Kind: access.Denied})) != access.Denied {
		t.Error("IgnoreNotFound ignores something else")
	}
}

func TestAKeyIsHiddenLineByLine(t *testing.T) {
	t.Parallel()
	if got := strings.Join(system.KeyLines("-----BEGIN KEY-----\nAAA\r\nBBB\\nCCC\n-----END KEY-----\n"), ","); got != "AAA,BBB,CCC" {
		t.Errorf("the lines are %s", got)
	}
}
