package command_test

import (
	"os"
	"strings"
	"testing"
)

func TestTheExitCodeSaysWhetherAnybodyHasToLook(t *testing.T) {
	t.Parallel()
	plan, err := os.ReadFile("../review/testdata/exit.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		input string
		args  []string
		code  int
		out   string
		said  string
	}{
		"in order":           {string(plan), []string{"--approved-by", "ciso@acme.example"}, 0, "| person |", ""},
		"as text":            {string(plan), []string{"--approved-by", "ciso@acme.example", "--format", "text"}, 0, "jane.doe@acme.example; 87 rows go", ""},
		"nobody approved it": {string(plan), nil, 3, "second pair of eyes", ""},
		"too many":           {string(plan), []string{"--approved-by", "ciso@acme.example", "--max-people", "1"}, 3, "2 people are newly terminated", ""},
		"protected":          {string(plan), []string{"--approved-by", "ciso@acme.example", "--protected", "x@acme.example", "--protected", "jane.doe@acme.example"}, 3, "Somebody protected", ""},
		"nothing on input":   {"", nil, 1, "", "nothing on standard input"},
		"cut short":          {string(plan[:9000]), nil, 1, "", "cut short"},
		"nothing of ours":    {`{"format_version":"1.2","resource_changes":[]}`, nil, 1, "can't be judged", "can't be judged"},
		"an unknown format":  {string(plan), []string{"--format", "html"}, 1, "", "markdown or text"},
		"an argument":        {string(plan), []string{"exit.json"}, 1, "", "takes no arguments"},
		"an unknown flag":    {string(plan), []string{"--nonsense"}, 1, "", "nonsense"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out, said := run(t, strings.NewReader(c.input), append([]string{"review"}, c.args...)...)
			if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(said, c.said) {
				t.Errorf("ended with %d, said %q, wrote\n%.500s", code, said, out)
			}
		})
	}
}

func TestTheExitCodesAreInTheHelp(t *testing.T) {
	t.Parallel()
	_, out, _ := run(t, strings.NewReader(""), "review", "--help")
	for _, said := range []string{"0  where nothing", "3  where something does", "1  where the plan could not be read"} {
		if !strings.Contains(out, said) {
			t.Errorf("the help does not say %q:\n%s", said, out)
		}
	}
}
