package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/offboard/terraform-provider-offboard/internal/evidence"
	"github.com/offboard/terraform-provider-offboard/internal/printable"
)

// verifyCodes are the exit codes of verify. 1 is for what could not be done: a file that can't be read, a bad key.
var verifyCodes = map[evidence.Status]int{
	evidence.Valid: 0, evidence.Unsigned: 2, evidence.UnknownSigner: 3, evidence.AnotherKey: 4, evidence.BadSignature: 5,
	evidence.Altered: 6, evidence.Inconsistent: 7, evidence.Malformed: 8, evidence.Truncated: 9,
}

const verifyAbout = `Checks the bundle of a closed case, offline: that its digest is the digest of its evidence, that the key of
--key signed exactly that, and that the evidence does not contradict itself. FILE is the bundle, and - standard input.

Exit codes:
   0  valid: the key of --key signed this evidence, and nothing was changed since
   1  nothing was checked: a file can't be read, the key is not one, or the arguments are wrong
   2  unsigned: not damaged, but nobody signed it
   3  unknown signer: signed and not damaged, but no --key was given to check the signature with
   4  another key: it says that another key signed it
   5  bad signature: it says that this key signed it, and it did not sign this
   6  altered: the digest is not that of the evidence
   7  inconsistent: the evidence contradicts itself, whoever signed it
   8  malformed: it is not a bundle
   9  truncated: it ends in the middle
With --digest-only, 2 and 3 are 0: that says that a bundle is not damaged, and nothing of who made it.`

// Verify is the command that checks a bundle.
func Verify() *cli.Command {
	return &cli.Command{
		Name: "verify", Usage: "check the evidence of a closed case, offline", ArgsUsage: "FILE|-", Description: verifyAbout,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "key", Usage: "the public key that is trusted: a `FILE` with Ed25519 in PEM"},
			&cli.BoolFlag{Name: "digest-only", Usage: "accept that nobody is known to have made it"},
			&cli.BoolFlag{Name: "html", Usage: "write the evidence to standard output as a page to read and print, if it is accepted"},
			&cli.BoolFlag{Name: "json", Usage: "write the verdict to standard output as JSON"},
		},
		Action: verify,
	}
}

func verify(_ context.Context, c *cli.Command) error {
	if c.Args().Len() != 1 {
		return cli.Exit("Name one file with a bundle, or - for standard input. See verify --help.", 1)
	}
	if c.Bool("html") && c.Bool("json") || c.Bool("digest-only") && c.IsSet("key") {
		return cli.Exit("Give one of --html and --json, and one of --key and --digest-only.", 1)
	}
	key, err := readKey(c)
	if err != nil {
		return cli.Exit("Nothing was checked. "+printable.Text(err.Error()), 1)
	}
	bundle, err := readBundle(c)
	if err != nil {
		return cli.Exit("Nothing was checked. "+printable.Text(err.Error()), 1)
	}
	v := evidence.Verify(bundle, key)
	code := verifyCodes[v.Status]
	accepted := code == 0 || c.Bool("digest-only") && v.Intact()
	if err := show(c, v, accepted); err != nil {
		return cli.Exit("The verdict could not be written: "+err.Error(), 1)
	}
	if v.Status == evidence.Valid {
		return nil
	}
	if accepted {
		code = 0
	}
	fmt.Fprintln(c.Root().ErrWriter, refusal(v))
	return cli.Exit("", code)
}

func readKey(c *cli.Command) (*evidence.Key, error) {
	if !c.IsSet("key") {
		return nil, nil
	}
	text, err := os.ReadFile(c.String("key"))
	if err != nil {
		return nil, err
	}
	return evidence.ParseKey(text)
}

// readBundle reads one byte more than a bundle may have, for which it is then refused.
func readBundle(c *cli.Command) ([]byte, error) {
	from := c.Root().Reader
	if name := c.Args().First(); name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		from = file
	}
	return io.ReadAll(io.LimitReader(from, evidence.MaxSize+1))
}

// show writes to standard output what was asked for. A page is made of what is accepted only: it is passed on without
// the exit code, and nobody who gets it sees what was refused.
func show(c *cli.Command, v evidence.Verdict, accepted bool) error {
	var b bytes.Buffer
	switch {
	case c.Bool("json"):
		encoder := json.NewEncoder(&b)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(evidence.Summarize(v)); err != nil {
			return err
		}
	case c.Bool("html"):
		if !accepted {
			return nil
		}
		if err := evidence.Page(&b, v); err != nil {
			return err
		}
	case v.Intact():
		summary(&b, v)
	}
	_, err := b.WriteTo(c.Root().Writer)
	return err
}

// refusal says why a bundle is not valid, and what to do.
func refusal(v evidence.Verdict) string {
	lines := []string{"NOT VERIFIED (" + string(v.Status) + "): " + printable.Text(v.Reason) + "."}
	for _, problem := range v.Problems {
		lines = append(lines, "  - "+printable.Text(problem))
	}
	return strings.Join(append(lines, v.Fix), "\n")
}

// summary says what the evidence says.
func summary(w io.Writer, v evidence.Verdict) {
	e, say := v.Evidence, func(format string, args ...any) {
		for i, arg := range args {
			if text, ok := arg.(string); ok {
				args[i] = printable.Text(text)
			}
		}
		fmt.Fprintf(w, format+"\n", args...)
	}
	if v.Status == evidence.Valid {
		say("VALID: %s", v.Reason)
	} else {
		say("NOT VERIFIED: anybody may have made this.")
	}
	say("  person     %s", e.Person)
	say("  reference  %s", e.Reference)
	approved := ""
	if e.ApprovedAt != nil {
		approved = ", " + stamp(*e.ApprovedAt)
	}
	say("  approved   by %s%s", e.ApprovedBy, approved)
	say("  requested  %s", stamp(e.RequestedAt))
	took := duration(evidence.Elapsed(e.RequestedAt, e.ClosedAt))
	say("  closed     %s, after %s (SLA %s)", stamp(e.ClosedAt), took, duration(e.SLASeconds))
	say("  coverage   %s", e.Coverage.String())
	say("  sha256     %s", v.SHA256)
	if v.Key != "" {
		say("  key        %s", v.Key)
	}
	for _, c := range e.Controls {
		if c.Assurance == evidence.NotAvailable {
			say("  not available: %s: %s", c.Title, c.Reason)
		}
		if x := c.Exception; x != nil {
			say("  tolerated until %s: %s, where nobody looked; %s accepts it: %s", stamp(x.Until), c.Title, x.Owner, x.Reason)
		}
		for _, d := range c.Dormant {
			say("  neither seen nor used: %s: %s", c.Title, d)
		}
		for _, g := range c.Grants {
			if x := g.Exception; x != nil {
				say("  tolerated until %s: %s: %s; %s accepts it: %s", stamp(x.Until), c.Title, g.Label, x.Owner, x.Reason)
			}
			if g.WithinSLA != nil && !*g.WithinSLA {
				say("  late: %s: %s, after %s", c.Title, g.Label, duration(*g.ElapsedSeconds))
			}
		}
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func duration(seconds int64) string { return (time.Duration(seconds) * time.Second).String() }
