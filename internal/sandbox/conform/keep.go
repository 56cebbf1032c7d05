//go:build never

package conform

// The package is never built. Importing it keeps the module in go.mod, where the API description is taken
// from: go mod tidy looks at files of every build constraint.
import _ "github.com/okta/okta-sdk-golang/v6/okta"
