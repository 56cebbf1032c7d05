package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/github"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/scim"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/vault"
)

// giveBack is what administrators do behind Terraform's back.
func (d *demo) giveBack(ctx context.Context) error {
	const active = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":true}]}`
	role := fmt.Sprintf(`{"assignedTo":%q,"roleId":%q,"scopeType":"CUSTOMER"}`, d.tenant.UserID(leaver), d.tenant.RoleID(google.HelpDeskRole))
	for _, back := range []struct {
		of                             *sandbox.Server
		method, path, body, credential string
	}{
		{d.okta, http.MethodPut, "/api/v1/groups/" + d.org.GroupID("VPN users") + "/users/" + d.org.UserID(leaver), "", "SSWS " + okta.Token},
		{d.google, http.MethodPost, "/admin/directory/v1/customer/my_customer/roleassignments", role, "Bearer " + d.tenant.IssueToken(google.Admin)},
		{d.slack, http.MethodPatch, scim.Base + "/Users/" + d.app.UserID(leaver), active, "Bearer " + scim.Token},
		{d.vault, http.MethodPost, "/v1/identity/entity/id/" + d.cluster.UserID(leaver), `{"disabled":false}`, "Bearer " + vault.Token},
		{d.github, http.MethodPut, "/orgs/" + github.Login + "/memberships/jane-doe", `{"role":"member"}`, "Bearer " + github.Token},
	} {
		if err := ask(ctx, back.method, back.of.URL(), back.path, back.body, back.credential); err != nil {
			return err
		}
	}
	fmt.Println("    and, in the console of AWS: Create access key")
	d.cloud.CreateAccessKey(leaver)
	return nil
}

func ask(ctx context.Context, method, base, path, body, credential string) error {
	fmt.Printf("    %s %s %s\n", method, path, body)
	req, err := http.NewRequestWithContext(ctx, method, base+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", credential)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s", method, path, resp.Status)
	}
	return nil
}
