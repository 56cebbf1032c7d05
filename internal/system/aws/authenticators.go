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

// Authenticators are the user's console password and MFA devices.
func Authenticators(o *IAM) access.Connector { return authenticators{guarded{o}} }

type authenticators struct{ guarded }

var _ access.Guard = authenticators{}

// The ids. The password's comes first: without MFA it would be easier to use.
const (
	consolePassword = "console-password"
	mfaPrefix       = "mfa/"
)

// List reads GetLoginProfile and ListMFADevices.
func (c authenticators) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	u, err := c.user(ctx, id)
	if err != nil {
		return nil, err
	}
	if grants, err = c.password(ctx, u); err != nil {
		return nil, err
	}
	devices, err := c.devices(ctx, u)
	if err != nil {
		return nil, err
	}
	for _, d := range devices {
		serial := *d.SerialNumber
		label := serial[strings.LastIndex(serial, "/")+1:] + " (MFA device"
		if d.EnableDate != nil {
			label += " of " + d.EnableDate.UTC().Format(time.DateOnly)
		}
		grants = append(grants, access.Grant{ID: access.GrantID(mfaPrefix + serial), Label: label + ")", Note: u.managed()})
	}
	return grants, nil
}

// password is the row of the console password. "No such entity" is how IAM says that there is none, to nobody but a user who
// is there.
func (c authenticators) password(ctx context.Context, u *user) ([]access.Grant, error) {
	call := doing("iam:GetLoginProfile", "look for the console password of %s", u.name)
	out, err := ask(ctx, c.connection, call, c.iam.GetLoginProfile, &iam.GetLoginProfileInput{UserName: u.userName()})
	if access.KindOf(err) == access.NotFound {
		_, gone := c.user(ctx, u.id)
		return nil, gone
	}
	switch {
	case err != nil:
		return nil, err
	case out.LoginProfile == nil:
		return nil, malformed(call, "nothing")
	}
	if err := u.rowOf(call, out.LoginProfile.UserName); err != nil {
		return nil, err
	}
	label := "console password"
	if out.LoginProfile.CreateDate != nil {
		label += " (of " + out.LoginProfile.CreateDate.UTC().Format(time.DateOnly) + ")"
	}
	return []access.Grant{{ID: consolePassword, Label: label, Note: u.managed()}}, nil
}

// passwordGone refuses to take a device from who still has a password, which would be easier to use without it. A password that
// was deleted just now may show for some seconds.
func (c authenticators) passwordGone(ctx context.Context, u *user) error {
	for wait := time.Second; ; wait *= 2 {
		password, err := c.password(ctx, u)
		if err != nil || len(password) == 0 {
			return system.IgnoreNotFound(err)
		}
		if wait > 8*time.Second {
			return &access.Error{
				Kind: access.Blocked, Op: "deactivate an MFA device of " + u.name, Reason: "the console password is still there, and would do without the device",
				Fix: "It goes after the password: see why that stays, and plan again.",
			}
		}
		if err := c.clock.Sleep(ctx, wait); err != nil {
			return err
		}
	}
}

func (c authenticators) devices(ctx context.Context, u *user) (devices []types.MFADevice, err error) {
	call := doing("iam:ListMFADevices", "list the MFA devices of %s", u.name)
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, c.connection, call, c.iam.ListMFADevices, &iam.ListMFADevicesInput{UserName: u.userName(), Marker: mark})
		switch {
		case err != nil:
			return "", err
		case out.MFADevices == nil:
			return "", malformed(call, "no list")
		}
		for _, d := range out.MFADevices {
			if sdk.ToString(d.SerialNumber) == "" {
				return "", malformed(call, "a device without a serial number")
			}
			if err := u.rowOf(call, d.UserName); err != nil {
				return "", err
			}
		}
		devices = append(devices, out.MFADevices...)
		return marker(call, out.IsTruncated, out.Marker)
	})
	return devices, err
}

// Remove deletes the password, or deactivates a device. A virtual one is then deleted too, which is left unassigned otherwise.
// DeleteLoginProfile, DeactivateMFADevice, DeleteVirtualMFADevice.
func (c authenticators) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	u, err := c.user(ctx, id)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	if grant == consolePassword {
		call := doing("iam:DeleteLoginProfile", "delete the console password of %s", u.name)
		return gone, write(ctx, c.connection, call, c.iam.DeleteLoginProfile, &iam.DeleteLoginProfileInput{UserName: u.userName()})
	}
	serial, device := strings.CutPrefix(string(grant), mfaPrefix)
	if !device || serial == "" {
		// A row of an earlier version, or of a hand in the state: nothing of that name can be there.
		return gone, nil
	}
	if err := c.passwordGone(ctx, u); err != nil {
		return gone, err
	}
	call := doing("iam:DeactivateMFADevice", "deactivate the MFA device %s of %s", serial, u.name)
	if err := write(ctx, c.connection, call, c.iam.DeactivateMFADevice, &iam.DeactivateMFADeviceInput{UserName: u.userName(), SerialNumber: &serial}); err != nil {
		return gone, err
	}
	if !strings.HasPrefix(serial, "arn:") || !strings.Contains(serial, ":mfa/") {
		return gone, nil
	}
	call = doing("iam:DeleteVirtualMFADevice", "delete the virtual MFA device %s", serial)
	err = write(ctx, c.connection, call, c.iam.DeleteVirtualMFADevice, &iam.DeleteVirtualMFADeviceInput{SerialNumber: &serial})
	if code(err) == "DeleteConflict" {
		return gone, nil // Somebody has it by now: it is not this person's.
	}
	return gone, err
}
