package evidence

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A Key is the public half of a key: whom an auditor trusts to have signed.
type Key struct {
	public      ed25519.PublicKey
	fingerprint string
}

// Fingerprint is the SHA-256 of the key as SubjectPublicKeyInfo in DER, in lower-case hexadecimal. It is what
// openssl pkey -pubin -outform DER | sha256sum prints.
func (k *Key) Fingerprint() string { return k.fingerprint }

// A Signer signs evidence. It never shows its key, in whatever way it is printed: the key is in a function, where fmt
// finds nothing even in a field that it may not call the methods of.
type Signer struct {
	sign func(text []byte) []byte
	key  *Key
}

// Key is the public half.
func (s Signer) Key() *Key { return s.key }

// String names the key by its fingerprint.
func (s Signer) String() string {
	if s.key == nil {
		return "no signing key"
	}
	return "signing key " + s.key.fingerprint
}

// Format is String for every verb, with which fmt would print the fields otherwise.
func (s Signer) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalText is String, for JSON and for logs.
func (s Signer) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

const (
	makeSigner = "A signing key is Ed25519, in PKCS #8 and PEM, without a passphrase: openssl genpkey -algorithm ed25519 -out offboard.pem. " +
		"Keep it where secrets are kept, and give the provider the text of the file."
	makeKey = "The key to check with is the public half, in PEM: openssl pkey -in offboard.pem -pubout."
)

// ParseSigner reads a private key: Ed25519, in PKCS #8 and PEM. Its errors never have any of it in them.
func ParseSigner(text []byte) (*Signer, error) {
	refuse := func(reason string) (*Signer, error) {
		return nil, &access.Error{Kind: access.Malformed, Op: "read the signing key", Reason: reason, Fix: makeSigner}
	}
	block, reason := onlyBlock(text)
	if reason != "" {
		return refuse(reason)
	}
	if block.Type != "PRIVATE KEY" {
		return refuse(wrongBlock(block))
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return refuse("it says that it is a private key, and can't be read as one")
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return refuse("it is " + algorithm(parsed) + ", and not Ed25519")
	}
	public, ok := private.Public().(ed25519.PublicKey)
	if !ok {
		return refuse("it has no public half")
	}
	key, err := newKey(public)
	if err != nil {
		return refuse("its public half can't be written")
	}
	return &Signer{sign: func(text []byte) []byte { return ed25519.Sign(private, text) }, key: key}, nil
}

// ParseKey reads a public key: Ed25519, as SubjectPublicKeyInfo in PEM.
func ParseKey(text []byte) (*Key, error) {
	refuse := func(reason string) (*Key, error) {
		return nil, &access.Error{Kind: access.Malformed, Op: "read the key", Reason: reason, Fix: makeKey}
	}
	block, reason := onlyBlock(text)
	if reason != "" {
		return refuse(reason)
	}
	if block.Type != "PUBLIC KEY" {
		return refuse(wrongBlock(block))
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return refuse("it says that it is a public key, and can't be read as one")
	}
	public, ok := parsed.(ed25519.PublicKey)
	if !ok {
		return refuse("it is " + algorithm(parsed) + ", and not Ed25519")
	}
	key, err := newKey(public)
	if err != nil {
		return refuse("it can't be written")
	}
	return key, nil
}

func newKey(public ed25519.PublicKey) (*Key, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(der)
	return &Key{public: public, fingerprint: hex.EncodeToString(sum[:])}, nil
}

// onlyBlock is the one PEM block of a text, or why there is not one.
func onlyBlock(text []byte) (*pem.Block, string) {
	block, rest := pem.Decode(text)
	switch {
	case len(strings.TrimSpace(string(text))) == 0:
		return nil, "it is empty"
	case block == nil:
		return nil, "it is not PEM, which begins with a line of -----BEGIN and keeps its line breaks"
	}
	if more, _ := pem.Decode(rest); more != nil {
		return nil, "it has more than one key in it"
	}
	return block, ""
}

// wrongBlock says what a PEM block is instead of what it should be. What it says of itself is not repeated: it may be
// anything.
func wrongBlock(block *pem.Block) string {
	switch block.Type {
	case "ENCRYPTED PRIVATE KEY":
		return "it is a private key under a passphrase"
	case "OPENSSH PRIVATE KEY":
		return "it is a private key in the format of OpenSSH"
	case "RSA PRIVATE KEY":
		return "it is an RSA private key in PKCS #1, and not Ed25519"
	case "EC PRIVATE KEY":
		return "it is an elliptic curve private key in SEC 1, and not Ed25519"
	case "PUBLIC KEY", "RSA PUBLIC KEY":
		return "it is a public key, and the private one is needed to sign"
	case "PRIVATE KEY":
		return "it is a private key, which nobody but the signer should have"
	case "CERTIFICATE":
		return "it is a certificate"
	}
	return "it is PEM of something else than a key of this kind"
}

func algorithm(key any) string {
	switch key.(type) {
	case *rsa.PrivateKey, *rsa.PublicKey:
		return "an RSA key"
	case *ecdsa.PrivateKey, *ecdsa.PublicKey:
		return "an ECDSA key"
	}
	return "a key of another algorithm"
}
