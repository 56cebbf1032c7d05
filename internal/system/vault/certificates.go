package vault

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// A certificate is what one that Vault issued says: it never changes.
type certificate struct {
	commonName string
	names      []string
	until      time.Time
	authority  bool
}

// certificatesOf goes through the certificates that the PKI engines keep. Their path is {mount}/cert/{serial}. What has
// expired or is revoked is no row.
// LIST {mount}/certs, LIST {mount}/certs/revoked, GET {mount}/cert/{serial}.
func (c keys) certificatesOf(ctx context.Context, e *entity) (grants []access.Grant, err error) {
	all, err := c.engines(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range all.of("pki") {
		serials, err := c.list(ctx, calling("list", m.Path+"/certs", "list the certificates of %s", m.Path))
		if err != nil {
			return nil, err
		}
		if len(serials.Keys) == 0 {
			continue
		}
		revoked, err := c.list(ctx, calling("list", m.Path+"/certs/revoked", "list the revoked certificates of %s", m.Path))
		if err != nil {
			return nil, err
		}
		var mu sync.Mutex
		err = each(ctx, serials.Keys, func(ctx context.Context, serial string) error {
			if slices.Contains(revoked.Keys, serial) {
				return nil
			}
			path := m.Path + "/cert/" + serial
			cert, err := c.certificate(ctx, path)
			if err != nil {
				return system.IgnoreNotFound(err)
			}
			if !cert.of(e, c.config.Clock.Now()) {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			grants = append(grants, access.Grant{
				ID: access.GrantID(path), Label: fmt.Sprintf("%s (certificate of %s until %s)", cert.commonName, m.Path, cert.until.UTC().Format(time.DateOnly)),
				Note: "Only who checks revocation (CRL or OCSP) refuses it then.",
			})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return grants, nil
}

// of says that a certificate is the entity's and good. A certificate of an authority is nobody's.
func (c *certificate) of(e *entity, now time.Time) bool {
	return !c.authority && now.Before(c.until) && e.named(append(slices.Clone(c.names), c.commonName)...)
}

func (v *Vault) certificate(ctx context.Context, path string) (*certificate, error) {
	return v.certs.Get(ctx, path, func() (*certificate, error) {
		found, err := v.issued(ctx, path)
		if err != nil {
			return nil, err
		}
		c := calling("read", path, "read the certificate %s", path)
		block, _ := pem.Decode([]byte(found.Certificate))
		if block == nil {
			return nil, malformed(c, "a certificate that is not PEM")
		}
		parsed, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, malformed(c, "a certificate that can't be read")
		}
		cert := &certificate{commonName: parsed.Subject.CommonName, until: parsed.NotAfter, authority: parsed.IsCA}
		cert.names = append(append(cert.names, parsed.EmailAddresses...), parsed.DNSNames...)
		for _, uri := range parsed.URIs {
			cert.names = append(cert.names, uri.String(), uri.Opaque)
		}
		return cert, nil
	})
}

// An issued certificate is one as the engine has it.
type issued struct {
	Certificate string `json:"certificate"`
	// Revoked is when it was, in seconds, and 0 where it was not.
	Revoked int64 `json:"revocation_time"`
}

func (v *Vault) issued(ctx context.Context, path string) (*issued, error) {
	return get[issued](ctx, v, calling("read", path, "read the certificate %s", path))
}

// revokeCertificate revokes one. Its serial number is the last part of its path.
// POST {mount}/revoke {"serial_number"}, which answers 200 for one that is revoked already.
func (c keys) revokeCertificate(ctx context.Context, e *entity, grant string) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	mount, serial, ok := strings.Cut(grant, "/cert/")
	if !ok {
		return gone, &access.Error{Kind: access.Blocked, Op: "revoke " + grant, Reason: "it is not the path of a certificate", Fix: "Plan again."}
	}
	cert, err := c.certificate(ctx, grant)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	if !cert.of(e, c.config.Clock.Now()) {
		return gone, nil // It has expired.
	}
	found, err := c.issued(ctx, grant)
	if err != nil || found.Revoked > 0 {
		return gone, system.IgnoreNotFound(err)
	}
	err = c.write(ctx, calling("update", mount+"/revoke", "revoke the certificate %s", serial), map[string]any{"serial_number": serial})
	if answered(err, http.StatusBadRequest, "not found") {
		return gone, nil
	}
	return gone, err
}
