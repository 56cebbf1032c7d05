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

// key is the row of one.
func key(call op, u *user, family, what string, id, name *string, status types.StatusType, made *time.Time) (access.Grant, error) {
	if sdk.ToString(id) == "" {
		return access.Grant{}, malformed(call, "a key without an id")
	}
	if err := u.rowOf(call, name); err != nil {
		return access.Grant{}, err
	}
	label := *id + " (" + what
	if made != nil {
		label += " of " + made.UTC().Format(time.DateOnly)
	}
	if status != types.StatusTypeActive {
		label += ", " + strings.ToLower(string(status))
	}
	return access.Grant{ID: access.GrantID(family + "/" + *id), Label: label + ")", Note: u.managed()}, nil
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

func (c keys) access(ctx context.Context, u *user) (grants []access.Grant, err error) {
	all, err := c.accessKeys(ctx, u)
	if err != nil {
		return nil, err
	}
	call := doing("iam:ListAccessKeys", "list the access keys of %s", u.name)
	for _, k := range all {
		grant, err := key(call, u, accessKeyFamily, "access key", k.AccessKeyId, k.UserName, k.Status, k.CreateDate)
		if err != nil {
			return nil, err
		}
		grants = append(grants, grant)
	}
	return grants, nil
}

func (c keys) certificates(ctx context.Context, u *user) (grants []access.Grant, err error) {
	call := doing("iam:ListSigningCertificates", "list the signing certificates of %s", u.name)
	return grants, pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, c.connection, call, c.iam.ListSigningCertificates, &iam.ListSigningCertificatesInput{UserName: u.userName(), Marker: mark})
		switch {
		case err != nil:
			return "", err
		case out.Certificates == nil:
			return "", malformed(call, "no list")
		}
		for _, k := range out.Certificates {
			grant, err := key(call, u, certificateFamily, "signing certificate", k.CertificateId, k.UserName, k.Status, k.UploadDate)
			if err != nil {
				return "", err
			}
			grants = append(grants, grant)
		}
		return marker(call, out.IsTruncated, out.Marker)
	})
}

func (c keys) sshKeys(ctx context.Context, u *user) (grants []access.Grant, err error) {
	call := doing("iam:ListSSHPublicKeys", "list the SSH public keys of %s", u.name)
	return grants, pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, c.connection, call, c.iam.ListSSHPublicKeys, &iam.ListSSHPublicKeysInput{UserName: u.userName(), Marker: mark})
		switch {
		case err != nil:
			return "", err
		case out.SSHPublicKeys == nil:
			return "", malformed(call, "no list")
		}
		for _, k := range out.SSHPublicKeys {
			grant, err := key(call, u, sshKeyFamily, "SSH public key", k.SSHPublicKeyId, k.UserName, k.Status, k.UploadDate)
			if err != nil {
				return "", err
			}
			grants = append(grants, grant)
		}
		return marker(call, out.IsTruncated, out.Marker)
	})
}

// serviceCredentials follows the pages by hand: the SDK has no paginator for them (aws.md section 0.5).
func (c keys) serviceCredentials(ctx context.Context, u *user) (grants []access.Grant, err error) {
	call := doing("iam:ListServiceSpecificCredentials", "list the service-specific credentials of %s", u.name)
	return grants, pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, c.connection, call, c.iam.ListServiceSpecificCredentials, &iam.ListServiceSpecificCredentialsInput{
			UserName: u.userName(), Marker: mark,
		})
		switch {
		case err != nil:
			return "", err
		case out.ServiceSpecificCredentials == nil:
			return "", malformed(call, "no list")
		}
		for _, k := range out.ServiceSpecificCredentials {
			service, _, _ := strings.Cut(sdk.ToString(k.ServiceName), ".")
			grant, err := key(call, u, serviceFamily, service+" credential", k.ServiceSpecificCredentialId, k.UserName, k.Status, k.CreateDate)
			if err != nil {
				return "", err
			}
			grants = append(grants, grant)
		}
		return marker(call, out.IsTruncated, out.Marker)
	})
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
