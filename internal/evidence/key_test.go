package evidence_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/evidence"
	"github.com/offboard/terraform-provider-offboard/internal/evidence/evidencetest"
)

func TestAKeyOfAnotherSortIsRefusedWithHowToMakeOne(t *testing.T) {
	t.Parallel()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	pkcs8 := func(key any) string {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return block("PRIVATE KEY", der)
	}
	good := string(evidencetest.PrivateKey("a"))
	for name, c := range map[string]struct{ text, says string }{
		"nothing":      {" \n", "it is empty"},
		"no PEM":       {"secret-in-the-clear", "it is not PEM"},
		"one line":     {strings.ReplaceAll(good, "\n", " "), "it is not PEM"},
		"RSA":          {pkcs8(rsaKey), "it is an RSA key, and not Ed25519"},
		"ECDSA":        {pkcs8(ecKey), "it is an ECDSA key, and not Ed25519"},
		"PKCS #1":      {block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey)), "RSA private key in PKCS #1"},
		"public":       {string(evidencetest.PublicKey("a")), "it is a public key"},
		"a passphrase": {block("ENCRYPTED PRIVATE KEY", []byte("x")), "under a passphrase"},
		"OpenSSH":      {block("OPENSSH PRIVATE KEY", []byte("x")), "format of OpenSSH"},
		"garbled":      {block("PRIVATE KEY", []byte("secret-in-the-clear")), "can't be read as one"},
		"two":          {good + good, "more than one key"},
		"unheard of":   {block("secret-in-the-clear", []byte("x")), "PEM of something else"},
	} {
		_, err := evidence.ParseSigner([]byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "openssl genpkey -algorithm ed25519") {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret-in-the-clear") {
			t.Errorf("%s: the key is in the error: %v", name, err)
		}
	}
	if _, err := evidence.ParseKey([]byte(good)); err == nil || !strings.Contains(err.Error(), "it is a private key") {
		t.Errorf("a private key as a public one: %v", err)
	}
}

func TestASignerNeverShowsItsKey(t *testing.T) {
	t.Parallel()
	text := evidencetest.PrivateKey("a")
	signer := evidencetest.Signer("a")
	block, _ := pem.Decode(text)
	seed := block.Bytes[len(block.Bytes)-32:]
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("signing", "signer", signer)
	asJSON, err := json.Marshal(map[string]any{"signer": signer, "value": *signer})
	if err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprintf("%v %+v %#v %s %x %q %d %v %+v %#v", signer, signer, signer, signer, signer, signer, signer,
		*signer, struct{ s evidence.Signer }{*signer}, []any{*signer}) + string(asJSON) + log.String()
	for _, secret := range []string{hex.EncodeToString(seed), strings.Trim(fmt.Sprintf("%d", seed), "[]")} {
		if strings.Contains(out, secret) {
			t.Errorf("the key is in %s", out)
		}
	}
	if !strings.Contains(out, signer.Key().Fingerprint()) {
		t.Errorf("the fingerprint is not in %s", out)
	}
}
