package command_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/evidence/evidencetest"
)

func file(t *testing.T, content []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestEachVerdictHasItsExitCode(t *testing.T) {
	t.Parallel()
	e := evidencetest.Evidence()
	valid, unsigned := evidencetest.Bundle(e, "acme"), evidencetest.Bundle(e, "")
	tampered := bytes.Replace(valid, []byte("jane.doe@"), []byte("john.doe@"), 1)
	acme, evil := file(t, evidencetest.PublicKey("acme")), file(t, evidencetest.PublicKey("evil"))
	for name, c := range map[string]struct {
		in           []byte
		args         []string
		code         int
		out, refused string
	}{
		"valid":                      {valid, []string{"--key", acme, "-"}, 0, "VALID: the key", ""},
		"a file":                     {nil, []string{"--key", acme, file(t, valid)}, 0, "VALID: the key", ""},
		"unsigned":                   {unsigned, []string{"--key", acme, "-"}, 2, "NOT VERIFIED: anybody", "(unsigned)"},
		"no key":                     {valid, []string{"-"}, 3, "NOT VERIFIED: anybody", "(unknown signer)"},
		"another key":                {valid, []string{"--key", evil, "-"}, 4, "", "(another key)"},
		"tampered":                   {tampered, []string{"--key", acme, "-"}, 6, "", "(altered)"},
		"no bundle":                  {[]byte("{}"), []string{"--key", acme, "-"}, 8, "", "terraform output -raw bundle"},
		"truncated":                  {valid[:999], []string{"--key", acme, "-"}, 9, "", "(truncated)"},
		"unsigned, the digest only":  {unsigned, []string{"--digest-only", "-"}, 0, "NOT VERIFIED: anybody", "(unsigned)"},
		"signed, the digest only":    {valid, []string{"--digest-only", "-"}, 0, "NOT VERIFIED: anybody", "(unknown signer)"},
		"tampered, the digest only":  {tampered, []string{"--digest-only", "-"}, 6, "", "(altered)"},
		"JSON":                       {tampered, []string{"--key", acme, "--json", "-"}, 6, `"verdict": "altered"`, "(altered)"},
		"a page":                     {valid, []string{"--key", acme, "--html", "-"}, 0, "✓ Valid when", ""},
		"no page of the unsigned":    {unsigned, []string{"--key", acme, "--html", "-"}, 2, "", "(unsigned)"},
		"no page of what is altered": {tampered, []string{"--key", acme, "--html", "-"}, 6, "", "(altered)"},
		"a page if asked for":        {unsigned, []string{"--digest-only", "--html", "-"}, 0, "NOT VERIFIED: unsigned", "(unsigned)"},
		"no file":                    {nil, []string{"--key", acme, "/nowhere"}, 1, "", "Nothing was checked"},
		"no key file":                {nil, []string{"--key", "/nowhere", "-"}, 1, "", "Nothing was checked"},
		"a private key":              {valid, []string{"--key", file(t, evidencetest.PrivateKey("acme")), "-"}, 1, "", "it is a private key"},
		"no argument":                {nil, nil, 1, "", "Name one file"},
		"a key and the digest only":  {valid, []string{"--key", acme, "--digest-only", "-"}, 1, "", "one of --key and --digest-only"},
		"an empty key":               {valid, []string{"--key", "", "-"}, 1, "", "Nothing was checked"},
		"an unknown flag":            {valid, []string{"--nope", "-"}, 1, "", "nope"},
	} {
		code, out, refused := run(t, bytes.NewReader(c.in), append([]string{"verify"}, c.args...)...)
		if code != c.code || !strings.Contains(out, c.out) || c.out == "" && c.code != 1 && out != "" || !strings.Contains(refused, c.refused) || c.refused == "" && refused != "" {
			t.Errorf("%s: exit code %d, want %d:\n%s\n%s", name, code, c.code, out, refused)
		}
	}
}

func TestTheSummarySaysWhatIsOpenAndWhatWasLate(t *testing.T) {
	t.Parallel()
	_, out, _ := run(t, bytes.NewReader(evidencetest.Bundle(evidencetest.Evidence(), "acme")), "verify", "--key", file(t, evidencetest.PublicKey("acme")), "-")
	for _, phrase := range []string{
		"jane.doe@acme.example", "2026-11-21T11:00:00Z, after 26h0m0s (SLA 24h0m0s)", "25 checked, 1 not available, 3 attested and 1 waived of 30",
		"late: Building access, Berlin", "tolerated until 2026-12-04T09:00:00Z: Keys in okta: deploy-bot", "not available: Devices in okta", "where nobody looked; mia.wong",
	} {
		if !strings.Contains(out, phrase) {
			t.Errorf("nothing says %q:\n%s", phrase, out)
		}
	}
}

func TestNamesDoNotReachTheTerminalAsTheyAre(t *testing.T) {
	t.Parallel()
	_, out, _ := run(t, bytes.NewReader(evidencetest.Bundle(evidencetest.HostileEvidence(), "acme")), "verify", "--key", file(t, evidencetest.PublicKey("acme")), "-")
	if strings.ContainsAny(out, "\x1b\x07\r\t\u202e") || !strings.Contains(out, `\u{1b}[31mred`) {
		t.Errorf("got %q", out)
	}
}

func TestTheHelpListsTheExitCodes(t *testing.T) {
	t.Parallel()
	_, out, _ := run(t, strings.NewReader(""), "verify", "--help")
	for _, line := range []string{"0  valid", "1  nothing was checked", "2  unsigned", "3  unknown signer", "4  another key", "5  bad signature", "6  altered", "7  inconsistent", "8  malformed", "9  truncated"} {
		if !strings.Contains(out, line) {
			t.Errorf("the help does not say %q:\n%s", line, out)
		}
	}
}
