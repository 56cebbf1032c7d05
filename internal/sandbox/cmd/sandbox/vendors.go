package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/github"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/scim"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/vault"
)

// A vendor is one of whose systems the company has one.
type vendor struct {
	// open loads the system that is kept in a file, or makes a new one. limits has it refuse what is too many calls.
	open func(file string, limits bool) (http.Handler, saver, error)
	// says is what to set, to point the provider at a URL.
	says func(url string) []string
}

// A saver writes its state to a file.
type saver interface{ Save(file string) error }

var vendors = map[string]vendor{
	"okta": {
		opening(okta.Load, okta.NewOrg, func(o *okta.Org, limits bool) http.Handler {
			return o.Handler(okta.HandlerOptions{EnforceRateLimits: limits})
		}),
		func(url string) []string {
			return []string{
				"# okta = { org_url = \"" + url + "\" }", "export OKTA_API_TOKEN=" + okta.Token,
				fmt.Sprintf("curl -s -H 'Authorization: SSWS %s' %s/api/v1/users/%s", okta.Token, url, okta.Jane),
			}
		},
	},
	"google": {
		opening(google.Load, google.NewTenant, func(t *google.Tenant, limits bool) http.Handler {
			options := google.HandlerOptions{}
			if limits {
				options.QueriesPerMinute = 2400
			}
			return t.Handler(options)
		}),
		func(url string) []string {
			key := strings.Join(strings.Fields(google.KeyFile(url)), " ")
			return []string{fmt.Sprintf("# google = { admin = %q, endpoint = %q }", google.Admin, url), "export GOOGLEWORKSPACE_CREDENTIALS='" + key + "'"}
		},
	},
	"github": {
		opening(github.Load, github.NewOrg, func(o *github.Org, limits bool) http.Handler {
			options := github.HandlerOptions{}
			if limits {
				options.RateLimit = 5000
			}
			return o.Handler(options)
		}),
		func(url string) []string {
			return []string{"# github = {}", "export GITHUB_OWNER=" + github.Login, "export GITHUB_BASE_URL=" + url, "export GITHUB_TOKEN=" + github.Token}
		},
	},
	"aws": {
		opening(aws.Load, aws.NewCloud, func(c *aws.Cloud, _ bool) http.Handler { return c.Handler(aws.HandlerOptions{}) }),
		func(url string) []string {
			return []string{
				fmt.Sprintf("# aws = { account_id = %[1]q, endpoint = %[2]q }, aws_identity_center = { account_id = %[1]q, endpoint = %[2]q }", aws.Number, url),
				"export AWS_REGION=" + aws.Region, "export AWS_ACCESS_KEY_ID=" + aws.AccessKey, "export AWS_SECRET_ACCESS_KEY=" + aws.SecretKey,
			}
		},
	},
	"vault": {
		opening(vault.Load, vault.NewCluster, func(c *vault.Cluster, _ bool) http.Handler { return c.Handler(vault.HandlerOptions{}) }),
		func(url string) []string {
			return []string{"# vault = {}", "export VAULT_ADDR=" + url, "export VAULT_TOKEN=" + vault.Token}
		},
	},
	"scim": {
		opening(scim.Load, scim.NewApp, func(a *scim.App, _ bool) http.Handler {
			return a.Handler(scim.HandlerOptions{Dialect: scim.Dialects["generic"]})
		}),
		func(url string) []string {
			return []string{fmt.Sprintf("# scim = { wiki = { url = %q } }", url+scim.Base), "export OFFBOARD_SCIM_WIKI_TOKEN=" + scim.Token}
		},
	},
}

// opening is open of a vendor's sandbox.
func opening[S saver](
	load func(string, clock.Clock) (S, error), found func(*sandbox.Company, clock.Clock) S, api func(S, bool) http.Handler,
) func(string, bool) (http.Handler, saver, error) {
	return func(file string, limits bool) (http.Handler, saver, error) {
		s, err := load(file, clock.System{})
		if file == "" || errors.Is(err, fs.ErrNotExist) {
			s, err = found(sandbox.Acme(), clock.System{}), nil
			if file != "" {
				err = s.Save(file)
			}
		}
		if err != nil {
			return nil, nil, err
		}
		return api(s, limits), s, nil
	}
}
