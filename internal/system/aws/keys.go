package aws

import (
	"context"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Keys are what a user has that acts without a password: access keys, X.509 signing certificates, SSH public keys, and
// credentials for single services, among them the long-lived API keys of Bedrock and CloudWatch Logs. Inactive ones too: whoever
// may, can activate them again.
func Keys(o *IAM) access.Connector { return keys{guarded{o}} }

type keys struct{ guarded }

var _ access.Guard = keys{}

// The four families, as ids begin.
const (
	accessKeyFamily   = "access-key"
	certificateFamily = "signing-certificate"
	sshKeyFamily      = "ssh-key"
	serviceFamily     = "service-credential"
)

// List reads ListAccessKeys, ListSigningCertificates, ListSSHPublicKeys and ListServiceSpecificCredentials.
func (c keys) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	u, err := c.user(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, list := range []func(context.Context, *user) ([]access.Grant, error){
		c.access, c.certificates, c.sshKeys, c.serviceCredentials,
	} {
		some, err := list(ctx, u)
		if err != nil {
			return nil, err
		}
		grants = append(grants, some...)
	}
	return grants, nil
}

// A key is what each family says of one.
type key struct {
	what     string
	id, user *string
	status   types.StatusType
	made     *time.Time
}

// A keyring is a user's keys of one family, as they are listed page by page.
type keyring struct {
	call   op
	user   *user
	family string
	grants []access.Grant
}

// each is a page as keys. One without a list stays without one.
func each[K any](page []K, read func(K) key) (keys []key) {
	if page != nil {
		keys = []key{}
	}
	for _, k := range page {
		keys = append(keys, read(k))
	}
	return keys
}

// add adds a page, and returns the mark of the next. A page without a list is not one without keys.
func (r *keyring) add(page []key, truncated bool, mark *string) (string, error) {
	if page == nil {
		return "", malformed(r.call, "no list")
	}
	for _, k := range page {
		if sdk.ToString(k.id) == "" {
			return "", malformed(r.call, "a key without an id")
		}
		if err := r.user.rowOf(r.call, k.user); err != nil {
			return "", err
		}
		label := *k.id + " (" + k.what
		if k.made != nil {
			label += " of " + k.made.UTC().Format(time.DateOnly)
		}
		if k.status != types.StatusTypeActive {
			label += ", " + strings.ToLower(string(k.status))
		}
		r.grants = append(r.grants, access.Grant{ID: access.GrantID(r.family + "/" + *k.id), Label: label + ")", Note: r.user.managed()})
	}
	return marker(r.call, truncated, mark)
}

// accessKeys are the user's access keys, active or not.
func (o *IAM) accessKeys(ctx context.Context, u *user) (all []types.AccessKeyMetadata, err error) {
	call := doing("iam:ListAccessKeys", "list the access keys of %s", u.name)
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, o.connection, call, o.iam.ListAccessKeys, &iam.ListAccessKeysInput{UserName: u.userName(), Marker: mark})
		switch {
		case err != nil:
			return "", err
		case out.AccessKeyMetadata == nil:
			return "", malformed(call, "no list")
		}
		all = append(all, out.AccessKeyMetadata...)
		return marker(call, out.IsTruncated, out.Marker)
	})
	return all, err
}

func (c keys) access(ctx context.Context, u *user) ([]access.Grant, error) {
	all, err := c.accessKeys(ctx, u)
	if err != nil {
		return nil, err
	}
	ring := &keyring{call: doing("iam:ListAccessKeys", "list the access keys of %s", u.name), user: u, family: accessKeyFamily}
	_, err = ring.add(each(append([]types.AccessKeyMetadata{}, all...), func(k types.AccessKeyMetadata) key {
		return key{"access key", k.AccessKeyId, k.UserName, k.Status, k.CreateDate}
	}), false, nil)
	return ring.grants, err
}

func (c keys) certificates(ctx context.Context, u *user) ([]access.Grant, error) { //nolint:dupl // of another family, with types of its own
	ring := &keyring{call: doing("iam:ListSigningCertificates", "list the signing certificates of %s", u.name), user: u, family: certificateFamily}
	err := pages(ring.call, func(mark *string) (string, error) {
		out, err := ask(ctx, c.connection, ring.call, c.iam.ListSigningCertificates, &iam.ListSigningCertificatesInput{UserName: u.userName(), Marker: mark})
		if err != nil {
			return "", err
		}
		return ring.add(each(out.Certificates, func(k types.SigningCertificate) key {
			return key{"signing certificate", k.CertificateId, k.UserName, k.Status, k.UploadDate}
		}), out.IsTruncated, out.Marker)
	})
	return ring.grants, err
}

func (c keys) sshKeys(ctx context.Context, u *user) ([]access.Grant, error) { //nolint:dupl // of another family, with types of its own
	ring := &keyring{call: doing("iam:ListSSHPublicKeys", "list the SSH public keys of %s", u.name), user: u, family: sshKeyFamily}
	err := pages(ring.call, func(mark *string) (string, error) {
		out, err := ask(ctx, c.connection, ring.call, c.iam.ListSSHPublicKeys, &iam.ListSSHPublicKeysInput{UserName: u.userName(), Marker: mark})
		if err != nil {
			return "", err
		}
		return ring.add(each(out.SSHPublicKeys, func(k types.SSHPublicKeyMetadata) key {
			return key{"SSH public key", k.SSHPublicKeyId, k.UserName, k.Status, k.UploadDate}
		}), out.IsTruncated, out.Marker)
	})
	return ring.grants, err
}

// serviceCredentials follows the pages by hand: the SDK has no paginator for them (aws.md section 0.5).
func (c keys) serviceCredentials(ctx context.Context, u *user) ([]access.Grant, error) {
	ring := &keyring{call: doing("iam:ListServiceSpecificCredentials", "list the service-specific credentials of %s", u.name), user: u, family: serviceFamily}
	err := pages(ring.call, func(mark *string) (string, error) {
		out, err := ask(ctx, c.connection, ring.call, c.iam.ListServiceSpecificCredentials, &iam.ListServiceSpecificCredentialsInput{
			UserName: u.userName(), Marker: mark,
		})
		if err != nil {
			return "", err
		}
		return ring.add(each(out.ServiceSpecificCredentials, func(k types.ServiceSpecificCredentialMetadata) key {
			service, _, _ := strings.Cut(sdk.ToString(k.ServiceName), ".")
			return key{service + " credential", k.ServiceSpecificCredentialId, k.UserName, k.Status, k.CreateDate}
		}), out.IsTruncated, out.Marker)
	})
	return ring.grants, err
}

// Remove deletes one. Nothing that uses it works any more.
func (c keys) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	family, id, _ := strings.Cut(string(grant), "/")
	u, err := c.user(ctx, account)
	if err != nil || id == "" {
		return gone, system.IgnoreNotFound(err)
	}
	switch family {
	case accessKeyFamily:
		call := doing("iam:DeleteAccessKey", "delete the access key %s of %s", id, u.name)
		return gone, write(ctx, c.connection, call, c.iam.DeleteAccessKey, &iam.DeleteAccessKeyInput{UserName: u.userName(), AccessKeyId: &id})
	case certificateFamily:
		call := doing("iam:DeleteSigningCertificate", "delete the signing certificate %s of %s", id, u.name)
		return gone, write(ctx, c.connection, call, c.iam.DeleteSigningCertificate, &iam.DeleteSigningCertificateInput{UserName: u.userName(), CertificateId: &id})
	case sshKeyFamily:
		call := doing("iam:DeleteSSHPublicKey", "delete the SSH public key %s of %s", id, u.name)
		return gone, write(ctx, c.connection, call, c.iam.DeleteSSHPublicKey, &iam.DeleteSSHPublicKeyInput{UserName: u.userName(), SSHPublicKeyId: &id})
	case serviceFamily:
		call := doing("iam:DeleteServiceSpecificCredential", "delete the service-specific credential %s of %s", id, u.name)
		return gone, write(ctx, c.connection, call, c.iam.DeleteServiceSpecificCredential, &iam.DeleteServiceSpecificCredentialInput{
			UserName: u.userName(), ServiceSpecificCredentialId: &id,
		})
	}
	// A row of an earlier version, or of a hand in the state: nothing of that name can be there.
	return gone, nil
}
