//go:build never

package conform

// As keep.go does: it keeps the module in go.mod that Google's discovery documents are taken from.
import (
	_ "google.golang.org/api/admin/datatransfer/v1"
	_ "google.golang.org/api/admin/directory/v1"
	_ "google.golang.org/api/admin/reports/v1"
	_ "google.golang.org/api/calendar/v3"
	_ "google.golang.org/api/cloudidentity/v1"
	_ "google.golang.org/api/drive/v3"
	_ "google.golang.org/api/gmail/v1"
	_ "google.golang.org/api/iamcredentials/v1"
	_ "google.golang.org/api/licensing/v1"
	_ "google.golang.org/api/vault/v1"
)
