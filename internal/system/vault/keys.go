package vault

import (
	"context"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Keys are what the person may have taken along and what signs in without them: the secret ids of AppRoles, and certificates.
//
// A secret id is theirs where it says so: by a value of its metadata that is one of their names, which only whoever made it
// can have put there; or because the AppRole is one that the entity itself signs in with. A certificate is theirs where its
// common name or one of its alternative names is one of their names. Secret ids without metadata, certificates of roles
// that do not store them, and SSH certificates, which Vault does not remember, are not in the list.
func Keys(v *Vault) access.Connector { return keys{v} }

type keys struct{ *Vault }

// names are the words by which other things say that they are the entity's, in lower case.
func (e *entity) names() []string {
	names := append([]string{strings.ToLower(string(e.ID)), strings.ToLower(e.Name)}, e.emails("")...)
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// named says that one of these words is a name of the entity.
func (e *entity) named(words ...string) bool {
	names := e.names()
	return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(names, strings.ToLower(strings.TrimSpace(word))) })
}

// List finds both.
func (c keys) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	e, err := c.entity(ctx, id)
	if err != nil {
		return nil, err
	}
	secretIDs, err := c.secretIDsOf(ctx, e)
	if err != nil {
		return nil, err
	}
	certificates, err := c.certificatesOf(ctx, e)
	return slices.Concat(secretIDs, certificates), err
}

// Remove destroys a secret id or revokes a certificate.
func (c keys) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	e, err := c.entity(ctx, id)
	if err != nil {
		return access.Receipt{}, err
	}
	if strings.HasPrefix(string(grant), "auth/") {
		return c.destroySecretID(ctx, e, string(grant))
	}
	return c.revokeCertificate(ctx, e, string(grant))
}
