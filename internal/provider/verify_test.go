package provider_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/offboard/terraform-provider-offboard/internal/evidence/evidencetest"
)

func TestTheFunctionVerifyGivesAVerdictOnWhateverItIsGiven(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	valid := string(evidencetest.Bundle(evidencetest.Evidence(), "acme"))
	bundles := map[string]struct{ bundle, verdict string }{
		"signed":    {valid, "valid"},
		"tampered":  {strings.Replace(valid, "jane.doe@", "john.doe@", 1), "altered"},
		"other":     {string(evidencetest.Bundle(evidencetest.Evidence(), "evil")), "another key"},
		"truncated": {valid[:len(valid)/2], "truncated"},
		"unsigned":  {string(evidencetest.Bundle(evidencetest.Evidence(), "")), "unsigned"},
	}
	body, checks := "locals {\n  key = <<-EOT\n"+string(evidencetest.PublicKey("acme"))+"  EOT\n}\n", []resource.TestCheckFunc{}
	for _, name := range slices.Sorted(maps.Keys(bundles)) {
		body += fmt.Sprintf("output %q {\n  value = provider::offboard::verify(base64decode(%q), local.key).verdict\n}\n", name,
			base64.StdEncoding.EncodeToString([]byte(bundles[name].bundle)))
		checks = append(checks, resource.TestCheckOutput(name, bundles[name].verdict))
	}
	body += fmt.Sprintf("locals {\n  said = provider::offboard::verify(base64decode(%q), local.key)\n}\n", base64.StdEncoding.EncodeToString([]byte(valid)))
	body += "output \"said\" {\n  value = \"${local.said.valid} ${local.said.person} ${local.said.closed_at} ${local.said.coverage.expected}\"\n}\n"
	// OpenTofu passes no null to functions of providers.
	body += "output \"open\" {\n  value = provider::offboard::verify(\"\", local.key).verdict\n}\n"
	body += "output \"keyless\" {\n  value = provider::offboard::verify(base64decode(\"" + base64.StdEncoding.EncodeToString([]byte(valid)) + "\"), \"\").verdict\n}\n"
	checks = append(checks, resource.TestCheckOutput("said", "true jane.doe@acme.example 2026-11-21T11:00:00Z 30"), resource.TestCheckOutput("open", "truncated"),
		resource.TestCheckOutput("keyless", "unknown signer"))
	w.runOn([]tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		resource.TestStep{Config: w.config(body), Check: resource.ComposeAggregateTestCheckFunc(checks...)},
		resource.TestStep{
			Config:      w.config(`output "key" { value = provider::offboard::verify("{}", "no key").verdict }`),
			ExpectError: regexp.MustCompile(`(?s)not\s+PEM`),
		})
}
