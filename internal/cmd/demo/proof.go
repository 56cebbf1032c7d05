package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// keyFile is the public half of the key that signs the evidence: what an auditor trusts.
const keyFile = "offboard.pub.pem"

// signing makes a key for the demo, gives the provider the one half and the auditor the other.
func (d *demo) signing() error {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	d.Env = append(d.Env, "OFFBOARD_SIGNING_KEY="+string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	known, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(d.Dir, keyFile), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: known}), 0o600)
}

// needsASecondLook is the exit code of review for a plan that somebody else has to look at, too.
const needsASecondLook = 3

// review shows the summary for the pull request, as far as it is on one screen.
func (d *demo) review(ctx context.Context) error {
	plan, err := d.Command(ctx, "show", "-json", planFile).Output()
	if err != nil {
		return err
	}
	summary, code, err := d.provider(ctx, plan, "review", "--format=text")
	if err != nil {
		return err
	}
	if code != needsASecondLook {
		return fmt.Errorf("the review ended with exit code %d, want %d", code, needsASecondLook)
	}
	const screen = 40
	lines := strings.Split(strings.TrimRight(summary, "\n"), "\n")
	for _, line := range lines[:min(screen, len(lines))] {
		fmt.Println("    " + line)
	}
	if more := len(lines) - screen; more > 0 {
		fmt.Printf("    … and %d lines more\n", more)
	}
	return nil
}

// evidence checks the bundle of the closed case as an auditor would, and that one word changed in it is noticed.
func (d *demo) evidence(ctx context.Context) error {
	out, err := d.Command(ctx, "output", "-json", "evidence").Output()
	if err != nil {
		return err
	}
	var bundles map[string]string
	if err := json.Unmarshal(out, &bundles); err != nil {
		return err
	}
	bundle := bundles[leaver]
	verdict, code, err := d.provider(ctx, []byte(bundle), "verify", "--key", keyFile, "-")
	if err != nil {
		return err
	}
	fmt.Print(verdict)
	if code != 0 {
		return fmt.Errorf("the evidence is not valid: exit code %d", code)
	}
	forged := strings.Replace(bundle, "grace.kim@acme.example", leaver, 1)
	if _, code, err = d.provider(ctx, []byte(forged), "verify", "--key", keyFile, "-"); err != nil {
		return err
	}
	if code == 0 || forged == bundle {
		return fmt.Errorf("evidence that was changed is taken for valid")
	}
	fmt.Printf("\n    With another approver written into it, the same command ends with exit code %d.\n", code)
	return nil
}
